"""All counts of one funnel on one day, taken from the engine once; every statistic runs on these small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ibis.expr import types as ir

from funnelpact.core.measure.counts import lives
from funnelpact.core.measure.counts.lives import Closings, OldEnough, Orders, StepCounts
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.measure.curves.observation import observed_from
from funnelpact.core.terms.funnel import Funnel, Step
from funnelpact.core.terms.problem import Problem

COHORT_AGES = (365, 180, 90, 60, 30)
"""Ages at which a cohort rate is taken: the longest, up to the horizon, that enough passes have reached."""
PERIOD_DAYS = 91
"""Days of the period rate and of today's mix: a quarter, so that every weekday counts alike."""


class NothingToMeasure(Problem):
    """No pass had entered the funnel by the day asked for, or none was ever seen to wait in it."""

    code = "nothing-to-measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCensus:
    """All that was counted of one step, or of the whole way, by segment."""

    step: Step
    tables: Mapping[Segment, StepCounts]
    closings: Mapping[Segment, Closings]
    old_enough: Mapping[Segment, OldEnough]

    @property
    def lost(self) -> int:
        """Passes of all segments that left."""
        return sum(self.tables[ALL].table.left) if ALL in self.tables else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The counts of a funnel: its stages, its steps, the whole `way` to won, who reached what, orders, arrivals.

    `period` is the span of the period rates, both days included; `cohort_days` the age of the cohort rates;
    `observed_from` the day before which passes are left out of both and of the life tables, None where none is.
    """

    funnel: Funnel
    as_of: date
    horizon_days: int
    cohort_days: int
    period: tuple[date, date]
    observed_from: date | None
    steps: tuple[StepCensus, ...]
    way: StepCensus
    reached: Mapping[Segment, tuple[int, ...]]
    orders: Mapping[Segment, Orders]
    arrivals: Mapping[Segment, int]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """`ALL`, then the segments by size, the unknown one last."""
        names = [name for name in self.reached if name != ALL]
        return (ALL, *sorted(names, key=lambda name: (name is None, -self.reached[name][0], name or "")))


def take_census(*, passes: ir.Table, stages: Sequence[str], as_of: date, horizon_days: int) -> Census:
    """This returns the counts of the passes of the expression, as `core.journeys.passes` makes them.

    Stages that nobody was ever seen waiting in are not part of the funnel of this source. Raises `NothingToMeasure`.
    """
    waited = lives.waited(passes=passes, positions=len(stages))
    kept = [position for position in range(len(stages)) if waited[position] or position == len(stages) - 1]
    if len(kept) == 1:
        raise NothingToMeasure(as_of=as_of)
    period = (as_of - timedelta(days=PERIOD_DAYS - 1), as_of)
    since = _observed_from(passes, start=kept[0], end=kept[-1], as_of=as_of)
    ages = lives.ages(passes=passes, position=kept[0], as_of=as_of, observed_from=since)
    cohort_days = _cohort_days(ages, horizon_days)
    steps = [
        StepCensus(
            step=Step(stages[start], stages[end]),
            tables=lives.step_counts(passes=passes, start=start, end=end, as_of=as_of, observed_from=since),
            closings=lives.closings(passes=passes, start=start, end=end, first_on=period[0], last_on=period[1]),
            old_enough=lives.old_enough(
                passes=passes, start=start, end=end, horizon_days=cohort_days, as_of=as_of, observed_from=since
            ),
        )
        for start, end in (*pairwise(kept), (kept[0], kept[-1]))
    ]
    return Census(
        funnel=Funnel(tuple(stages[position] for position in kept)),
        as_of=as_of,
        horizon_days=horizon_days,
        cohort_days=cohort_days,
        period=period,
        observed_from=since,
        steps=tuple(steps[:-1]),
        way=steps[-1],
        reached=lives.reached(passes=passes, positions=kept),
        orders=lives.orders(passes=passes, won=kept[-1]),
        arrivals=lives.arrivals(passes=passes, position=kept[0], days=PERIOD_DAYS),
    )


def _cohort_days(ages: Mapping[int, int], horizon_days: int) -> int:
    for days in (horizon_days, *(age for age in COHORT_AGES if age < horizon_days)):
        if sum(count for age, count in ages.items() if age >= days) >= FEWEST:
            return days
    return horizon_days


def _observed_from(passes: ir.Table, *, start: int, end: int, as_of: date) -> date | None:
    entered, first_closing = lives.days_of_entry(passes=passes, start=start, end=end)
    if first_closing is None or first_closing <= min(entered):
        return None
    later = lives.step_counts(
        passes=passes.filter(passes[f"s{start}"] >= first_closing), start=start, end=end, as_of=as_of
    )
    return observed_from(
        entered=entered, first_closing=first_closing, table_after=later[ALL].table if ALL in later else None
    )
