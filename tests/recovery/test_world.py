"""The simulated company has the funnel that it was given, and the product finds it again."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.terms.finding import FunnelFindings
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.workflows.measuring.learn import learn_funnel
from funnelpact.workflows.show import keep_simulated
from tests.stores import store_in

# quantitative.md section 1: the ultimate win rate, and the shares of it reached by 180, 365 and 547 days.
TEST_BED = {
    "Website form": (0.06412, 0.961, 0.998, 1.000),
    "Outbound": (0.06720, 0.870, 0.994, 1.000),
    "Content": (0.01440, 0.687, 0.938, 0.981),
    "Demo request": (0.19096, 0.994, 1.000, 1.000),
    "Live chat": (0.04688, 0.991, 1.000, 1.000),
}


@pytest.fixture(scope="module")
def company() -> World:
    """Forty-seven thousand leads of eighteen months, as the demo has them."""
    return world(spec=WorldSpec(leads=47_000), rng=np.random.default_rng(11))


@pytest.fixture(scope="module")
def findings(company: World, tmp_path_factory: pytest.TempPathFactory) -> FunnelFindings:
    """What the product measures of that company, from its facts alone."""
    store = store_in(Path(tmp_path_factory.mktemp("facts")))
    keep_simulated(facts=company.facts, store=store, known_at=datetime(2026, 11, 1, tzinfo=UTC), seed=11)
    return learn_funnel(store=store).findings


@pytest.mark.parametrize("label", TEST_BED)
def test_the_truth_is_that_of_the_test_bed(company: World, label: str):
    """The rates and the shares by age, worked out by convolution, are those that the research states."""
    rate, by_180, by_365, by_547 = TEST_BED[label]
    truth = company.truth.types[label]

    assert truth.win_rate == pytest.approx(rate, abs=5e-6)
    assert [truth.won_by[age] / truth.win_rate for age in (180, 365, 547)] == pytest.approx(
        [by_180, by_365, by_547], abs=0.005
    )


@pytest.mark.parametrize("label", TEST_BED)
def test_the_lives_follow_the_truth(company: World, label: str):
    """Watched for ever, the passes win as often, and as fast, as the truth says (four standard errors)."""
    lives, truth = company.truth.lives, company.truth.types[label]
    mine = lives["type"] == label
    days = (lives["won_on"][mine] - lives["created_on"][mine]).astype("timedelta64[D]").astype(float)
    days[np.isnat(lives["won_on"][mine])] = np.inf

    for share, expected in ((np.isfinite(days).mean(), truth.win_rate), ((days <= 90).mean(), truth.won_by[90])):
        assert abs(share - expected) <= 4 * sqrt(expected * (1 - expected) / mine.sum()) + 1e-4


@pytest.mark.parametrize("label", TEST_BED)
def test_the_matured_rate_finds_the_truth_again(company: World, findings: FunnelFindings, label: str):
    """The measured rate lies within four standard errors of the truth at its age, while won ÷ created does not."""
    segment = next(segment for segment in findings.segments if segment.name == label)
    truth = company.truth.types[label].won_by[365]
    matured = segment.to_won.matured
    assert isinstance(matured.value, Rate)
    assert isinstance(matured.low, Rate)
    assert isinstance(matured.high, Rate)

    error = float(matured.high.value - matured.low.value) / (2 * 1.96)
    assert matured.horizon_days == 365
    assert abs(float(matured.value.value) - truth) <= 4 * error


def test_the_usual_rate_is_far_too_low(company: World, findings: FunnelFindings):
    """Won ÷ created misses a tenth to a third of the wins to come of a growing company."""
    ratios = []
    for segment in findings.segments[1:]:
        truth = company.truth.types[str(segment.name)].win_rate
        ratios.append(segment.reached[-1] / segment.reached[0] / truth)

    assert all(ratio < 0.95 for ratio in ratios)
    assert min(ratios) < 0.75


def test_the_value_of_a_lead_covers_the_truth(company: World, findings: FunnelFindings):
    """At least four of five intervals of the value per lead hold the true value within a year (95 % each)."""
    hits = 0
    for segment in findings.segments[1:]:
        value, truth = segment.value, company.truth.types[str(segment.name)].value_by[365]
        assert isinstance(value.low, Money)
        assert isinstance(value.high, Money)
        hits += value.low.amount <= Fraction(truth) <= value.high.amount

    assert hits >= 4


def test_the_facts_are_the_lives_cut_off_at_the_last_day(company: World):
    """As many leads reach each label in the facts as reach it by the last day in the truth, and later ones do not."""
    lives, moves, last = company.truth.lives, company.facts["transitions"], np.datetime64(company.spec.last_day)
    early = np.isnat(lives["opportunity_on"]) & (lives["left_on"] <= last)
    expected = {
        "MQL": len(lives["lead"]),
        "SQL": (lives["sql_on"] <= last).sum(),
        "Disqualified": early.sum(),
        "Opportunity": (lives["opportunity_on"] <= last).sum(),
        "Won": (lives["won_on"] <= last).sum(),
        "Lost": (~np.isnat(lives["opportunity_on"]) & (lives["left_on"] <= last)).sum(),
    }

    assert {label: int((moves["label"] == label).sum()) for label in expected} == expected
    assert (lives["won_on"] > last).sum() > 100


def test_arrivals_grow_and_swing_as_specified(company: World):
    """The leads of each thirty days lie within four standard errors of growth times season times weekends."""
    days = (company.truth.lives["created_on"] - np.datetime64(company.spec.first_day)).astype(int)
    arrived = np.add.reduceat(np.bincount(days, minlength=548), np.arange(0, 540, 30))
    weekday = (np.arange(548) + company.spec.first_day.weekday()) % 7
    wave = 1.05 ** (np.arange(548) / 30.4) * (1 + 0.15 * np.sin(2 * np.pi * np.arange(548) / 365))
    weight = wave * np.where(weekday >= 5, 0.35, 1)
    expected = np.add.reduceat(weight / weight.sum() * len(days), np.arange(0, 540, 30))

    assert (np.abs(arrived - expected) <= 4 * np.sqrt(expected)).all()
    assert arrived[12] / arrived[0] == pytest.approx(1.05 ** (360 / 30.4), rel=0.1)


def test_orders_have_the_mean_and_the_variation_of_their_type():
    """Large customers order more than small ones; over all, each type keeps its mean and its variation of .8."""
    simulated = world(spec=WorldSpec(leads=100_000), rng=np.random.default_rng(4))
    lives, leads = simulated.truth.lives, simulated.facts["leads"]
    for label, truth in simulated.truth.types.items():
        amount = lives["amount"][(lives["type"] == label) & ~np.isnan(lives["amount"])]
        assert abs(amount.mean() - truth.amount_mean) <= 4 * amount.std() / sqrt(len(amount))
        assert amount.std() / amount.mean() == pytest.approx(0.8, abs=0.08)
    means = {size: np.nanmean(lives["amount"][leads["segment"] == size]) for size in set(leads["segment"])}

    assert means["Enterprise"] > 1.5 * means["Mid-market"] > 1.5 * means["Small"]


@pytest.mark.parametrize("power", [0.3, -0.3])
def test_orders_that_depend_on_the_lag_have_the_value_curve_of_the_truth(power: float):
    """Revenue of a lead by each age is what the convolution says, though early orders are smaller (or larger)."""
    simulated = world(spec=WorldSpec(leads=100_000, amount_lag_power=power), rng=np.random.default_rng(8))
    lives = simulated.truth.lives
    days = (lives["won_on"] - lives["created_on"]).astype("timedelta64[D]").astype(float)
    days[np.isnat(lives["won_on"])] = np.inf
    for label, truth in simulated.truth.types.items():
        mine = lives["type"] == label
        for age, expected in truth.value_by.items():
            revenue = lives["amount"][mine][days[mine] <= age].sum() / mine.sum()
            # Of rare wins, the sample itself would tell a poor error; half as many again for the spread of the lags.
            error = truth.amount_mean * sqrt(1.5 * (1 + 0.8**2) * truth.won_by[age] / mine.sum())

            assert abs(revenue - expected) <= 4 * error, (label, age)


def test_a_hidden_readiness_makes_speed_look_effective_and_moves_no_rate():
    """With hotness, leads answered fast advance far more often than those answered late; MQL to SQL stays as it is."""

    def advanced(hotness: float) -> tuple[float, float]:
        simulated = world(spec=WorldSpec(leads=40_000, hotness=hotness), rng=np.random.default_rng(2))
        facts, lives = simulated.facts, simulated.truth.lives
        mine = lives["type"] == "Website form"
        handed = dict(
            reversed(list(zip(facts["handovers"]["subject"], facts["handovers"]["happened_at"], strict=True)))
        )
        attempts = facts["touches"]["human"] & (facts["touches"]["level"] != "qualification")
        first: dict[str, np.datetime64] = {}
        touches = zip(facts["touches"]["subject"][attempts], facts["touches"]["happened_at"][attempts], strict=True)
        for lead, at in touches:
            first.setdefault(lead, at)
        known = [lead in first for lead in lives["lead"][mine]]
        sql = ~np.isnat(lives["sql_on"][mine])
        waited = np.array([first[lead] - handed[lead] for lead in lives["lead"][mine][known]])
        fast, slow = waited < np.quantile(waited, 0.3), waited > np.quantile(waited, 0.7)
        return float(sql.mean()), float(sql[known][fast].mean() / sql[known][slow].mean())

    (plain_rate, plain_ratio), (hot_rate, hot_ratio) = advanced(0.0), advanced(0.7)

    assert abs(hot_rate - 0.34) <= 4 * sqrt(0.34 * 0.66 / 13_000)
    assert abs(plain_rate - 0.34) <= 4 * sqrt(0.34 * 0.66 / 13_000)
    assert plain_ratio == pytest.approx(1, abs=0.15)
    assert hot_ratio > 1.6


def test_retention_and_satisfaction_are_those_of_the_truth():
    """Of what falls due, so much stays, and so many; the mean score is that of the chances (four standard errors)."""
    simulated = world(spec=WorldSpec(leads=100, customers=20_000), rng=np.random.default_rng(6))
    renewals, scores, truth = simulated.facts["renewals"], simulated.facts["ratings"]["score"], simulated.truth
    before, after = renewals["amount_before"], renewals["amount_after"]
    stays = renewals["outcome"] != "churned"
    counted = (
        (stays, np.ones(len(stays)), truth.retention.logo),
        (np.minimum(before, after), before, truth.retention.gross),
    )
    for kept, due, expected in (*counted, (after, before, truth.retention.net)):
        share = kept.sum() / due.sum()
        error = np.std(kept - share * due) / due.mean() / sqrt(len(due))
        assert abs(share - expected) <= 4 * error

    assert abs(scores.mean() - truth.csat) <= 4 * scores.std() / sqrt(len(scores))


def test_a_lead_costs_what_the_specification_says(company: World):
    """Spend per lead of each type, over eighteen months, is its cost within five in a hundred."""
    spend, leads = company.facts["spend"], company.facts["leads"]
    for kind in company.spec.types:
        paid = spend["amount"][spend["type"] == kind.label].sum() / (leads["type"] == kind.label).sum()

        assert paid == pytest.approx(kind.lead_cost, rel=0.05)
