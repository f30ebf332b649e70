"""The files of batches: numbers of records, what is said again, and compaction."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from funnelpact.adapters.warehouse.facts import FactFolder
from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, batches_of, kept


def numbers(store: FactFolder, *, known_at: datetime | None = None) -> dict[tuple[str, str], int]:
    """The number of every record."""
    rows = store.keys(known_at=known_at).to_pyarrow().to_pylist()
    assert len({row["nr"] for row in rows}) == len(rows)
    return {(row["kind"], row["key"]): row["nr"] for row in rows}


def days(count: int) -> str:
    """A world of so many batches, each with a lead of its own and a correction of the first one."""
    return "\nbatch\n".join(
        f"lead n{number} 2026-01-01 type=web\nlead first 2026-01-01 type=t{number}" for number in range(count)
    )


def test_records_keep_their_numbers(tmp_path: Path):
    """New ones follow, those of leads, deals and customers first; a record named in any column has one."""
    store = kept("lead b 2026-01-01\nlead a 2026-01-01\nbatch\ndeal d of c 2026-01-01\nlead a 2026-01-02", tmp_path)

    assert numbers(store, known_at=FIRST_IMPORT) == {("lead", "a"): 1, ("lead", "b"): 2}
    assert numbers(store) == {("lead", "a"): 1, ("lead", "b"): 2, ("deal", "d"): 3, ("lead", "c"): 4}


def test_rows_carry_the_numbers_of_their_records(tmp_path: Path):
    """Those of this batch and of earlier ones; a row that names no record has none."""
    store = kept(
        "lead a 2026-01-01\nbatch\ntouch a 2026-01-02\ndeal d of a 2026-01-01\ndeal e 2026-01-01\ndeal d > Won 2026-01-05",
        tmp_path,
    )
    facts, known = store.facts(), numbers(store)
    deals = {row["deal"]: row for row in facts["deals"].to_pyarrow().to_pylist()}

    assert facts["touches"].to_pyarrow()["subject_nr"].to_pylist() == [known["lead", "a"]]
    assert facts["transitions"].to_pyarrow()["subject_nr"].to_pylist() == [known["deal", "d"]]
    assert (deals["d"]["deal_nr"], deals["d"]["lead_nr"]) == (known["deal", "d"], known["lead", "a"])
    assert (deals["e"]["deal_nr"], deals["e"]["lead_nr"]) == (known["deal", "e"], None)


def test_a_later_batch_replaces_rows_of_every_table(tmp_path: Path):
    """What stood under the same key of the same source in another table is gone as well."""
    store = store_in(tmp_path)
    first, second = batches_of("deal d 2026-01-01\ndeal d > Lost 2026-01-20\nbatch\ndeal d 2026-01-01 amount=5")
    moves = first["transitions"]
    # As a file gives them: the record and what it entered come of one row.
    first["transitions"] = moves.set_column(
        moves.column_names.index("source_id"), "source_id", first["deals"]["source_id"]
    )
    for number, tables in enumerate((first, second)):
        known_at = FIRST_IMPORT + timedelta(days=number)
        store.add(facts=tables, received={}, known_at=known_at, mapping={"batch": number}, report={})
    now, before = store.facts(), store.facts(known_at=FIRST_IMPORT)

    assert [now[table].count().to_pyarrow().as_py() for table in ("deals", "transitions")] == [1, 0]
    assert [before[table].count().to_pyarrow().as_py() for table in ("deals", "transitions")] == [1, 1]


def test_nothing_is_joined_where_nothing_was_said_again(tmp_path: Path):
    """The usual case stays a plain scan."""
    store = kept("lead a 2026-01-01\nbatch\nlead b 2026-01-01", tmp_path)

    assert list((tmp_path / "facts" / "corrections").iterdir()) == []
    assert "JOIN" not in store.families().engine.compile(store.facts()["leads"])


def test_compaction_changes_nothing_but_files(tmp_path: Path):
    """What is said now and what was said at each time stay, and rows keep their batch."""
    store = kept(days(7), tmp_path)

    def said(known_at: datetime) -> list[tuple[str, str, int]]:
        rows = store.facts(known_at=known_at)["leads"].to_pyarrow().to_pylist()
        return sorted((row["lead"], row["type"], row["batch"]) for row in rows)

    instants = [FIRST_IMPORT + timedelta(days=day) for day in range(7)]
    before, keys = [said(instant) for instant in instants], numbers(store)
    assert store.compact(above=4) == 3
    live = store.ledger.fact_files()

    assert [said(instant) for instant in instants] == before
    assert numbers(store) == keys
    assert {name: sum(file.table == name for file in live) for name in ("leads", "keys", "corrections")} == {
        "leads": 3,
        "keys": 3,
        "corrections": 3,
    }
    assert store.compact(above=4) == 0


def test_replaced_files_wait_for_their_readers(tmp_path: Path):
    """Who was told of them before the swap can read them for ten minutes more."""
    store = kept(days(3), tmp_path)
    for path in (tmp_path / "facts").rglob("*.parquet"):
        os.utime(path, (0, 0))
    reader = store.facts()["leads"]
    store.compact(above=1)
    os.utime(tmp_path / "lock", (0, 0))
    store.add(facts=next(batches_of("lead z 2026-01-01")), received={}, known_at=FIRST_IMPORT, mapping={}, report={})

    assert reader.count().to_pyarrow().as_py() == 4
    assert store.facts()["leads"].count().to_pyarrow().as_py() == 5


def test_the_next_import_compacts(tmp_path: Path):
    """A table never has many more files than the limit."""
    store = kept(days(2), tmp_path)
    files = store.ledger.fact_files()
    leads = next(file for file in files if file.table == "leads")
    copies = []
    for number in range(70):
        path = f"facts/leads/copy{number}.parquet"
        (tmp_path / path).write_bytes((tmp_path / leads.path).read_bytes())
        copies.append(type(leads)(**{name: getattr(leads, name) for name in leads.__slots__} | {"path": path}))
    store.ledger.swap(gone=[], new=copies)
    store.add(facts=next(batches_of("lead z 2026-01-01")), received={}, known_at=FIRST_IMPORT, mapping={}, report={})

    assert sum(file.table == "leads" for file in store.ledger.fact_files()) == 34


@pytest.mark.parametrize("name", ["it's mine", "ünlü 50%"])
def test_folders_may_have_any_name(name: str, tmp_path: Path):
    """Apostrophes and other letters."""
    store = kept("lead a 2026-01-01\nbatch\nlead a 2026-01-01 type=web", tmp_path / name)

    assert store.facts()["leads"].to_pyarrow()["type"].to_pylist() == ["web"]
    assert store_in(tmp_path / name).ledger.last_batch() == 2
