"""The Parquet files of a batch: its facts with their numbers, the keys that are new, and what it says again.

Nothing here knows which files count: the live ones are an argument, so that a rebuild makes the same files from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from ibis.expr import types as ir
from numpy.typing import NDArray

from funnelpact.adapters.warehouse.durable import Attempt, Disk, partial_of, set_aside, sha256_of
from funnelpact.adapters.warehouse.engines.engine import RECORD, ROW, copy_to, files_as_table, stored_schema
from funnelpact.adapters.warehouse.landing import Facts
from funnelpact.adapters.warehouse.writing.numbers import POSITION, Numbering
from funnelpact.adapters.warehouse.writing.rows import Given, count_rows, write_rows
from funnelpact.core.facts.kept import CORRECTIONS, KEYS, FactFile
from funnelpact.core.facts.keys import KEY_ORDER, keys_in
from funnelpact.core.facts.tables import TABLES

FOLDER = "facts"
WRITERS = 2
"""So many tables of a batch are written at a time, while the next ones get their numbers."""


def smallest(files: Sequence[FactFile], *, above: int) -> list[FactFile]:
    """The files of a table to merge, in the order of their batches; none as long as there are not more than so many.

    The smallest are merged, down to half as many files: a row is written again a few times in its life, not each time.
    """
    if len(files) <= above:
        return []
    small = sorted(files, key=lambda file: file.size)[: len(files) - above // 2]
    return sorted(small, key=lambda file: (file.first_batch, file.last_batch))


@dataclass(frozen=True, slots=True)
class Families:
    """The files of one data folder, as they are written and read by one engine."""

    folder: Path
    disk: Disk
    engine: Backend
    attempt: Attempt

    def paths(self, live: Iterable[FactFile], name: str) -> list[Path]:
        """Where the live files of a table are."""
        return [self.folder / file.path for file in live if file.table == name]

    def said(self, live: Sequence[FactFile], *, upto: int) -> dict[str, ir.Table]:
        """Every fact table, as the batches up to that number say last of each row."""
        again = self._up_to(live, CORRECTIONS, upto)
        tables = {name: self._up_to(live, name, upto) for name in TABLES}
        if not any(file.table == CORRECTIONS and file.first_batch <= upto for file in live):
            return tables
        last = again.group_by(*ROW).aggregate(corrected_by=again.batch.max())
        return {
            name: table.anti_join(
                last,
                [
                    table.source == last.source,
                    table.source_id == last.source_id,
                    table.batch < last.corrected_by,
                ],
            )
            for name, table in tables.items()
        }

    def changed(
        self, live: Sequence[FactFile], name: str, *, since: int, upto: int, happened: tuple[datetime, datetime]
    ) -> ir.Table:
        """The rows of a table that the batches after `since` brought, the earlier ones that these replace, and those that
        happened from the first instant on and before the second.
        """
        table = self._up_to(live, name, upto)
        begin, end = (ibis.timestamp(at.isoformat()) for at in happened)
        new = table.filter((table.batch > since) | ((table.happened_at >= begin) & (table.happened_at < end)))
        if not any(file.table == CORRECTIONS and file.last_batch > since and file.first_batch <= upto for file in live):
            return new
        again = self._up_to(live, CORRECTIONS, upto)
        again = again.filter(again.batch > since).group_by(*ROW).aggregate(corrected_by=again.batch.max())
        gone = table.filter(table.batch <= since).semi_join(again, list(ROW))
        return new.union(gone)

    def keys(self, live: Sequence[FactFile], *, upto: int) -> ir.Table:
        """The number of every record that the batches up to that number name."""
        return self._up_to(live, KEYS, upto)

    def write_batch(self, *, facts: Mapping[str, Facts], live: Sequence[FactFile], number: int) -> list[FactFile]:
        """The files of one batch, on disk: of its facts, of new keys and of corrections, where there are any."""
        given = {name: self._given(name, rows) for name, rows in facts.items()}
        given = {name: rows for name, rows in given.items() if count_rows(rows)}
        tables = {name: self._as_table(name, rows) for name, rows in given.items()}
        naming = {name: tables[name] for name in KEY_ORDER if name in tables}
        numbering = self._numbering(naming, live)
        with ThreadPoolExecutor(WRITERS) as pool:
            # Those that name no record can be written while the first numbers are given.
            writing = {
                name: pool.submit(self._write_rows, name, rows, {}, number)
                for name, rows in given.items()
                if name not in naming
            }
            for name, table in naming.items():
                numbers = numbering.of_rows(name=name, table=table, rows=count_rows(given[name]))
                writing[name] = pool.submit(self._write_rows, name, given[name], numbers, number)
            rows = numbering.new().mutate(batch=ibis.literal(number, "int64"))
            keys = self._write(rows, KEYS, number, number) if naming else []
            files = [file for name in given for file in writing[name].result()]
        return keys + files + self._write_corrections(tables, live, number)

    def merge(self, files: Sequence[FactFile]) -> FactFile:
        """One file, on disk, with the rows of several of one table, in their order."""
        name = files[0].table
        rows = files_as_table(self.engine, name, self.paths(files, name))
        first, last = min(file.first_batch for file in files), max(file.last_batch for file in files)
        (merged,) = self._write(rows, name, first, last)
        return merged

    def forget(self, files: Iterable[FactFile]) -> None:
        """Mark files as unused from now on."""
        for file in files:
            set_aside(self.folder / file.path)

    def _up_to(self, live: Sequence[FactFile], name: str, upto: int) -> ir.Table:
        mine = [file for file in live if file.table == name and file.first_batch <= upto]
        table = files_as_table(self.engine, name, self.paths(mine, name))
        later = any(file.last_batch > upto for file in mine)
        return table.filter(table.batch <= upto) if later else table

    def _given(self, name: str, rows: Facts) -> Given:
        schema = stored_schema(name)
        if isinstance(rows, ir.Table):
            # It may belong to another engine, which alone can compute it.
            path = self.attempt.new(self.folder / FOLDER, name, ".parquet")
            self.disk.make_folder(path.parent)
            rows.to_parquet(path, compression="zstd")
            return path
        if isinstance(rows, Path):
            return rows
        given = [field.with_nullable(True) for field in schema if field.name in rows.column_names]
        return rows.select([field.name for field in given]).cast(pa.schema(given))

    def _as_table(self, name: str, rows: Given) -> ir.Table:
        if isinstance(rows, Path):
            return self.engine.read_parquet(rows, file_row_number=True)
        alias = ibis.util.gen_name(name)
        self.engine.con.register(alias, rows.append_column(POSITION, pa.array(np.arange(len(rows)))))
        return self.engine.table(alias)

    def _numbering(self, naming: Mapping[str, ir.Table], live: Sequence[FactFile]) -> Numbering:
        paths = self.paths(live, KEYS)
        known = files_as_table(self.engine, KEYS, paths)
        if naming and paths:
            # A small batch then joins a small table.
            known = known.semi_join(keys_in(facts=naming).distinct(), list(RECORD))
        # Numbers are dense, so that the files' rows tell the next one.
        first = sum(file.rows for file in live if file.table == KEYS) + 1
        return Numbering(engine=self.engine, known=known.select(*RECORD, "nr"), first=first)

    def _write_corrections(
        self, tables: Mapping[str, ir.Table], live: Sequence[FactFile], number: int
    ) -> list[FactFile]:
        earlier = {name: paths for name in TABLES if (paths := self.paths(live, name))}
        if not earlier or not tables:
            return []
        said = [table.select(*ROW).distinct() for table in tables.values()]
        incoming = ibis.union(*said, distinct=True) if len(said) > 1 else said[0]
        once = self.engine.create_table(ibis.util.gen_name("said"), incoming, temp=True)
        found = [
            once.semi_join(files_as_table(self.engine, name, paths).select(*ROW), list(ROW))
            for name, paths in earlier.items()
        ]
        again = ibis.union(*found, distinct=True) if len(found) > 1 else found[0]
        rows = again.mutate(batch=ibis.literal(number, "int64")).order_by(*ROW)
        return self._write(rows, CORRECTIONS, number, number)

    def _write(self, rows: ir.Table, name: str, first: int, last: int) -> list[FactFile]:
        path, partial = self._new(name, first, last)
        copy_to(self.engine, rows, partial)
        return self._noted(name, path, pq.read_metadata(partial).num_rows, (first, last))

    def _write_rows(
        self, name: str, rows: Given, numbers: Mapping[str, NDArray[np.int64]], batch: int
    ) -> list[FactFile]:
        path, partial = self._new(name, batch, batch)
        write_rows(rows=rows, schema=stored_schema(name), batch=batch, numbers=numbers, path=partial)
        return self._noted(name, path, count_rows(rows), (batch, batch))

    def _new(self, name: str, first: int, last: int) -> tuple[Path, Path]:
        path = self.attempt.new(self.folder / FOLDER / name, f"{first:06}-{last:06}", ".parquet")
        self.disk.make_folder(path.parent)
        return path, partial_of(path)

    def _noted(self, name: str, path: Path, rows: int, batches: tuple[int, int]) -> list[FactFile]:
        """The file that was written, on disk; none where it has no rows."""
        partial = partial_of(path)
        if not rows:
            partial.unlink()
            return []
        self.disk.put_in_place(partial, path)
        return [
            FactFile(
                table=name,
                path=path.relative_to(self.folder).as_posix(),
                rows=rows,
                first_batch=batches[0],
                last_batch=batches[1],
                sha256=sha256_of(path),
                size=path.stat().st_size,
            )
        ]
