"""Drift, coarse: unchanged funnels are left in peace, changed ones are noticed. `make drifts` runs all of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from funnelpact.core.measure.against.drift import CHART_DAYS, FALSE_FALLS, FALSE_RISES, Pace, chart_of, timing
from tests.recovery.drifts import charts, figures_of

SURE = 0.001
FALSE_ALARMS = FALSE_FALLS + FALSE_RISES


def test_an_unchanged_funnel_hardly_ever_alarms() -> None:
    """Of forty growing, ageing half years without a change, no more alarm than 5 % would by chance; the ratio is 1."""
    figures = figures_of(scenario="nothing changes", runs=40, seed=1)

    assert figures["alarms"] * 40 <= binom.ppf(1 - SURE, 40, 0.05)
    assert figures["mean_ratio"] == pytest.approx(1, abs=0.03)
    assert figures["interval_holds_1"] >= 0.85


def test_a_quarter_fewer_deals_is_found_in_eighty_days() -> None:
    """At about 2.4 wins a day before, 25 % fewer of all deals: found in nearly every run, in a median of 80 days or less."""
    made, seen = charts(scenario="25 % fewer of all deals", runs=40, seed=1)
    days = [CHART_DAYS + 1 if chart.alarm is None else chart.alarm + 1 for chart in made]

    assert np.mean([one.expected.mean() for one in seen]) == pytest.approx(2.4, abs=0.2)
    assert np.median(days) <= 88
    assert np.mean([chart.alarm is not None for chart in made]) >= 0.85
    assert all(chart.falling for chart in made if chart.alarm is not None)


def test_the_threshold_keeps_its_promise_where_the_baseline_is_small() -> None:
    """With 150 baseline wins and E off by their error, 4.5 % of charts alarm; a threshold that takes E as exact gives far more."""
    dice, expected, alarms, naive = np.random.default_rng(5), np.full(CHART_DAYS, 2.4), 0, 0
    runs = 250
    exact = chart_of(observed=expected, expected=expected, baseline_moves=1e9, rng=dice)
    known = chart_of(observed=expected, expected=expected, baseline_moves=150, rng=dice)
    for _ in range(runs):
        moves = dice.poisson(expected * dice.gamma(150, 1 / 150)).astype(float)
        chart = chart_of(observed=moves, expected=expected, baseline_moves=150, rng=dice, simulated=10)
        alarms += bool((chart.down > known.fall_at).any() or (chart.up > known.rise_at).any())
        naive += bool((chart.down > exact.fall_at).any() or (chart.up > exact.rise_at).any())

    assert binom.ppf(SURE, runs, FALSE_ALARMS) <= alarms <= binom.ppf(1 - SURE, runs, FALSE_ALARMS)
    assert naive > 2 * alarms


def test_faster_is_told_from_more() -> None:
    """Moves drawn to earlier ages without a change in number are faster in nearly all runs, never more or fewer in many."""
    dice, expected = np.random.default_rng(6), np.linspace(30, 5, 60)
    pull = np.linspace(1.4, 0.3, 60)
    pull *= expected.sum() / (expected * pull).sum()
    found = [
        timing(observed=dice.poisson(expected * pull).astype(float), expected=expected, baseline_moves=2000).pace
        for _ in range(100)
    ]
    same = [
        timing(observed=dice.poisson(expected).astype(float), expected=expected, baseline_moves=1e9).pace
        for _ in range(200)
    ]

    assert found.count(Pace.FASTER) >= 95
    assert same.count(Pace.UNCHANGED) >= 175
