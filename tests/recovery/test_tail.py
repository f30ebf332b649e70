"""The extrapolation beyond the identified ages: right where its form is right, silent where the data do not tell."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.tail import Extrapolation, NoTail, Why, tail_of
from funnelpact.core.terms.lifetable import LifeTable
from tests.recovery.simulated_leads import TYPES, simulated, true_curve, watched

DAYS = 400
MOVES, LEAVES = 0.2, 0.5


def world(seed: int, *, size: int = 4_000, seen_from: int = 0) -> LifeTable:
    """Passes of which a fifth moves (median 20 days) and half leaves (35), arriving over 400 days and cut off after.

    Those that ended before day `seen_from` are missing; those open then are watched from it on.
    """
    dice = np.random.default_rng(seed)
    fate, arrival = dice.random(size), dice.random(size) * DAYS
    moves, leaves = fate < MOVES, (fate >= MOVES) & (fate < MOVES + LEAVES)
    lag = np.full(size, np.inf)
    lag[moves] = 20 * np.exp(0.9 * dice.standard_normal(moves.sum()))
    lag[leaves] = 35 * np.exp(0.7 * dice.standard_normal(leaves.sum()))
    day = np.floor(arrival)
    age, cut = np.floor(arrival + lag) - day, DAYS - 1 - day
    entry = np.maximum(0, seen_from - day)
    kept = np.minimum(age, cut) >= entry

    def count(mask: np.ndarray, ages: np.ndarray) -> tuple[int, ...]:
        return tuple(np.bincount(ages[mask & kept].astype(int), minlength=DAYS).tolist())

    return LifeTable(
        entered=count(kept, entry),
        moved=count(moves & (age <= cut), age),
        left=count(leaves & (age <= cut), age),
        open=count(age > cut, cut),
        amount=(Fraction(0),) * DAYS,
        amount_known=(0,) * DAYS,
    )


def fitted(table: LifeTable) -> Extrapolation:
    """The extrapolation of a table that has one."""
    found = tail_of(table=table, curve=Curve.from_table(table=table))
    assert isinstance(found, Extrapolation)
    return found


def test_the_parts_and_the_pace_are_found_again() -> None:
    """Over six worlds the share that ever moves is .2 within 4 %, held by most ranges; half of it comes in 20 days."""
    found = [fitted(world(seed)) for seed in range(6)]

    assert abs(np.mean([fit.moved for fit in found]) / MOVES - 1) < 0.04
    assert abs(np.mean([fit.left for fit in found]) / LEAVES - 1) < 0.03
    assert abs(np.mean([fit.median_moved for fit in found]) / 20 - 1) < 0.05
    assert sum(fit.low <= MOVES <= fit.high for fit in found) >= 4
    assert all(fit.starts >= 2 and 0 <= fit.beyond_moved < 0.01 * fit.moved for fit in found)


def test_passes_seen_late_do_not_mislead() -> None:
    """With all that ended before day 150 missing, the share is still .2; it would be lower taken at face value."""
    found = [fitted(world(seed, size=8_000, seen_from=150)) for seed in range(20, 23)]

    assert abs(np.mean([fit.moved for fit in found]) / MOVES - 1) < 0.05


def test_a_curve_that_still_rises_has_no_tail() -> None:
    """The slow content leads, 18 months old at most: 98 % of their wins are there, and no form can tell the rest."""
    kind = TYPES["content"]
    table = watched(simulated(generator=np.random.default_rng(1), lead_type=kind, size=5_000))

    assert tail_of(table=table, curve=Curve.from_table(table=table)) == NoTail(why=Why.STILL_RISING)


def test_a_flat_curve_of_few_moves_has_no_tail() -> None:
    """Twenty-five moves are too few for a form with five figures."""
    none = (0,) * 99
    table = LifeTable(
        entered=(400, *none), moved=(0, 25, *none[1:]), left=(0, 0, 100, *none[2:]), open=(*none, 275),
        amount=(Fraction(0),) * 100, amount_known=(0,) * 100,
    )  # fmt: skip

    assert tail_of(table=table, curve=Curve.from_table(table=table)) == NoTail(why=Why.TOO_FEW_MOVES)


def test_without_any_leave_there_is_no_lag_to_fit_to_them() -> None:
    """Sixty moves and no leave: the days until a leave may be any, so no fit is a top. An answer, not an error."""
    none = (0,) * 99
    table = LifeTable(
        entered=(400, *none), moved=(0, 20, 30, 10, *none[3:]), left=(0, *none), open=(*none, 340),
        amount=(Fraction(0),) * 100, amount_known=(0,) * 100,
    )  # fmt: skip

    assert tail_of(table=table, curve=Curve.from_table(table=table)) == NoTail(why=Why.NO_FIT)


def test_another_form_is_met_closely() -> None:
    """Web leads take three steps, which is not log-normal; the share that is ever won is found within 10 % all the same."""
    kind = TYPES["web"]
    table = watched(simulated(generator=np.random.default_rng(2), lead_type=kind, size=20_000))

    assert abs(fitted(table).moved / true_curve(lead_type=kind)[-1] - 1) < 0.1
