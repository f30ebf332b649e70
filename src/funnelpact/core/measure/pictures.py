"""Curves and cohorts as they are drawn: the numbers of the tables, at every age, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil

from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK, Curve
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.terms.answers.pictures import Cohort, CohortCell, CurveLine, CurvePoint
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.quantity import Rate

MOST_POINTS = 120
"""A line has at most about so many points: more cannot be seen."""
AGE_STEP, MOST_STEPS = 30, 12
"""Cohorts are looked at after so many days, and so many times at most."""


def curve_line(*, segment: str | None, table: LifeTable, rate: Finding, horizon_days: int) -> CurveLine:
    """This returns the curve of a segment up to the horizon, or to the age of its oldest pass.

    Population and as-of: those of the table and of `rate`, its matured rate. Age 0 and the last age are among the points,
    and the last one on which enough passes were watched. No points where the rate is not printed.
    """
    curve = Curve.from_table(table=table)
    firm, last = curve.identified_until, min(horizon_days, len(curve.age) - 1)
    if rate.value is None or firm is None:
        return CurveLine(segment=segment, points=(), firm_until=None, rate=rate)
    step = max(1, ceil(last / MOST_POINTS))
    ages = sorted({*range(0, last + 1, step), min(firm, last), last})
    return CurveLine(
        segment=segment,
        points=tuple(_point(curve, age) for age in ages),
        firm_until=min(firm, last),
        rate=rate,
    )


def _point(curve: Curve, age: int) -> CurvePoint:
    interval = curve.interval(days=age)
    return CurvePoint(
        age=age,
        share=Rate.measured(curve.at(days=age)),
        low=Rate.measured(interval.low),
        high=Rate.measured(interval.high),
    )


def cohorts(
    *, tables: Mapping[date, LifeTable], as_of: date, horizon_days: int
) -> tuple[tuple[int, ...], tuple[Cohort, ...]]:
    """This returns the ages up to the horizon at which cohorts are looked at, and for each month of entry what became of it by these ages.

    A month with fewer than `FEWEST` passes has no shares. A share at an age that all passes of the month have had their
    time for is counted; where only some have it is estimated from those (young); where fewer than `ENOUGH_AT_RISK` have,
    it is not known.
    """
    longest = min(max((len(table.moved) - 1 for table in tables.values()), default=0), horizon_days)
    ages = tuple(AGE_STEP * number for number in range(1, min(MOST_STEPS, longest // AGE_STEP) + 1))
    return ages, tuple(_cohort(month, table, ages=ages, as_of=as_of) for month, table in sorted(tables.items()))


def _cohort(month: date, table: LifeTable, *, ages: tuple[int, ...], as_of: date) -> Cohort:
    curve = Curve.from_table(table=table)
    next_month = (month + timedelta(days=32)).replace(day=1)
    youngest = (as_of - min(next_month - timedelta(days=1), as_of)).days
    cells = tuple(_cell(curve, age, youngest=youngest, passes=table.passes) for age in ages)
    return Cohort(month=month, passes=table.passes, cells=cells)


def _cell(curve: Curve, age: int, *, youngest: int, passes: int) -> CohortCell:
    watched = curve.at_risk[age] if age < len(curve.at_risk) else 0.0
    counted = age <= youngest
    known = passes >= FEWEST and (counted or watched >= ENOUGH_AT_RISK)
    share = Rate.measured(curve.at(days=age)) if known else None
    return CohortCell(age=age, share=share, young=not counted)
