"""All counts of one funnel on one day, taken from the engine at once; every statistic runs on these small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from ibis.expr import types as ir

from funnelpact.core.measure.counts.cells import Marks
from funnelpact.core.measure.counts.lives import Closings, OldEnough, Orders, StepCounts
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.counts.taken import By, lives_of, tables_of
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.measure.curves.observation import may_begin_late, observed_from
from funnelpact.core.terms.funnel import Funnel, Step
from funnelpact.core.terms.problem import Problem

COHORT_AGES = (365, 180, 90, 60, 30)
"""Ages at which a cohort rate is taken: the longest, up to the horizon, that enough passes have reached."""
PERIOD_DAYS = 91
"""Days of the period rate and of today's mix: a quarter, so that every weekday counts alike."""
WINDOW_DAYS = 182
"""Days of the recent rate: twice a quarter; shorter ones scatter too much, longer ones follow a change too late."""


class NothingToMeasure(Problem):
    """No pass had entered the funnel by the day asked for, or none was ever seen to wait in it."""

    code = "nothing-to-measure"


@dataclass(frozen=True, kw_only=True)
class StepCensus:
    """All that was counted of one step, or of the whole way, by segment.

    `tables` are the life tables of all passes under watch, `recent` those of the last `WINDOW_DAYS`.
    """

    step: Step
    cohort_days: int
    lives: By

    @cached_property
    def tables(self) -> Mapping[Segment, StepCounts]:
        """The life tables of all passes under watch."""
        return tables_of(lives=self.lives)

    @cached_property
    def recent(self) -> Mapping[Segment, StepCounts]:
        """The life tables of the last `WINDOW_DAYS`."""
        return {name: one.window() for name, one in self.lives.items()}

    @cached_property
    def closings(self) -> Mapping[Segment, Closings]:
        """What moved and left in the period."""
        return {name: one.closings() for name, one in self.lives.items()}

    @cached_property
    def old_enough(self) -> Mapping[Segment, OldEnough]:
        """Passes as old as the cohort rate asks for, and those of them that moved in time."""
        return {name: one.old_enough(days=self.cohort_days) for name, one in self.lives.items()}

    @property
    def lost(self) -> int:
        """Passes of all segments that left."""
        return sum(self.tables[ALL].table.left) if ALL in self.tables else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The counts of a funnel: its stages, its steps, the whole `way` to won, who reached what, orders, arrivals.

    `period` is the span of the period rates and `window` that of the recent rates, both days included; `cohort_days` the age
    of the cohort rates; `observed_from` the day before which passes are left out of both and of the life tables, None where
    none is; `unseen` the passes that closed before they came under watch, left out too.
    """

    funnel: Funnel
    as_of: date
    horizon_days: int
    cohort_days: int
    period: tuple[date, date]
    window: tuple[date, date]
    observed_from: date | None
    unseen: int
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

    Stages that nobody was ever seen waiting in are not part of the funnel of this source. It takes one statement; one more
    where the source may have begun to record late, one more where a stage was never recorded. Raises `NothingToMeasure`.
    """
    ages = tuple(sorted({horizon_days, *(age for age in COHORT_AGES if age < horizon_days)}))
    marks = Marks(as_of=as_of, period_days=PERIOD_DAYS, window_days=WINDOW_DAYS, ripe_days=ages)
    kept, taken = _taken(passes, range(len(stages)), marks)
    way, won = taken[-2], taken[-1]
    since, watched = _watched(passes, kept, taken[:-1], marks)
    cohort_days = _cohort_days(watched[-1], horizon_days)
    names = [Step(stages[start], stages[end]) for start, end in _ways(kept)]
    steps = [
        StepCensus(step=step, cohort_days=cohort_days, lives=lives) for step, lives in zip(names, watched, strict=True)
    ]
    newest = way[ALL].newest() or 0
    return Census(
        funnel=Funnel(tuple(stages[position] for position in kept)),
        as_of=as_of,
        horizon_days=horizon_days,
        cohort_days=cohort_days,
        period=(as_of - timedelta(days=PERIOD_DAYS - 1), as_of),
        window=(as_of - timedelta(days=WINDOW_DAYS - 1), as_of),
        observed_from=since,
        unseen=watched[-1][ALL].unseen if ALL in watched[-1] else 0,
        steps=tuple(steps[:-1]),
        way=steps[-1],
        reached=_reached(taken),
        orders={name: one.orders() for name, one in won.items()},
        arrivals={name: one.arrivals(newest=newest, days=PERIOD_DAYS) for name, one in way.items()},
    )


def _ways(kept: Sequence[int]) -> list[tuple[int, int]]:
    return [*pairwise(kept), (kept[0], kept[-1])]


def _taken(passes: ir.Table, positions: Sequence[int], marks: Marks) -> tuple[list[int], tuple[By, ...]]:
    """The positions that anybody waited in, and the cells of their steps, of the whole way, and of won itself."""
    last = positions[-1]
    taken = lives_of(passes=passes, steps=[*_ways(positions), (last, last)], marks=marks)
    waited = [ALL in step and step[ALL].waited > 0 for step in taken[: len(positions) - 1]]
    kept = [position for position, stays in zip(positions, waited, strict=False) if stays] + [last]
    if len(kept) == 1:
        raise NothingToMeasure(as_of=marks.as_of)
    if len(kept) < len(positions):
        taken = lives_of(passes=passes, steps=[*_ways(kept), (last, last)], marks=marks)
    return kept, taken


def _watched(
    passes: ir.Table, kept: Sequence[int], taken: tuple[By, ...], marks: Marks
) -> tuple[date | None, tuple[By, ...]]:
    """The day from which the source shows closings, where it begins late, and the cells of the passes since then."""
    way, tables = taken[-1], tables_of(lives={ALL: taken[-1][ALL]})
    entries, first = way[ALL].entries(), way[ALL].first_closing
    if not tables or not may_begin_late(entries=entries, first_closing=first, table=tables[ALL].table):
        return None, taken
    early = lives_of(passes=passes, steps=_ways(kept), marks=marks, before=first)
    later = tuple(_without(all_of, some) for all_of, some in zip(taken, early, strict=True))
    after = tables_of(lives=later[-1])
    since = observed_from(entries=entries, first_closing=first, table_after=after[ALL].table if ALL in after else None)
    return since, later if since else taken


def _without(all_of: By, some: By) -> By:
    return {name: one.without(some[name]) if name in some else one for name, one in all_of.items()}


def _cohort_days(way: By, horizon_days: int) -> int:
    for days in (horizon_days, *(age for age in COHORT_AGES if age < horizon_days)):
        if ALL in way and way[ALL].old_enough(days=days).entered >= FEWEST:
            return days
    return horizon_days


def _reached(taken: Sequence[By]) -> dict[Segment, tuple[int, ...]]:
    """Passes that reached each position: those that entered its step, and those that were won."""
    stages = (*taken[:-2], taken[-1])
    names = dict.fromkeys(name for stage in stages for name in stage)
    return {name: tuple(stage[name].passes if name in stage else 0 for stage in stages) for name in names}
