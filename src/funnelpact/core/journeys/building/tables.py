"""Tables under and beside each other, where expressions of one meaning have types that differ in whether they may be empty."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr import types as ir


def stacked(*, tables: Sequence[ir.Table], distinct: bool = False) -> ir.Table:
    """This returns the rows of all tables, whose columns have the same names; any value may be missing.

    >>> stacked(tables=[ibis.memtable({"a": [1]}), ibis.memtable({"a": [2]})]).count().to_pyarrow().as_py()
    2
    """
    first = tables[0].schema()
    schema = {name: kind.copy(nullable=True) for name, kind in first.items()}
    alike = [table.select(*schema).cast(schema) for table in tables]
    return ibis.union(*alike, distinct=distinct) if len(alike) > 1 else alike[0]


def beside(*, rows: ir.Table, part: ir.Table, keys: tuple[str, str], name: str) -> ir.Table:
    """This returns the rows with the columns of a part, `name_` before each, where the part has the same record and pass.

    `keys` name the record and the pass in the part, which has each pair once.
    """
    record = next(column for column in ("record", "nr") if column in rows.columns)
    named = part.rename(lambda column: f"{name}_{column}")
    # A view, because joins on what another join computed cannot be chained.
    joined = rows.view().left_join(named, [(record, f"{name}_{keys[0]}"), ("pass", f"{name}_{keys[1]}")])
    return joined.drop(f"{name}_{keys[0]}", f"{name}_{keys[1]}")
