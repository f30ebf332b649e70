"""Three hundred small segments with known rates: how far their shrunk rates miss, and how often their ranges hold them."""

from __future__ import annotations

import numpy as np
import pytest

from funnelpact.core.measure.curves.shrinkage import shrunk

MEAN, SCATTER = 0.09, 0.031


def drawn(*, segments: int, scatter: float, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True rates, passes (20 to 100 each), and the share seen to move."""
    strength = MEAN * (1 - MEAN) / scatter**2 - 1
    truth = dice.beta(MEAN * strength, (1 - MEAN) * strength, segments)
    passes = dice.integers(20, 101, segments)
    return truth, passes.astype(float), dice.binomial(passes, truth) / passes


def test_shrunk_rates_miss_least() -> None:
    """Root mean square error about .024, where each alone has .041 and the rate of all .031."""
    dice = np.random.default_rng(1)
    raw: list[float] = []
    pooled: list[float] = []
    drawn_in: list[float] = []
    for _ in range(6):
        truth, passes, share = drawn(segments=300, scatter=SCATTER, dice=dice)
        found = shrunk(share=share, passes=passes)
        assert found is not None
        for errors, estimate in ((raw, share), (pooled, found.mean), (drawn_in, found.share)):
            errors.append(float(np.mean((estimate - truth) ** 2)))

    assert np.sqrt(np.mean(raw)) == pytest.approx(0.041, abs=0.002)
    assert np.sqrt(np.mean(pooled)) == pytest.approx(0.031, abs=0.002)
    assert np.sqrt(np.mean(drawn_in)) == pytest.approx(0.0243, abs=0.0015)


@pytest.mark.parametrize(("segments", "runs"), [(300, 6), (30, 60), (8, 150)])
def test_ranges_hold_the_rates_of_many_and_of_few_segments(segments: int, runs: int) -> None:
    """About 95 % of the rates, also where eight segments hardly tell their scatter (60 % with it taken for known)."""
    dice, held = np.random.default_rng(2), []
    for _ in range(runs):
        truth, passes, share = drawn(segments=segments, scatter=SCATTER, dice=dice)
        found = shrunk(share=share, passes=passes)
        assert found is not None
        held.append(np.mean((found.low <= truth) & (truth <= found.high)))

    assert 0.90 <= np.mean(held) <= 0.98
