"""Cohorts drawn again and again: the worlds are right, and what is read off them has the spread it should."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from funnelpact.core.measure.curves.bootstrap import draws, range_of, resampled, spread_of
from funnelpact.core.measure.curves.many import Counts, Curves
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of


def dice(seed: int = 1) -> np.random.Generator:
    """Seeded dice."""
    return np.random.default_rng(seed)


def cohorts(rates: list[float], *, size: int = 50, paid: int | None = 100) -> Counts:
    """Cohorts of so many passes each, of which that share moved on day 3; the others left on day 5."""
    tables = [
        table_of([Pass(3, MOVED, amount=paid)] * round(rate * size) + [Pass(5, LEFT)] * (size - round(rate * size)))
        for rate in rates
    ]
    return Counts.from_tables(tables=tables)


def test_each_cohort_taken_once_is_the_world_itself() -> None:
    """A row of ones gives the curve of all passes; a cohort left out is missing."""
    counts = cohorts([0.1, 0.3, 0.5])
    curves = resampled(counts=counts, draws=np.array([[1.0, 1, 1], [0, 2, 1]]))

    assert_allclose(curves.at(days=5), (0.3, (0.6 + 0.5) / 3))
    assert_allclose(curves.value_at(days=5), (30, 110 / 3))


def test_a_seed_gives_the_same_worlds_again() -> None:
    """The generator is the caller's, so a figure can be repeated to the last bit."""
    assert draws(cohorts=9, rng=dice(4)).tolist() == draws(cohorts=9, rng=dice(4)).tolist()
    assert draws(cohorts=9, rng=dice(4)).tolist() != draws(cohorts=9, rng=dice(5)).tolist()


def test_cohorts_that_differ_widen_the_spread() -> None:
    """With rates of 5 and 35 % by turns the error is that of the cohorts, .15/√20, not Greenwood's .013."""
    counts = cohorts([0.06, 0.36] * 10)
    curves = resampled(counts=counts, draws=draws(cohorts=20, rng=dice(), count=4000))
    greenwood = Curves.from_counts(
        counts=Counts(
            entered=counts.entered.sum(axis=0, keepdims=True),
            ends=counts.ends.sum(axis=0, keepdims=True),
            open_at_cut=counts.open_at_cut.sum(axis=0, keepdims=True),
        )
    ).variance[0, 5]

    assert spread_of(figures=curves.at(days=5), cohorts=20) == pytest.approx(0.15 / 19**0.5, rel=0.05)
    assert greenwood**0.5 == pytest.approx(0.0129, rel=0.01)


def test_steps_with_one_draw_stay_together() -> None:
    """A first step that is good in the cohorts where the second is bad: the product hardly varies, step by step it would."""
    first, second = cohorts([0.2, 0.8] * 10), cohorts([0.8, 0.2] * 10)
    weights = draws(cohorts=20, rng=dice(), count=2000)
    one, two = resampled(counts=first, draws=weights).at(days=5), resampled(counts=second, draws=weights).at(days=5)
    other = resampled(counts=second, draws=draws(cohorts=20, rng=dice(2), count=2000)).at(days=5)

    assert spread_of(figures=np.log(one * two), cohorts=20) < 0.4 * spread_of(figures=np.log(one * other), cohorts=20)


def test_the_range_reaches_further_with_few_cohorts() -> None:
    """Of the same figures, five cohorts give a wider range than fifty; one gives none."""
    figures = dice().normal(size=4000)
    few, many = range_of(figures=figures, cohorts=5), range_of(figures=figures, cohorts=50)

    assert few[0] < many[0] < many[1] < few[1]
    assert np.isnan(range_of(figures=figures, cohorts=1)).all()
    assert np.isnan(spread_of(figures=figures, cohorts=1))


def test_worlds_without_the_figure_are_left_out() -> None:
    """A median that some worlds lack is taken over the others; where all lack it there is no range."""
    figures = np.stack((np.where(np.arange(400) % 4 == 0, np.nan, 7.0), np.full(400, np.nan)), axis=1)
    low, high = range_of(figures=figures, cohorts=12)

    assert (low[0], high[0]) == (7, 7)
    assert np.isnan(low[1])
    assert np.isnan(high[1])


def test_without_any_cohort_nothing_is_drawn() -> None:
    """An empty table gives worlds without passes."""
    empty = Counts(entered=np.zeros((0, 4)), ends=np.zeros((0, 4, 2)), open_at_cut=np.zeros((0, 4)))
    curves = resampled(counts=empty, draws=draws(cohorts=0, rng=dice(), count=3))

    assert curves.at(days=3).tolist() == [0, 0, 0]


def test_a_median_has_a_range_of_days() -> None:
    """Moves on day 2 in half of the cohorts and on day 8 in the others: the median may be either."""
    tables = [table_of([Pass(2 if number % 2 else 8, MOVED)] * 10 + [Pass(9, OPEN)] * 20) for number in range(12)]
    curves = resampled(counts=Counts.from_tables(tables=tables), draws=draws(cohorts=12, rng=dice()))
    low, high = range_of(figures=curves.quantile(share=0.5, until=9), cohorts=12)

    assert [float(low), float(high)] == [2, 8]
