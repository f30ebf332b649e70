"""The Parquet files of a batch: its facts with their numbers, the keys that are new, and what it says again.

Nothing here knows which files count: the live ones are an argument, so that a rebuild makes the same files from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt, Disk, partial_of, set_aside, sha256_of
from funnelpact.adapters.warehouse.engine import RECORD, ROW, copy_to, empty_table, files_as_table, stored_schema
from funnelpact.adapters.warehouse.landing import Facts
from funnelpact.core.facts.kept import CORRECTIONS, KEYS, FactFile
from funnelpact.core.facts.keys import KEY_COLUMNS, keys_in, new_keys, numbered
from funnelpact.core.facts.tables import TABLES

FOLDER = "facts"


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
        tables = {name: self._as_table(name, rows) for name, rows in facts.items()}
        keys = self._write_keys(tables, live, number)
        files = [] if keys is None else [keys]
        mine = self._keys_of(tables, [*live, *files])
        for name, rows in tables.items():
            schema = stored_schema(name)
            complete = numbered(name=name, table=rows.mutate(batch=ibis.literal(number, "int64")), keys=mine)
            ordered = complete.select(*schema.names).cast(ibis.Schema.from_pyarrow(schema))
            files += self._write(ordered, name, number, number)
        return files + self._write_corrections(tables, live, number)

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

    def _as_table(self, name: str, rows: Facts) -> ir.Table:
        if isinstance(rows, ir.Table):
            # It may belong to another engine, which alone can compute it.
            path = self.attempt.new(self.folder / FOLDER, name, ".parquet")
            self.disk.make_folder(path.parent)
            rows.to_parquet(path, compression="zstd")
            rows = path
        if isinstance(rows, Path):
            return files_as_table(self.engine, name, [rows])
        schema = stored_schema(name)
        given = [field.with_nullable(True) for field in schema if field.name in rows.column_names]
        alias = ibis.util.gen_name(name)
        self.engine.con.register(alias, rows.select([field.name for field in given]).cast(pa.schema(given)))
        return self.engine.table(alias)

    def _write_keys(self, tables: Mapping[str, ir.Table], live: Sequence[FactFile], number: int) -> FactFile | None:
        naming = {name: table for name, table in tables.items() if name in KEY_COLUMNS}
        if not naming:
            return None
        # Numbers are dense, so that the files' rows tell the next one.
        first = sum(file.rows for file in live if file.table == KEYS) + 1
        new = new_keys(facts=naming, known=self._keys_of(naming, live), first=first)
        schema = ibis.Schema.from_pyarrow(stored_schema(KEYS))
        rows = new.mutate(batch=ibis.literal(number, "int64")).select(*schema.names).cast(schema)
        return next(iter(self._write(rows.order_by("nr"), KEYS, number, number)), None)

    def _keys_of(self, tables: Mapping[str, ir.Table], live: Sequence[FactFile]) -> ir.Table:
        """The keys among the live ones that the tables name: a small batch then joins a small table."""
        naming = {name: table for name, table in tables.items() if name in KEY_COLUMNS}
        paths = self.paths(live, KEYS)
        if not naming or not paths:
            return empty_table(self.engine, KEYS)
        known = files_as_table(self.engine, KEYS, paths)
        if len(paths) == 1 and live[-1].table == KEYS and len(live) == 1:
            return known
        named = known.semi_join(keys_in(facts=naming), list(RECORD))
        return self.engine.create_table(ibis.util.gen_name(KEYS), named, temp=True)

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
        path = self.attempt.new(self.folder / FOLDER / name, f"{first:06}-{last:06}", ".parquet")
        self.disk.make_folder(path.parent)
        partial = partial_of(path)
        copy_to(self.engine, rows, partial)
        count = pq.read_metadata(partial).num_rows
        if not count:
            partial.unlink()
            return []
        self.disk.put_in_place(partial, path)
        return [
            FactFile(
                table=name,
                path=path.relative_to(self.folder).as_posix(),
                rows=count,
                first_batch=first,
                last_batch=last,
                sha256=sha256_of(path),
                size=path.stat().st_size,
            )
        ]
