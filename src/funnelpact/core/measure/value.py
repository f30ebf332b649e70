"""What one lead is worth, and what one order is worth, as findings with interval and arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import sqrt

import numpy as np
from scipy.special import stdtrit

from funnelpact.core.measure.curve import Curve, amounts_by_age, gain_variance
from funnelpact.core.measure.interval import TAIL, share_interval
from funnelpact.core.measure.limits import FEWEST, cautions_of_age, reach
from funnelpact.core.measure.unfold import TO_WON, counts_so_far, not_known, value_derivation
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

AMOUNTS_NEEDED = Fraction(1, 2)
"""A value is printed while at least this share of the won passes carries an amount."""

FEWEST_ORDERS = 5
"""An order value has an interval from so many orders on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """The sums over the deals of a population: how many carry an amount, the total, and the sum of the squares.

    `squares` is in the square of the currency. All amounts are in the one currency of `total`.

    >>> amounts = Amounts(count=2, total=Money(Fraction(30), "EUR"), squares=Fraction(500))
    >>> amounts.mean, amounts.variance
    (Money(amount=Fraction(15, 1), currency='EUR'), Fraction(50, 1))
    """

    count: int
    total: Money
    squares: Fraction

    @property
    def mean(self) -> Money:
        """The mean amount. Needs one at least."""
        return self.total.per(self.count)

    @property
    def variance(self) -> Fraction:
        """The variance between amounts, exact. Needs two at least."""
        return (self.squares - self.total.amount**2 / self.count) / (self.count - 1)


def average_order_value(
    *, amounts: Amounts, population: Message, as_of: date, known_at: datetime | None = None
) -> Finding:
    """The mean amount of an order, over the deals that carry one.

    Population: the deals behind `amounts`, won until `as_of`. Value: money, exact; None without any amount. The interval
    is Student's t, from `FEWEST_ORDERS` orders on, never below zero; it is of the mean, not of one order, and too narrow
    where a handful of very large orders carries the total. Source: Student 1908, The probable error of a mean,
    doi:10.1093/biomet/6.1.1.

    >>> orders = Amounts(count=100, total=Money(Fraction(200_000), "EUR"), squares=Fraction(420_000_000))
    >>> aov = average_order_value(amounts=orders, population=Message("type.web"), as_of=date(2026, 11, 12))
    >>> aov.value, round(float(aov.low.amount)), round(float(aov.high.amount))
    (Money(amount=Fraction(2000, 1), currency='EUR'), 1911, 2089)
    """
    orders = Derivation(name="orders", label=Message("number.orders"), value=amounts.count, rule=Message("rule.orders"))
    if amounts.count == 0:
        value, why = None, Message("caution.no_amounts")
        cautions: tuple[Message, ...] = (why,)
        tree = not_known("average_order_value", why=why, counts=(orders,))
    else:
        value, cautions = amounts.mean, _caution_of_few(amounts.count)
        tree = _order_derivation(amounts, orders)
    low, high = _order_interval(amounts)
    return Finding(
        name="average_order_value",
        value=value,
        low=low,
        high=high,
        n=amounts.count,
        population=population,
        as_of=as_of,
        known_at=known_at,
        cautions=cautions,
        derivation=tree,
    )


def value_per_lead(
    *,
    table: LifeTable,
    amounts: Amounts,
    horizon_days: int,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The revenue that one lead brings within the horizon, on average over all leads, winners or not.

    Population: the passes of `table`, from entry to won; `amounts` are the sums over the deals of its won passes. Value:
    money, unrounded, from the value-marked curve, which is matured rate × order value where amounts do not depend on the
    lag, and stays right where slow deals are larger. A won pass without an amount counts with the mean of the known ones;
    where fewer than `AMOUNTS_NEEDED` of them carry one, or none has been won, there is no value. Horizon, cautions and
    errors as in `matured_rate`.
    The interval is that of a rate with equal amounts and the same mean and variance: Wilson's on effective passes, with
    Greenwood's variance carried along for amounts in which their mean square stands for each single one. For equal
    amounts it is amount × the interval of the rate.

    >>> nothing = (0,) * 40
    >>> table = LifeTable(entered=(100, *nothing), moved=(10, *nothing), left=(90, *nothing), open=(0, *nothing),
    ...                   amount=(Fraction(20_000), *map(Fraction, nothing)), amount_known=(10, *nothing))
    >>> amounts = Amounts(count=10, total=Money(Fraction(20_000), "EUR"), squares=Fraction(40_000_000))
    >>> worth = value_per_lead(table=table, amounts=amounts, horizon_days=0, population=Message("type.web"),
    ...                        as_of=date(2026, 11, 12))
    >>> worth.value, round(float(worth.low.amount)), round(float(worth.high.amount))
    (Money(amount=Fraction(200, 1), currency='EUR'), 110, 349)
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    currency = amounts.total.currency
    cautions = _no_value(table=table, curve=curve, days=days)
    value = low = high = None
    if days is None or cautions:
        tree = not_known("value_per_lead", why=cautions[0], counts=counts_so_far(table, TO_WON))
    else:
        value, tree = value_derivation(table=table, curve=curve, days=days, currency=currency)
        low, high = _value_interval(table=table, curve=curve, amounts=amounts, days=days)
        cautions = cautions_of_age(curve=curve, table=table, horizon_days=horizon_days, days=days)
        cautions += _cautions_of_amounts(table)
    return Finding(
        name="value_per_lead",
        value=value,
        low=low,
        high=high,
        n=table.passes,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=days if days is not None else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def _order_interval(amounts: Amounts) -> tuple[Money, Money] | tuple[None, None]:
    if amounts.count < FEWEST_ORDERS:
        return None, None
    mean, spread = amounts.mean, float(stdtrit(amounts.count - 1, 1 - TAIL)) * sqrt(amounts.variance / amounts.count)
    low, high = mean.amount - Fraction(spread), mean.amount + Fraction(spread)
    return Money(max(Fraction(0), low), mean.currency), Money(high, mean.currency)


def _order_derivation(amounts: Amounts, orders: Derivation) -> Derivation:
    total = Derivation(
        name="revenue", label=Message("number.revenue"), value=amounts.total, rule=Message("rule.revenue")
    )
    return Derivation(
        name="average_order_value",
        label=Message("finding.average_order_value"),
        value=amounts.mean,
        rule=Message("rule.average_order_value", total=amounts.total, orders=amounts.count),
        inputs=(total, orders),
    )


def _caution_of_few(orders: int) -> tuple[Message, ...]:
    return (Message("caution.few_orders", orders=orders),) if orders < FEWEST else ()


def _no_value(*, table: LifeTable, curve: Curve, days: int | None) -> tuple[Message, ...]:
    """Why no value can be printed; nothing where one can."""
    moved, known = sum(table.moved), sum(table.amount_known)
    if days is None or curve.effective_passes(days=days) < FEWEST:
        return (Message("caution.too_few_to_value", passes=table.passes, needed=FEWEST),)
    if curve.at(days=days) <= 0:
        return (Message("caution.nothing_won_to_value", passes=table.passes, days=days),)
    if known < AMOUNTS_NEEDED * moved:
        return (Message("caution.amounts_missing", known=known, won=moved),)
    return ()


def _cautions_of_amounts(table: LifeTable) -> tuple[Message, ...]:
    moved, known = sum(table.moved), sum(table.amount_known)
    return (Message("caution.amounts_partly_missing", known=known, won=moved),) if known < moved else ()


def _value_interval(
    *, table: LifeTable, curve: Curve, amounts: Amounts, days: int
) -> tuple[Money, Money] | tuple[None, None]:
    by_age, value = amounts_by_age(table=table), curve.value_at(days=days)
    if by_age is None or not value or value < 0 or amounts.total.amount <= 0:
        return None, None
    watched = np.maximum(curve.at_risk, 1.0)
    mean_square = float(amounts.squares / amounts.count)
    ending = (np.array(table.moved) + np.array(table.left)) / watched
    spread = gain_variance(
        mean=by_age / watched, square=curve.hazard_moved * mean_square, ending=ending, at_risk=watched
    )
    # One amount that stands for all: with it the value is a rate, and has the variance that was found.
    unit = max(mean_square / float(amounts.mean.amount), value / curve.at(days=days))
    rate, variance = value / unit, float(spread[days]) / unit**2
    passes = rate * (1 - rate) / variance if 0 < rate < 1 and variance > 0 else curve.effective_passes(days=days)
    found = share_interval(share=rate, passes=passes)
    low, high = (Money(Fraction(end * unit), amounts.total.currency) for end in (found.low, found.high))
    return low, high
