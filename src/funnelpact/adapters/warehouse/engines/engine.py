"""The engine over the files: DuckDB in memory, with a limit of memory and a place to put what is more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.engines.recording import Queries, recording_engine
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.kept import CORRECTIONS, KEYS
from funnelpact.core.facts.keys import KEY_COLUMNS
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.terms.problem import Problem

SHARE_OF_MEMORY = 0.6
SPILL = "spill-"
"""How the folders begin into which engines put what does not fit; the number of the process follows."""
CGROUPS = Path("/sys/fs/cgroup")
RECORD = ("kind", "source", "key")
"""What names a record."""
ROW = ("source", "source_id")
"""What names a row of a source."""
_BATCH = pa.field("batch", pa.int64())


class EngineSettingWrong(Problem):
    """The engine does not take a setting."""

    code = "engine-setting-wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the engine may use: memory such as `4GB`, threads, a folder for what does not fit. None is the default."""

    memory: str | None = None
    threads: str | None = None
    spill: Path | None = None


class _Compiler(DuckDBCompiler):  # type: ignore[misc]
    """The compiler of Ibis, but for what a clock in UTC shows at an instant.

    DuckDB asks its calendar library for that, which takes longer than all the rest of making journeys.
    """

    __slots__ = ()

    def visit_Cast(self, op: ops.Cast, *, arg: Any, to: dt.DataType) -> Any:  # noqa: N802 -- the name that Ibis looks for
        given = op.arg.dtype
        if given.is_timestamp() and given.timezone == "UTC" and to.is_timestamp() and to.timezone is None:
            return self.f.anon.make_timestamp(self.f.anon.epoch_us(arg))
        return super().visit_Cast(op, arg=arg, to=to)


class _Engine(Backend):  # type: ignore[misc]
    compiler = _Compiler()


def connect(*, limits: Limits, folder: Path, queries: Queries | None = None) -> Backend:
    """A new engine, which tells `queries` what it is asked where they are wanted.

    What does not fit into memory goes to a folder of its own, in `folder` if the limits name no other.

    Raises `EngineSettingWrong`.
    """
    if limits.spill is not None and not limits.spill.is_dir():
        raise EngineSettingWrong(setting="temp_directory", value=str(limits.spill))
    # The engine makes this folder when it needs it, and only this one: two engines in one would mix their files up.
    spill = (limits.spill or folder) / f"{SPILL}{os.getpid()}-{os.urandom(4).hex()}"
    settings = {
        "memory_limit": limits.memory or f"{int(usable_memory() * SHARE_OF_MEMORY)}B",
        "temp_directory": str(spill),
    }
    if limits.threads is not None:
        settings["threads"] = limits.threads
    # The engine itself puts nested queries together, in a fraction of the time.
    ibis.options.set("sql.fuse_selects", False)
    engine: Backend = _Engine().connect() if queries is None else recording_engine(queries=queries)
    for name, value in settings.items():
        quoted = value.replace("'", "''")
        try:
            engine.raw_sql(f"SET {name} = '{quoted}'")
        except duckdb.Error as error:
            raise EngineSettingWrong(setting=name, value=value) from error
    return engine


def usable_memory() -> int:
    """The bytes of memory that this process may use: those of the machine, or fewer where its group is limited."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_group_limits()])


def _group_limits() -> list[int]:
    found = []
    try:
        lines = Path("/proc/self/cgroup").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in {"", "memory"}:
            root, name = (CGROUPS / "memory", "memory.limit_in_bytes") if controllers else (CGROUPS, "memory.max")
            # A limit of any group above holds as well; inside a container the path may not be there, its root is.
            group = root / path.lstrip("/")
            for folder in (group, *group.parents):
                if folder.is_relative_to(root):
                    found += _number(folder / name)
    return found


def _number(path: Path) -> list[int]:
    try:
        text = path.read_text("ascii").strip()
    except OSError:
        return []
    return [int(text)] if text.isdigit() else []


def stored_schema(name: str) -> pa.Schema:
    """The columns of the files of a table, of `keys` or of `corrections`."""
    if name == KEYS:
        return pa.schema([pa.field(column, pa.string()) for column in RECORD] + [pa.field("nr", pa.int64()), _BATCH])
    if name == CORRECTIONS:
        return pa.schema([pa.field(column, pa.string()) for column in ROW] + [_BATCH])
    schema = arrow_schema(table=TABLES[name])
    return pa.schema([*schema, *(pa.field(number, pa.int64()) for number in KEY_COLUMNS.get(name, {}))])


def files_as_table(engine: Backend, name: str, paths: Sequence[Path]) -> ir.Table:
    """The rows of Parquet files of one table, in the order of the files; of no file, an empty table."""
    if paths:
        return engine.read_parquet([str(path) for path in paths])
    return empty_table(engine, name)


def empty_table(engine: Backend, name: str) -> ir.Table:
    """A table of that name's columns without rows."""
    # Files do not say what is never missing; a table beside them must not either, or the two cannot be put together.
    schema = ibis.Schema.from_pyarrow(pa.schema([field.with_nullable(True) for field in stored_schema(name)]))
    return engine.create_table(ibis.util.gen_name(name), schema=schema, temp=True)


def copy_to(engine: Backend, rows: ir.Table, path: Path) -> None:
    """Write rows to a Parquet file, streaming. The rows are of this engine's own tables, or in memory."""
    # Ibis would write the path the way Python does, and break on one with an apostrophe.
    quoted = str(path).replace("'", "''")
    if rows.op().find(ops.InMemoryTable):
        # Only what Ibis runs itself makes the engine see the few rows that are in nobody's table, such as names.
        rows.limit(0).to_pyarrow()
    # A column of more values is packed about as well without a dictionary, and much faster.
    how = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 2000"
    engine.raw_sql(f"COPY ({engine.compile(rows)}) TO '{quoted}' ({how})")
