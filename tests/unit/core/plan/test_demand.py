"""The chain from a quota back to leads: its figures, its derivation, its refusals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from funnelpact.core.plan.demand import LARGEST, DemandTooLarge, lead_demand
from funnelpact.core.terms.funnel import FunnelBroken, Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import AmountOutOfRange, CurrenciesMixed, Problems, RateOutOfRange
from funnelpact.core.terms.quantity import Rate, Rounding
from tests.calculation import AOV, QUOTA, article, money, rates

ARTICLE_RATES = rates("0.34", "0.82", "0.23")


@pytest.mark.parametrize(
    ("rounding", "stages"),
    [
        (Rounding.UP_PER_STAGE, {"opportunity": 1087, "sql": 1326, "mql": 3900}),
        (Rounding.UP_ONCE, {"opportunity": 1087, "sql": 1326, "mql": 3899}),
        (Rounding.NEAREST, {"opportunity": 1087, "sql": 1326, "mql": 3900}),
    ],
)
def test_the_article_under_each_rule(rounding, stages):
    """250 deals, and each stage as the rule makes it whole, from the last back to the first."""
    demand = article(rounding)

    assert demand.deals == 250
    assert list(demand.stages.items()) == list(stages.items())
    assert demand.leads == stages["mql"]


def test_the_value_is_not_rounded():
    """Rates × order value is 128.248; quota ÷ leads, its check line, differs by the rounding of the leads."""
    demand = article()

    assert demand.value_per_lead == money("128.248")
    assert demand.quota_per_lead == Money(Fraction(500_000, 3_900))


def test_the_trap_of_floating_point():
    """145 deals at 29 % need 500 opportunities, where a float says 500.00000000000006 and would round up to 501."""
    demand = lead_demand(
        quota=money("145"), aov=money("1"), rates={Step("opportunity", "won"): Rate(Fraction(29, 100))}
    )

    assert demand.stages == {"opportunity": 500}


def test_the_nearest_may_fall_short():
    """104 needed at 100 each from a quota of 10,440: nearest gives 104 deals, which bring less; up gives 105."""
    wanted: dict[str, Any] = {
        "quota": money("10440"),
        "aov": money("100"),
        "rates": {Step("mql", "won"): Rate(Fraction(1))},
    }

    assert lead_demand(**wanted, rounding=Rounding.NEAREST).leads == 104
    assert lead_demand(**wanted).leads == 105


def test_a_funnel_of_ones_own():
    """Any chain of steps that ends in won will do, in whatever order its rates are given."""
    steps = {Step("demo", "won"): Rate(Fraction(1, 4)), Step("visit", "demo"): Rate(Fraction(1, 10))}

    assert lead_demand(quota=QUOTA, aov=AOV, rates=steps).stages == {"demo": 1_000, "visit": 10_000}


def test_a_bare_number_takes_the_currency_of_the_other():
    """A quota in euro and a bare order value are both euro."""
    demand = lead_demand(quota=money("500000", "EUR"), aov=AOV, rates=ARTICLE_RATES)

    assert {demand.quota.currency, demand.value_per_lead.currency, demand.quota_per_lead.currency} == {"EUR"}


def test_the_derivation_reaches_what_was_typed():
    """Every number without inputs is one that somebody gave, and all that were given are there."""
    leaves = {step.name: step.value for step in article().derivation.steps() if not step.inputs}

    assert leaves == {"quota": QUOTA, "aov": AOV, **{str(step): rate for step, rate in ARTICLE_RATES.items()}}


@pytest.mark.parametrize("rounding", Rounding)
def test_each_rule_carries_the_figures_it_used(rounding):
    """Need is below ÷ rate, and the value is that need made whole: each line can be done again by hand."""
    stages = [step for step in article(rounding).derivation.steps() if "below" in step.rule.values]

    assert {step.name for step in stages} == {"mql", "sql", "opportunity"}
    for step in stages:
        figures: Any = step.rule.values
        assert figures["need"] == figures["below"] / figures["rate"].value
        assert step.value == rounding.whole(figures["need"])


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"quota": money("0")}, AmountOutOfRange),
        ({"quota": money("-1")}, AmountOutOfRange),
        ({"aov": money("0")}, AmountOutOfRange),
        ({"quota": money("5", "EUR"), "aov": money("5", "USD")}, CurrenciesMixed),
        ({"rates": rates("0", "0.82", "0.23")}, RateOutOfRange),
        ({"rates": {Step("mql", "sql"): Rate(Fraction(1, 2))}}, FunnelBroken),
        ({"rates": {}}, FunnelBroken),
        ({"quota": money(str(LARGEST)), "aov": money("1")}, DemandTooLarge),
    ],
    ids=lambda case: getattr(case, "code", ""),
)
def test_refusals(changed, problem):
    """What cannot be answered is a problem of its own kind."""
    with pytest.raises(problem):
        lead_demand(**{"quota": QUOTA, "aov": AOV, "rates": ARTICLE_RATES, **changed})


def test_one_problem_does_not_hide_the_next():
    """A quota below zero, a rate of zero and a missing step are all told."""
    with pytest.raises(Problems) as raised:
        lead_demand(quota=money("-1"), aov=AOV, rates={Step("mql", "sql"): Rate(Fraction(0))})

    assert [problem.code for problem in raised.value.problems] == [
        "amount-out-of-range",
        "rate-out-of-range",
        "funnel-broken",
    ]


def test_a_demand_beyond_all_markets_names_the_stage():
    """A rate that is far too small is found at the stage that it blows up."""
    with pytest.raises(DemandTooLarge) as raised:
        lead_demand(quota=QUOTA, aov=AOV, rates=rates("0.34", "0.000000000000001", "0.23"))

    assert raised.value.data["of"] == Message("stage.sql")


def test_a_need_is_never_rounded_away():
    """A third of a deal is nearest to none, but a quota above zero needs one, and so does each stage."""
    demand = lead_demand(quota=money("1"), aov=money("3"), rates=ARTICLE_RATES, rounding=Rounding.NEAREST)

    assert [demand.deals, *demand.stages.values()] == [1, 4, 5, 15]
