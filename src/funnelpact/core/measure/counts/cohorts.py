"""Passes to one life table for each month of entry."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
from ibis.expr import types as ir

from funnelpact.core.measure.counts.rows import rows_of
from funnelpact.core.terms.lifetable import LifeTable

OPEN, MOVED, LEFT = 0, 1, 2


def cohort_tables(
    *, passes: ir.Table, start: int, end: int, as_of: date, observed_from: date | None = None
) -> dict[date, LifeTable]:
    """This returns the life table of a step for the passes that entered position `start` in each month, by its first day.

    Population: the passes that entered by the end of `as_of`, not before `observed_from`, and do not run backwards. Months
    are those of the calendar, days those of the reporting zone. Amounts are not counted: they are all 0.
    """
    rows = passes.filter(passes[f"s{start}"].notnull() & ~passes.backwards)
    if observed_from is not None:
        rows = rows.filter(rows[f"s{start}"] >= ibis.literal(observed_from))
    entered, moved_on = rows[f"s{start}"], rows[f"s{end}"]
    # `greatest` passes over NULL, so the open ones must not meet it.
    left_on = ibis.ifelse(rows.left_on.notnull(), ibis.greatest(rows.left_on, entered), None)
    one = rows.select(
        year=entered.year(),
        month=entered.month(),
        age=ibis.coalesce(moved_on, left_on, ibis.literal(as_of)).delta(entered, unit="day"),
        cause=ibis.cases((moved_on.notnull(), MOVED), (rows.left_on.notnull(), LEFT), else_=OPEN),
    )
    counted = one.group_by("year", "month", "age", "cause").aggregate(n=one.count())
    months: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(table=counted):
        months[date(row["year"], row["month"], 1)].append(row)
    return {month: _table(months[month]) for month in sorted(months)}


def _table(rows: list[dict[str, Any]]) -> LifeTable:
    ages = max(row["age"] for row in rows) + 1
    counts = {cause: [0] * ages for cause in (OPEN, MOVED, LEFT)}
    for row in rows:
        counts[row["cause"]][row["age"]] += row["n"]
    return LifeTable(
        entered=(sum(row["n"] for row in rows), *[0] * (ages - 1)),
        moved=tuple(counts[MOVED]),
        left=tuple(counts[LEFT]),
        open=tuple(counts[OPEN]),
        amount=(Fraction(0),) * ages,
        amount_known=(0,) * ages,
    )
