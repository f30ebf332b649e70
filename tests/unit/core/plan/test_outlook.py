"""From findings to the leads of a month."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from funnelpact.core.plan.outlook import NothingValued, OrderValueMissing, lead_outlook
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings, StepFindings
from funnelpact.core.terms.funnel import Funnel, Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import AmountOutOfRange, CurrenciesMixed
from funnelpact.core.terms.quantity import Rate

DAY, STEP = date(2026, 10, 31), Step("mql", "won")
QUOTA = Money(Fraction(500_000))
NO_AMOUNTS = Message("caution.amounts_missing", known=1, won=20)


def finding(value: Rate | Money | int | None, *, half: str = "0", n: int = 100, why: Message | None = None) -> Finding:
    """A number with an interval of so much on both sides."""
    low: Rate | Money | None = None
    high: Rate | Money | None = None
    if isinstance(value, Rate):
        low, high = (Rate(max(Fraction(0), value.value + sign * Fraction(half))) for sign in (-1, 1))
    if isinstance(value, Money):
        low, high = (Money(value.amount + sign * Fraction(half), value.currency) for sign in (-1, 1))
    return Finding(
        name="number",
        value=value,
        low=low,
        high=high,
        n=n,
        population=Message("population.all"),
        as_of=DAY,
        known_at=None,
        cautions=(why,) if why else (),
        derivation=Derivation(name="number", label=Message("number.passes"), value=n, rule=Message("rule.passes")),
    )


def segment(
    name: str | None,
    *,
    rate: str | None = "1/10",
    value: str | None = "100",
    arrivals: int = 91,
    half: str = "0",
    why: Message | None = None,
) -> SegmentFindings:
    """A part of the funnel in which so many leads arrived in the newest quarter."""
    share, nothing = finding(Rate(Fraction(rate)) if rate else None, half="1/100"), finding(None)
    step = StepFindings(
        step=STEP,
        matured=share,
        recent=share,
        cohort=nothing,
        period=nothing,
        median_days=finding(15),
        p90_days=finding(60),
    )
    worth = Money(Fraction(value), "EUR") if value else None
    return SegmentFindings(
        name=name,
        reached=(1_000, 100),
        steps=(step,),
        to_won=step,
        order_value=finding(worth, n=1),
        value=finding(worth, half=half, why=why),
        spread=Money(Fraction(300), "EUR") if value else None,
        arrivals=arrivals,
    )


def funnel(*segments: SegmentFindings) -> FunnelFindings:
    """Findings of which the first segment is all passes together."""
    return FunnelFindings(
        funnel=Funnel(("mql", "won")),
        as_of=DAY,
        known_at=None,
        horizon_days=365,
        cohort_days=365,
        by="type",
        currency="EUR",
        period=(DAY, DAY),
        window=(DAY, DAY),
        observed_from=None,
        segments=segments,
        notes=(),
    )


def test_the_mix_is_that_of_the_newest_quarter():
    """91 web leads in 91 days beside 182 of chat: a third and two thirds, and their values weigh so."""
    parts = [segment("web", value="400"), segment("chat", value="100", arrivals=182)]
    found = lead_outlook(findings=funnel(segment(""), *parts), quota=QUOTA)

    assert [(worth.lead_type, worth.share) for worth in found.worths] == [
        ("web", Fraction(1, 3)),
        ("chat", Fraction(2, 3)),
    ]
    assert found.even.leads == 2_500
    assert found.even.by_type == (("web", 834), ("chat", 1_667))


def test_todays_leads_are_those_of_a_mean_month():
    """Three a day are 91 in a month of 30.44 days."""
    found = lead_outlook(findings=funnel(segment(""), segment("web", arrivals=273)), quota=QUOTA)

    assert found.today == 91
    assert 0 <= found.today_chance.value < Fraction(1, 100)


def test_the_interval_becomes_the_standard_error():
    """± 19.6 at 95 % is an error of 10."""
    found = lead_outlook(findings=funnel(segment(""), segment("web", half="19.6")), quota=QUOTA)

    assert found.worths[0].error == Money(Fraction(10), "EUR")
    assert found.worths[0].spread == Money(Fraction(300), "EUR")


def test_a_typed_order_value_stands_in_for_amounts():
    """One in ten times 2,000 is 200; a lead brings 2,000 or nothing, and differs by 600 from the next."""
    found = lead_outlook(
        findings=funnel(segment("", value=None, why=NO_AMOUNTS), segment("web", value=None)),
        quota=QUOTA,
        order_value=Money(Fraction(2_000)),
    )

    assert found.worths[0].value == Money(Fraction(200))
    assert float(found.worths[0].spread.amount) == pytest.approx(600)
    assert float(found.worths[0].error.amount) == pytest.approx(2_000 * 0.01 / 1.96)
    assert found.typed_order_value == Money(Fraction(2_000))


def test_without_amounts_nobody_can_plan():
    """Unless an order value is given."""
    findings = funnel(segment("", value=None, why=NO_AMOUNTS), segment("web", value=None))
    with pytest.raises(OrderValueMissing) as caught:
        lead_outlook(findings=findings, quota=QUOTA)

    assert caught.value.data == {"known": 1, "won": 100}


def test_where_few_leads_are_the_reason_an_order_value_is_not_asked_for():
    """It would not help: no rate is known either."""
    young = Message("caution.too_few_to_value", passes=20, needed=30)
    with pytest.raises(NothingValued):
        lead_outlook(findings=funnel(segment("", rate=None, value=None, why=young)), quota=QUOTA)


def test_types_that_cannot_be_valued_are_left_out_and_named():
    """The mix is that of the others, the unknown type among those left out."""
    parts = [segment("web"), segment("event", rate=None, value=None), segment(None, rate=None, value=None)]
    found = lead_outlook(findings=funnel(segment(""), *parts), quota=QUOTA)

    assert found.left_out == ("event", None)
    assert [worth.lead_type for worth in found.worths] == ["web"]
    assert found.worths[0].share == 1


def test_a_type_without_a_win_has_no_typed_value():
    """A rate of 0 times any order is no plan: the type is left out."""
    parts = [segment("web"), segment("fair", rate="0")]
    found = lead_outlook(findings=funnel(segment(""), *parts), quota=QUOTA, order_value=Money(Fraction(2_000)))

    assert found.left_out == ("fair",)


def test_a_type_that_no_longer_arrives_is_not_in_the_mix():
    """It can be valued, and nobody is to wait for it."""
    parts = [segment("web"), segment("fair", arrivals=0)]
    found = lead_outlook(findings=funnel(segment(""), *parts), quota=QUOTA)

    assert [worth.lead_type for worth in found.worths] == ["web"]
    assert found.left_out == ()


def test_without_a_breakdown_all_leads_are_one_type():
    """The first segment stands for itself."""
    found = lead_outlook(findings=funnel(segment("")), quota=QUOTA)

    assert [worth.lead_type for worth in found.worths] == [""]
    assert found.even.leads == 5_000


def test_the_currency_is_that_of_the_amounts():
    """A bare quota takes it; another one is refused."""
    assert lead_outlook(findings=funnel(segment("")), quota=QUOTA).quota == Money(Fraction(500_000), "EUR")
    with pytest.raises(CurrenciesMixed):
        lead_outlook(findings=funnel(segment("")), quota=Money(Fraction(500_000), "TRY"))


@pytest.mark.parametrize(("quota", "order"), [(0, 100), (-5, 100), (100, 0), (100, -1)])
def test_amounts_must_be_above_zero(quota: int, order: int):
    """Quota and order value."""
    with pytest.raises(AmountOutOfRange):
        lead_outlook(findings=funnel(segment("")), quota=Money(Fraction(quota)), order_value=Money(Fraction(order)))
