"""The data folder: batches that are whole or absent, and what was known when."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from funnelpact.adapters.warehouse.store import Batch, DataFolderUnusable, FactFolder, StoreBusy
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.tables import TABLES
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
    store = FactFolder(tmp_path)
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
    store = FactFolder(tmp_path)
    files = {"a.csv": b"1", "b.csv": b"2"}

    add(store, received=files, mapping={"a.csv": {"kind": "leads"}, "b.csv": {"kind": "deals"}})
    assert add(store, received=files, mapping={"a.csv": {"kind": "deals"}, "b.csv": {"kind": "leads"}}) is not None
    assert add(store, received=files, mapping={"a.csv": {"kind": "leads"}, "b.csv": {"kind": "leads"}}) is not None


def test_facts_without_bytes_are_known_by_their_content(tmp_path: Path):
    """A simulated company has no files."""
    store = FactFolder(tmp_path)

    assert add(store, received={}) is not None
    assert add(store, received={}) is None
    assert add(store, received={}, world="lead c 2026-01-03") is not None


def test_known_at_grows_although_the_clock_does_not(tmp_path: Path):
    """It stands still, then runs backwards."""
    store = FactFolder(tmp_path)
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

    assert keys(store) == ["a", "b"]
    assert keys(store, known_at=FIRST_IMPORT) == ["a"]
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


def test_a_crash_before_the_manifest_leaves_nothing_visible(tmp_path: Path):
    """Files of a batch that was never committed: partly written, or whole but without a manifest."""
    store = FactFolder(tmp_path)
    add(store)
    whole = (tmp_path / "facts" / "leads" / "000001.parquet").read_bytes()
    (tmp_path / "facts" / "leads" / "000002.parquet").write_bytes(whole)
    (tmp_path / "facts" / "leads" / "000003.parquet.partial").write_bytes(whole[:100])
    (tmp_path / "landing" / "000002-0.gz.partial").write_bytes(b"half")
    (tmp_path / "batches" / "000002.json.partial").write_text('{"batch": 2', encoding="utf-8")

    assert keys(store) == ["a", "b"]
    assert [batch.number for batch in store.batches()] == [1]


def test_files_of_a_crash_do_not_come_back_with_the_next_batch(tmp_path: Path):
    """The next batch takes the number; what the crashed one had left of another table stays unseen."""
    store = FactFolder(tmp_path)
    add(store)
    stray = tmp_path / "facts" / "deals" / "000002.parquet"
    stray.parent.mkdir()
    elsewhere = FactFolder(tmp_path / "elsewhere")
    add(elsewhere, world="deal z 2026-01-01")
    stray.write_bytes((tmp_path / "elsewhere" / "facts" / "deals" / "000001.parquet").read_bytes())

    again = add(store, received={"more.csv": b"3"}, world="lead c 2026-01-03")

    assert again is not None
    assert again.number == 2
    assert keys(store, "deals") == []
    assert keys(store) == ["a", "b", "c"]


def test_a_second_writer_is_told_to_wait(tmp_path: Path):
    """And readers are not: what is committed can be read."""
    store = FactFolder(tmp_path)
    add(store)
    with (tmp_path / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy):
            add(store, received={"more.csv": b"3"})
        assert keys(store) == ["a", "b"]

    assert add(store, received={"more.csv": b"3"}) is not None


def test_a_file_cannot_be_a_data_folder(tmp_path: Path):
    """Said in words."""
    place = tmp_path / "data"
    place.write_text("not a folder", encoding="utf-8")

    with pytest.raises(DataFolderUnusable):
        add(FactFolder(place))
    with pytest.raises(DataFolderUnusable):
        add(FactFolder(place / "below"))
    assert FactFolder(place).batches() == []


def test_reading_makes_nothing(tmp_path: Path):
    """A folder that is not there has no batches, empty tables, and is still not there."""
    store = FactFolder(tmp_path / "data")

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
    store = FactFolder(tmp_path)
    empty = store.facts()[name].to_pyarrow().schema
    add(store, world=world)
    filled = store.facts()[name].to_pyarrow().schema

    expected = arrow_schema(table=TABLES[name])
    assert (empty.names, empty.types) == (expected.names, expected.types)
    assert (filled.names, filled.types) == (expected.names, expected.types)


def test_bytes_are_kept_as_received(tmp_path: Path):
    """Compressed, with their hash in the manifest, as is what was made of them."""
    store = FactFolder(tmp_path)
    content = b"id;created\r\n\xfe;2026-01-01\r\n" * 1_000
    batch = add(store, received={"leads.csv": content}, mapping={"leads.csv": {"kind": "leads"}})
    manifest = json.loads((tmp_path / "batches" / "000001.json").read_text("utf-8"))
    (file,) = manifest["files"]
    landed = gzip.decompress((tmp_path / "landing" / file["landing"]).read_bytes())

    assert landed == content
    assert file["name"] == "leads.csv"
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["tables"] == {"leads": 2}
    assert manifest["mapping"] == {"leads.csv": {"kind": "leads"}}
    assert batch is not None
    assert batch.manifest == manifest


def test_no_partial_file_is_left(tmp_path: Path):
    """After a commit every file has its name."""
    add(FactFolder(tmp_path))

    assert list(tmp_path.rglob("*.partial")) == []
