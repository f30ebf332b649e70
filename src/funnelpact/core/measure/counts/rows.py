"""What all counts share: segments, and how an expression becomes a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import ibis
from ibis.expr import types as ir

Segment: TypeAlias = str | None
"""The value of the breakdown; None where the source says nothing of a pass."""

ALL: Segment = ""
"""The segment of all passes together."""


def rows_of(*, table: ir.Table) -> list[dict[str, Any]]:
    """This returns the rows of a small table, each as a mapping from column to value."""
    return [dict(row) for row in table.to_pyarrow().to_pylist()]


def with_all(*, rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> dict[Segment, dict[str, Any]]:
    """This returns the named sums of each `segment` of the rows, and their totals under `ALL`; nothing counts as 0."""
    sums: dict[Segment, dict[str, Any]] = {ALL: dict.fromkeys(names, 0)}
    for row in rows:
        sums[row["segment"]] = {name: row[name] or 0 for name in sums[ALL]}
        for name in sums[ALL]:
            sums[ALL][name] += row[name] or 0
    return sums


CENTS = 100
"""Amounts are squared in cents, which are whole: sums of whole numbers have no order."""
_LARGEST = 10.0**15
"""Cents beyond these count as these, because the digits of a sum of squares would run out."""


def squares_of(*, amount: ir.Value) -> ir.Value:
    """This returns the exact sum of the squares of amounts taken to the cent, in square cents; missing ones count as nothing."""
    # Engines differ in how they round a half.
    cents = (amount.cast("float64") * CENTS + 0.5).floor()
    # Both pass over NULL, and would make an amount of what is missing.
    whole = ibis.least(ibis.greatest(cents, -_LARGEST), _LARGEST).cast("int64").cast("decimal(19, 0)")
    return (whole * whole).sum(where=amount.notnull())
