"""Event logs of a funnel: cases become leads, activities their stages and touches, resources their owners."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.source import Read
from tests.filefacts import moves, read_files, report, roles, rows

STEPS = ("Lead created", "Call", "MQL", "SQL", "Opportunity", "Won")


def log(head: str, *, lifecycle: bool = False, separator: str = ",") -> bytes:
    """20 cases: each created, called, then some stages further; every fifth is won, every fourth lost."""
    lines = [head.replace(",", separator)]
    for case in range(20):
        last = 6 if case % 5 == 0 else 2 + case % 3
        for step, activity in enumerate((*STEPS[:last], *(["Lost"] if case % 4 == 1 else []))):
            who = "System" if step == 0 else ("ann", "bob")[(case + step // 3) % 2]
            cells = [f"c{case}", activity, f"2026-01-{case + 1:02d} {8 + step:02d}:00:00", who]
            if lifecycle:
                lines.append(separator.join([*cells[:2], f"2026-01-{case + 1:02d} {8 + step:02d}:00:00", who, "start"]))
                cells[2] = cells[2].replace(":00:00", ":30:00")
            lines.append(separator.join([*cells, "complete"] if lifecycle else cells))
    return "\n".join(lines).encode()


def case(read: Read, name: str) -> list[tuple[str, str]]:
    """The stages that a case was given, in order of time."""
    found = sorted((row["happened_at"], row["label"]) for row in rows(read, "transitions") if row["subject"] == name)
    return [(label, f"{at:%H:%M}") for at, label in found]


@pytest.mark.parametrize(
    "head",
    [
        "case,activity,time,resource",
        "case:concept:name,concept:name,time:timestamp,org:resource",
        "Case ID,Activity,Complete Timestamp,Resource",
        "Vaka No,Aktivite,Zaman,Kaynak",
        "CaseID,Event,Timestamp,User",
    ],
)
def test_a_log_becomes_leads_stages_touches_and_hand_overs(tmp_path: Path, head: str):
    """Under the headers of several tools and of people."""
    read = read_files(tmp_path, {"log.csv": log(head)})

    assert report(read, "log.csv").kind == "log"
    assert report(read, "log.csv").kept == report(read, "log.csv").rows_in
    assert len(rows(read, "leads")) == 20
    assert case(read, "c0") == [
        ("Lead created", "08:00"), ("MQL", "10:00"), ("SQL", "11:00"), ("Opportunity", "12:00"), ("Won", "13:00"),
    ]  # fmt: skip
    assert {row["kind"] for row in rows(read, "touches")} == {"Call"}
    assert [(row["owner"], f"{row['happened_at']:%H:%M}") for row in rows(read, "handovers") if row["subject"] == "c0"] == [
        ("ann", "09:00"), ("bob", "11:00"),
    ]  # fmt: skip


def test_a_log_needs_no_header_that_we_know(tmp_path: Path):
    """Keys that recur and pass through stages are cases."""
    read = read_files(tmp_path, {"x.csv": log("a,b,c,d")})

    assert report(read, "x.csv").kind == "log"
    assert roles(read, "x.csv")["a"] == "case key"
    assert len(rows(read, "leads")) == 20


def test_what_is_only_begun_is_not_done(tmp_path: Path):
    """Half of the rows are starts: they give no stage, and are refused unless they begin a case or hand it over."""
    read = read_files(tmp_path, {"log.csv": log("case,activity,time,resource,lifecycle", lifecycle=True)})
    found = report(read, "log.csv")

    assert case(read, "c0")[0] == ("Lead created", "08:30")
    assert len(rows(read, "leads")) == 20
    assert f"{rows(read, 'leads')[0]['happened_at']:%H:%M}" == "08:00"
    assert [reject.reason for reject in found.rejects] == ["not-complete"]
    assert found.rows_in == found.kept + found.rejects[0].count


def test_an_xes_log_says_the_same(tmp_path: Path):
    """With the attributes of its cases as labels of the leads."""
    events = "".join(
        f'<event><string key="concept:name" value="{step}"/><date key="time:timestamp" value="2026-01-01T{8 + n:02d}:00:00Z"/></event>'
        for n, step in enumerate(STEPS)
    )
    traces = "".join(
        f'<trace><string key="concept:name" value="c{n}"/><string key="channel" value="web"/>{events}</trace>'
        for n in range(3)
    )
    read = read_files(tmp_path, {"log.xes": f"<log>{traces}</log>".encode()})

    assert [(row["lead"], row["type"]) for row in rows(read, "leads")] == [("c0", "web"), ("c1", "web"), ("c2", "web")]
    assert len(rows(read, "transitions")) == 15
    assert len(rows(read, "touches")) == 3


def test_the_log_of_known_leads_makes_no_leads(tmp_path: Path):
    """Another file has them, with where they came from."""
    leads = "\n".join(["lead_id,created_at,lead_source", *(f"c{n},2026-01-01,Web" for n in range(25))]).encode()
    read = read_files(tmp_path, {"leads.csv": leads, "log.csv": log("case,activity,time,resource")})

    assert roles(read, "log.csv")["case"] == "lead key"
    assert len(rows(read, "leads")) == 25
    assert len([move for move in moves(read) if move[1] == "Won"]) == 4


def test_a_snapshot_history_of_opportunities_is_a_history_of_stages(tmp_path: Path):
    """As Salesforce keeps it: a row for each change, with a key of its own, the amount and the expected end of that time."""
    head = "Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate,Probability"
    stages = ("Prospecting", "Negotiation", "Closed Won")
    lines = (
        f"008{n:04},006{n // 3:04},{stages[n % 3] if n // 3 % 2 or n % 3 < 2 else 'Closed Lost'},{n}00,2026-06-30,2026-0{n % 3 + 1}-{n // 3 + 1:02d}T10:00:00Z,50"
        for n in range(30)
    )
    read = read_files(tmp_path, {"h.csv": "\n".join([head, *lines]).encode()})

    assert report(read, "h.csv").kind == "moves"
    assert roles(read, "h.csv") == {
        "Id": "record key", "OpportunityId": "deal key", "StageName": "stage", "CreatedDate": "happened on",
    }  # fmt: skip
    assert moves(read)[:3] == [
        ("0060000", "Closed Lost", "2026-03-01"), ("0060000", "Negotiation", "2026-02-01"), ("0060000", "Prospecting", "2026-01-01"),
    ]  # fmt: skip


def test_versions_of_deals_are_a_history_of_stages(tmp_path: Path):
    """A table that keeps every version from its first to its last instant."""
    head = "id,_fivetran_start,_fivetran_end,created_date,close_date,amount,stage_name"
    lines = (
        f"006{n // 2},2026-01-{n + 1:02d} 10:00:00,2026-01-{n + 2:02d} 10:00:00,2025-12-01,2026-06-01,5,{('Open', 'Won')[n % 2]}"
        for n in range(20)
    )
    read = read_files(tmp_path, {"h.csv": "\n".join([head, *lines]).encode()})

    assert report(read, "h.csv").kind == "moves"
    assert moves(read)[:2] == [("0060", "Open", "2026-01-01"), ("0060", "Won", "2026-01-02")]
