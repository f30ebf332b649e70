"""Moves of some days beside those that a baseline expects, day by day and age by age.

The hazards come from a life table of other days, and only from ages at which `ENOUGH_AT_RISK` passes were watched; moves at
other ages are not compared, and counted as `outside`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.counts.cells import MOVED
from funnelpact.core.measure.counts.exposures import Exposure, Flags
from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK
from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.period import Period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """Moves of some days against a baseline, both only at the ages that it knows.

    `by_day` and `expected_by_day` (days,), `by_age` and `expected_by_age` (ages,). `watched`: the passes under watch on any of
    the days. `outside`: moves of those days at other ages. `baseline_moves`: what the hazards were estimated from.
    """

    by_day: Floats
    expected_by_day: Floats
    by_age: Floats
    expected_by_age: Floats
    watched: int
    outside: int
    baseline_moves: int

    @property
    def observed(self) -> int:
        """All moves that are compared."""
        return int(self.by_day.sum())

    @property
    def expected(self) -> float:
        """All moves that were expected."""
        return float(self.expected_by_day.sum())


def moves_against(*, passes: Exposure, baseline: LifeTable | None, period: Period) -> Moves:
    """The moves of the period's days beside those expected from the baseline's hazards; without one nothing is."""
    _, last, inside = passes.watched(period=period)
    hazard, known, base = hazards(table=baseline)
    ages = len(hazard)
    moved = inside & (passes.cause == MOVED) & (passes.age <= last)
    at, counts = passes.age[moved], passes.n[moved].astype(np.float64)
    day = (at - passes.ages(period=period)[0][moved]).astype(np.int64)
    heard = (at < ages) & known[np.minimum(at, ages - 1)]
    at_risk, entered = _at_risk(passes, period)
    # Age of those who entered on a row's day, on each day of the period.
    age = np.arange(period.days)[None, :] + entered[:, None]
    within = (age >= 0) & (age < ages)
    held = np.where(within, age, 0)
    expected = np.where(within, at_risk * hazard[held], 0.0)
    return Moves(
        by_day=_sums(day[heard], counts[heard], period.days),
        expected_by_day=expected.sum(axis=0),
        by_age=_sums(at[heard], counts[heard], ages),
        expected_by_age=_sums(held.ravel(), expected.ravel(), ages),
        watched=int(passes.n[inside].sum()),
        outside=int(counts[~heard].sum()),
        baseline_moves=base,
    )


def _at_risk(passes: Exposure, period: Period) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Passes under watch by day of entry and day of the period, and the age on its first day of each day of entry."""
    first, last, inside = passes.watched(period=period)
    start = passes.ages(period=period)[0]
    entered, row = np.unique(start[inside], return_inverse=True)
    changes = np.zeros((len(entered), period.days + 1))
    np.add.at(changes, (row, (first - start)[inside]), passes.n[inside])
    np.add.at(changes, (row, (np.minimum(last, passes.age) - start + 1)[inside]), -passes.n[inside])
    return np.cumsum(changes, axis=1)[:, :-1], entered


def _sums(places: npt.NDArray[np.int64], of: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(places, of, size), dtype=np.float64)


def hazards(*, table: LifeTable | None) -> tuple[Floats, Flags, int]:
    """The share of passes at risk that move, by age; which ages are known; the moves that were counted at these.

    Known are ages at which `ENOUGH_AT_RISK` passes were watched; elsewhere the hazard is 0. There is at least one age.

    >>> from fractions import Fraction
    >>> none = (Fraction(0),) * 2
    >>> table = LifeTable(entered=(40, 0), moved=(10, 5), left=(0, 0), open=(15, 10), amount=none, amount_known=(0, 0))
    >>> hazards(table=table)
    (array([0.25, 0.  ]), array([ True, False]), 10)
    """
    if table is None:
        return np.zeros(1), np.zeros(1, dtype=np.bool_), 0
    at_risk, moved = (np.array(row, dtype=np.float64) for row in (table.at_risk, table.moved))
    known = at_risk >= ENOUGH_AT_RISK
    return np.where(known, moved / np.where(known, at_risk, 1.0), 0.0), known, int(moved[known].sum())


def together(*, parts: Sequence[Moves]) -> Moves:
    """The moves of several segments, each against its own baseline; of no segment, none."""
    ages = max((len(part.by_age) for part in parts), default=1)

    def longer(row: Floats) -> Floats:
        return np.concatenate((row, np.zeros(ages - len(row))))

    days = max((len(part.by_day) for part in parts), default=0)
    return Moves(
        by_day=sum((part.by_day for part in parts), np.zeros(days)),
        expected_by_day=sum((part.expected_by_day for part in parts), np.zeros(days)),
        by_age=sum((longer(part.by_age) for part in parts), np.zeros(ages)),
        expected_by_age=sum((longer(part.expected_by_age) for part in parts), np.zeros(ages)),
        watched=sum(part.watched for part in parts),
        outside=sum(part.outside for part in parts),
        baseline_moves=sum(part.baseline_moves for part in parts),
    )
