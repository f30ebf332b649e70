"""The pipeline: win rates by their denominators, velocity, age by stage, and what is probably dead."""

from __future__ import annotations

from funnelpact.core.journeys.pricing import passes_in, pending
from funnelpact.core.measure.census import COHORT_AGES, take_census
from funnelpact.core.measure.counts.money.opportunities import ends, open_ages, open_amounts, ripe, stage_ages
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.counts.ways import ways
from funnelpact.core.measure.pipeline.blocks import Pipeline
from funnelpact.core.measure.pipeline.winning import Won, cohort_age, quarters
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.funnel import Step, stage_label
from funnelpact.workflows.measuring.scope import Scope, notes_on_prices


def pipeline(*, scope: Scope, horizon_days: int, currency: str | None = None) -> Measured:
    """This returns win rates, close rates by quarter, velocity, ages by stage and the dead pipeline.

    Population: passes that became opportunities; the ages are of open passes in every stage. Raises `CurrenciesMixed` and
    `NothingToMeasure`.
    """
    prices = scope.prices(currency=currency)
    passes, as_of = passes_in(passes=scope.passes, prices=prices).cache(), scope.as_of
    stages = scope.mapping.funnel.stages
    census = take_census(passes=passes, stages=stages, as_of=as_of, horizon_days=horizon_days)
    since = census.observed_from
    *before, last = (stages.index(stage) for stage in census.funnel.stages)
    # Where the source does not record the stage of open deals, the last one before won stands for it.
    at = scope.mapping.deal_position if scope.mapping.deal_position in before else before[-1]
    tables = ways(passes=passes, steps=[(place, last) for place in before], as_of=as_of, observed_from=since)
    ages = tuple(age for age in COHORT_AGES if age <= horizon_days) or (horizon_days,)
    counted = ripe(
        passes=passes, at=at, won=last, spans=[*((0, age) for age in ages), *quarters()], as_of=as_of, since=since
    )
    first_on, last_on = census.period
    pipe = Pipeline(
        won=Won(
            ends=ends(passes=passes, at=at, won=last, first_on=first_on, last_on=last_on),
            ripe=counted,
            period=census.period,
            age=cohort_age(ages=ages, counted=counted),
            as_of=as_of,
            known_at=scope.known_at,
        ),
        at=at,
        step=Step(stages[at], stages[last]),
        stages={place: stage_label(stage=stages[place]) for place in before},
        to_won={place: {name: counts.table for name, counts in parts.items()} for (place, _), parts in tables.items()},
        in_stage=stage_ages(passes=passes, positions=(*before, last), as_of=as_of),
        since_opening=open_ages(passes=passes, at=at, won=last, as_of=as_of),
        amounts=open_amounts(
            pending=pending(passes=passes, prices=prices), passes=passes, at=at, won=last, as_of=as_of
        ),
        ended=ends(passes=passes, at=at, won=last),
        orders=census.orders,
        currency=prices.currency,
        horizon_days=horizon_days,
        as_of=as_of,
        known_at=scope.known_at,
    )
    segments = census.segments if scope.by is not None else (ALL,)
    notes = (*scope.notes, *notes_on_prices(prices=prices, asked=currency))
    return Measured(
        name="pipeline",
        as_of=as_of,
        known_at=scope.known_at,
        by=scope.by,
        blocks=pipe.blocks(segments=segments),
        notes=tuple(dict.fromkeys(notes)),
    )
