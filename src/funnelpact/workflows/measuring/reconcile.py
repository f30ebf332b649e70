"""From the figures that a CRM shows of a month to ours, with the records behind each difference."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from funnelpact.core.journeys.crm import crm_records
from funnelpact.core.measure.against.reconcile import reconcile_counts, reconcile_rates
from funnelpact.core.measure.census import Census, take_census
from funnelpact.core.measure.counts.ledger import KEPT, cohort_ages, entries, keys_behind, ledger
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Grain, Period, period_of
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.reconciliation import Reconciled
from funnelpact.workflows.measuring.scope import Scope


class DifferenceUnknown(Problem):
    """A difference was asked for that the month does not have."""

    code = "difference-unknown"


def month_before(*, day: date) -> Period:
    """This returns the last calendar month that is over on that day.

    >>> month_before(day=date(2026, 11, 12)).start
    datetime.date(2026, 10, 1)
    """
    return period_of(day=day.replace(day=1) - timedelta(days=1), grain=Grain.MONTH)


def reconcile(*, scope: Scope, month: Period, horizon_days: int) -> Reconciled:
    """This returns every figure of the month as the CRM shows it and as we do, and all that lies between.

    Population: all leads and deals of the facts, whatever their type. Raises `NothingToMeasure`.
    """
    census = _census(scope, horizon_days)
    rows = _ledger(scope, month, census).cache()
    summed = entries(rows=rows)
    table = census.way.tables[ALL].table
    matured = matured_rate(
        table=table,
        horizon_days=horizon_days,
        step=census.way.step,
        population=Message("population.all"),
        as_of=scope.as_of,
        known_at=scope.known_at,
    )
    ages = cohort_ages(
        journeys=scope.everyone,
        month=month,
        positions=_positions(scope),
        start=_start(scope, census),
        as_of=ibis.literal(scope.as_of),
    )
    own = sum(entry.count for entry in summed if entry.chain == "created" and (entry.ours or entry.reason == "kept"))
    rates = reconcile_rates(
        entries=summed,
        open_by_age=ages,
        curve=Curve.from_table(table=table),
        matured=matured,
        others=table.passes - own,
    )
    counts = reconcile_counts(entries=summed, stages=scope.mapping.funnel.stages)
    return Reconciled(
        month=month, as_of=scope.as_of, known_at=scope.known_at, parts=(*rates, *counts), notes=scope.notes
    )


def records_behind(*, scope: Scope, month: Period, horizon_days: int, chain: str, reason: str) -> tuple[str, ...]:
    """This returns the keys of all records behind one difference, as the source writes them. Raises `DifferenceUnknown`."""
    rows = _ledger(scope, month, _census(scope, horizon_days)).cache()
    there = tuple(f"{one.chain}:{one.reason}" for one in entries(rows=rows) if one.reason != KEPT)
    if f"{chain}:{reason}" not in there:
        raise DifferenceUnknown(asked=f"{chain}:{reason}".rstrip(":"), there=there)
    return keys_behind(rows=rows, chain=chain, reason=reason)


def _census(scope: Scope, horizon_days: int) -> Census:
    return take_census(
        passes=scope.passes, stages=scope.mapping.funnel.stages, as_of=scope.as_of, horizon_days=horizon_days
    )


def _ledger(scope: Scope, month: Period, census: Census) -> Any:
    return ledger(
        records=crm_records(facts=scope.facts, mapping=scope.mapping),
        journeys=scope.everyone,
        month=month,
        positions=_positions(scope),
        start=_start(scope, census),
        horizon_days=census.horizon_days,
    )


def _positions(scope: Scope) -> range:
    return range(len(scope.mapping.funnel.stages))


def _start(scope: Scope, census: Census) -> int:
    return scope.mapping.funnel.stages.index(census.funnel.stages[0])
