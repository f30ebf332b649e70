"""Drift: the sums by hand, the ratio against tables, and the decompositions, exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import false_discovery_control, gamma

from funnelpact.core.measure.against.drift import (
    CHART_DAYS,
    FALL,
    RISE,
    Pace,
    benjamini_hochberg,
    chart_of,
    cusum,
    mix_change,
    observed_over_expected,
    timing,
)

FLAT = np.full(CHART_DAYS, 3.0)


def dice(seed: int = 1) -> np.random.Generator:
    """Seeded dice."""
    return np.random.default_rng(seed)


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 5)), min_size=1, max_size=40), st.sampled_from((FALL, RISE)))
def test_the_sum_is_that_of_its_definition(days: list[tuple[int, float]], ratio: float) -> None:
    """Day by day W = max(0, W + O ln ρ - E(ρ - 1)), the running minimum being another way to write it."""
    observed, expected = (np.array(row, dtype=float) for row in zip(*days, strict=True))
    level, slow = 0.0, []
    for moves, hoped in zip(observed, expected, strict=True):
        level = max(0.0, level + moves * np.log(ratio) - hoped * (ratio - 1))
        slow.append(level)

    assert_allclose(cusum(observed=observed, expected=expected, ratio=ratio), slow, atol=1e-9)


def test_with_an_endless_baseline_the_ratio_has_the_gamma_interval() -> None:
    """O = 30 moves of E = 40: quantiles of Gamma(30.5) over 40."""
    ratio = observed_over_expected(observed=30, expected=40, baseline_moves=1e12)

    assert ratio.value == 0.75
    assert [ratio.low, ratio.high] == pytest.approx(
        [float(gamma.ppf(part, 30.5)) / 40 for part in (0.025, 0.975)], rel=1e-5
    )


def test_a_small_baseline_widens_the_ratio() -> None:
    """With as many moves in the baseline as now, the interval is about √2 as wide on the logarithm."""
    small, large = (
        observed_over_expected(observed=200, expected=200, baseline_moves=moves) for moves in (200, 1_000_000_000)
    )
    widths = [np.log((ratio.high or 0) / (ratio.low or 1)) for ratio in (small, large)]

    assert widths[0] / widths[1] == pytest.approx(2**0.5, rel=0.01)


def test_no_move_at_all_and_nothing_expected() -> None:
    """Nothing observed of 10 expected is 0 to some limit below 1; of nothing expected there is no ratio."""
    none = observed_over_expected(observed=0, expected=10, baseline_moves=100)
    nothing = observed_over_expected(observed=0, expected=0, baseline_moves=100)

    assert (none.value, none.low) == (0, 0)
    assert none.high is not None
    assert 0.2 < none.high < 0.3
    assert none.changed
    assert (nothing.value, nothing.changed) == (None, False)


def test_a_seed_gives_the_same_thresholds() -> None:
    """The dice are the caller's; down and up have thresholds of their own."""
    one, two = (chart_of(observed=FLAT, expected=FLAT, baseline_moves=500, rng=dice(3)) for _ in range(2))

    assert (one.fall_at, one.rise_at, one.chance) == (two.fall_at, two.rise_at, two.chance)
    assert one.alarm is None
    assert one.chance == pytest.approx(1, abs=0.05)


def test_a_clear_fall_and_a_clear_rise_have_a_first_day() -> None:
    """Nothing for 183 days where three a day were expected, and six a day: an alarm within a month, in the right direction."""
    fall = chart_of(observed=0 * FLAT, expected=FLAT, baseline_moves=500, rng=dice())
    rise = chart_of(observed=2 * FLAT, expected=FLAT, baseline_moves=500, rng=dice())

    assert fall.alarm is not None
    assert rise.alarm is not None
    assert fall.alarm < 30
    assert rise.alarm < 30
    assert (fall.falling, rise.falling) == (True, False)
    assert max(fall.chance, rise.chance) < 0.01


def test_looking_early_uses_the_threshold_of_the_whole_half_year() -> None:
    """After 40 days the threshold is that of 183 days like them: daily looks raise no more alarms."""
    early = chart_of(observed=FLAT[:40], expected=FLAT[:40], baseline_moves=500, rng=dice(), simulated=4000)
    whole = chart_of(observed=FLAT, expected=FLAT, baseline_moves=500, rng=dice(2), simulated=4000)

    assert early.fall_at == pytest.approx(whole.fall_at, rel=0.1)
    assert len(early.down) == 40


def test_without_a_baseline_or_a_day_there_is_no_alarm() -> None:
    """An empty chart, a chart of nothing expected, a baseline without a move."""
    none = np.zeros(0)
    for observed, expected, base in (
        (none, none, 10.0),
        (np.ones(9), np.zeros(9), 10.0),
        (np.ones(9), np.ones(9), 0.0),
    ):
        chart = chart_of(observed=observed, expected=expected, baseline_moves=base, rng=dice())
        assert (chart.alarm, chart.chance, chart.ratio.value) == (None, 1.0, None)


@pytest.mark.parametrize(
    ("early", "late", "pace"),
    [
        (1.4, 0.6, Pace.FASTER), (0.6, 1.4, Pace.SLOWER), (1.3, 1.3, Pace.MORE), (0.7, 0.7, Pace.FEWER), (1.0, 1.0, Pace.UNCHANGED),
        (1.5, 1.1, Pace.MORE), (0.6, 0.9, Pace.FEWER),
    ],
)  # fmt: skip
def test_level_and_pace(early: float, late: float, pace: Pace) -> None:
    """Early up and late down is faster; both up is more, by however much the young lead."""
    found = timing(observed=np.array([early] * 5 + [late] * 5) * 60, expected=np.full(10, 60.0), baseline_moves=3000)

    assert found.pace is pace
    assert found.age == 5


def test_the_split_is_where_half_was_expected() -> None:
    """Of 10, 10, 10 and 30 expected, half are expected by age 2; of nothing, nowhere."""
    assert timing(observed=np.zeros(4), expected=np.array([10.0, 10, 10, 30]), baseline_moves=60).age == 3
    assert timing(observed=np.zeros(4), expected=np.zeros(4), baseline_moves=60).pace is Pace.UNCHANGED


segments = st.lists(
    st.tuples(st.integers(0, 900), st.floats(0, 1), st.integers(0, 900), st.floats(0, 1)), min_size=1, max_size=8
)


@given(segments)
def test_mix_and_rate_add_up_to_the_change(rows: list[tuple[int, float, int, float]]) -> None:
    """Whatever the segments, empty ones too: total = mix + rate, and segment by segment as well, to 1e-12."""
    before, rate_before, now, rate_now = (np.array(row, dtype=float) for row in zip(*rows, strict=True))
    change = mix_change(passes_before=before, rate_before=rate_before, passes_now=now, rate_now=rate_now)

    assert change.mix + change.rate == pytest.approx(change.total, abs=1e-12)
    assert change.mix_by_segment.sum() + change.rate_by_segment.sum() == pytest.approx(change.total, abs=1e-12)
    if before.sum() and now.sum():
        pooled = (now * rate_now).sum() / now.sum() - (before * rate_before).sum() / before.sum()
        assert change.total == pytest.approx(pooled, abs=1e-12)


def test_equal_rates_leave_all_to_the_mix_and_an_equal_mix_leaves_all_to_the_rates() -> None:
    """The two pure cases; a segment that is new counts as mix."""
    shares, rates = np.array([60.0, 40.0]), np.array([0.1, 0.2])
    mix = mix_change(passes_before=shares, rate_before=rates, passes_now=shares[::-1], rate_now=rates)
    rate = mix_change(passes_before=shares, rate_before=rates, passes_now=3 * shares, rate_now=rates * 1.5)
    new = mix_change(
        passes_before=np.array([50.0, 0]), rate_before=np.array([0.1, 0]), passes_now=np.array([50.0, 50]), rate_now=np.array([0.1, 0.3])
    )  # fmt: skip

    assert (mix.rate, rate.mix) == (0, 0)
    assert_allclose((mix.mix, rate.rate), (0.02, 0.07))
    assert_allclose((new.mix, new.rate), (0.1, 0), atol=1e-15)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_chances_are_those_of_scipy(chances: list[float]) -> None:
    """Benjamini and Hochberg's, in the order given."""
    assert_allclose(benjamini_hochberg(chances=chances), false_discovery_control(chances), atol=1e-12)


def test_no_charts_no_chances() -> None:
    """An empty list stays empty."""
    assert benjamini_hochberg(chances=[]).tolist() == []
