"""Spend by lead type or campaign, in one currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.exchange import Exchange
from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.leads import our_names
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.pricing import EXACT, in_one, rates_needed
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of

OF_SPEND = ("type", "campaign")
"""By what spend can be broken down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent from `first_on` to `last_on`, both included, by segment and `ALL`.

    `unpriced` counts the rows in each currency that has no rate on their day; they are in no amount.
    """

    first_on: date
    last_on: date
    amounts: Mapping[Segment, Fraction]
    converted: Mapping[str, int]
    unpriced: Mapping[str, int]


def spent(
    *,
    facts: Mapping[str, ir.Table],
    mapping: FunnelMapping,
    by: str | None,
    exchange: Exchange,
    into: str,
    since: date | None = None,
) -> Spent | None:
    """This returns what was spent, by the `type` (under our names) or `campaign`, in the currency `into`; None for nothing.

    Rates are those of the day of the spend or the last before it. What was spent before `since` is left out.
    """
    rows = facts["spend"]
    day = day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
    rows = rows.select("type", "campaign", "currency", amount=rows.amount.cast(EXACT), on=day)
    if since is not None:
        rows = rows.filter(rows["on"] >= ibis.literal(since))
    if by == "type":
        rows = _in_our_types(rows, mapping)
    else:
        rows = rows.mutate(by=rows.campaign if by == "campaign" else ibis.literal(ALL))
    rows = rows.mutate(currency=rows.currency.nullif(""), by=rows.by if by is None else rows.by.nullif("")).cache()
    days = rows_of(table=rows.group_by("currency", "on").aggregate(n=rows.count()))
    if not days:
        return None
    rates = rates_needed(needed={(row["currency"], row["on"]) for row in days}, exchange=exchange, into=into)
    told = in_one(rows=rows, amounts=("amount",), on="on", rates=rates, into=into)
    sums = rows_of(table=told.group_by("by").aggregate(amount=told.amount.sum()))
    amounts: dict[Segment, Fraction] = {row["by"]: Fraction(row["amount"] or 0) for row in sums}
    amounts[ALL] = sum(amounts.values(), Fraction(0))
    foreign = [row for row in days if row["currency"] not in {None, into}]
    return Spent(
        first_on=min(row["on"] for row in days),
        last_on=max(row["on"] for row in days),
        amounts=amounts,
        converted=_by_currency([row for row in foreign if rates[row["currency"], row["on"]] is not None]),
        unpriced=_by_currency([row for row in foreign if rates[row["currency"], row["on"]] is None]),
    )


def came_with(*, passes: ir.Table, spent: Spent) -> ir.Table:
    """This returns the passes that were created on the days of the spend."""
    first, last = ibis.literal(spent.first_on), ibis.literal(spent.last_on)
    return passes.filter((passes.created_on >= first) & (passes.created_on <= last))


def _in_our_types(rows: ir.Table, mapping: FunnelMapping) -> ir.Table:
    if not mapping.types:
        return rows.mutate(by=rows.type)
    named = our_names(rows=rows, column="type", day="on", names=mapping.types, into="ours")
    return named.mutate(by=ibis.coalesce(named.ours, named.type)).drop("ours")


def _by_currency(rows: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row["currency"]] = found.get(row["currency"], 0) + row["n"]
    return dict(sorted(found.items()))
