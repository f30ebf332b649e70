"""The whole funnel on one day: every step of every segment, each number a finding with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TypedDict

from funnelpact.core.measure.beside.drawn import drawn_rates
from funnelpact.core.measure.beside.second import second_opinion
from funnelpact.core.measure.census import Census, StepCensus
from funnelpact.core.measure.composition import composed_rate
from funnelpact.core.measure.counts.lives import Closings, OldEnough, Orders, StepCounts
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.horizons import rates_by_age
from funnelpact.core.measure.lag import HALF, MOST, time_to_move
from funnelpact.core.measure.population import population_of
from funnelpact.core.measure.rates import cohort_rate, matured_rate, period_rate, recent_rate
from funnelpact.core.measure.value import Amounts, average_order_value, spread_per_lead, value_per_lead
from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings, StepFindings
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

_NOTHING = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))
_NO_COUNTS = StepCounts(table=_NOTHING, squares=(Fraction(0),))
_NO_CLOSINGS = Closings(moved=0, left=0)
_NO_ORDERS = Orders(won=0, count=0, total=Fraction(0), squares=Fraction(0))


def funnel_findings(
    *, census: Census, known_at: datetime | None, currency: str, by: str | None, notes: Sequence[Message] = ()
) -> FunnelFindings:
    """This returns what the counts say of each step, of the way to won and of the value of a lead, by segment.

    Population: the passes of the census. Amounts are taken in `currency`. Rates count to the horizon or the longest age
    that the data identify. `by` names the breakdown, None for none; `notes` of the caller come first.
    """
    drawn = drawn_rates(
        tables={name: counts.table for name, counts in census.way.tables.items()} if by is not None else {},
        horizon_days=census.horizon_days,
        as_of=census.as_of,
        known_at=known_at,
    )
    frame = _Frame(census=census, known_at=known_at, currency=currency, drawn=drawn)
    names = census.segments if by is not None else (ALL,)
    since = census.observed_from
    late = (Message("note.observed_from", day=since),) if since else ()
    lossless = () if census.way.lost else (Message("note.no_exits"),)
    unseen = (Message("note.unseen", passes=census.unseen),) if census.unseen else ()
    segments = tuple(frame.segment(name) for name in names)
    apart = tuple(segment.name for segment in segments if segment.composed and _is_apart(segment.composed))
    return FunnelFindings(
        funnel=census.funnel,
        as_of=census.as_of,
        known_at=known_at,
        horizon_days=census.horizon_days,
        cohort_days=census.cohort_days,
        by=by,
        currency=currency,
        period=census.period,
        window=census.window,
        observed_from=since,
        segments=segments,
        notes=(*notes, *late, *unseen, *lossless, *_note_of_apart(apart), *_second_opinion(census)),
    )


class _Common(TypedDict):
    step: Step
    population: Message
    known_at: datetime | None


class _Aged(_Common):
    as_of: date
    horizon_days: int


class _Valued(TypedDict):
    population: Message
    as_of: date
    known_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all findings of one run share."""

    census: Census
    known_at: datetime | None
    currency: str
    drawn: Mapping[Segment, Finding]

    def segment(self, name: Segment) -> SegmentFindings:
        census, currency = self.census, self.currency
        way, orders = census.way.tables.get(name, _NO_COUNTS), census.orders.get(name, _NO_ORDERS)
        amounts = Amounts(count=orders.count, total=Money(orders.total, currency), squares=orders.squares)
        about: _Valued = {"population": population_of(segment=name), "as_of": census.as_of, "known_at": self.known_at}
        horizon = census.horizon_days
        return SegmentFindings(
            name=name,
            reached=census.reached.get(name, (0,) * len(census.funnel.stages)),
            steps=tuple(self.step(name, step) for step in census.steps),
            to_won=self.step(name, census.way),
            order_value=average_order_value(amounts=amounts, **about),
            value=value_per_lead(
                table=way.table, squares=way.squares, currency=currency, horizon_days=horizon, **about
            ),
            spread=spread_per_lead(table=way.table, squares=way.squares, currency=currency, horizon_days=horizon),
            arrivals=census.arrivals.get(name, 0),
            composed=self.composed(name) if len(census.steps) > 1 else None,
            drawn=self.drawn.get(name),
        )

    def composed(self, name: Segment) -> Finding:
        census = self.census
        return composed_rate(
            steps=[(one.step, one.tables.get(name, _NO_COUNTS).table) for one in census.steps],
            way=census.way.tables.get(name, _NO_COUNTS).table,
            horizon_days=census.horizon_days,
            population=population_of(segment=name),
            as_of=census.as_of,
            known_at=self.known_at,
        )

    def step(self, name: Segment, counted: StepCensus) -> StepFindings:
        census = self.census
        table, recent = (found.get(name, _NO_COUNTS).table for found in (counted.tables, counted.recent))
        # Where nothing is ever lost, every closing is a win: a period rate would always be 100 %.
        closed = counted.closings.get(name, _NO_CLOSINGS) if counted.lost else _NO_CLOSINGS
        old = counted.old_enough.get(name, OldEnough(entered=0, moved=0))
        common: _Common = {"step": counted.step, "population": population_of(segment=name), "known_at": self.known_at}
        aged: _Aged = {**common, "as_of": census.as_of, "horizon_days": census.horizon_days}
        cohort: _Aged = {**common, "as_of": census.as_of, "horizon_days": census.cohort_days}
        (first_on, last_on), (recent_from, _) = census.period, census.window
        return StepFindings(
            step=counted.step,
            matured=matured_rate(table=table, **aged),
            recent=recent_rate(table=recent, first_on=recent_from, **aged),
            cohort=cohort_rate(entered=old.entered, moved=old.moved, **cohort),
            period=period_rate(moved=closed.moved, left=closed.left, first_on=first_on, last_on=last_on, **common),
            median_days=time_to_move(table=table, share=HALF, **aged),
            p90_days=time_to_move(table=table, share=MOST, **aged),
            horizons=rates_by_age(table=table, as_of=census.as_of, **common),
        )


def _is_apart(composed: Finding) -> bool:
    return any(caution.id == "caution.not_composed" for caution in composed.cautions)


def _note_of_apart(names: tuple[Segment, ...]) -> tuple[Message, ...]:
    who = tuple(population_of(segment=name) for name in names)
    return (Message("note.not_composed", who=who),) if who else ()


def _second_opinion(census: Census) -> tuple[Message, ...]:
    lives, counts = census.way.lives.get(ALL), census.way.tables.get(ALL)
    if lives is None or counts is None:
        return ()
    cohorts = {month: found.table for month, found in lives.cohorts().items() if found.table.passes}
    return second_opinion(cohorts=cohorts, table=counts.table, as_of=census.as_of)
