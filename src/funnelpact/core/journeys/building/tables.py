"""Tables under and beside each other, where expressions of one meaning have types that differ in whether they may be empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import pyarrow as pa
from ibis.expr import types as ir


def stacked(*, tables: Sequence[ir.Table], distinct: bool = False) -> ir.Table:
    """This returns the rows of all tables, whose columns have the same names; any value may be missing.

    >>> one, two = (ibis.memtable(pa.table({"a": [number]})) for number in (1, 2))
    >>> stacked(tables=[one, two]).count().to_pyarrow().as_py()
    2
    """
    first = tables[0].schema()
    schema = {name: kind.copy(nullable=True) for name, kind in first.items()}
    alike = [table.select(**{name: table[name].cast(kind) for name, kind in schema.items()}) for table in tables]
    return ibis.union(*alike, distinct=distinct) if len(alike) > 1 else alike[0]


def alone_and_several(*, rows: ir.Table, by: str) -> tuple[ir.Table, ir.Table]:
    """This returns the rows that are alone under their number in the column `by`, and those that share it with others.

    >>> import pyarrow as pa
    >>> rows = ibis.memtable(pa.table({"nr": [1, 1, 2], "said": ["a", "b", "c"]}))
    >>> alone, several = alone_and_several(rows=rows, by="nr")
    >>> alone.said.to_pyarrow().to_pylist(), several.count().to_pyarrow().as_py()
    (['c'], 2)
    """
    # Of most records a source says everything once. Engines pass such rows on much faster than they aggregate their texts.
    # A view, because joins on what another join computed cannot be chained.
    rows = rows.view()
    counted = rows.group_by(shared_nr=rows[by]).aggregate(rows_of_key=rows.count())
    shared = counted.filter(counted.rows_of_key > 1)
    return rows.anti_join(shared, [(by, "shared_nr")]), rows.semi_join(shared, [(by, "shared_nr")])


def held(*, rows: pa.Table, beside: ir.Table) -> ir.Table:
    """This returns a small table of ours as one that the engine of another table holds.

    Into a table that it only looks at, an engine pushes a filter that it cannot apply there (DuckDB 1.5).

    >>> here = ibis.memtable(pa.table({"a": [1]})).cache()
    >>> held(rows=pa.table({"b": ["x"]}), beside=here).to_pyarrow().to_pylist()
    [{'b': 'x'}]
    """
    ours = ibis.memtable(rows)
    nothing = beside.limit(0).select(**{name: ibis.null(kind) for name, kind in ours.schema().items()})
    return stacked(tables=[ours, nothing]).cache()


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of some passes: a table with each pair of `record` and `number` once, and what its columns are called
    when they stand beside others.
    """

    name: str
    table: ir.Table
    record: str
    number: str | None = "pass"


def beside(*, rows: ir.Table, record: str, parts: Sequence[Part]) -> ir.Table:
    """This returns the rows with the columns of all parts, `name_` before each, where a part has the same record and pass.

    A part without a number is about the record, whatever the pass. `record` must be a plain column of the rows.
    """
    joined = rows
    columns = {name: rows[name] for name in rows.columns}
    # One chain and one choice of columns: engines and compilers are slow on joins of renamed joins.
    for part in parts:
        on = [rows[record] == part.table[part.record]]
        on += [rows["pass"] == part.table[part.number]] if part.number else []
        joined = joined.left_join(part.table, on)
        own = set(part.table.columns) - {part.record, part.number}
        columns |= {f"{part.name}_{name}": part.table[name] for name in part.table.columns if name in own}
    return joined.select(**columns)
