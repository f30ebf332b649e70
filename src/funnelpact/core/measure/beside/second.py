"""A second estimate of the share won, from monthly cohorts, and a word where the two cannot both be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.interval import share_interval
from funnelpact.core.measure.curves.limits import FEWEST, enters_late
from funnelpact.core.measure.curves.triangle import cross_check, triangle_of
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Grain, period_of
from funnelpact.core.terms.quantity import Rate


def second_opinion(*, cohorts: Mapping[date, LifeTable], table: LifeTable, as_of: date) -> tuple[Message, ...]:
    """This returns a note where the triangle of monthly cohorts and the curve differ by more than both intervals allow.

    Population: the passes of `table`, which are those of `cohorts` by the first day of the month of entry. The interval of the
    Cape Cod rate is that of a share of as many passes as its moves stand for; it leaves out the error of the pace, that of the curve
    is its own. Nothing to say where passes came under watch late (the moves before are not there), where fewer than `FEWEST`
    moved, or where the intervals meet. Method: `triangle`.
    """
    if not cohorts or enters_late(table=table):
        return ()
    months = sorted(cohorts)
    ages = max(len(cohorts[month].moved) for month in months)
    moved = np.zeros((len(months), ages))
    for place, month in enumerate(months):
        row = cohorts[month].moved
        moved[place, : len(row)] = row
    last_days = [period_of(day=month, grain=Grain.MONTH).end - timedelta(days=1) for month in months]
    triangle = triangle_of(
        created=np.array([float(cohorts[month].passes) for month in months]),
        moved_by_age=moved,
        youngest=np.array([(as_of - day).days for day in last_days], dtype=np.int64),
    )
    curve = Curve.from_table(table=table)
    found = cross_check(triangle=triangle, curve=curve)
    if found.days is None or not found.rate or found.curve is None or found.rate >= 1:
        return ()
    moves = sum(table.moved[: found.days + 1])
    if moves < FEWEST:
        return ()
    other, ours = share_interval(share=found.rate, passes=moves / found.rate), curve.interval(days=found.days)
    if other.low <= ours.high and ours.low <= other.high:
        return ()
    rates = {"ours": Rate.measured(found.curve), "other": Rate.measured(found.rate)}
    return (Message("note.second_opinion", days=found.days, **rates),)
