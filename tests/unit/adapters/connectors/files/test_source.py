"""Files that belong together: rows in and out, references, dates and marks that the whole import decides."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.making.facts import facts_of_file
from funnelpact.adapters.connectors.files.mapping import propose_mappings
from funnelpact.adapters.connectors.files.reading.text import read_text_file
from funnelpact.adapters.connectors.files.recognition import FileNotUnderstood, understand
from funnelpact.adapters.connectors.files.source import FileMissing, FileSource
from funnelpact.adapters.connectors.files.values import DateOrder, DatesAmbiguous, DatesMixed, NumbersAmbiguous
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problems
from tests.filefacts import moves, read_files, report, roles, rows

HEAD = "deal_id,stage,opened_on,closed_on,amount\n"


def deals(*lines: str, head: str = HEAD) -> dict[str, bytes]:
    """A file of deals, a won and a lost one among them."""
    always = ("w,Won,2026-01-01,2026-01-09,5", "l,Lost,2026-01-01,2026-01-10,0")
    return {"deals.csv": (head + "\n".join([*always, *lines]) + "\n").encode()}


def deal(folder: Path, line: str) -> dict[str, object]:
    """The deal that one line makes."""
    (found,) = [row for row in rows(read_files(folder, deals(line)), "deals") if row["deal"] == "x"]
    return found


def reject(folder: Path, line: str) -> str:
    """Why a line was refused."""
    (found,) = report(read_files(folder, deals(line)), "deals.csv").rejects
    assert found.count == 1
    return found.reason


def test_a_won_deal_is_opened_and_won(tmp_path: Path):
    """One fact of the deal, one of its end."""
    read = read_files(tmp_path, deals("x,Closed Won,2026-02-01,2026-03-01,12.50"))

    assert ("x", "Closed Won", "2026-03-01") in moves(read)
    assert rows(read, "deals")[2]["amount"] == Decimal("12.5")
    assert f"{rows(read, 'deals')[2]['happened_at']:%Y-%m-%d}" == "2026-02-01"


def test_an_open_deal_is_in_its_stage_from_the_start(tmp_path: Path):
    """The day on which it is hoped to close is no event, however near it is."""
    read = read_files(tmp_path, deals("x,Proposal,2026-02-01,2027-12-31,12.50"))

    assert [move for move in moves(read) if move[0] == "x"] == [("x", "Proposal", "2026-02-01")]


def test_a_lost_deal_of_0_has_no_amount(tmp_path: Path):
    """A won one of 0 has; a lost one keeps the amount it might have had."""
    assert deal(tmp_path, "x,Lost,2026-02-01,2026-03-01,0")["amount"] is None
    assert deal(tmp_path, "x,Won,2026-02-01,2026-03-01,0")["amount"] == 0
    assert deal(tmp_path, "x,Lost,2026-02-01,2026-03-01,70")["amount"] == 70


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Won,2026-02-01,2026-03-01,1", "no-key"),
        ("x,Won,,,1", "no-date"),
        ("x,Proposal,,2026-03-01,1", "no-date"),
        ("x,Won,2026-02-01,,1", "no-end-date"),
        ("x,Won,2026-02-30,2026-03-01,1", "bad-date"),
        ("x,Won,2026-02-01,soon,1", "bad-date"),
        ("x,Won,2026-02-01,2026-03-01,many", "bad-amount"),
        ("x,Won,2026-02-01,2026-03-01,99999999999999999999", "bad-amount"),
        ("x,Won,2026-02-01", "ragged"),
        ('x,"Won,2026-02-01', "bad-quote"),
    ],
)
def test_a_row_that_is_no_fact_is_refused_with_its_reason(line: str, reason: str, tmp_path: Path):
    """One of many; the column is what the others make it."""
    good = [f"g{number},Won,2026-01-02,2026-01-03,7" for number in range(40)]
    found = report(read_files(tmp_path, deals(*good, line)), "deals.csv")

    assert [(entry.reason, entry.count) for entry in found.rejects] == [(reason, 1)]
    assert found.rejects[0].examples[0][0] == 44
    assert found.kept == 42


def test_an_ambiguous_column_asks(tmp_path: Path):
    """Every date can be read both ways; an answer settles it."""
    head = "deal_id,stage,opened_on,closed_on,amount\n"
    files = {"d.csv": (head + "a,Won,1/2/2026,3/4/2026,5\nb,Lost,2/3/2026,4/5/2026,0\n").encode()}
    with pytest.raises(Problems) as caught:
        read_files(tmp_path, files)

    assert [(type(part), part.data["column"]) for part in caught.value.problems] == [
        (DatesAmbiguous, "opened_on"),
        (DatesAmbiguous, "closed_on"),
    ]
    assert moves(read_files(tmp_path, files, order=DateOrder.DAY_FIRST))[0] == ("a", "Won", "2026-04-03")
    assert moves(read_files(tmp_path, files, order=DateOrder.MONTH_FIRST))[0] == ("a", "Won", "2026-03-04")


def test_another_column_decides_for_an_ambiguous_one(tmp_path: Path):
    """One 25th in the file."""
    files = {"d.csv": (HEAD + "a,Won,1/2/2026,3/25/2026,5\nb,Lost,2/3/2026,4/5/2026,0\n").encode()}

    assert report(read_files(tmp_path, files), "d.csv").date_order == "month-first"
    assert moves(read_files(tmp_path, files))[1] == ("b", "Lost", "2026-04-05")


def test_another_file_decides_for_an_ambiguous_one(tmp_path: Path):
    """Exports of one system are written in one way."""
    files = {
        "leads.csv": b"lead_id,created_at\nL1,25/12/2025\nL2,1/2/2026\n",
        "d.csv": (HEAD + "a,Won,1/2/2026,3/4/2026,5\nb,Lost,2/3/2026,4/5/2026,0\n").encode(),
    }

    assert moves(read_files(tmp_path, files))[0] == ("a", "Won", "2026-04-03")


def test_two_files_that_contradict_decide_for_none(tmp_path: Path):
    """A third one that proves nothing is asked about."""
    files = {
        "a.csv": b"lead_id,created_at\nL1,25/12/2025\nL2,1/2/2026\n",
        "b.csv": b"lead_id,created_at\nL3,12/25/2025\nL4,1/2/2026\n",
        "c.csv": b"lead_id,created_at\nL5,1/2/2026\nL6,2/3/2026\n",
    }
    with pytest.raises(DatesAmbiguous) as caught:
        read_files(tmp_path, files)

    assert caught.value.data["file"] == "c.csv"


def test_a_file_that_mixes_orders_is_said_so(tmp_path: Path):
    """With an answer, the rows that do not fit are refused."""
    files = {
        "a.csv": ("lead_id,created_at\nL1,25/12/2025\n" + "".join(f"M{n},12/25/2025\n" for n in range(40))).encode()
    }
    with pytest.raises(DatesMixed) as caught:
        read_files(tmp_path, files)
    answered = report(read_files(tmp_path, files, order=DateOrder.MONTH_FIRST), "a.csv")

    assert caught.value.data == {"file": "a.csv", "day_first": "25/12/2025", "month_first": "12/25/2025"}
    assert (answered.kept, answered.rejects[0].reason) == (40, "bad-date")


def test_an_ambiguous_amount_asks(tmp_path: Path):
    """1.250 may be one and a quarter; another number of the file settles it, or a person."""
    lines = ("a,Won,2026-01-01,2026-01-02,1.250", "b,Lost,2026-01-01,2026-01-02,")
    files = {"d.csv": (HEAD + "\n".join(lines)).encode()}
    with pytest.raises(NumbersAmbiguous):
        read_files(tmp_path, files)
    proved = {"d.csv": (HEAD + "\n".join([*lines, 'c,Won,2026-01-01,2026-01-02,"2.000,5"'])).encode()}

    assert rows(read_files(tmp_path, files, mark=","), "deals")[0]["amount"] == 1250
    assert rows(read_files(tmp_path, files, mark="."), "deals")[0]["amount"] == Decimal("1.25")
    assert [row["amount"] for row in rows(read_files(tmp_path, proved), "deals")] == [1250, None, Decimal("2000.5")]


def test_every_amount_keeps_its_own_currency(tmp_path: Path):
    """Euros and dollars of one column are never taken for one; what names none takes what a person said."""
    files = deals("x,Won,2026-01-01,2026-01-02,€5", "y,Won,2026-01-01,2026-01-02,$5")
    currencies = {row["deal"]: row["currency"] for row in rows(read_files(tmp_path, files, currency="TRY"), "deals")}

    assert currencies == {"w": "TRY", "l": "TRY", "x": "EUR", "y": "USD"}


def test_a_column_of_currencies_is_read_as_people_write_it(tmp_path: Path):
    """Codes in any case, signs, the lira's short form."""
    head = "deal_id,stage,closed_on,amount,currency\n"
    lines = ["a,Won,2026-01-01,5,usd", "b,Lost,2026-01-01,5,€", "c,Won,2026-01-01,5,TL", "d,Won,2026-01-01,5,"]
    found = rows(read_files(tmp_path, {"d.csv": (head + "\n".join(lines)).encode()}), "deals")

    assert [row["currency"] for row in found] == ["USD", "EUR", "TRY", None]


def test_a_turnover_is_no_amount(tmp_path: Path):
    """It says what the customer earns; it stays as a label, and the report says so."""
    content = b"mql_id,won_date,declared_monthly_revenue\nL1,2026-01-05,1000\nL2,2026-01-06,0\n"
    read = read_files(tmp_path, {"won.csv": content})

    assert [row["amount"] for row in rows(read, "deals")] == [None, None]
    assert rows(read, "deals")[0]["labels"] == {"declared_monthly_revenue": "1000"}
    assert {issue.code for issue in report(read, "won.csv").issues} == {"turnover-no-amount", "amounts-missing"}


def test_a_misspelt_reference_is_found(tmp_path: Path):
    """With the nearest key there is."""
    files = deals(*[f"x{n},Won,2026-01-01,2026-01-02,5" for n in range(6)])
    lines = files["deals.csv"].decode().splitlines()
    products = ["GTX Pro", "MG", "GTX Basic", "GTXPro", "MG", "MG", "MG", "MG"]
    files["deals.csv"] = "\n".join(
        [lines[0] + ",product", *(f"{a},{b}" for a, b in zip(lines[1:], products, strict=True))]
    ).encode()
    files["products.csv"] = b"product,series\nGTX Pro,GTX\nGTX Basic,GTX\nMG,MG\n"
    (issue,) = [i for i in report(read_files(tmp_path, files), "deals.csv").issues if i.code == "reference-unmatched"]

    assert issue.sentence == Message(
        "issue.reference-near", column="product", value="GTXPro", table="products.csv", rows=1, nearest="GTX Pro"
    )


def test_deals_without_any_stage_are_said_so(tmp_path: Path):
    """Nobody can tell what was won."""
    content = b"deal_id,closed_on,amount\nD1,2026-01-05,10\nD2,2026-01-06,20\n"
    read = read_files(tmp_path, {"d.csv": content})

    assert "stages-missing" in {issue.code for issue in report(read, "d.csv").issues}


def test_a_file_that_says_nothing_is_named(tmp_path: Path):
    """With its headers."""
    with pytest.raises(FileNotUnderstood) as caught:
        read_files(tmp_path, {"weather.csv": b"city,degrees\nIzmir,30\nIzmir,31\n"})

    assert caught.value.data == {"file": "weather.csv", "headers": ("city", "degrees")}


def test_files_of_one_name_in_two_folders_are_two(tmp_path: Path):
    """And one file named twice is one."""
    leads = "lead_id,created_at\n{},2026-01-01\n{},2026-01-02\n"
    files = {"a/leads.csv": leads.format("L1", "L2").encode(), "b/leads.csv": leads.format("L3", "L4").encode()}
    read = read_files(tmp_path, files)
    twice = FileSource(paths=(tmp_path / "a/leads.csv", tmp_path / "a/leads.csv")).read()

    assert [row["lead"] for row in rows(read, "leads")] == ["L1", "L2", "L3", "L4"]
    assert list(twice.received) == ["leads.csv"]


@pytest.mark.parametrize(("place", "reason"), [("missing.csv", "reason.not-there"), (".", "reason.is-folder")])
def test_what_cannot_be_opened_is_named(place: str, reason: str, tmp_path: Path):
    """With the reason in words."""
    with pytest.raises(FileMissing) as caught:
        FileSource(paths=(tmp_path / place,)).read()

    assert caught.value.data["reason"] == Message(reason)


def test_what_a_row_says_beside_becomes_a_label(tmp_path: Path):
    """Nothing is dropped: neither the status of a lead nor its score."""
    content = b"lead_id,created_at,lead status,score,note\nL1,2026-01-01,Working,7,x\nL2,2026-01-02,New,9,unknown\n"
    read = read_files(tmp_path, {"leads.csv": content})

    assert rows(read, "leads")[0]["labels"] == {"lead status": "Working", "score": "7", "note": "x"}
    assert rows(read, "leads")[1]["labels"] == {"lead status": "New", "score": "9"}


@pytest.mark.parametrize("column", ["is_lead", "has_company", "account", "owner", "deal"])
def test_yes_and_no_are_neither_keys_nor_companies(column: str, tmp_path: Path):
    """Whatever the header promises."""
    content = f"lead_id,created_at,{column}\nL1,2026-01-01,true\nL2,2026-01-02,false\n"
    read = read_files(tmp_path, {"leads.csv": content.encode()})

    assert roles(read, "leads.csv") == {"lead_id": "lead key", "created_at": "created"}


CELLS = st.sampled_from(
    ["", "x", "Won", "Lost", "2026-01-02", "31.12.2025", "1.250,50", "12", "unknown", '"', "a;b", "ş"]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=12))
def test_rows_in_are_rows_kept_and_rows_refused(lines: list[list[str]]):
    """Of any text below the headers; each refused row has a reason, each kept one its fact."""
    good = "".join(f"g{number},{'Won' if number % 2 else 'Lost'},2026-01-01,2026-01-09,5\n" for number in range(300))
    text = HEAD + good + "\n".join(",".join(line) for line in lines)
    file = read_text_file(name="d.csv", content=text.encode())
    understood = understand(files=[file])
    (mapping,) = propose_mappings(understood=understood, order=DateOrder.DAY_FIRST, mark=",")
    made = facts_of_file(file=file, mapping=mapping)

    assert file.rows_in == made.kept + len(made.rejected)
    # A record is one fact of its own and may be others beside; an event of a log may share the lead that it begins.
    assert made.kept <= sum(map(len, made.tables.values()))
    assert all(reject.reason and reject.line > 1 for reject in made.rejected)
