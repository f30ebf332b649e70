"""What all counts share: segments, and how an expression becomes a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

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


def squares_of(*, amount: ir.Value) -> ir.Value:
    """This returns the sum of the squared amounts.

    In floating point: the square of an exact amount needs more digits than the engines' decimals have, and it only widens
    or narrows an interval.
    """
    return (amount.cast("float64") * amount.cast("float64")).sum()
