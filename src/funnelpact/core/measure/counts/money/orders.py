"""Orders to sums: how many of each kind of amount, what they bring, what is left of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, TypeAlias

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.orders import AmountKind
from funnelpact.core.measure.counts.rows import ALL, CENTS, Segment, rows_of, squares_of

Kind: TypeAlias = str | None
"""The value of an `AmountKind`; None where the source does not say what its amounts are."""
YEARLY = "yearly"
"""Totals of contracts, each told as what it brings in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSums:
    """Sums over the won orders of a segment that have one kind of amount.

    `won` orders, `count` of them with an amount, its `total` and the sum of `squares`; of those with amount and margin:
    `both`, the sums of amounts, margins, their squares and products.
    """

    won: int
    count: int
    total: Fraction
    squares: Fraction
    both: int
    of_amounts: Fraction
    margins: Fraction
    margin_squares: Fraction
    amount_squares: Fraction
    products: Fraction


def order_sums(*, sold: ir.Table) -> dict[Kind, dict[Segment, OrderSums]]:
    """This returns the sums for each kind of amount, in it for each segment and `ALL`.

    `sold` are the won orders of passes (`core.journeys.pricing.sold`). Totals are under their own kind as told, and again
    under `YEARLY`, times twelve over the months of their term; there only those with a term have an amount.
    """
    yearly = sold.filter((sold.amount_kind == AmountKind.TOTAL.value).fill_null(False))

    def of_a_year(amount: ir.Value) -> ir.Value:
        return (amount.cast("float64") * 12 / yearly.term_months).round(4).cast("decimal(38, 4)")

    again = yearly.mutate(
        amount_kind=ibis.literal(YEARLY), amount=of_a_year(yearly.amount), margin=of_a_year(yearly.margin)
    )
    columns = ("by", "amount_kind", "amount", "margin")
    schema = {"by": "string", "amount_kind": "string", "amount": "decimal(38, 4)", "margin": "decimal(38, 4)"}
    rows = ibis.union(sold.select(columns).cast(schema), again.select(columns).cast(schema))
    counted = _summed(rows)
    found: dict[Kind, dict[Segment, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(table=counted):
        for segment in {ALL, row["by"]}:
            found[row["amount_kind"]][segment].append(row)
    return {kind: {name: _added(part) for name, part in parts.items()} for kind, parts in found.items()}


def in_margins(*, passes: ir.Table) -> ir.Table:
    """This returns the passes with their margin in the place of their amount."""
    return passes.mutate(amount=passes.margin)


def _summed(rows: ir.Table) -> ir.Table:
    both = rows.amount.notnull() & rows.margin.notnull()
    amount, margin = (ibis.ifelse(both, column, None) for column in (rows.amount, rows.margin))
    return rows.group_by("by", "amount_kind").aggregate(
        won=rows.count(),
        count=rows.amount.count(),
        total=rows.amount.sum(),
        squares=squares_of(amount=rows.amount),
        both=both.sum(),
        of_amounts=amount.sum(),
        margins=margin.sum(),
        margin_squares=squares_of(amount=margin),
        amount_squares=squares_of(amount=amount),
        products=(amount.cast("float64") * margin.cast("float64")).sum(),
    )


def _added(rows: Sequence[Mapping[str, Any]]) -> OrderSums:
    sums = {each.name: sum((Fraction(row[each.name] or 0) for row in rows), Fraction(0)) for each in fields(OrderSums)}
    counts = {name: int(sums[name]) for name in ("won", "count", "both")}
    squares = {name: sums[name] / CENTS**2 for name in ("squares", "margin_squares", "amount_squares")}
    return OrderSums(**{**sums, **squares, **counts})  # type: ignore[arg-type]
