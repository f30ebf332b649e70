"""What a picture of the funnel is drawn of: the same scope, counts and rates as its tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from funnelpact.core.measure.census import Census, take_census
from funnelpact.core.measure.counts.cohorts import cohort_tables
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.pictures import cohorts, curve_line
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.answers.pictures import CurveLine, Curves, Triangle
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures
from funnelpact.workflows.measuring.learn import HORIZON_DAYS
from funnelpact.workflows.measuring.scope import Scope, scope_of
from funnelpact.workflows.ports import FactStore, FunnelMappings


def curves_of(
    *,
    store: FactStore,
    as_of: date | None = None,
    known_at: datetime | None = None,
    by: str | None = None,
    horizon_days: int = HORIZON_DAYS,
    mappings: FunnelMappings | None = None,
    accepted: Collection[str] = (),
) -> Curves:
    """This returns the share won by age, for all passes and for each segment; what is asked of as in `learn_funnel`."""
    scope = _scope(store, as_of, known_at, by=by, mappings=mappings, accepted=accepted)
    census = _census(scope, horizon_days)
    names = census.segments if scope.by is not None else (ALL,)
    lines = (_line(name, census, scope) for name in names)
    return Curves(
        step=census.way.step,
        as_of=scope.as_of,
        known_at=scope.known_at,
        by=scope.by,
        horizon_days=horizon_days,
        lines=tuple(line for line in lines if line is not None),
        notes=(*scope.notes, *_late(census)),
    )


def triangle_of(
    *,
    store: FactStore,
    as_of: date | None = None,
    known_at: datetime | None = None,
    by: str | None = None,
    horizon_days: int = HORIZON_DAYS,
    mappings: FunnelMappings | None = None,
    accepted: Collection[str] = (),
) -> Triangle:
    """This returns the share of each month's passes that was won by each age; what is asked of as in `learn_funnel`.

    Passes of all segments together: `by` only decides what is looked at for notes.
    """
    scope = _scope(store, as_of, known_at, by=by, mappings=mappings, accepted=accepted)
    census, stages = _census(scope, horizon_days), scope.mapping.funnel.stages
    tables = cohort_tables(
        passes=scope.passes,
        start=stages.index(census.way.step.start),
        end=stages.index(census.way.step.end),
        as_of=scope.as_of,
        observed_from=census.observed_from,
    )
    ages, found = cohorts(tables=tables, as_of=scope.as_of, horizon_days=horizon_days)
    return Triangle(
        step=census.way.step,
        as_of=scope.as_of,
        known_at=scope.known_at,
        ages=ages,
        cohorts=found,
        notes=(*scope.notes, *_late(census)),
    )


def _scope(
    store: FactStore,
    as_of: date | None,
    known_at: datetime | None,
    *,
    by: str | None,
    mappings: FunnelMappings | None,
    accepted: Collection[str],
) -> Scope:
    return scope_of(
        store=store,
        as_of=as_of,
        known_at=known_at,
        by=by,
        mappings=mappings,
        figures=(Figures.RATES,),
        accepted=accepted,
    )


def _census(scope: Scope, horizon_days: int) -> Census:
    stages = scope.mapping.funnel.stages
    return take_census(passes=scope.passes, stages=stages, as_of=scope.as_of, horizon_days=horizon_days)


def _line(name: Segment, census: Census, scope: Scope) -> CurveLine | None:
    if name not in census.way.tables:
        return None
    table = census.way.tables[name].table
    rate = matured_rate(
        table=table,
        horizon_days=census.horizon_days,
        step=census.way.step,
        population=Message("population.segment", name=name) if name else Message("population.all"),
        as_of=scope.as_of,
        known_at=scope.known_at,
    )
    return curve_line(segment=name, table=table, rate=rate, horizon_days=census.horizon_days)


def _late(census: Census) -> tuple[Message, ...]:
    return (Message("note.observed_from", day=census.observed_from),) if census.observed_from else ()
