"""What people do about their data: look, make again, carry away, bring back; on both databases."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from funnelpact.adapters.records.dump import BackupOfOtherRelease, Dump, RestoreNotEmpty
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.records.mappings import Mappings
from funnelpact.adapters.warehouse.archive import BackupImpossible, BackupUnusable
from funnelpact.adapters.warehouse.facts import FactFolder
from funnelpact.adapters.warehouse.landing import LandingDamaged
from funnelpact.apps.wiring import back_up, check_stores, fact_folder, file_source, rebuild_facts, restore_backup
from funnelpact.core.facts.kept import Delivery
from funnelpact.workflows.sync import import_facts
from tests import exports
from tests.postgres import Cluster
from tests.stores import records_in
from tests.worlds import batches_of

NOON = datetime(2026, 11, 1, 12, 0, 0, 123_456, tzinfo=UTC)
Setting = Callable[[str | None], None]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Set FUNNELPACT_DATABASE, or take it away."""

    def set_to(address: str | None) -> None:
        if address is None:
            monkeypatch.delenv("FUNNELPACT_DATABASE", raising=False)
        else:
            monkeypatch.setenv("FUNNELPACT_DATABASE", address)

    return set_to


@pytest.fixture
def company(tmp_path: Path, database: str | None, setting: Setting) -> FactFolder:
    """A folder with files that were imported, facts without files, a correction, a cursor, messages and mappings."""
    setting(database)
    store = fact_folder(tmp_path / "data")
    (tmp_path / "in").mkdir()
    for name, content in exports.plain().items():
        (tmp_path / "in" / name).write_bytes(content)
    source = file_source(paths=sorted((tmp_path / "in").iterdir()))
    import_facts(source=source, store=store, known_at=NOON)
    for number, facts in enumerate(
        batches_of("lead z 2026-01-01 note=x\nbatch\nlead z 2026-01-02\ndeal y of z 2026-01-03")
    ):
        delivery = Delivery(cursor={"page": number})
        store.add(facts=facts, received={}, known_at=NOON, mapping={"n": number}, report={}, delivery=delivery)
    records = records_in(tmp_path / "data", address=database)
    Inbox(records).put(source="hook", body=b"\x00\xff", received_at=NOON)
    Mappings(records).save_funnel({"version": 1, "reopen_days": 14}, saved_at=NOON)
    return store


def rows(store: FactFolder) -> dict[str, list[str]]:
    """All facts and keys, in an order of their own."""
    tables = {**store.facts(), "keys": store.keys()}
    return {name: sorted(map(repr, table.to_pyarrow().to_pylist())) for name, table in tables.items()}


def wrong(folder: Path, *, deep: bool = True) -> list[str]:
    """The codes of what is wrong in a data folder."""
    checks = check_stores(folder, deep=deep)
    assert all(check.ok or check.remedy for check in checks)
    return [check.code for check in checks if not check.ok]


def test_a_rebuild_is_equal_row_for_row(company: FactFolder):
    """Facts, numbers and corrections; the files are others."""
    before, files = rows(company), {file.path for file in company.ledger.fact_files()}
    made = rebuild_facts(company.folder)

    assert made.equal
    assert made.batches == 3
    assert sum(made.rows.values()) == 64 + 3
    assert rows(company) == before
    assert not files & {file.path for file in company.ledger.fact_files()}
    assert wrong(company.folder) == []


def test_facts_that_were_lost_come_back(company: FactFolder):
    """A file is gone, another is damaged, a third is replaced by another: the rebuild says so, and all is well again."""
    before = rows(company)
    files = {file.table: company.folder / file.path for file in company.ledger.fact_files()}
    files["leads"].unlink()
    files["transitions"].write_bytes(b"damaged")
    files["keys"].write_bytes(
        next(f for f in (company.folder / "facts" / "keys").iterdir() if f != files["keys"]).read_bytes()
    )
    found = wrong(company.folder)
    made = rebuild_facts(company.folder)

    assert found == ["facts"]
    assert set(made.uncompared) == {"leads", "transitions"}
    assert set(made.different) == {"keys"}
    assert rows(company) == before
    assert wrong(company.folder) == []


def test_a_damaged_landing_is_not_rebuilt_from(company: FactFolder):
    """And the facts stay as they are."""
    before = rows(company)
    file = company.ledger.landing_files()[0]
    (company.folder / file.path).write_bytes((company.folder / file.path).read_bytes()[:-9])

    assert wrong(company.folder, deep=False) == ["landing"]
    with pytest.raises(LandingDamaged):
        rebuild_facts(company.folder)
    assert rows(company) == before


def test_a_changed_file_of_the_same_size_is_found_by_reading(company: FactFolder):
    """With `deep`."""
    file = company.folder / company.ledger.fact_files()[0].path
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)

    assert wrong(company.folder, deep=False) == []
    assert wrong(company.folder) == ["facts"]


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_is_restored_whole(target: str, company: FactFolder, setting: Setting, request: pytest.FixtureRequest):
    """From each database into each: facts, what was known when, cursor, messages, mappings; and it goes on from there."""
    tmp_path = company.folder.parent
    before = rows(company)
    batches, cursor = company.batches(), company.ledger.cursor("files")  # type: ignore[attr-defined]
    count = back_up(company.folder, path=tmp_path / "backup.tar")
    address = None if target == "sqlite" else request.getfixturevalue("postgres").new_database()
    setting(address)
    restore_backup(tmp_path / "again", path=tmp_path / "backup.tar")
    again, records = fact_folder(tmp_path / "again"), records_in(tmp_path / "again", address=address)
    restored = rows(again)
    (message,) = Inbox(records).oldest(source="hook", most=9)
    more = again.add(facts=next(batches_of("lead new 2026-01-01")), received={}, known_at=NOON, mapping={}, report={})

    journeys = company.ledger.generation()
    assert journeys is not None
    kept_files = len(company.ledger.fact_files()) + len(company.ledger.landing_files())
    assert count == kept_files + len(journeys.paths)
    assert restored == before
    assert again.batches()[:3] == batches
    assert batches[2].known_at == NOON + timedelta(microseconds=2)
    assert again.ledger.cursor("files") == cursor == {"page": 1}  # type: ignore[attr-defined]
    assert (message.body, message.received_at) == (b"\x00\xff", NOON)
    assert Mappings(records).funnel() == (1, {"version": 1, "reopen_days": 14})
    assert Inbox(records).put(source="hook", body=b"", received_at=NOON) == message.number + 1
    assert more is not None
    assert more.number == 4
    assert wrong(tmp_path / "again") == []
    assert [path.name for path in company.folder.iterdir() if path.name.startswith("backup")] == []


def test_nothing_is_restored_over_something(company: FactFolder, tmp_path: Path, setting: Setting, postgres: Cluster):
    """Neither a folder nor a database that holds anything."""
    back_up(company.folder, path=tmp_path / "backup.tar")
    with pytest.raises(RestoreNotEmpty):
        restore_backup(company.folder, path=tmp_path / "backup.tar")
    address = postgres.new_database()
    setting(address)
    Inbox(records_in(tmp_path, address=address)).put(source="s", body=b"", received_at=NOON)
    with pytest.raises(RestoreNotEmpty):
        restore_backup(tmp_path / "again", path=tmp_path / "backup.tar")

    assert not (tmp_path / "again").exists()


def changed(archive: Path, how: str) -> None:
    """Rewrite a backup, changed in one way."""
    with tarfile.open(archive) as tar:
        entries = [(entry, tar.extractfile(entry).read()) for entry in tar.getmembers()]  # type: ignore[union-attr]
    if how == "a byte of a file":
        entry, content = entries[-1]
        entries[-1] = (entry, content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "a file less":
        entries.pop()
    elif how == "records":
        index = next(index for index, (entry, _) in enumerate(entries) if entry.name == "records.jsonl")
        entries[index] = (entries[index][0], entries[index][1].replace(b'"hook"', b'"hack"'))
    elif how == "a way out":
        info = tarfile.TarInfo("files/../../out")
        info.size = 1
        entries.append((info, b"x"))
    with tarfile.open(archive, "w") as tar:
        for entry, content in entries[how == "no manifest" :]:
            tar.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    "how", ["a byte of a file", "a file less", "records", "a way out", "no manifest", "cut", "text"]
)
def test_a_backup_that_is_not_as_it_was_written_is_refused(
    how: str, company: FactFolder, tmp_path: Path, setting: Setting
):
    """And nothing of it stays."""
    archive = tmp_path / "backup.tar"
    back_up(company.folder, path=archive)
    if how == "cut":
        archive.write_bytes(archive.read_bytes()[:20_000])
    elif how == "text":
        archive.write_text("no archive")
    else:
        changed(archive, how)
    setting(None)
    with pytest.raises(BackupUnusable):
        restore_backup(tmp_path / "again", path=archive)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data", "in"]


def test_a_backup_of_another_release_is_refused(tmp_path: Path):
    """Its rows would not fit."""
    lines = [json.dumps({"steps": ["records.0000_earlier"]})]
    with pytest.raises(BackupOfOtherRelease, match="0000_earlier"):
        Dump(records_in(tmp_path)).read(lines)

    assert Inbox(records_in(tmp_path)).waiting() == []


def test_damage_is_not_backed_up(company: FactFolder, tmp_path: Path):
    """A backup holds every file as it was kept, or is not written."""
    file = company.folder / company.ledger.fact_files()[0].path
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BackupImpossible):
        back_up(company.folder, path=tmp_path / "backup.tar")
    file.unlink()
    with pytest.raises(BackupImpossible):
        back_up(company.folder, path=tmp_path / "backup.tar")

    assert not list(tmp_path.glob("backup*"))


def test_an_empty_place_is_healthy(tmp_path: Path, setting: Setting):
    """Looking makes nothing."""
    setting(None)

    assert wrong(tmp_path / "data") == []
    assert not (tmp_path / "data").exists()
