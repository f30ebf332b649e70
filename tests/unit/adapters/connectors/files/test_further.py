"""Files about customers, exchange, links, merges, deletions, pauses and owners."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from funnelpact.adapters.connectors.files.kinds.further import pair_of
from tests.filefacts import read_files, report, roles, rows


def made(folder: Path, table: str, head: str, *lines: str) -> list[dict[str, Any]]:
    """The facts of one table that one file makes, and that it makes nothing else of its rows."""
    read = read_files(folder, {"x.csv": "\n".join([head, *lines]).encode()})
    assert report(read, "x.csv").kind == table
    return rows(read, table)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("customer_id,start_date,mrr,currency,owner", "K{n},2025-0{d}-01,{n}00.50,EUR,ann"),
        ("Müşteri No;Başlangıç Tarihi;Yıllık Bedel;Para Birimi;Temsilci", "K{n};{e}.01.2025;{n}00,50;EUR;ann"),
        ("Account ID,Customer since,ARR", "K{n},2025-0{d}-01,€{n}00.50"),
    ],
    ids=["English", "Turkish", "with its sign"],
)
def test_customers_have_a_start_and_a_recurring_amount(tmp_path: Path, head: str, line: str):
    """In any language."""
    lines = [line.format(n=n, d=n, e=n + 12) for n in range(1, 10)]
    (first, *_) = made(tmp_path, "customers", head, *lines)

    assert (first["customer"], first["recurring"], first["currency"]) == ("K1", Decimal("100.5"), "EUR")
    assert (first["source_id"], f"{first['happened_at']:%Y-%m-%d}") == (
        "customers/K1",
        f"2025-01-{13 if ';' in head else 1:02d}",
    )


def test_a_renewal_has_an_outcome_in_one_of_four_words(tmp_path: Path):
    """As its own word says, else as its two amounts do."""
    found = made(
        tmp_path,
        "renewals",
        "customer_id,renewal_due,amount_before,amount_after,outcome",
        "K1,2026-01-31,100,0,Churned",
        "K2,2026-01-31,100,150,",
        "K3,2026-02-28,100,100,",
        "K4,2026-02-28,100,80,Downgrade",
        "K5,2026-02-28,100,0,",
    )

    assert [row["outcome"] for row in found] == ["churned", "expanded", "renewed", "contracted", "churned"]
    assert (found[1]["amount_before"], found[1]["amount_after"]) == (100, 150)


def test_a_rating_has_a_score_and_a_scale(tmp_path: Path):
    """Of the customer who gave it; a rating without a score is refused."""
    read = read_files(tmp_path, {"r.csv": b"customer_id,survey_date,csat_score,scale\nK1,2026-01-02,4,5\nK1,2026-02-02,3.5,5\nK2,2026-02-03,,5\n"})  # fmt: skip

    assert [(row["customer"], row["score"], row["scale"]) for row in rows(read, "ratings")] == [
        ("K1", 4.0, 5),
        ("K1", 3.5, 5),
    ]
    assert [(reject.reason, reject.count) for reject in report(read, "r.csv").rejects] == [("no-score", 1)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("date,base,quote,rate", "2026-01-0{n},EUR,TRY,50.123456"),
        ("date,to_currency,from_currency,rate", "2026-01-0{n},TRY,EUR,50.123456"),
        ("day,pair,rate", "2026-01-0{n},EUR/TRY,50.123456"),
        ("Tarih;Parite;Kur", "1{n}.01.2026;EURTRY;50,123456"),
    ],
    ids=["two columns", "the other way round", "a pair", "Turkish"],
)
def test_rates_of_exchange_keep_all_their_places(tmp_path: Path, head: str, line: str):
    """So many units of one currency for one of the other."""
    lines = [line.format(n=n) for n in range(1, 8)]
    found = made(tmp_path, "fx", head, *lines)

    assert {(row["base"], row["quote"], row["rate"]) for row in found} == {("EUR", "TRY", 50.123456)}
    assert len({row["source_id"] for row in found}) == 7


def test_a_pair_is_two_currencies():
    """Six letters alone are none."""
    assert pair_of("USD-GBP") == ("USD", "GBP")
    assert pair_of("LONDON") is None


def test_links_name_two_records_and_a_role(tmp_path: Path):
    """Without a day they were always so."""
    lines = [f"L{n},D{n % 3},{('Decision maker', 'Champion')[n % 2]}" for n in range(8)]
    (first, *_) = made(tmp_path, "links", "contact_id,deal_id,role", *lines)

    assert {(first["from_kind"], first["from_key"]), (first["to_kind"], first["to_key"])} == {
        ("lead", "L0"),
        ("deal", "D0"),
    }
    assert (first["role"], first["precision"]) == ("Decision maker", "day")


def test_merges_name_the_record_that_stays(tmp_path: Path):
    """Whichever column stands first; a record that is merged into itself is none."""
    found = made(tmp_path / "a", "merges", "canonical_id,contact_id,merged_at", "K1,M1,2026-01-02", "K2,K2,2026-01-03")
    deals = made(tmp_path / "b", "merges", "deal_id,merged_deal_id", "D1,X1", "D2,X2")

    assert [(row["subject"], row["into"], row["subject_kind"]) for row in found] == [("M1", "K1", "lead")]
    assert [(row["subject"], row["into"], row["subject_kind"]) for row in deals] == [
        ("X1", "D1", "deal"),
        ("X2", "D2", "deal"),
    ]


def test_deletions_and_pauses(tmp_path: Path):
    """A record and when; a pause may end."""
    (gone, *_) = made(tmp_path / "a", "deletions", "lead_id,deleted_at", *(f"L{n},2026-01-0{n}" for n in range(1, 9)))
    (pause, *_) = made(
        tmp_path / "b",
        "pauses",
        "lead_id,paused_from,paused_until,reason",
        *(f"L{n},2026-01-0{n},2026-02-0{n},holiday" for n in range(1, 9)),
    )

    assert (gone["subject"], gone["subject_kind"], f"{gone['happened_at']:%Y-%m-%d}") == ("L1", "lead", "2026-01-01")
    assert (pause["subject"], pause["reason"], f"{pause['ends_at']:%Y-%m-%d}") == ("L1", "holiday", "2026-02-01")


def test_a_lead_that_says_it_is_deleted_is_deleted(tmp_path: Path):
    """And stays a lead of the source; one that was converted is linked to its deal."""
    lines = ["L1,2026-01-01,Web,false,D1", "L2,2026-01-02,Web,true,", "L3,2026-01-03,Fair,false,"]
    head = "id,created_date,lead_source,is_deleted,converted_opportunity_id"
    read = read_files(tmp_path, {"l.csv": "\n".join([head, *lines]).encode()})

    assert [row["subject"] for row in rows(read, "deletions")] == ["L2"]
    assert [(row["from_key"], row["to_key"], row["role"]) for row in rows(read, "links")] == [("L1", "D1", "converted")]
    assert len(rows(read, "leads")) == 3


def test_owners_have_teams_and_roles_for_a_time(tmp_path: Path):
    """One who changes the team has a row for each."""
    lines = ["ann,North,SDR,2025-01-01,2025-12-31", "ann,South,Sales,2026-01-01,", "bob,South,Sales,2025-06-01,"]
    found = made(tmp_path, "people", "owner,team,role,from,until", *lines)

    assert [(row["owner"], row["team"], row["role"], f"{row['happened_at']:%Y-%m-%d}") for row in found] == [
        ("ann", "North", "SDR", "2025-01-01"),
        ("ann", "South", "Sales", "2026-01-01"),
        ("bob", "South", "Sales", "2025-06-01"),
    ]
    assert f"{found[0]['leaves_at']:%Y-%m-%d}" == "2025-12-31"
    assert len({row["source_id"] for row in found}) == 3


def test_a_deal_that_ended_was_opened_in_its_first_stage(tmp_path: Path):
    """Where the file names it."""
    lines = ["D1,Discovery,Won,2026-01-01,2026-02-01,5", "D2,Demo,Lost,2026-01-02,2026-02-02,0"]
    read = read_files(
        tmp_path, {"d.csv": "\n".join(["deal_id,initial stage,stage,created,closed,amount", *lines]).encode()}
    )

    assert roles(read, "d.csv")["initial stage"] == "first stage"
    assert sorted((row["subject"], row["label"]) for row in rows(read, "transitions")) == [
        ("D1", "Discovery"), ("D1", "Won"), ("D2", "Demo"), ("D2", "Lost"),
    ]  # fmt: skip
