"""The whole funnel on one day: every step of every segment, each number a finding with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TypedDict

from ibis.expr import types as ir

from funnelpact.core.measure import counts
from funnelpact.core.measure.counts import ALL, Segment, StepCounts
from funnelpact.core.measure.lag import HALF, MOST, time_to_move
from funnelpact.core.measure.limits import FEWEST
from funnelpact.core.measure.observation import observed_from
from funnelpact.core.measure.rates import cohort_rate, matured_rate, period_rate
from funnelpact.core.measure.value import Amounts, average_order_value, spread_per_lead, value_per_lead
from funnelpact.core.terms.finding import FunnelFindings, SegmentFindings, StepFindings
from funnelpact.core.terms.funnel import Funnel, Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem

COHORT_AGES = (365, 180, 90, 60, 30)
"""Ages at which a cohort rate is taken: the longest, up to the horizon, that enough passes have reached."""
PERIOD_DAYS = 91
"""Days of the period rate and of today's mix: a quarter, so that every weekday counts alike."""


class NothingToMeasure(Problem):
    """No pass had entered the funnel by the day asked for, or none was ever seen to wait in it."""

    code = "nothing-to-measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """All that was counted of one step, by segment."""

    step: Step
    tables: Mapping[Segment, StepCounts]
    closings: Mapping[Segment, counts.Closings]
    old_enough: Mapping[Segment, counts.OldEnough]


def funnel_findings(
    *,
    passes: ir.Table,
    stages: Sequence[str],
    as_of: date,
    known_at: datetime | None,
    horizon_days: int,
    currency: str,
    by: str | None,
    notes: Sequence[Message] = (),
) -> FunnelFindings:
    """This returns what the passes say of each step, of the way to won and of the value of a lead, by segment.

    Population: the passes of the expression, as `core.journeys.passes` makes them. Stages that nobody was ever seen
    waiting in are not part of the funnel of this source. Amounts are taken in `currency`. Rates count to the horizon or
    the longest age that the data identify. `notes` of the caller come first. Raises `NothingToMeasure` for no passes.
    """
    waited = counts.waited(passes=passes, positions=len(stages))
    kept = [position for position in range(len(stages)) if waited[position] or position == len(stages) - 1]
    if len(kept) == 1:
        raise NothingToMeasure(as_of=as_of)
    funnel = Funnel(tuple(stages[position] for position in kept))
    period = (as_of - timedelta(days=PERIOD_DAYS - 1), as_of)
    since = _observed_from(passes, start=kept[0], end=kept[-1], as_of=as_of)
    cohort_days = _cohort_days(
        counts.ages(passes=passes, position=kept[0], as_of=as_of, observed_from=since), horizon_days
    )
    pairs = [*pairwise(kept), (kept[0], kept[-1])]
    counted = [
        _Counted(
            step=Step(stages[start], stages[end]),
            tables=counts.step_counts(passes=passes, start=start, end=end, as_of=as_of, observed_from=since),
            closings=counts.closings(passes=passes, start=start, end=end, first_on=period[0], last_on=period[1]),
            old_enough=counts.old_enough(
                passes=passes, start=start, end=end, horizon_days=cohort_days, as_of=as_of, observed_from=since
            ),
        )
        for start, end in pairs
    ]
    reached = counts.reached(passes=passes, positions=kept)
    orders = counts.orders(passes=passes, won=kept[-1])
    arrivals = counts.arrivals(passes=passes, position=kept[0], days=PERIOD_DAYS)
    frame = _Frame(
        as_of=as_of,
        known_at=known_at,
        horizon_days=horizon_days,
        cohort_days=cohort_days,
        currency=currency,
        period=period,
        by=by,
        funnel=funnel,
    )
    order = [
        ALL,
        *sorted((name for name in reached if name != ALL), key=lambda name: (name is None, -reached[name][0])),
    ]
    if by is None:
        order = [ALL]
    return FunnelFindings(
        funnel=funnel,
        as_of=as_of,
        known_at=known_at,
        horizon_days=horizon_days,
        cohort_days=cohort_days,
        by=by,
        currency=currency,
        period=period,
        observed_from=since,
        segments=tuple(
            frame.segment(
                name, counted=counted, reached=reached[name], orders=orders.get(name), arrivals=arrivals.get(name, 0)
            )
            for name in order
        ),
        notes=(*notes, *_notes(since=since, lost=sum(counted[-1].tables[ALL].table.left))),
    )


def _cohort_days(ages: Mapping[int, int], horizon_days: int) -> int:
    for days in (horizon_days, *(age for age in COHORT_AGES if age < horizon_days)):
        if sum(count for age, count in ages.items() if age >= days) >= FEWEST:
            return days
    return horizon_days


def _notes(*, since: date | None, lost: int) -> tuple[Message, ...]:
    late = (Message("note.observed_from", day=since),) if since else ()
    return late if lost else (*late, Message("note.no_exits"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all findings of one run share."""

    as_of: date
    known_at: datetime | None
    horizon_days: int
    cohort_days: int
    currency: str
    period: tuple[date, date]
    by: str | None
    funnel: Funnel

    def population(self, segment: Segment) -> Message:
        if segment == ALL:
            return Message("population.all")
        return Message("population.unknown") if segment is None else Message("population.segment", name=segment)

    def segment(
        self,
        name: Segment,
        *,
        counted: Sequence[_Counted],
        reached: tuple[int, ...],
        orders: counts.Orders | None,
        arrivals: int,
    ) -> SegmentFindings:
        steps = [self.step(name, part) for part in counted]
        way = counted[-1].tables.get(name, _NO_COUNTS)
        amounts = orders or counts.Orders(won=0, count=0, total=Fraction(0), squares=Fraction(0))
        return SegmentFindings(
            name=name,
            reached=reached,
            steps=tuple(steps[:-1]),
            to_won=steps[-1],
            order_value=average_order_value(
                amounts=Amounts(
                    count=amounts.count, total=Money(amounts.total, self.currency), squares=amounts.squares
                ),
                population=self.population(name),
                as_of=self.as_of,
                known_at=self.known_at,
            ),
            value=value_per_lead(
                table=way.table,
                squares=way.squares,
                currency=self.currency,
                horizon_days=self.horizon_days,
                population=self.population(name),
                as_of=self.as_of,
                known_at=self.known_at,
            ),
            spread=spread_per_lead(
                table=way.table, squares=way.squares, currency=self.currency, horizon_days=self.horizon_days
            ),
            arrivals=arrivals,
        )

    def step(self, name: Segment, counted: _Counted) -> StepFindings:
        table = counted.tables.get(name, _NO_COUNTS).table
        # Where nothing is ever lost, every closing is a win: a period rate would always be 100 %.
        lost = sum(counted.tables[ALL].table.left)
        closed = counted.closings.get(name, _NO_CLOSINGS) if lost else _NO_CLOSINGS
        old = counted.old_enough.get(name, counts.OldEnough(entered=0, moved=0))
        common: _Common = {"step": counted.step, "population": self.population(name), "known_at": self.known_at}
        cohort: _Aged = {**common, "as_of": self.as_of, "horizon_days": self.cohort_days}
        aged: _Aged = {**common, "as_of": self.as_of, "horizon_days": self.horizon_days}
        return StepFindings(
            step=counted.step,
            matured=matured_rate(table=table, **aged),
            cohort=cohort_rate(entered=old.entered, moved=old.moved, **cohort),
            period=period_rate(
                moved=closed.moved, left=closed.left, first_on=self.period[0], last_on=self.period[1], **common
            ),
            median_days=time_to_move(table=table, share=HALF, **aged),
            p90_days=time_to_move(table=table, share=MOST, **aged),
        )


class _Common(TypedDict):
    step: Step
    population: Message
    known_at: datetime | None


class _Aged(_Common):
    as_of: date
    horizon_days: int


_NOTHING = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))
_NO_CLOSINGS = counts.Closings(moved=0, left=0)
_NO_COUNTS = StepCounts(table=_NOTHING, squares=(Fraction(0),))


def _observed_from(passes: ir.Table, *, start: int, end: int, as_of: date) -> date | None:
    entered, first_closing = counts.days_of_entry(passes=passes, start=start, end=end)
    if first_closing is None or first_closing <= min(entered):
        return None
    later = counts.step_counts(
        passes=passes.filter(passes[f"s{start}"] >= first_closing), start=start, end=end, as_of=as_of
    )
    return observed_from(
        entered=entered, first_closing=first_closing, table_after=later[ALL].table if ALL in later else None
    )
