"""Ask every month of the past what the rates would have been, with what was known then, and hold them against what came."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from funnelpact.core.journeys.dimensions import Dimension, available_dimensions, find_dimension
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.passes import passes as passes_of
from funnelpact.core.measure.against.backtest import rate_trial, score_rates
from funnelpact.core.measure.census import Census, NothingToMeasure, take_census
from funnelpact.core.measure.counts.later import EntryDay, entry_days
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.terms.answers.backtest import RateBacktest, Trial
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Grain, Period, instants, period_of
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.report import Figures
from funnelpact.workflows.journeys import journeys_now, knowing
from funnelpact.workflows.mapping import mapping_in_force
from funnelpact.workflows.measuring.scope import Scope, scope_of
from funnelpact.workflows.ports import FactStore, FunnelMappings, Snapshot

HORIZONS = (90, 180)
"""Ages in days at which rates of the past are held against what came, unless others are asked for."""
_NOBODY = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))


class NoDayToTest(Problem):
    """No end of a month lies between the days asked for and the newest fact."""

    code = "no-day-to-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Then:
    """The counts of one day of the past; None where nothing could be measured. `known_at` None: reconstructed."""

    step: Step
    census: Census | None
    known_at: datetime | None


def backtest_rates(
    *,
    store: FactStore,
    first: date | None = None,
    last: date | None = None,
    every: Grain = Grain.MONTH,
    horizons: Sequence[int] = HORIZONS,
    as_of: date | None = None,
    by: str | None = None,
    mappings: FunnelMappings | None = None,
    accepted: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> RateBacktest:
    """This returns, for each end of a period from `first` to `last`, what the rates said on that day and what came by `as_of`.

    By default from the first period in which a pass entered, to the last that has ended. Each day is measured as
    `funnel --as-of` does it, with what the batches known at its end say; where none was known yet, with what all say now
    and has happened by then, and a note tells so. Labels mean on all days what the mapping in force says, and quality is
    judged once, today. `progress` is called with the days done and how many there are. Raises what `scope_of` raises,
    `NothingToMeasure` and `NoDayToTest`.
    """
    now = scope_of(store=store, as_of=as_of, by=by, mappings=mappings, figures=(Figures.RATES,), accepted=accepted)
    stages = now.mapping.funnel.stages
    latest = take_census(passes=now.passes, stages=stages, as_of=now.as_of, horizon_days=max(horizons))
    later = _Later(now, horizons)
    start = stages.index(latest.way.step.start)
    begin = first or min(day.entered_on for day in later.since(start))
    days = tuple(_ends(first=begin, last=min(last or now.as_of, now.as_of), every=every))
    if not days:
        raise NoDayToTest(first=begin, last=last or now.as_of)
    past, trials, rebuilt = _Past(store, now, mappings), [], False
    for number, day in enumerate(days, start=1):
        then = past.on(day, latest)
        rebuilt |= then.known_at is None
        segments = latest.segments if now.by is not None else (ALL,)
        trials += [
            _trial(then, later, segment=segment, place=place, day=day)
            for place in range(len(horizons))
            for segment in segments
        ]
        if progress is not None:
            progress(number, len(days))
    trials.sort(key=lambda trial: horizons.index(trial.horizon_days))
    return RateBacktest(
        step=latest.way.step,
        as_of=now.as_of,
        known_at=now.known_at,
        by=now.by,
        horizons=tuple(horizons),
        trials=tuple(trials),
        scores=score_rates(trials=trials),
        notes=(*now.notes, *((Message("note.reconstructed"),) if rebuilt else ())),
    )


class _Later:
    """What came of passes by the day of today, counted once for each stage at which a funnel of the past began."""

    def __init__(self, now: Scope, horizons: Sequence[int]) -> None:
        self.now = now
        self.horizons = tuple(horizons)
        self.counted: dict[int, tuple[EntryDay, ...]] = {}

    def since(self, start: int) -> tuple[EntryDay, ...]:
        if start not in self.counted:
            end = len(self.now.mapping.funnel.stages) - 1
            self.counted[start] = entry_days(passes=self.now.passes, start=start, end=end, horizons=self.horizons)
        return self.counted[start]


class _Past:
    """The counts of days of the past, each made of the facts that had happened and, where batches tell, were known."""

    def __init__(self, store: FactStore, now: Scope, mappings: FunnelMappings | None) -> None:
        self.store = store
        self.now = now
        self.version, self.mapping = mapping_in_force(mappings=mappings)
        self.dimension = _dimension(now)
        # Facts of one snapshot are tables of one engine: where nothing else was known, all days share it.
        self.latest: Snapshot = store.snapshot()

    def on(self, day: date, latest: Census) -> _Then:
        _, end = instants(period=Period(day, day + timedelta(days=1)), zone=self.mapping.zone)
        evening = end - timedelta.resolution
        known = self.store.batches(known_at=evening)
        snapshot = self.store.snapshot(known_at=evening) if known else self.latest
        passes, stages = self._passes(snapshot, day)
        known_at = known[-1].known_at if known else None
        try:
            census = take_census(passes=passes, stages=stages, as_of=day, horizon_days=latest.horizon_days)
        except NothingToMeasure:
            return _Then(step=latest.way.step, census=None, known_at=known_at)
        return _Then(step=census.way.step, census=census, known_at=known_at)

    def _passes(self, snapshot: Snapshot, day: date) -> tuple[Any, tuple[str, ...]]:
        facts = happened_by(facts=snapshot.facts, as_of=day, zone=self.mapping.zone)
        mapping = knowing(mapping=self.mapping, facts=facts)
        journeys = journeys_now(snapshot=snapshot, facts=facts, mapping=mapping, as_of=day, version=self.version)
        passes = passes_of(journeys=journeys["passes"], facts=facts, by=self.dimension)
        return passes.cache(), mapping.funnel.stages


def _dimension(now: Scope) -> Dimension | None:
    if now.by is None:
        return None
    return find_dimension(asked=now.by, available=available_dimensions(facts=now.facts))


def _trial(then: _Then, later: _Later, *, segment: Segment, place: int, day: date) -> Trial:
    census, step = then.census, then.step
    tables = census.way.tables if census else {}
    return rate_trial(
        segment=segment,
        table=tables[segment].table if segment in tables else _NOBODY,
        days_of_entry=later.since(later.now.mapping.funnel.stages.index(step.start)),
        position=place,
        horizon_days=later.horizons[place],
        step=step,
        population=_population(segment),
        as_of=day,
        known_at=then.known_at,
        since=census.observed_from if census else None,
        now=later.now.as_of,
    )


def _population(segment: Segment) -> Message:
    if segment == ALL:
        return Message("population.all")
    return Message("population.unknown") if segment is None else Message("population.segment", name=segment)


def _ends(*, first: date, last: date, every: Grain) -> Iterator[date]:
    """The last days of the periods, from that of `first` to the last one that has ended by `last`."""
    end = period_of(day=first, grain=every).end
    while end - timedelta(days=1) <= last:
        yield end - timedelta(days=1)
        end = period_of(day=end, grain=every).end
