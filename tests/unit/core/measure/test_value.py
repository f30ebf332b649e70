"""What an order and a lead are worth, to the cent, and how surely."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.measure.value import Amounts, average_order_value, value_per_lead
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

WEB, DAY = Message("type.web"), date(2026, 11, 12)


def eur(amount: int) -> Money:
    """So many euros."""
    return Money(Fraction(amount), "EUR")


def worth(*passes: Pass, days: int = 30) -> Finding:
    """The value of one of these passes."""
    table = table_of(passes)
    squares = [Fraction(0)] * len(table.moved)
    for row in passes:
        squares[row.age] += (row.amount or 0) ** 2
    return value_per_lead(
        table=table, squares=tuple(squares), currency="EUR", horizon_days=days, population=WEB, as_of=DAY
    )


def order_value(*amounts: int) -> Finding:
    """The mean of these orders."""
    total, squares = eur(sum(amounts)), Fraction(sum(amount**2 for amount in amounts))
    sums = Amounts(count=len(amounts), total=total, squares=squares)
    return average_order_value(amounts=sums, population=WEB, as_of=DAY)


def test_equal_amounts_are_worth_rate_times_amount() -> None:
    """With orders of 2,000 value and both ends of its interval are 2,000 times those of the rate."""
    passes = [*[Pass(0, OPEN)] * 40, *[Pass(5, MOVED, amount=2000)] * 10, *[Pass(30, OPEN)] * 50]
    value = worth(*passes)
    rate = matured_rate(table=table_of(passes), horizon_days=30, step=Step("mql", "won"), population=WEB, as_of=DAY)

    for found, share in ((value.value, rate.value), (value.low, rate.low), (value.high, rate.high)):
        assert isinstance(found, Money)
        assert isinstance(share, Rate)
        assert float(found.amount) == pytest.approx(2000 * float(share.value), rel=1e-9)


def test_slow_large_deals_weigh_as_often_as_they_will_come() -> None:
    """Half of the passes are too young for the slow large deal: rate × mean order would say 116.67, the truth is 125."""
    quick, slow = [Pass(1, MOVED, amount=100)] * 20, [Pass(20, MOVED, amount=400)] * 10
    value = worth(*quick, *slow, *[Pass(10, OPEN)] * 40, *[Pass(30, OPEN)] * 30)

    assert isinstance(value.value, Money)
    assert float(value.value.amount) == pytest.approx(0.2 * 100 + 0.2 * 400)


def test_the_parts_add_up_to_the_value() -> None:
    """Revenue so far, what is assumed for a deal without amount, and what is expected, over the passes, is the value."""
    passes = [*[Pass(0, OPEN)] * 40, *[Pass(5, MOVED, amount=90)] * 9, Pass(5, MOVED), *[Pass(30, LEFT)] * 30]
    value = worth(*passes)
    within, count = value.derivation.inputs

    assert [(part.name, part.value) for part in within.inputs] == [
        ("revenue_so_far", eur(810)),
        ("revenue_assumed", eur(90)),
        ("revenue_expected", eur(900)),
    ]
    assert (within.value, count.value, value.value) == (eur(1800), 80, Money(Fraction(1800, 80), "EUR"))
    assert value.cautions == (Message("caution.amounts_partly_missing", known=9, won=10),)


def test_late_entries_unfold_into_rate_times_order_value() -> None:
    """Where some were watched only from a later age on, the value is the rate times the order value by age."""
    passes = [*[Pass(3, MOVED, amount=50)] * 10, *[Pass(30, OPEN)] * 30, *[Pass(20, MOVED, 10, 70)] * 15]
    value = worth(*passes, *[Pass(30, LEFT, 10)] * 45)
    rate, order = value.derivation.inputs

    assert isinstance(rate.value, Rate)
    assert isinstance(order.value, Money)
    assert isinstance(value.value, Money)
    assert float((order.value * rate.value.value).amount) == pytest.approx(float(value.value.amount), rel=1e-12)


def test_mostly_missing_amounts_give_no_value() -> None:
    """One amount for three won deals is no base for the value of a lead; the caution counts both."""
    value = worth(Pass(1, MOVED, amount=100), *[Pass(1, MOVED)] * 2, *[Pass(30, OPEN)] * 60)

    assert (value.value, value.low, value.high) == (None, None, None)
    assert value.cautions == (Message("caution.amounts_missing", known=1, won=3),)


def test_half_of_the_amounts_are_enough() -> None:
    """With amounts of 100 on two of four won deals, sixty passes are worth 400 / 60 each."""
    value = worth(*[Pass(1, MOVED, amount=100)] * 2, *[Pass(1, MOVED)] * 2, *[Pass(30, OPEN)] * 56)

    assert value.value == Money(Fraction(400, 60), "EUR")


def test_without_a_win_there_is_nothing_to_value() -> None:
    """Sixty passes and no win: a rate of zero has an upper bound, a value without any amount has not."""
    value = worth(*[Pass(30, OPEN)] * 60)

    assert (value.value, value.high) == (None, None)
    assert value.cautions == (Message("caution.nothing_won_to_value", passes=60, days=30),)


def test_too_few_passes_are_not_valued() -> None:
    """Twenty-five passes are too few for a rate and so for a value."""
    value = worth(*[Pass(1, MOVED, amount=100)] * 5, *[Pass(30, OPEN)] * 20)

    assert (value.value, value.cautions) == (None, (Message("caution.too_few_to_value", passes=25, needed=30),))


def test_uneven_amounts_widen_the_interval() -> None:
    """Ten deals of 100 each and nine of 50 with one of 550 are worth the same; the second is less sure."""
    rest = [Pass(30, OPEN)] * 90
    even = worth(*[Pass(1, MOVED, amount=100)] * 10, *rest)
    uneven = worth(*[Pass(1, MOVED, amount=50)] * 9, Pass(1, MOVED, amount=550), *rest)

    assert even.value == uneven.value
    assert isinstance(even.high, Money)
    assert isinstance(uneven.high, Money)
    assert even.high < uneven.high


def test_an_order_value_is_exact_and_has_students_interval() -> None:
    """Orders of 10, 20, 30, 40 and 50 have the mean 30, and 30 ± 2.776 × 15.81 / √5."""
    found = order_value(10, 20, 30, 40, 50)

    assert isinstance(found.low, Money)
    assert isinstance(found.high, Money)
    assert (found.value, found.n) == (eur(30), 5)
    assert (float(found.low.amount), float(found.high.amount)) == pytest.approx((10.3676, 49.6324), abs=1e-4)


def test_few_orders_have_a_mean_and_no_interval() -> None:
    """Four orders have a mean, no interval, and a caution."""
    found = order_value(10, 20, 30, 40)

    assert (found.value, found.low, found.cautions) == (eur(25), None, (Message("caution.few_orders", orders=4),))


def test_an_order_value_is_never_below_zero() -> None:
    """One order of 1,000 among six of 1 gives an interval that begins at zero, not below."""
    assert order_value(1, 1, 1, 1, 1, 1000).low == eur(0)


def test_without_orders_there_is_no_order_value() -> None:
    """No amount, no mean; the caution says so."""
    found = order_value()

    assert (found.value, found.cautions) == (None, (Message("caution.no_amounts"),))
