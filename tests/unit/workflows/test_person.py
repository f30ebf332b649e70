"""A person is found in all that is kept, handed out, and taken out of it for good; figures keep their counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.received import facts_of_received
from funnelpact.adapters.connectors.files.source import FileSource
from funnelpact.adapters.warehouse.rebuild import rebuild
from funnelpact.apps.language import language
from funnelpact.core.terms.report import ImportReport
from funnelpact.core.view.intake.imports import report_data
from funnelpact.workflows.person import PersonAmbiguous, PersonUnknown
from funnelpact.workflows.rollup import roll_up
from funnelpact.workflows.sync import import_facts
from tests.residue import residue
from tests.stores import Company, company_in
from tests.worlds import batches_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
AYSE = ("ayse.kaya@x.example", "ayse@home.example", "+90 532 111 22 33", "Kaya", "C-9007", "L-1007")
LEADS = "Lead ID,Full Name,Email,Phone,Lead Source,Created Date,Stage\n" + "".join(
    f"L-{1000 + n},Person {n} {'Kaya' if n == 7 else 'Y'},{'Ayse.Kaya@X.example ' if n == 7 else f'p{n}@x.example'},"
    f"{'+90 532 111 22 33' if n == 7 else f'+90 532 000 00 {n:02}'},{('Web', 'Fair')[n % 2]},2026-01-{n % 28 + 1:02},{('MQL', 'SQL')[n % 2]}\n"
    for n in range(40)
)  # fmt: skip
DEALS = "Deal ID,Deal Name,Lead ID,Amount,Stage,Created Date,Close Date\n" + "".join(
    f"D-{n},{'Kaya order' if n == 7 else f'order {n}'},L-{1000 + n},{100 + n},{('Closed Won', 'Closed Lost')[n % 3 == 0]},2026-02-{n + 1:02},2026-03-{n + 1:02}\n"
    for n in range(20)
)  # fmt: skip
CALLS = "Activity Type,Lead ID,Activity Date,Owner,Subject\n" + "".join(
    f"Call,L-{1000 + n},2026-01-{n % 28 + 1:02} 10:00,ann,{'to Kaya' if n == 7 else 'hello'}\n" for n in range(30)
)
MERGES = "Merged Lead ID,Surviving Lead ID,Merge Date\nC-9007,L-1007,2026-04-01\nC-9008,L-1008,2026-04-01\n"
FILES = {"leads.csv": LEADS, "deals.csv": DEALS, "calls.csv": CALLS, "merges.csv": MERGES}


@pytest.fixture
def company(tmp_path: Path, request: pytest.FixtureRequest) -> Company:
    """A company with leads, deals, calls and merges; on both databases for tests that ask for one."""
    address = request.getfixturevalue("database") if "database" in request.fixturenames else None
    made = company_in(tmp_path / "data", address=address)
    take(made, tmp_path / "in", FILES)
    return made


def take(company: Company, folder: Path, files: dict[str, str], *, dry_run: bool = False) -> ImportReport:
    """Import files together."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    source = FileSource(paths=tuple(folder / name for name in files), currency="EUR", zone="UTC")
    return import_facts(source=source, store=company.store, known_at=NOON, dry_run=dry_run)


def counts(company: Company) -> dict[str, int]:
    """The rows of each table of facts as they stand."""
    tables = company.store.facts()
    return {name: table.count().to_pyarrow().as_py() for name, table in tables.items()}


def forgotten_rows(report: ImportReport) -> dict[str, int]:
    """The rows of people who were erased, by file."""
    return {file.name: issue.count for file in report.files for issue in file.issues if issue.code == "forgotten-rows"}


def test_everything_about_a_person_is_found_by_an_address(company: Company):
    """From it the record, what was merged with it, its deal and calls; whole rows, as they were received."""
    found = company.export(" AYSE.kaya@x.example")
    held = {name: [row for _, row in traces.rows] for name, traces in found.person.rows[1].items()}

    assert {(name.scope, name.text) for name in found.person.records} == {("lead", "L-1007"), ("lead", "C-9007")}
    assert {name: len(rows) for name, rows in held.items()} == dict.fromkeys(FILES, 1)
    assert held["leads.csv"][0]["Full Name"] == "Person 7 Kaya"
    assert {name: len(rows) for name, rows in found.facts.items()} == {
        "leads": 1, "transitions": 1, "touches": 1, "deals": 1, "merges": 1
    }  # fmt: skip
    assert [row["key"] for row in found.passes] == ["L-1007"]


@pytest.mark.parametrize(
    "asked", ["ayse.kaya@x.example", "0090 (532) 111-22-33", "+90 532 111 22 33", "L-1007", "C-9007"]
)
def test_any_name_leads_to_the_person(asked: str, tmp_path: Path):
    """An address, a phone number however it is written, the key of a record or of one that was merged into it."""
    company = company_in(tmp_path / "data")
    take(company, tmp_path / "in", FILES)

    assert {name.text for name in company.export(asked).person.records} == {"L-1007", "C-9007"}


def test_nothing_of_the_person_is_left(company: Company, database: str | None):
    """No byte in any file nor in the database, and every figure's rows are there; a rebuild is equal."""
    folder, before = company.store.folder, counts(company)
    company.inbox.put(source="hook", body=json.dumps({"email": "ayse.kaya@x.example"}).encode(), received_at=NOON)
    company.inbox.put(source="hook", body=b'{"email": "p8@x.example"}', received_at=NOON)
    assert len(residue(folder, *AYSE, address=database)) > 5
    (receipt,) = company.erase("ayse.kaya@x.example", by="DPO").receipts

    assert residue(folder, *AYSE, "ayse", address=database) == []
    assert counts(company) == before
    assert [message.body for message in company.inbox.everything()] == [b'{"email": "p8@x.example"}']
    assert rebuild(store=company.store, facts_of_received=facts_of_received).equal
    assert receipt.facts == {
        "leads": {1: 1},
        "touches": {1: 1},
        "deals": {1: 1},
        "merges": {1: 1},
    }
    assert [(file.name, file.rows) for file in receipt.files] == [(name, 1) for name in FILES]
    assert all(file.before != file.after for file in receipt.files)
    assert (receipt.by, receipt.messages, receipt.passes) == ("DPO", 1, 1)
    assert company.forgotten.receipts() == [receipt]


def test_the_journeys_are_made_again_and_equal(company: Company):
    """Each pass as before but for its key."""
    before = company.store.snapshot().journeys()["passes"].drop("record", "key", "deals").to_pyarrow().to_pylist()
    number = company.store.snapshot().generation
    company.erase("L-1007")
    after = company.store.snapshot().journeys()["passes"].drop("record", "key", "deals").to_pyarrow().to_pylist()
    later = company.store.snapshot().generation

    assert sorted(map(str, after)) == sorted(map(str, before))
    assert number is not None
    assert later is not None
    assert later.number > number.number


def test_other_peoples_rows_stay_as_they_were(company: Company):
    """Every row of everybody else, label for label."""

    def others() -> list[str]:
        rows = company.store.facts()["leads"].drop("lead_nr").to_pyarrow().to_pylist()
        return sorted(str(row) for row in rows if row["lead"] != "L-1007" and not row["lead"].startswith("forgotten"))

    before = others()
    company.erase("ayse.kaya@x.example")

    assert len(before) == 39
    assert others() == before


def test_no_import_brings_them_back(company: Company, tmp_path: Path, database: str | None):
    """The same file, the same under another name, a newer export; each row counts once, and the report says how many."""
    company.erase("ayse.kaya@x.example")
    before = counts(company)
    same = take(company, tmp_path / "in", FILES)
    renamed = take(company, tmp_path / "in", {"other " + name: text for name, text in FILES.items()})
    newer = take(
        company,
        tmp_path / "in",
        {"leads.csv": LEADS.replace("SQL", "Won"), "deals.csv": DEALS.replace(",107,", ",117,")},
    )

    assert (same.repeated, renamed.repeated, newer.batch) == (True, True, 2)
    assert forgotten_rows(newer) == {"leads.csv": 1, "deals.csv": 1}
    assert counts(company) == {**before, "transitions": before["transitions"]}
    assert residue(company.store.folder, *AYSE, address=database) == []
    with pytest.raises(PersonUnknown):
        company.export("ayse.kaya@x.example")
    assert rebuild(store=company.store, facts_of_received=facts_of_received).equal


@pytest.mark.parametrize("way", ["dry run", "the same again", "a newer export"])
def test_an_import_shows_nothing_of_them(way: str, tmp_path: Path):
    """Neither as a sample of a column, nor as a row that was refused, nor as an example; others are still shown."""
    company = company_in(tmp_path / "data")
    lines = [line for line in LEADS.splitlines() if "Kaya" in line or "Person 3 " in line]
    header = LEADS.splitlines()[0]
    rows = "\n".join([header, *lines, lines[1], '"L-1007,Kaya again,ayse.kaya@x.example'])
    take(company, tmp_path / "in", {"leads.csv": rows})
    company.erase("ayse.kaya@x.example")
    changed = rows.replace("SQL", "Won") if way == "a newer export" else rows
    report = take(company, tmp_path / "in", {"leads.csv": changed}, dry_run=way == "dry run")
    shown = json.dumps(report_data(report=report, language=language("en")), ensure_ascii=False)

    assert forgotten_rows(report)["leads.csv"] >= 2
    assert "Person 3 Y" in shown
    assert [name for name in (*AYSE, "Kaya again") if name.casefold() in shown.casefold()] == []
    assert (report.batch is None) == (way != "a newer export")


def test_a_new_record_of_them_is_known_by_the_address_and_from_then_on_by_its_key(company: Company, tmp_path: Path):
    """Also in files that name the key alone."""
    company.erase("L-1007")
    first = take(company, tmp_path / "in", {"leads.csv": LEADS.replace("L-1007", "L-7777")})
    second = take(company, tmp_path / "in", {"calls.csv": CALLS.replace("L-1007", "L-7777")})

    assert forgotten_rows(first) == {"leads.csv": 1}
    assert forgotten_rows(second) == {"calls.csv": 1}
    assert residue(company.store.folder, "L-7777", *AYSE) == []


def test_a_second_address_of_theirs_is_forgotten_too_but_not_one_that_others_have(company: Company, tmp_path: Path):
    """The switchboard of a company is nobody's."""
    text = "Lead ID,Email,Second Email,Phone,Created Date\n" + "".join(
        f"M-{n},m{n}@y.example,{'me@home.example' if n == 3 else ''},+1 555 000 1234,2026-05-{n + 1:02}\n"
        for n in range(9)
    )
    take(company, tmp_path / "in", {"more.csv": text})
    company.erase("m3@y.example")
    report = take(company, tmp_path / "in", {"more.csv": text.replace("M-3,m3@y", "M-33,new@y")})

    assert forgotten_rows(report) == {"more.csv": 1}
    assert residue(company.store.folder, "m3@y.example", "me@home.example", "M-33") == []
    assert {row["lead"] for row in company.store.facts()["leads"].to_pyarrow().to_pylist()} >= {"M-2", "M-4"}


def test_an_owners_address_takes_no_lead_with_it(company: Company, tmp_path: Path):
    """Who works on a record is not whom it is about."""
    text = "Lead ID,Email,Owner Email,Created Date\n" + "".join(
        f"M-{n},m{n}@y.example,rep@ours.example,2026-05-{n + 1:02}\n" for n in range(9)
    )
    take(company, tmp_path / "in", {"more.csv": text})
    found = company.export("rep@ours.example")
    company.erase("rep@ours.example")

    assert found.person.records == frozenset()
    assert residue(company.store.folder, "rep@ours.example") == []
    assert len(residue(company.store.folder, "m4@y.example")) == 2


def test_facts_that_came_without_files_are_rewritten(company: Company, database: str | None):
    """As a simulated company has them: keys, labels, addresses of records; the rest of the row stays."""
    world = """
        lead W-1 2026-01-01 type=web person=P-1 url=https://crm.example/W-1 mail=zoe@z.example name=Zoe
        lead W-2 2026-01-01 type=web person=P-2 mail=yan@z.example
        lead W-1 > SQL 2026-01-05
        touch W-1 2026-01-02T10:00 outcome=reached
        deal w1 of W-1 2026-01-08 amount=100 note=Zoe
        batch
        lead W-1 2026-01-01 type=web mail=zoe@z.example
        handover W-1 2026-01-03 owner=ann
    """
    for number, facts in enumerate(batches_of(world)):
        company.store.add(facts=facts, received={}, known_at=NOON, mapping={"n": number}, report={})
    before = counts(company)
    company.erase("zoe@z.example")
    again = [
        company.store.add(facts=facts, received={}, known_at=NOON, mapping={"n": number}, report={})
        for number, facts in enumerate(batches_of(world))
    ]
    newer = company.store.add(
        facts=next(batches_of("lead W-1 2026-01-01 type=fair mail=zoe@z.example")), received={}, known_at=NOON, mapping={}, report={}
    )  # fmt: skip

    assert again == [None, None]
    assert newer is not None
    assert newer.report["forgotten"] == {"leads": 1}
    assert residue(company.store.folder, "W-1", "zoe", "P-1", address=database) == []
    assert counts(company) == before
    assert rebuild(store=company.store, facts_of_received=facts_of_received).equal


def test_messages_are_rolled_up_without_them(company: Company, database: str | None):
    """Also those that nobody can read."""
    company.erase("ayse.kaya@x.example")
    for body in (b'{"Lead ID": "L-1007", "Email": "AYSE.kaya@x.example", "Created Date": "2026-06-01"}',
                 b'{"Lead ID": "L-5000", "Email": "o@x.example", "Created Date": "2026-06-02"}', b"ayse.kaya@x.example {"):  # fmt: skip
        company.inbox.put(source="hook", body=body, received_at=NOON)

    def read(received: dict[str, bytes]) -> object:
        path = company.store.folder.parent / "hook.jsonl"
        path.write_bytes(received["hook.jsonl"])
        return FileSource(paths=(path,)).read()

    rolled = roll_up(source="hook", inbox=company.inbox, store=company.store, read=read, now=NOON)  # type: ignore[arg-type]
    company.forgotten.wipe()

    assert rolled is not None
    assert (rolled.messages, rolled.refused, rolled.forgotten) == (3, 1, 2)
    assert residue(company.store.folder, "ayse", "L-1007", address=database) == []
    assert "L-5000" in company.store.facts()["leads"].to_pyarrow()["lead"].to_pylist()


def test_nobody_is_said_so_and_once_more_changes_nothing(company: Company):
    """An erasure that was done says what its receipt says."""
    with pytest.raises(PersonUnknown):
        company.erase("nobody@x.example")
    first = company.erase("L-1007")
    again = company.erase("L-1007")

    assert (first.again, again.again) == (False, True)
    assert first.receipts == again.receipts == company.forgotten.receipts()


def test_a_key_of_two_sources_asks_which(company: Company):
    """They may be two people; the other one stays."""
    company.store.add(
        facts=next(batches_of("lead L-1007 2026-01-01")), received={}, known_at=NOON, mapping={}, report={}
    )
    with pytest.raises(PersonAmbiguous) as caught:
        company.export("L-1007")
    company.erase("L-1007", source="files")

    assert caught.value.data == {"sources": ("files", "test")}
    assert [
        row["source"] for row in company.store.facts()["leads"].to_pyarrow().to_pylist() if row["lead"] == "L-1007"
    ] == ["test"]


def test_rows_that_could_not_be_read_lose_their_text(company: Company, tmp_path: Path):
    """A damaged row that names them is enough for the file to be written anew."""
    broken = "Lead ID,Email,Created Date\nN-1,n1@x.example,2026-01-01\nN-2,ayse.kaya@x.example,2026-01-01,too,many\nN-3,n3@x.example,soon\n"
    text = broken + "".join(f"N-{n},n{n}@x.example,2026-01-02\n" for n in range(10, 40))
    take(company, tmp_path / "in", {"broken.csv": text})
    company.erase("ayse.kaya@x.example")

    assert residue(company.store.folder, "ayse") == []
    assert len(residue(company.store.folder, "n3@x.example")) == 1
