"""The queries behind an answer: an engine that remembers what was counted, and what it was counted from.

The answer itself is computed as ever; only references to expressions are kept. What is printed runs in the DuckDB shell on the
same files and gives the same counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlglot as sg
from ibis.backends.duckdb import Backend
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr import operations as ops
from ibis.expr import types as ir
from sqlglot import expressions as sge

from funnelpact.core.terms.answers.queries import Statement

COUNTS = "funnelpact.core.measure.counts."
"""Queries that are run from within these modules are counts of an answer; their helpers are in `HELPERS`."""
HELPERS = frozenset({"funnelpact.core.measure.counts.rows"})
PASSES = frozenset({"record", "pass", "s0"})
"""A table in memory with these columns is one of passes, whatever it was joined from."""
NOTHING = "nothing"


@dataclass
class Queries:
    """The counts that were asked for, with their engine, and by name the tables that engines made and files they read."""

    counts: list[tuple[str, RecordingEngine, ir.Expr]] = field(default_factory=list)
    made: dict[str, tuple[RecordingEngine, ir.Table]] = field(default_factory=dict)
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)

    def statements(self) -> tuple[Statement, ...]:
        """The tables, then the counts, in the order in which they were first asked for; each once."""
        script = _Script(self)
        for name, engine, expression in self.counts:
            script.add(name, engine, expression)
        return (*script.tables, *script.counts)


class RecordingEngine(Backend):
    """DuckDB that remembers: what is asked of it from a count, which tables it made, which files it reads."""

    queries: Queries

    def to_pyarrow(self, expr: ir.Expr, /, **options: Any) -> Any:
        """The result of an expression, which is remembered where a count asks."""
        name = _asking()
        if name is not None:
            self.queries.counts.append((name, self, expr))
        return super().to_pyarrow(expr, **options)

    def create_table(self, name: str, /, obj: Any = None, **options: Any) -> ir.Table:
        """A table, with what it was made of."""
        if isinstance(obj, ir.Table):
            self.queries.made[name] = (self, obj)
        elif obj is None:
            self.queries.empty.add(name)
        return super().create_table(name, obj, **options)

    def read_parquet(self, paths: Any, /, **options: Any) -> ir.Table:
        """A table of files."""
        table = super().read_parquet(paths, **options)
        self.queries.files[table.get_name()] = tuple(map(str, [paths] if isinstance(paths, str | Path) else paths))
        return table


def recording_engine(*, queries: Queries) -> RecordingEngine:
    """A new engine in memory that tells `queries` what it is asked."""
    engine: RecordingEngine = RecordingEngine().connect()
    engine.queries = queries
    return engine


def _asking() -> str | None:
    """The public function of the counts that asks; None where it is something else that needs the engine."""
    frame, found = sys._getframe(1), None
    while frame is not None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module.startswith(COUNTS) and module not in HELPERS and not name.startswith(("_", "<")):
            found = name
        elif found is not None:
            break
        frame = frame.f_back  # type: ignore[assignment]
    return found


class _Script:
    """Statements under short names: a table of files is called after them, one made of it in memory as well."""

    def __init__(self, queries: Queries) -> None:
        self.queries = queries
        self.tables: list[Statement] = []
        self.counts: list[Statement] = []
        self.names: dict[str, str] = {}
        self.stems: dict[str, str] = {}

    def add(self, name: str, engine: RecordingEngine, expression: ir.Expr) -> None:
        sql = self._written(engine, expression)
        if all((sql, False) != (other.text, other.makes) for other in self.counts):
            self.counts.append(Statement(name=name, text=sql, makes=False))

    def _written(self, engine: RecordingEngine, expression: ir.Expr) -> str:
        for operation in _sources(expression):
            self._define(operation)
        tree = _renamed(sg.parse_one(engine.compile(expression), read="duckdb"), self.names)
        return _text(tree, pretty=True)

    def _define(self, operation: ops.PhysicalTable) -> None:
        name = operation.name
        if name in self.names:
            return
        if name in self.queries.files:
            paths = self.queries.files[name]
            self._keep(name, f"{_stem(paths)}_files", _reading(paths), stem=_stem(paths), kind="VIEW")
        elif name in self.queries.made:
            engine, of = self.queries.made[name]
            sql = self._written(engine, of)
            stems = [stem for source in _sources(of) if (stem := self.stems[source.name]) != NOTHING]
            stem = "passes" if set(of.columns) >= PASSES else next(iter(stems), "rows")
            self._keep(name, stem, sql)
        elif isinstance(operation, ops.InMemoryTable):
            self._keep(name, "named", _listed(operation))
        elif name in self.queries.empty:
            # What no file tells of.
            self._keep(name, NOTHING, _listed(operation))
        else:
            raise LookupError(f"nobody saw how the table {name} was made")

    def _keep(self, name: str, wanted: str, sql: str, *, stem: str = "", kind: str = "TABLE") -> None:
        taken = set(self.names.values())
        numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
        short = wanted if wanted not in taken else next(other for other in numbered if other not in taken)
        self.names[name], self.stems[name] = short, stem or wanted
        made = f"CREATE TEMP {kind} {_text(sg.to_identifier(short))} AS\n{sql}"
        self.tables.append(Statement(name=short, text=made, makes=True))


def _sources(expression: ir.Expr) -> Iterator[Any]:
    """The tables that an expression reads, each once."""
    seen = set()
    for operation in expression.op().find(ops.PhysicalTable):
        if operation.name not in seen:
            seen.add(operation.name)
            yield operation


def _stem(paths: tuple[str, ...]) -> str:
    """What files are called after: the journey table in front of the random part, or the folder of the fact table."""
    path = Path(paths[0])
    word = path.parent.name if path.stem[:1].isdigit() else path.stem.partition("-")[0]
    return word if word.isidentifier() else "rows"


def _reading(paths: tuple[str, ...]) -> str:
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"SELECT\n  *\nFROM READ_PARQUET([{listed}])"


def _listed(operation: Any) -> str:
    """The few rows of a table in memory, written out with their types."""
    rows: list[Mapping[str, Any]] = []
    if isinstance(operation, ops.InMemoryTable):
        rows = operation.data.to_pyarrow(operation.schema).to_pylist()
    types = {name: _type(dtype) for name, dtype in operation.schema.items()}
    heads = [_text(sg.to_identifier(name, quoted=True)) for name in types]
    if not rows:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {head}" for head, kind in zip(heads, types.values(), strict=True))
        return f"SELECT {nothing}\nWHERE FALSE"
    values = ",\n  ".join("(" + ", ".join(_value(row[name]) for name in types) + ")" for row in rows)
    cast = ", ".join(f"CAST({head} AS {kind}) AS {head}" for head, kind in zip(heads, types.values(), strict=True))
    return f"SELECT {cast}\nFROM (VALUES\n  {values}\n) AS t({', '.join(heads)})"


def _type(dtype: Any) -> str:
    return str(DuckDBType.to_string(dtype))


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        return _text(sge.convert(value))
    return "'" + str(value).replace("'", "''") + "'"


def _text(tree: Any, *, pretty: bool = False) -> str:
    return str(sg.Dialect.get_or_raise("duckdb").generate(tree, pretty=pretty))


def _renamed(tree: Any, names: Mapping[str, str]) -> Any:
    for table in list(tree.find_all(sge.Table)):
        if table.name in names:
            short = sge.Table(this=sg.to_identifier(names[table.name]), alias=table.args.get("alias"))
            table.replace(short)
    return tree
