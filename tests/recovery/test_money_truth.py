"""Money found again: a simulated company in three currencies, and how often the ranges hold the truth."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.measure.counts.money.customers import CustomerSums, Watched
from funnelpact.core.measure.counts.money.retention import Kept
from funnelpact.core.measure.money.customers import customer_value
from funnelpact.core.measure.population import About
from funnelpact.core.measure.retention.retained import retention_findings
from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate, Ratio
from funnelpact.workflows.measuring.money.pipeline import pipeline
from funnelpact.workflows.measuring.money.retention import retention
from funnelpact.workflows.measuring.money.value import Worth, value
from funnelpact.workflows.measuring.scope import Scope, scope_of
from funnelpact.workflows.show import keep_simulated
from tests.stores import store_in

OF: About = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}
FOREIGN = (("USD", 0.2, 1.1), ("TRY", 0.2, 45.0))


@pytest.fixture(scope="module")
def company() -> World:
    """Nine thousand leads, four deals in ten in other currencies."""
    return world(spec=WorldSpec(leads=9_000, foreign=FOREIGN), rng=np.random.default_rng(11))


@pytest.fixture(scope="module")
def scope(company: World, tmp_path_factory: pytest.TempPathFactory) -> Scope:
    """What its questions are asked of."""
    store = store_in(tmp_path_factory.mktemp("money"))
    keep_simulated(facts=company.facts, store=store, known_at=datetime(2026, 11, 1, tzinfo=UTC), seed=11)
    return scope_of(store=store)


def found(measured: Measured, block: str, name: str) -> Finding:
    """A finding of all together."""
    rows = next(each for each in measured.blocks if each.name == block).rows
    return next(one for one in rows[0].findings if one.name == name)


def number(figure: object) -> float:
    """A figure as a plain number."""
    if isinstance(figure, Money):
        return float(figure.amount)
    return float(figure.value if isinstance(figure, (Rate, Ratio)) else figure)  # type: ignore[arg-type]


def test_three_currencies_are_worth_what_one_would_be(company: World, scope: Scope):
    """Orders, margins and values are those of the amounts before they were written in liras and dollars, but for the days
    between the opening, at whose rate they were written, and the booking.
    """
    told = value(scope=scope, horizon_days=365, kinds=[Worth.REVENUE, Worth.MARGIN, Worth.SPEND])
    lives = company.truth.lives
    won = lives["won_on"] <= np.datetime64(company.spec.last_day)
    orders = found(told, "orders_annual", "average_order_value")

    assert isinstance(orders.value, Money)
    assert orders.value.currency == "EUR"
    assert abs(number(orders.value) / float(np.mean(lives["amount"][won])) - 1) < 0.05
    assert number(found(told, "margin_annual", "margin_share").low) < 0.641
    assert number(found(told, "margin_annual", "margin_share").high) > 0.641
    truth = sum(kind.share * kind.value_by[365] for kind in company.truth.types.values())
    worth = found(told, "value_per_lead", "value_per_lead")
    assert number(worth.low) < truth < number(worth.high)
    cost = sum(kind.share * kind.lead_cost for kind in company.spec.types)
    assert abs(number(found(told, "spend", "cost_per_lead").value) / cost - 1) < 0.03


def test_win_rates_and_retention_are_those_of_the_truth(company: World, scope: Scope):
    """The share of opportunities won within a year, and what the chances of a renewal imply."""
    lives, age = company.truth.lives, 365
    opened = lives["opportunity_on"] <= np.datetime64(company.spec.last_day) - np.timedelta64(age, "D")
    took = (lives["won_on"][opened] - lives["opportunity_on"][opened]).astype("timedelta64[D]").astype(np.int64)
    close = found(pipeline(scope=scope, horizon_days=365), "win_rates", "close_rate")
    kept = retention(scope=scope)
    truth = company.truth.retention

    assert close.n == int(opened.sum())
    assert close.value == Rate(Fraction(int(((took >= 0) & (took <= age)).sum()), close.n))
    for name, share in (("logo_retention", truth.logo), ("grr", truth.gross), ("nrr", truth.net)):
        assert number(found(kept, "retention", name).low) < share < number(found(kept, "retention", name).high)
    assert abs(number(found(kept, "csat", "csat").value) - sum(company.spec.csat[3:])) < 0.04


def test_ranges_of_gross_and_net_retention_hold_the_truth():
    """In 400 draws of 150 uneven customers, about nineteen times in twenty."""
    dice = np.random.default_rng(5)
    held = {"grr": 0, "nrr": 0}
    truth = {"grr": 0.9 - 0.1 * 0.25, "nrr": 0.9 - 0.1 * 0.25 + 0.2 * 0.3}
    for _ in range(400):
        start = np.exp(0.7 * dice.standard_normal(150))
        outcome = dice.choice(4, size=150, p=[0.1, 0.1, 0.2, 0.6])
        end = start * np.choose(outcome, [0.0, 0.75, 1.3, 1.0])
        kept = np.minimum(start, end)
        sums = Kept(
            customers=150,
            stayed=int((end > 0).sum()),
            known=150,
            start=Fraction(start.sum()),
            kept=Fraction(kept.sum()),
            contraction=Fraction(0),
            churn=Fraction(0),
            expansion=Fraction(0),
            end=Fraction(end.sum()),
            start_squares=Fraction((start**2).sum()),
            kept_squares=Fraction((kept**2).sum()),
            start_kept=Fraction((start * kept).sum()),
            end_squares=Fraction((end**2).sum()),
            start_end=Fraction((start * end).sum()),
        )
        for one in retention_findings(sums=sums, currency="EUR", of=OF)[1:]:
            held[one.name] += number(one.low) <= truth[one.name] <= number(one.high)

    assert all(0.91 <= count / 400 <= 0.98 for count in held.values()), held


def test_ranges_of_customer_value_hold_the_truth():
    """In 200 draws of 200 customers, half of them younger than the horizon: one order at once, then one in 100 days."""
    dice, horizon, held = np.random.default_rng(6), 200, 0
    # Orders after the first come at 0.5 % a day from day 1 on, 100 on average, in lognormal amounts.
    mean = float(np.exp(0.5))
    truth = 100 * mean * (1 + 0.005 * horizon)
    values = []
    for _ in range(200):
        seen = dice.integers(0, 400, 200).clip(max=horizon)
        amounts = [100 * np.exp(dice.standard_normal(1 + dice.binomial(days, 0.005))) for days in seen]
        ages = [np.concatenate([[0], np.sort(dice.integers(1, days + 1, len(each) - 1))]) if len(each) > 1 else np.zeros(1)
                for days, each in zip(seen, amounts, strict=True)]  # fmt: skip
        watched = {age: int((seen >= age).sum()) for age in range(horizon + 1)}
        shares = [[1 / watched[int(age)] for age in each] for each in ages]
        paid = [float(np.dot(share, amount)) for share, amount in zip(shares, amounts, strict=True)]
        counts = [sum(share) for share in shares]
        orders: dict[int, int] = {}
        came: dict[int, float] = {}
        for each, amount in zip(ages, amounts, strict=True):
            for age, one in zip(each, amount, strict=True):
                orders[int(age)] = orders.get(int(age), 0) + 1
                came[int(age)] = came.get(int(age), 0.0) + float(one)
        parts = {
            int(days): Watched(
                customers=int((seen == days).sum()),
                orders=sum(n for n, at in zip(counts, seen, strict=True) if at == days),
                order_squares=sum(n**2 for n, at in zip(counts, seen, strict=True) if at == days),
                amounts=sum(n for n, at in zip(paid, seen, strict=True) if at == days),
                amount_squares=sum(n**2 for n, at in zip(paid, seen, strict=True) if at == days),
            )
            for days in np.unique(seen)
        }
        sums = CustomerSums(watched=parts, orders=orders, amounts=came, known=sum(orders.values()))
        one = customer_value(sums=sums, currency="EUR", horizon_days=horizon, **OF)
        values.append(number(one.value))
        held += number(one.low) <= truth <= number(one.high)

    assert abs(np.mean(values) / truth - 1) < 3 * np.std(values) / sqrt(200) / truth
    assert 0.88 <= held / 200 <= 0.99, held
