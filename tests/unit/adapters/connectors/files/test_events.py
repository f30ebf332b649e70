"""Files of events: activities, forms, stage histories, hand-overs and spend."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.recognition import FileNotUnderstood
from tests.filefacts import moves, read_files, report, roles, rows


def table(head: str, *lines: str, separator: str = ",") -> bytes:
    """A file as text."""
    return "\n".join([head.replace(",", separator), *(line.replace(",", separator) for line in lines)]).encode()


LEADS = table(
    "lead_id,created_at,lead_source",
    *(f"L{n},2026-01-{n + 1:02d} 09:00:0{n % 9},{('Web', 'Event', 'Web')[n % 3]}" for n in range(20)),
)
CALLS = [f"L{n % 6},{('Call', 'Email', 'Meeting')[n % 3]},2026-02-{n + 1:02d} 10:{n:02d},ann" for n in range(18)]
ACTIVITIES = table("lead_id,activity_type,activity_date,owner", *CALLS)


def test_activities_are_touches_of_their_leads(tmp_path: Path):
    """Who did what to whom, and when; what the columns are called and where they stand does not matter."""
    read = read_files(tmp_path, {"log.csv": ACTIVITIES})

    assert report(read, "log.csv").kind == "activities"
    assert roles(read, "log.csv") == {
        "lead_id": "lead key",
        "activity_type": "activity",
        "activity_date": "happened on",
        "owner": "owner",
    }
    first = rows(read, "touches")[0]
    assert (first["subject"], first["subject_kind"], first["kind"], first["owner"]) == ("L0", "lead", "Call", "ann")
    assert f"{first['happened_at']:%Y-%m-%d %H:%M}" == "2026-02-01 10:00"


def test_activities_are_known_by_their_words_in_turkish(tmp_path: Path):
    """The column of deeds needs no header that we know."""
    lines = (f"A{n % 6},{('Arama', 'E-posta', 'Görüşme')[n % 3]},{n + 1}.02.2026 10:05,Ayşe" for n in range(18))
    read = read_files(tmp_path, {"x.csv": table("Aday No,Ne,Tarih,Temsilci", *lines, separator=";")})

    assert {row["kind"] for row in rows(read, "touches")} == {"Arama", "E-posta", "Görüşme"}


def test_activities_find_their_leads_by_their_keys(tmp_path: Path):
    """Without any header that says something, the keys of another file tell whose events these are."""
    nameless = table("a,b,c,d", *CALLS)
    read = read_files(tmp_path, {"leads.csv": LEADS, "x.csv": nameless})

    assert roles(read, "x.csv") == {"a": "lead key", "b": "activity", "c": "happened on"}
    assert len(rows(read, "touches")) == 18


def test_what_the_person_did_is_an_engagement(tmp_path: Path):
    """One log may hold both; inbound and automatic touches are told apart."""
    head = "lead_id,activity_type,activity_date,direction"
    kinds = [
        "Form submission",
        "Call",
        "Marketing email",
        "Call",
        "Incoming email",
        "Page view",
        "Call",
        "Call",
        "Call",
        "Call",
    ]
    lines = (
        f"L{n % 3},{kind},2026-02-0{n % 9 + 1} 10:00,{'inbound' if n == 3 else ''}" for n, kind in enumerate(kinds)
    )
    read = read_files(tmp_path, {"log.csv": table(head, *lines)})

    touches = [(row["kind"], row["direction"], row["human"]) for row in rows(read, "touches")]
    assert [row["kind"] for row in rows(read, "engagements")] == ["Form submission", "Page view"]
    assert touches[:4] == [
        ("Call", None, None),
        ("Marketing email", None, False),
        ("Call", "inbound", None),
        ("Incoming email", "inbound", None),
    ]


def test_a_note_or_a_task_reaches_nobody(tmp_path: Path):
    """It is refused, and said so; a task that is a call is a call."""
    lines = [*CALLS, "L1,Note,2026-02-01 10:00,ann", "L1,Task: call,2026-02-01 10:00,ann"]
    read = read_files(tmp_path, {"log.csv": table("lead_id,activity_type,activity_date,owner", *lines)})

    assert [(reject.reason, reject.count) for reject in report(read, "log.csv").rejects] == [("no-word", 1)]
    assert len(rows(read, "touches")) == 19


def test_twins_are_two_and_the_next_export_is_the_same(tmp_path: Path):
    """Rows without a key of their own are known by what they say."""
    doubled = table("lead_id,activity_type,activity_date,owner", *CALLS, CALLS[0])
    keys = [row["source_id"] for row in rows(read_files(tmp_path, {"a.csv": doubled}), "touches")]
    again = [row["source_id"] for row in rows(read_files(tmp_path, {"b.csv": ACTIVITIES}), "touches")]

    assert len(set(keys)) == 19
    assert again == keys[:18]


def test_a_row_with_a_key_of_its_own_keeps_it(tmp_path: Path):
    """So its correction replaces it."""
    lines = (f"A{n},{line}" for n, line in enumerate(CALLS))
    read = read_files(tmp_path, {"log.csv": table("activity_id,lead_id,activity_type,activity_date,owner", *lines)})

    assert rows(read, "touches")[3]["source_id"] == "activities/A3"


def test_a_row_of_one_file_is_no_row_of_another(tmp_path: Path):
    """Row 5 of a stage history is not lead 5, though both say 5; what lead 5 says of its stages goes with lead 5."""
    leads = (f"{n},2026-01-{n + 1:02d},Web,2026-02-{n + 1:02d}" for n in range(20))
    steps = (f"{n},{n % 10},{('Working', 'SQL')[n // 10]},2026-03-{n + 1:02d}" for n in range(20))
    read = read_files(
        tmp_path,
        {
            "l.csv": table("lead_id,created_at,lead_source,became_an_mql_on", *leads),
            "h.csv": table("history_id,lead_id,to_stage,changed_at", *steps),
        },
    )
    keys = {(row["source_id"], row["label"]) for row in rows(read, "transitions")}

    assert {("leads/5", "became_an_mql_on"), ("moves/5", "Working"), ("moves/15", "SQL")} <= keys
    assert rows(read, "leads")[5]["source_id"] == "leads/5"


def test_a_stage_history_moves_leads(tmp_path: Path):
    """The stage that was entered counts, not the one that was left."""
    lines = (
        f"L{n % 10},{('New', 'Working')[n // 10]},{('Working', 'SQL')[n // 10]},2026-02-{n + 1:02d}" for n in range(20)
    )
    read = read_files(tmp_path, {"h.csv": table("lead_id,from_stage,to_stage,changed_at", *lines)})

    assert report(read, "h.csv").kind == "moves"
    assert moves(read)[:2] == [("L0", "SQL", "2026-02-11"), ("L0", "Working", "2026-02-01")]


def test_of_a_history_of_fields_only_the_stage_moves(tmp_path: Path):
    """Changes of other fields are refused, and said so."""
    lines = (
        f"D{n % 5},{('StageName', 'Amount')[n % 2]},x,{('Won', '12')[n % 2]},2026-02-{n + 1:02d}" for n in range(20)
    )
    read = read_files(tmp_path, {"h.csv": table("opportunity_id,field,old_value,new_value,created_date", *lines)})

    assert [(reject.reason, reject.count) for reject in report(read, "h.csv").rejects] == [("other-property", 10)]
    assert {label for _, label, _ in moves(read)} == {"Won"}


def test_a_history_of_fields_without_a_stage_has_no_place(tmp_path: Path):
    """Nothing in it is a fact."""
    lines = (f"D{n % 5},amount,{n},2026-02-{n + 1:02d}" for n in range(20))

    with pytest.raises(FileNotUnderstood):
        read_files(tmp_path, {"h.csv": table("deal_id,name,value,timestamp", *lines)})


def test_hand_overs_name_lead_owner_and_time(tmp_path: Path):
    """Each lead once is enough, where the header says what the day is."""
    lines = (f"L{n},{('ann', 'bob')[n % 2]},2026-02-{n + 1:02d} 08:0{n % 9}" for n in range(20))
    read = read_files(tmp_path, {"h.csv": table("lead_id,owner,assigned_at", *lines)})

    assert report(read, "h.csv").kind == "handovers"
    assert [(row["subject"], row["owner"], row["precision"]) for row in rows(read, "handovers")][:2] == [
        ("L0", "ann", "instant"),
        ("L1", "bob", "instant"),
    ]


def test_spend_by_channel_and_day(tmp_path: Path):
    """Money beside a campaign, with its currency; counts of leads beside it are no keys."""
    lines = (f"2026-02-{n + 1:02d},C{n % 3},Social,{n},€ {n * 10 + 1}.50" for n in range(20))
    read = read_files(tmp_path, {"s.csv": table("Date,Campaign Name,Channel,Leads,Cost", *lines)})

    assert report(read, "s.csv").kind == "spend"
    first = rows(read, "spend")[0]
    assert (first["type"], first["campaign"], first["amount"], first["currency"]) == (
        "Social",
        "C0",
        Decimal("1.5"),
        "EUR",
    )


def test_forms_are_engagements(tmp_path: Path):
    """Under the name of the form."""
    lines = (f"L{n % 6},Demo request,2026-02-{n + 1:02d} 10:00:0{n % 9}" for n in range(18))
    read = read_files(tmp_path, {"f.csv": table("lead_id,form_name,submitted_at", *lines)})

    assert {(row["lead"], row["kind"]) for row in rows(read, "engagements")} == {
        (f"L{n}", "Demo request") for n in range(6)
    }


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("lead_id,created_at,first_touch,form_id", "L{n},2026-01-{d:02d},Google,F{m}"),
        ("lead_id,created_at,lead_source,status,activity", "L{n},2026-01-{d:02d},Web,New,Call"),
        ("lead_id,created_at,lead_source,owner,assigned_at", "L{n},2026-01-{d:02d},Email,ann,2026-01-{d:02d}"),
        ("lead_id,first_name,last_name,created_at,lead_status,last_touch", "L{n},A,B,2026-01-{d:02d},New,Call"),
    ],
)
def test_leads_that_tell_of_their_events_are_leads(tmp_path: Path, head: str, line: str):
    """A first touch, a form or an owner beside a lead does not make it an event."""
    lines = (line.format(n=n, d=n + 1, m=n % 3) for n in range(20))
    read = read_files(tmp_path, {"leads.csv": table(head, *lines)})

    assert report(read, "leads.csv").kind == "leads"
    assert len(rows(read, "leads")) == 20


def test_leads_that_came_again_are_leads(tmp_path: Path):
    """The same person may enter more than once."""
    again = LEADS + b"\n" + b"\n".join(LEADS.split(b"\n")[1:10])

    assert report(read_files(tmp_path, {"leads.csv": again}), "leads.csv").kind == "leads"


@pytest.mark.parametrize("head", ["deal_id,lead_id,stage,created_at,close_date,amount", "a,b,c,d,e,f"])
def test_several_deals_of_one_lead_are_deals(tmp_path: Path, head: str):
    """A lead may win more than once; that makes its deals no history."""
    stages = ("Won", "Lost", "Open")
    lines = (
        f"D{n},L{n % 6},{stages[n % 3]},2026-02-{n + 1:02d},2026-04-{n + 1:02d},{n * (n % 3 == 0)}" for n in range(18)
    )
    read = read_files(tmp_path, {"leads.csv": LEADS, "deals.csv": table(head, *lines)})

    assert report(read, "deals.csv").kind == "deals"
    assert len({row["deal"] for row in rows(read, "deals")}) == 18


def test_deals_that_name_when_they_were_won_and_lost(tmp_path: Path):
    """Two columns of ends, as some CRMs keep them, stand for one closing date."""
    ends = ("2026-03-01 10:00:00,", ",2026-03-02 10:00:00", ",")
    lines = (
        f"{n},Deal {n},{n}00,EUR,{('won', 'lost', 'open')[n % 3]},2026-01-{n + 1:02d} 09:1{n % 9}:00,{ends[n % 3]}"
        for n in range(9)
    )
    head = "ID,Title,Value,Currency,Status,Add time,Won time,Lost time"
    read = read_files(tmp_path, {"deals.csv": table(head, *lines)})

    assert report(read, "deals.csv").kept == 9
    assert moves(read)[:3] == [("0", "won", "2026-03-01"), ("1", "lost", "2026-03-02"), ("2", "open", "2026-01-03")]
