"""The curves of many segments in one call, against R's answers and against the curve of each segment alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.incidence import LifeTableBroken
from funnelpact.core.measure.curves.many import NONE, Counts, Curves
from funnelpact.core.measure.value import value_interval
from funnelpact.core.terms.lifetable import LifeTable
from tests.lifetables import LEFT, MOVED, OPEN, Pass, squares_of, table_of
from tests.unit.core.measure.curves.test_curve import R_SURVIVAL, R_SURVIVAL_LATE, TWENTY, TWENTY_LATE


def curves_of(*tables: LifeTable) -> Curves:
    """The curves of these tables."""
    return Curves.from_counts(counts=Counts.from_tables(tables=tables))


def some_tables(seed: int, *, count: int = 30) -> tuple[list[LifeTable], list[tuple[Fraction, ...]]]:
    """Tables of few passes with ties, late entries and missing amounts, some without a move, and their squares."""
    dice = np.random.default_rng(seed)
    tables, squares = [], []
    for number in range(count):
        passes = [Pass(14, OPEN)]
        for _ in range(int(dice.integers(1, 60))):
            age, end = int(dice.integers(0, 15)), int(dice.integers(0, 3))
            end = OPEN if number % 5 == 0 and end == MOVED else end
            amount = int(dice.integers(1, 900)) if dice.random() < 0.7 else None
            entry = int(dice.integers(0, age + 1)) if dice.random() < 0.3 else 0
            passes.append(Pass(age, end, entry, amount))
        tables.append(table_of(passes))
        squares.append(squares_of(passes))
    return tables, squares


def test_r_is_equalled_for_both_tables_in_one_call() -> None:
    """R's states and standard errors for the twenty passes, and its shares with late entries, to 1e-12."""
    curves = curves_of(TWENTY, TWENTY_LATE)
    found = curves.found
    for age, expected in R_SURVIVAL.items():
        states = found.at_risk[0, age], found.survival[0, age], *found.ended[0, age], curves.variance[0, age] ** 0.5
        assert_allclose(states, expected, rtol=0, atol=1e-12)
    for age, late in R_SURVIVAL_LATE.items():
        assert_allclose((found.at_risk[1, age], curves.moved[1, age]), late, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_each_segment_has_the_curve_that_it_has_alone(seed: int) -> None:
    """Shares, variance, value and effective passes are those of `Curve`, to 1e-12; so are the ends of the intervals."""
    tables, _ = some_tables(seed)
    curves = curves_of(*tables)
    low, high = curves.interval(days=9)
    for row, table in enumerate(tables):
        curve, size = Curve.from_table(table=table), len(table.moved)
        for many, one in (
            (curves.moved, curve.moved), (curves.variance, curve.variance),
            (curves.found.survival, curve.survival), (curves.found.ended[..., 1], curve.left),
        ):  # fmt: skip
            assert_allclose(many[row, :size], one, rtol=0, atol=1e-12)
        interval = curve.interval(days=9)
        ends = low[row], high[row], curves.effective_passes(days=9)[row]
        assert_allclose(ends, (interval.low, interval.high, interval.passes), rtol=1e-12)
        assert_allclose(curves.chance(age=3, days=9)[row], curve.chance(age=3, days=9), atol=1e-12)
        if curve.value is None:
            assert np.isnan(curves.value_at(days=9)[row])
        else:
            assert_allclose(curves.value_at(days=9)[row], curve.value[min(9, size - 1)], rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_times_and_identified_ages_are_those_of_each_segment(seed: int) -> None:
    """Median, slow end and the longest identified age; where a segment has none, `NONE`."""
    tables, _ = some_tables(seed)
    curves = curves_of(*tables)
    last = curves.identified_until()
    alone = [Curve.from_table(table=table) for table in tables]

    assert last.tolist() == [NONE if one.identified_until is None else one.identified_until for one in alone]
    for share in (0.5, 0.9):
        expected = [one.quantile(share=share) for one in alone]
        found = curves.quantile(share=share, until=last).tolist()
        assert found == [NONE if day is None else day for day in expected]
        assert NONE in found


def test_intervals_of_values_are_those_of_each_segment() -> None:
    """Also with missing amounts and late entries; a segment without a value has no interval."""
    tables, squares = some_tables(7)
    curves = Curves.from_counts(counts=Counts.from_tables(tables=tables, squares=squares))
    low, high = curves.value_interval(days=9)
    for row, (table, square) in enumerate(zip(tables, squares, strict=True)):
        ends = value_interval(table=table, curve=Curve.from_table(table=table), squares=square, days=9)
        if ends[0] is None or ends[1] is None:
            assert np.isnan(low[row])
            assert np.isnan(high[row])
        else:
            assert_allclose((low[row], high[row]), (float(ends[0]), float(ends[1])), rtol=1e-9)


def test_a_segment_without_a_move_has_an_upper_limit() -> None:
    """Forty passes seen to day 9 and none moved: 0 to 8.8 %, beside a segment with a rate, in one call."""
    curves = curves_of(table_of([Pass(9, OPEN)] * 40), table_of([Pass(1, MOVED)] * 10 + [Pass(9, LEFT)] * 30))
    low, high = curves.interval(days=9)

    assert low[0] == 0
    assert_allclose(high, (0.0880973, 0.4019396), atol=1e-7)


def test_a_third_cause_is_told_apart_and_changes_nothing_for_the_move() -> None:
    """Losses split by reason give the same share moved; the reasons add up to what was lost."""
    both = Counts.from_tables(tables=[TWENTY])
    lost = both.ends[..., 1]
    some = np.minimum(lost, np.arange(lost.shape[1]) % 2)
    split = Counts(
        entered=both.entered,
        ends=np.stack((both.ends[..., 0], some, lost - some), axis=-1),
        open_at_cut=both.open_at_cut,
    )
    whole, parts = Curves.from_counts(counts=both), Curves.from_counts(counts=split)

    assert_allclose(parts.moved, whole.moved, rtol=0, atol=1e-15)
    assert_allclose(parts.variance, whole.variance, rtol=0, atol=1e-15)
    assert_allclose(parts.found.ended[..., 1:].sum(axis=-1), whole.found.ended[..., 1], rtol=0, atol=1e-12)


def test_counts_that_cannot_belong_together_are_refused() -> None:
    """The age of the first impossible segment is named."""
    good = Counts.from_tables(tables=[table_of([Pass(1, MOVED), Pass(3, OPEN)])] * 2)
    good.ends[1, 2, 0] = 5

    with pytest.raises(LifeTableBroken) as refused:
        Curves.from_counts(counts=good)

    assert refused.value.data["age"] == 2


def test_without_any_age_nothing_is_known() -> None:
    """Segments of tables without a row have share 0, and the interval from 0 to 1."""
    empty = np.zeros((2, 0))
    curves = Curves.from_counts(counts=Counts(entered=empty, ends=np.zeros((2, 0, 2)), open_at_cut=empty))
    low, high = curves.interval(days=30)

    assert (curves.at(days=30).tolist(), low.tolist(), high.tolist()) == ([0, 0], [0, 0], [1, 1])


def counts_by_row(rows: Sequence[LifeTable], times: Sequence[int]) -> Counts:
    """The counts of each table taken so many times."""
    counts, factor = Counts.from_tables(tables=rows), np.array(times, dtype=float)[:, None]
    return Counts(
        entered=counts.entered * factor, ends=counts.ends * factor[..., None], open_at_cut=counts.open_at_cut * factor
    )


def summed(counts: Counts) -> Counts:
    """All segments as one."""
    return Counts(
        entered=counts.entered.sum(axis=0, keepdims=True),
        ends=counts.ends.sum(axis=0, keepdims=True),
        open_at_cut=counts.open_at_cut.sum(axis=0, keepdims=True),
    )


def test_weighted_tables_are_tables_of_repeated_passes() -> None:
    """Segments taken 1, 2 and 3 times and added up are one world with every pass as often, as resampling needs it."""
    tables, times = [TWENTY, TWENTY_LATE, TWENTY], (1, 2, 3)
    weighted = summed(counts_by_row(tables, times))
    repeated = summed(
        Counts.from_tables(tables=[table for table, count in zip(tables, times, strict=True) for _ in range(count)])
    )
    one, other = Curves.from_counts(counts=weighted), Curves.from_counts(counts=repeated)

    assert_allclose(one.moved, other.moved, rtol=0, atol=1e-12)
    assert_allclose(one.variance, other.variance, rtol=0, atol=1e-12)
