"""The journeys of one company: a base of Parquet files, and a delta of the passes that were made again since.

DATA/journeys/<table>-<random>.parquet

Which files count is said by the generation in force, in the ledger; a new one takes the place of the one before in one
transaction. `replaced` holds the numbers of the records of which the base is no longer right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ibis.backends.duckdb import Backend
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt, partial_of, set_aside
from funnelpact.adapters.warehouse.engines.engine import copy_to
from funnelpact.adapters.warehouse.facts import FactFolder
from funnelpact.adapters.warehouse.families import Families
from funnelpact.core.facts.kept import FactFile, Generation
from funnelpact.core.facts.tables import TABLES

FOLDER = "journeys"
REPLACED = "replaced"
OF_RECORD = {"passes": "record", "touches": "record", "accounts": "customer_nr"}
"""The journey tables, and the number of the record to which a row belongs. Their rows lie in no order."""
MOST_REPLACED = 0.05
"""Above this share of replaced passes the delta is merged into a new base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one engine sees of a data folder: the facts up to a batch, and the journeys of the generation in force."""

    folder: Path
    families: Families
    files: Sequence[FactFile]
    batch: int
    known_at: datetime | None
    generation: Generation | None

    @property
    def facts(self) -> dict[str, ir.Table]:
        """Every fact table, with numbers, as the batches up to that one say last of each row."""
        return self.families.said(self.files, upto=self.batch)

    def changed(self, *, since: int, happened: tuple[datetime, datetime]) -> dict[str, ir.Table]:
        """The rows that batches after `since` brought, those that they replace, and those that happened in that span."""
        return {
            name: self.families.changed(self.files, name, since=since, upto=self.batch, happened=happened)
            for name in TABLES
        }

    def journeys(self) -> dict[str, ir.Table]:
        """The tables of the generation in force. Raises `LookupError` where none has been built."""
        if self.generation is None:
            raise LookupError("no journeys have been built")
        return {name: _in_force(self.families.engine, self.folder, self.generation, name) for name in OF_RECORD}

    def tables_of(self, generation: Generation) -> dict[str, ir.Table]:
        """The tables of a generation, whether it is in force or not."""
        return replace(self, generation=generation).journeys()


class JourneyFolder(FactFolder):
    """The facts of one company in one folder, and the journeys made of them."""

    most_replaced = MOST_REPLACED

    def snapshot(self, *, known_at: datetime | None = None) -> Snapshot:
        """What is known now, or was known then. Of an earlier time there are facts, and no journeys are kept."""
        batches = self.batches(known_at=known_at)
        last = batches[-1].number if batches else 0
        return Snapshot(
            folder=self.folder,
            families=self.families(),
            files=self.ledger.fact_files(),
            batch=last,
            known_at=batches[-1].known_at if batches else None,
            generation=self.ledger.generation() if known_at is None else None,
        )

    def keep_base(self, *, snapshot: Snapshot, tables: Mapping[str, ir.Table], said: Mapping[str, Any]) -> Generation:
        """The generation that these tables are from now on. `said` has `mapping`, `newest_at`, `detail` of `Generation`."""
        with self.writing() as attempt:
            base = {name: self._write(snapshot, name, tables[name], attempt) for name in OF_RECORD}
            return self._swap(snapshot, base=base, delta={}, said=said, attempt=attempt)

    def keep_delta(
        self, *, snapshot: Snapshot, tables: Mapping[str, ir.Table], records: ir.Table, said: Mapping[str, Any]
    ) -> Generation:
        """The generation in which `tables` stand for the journeys of some `records` (`nr`), those without a row for none."""
        before = snapshot.generation
        if before is None:
            raise LookupError("there is no base to which a delta could belong")
        with self.writing() as attempt:
            old = {name: _delta(snapshot.families.engine, self.folder, before, name) for name in OF_RECORD}
            replaced = records.select("nr")
            if (earlier := _replaced(snapshot.families.engine, self.folder, before)) is not None:
                replaced = replaced.union(earlier, distinct=True)
            delta = {REPLACED: self._write(snapshot, REPLACED, replaced, attempt)}
            for name, column in OF_RECORD.items():
                rows = tables[name]
                if (kept := old[name]) is not None:
                    rows = rows.union(kept.anti_join(records, [(column, "nr")]).select(*rows.columns))
                delta[name] = self._write(snapshot, name, rows, attempt)
            made = replace(before, delta=delta)
            if self._is_large(snapshot, made):
                whole = snapshot.tables_of(made)
                base = {name: self._write(snapshot, name, whole[name], attempt) for name in OF_RECORD}
                return self._swap(snapshot, base=base, delta={}, said=said, attempt=attempt)
            return self._swap(snapshot, base=before.base, delta=delta, said=said, attempt=attempt)

    def _is_large(self, snapshot: Snapshot, made: Generation) -> bool:
        engine, folder = snapshot.families.engine, self.folder
        passes = _read(engine, folder, made.base["passes"]).count().to_pyarrow().as_py()
        again = _read(engine, folder, made.delta[REPLACED]).count().to_pyarrow().as_py()
        return bool(again > self.most_replaced * passes)

    def _write(self, snapshot: Snapshot, name: str, rows: ir.Table, attempt: Attempt) -> list[str]:
        path = attempt.new(self.folder / FOLDER, name, ".parquet")
        self.disk.make_folder(path.parent)
        partial = partial_of(path)
        copy_to(snapshot.families.engine, rows, partial)
        self.disk.put_in_place(partial, path)
        return [path.relative_to(self.folder).as_posix()]

    def _swap(
        self,
        snapshot: Snapshot,
        *,
        base: Mapping[str, Sequence[str]],
        delta: Mapping[str, Sequence[str]],
        said: Mapping[str, Any],
        attempt: Attempt,
    ) -> Generation:
        before = self.ledger.generation()
        generation = Generation(
            number=(before.number if before else 0) + 1, batch=snapshot.batch, base=base, delta=delta, **said
        )
        if before is not None:
            for path in set(before.paths) - set(generation.paths):
                set_aside(self.folder / path)
        # From here on the files may count, whatever happens to this process.
        attempt.keep()
        self.ledger.swap_generation(generation)
        return generation


def _in_force(engine: Backend, folder: Path, generation: Generation, name: str) -> ir.Table:
    base = _read(engine, folder, generation.base[name])
    replaced, delta = _replaced(engine, folder, generation), _delta(engine, folder, generation, name)
    if replaced is None or delta is None:
        return base
    return base.anti_join(replaced, [(OF_RECORD[name], "nr")]).union(delta.select(*base.columns))


def _replaced(engine: Backend, folder: Path, generation: Generation) -> ir.Table | None:
    return _read(engine, folder, generation.delta[REPLACED]) if REPLACED in generation.delta else None


def _delta(engine: Backend, folder: Path, generation: Generation, name: str) -> ir.Table | None:
    return _read(engine, folder, generation.delta[name]) if name in generation.delta else None


def _read(engine: Backend, folder: Path, paths: Sequence[str]) -> ir.Table:
    return engine.read_parquet([str(folder / path) for path in paths])
