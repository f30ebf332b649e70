"""What files are about: exports of several CRMs, in two languages, under telling headers and under none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.source import Read
from tests import exports
from tests.filefacts import moves, read_files, report, roles, rows

TELLING = {"leads.csv": ["aday_no", "kayıt tarihi", "kaynak", "segment"],
           "deals.csv": ["fırsat no", "aday no", "aşama", "açılış tarihi", "kapanış tarihi", "tutar", "yeni mi"]}  # fmt: skip
SILENT = {"leads.csv": ["c1", "c2", "c3", "c4"], "deals.csv": ["k1", "k2", "k3", "k4", "k5", "k6", "k7"]}
ORDER = {"leads.csv": [3, 1, 0, 2], "deals.csv": [6, 4, 5, 2, 1, 3, 0]}


def test_contacts_and_deals_as_hubspot_exports_them(tmp_path: Path):
    """Numeric ids in both; the deal's name is not its key; the day of a stage moves a contact; zones come to UTC."""
    read = read_files(tmp_path, exports.hubspot())

    assert roles(read, "contacts.csv") == {
        "Record ID": "lead key",
        "Lifecycle Stage": "stage",
        "Contact owner": "owner",
        "Create Date": "created",
        "Became a Sales Qualified Lead Date": "stage date",
        "Original Source": "lead type",
    }
    assert roles(read, "deals.csv") == {
        "Record ID": "deal key",
        "Deal Stage": "stage",
        "Amount": "amount",
        "Close Date": "closed",
        "Create Date": "created",
        "Deal owner": "owner",
        "Associated Contact IDs": "lead key",
    }
    assert len({row["deal"] for row in rows(read, "deals")}) == 20
    assert {row["lead"] for row in rows(read, "deals")} <= {row["lead"] for row in rows(read, "leads")}
    assert rows(read, "leads")[0]["happened_at"].isoformat() == "2026-01-01T05:15:00+00:00"
    assert len([move for move in moves(read) if move[1] == "Became a Sales Qualified Lead Date"]) == 20


def test_opportunities_as_salesforce_exports_them(tmp_path: Path):
    """Month first, dollars with thousands, the id rather than the name, expected closings that have not happened."""
    read = read_files(tmp_path, exports.salesforce())
    found = report(read, "report1712.csv")

    assert (found.kind, found.kept, found.date_order, found.currency) == ("deals", 40, "month-first", "USD")
    assert roles(read, "report1712.csv")["Opportunity ID"] == "deal key"
    assert roles(read, "report1712.csv")["Amount"] == "amount"
    assert rows(read, "deals")[0]["amount"] == Decimal("1234.5")
    assert rows(read, "deals")[0]["company"] == "Firm 0, Inc."
    assert not [move for move in moves(read) if move[2] > "2026-12-31"]


def test_a_turkish_crm_in_its_old_code_page(tmp_path: Path):
    """Semicolons, points in days, liras with a comma, Turkish stages."""
    read = read_files(tmp_path, exports.turkish())
    leads, deals = report(read, "adaylar.csv"), report(read, "firsatlar.csv")

    assert (leads.kind, deals.kind) == ("leads", "deals")
    assert (deals.encoding, deals.separator, deals.date_order) == ("cp1254", ";", "day-first")
    assert (deals.decimal_mark, deals.currency) == (",", "TRY")
    assert roles(read, "adaylar.csv") == {
        "Aday No": "lead key",
        "Firma": "company",
        "Kaynak": "lead type",
        "Kayıt Tarihi": "created",
        "Ülke": "country",
    }
    assert roles(read, "firsatlar.csv") == {
        "Fırsat No": "deal key",
        "Aday No": "lead key",
        "Aşama": "stage",
        "Tutar": "amount",
        "Oluşturulma Tarihi": "created",
        "Kapanış Tarihi": "closed",
        "Satış Temsilcisi": "owner",
        "Ürün": "product",
    }
    assert rows(read, "deals")[0]["amount"] == Decimal("1250.5")
    assert moves(read)[0] == ("F-000", "Kazanıldı", "2026-01-31")


@pytest.mark.parametrize(
    "files",
    [
        exports.renamed(exports.plain(), TELLING),
        exports.renamed(exports.plain(), SILENT),
        exports.shuffled(exports.plain(), ORDER),
        exports.shuffled(exports.renamed(exports.plain(), SILENT), ORDER),
        dict(reversed(exports.plain().items())),
    ],
    ids=[
        "Turkish headers",
        "headers without meaning",
        "shuffled",
        "shuffled without meaning",
        "files the other way round",
    ],
)
def test_other_headers_and_orders_give_the_same_facts(files: dict[str, bytes], tmp_path: Path):
    """Leads, deals with their leads and amounts, moves: the values decide where headers do not."""
    expected, found = read_files(tmp_path / "a", exports.plain()), read_files(tmp_path / "b", files)

    def core(read: Read, table: str, *columns: str) -> list[tuple[str, ...]]:
        return sorted(tuple(str(row[column]) for column in columns) for row in rows(read, table))

    assert core(found, "leads", "lead", "happened_at") == core(expected, "leads", "lead", "happened_at")
    deal = ("deal", "lead", "happened_at", "amount", "outcome")
    assert core(found, "deals", *deal) == core(expected, "deals", *deal)
    assert moves(found) == moves(expected)


def test_other_names_of_files_change_nothing(tmp_path: Path):
    """Not even the facts' source: the next export corrects this one."""
    plain = exports.plain()
    found = read_files(tmp_path, {"1.txt": plain["leads.csv"], "export (2)": plain["deals.csv"]})
    expected = read_files(tmp_path, plain)

    assert {name: table.to_pylist() for name, table in found.facts.items()} == {
        name: table.to_pylist() for name, table in expected.facts.items()
    }


def test_a_file_in_two_parts_is_one(tmp_path: Path):
    """Split between rows, each part with the headers."""
    plain = exports.plain()
    head, *lines = plain["leads.csv"].decode().splitlines()
    parts = {f"leads_{n}.csv": "\n".join([head, *part]).encode() for n, part in enumerate((lines[:15], lines[15:]))}
    found = read_files(tmp_path, {**parts, "deals.csv": plain["deals.csv"]})

    assert sorted(row["lead"] for row in rows(found, "leads")) == [f"L{n:03}" for n in range(40)]
    assert len(rows(found, "deals")) == 12


def test_tables_that_deals_look_up_are_placed_by_their_use(tmp_path: Path):
    """Neither header says product or owner: the deals do."""
    deals = exports.text(
        [["deal id", "stage", "closed on", "product", "owner"]]
        + [[f"D{n}", "Won" if n % 2 else "Lost", "2026-01-05", f"P{n % 3}", f"Ada {n % 2}"] for n in range(12)]
    )
    files = {
        "deals.csv": deals.encode(),
        "x.csv": b"code,family\nP0,a\nP1,a\nP2,b\n",
        "y.csv": b"who,place\nAda 0,West\nAda 1,East\n",
    }
    read = read_files(tmp_path, files)

    assert (report(read, "x.csv").kind, report(read, "y.csv").kind) == ("products", "people")
    assert rows(read, "products")[0]["labels"] == {"family": "a"}
    assert rows(read, "people")[1]["owner"] == "Ada 1"


def test_small_numbers_are_no_references(tmp_path: Path):
    """A count of employees is found among the ids 1 to 60, and is none of them."""
    leads = exports.text(
        [["id", "email", "created"], *([str(n), f"a{n}@example.org", "2026-01-01"] for n in range(1, 61))]
    )
    deals = exports.text(
        [["deal id", "stage", "closed on", "amount", "visits"]]
        + [[f"D{n}", "Won" if n % 2 else "Lost", "2026-01-05", "5", str(n % 70)] for n in range(1, 140)]
    )
    read = read_files(tmp_path, {"leads.csv": leads.encode(), "deals.csv": deals.encode()})

    assert "visits" not in roles(read, "deals.csv")


def test_deals_whose_stage_is_where_they_ended(tmp_path: Path):
    """A status beside the stage says what became of a deal; where only days say it, they do. Codes of currencies are found by value."""
    ends = ("Won", "Lost", "Open")
    head = "Deal - ID,Deal - Stage,Deal - Status,Deal - Value,Deal - Currency of Value,Deal - Deal created,Deal - Won time,Deal - Lost time"
    lines = [
        f"{n},{('Demo', 'Offer')[n % 2]},{ends[n % 3]},{n}0.5,EUR,2026-01-{n + 1:02d},{f'2026-02-{n + 1:02d}' if n % 3 == 0 else ''},{f'2026-03-{n + 1:02d}' if n % 3 == 1 else ''}"
        for n in range(24)
    ]
    without = [",".join([*line.split(",")[:2], *line.split(",")[3:]]) for line in (head, *lines)]
    both = read_files(tmp_path / "a", {"d.csv": "\n".join([head, *lines]).encode()})
    days = read_files(tmp_path / "b", {"d.csv": "\n".join(without).encode()})

    assert roles(both, "d.csv")["Deal - Status"] == "stage"
    assert [row["currency"] for row in rows(both, "deals")] == ["EUR"] * 24
    for read, lost in ((both, "Lost"), (days, "lost")):
        assert [move for move in moves(read) if move[0] in {"0", "1"}] == [
            ("0", "won", "2026-02-01"),
            ("1", lost, "2026-03-02"),
        ]


def test_a_currency_may_stand_in_the_header(tmp_path: Path):
    """In brackets or behind the name."""
    for header in ("Amount spent (EUR)", "cost_eur", "Cost [€]"):
        lines = [f"2026-01-{n + 1:02d},C{n % 3},{n}.25" for n in range(20)]
        read = read_files(tmp_path, {"s.csv": "\n".join([f"Day,Campaign,{header}", *lines]).encode()})

        assert report(read, "s.csv").currency == "EUR"


def test_the_new_owner_is_the_one_to_whom_a_lead_was_given(tmp_path: Path):
    """Not the one from whom it was taken, who stands before."""
    lines = [f"L{n % 10},ann,bob,2026-01-{n + 1:02d} 10:00" for n in range(20)]
    read = read_files(tmp_path, {"h.csv": "\n".join(["lead_id,from_owner,to_owner,changed_at", *lines]).encode()})

    assert {row["owner"] for row in rows(read, "handovers")} == {"bob"}
