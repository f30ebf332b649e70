"""What one lead is worth, and what one order is worth, as findings with interval and arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import sqrt

import numpy as np
from scipy.special import stdtrit

from funnelpact.core.measure.curves.curve import Curve, with_missing
from funnelpact.core.measure.curves.incidence import gain_variance
from funnelpact.core.measure.curves.interval import TAIL, gain_intervals
from funnelpact.core.measure.curves.limits import FEWEST, cautions_of_age, reach
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
        tree = not_known(name="average_order_value", why=why, counts=(orders,))
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
    squares: tuple[Fraction, ...],
    currency: str,
    horizon_days: int,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The revenue that one lead brings within the horizon, on average over all leads, winners or not.

    Population: the passes of `table`, from entry to won; its amounts are in `currency`, and `squares` holds for each age
    the sum of their squares. Value: money, unrounded, from the value-marked curve, which is matured rate × order value
    where amounts do not depend on the lag, and stays right where slow deals are larger. A won pass without an amount
    counts with the mean of the known ones; where fewer than `AMOUNTS_NEEDED` of them carry one, or none has been won,
    there is no value. Horizon, cautions and errors as in `matured_rate`.
    The interval is that of a rate with equal amounts and the same mean and variance (`gain_intervals`), the
    variance Greenwood's with amounts carried along. For equal amounts it is amount × the interval of the rate. Where a
    handful of very large orders carries the total it is too narrow, as large deals that have not come are not seen.

    >>> zeros = (Fraction(0),) * 40
    >>> table = LifeTable(entered=(100, *[0] * 40), moved=(10, *[0] * 40), left=(90, *[0] * 40), open=(0,) * 41,
    ...                   amount=(Fraction(20_000), *zeros), amount_known=(10, *[0] * 40))
    >>> worth = value_per_lead(table=table, squares=(Fraction(40_000_000), *zeros), currency="EUR", horizon_days=0,
    ...                        population=Message("type.web"), as_of=date(2026, 11, 12))
    >>> worth.value, round(float(worth.low.amount)), round(float(worth.high.amount))
    (Money(amount=Fraction(200, 1), currency='EUR'), 110, 349)
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    cautions = _no_value(table=table, curve=curve, days=days)
    value = low = high = None
    if days is None or cautions:
        tree = not_known(name="value_per_lead", why=cautions[0], counts=counts_so_far(table=table, step=TO_WON))
    else:
        value, tree = value_derivation(table=table, curve=curve, days=days, currency=currency)
        ends = value_interval(table=table, curve=curve, squares=squares, days=days)
        low, high = (None if end is None else Money(end, currency) for end in ends)
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


def spread_per_lead(
    *, table: LifeTable, squares: tuple[Fraction, ...], currency: str, horizon_days: int
) -> Money | None:
    """The standard deviation of the revenue of one lead within the horizon, over all leads, winners or not.

    Population, horizon and missing amounts as in `value_per_lead`: the second moment is the value-marked curve with
    squared amounts, the spread √(second moment - value²). None where no amount is known. For a rate F and equal amounts
    it is amount × √(F × (1 - F)). Raises `HorizonOutOfRange`, `LifeTableBroken`.

    >>> zeros = (Fraction(0),) * 40
    >>> table = LifeTable(entered=(100, *[0] * 40), moved=(50, *[0] * 40), left=(50, *[0] * 40), open=(0,) * 41,
    ...                   amount=(Fraction(1_000), *zeros), amount_known=(50, *[0] * 40))
    >>> spread_per_lead(table=table, squares=(Fraction(20_000), *zeros), currency="EUR", horizon_days=0)
    Money(amount=Fraction(10, 1), currency='EUR')
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    squared = with_missing(table=table, known=squares)
    value = None if days is None else curve.value_at(days=days)
    if days is None or squared is None or value is None:
        return None
    before = np.concatenate((np.ones(1), curve.survival))[: days + 1]
    second = float((before * squared[: days + 1] / np.maximum(curve.at_risk[: days + 1], 1.0)).sum())
    return Money(Fraction(sqrt(max(0.0, second - value**2))), currency)


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


def value_interval(
    *, table: LifeTable, curve: Curve, squares: tuple[Fraction, ...], days: int
) -> tuple[Fraction, Fraction] | tuple[None, None]:
    """The 95 % interval of `curve.value_at(days=days)`; `squares` holds for each age the sum of the squared amounts."""
    amounts = with_missing(table=table, known=table.amount)
    squared = with_missing(table=table, known=squares)
    value = curve.value_at(days=days)
    if amounts is None or squared is None or not value or value < 0:
        return None, None
    watched = np.maximum(curve.at_risk, 1.0)
    ending = (np.array(table.moved) + np.array(table.left)) / watched
    variance = gain_variance(mean=amounts / watched, square=squared / watched, ending=ending, at_risk=watched)[days]
    before = np.concatenate((np.ones(1), curve.survival))[: days + 1]
    second = (before * squared[: days + 1] / watched[: days + 1]).sum()
    low, high = gain_intervals(
        gained=np.asarray(value),
        second=np.asarray(second),
        variance=np.asarray(variance),
        moved=np.asarray(curve.at(days=days)),
        moved_variance=np.asarray(curve.variance[days]),
        known=np.asarray(float(sum(table.amount_known[: days + 1]))),
        passes=np.asarray(curve.effective_passes(days=days)),
    )
    return Fraction(float(low)), Fraction(float(high))
