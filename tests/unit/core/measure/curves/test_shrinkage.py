"""Small segments drawn toward the rate of all: by the published formulas, and where there is nothing to draw on."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import betaincinv

from funnelpact.core.measure.curves.shrinkage import Shrunk, shrunk


def of(share: list[float], passes: list[float]) -> Shrunk:
    """The rates of these segments."""
    found = shrunk(share=np.array(share), passes=np.array(passes))
    assert found is not None
    return found


def test_by_hand() -> None:
    """Two segments of 100 with 10 % and 30 %: μ = .2, Q = 12.5, τ² = .16 × 11.5 / 100, and the formulas from there."""
    found = of([0.1, 0.3], [100, 100])
    square = 0.16 * 11.5 / 100
    strength = 0.16 / square - 1

    assert [found.mean, found.scatter] == pytest.approx([0.2, square**0.5])
    assert_allclose(found.share[0], (0.2 * strength + 10) / (strength + 100))
    assert_allclose(found.weight, 100 / (100 + strength))


def test_segments_that_differ_by_chance_only_have_the_rate_of_all() -> None:
    """Equal shares: no scatter, weight 0, and an interval that allows for some all the same."""
    found = of([0.1] * 6, [50] * 6)

    assert (found.scatter, found.weight.tolist()) == (0, [0] * 6)
    assert_allclose(found.share, 0.1)
    assert (found.high - found.low > 0.04).all()


def test_a_large_segment_keeps_its_rate_and_a_small_one_does_not() -> None:
    """With 10,000 passes a rate stays within 1 % of its own; with 5 it moves nearly all the way."""
    found = of([0.05, 0.2, 0.1, 0.15, 0.0], [10_000, 10_000, 2_000, 2_000, 5])

    assert_allclose(found.share[:2], (0.05, 0.2), rtol=0.01)
    assert found.weight[4] < 0.3
    assert 0 < found.share[4] < found.mean


def test_the_interval_is_wider_than_with_a_known_scatter() -> None:
    """Eight segments do not tell their scatter well: each range is wider than the beta posterior's with τ as estimated."""
    rates, passes = np.array([0.02, 0.16, 0.05, 0.12, 0.1, 0.04, 0.07, 0.15]), np.full(8, 60.0)
    found = of(rates.tolist(), passes.tolist())
    strength = found.mean * (1 - found.mean) / found.scatter**2 - 1
    first, second = found.mean * strength + rates * passes, (1 - found.mean) * strength + (1 - rates) * passes
    known = betaincinv(first, second, 0.975) - betaincinv(first, second, 0.025)

    assert (found.high - found.low > known).all()


def test_a_segment_without_passes_has_the_rate_of_all() -> None:
    """Nothing is known of it but what is known of the others, so its range is the widest."""
    found = of([0.1, 0.3, 0.2, 0.0], [100, 100, 100, 0])

    assert found.share[3] == pytest.approx(0.2)
    assert found.weight[3] == 0
    assert (found.high - found.low)[3] == (found.high - found.low).max()


def test_without_any_move_the_range_goes_up_to_the_limit_of_all() -> None:
    """None of 100 moved: 0 to 1 - 0.025^(1/100) for each segment, and the mirror where all did."""
    none, whole = of([0, 0], [40, 60]), of([1, 1], [40, 60])

    assert_allclose((none.low, none.high), ([0, 0], [0.0362167] * 2), atol=1e-7)
    assert_allclose((whole.low, whole.high), ([0.9637833] * 2, [1, 1]), atol=1e-7)


def test_without_passes_there_is_nothing() -> None:
    """No segment, or none with passes."""
    assert shrunk(share=np.zeros(0), passes=np.zeros(0)) is None
    assert shrunk(share=np.zeros(2), passes=np.zeros(2)) is None


def test_one_segment_alone_stays_where_it_is() -> None:
    """Its rate is the rate of all."""
    found = of([0.25], [40])

    assert found.share[0] == pytest.approx(0.25)
    assert 0 < found.low[0] < 0.25 < found.high[0] < 0.6
