"""The development triangle: the published factors, and the cohorts at which other software stumbles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.triangle import CrossCheck, Triangle, cross_check, developed, triangle_of
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

RAA = (
    (5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834),
    (106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704),
    (3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466),
    (5655, 11555, 15766, 21266, 23425, 26083, 27067),
    (1092, 9565, 15836, 22169, 25955, 26180),
    (1513, 6445, 11702, 12935, 15852),
    (557, 4020, 10946, 12314),
    (1351, 6947, 13112),
    (3133, 5395),
    (2063,),
)
"""Claims of the Reinsurance Association of America, cumulated (Mack 1993)."""

FACTORS = (
    2.99935865134, 1.62352275375, 1.27088811504, 1.17167463309, 1.11338488621,
    1.04193463791, 1.03326355379, 1.01693648101, 1.00921658986,
)  # fmt: skip


def triangle(*rows: tuple[int, ...], created: int | None = None) -> Triangle:
    """A triangle from rows that end where the cohort ends."""
    size = max(map(len, rows))
    return Triangle(
        created=np.full(len(rows), created or 1, dtype=float),
        moved=np.array([list(row) + [0] * (size - len(row)) for row in rows], dtype=float),
        latest=np.array([len(row) - 1 for row in rows]),
    )


def test_the_published_factors_and_reserve() -> None:
    """The chain ladder's factors to eleven digits, and what is still to come: 52,135.2282612."""
    found = developed(triangle=triangle(*RAA))

    assert_allclose(found.factors, FACTORS, rtol=0, atol=5e-12)
    assert_allclose((found.chain_ladder - [row[-1] for row in RAA]).sum(), 52135.2282612, atol=1e-7)


def test_cape_cod_and_bornhuetter_ferguson_by_hand() -> None:
    """Two cohorts of 100, 5 then 10 moves and 0 so far: half are there, so r = 10 / 150, and 100·r·½ are still to come."""
    found = developed(triangle=triangle((5, 10), (0,), created=100))

    assert found.share.tolist() == [0.5, 1.0]
    assert found.rate == pytest.approx(10 / 150)
    assert_allclose(found.expected, (10, 100 / 15 / 2))


def test_the_expected_moves_of_all_cohorts_are_the_rate_times_their_passes() -> None:
    """Bornhuetter-Ferguson with the Cape Cod rate adds up to that rate over all passes created."""
    found = developed(triangle=triangle((2, 5, 9), (1, 4), (3,), created=80))

    assert found.rate is not None
    assert_allclose(found.expected.sum(), found.rate * 240)


def test_a_cohort_without_a_move_is_expected_to_have_some() -> None:
    """The chain ladder projects nothing to nothing; Bornhuetter-Ferguson gives the young cohort its share."""
    found = developed(triangle=triangle((4, 8, 8), (3, 7), (0,), created=50))

    assert found.chain_ladder[2] == 0
    assert found.expected[2] > 3


def test_the_first_development_may_be_empty_everywhere() -> None:
    """Where nobody moves in the first thirty days, the factor is not defined and the rate is."""
    found = developed(triangle=triangle((0, 4, 6), (0, 2), (0,), created=100))

    assert np.isnan(found.factors[0])
    assert found.rate == pytest.approx(8 / (100 + 100 * 4 / 6))
    assert found.rate is not None
    assert np.isnan(found.chain_ladder[2])
    assert_allclose(found.expected[2], 100 * found.rate)


def test_without_any_move_the_rate_is_zero() -> None:
    """A full grid of zeros is an answer, not an error."""
    found = developed(triangle=triangle((0, 0), (0,), created=10))

    assert (found.rate, found.expected.tolist()) == (0.0, [0.0, 0.0])


def test_without_any_cohort_there_is_no_rate() -> None:
    """No cohort at all, or none seen to the end of its first development."""
    none = Triangle(created=np.zeros(0), moved=np.zeros((0, 3)), latest=np.zeros(0, dtype=np.int64))
    young = Triangle(created=np.array([7.0]), moved=np.zeros((1, 3)), latest=np.array([-1]))

    assert developed(triangle=none).rate is None
    assert developed(triangle=young).rate is None
    curve = Curve.from_table(table=table_of([Pass(50, OPEN)] * 30))
    assert cross_check(triangle=young, curve=curve) == CrossCheck(days=None, rate=None, curve=None, difference=None)


def test_a_development_counts_when_the_youngest_pass_has_completed_it() -> None:
    """With ten-day developments, a cohort whose last pass is 24 days old has completed two of them."""
    found = triangle_of(created=np.array([5.0]), moved_by_age=np.ones((1, 30)), youngest=np.array([24]), days=10)

    assert (found.latest.tolist(), found.moved.tolist(), found.until) == ([1], [[10, 20, 30]], 19)


def test_with_all_seen_it_is_the_share_counted_and_agrees_with_the_curve() -> None:
    """Where every cohort is old, Cape Cod is moves over passes, and so is the curve: no difference."""
    moved = np.zeros((2, 60))
    moved[0, [3, 40]], moved[1, 35] = (2, 4), 3
    passes = [Pass(3, MOVED)] * 2 + [Pass(40, MOVED)] * 4 + [Pass(35, MOVED)] * 3 + [Pass(59, LEFT)] * 91
    check = cross_check(
        triangle=triangle_of(created=np.array([60.0, 40.0]), moved_by_age=moved, youngest=np.array([59, 59])),
        curve=Curve.from_table(table=table_of(passes)),
    )

    assert check.days == 59
    assert [check.rate, check.curve] == pytest.approx([0.09, 0.09])
    assert check.difference == pytest.approx(0, abs=1e-12)


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=6), st.integers(-1, 5))
def test_no_grid_of_counts_makes_it_stumble(steps: list[list[int]], oldest: int) -> None:
    """Whatever is zero, shares lie between 0 and 1 and grow, and the rate is there where any cohort is seen."""
    latest = np.array([max(-1, oldest - number) for number in range(len(steps))])
    found = developed(
        triangle=Triangle(
            created=np.full(len(steps), 40.0), moved=np.cumsum(np.array(steps, float), axis=1), latest=latest
        )
    )

    assert ((found.share >= 0) & (found.share <= 1)).all()
    assert (np.diff(found.share) >= 0).all()
    assert oldest < 0 or found.rate is not None or found.share[0] == 0
