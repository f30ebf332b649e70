"""Customers by age, renewals that fell due, and ratings: small counts of what account management keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of, with_all
from funnelpact.core.terms.lifetable import LifeTable

SATISFIED = 0.8
"""The share of the best score from which on a customer is satisfied: 4 of 5, 8 of 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Renewals that fell due: those that were renewed in whatever amount, those churned, those of which nothing is said."""

    renewed: int
    churned: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Ratings: how many, how many of them satisfied, by how many customers; `unscaled` have no scale and are in neither."""

    ratings: int
    satisfied: int
    customers: int
    unscaled: int


def churn_tables(*, customers: ir.Table, renewals: ir.Table, as_of: date) -> dict[Segment, LifeTable]:
    """This returns the life table of customers by days since their start, with churn as the end, by segment and `ALL`.

    Population: all customers. The source shows churn from its first renewal on: who started before that day is watched
    from the age reached then, and left out where the churn came earlier. Moved: churned; open: still a customer on `as_of`.
    """
    first = renewals["on"].min().to_pyarrow().as_py()
    gone = renewals.filter(renewals.churned).group_by(gone_nr="customer_nr").aggregate(gone_on=ibis._["on"].min())
    joined = customers.left_join(gone, customers.customer_nr == gone.gone_nr)
    entry = ibis.literal(0, "int64")
    if first is not None:
        entry = ibis.greatest(ibis.literal(first).delta(joined.started_on, unit="day"), 0)
    end = ibis.coalesce(joined.gone_on, ibis.literal(as_of)).delta(joined.started_on, unit="day")
    one = joined.select(segment=joined.by, entry=entry, age=ibis.greatest(end, 0), churned=joined.gone_on.notnull())
    one = one.filter(one.age >= one.entry)
    counted = rows_of(table=one.group_by("segment", "entry", "age", "churned").aggregate(n=one.count()))
    by_segment: dict[Segment, list[dict[str, Any]]] = defaultdict(list)
    for row in counted:
        for name in {ALL, row["segment"]}:
            by_segment[name].append(row)
    return {name: _table(rows) for name, rows in by_segment.items()}


def due(*, customers: ir.Table, renewals: ir.Table, first: date, last: date) -> dict[Segment, Due]:
    """This returns the renewals after `first` up to `last`, for each segment of their customers and `ALL`."""
    mine = renewals.filter((renewals["on"] > ibis.literal(first)) & (renewals["on"] <= ibis.literal(last)))
    joined = mine.left_join(customers.select(own_nr="customer_nr", segment="by"), [("customer_nr", "own_nr")])
    counted = joined.group_by("segment").aggregate(
        renewed=(joined.told & ~joined.churned).sum(), churned=joined.churned.sum(), silent=(~joined.told).sum()
    )
    sums = with_all(rows=rows_of(table=counted), names=("renewed", "churned", "silent"))
    return {name: Due(**row) for name, row in sums.items()}


def rated(
    *,
    facts: Mapping[str, ir.Table],
    mapping: FunnelMapping,
    customers: ir.Table,
    spans: Sequence[tuple[str, date, date]],
) -> dict[str, dict[Segment, Rated]]:
    """This returns the ratings of each named span, both days included, for each segment of their customers and `ALL`."""
    rows = facts["ratings"]
    day = day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
    scaled = rows["scale"] > 0
    told = rows.select(
        "customer_nr",
        on=day,
        scaled=scaled.fill_null(False),
        satisfied=ibis.ifelse(scaled, rows.score >= rows["scale"] * SATISFIED - 1e-9, False).fill_null(False),
    )
    one = told.left_join(customers.select(own_nr="customer_nr", segment="by"), [("customer_nr", "own_nr")]).cache()
    found = {}
    for name, first, last in spans:
        mine = one.filter((one["on"] >= ibis.literal(first)) & (one["on"] <= ibis.literal(last)))
        counted = mine.group_by("segment").aggregate(
            ratings=mine.scaled.sum(),
            satisfied=(mine.scaled & mine.satisfied).sum(),
            customers=mine.customer_nr.nunique(where=mine.scaled),
            unscaled=(~mine.scaled).sum(),
        )
        sums = with_all(rows=rows_of(table=counted), names=("ratings", "satisfied", "customers", "unscaled"))
        found[name] = {segment: Rated(**row) for segment, row in sums.items()}
    return found


def _table(rows: Sequence[Mapping[str, Any]]) -> LifeTable:
    ages = max(row["age"] for row in rows) + 1
    entered, moved, still = [0] * ages, [0] * ages, [0] * ages
    for row in rows:
        entered[row["entry"]] += row["n"]
        (moved if row["churned"] else still)[row["age"]] += row["n"]
    nothing = (0,) * ages
    return LifeTable(
        entered=tuple(entered),
        moved=tuple(moved),
        left=nothing,
        open=tuple(still),
        amount=(Fraction(0),) * ages,
        amount_known=nothing,
    )
