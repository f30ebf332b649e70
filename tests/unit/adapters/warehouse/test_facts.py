"""The data folder: batches that are whole or absent, and what was known when."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from funnelpact.adapters.warehouse.engines.engine import stored_schema
from funnelpact.adapters.warehouse.facts import DataFolderOld, DataFolderUnusable, FactFolder, StoreBusy
from funnelpact.core.facts.kept import Batch
from funnelpact.core.facts.tables import TABLES
from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, batches_of, kept

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEADS = "lead a 2026-01-01 type=web\nlead b 2026-01-02"
BYTES = {"leads.csv": b"id;created\na;2026-01-01\n"}


def facts(world: str = LEADS) -> dict[str, pa.Table]:
    """The facts of a world of one batch."""
    return next(batches_of(world))


def add(
    store: FactFolder,
    *,
    received: dict[str, bytes] | None = None,
    mapping: dict[str, Any] | None = None,
    known_at: datetime = NOON,
    world: str = LEADS,
) -> Batch | None:
    """One import."""
    return store.add(
        facts=facts(world),
        received=BYTES if received is None else received,
        known_at=known_at,
        mapping=mapping or {"leads.csv": {"kind": "leads"}},
        report={"counts": 2},
    )


def keys(store: FactFolder, table: str = "leads", *, known_at: datetime | None = None) -> list[str]:
    """The keys of the rows of a table, in order."""
    rows = store.facts(known_at=known_at)[table].to_pyarrow().to_pylist()
    return sorted(row["source_id"] for row in rows)


def test_the_same_bytes_under_the_same_mapping_change_nothing(tmp_path: Path):
    """Whatever the files are called, whenever they come, in whatever order."""
    store = store_in(tmp_path)
    files = {"a.csv": b"1", "b.csv": b"2"}
    mapping = {"a.csv": {"kind": "leads"}, "b.csv": {"kind": "deals"}}
    renamed = {"y.csv": b"2", "x.csv": b"1"}
    mapping_renamed = {"x.csv": {"kind": "leads"}, "y.csv": {"kind": "deals"}}

    assert add(store, received=files, mapping=mapping) is not None
    assert add(store, received=files, mapping=mapping, known_at=NOON + timedelta(days=1)) is None
    assert add(store, received=renamed, mapping=mapping_renamed) is None
    assert len(store.batches()) == 1


def test_another_mapping_of_the_same_bytes_is_another_batch(tmp_path: Path):
    """Also where two files change places."""
    store = store_in(tmp_path)
    files = {"a.csv": b"1", "b.csv": b"2"}

    add(store, received=files, mapping={"a.csv": {"kind": "leads"}, "b.csv": {"kind": "deals"}})
    assert add(store, received=files, mapping={"a.csv": {"kind": "deals"}, "b.csv": {"kind": "leads"}}) is not None
    assert add(store, received=files, mapping={"a.csv": {"kind": "leads"}, "b.csv": {"kind": "leads"}}) is not None


def test_facts_without_bytes_are_known_by_their_content(tmp_path: Path):
    """A simulated company has no files."""
    store = store_in(tmp_path)

    assert add(store, received={}) is not None
    assert add(store, received={}) is None
    assert add(store, received={}, world="lead c 2026-01-03") is not None


def test_known_at_grows_although_the_clock_does_not(tmp_path: Path):
    """It stands still, then runs backwards."""
    store = store_in(tmp_path)
    clock = [NOON, NOON, NOON - timedelta(hours=1), NOON + timedelta(hours=1)]
    for number, instant in enumerate(clock):
        add(store, received={"f": bytes([number])}, known_at=instant)
    known = [batch.known_at for batch in store.batches()]

    assert known == sorted(set(known))
    assert known[0] == NOON
    assert known[-1] == NOON + timedelta(hours=1)


def test_what_was_known_is_what_is_shown(tmp_path: Path):
    """A batch of tomorrow is not seen by yesterday's question."""
    store = kept("lead a 2026-01-01\nbatch\nlead b 2026-01-02", tmp_path)

    assert keys(store) == ["lead/a", "lead/b"]
    assert keys(store, known_at=FIRST_IMPORT) == ["lead/a"]
    assert keys(store, known_at=FIRST_IMPORT - timedelta(seconds=1)) == []


def test_a_later_batch_corrects_what_it_says_again(tmp_path: Path):
    """A deal that was lost by mistake is open in the next export: the loss is gone; the other deal stays as it was."""
    world = """
        deal d 2026-01-01 amount=100
        deal d > Lost 2026-01-20
        deal e 2026-01-01
        deal e > Won 2026-01-30
        batch
        deal d 2026-01-01 amount=120
        deal d > Negotiation 2026-01-01
    """
    store = kept(world, tmp_path)
    now, before = store.facts(), store.facts(known_at=FIRST_IMPORT)

    def said(tables: dict[str, Any]) -> list[tuple[str, str]]:
        rows = tables["transitions"].to_pyarrow().to_pylist()
        return sorted((row["subject"], row["label"]) for row in rows)

    assert said(now) == [("d", "Negotiation"), ("e", "Won")]
    assert said(before) == [("d", "Lost"), ("e", "Won")]
    assert now["deals"].count().to_pyarrow().as_py() == 2


def test_files_that_the_ledger_does_not_name_are_not_there(tmp_path: Path):
    """Of a batch that was killed before its commit: partly written, or whole."""
    store = store_in(tmp_path)
    add(store)
    (whole,) = (tmp_path / "facts" / "leads").iterdir()
    whole.with_name("000002-000002-0.parquet").write_bytes(whole.read_bytes())
    whole.with_name("000003-000003-0.parquet.partial").write_bytes(whole.read_bytes()[:100])
    (tmp_path / "landing" / "000002-0-0.gz.partial").write_bytes(b"half")

    assert keys(store) == ["lead/a", "lead/b"]
    assert [batch.number for batch in store.batches()] == [1]
    again = add(store, received={"more.csv": b"3"}, world="lead c 2026-01-03")
    assert again is not None
    assert again.number == 2
    assert keys(store) == ["lead/a", "lead/b", "lead/c"]


def test_a_second_writer_is_told_to_wait(tmp_path: Path):
    """And readers are not: what is committed can be read."""
    store = store_in(tmp_path, patience=0.1)
    add(store)
    with (tmp_path / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy):
            add(store, received={"more.csv": b"3"})
        assert keys(store) == ["lead/a", "lead/b"]

    assert add(store, received={"more.csv": b"3"}) is not None


def test_a_file_cannot_be_a_data_folder(tmp_path: Path):
    """Said in words."""
    place = tmp_path / "data"
    place.write_text("not a folder", encoding="utf-8")

    with pytest.raises(DataFolderUnusable):
        add(store_in(place))
    with pytest.raises(DataFolderUnusable):
        add(store_in(place / "below"))
    assert store_in(place).batches() == []


def test_reading_makes_nothing(tmp_path: Path):
    """A folder that is not there has no batches, empty tables, and is still not there."""
    store = store_in(tmp_path / "data")

    assert store.batches() == []
    assert keys(store) == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_columns_of_the_contract(name: str, tmp_path: Path):
    """Filled or empty, every column with its type."""
    world = """
        lead a 2026-01-01 type=web note=x
        lead a > SQL 2026-01-02
        deal d 2026-01-01 amount=1.5
        handover a 2026-01-01
        touch a 2026-01-01 human=yes
        company c
        product p
        person o
    """
    store = store_in(tmp_path)
    empty = store.facts()[name].to_pyarrow().schema
    add(store, world=world)
    filled = store.facts()[name].to_pyarrow().schema

    expected = stored_schema(name)
    assert (empty.names, empty.types) == (expected.names, expected.types)
    assert (filled.names, filled.types) == (expected.names, expected.types)


def test_bytes_are_kept_as_received(tmp_path: Path):
    """Compressed, with their hash, as is what was made of them and how."""
    store = store_in(tmp_path)
    content = b"id;created\r\n\xfe;2026-01-01\r\n" * 1_000
    batch = add(store, received={"leads.csv": content}, mapping={"leads.csv": {"kind": "leads"}})
    (file,) = store.ledger.landing_files(batch=1)

    assert gzip.decompress((tmp_path / file.path).read_bytes()) == content
    assert store.landing.content(file) == content
    assert (file.name, file.kind, file.sha256) == ("leads.csv", "received", hashlib.sha256(content).hexdigest())
    assert batch is not None
    assert batch.report == {"counts": 2, "tables": {"leads": 2}}
    assert store.batches() == [batch]


def test_facts_without_bytes_land_as_they_are(tmp_path: Path):
    """So that everything can be made again."""
    store = store_in(tmp_path)
    add(store, received={})
    (file,) = store.ledger.landing_files()

    assert (file.name, file.kind) == ("leads", "table")
    assert pq.read_table(store.landing.table(file))["lead"].to_pylist() == ["a", "b"]


def test_large_tables_come_as_files_or_expressions(tmp_path: Path):
    """Of any engine; they stream through, and give the same facts as tables in memory."""
    table = facts()["leads"]
    pq.write_table(table, tmp_path / "leads.parquet")
    forms = {"memory": table, "file": tmp_path / "leads.parquet", "expression": ibis.memtable(table)}
    said = []
    for name, rows in forms.items():
        for received in ({}, {"leads.csv": b"1"}):
            store = store_in(tmp_path / f"{name}{len(received)}")
            store.add(facts={"leads": rows}, received=received, known_at=NOON, mapping={}, report={})
            said.append(store.facts()["leads"].to_pyarrow().to_pylist())

    assert said[0][0]["lead"] == "a"
    assert said == [said[0]] * 6


def test_no_partial_file_is_left(tmp_path: Path):
    """After a commit every file has its name."""
    add(store_in(tmp_path))

    assert list(tmp_path.rglob("*.parquet"))
    assert list(tmp_path.rglob("*.partial")) == []


def test_an_attempt_that_fails_takes_its_files_away(tmp_path: Path):
    """A column that holds something else than it must: the batch is not kept, and nothing of it stays."""
    store = store_in(tmp_path)
    wrong = facts()["leads"].set_column(2, "happened_at", pa.array(["yesterday", "today"]))
    with pytest.raises(pa.ArrowInvalid):
        store.add(facts={"leads": wrong}, received={"a.csv": b"1"}, known_at=NOON, mapping={}, report={})

    assert store.batches() == []
    assert [path.name for path in tmp_path.rglob("*.*") if path.suffix in {".gz", ".parquet", ".partial"}] == []


def test_leftovers_are_removed_ten_minutes_later(tmp_path: Path):
    """By the next writer; what counts stays, however old."""
    store = store_in(tmp_path)
    add(store)
    stray = tmp_path / "facts" / "leads" / "000002-000002-0.parquet"
    stray.write_bytes(b"left over")
    (tmp_path / "landing" / "fresh").write_bytes(b"just written")
    for path in [*tmp_path.rglob("*"), tmp_path / "lock"]:
        if path.is_file() and path.name != "fresh":
            os.utime(path, (0, 0))
    add(store, received={"more.csv": b"3"}, world="lead c 2026-01-03")

    assert not stray.exists()
    assert (tmp_path / "landing" / "fresh").exists()
    assert keys(store) == ["lead/a", "lead/b", "lead/c"]


def test_a_folder_of_an_earlier_release_is_told_so(tmp_path: Path):
    """It kept its batches as manifests."""
    (tmp_path / "batches").mkdir()
    (tmp_path / "batches" / "000001.json").write_text("{}", encoding="utf-8")

    with pytest.raises(DataFolderOld):
        store_in(tmp_path).facts()
    with pytest.raises(DataFolderOld):
        add(store_in(tmp_path))
