"""What one customer is worth: all orders within a horizon after the first, young customers not taken as complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from math import sqrt

import numpy as np

from funnelpact.core.measure.counts.money.customers import CustomerSums
from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.measure.curves.limits import FEWEST, check_horizon
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import BANDS, not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

NO_CUSTOMERS = CustomerSums(watched={}, orders={}, amounts={}, known=0)
"""A segment without customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Sums of customers over ages: `mean[a]` per customer by age a, and its `error` at the last age."""

    mean: tuple[float, ...]
    error: float


def course(*, sums: CustomerSums, days: int, of: str) -> Course:
    """The mean of the `amounts` or `orders` of one customer by each age up to `days`, as if all had been watched so long.

    At each age what came then is divided by the customers who were watched at it, and the quotients are added up (the
    mean cumulative function; W. Nelson 1995, Confidence limits for recurrence data, doi:10.2307/1269616). The error is the robust
    one, over customers: J. F. Lawless and C. Nadeau 1995, Some simple robust methods for the analysis of recurrent
    events, doi:10.2307/1269617. Needs a customer watched at each age.
    """
    came: Mapping[int, float] = sums.amounts if of == "amounts" else sums.orders
    gains = [came.get(age, 0) / sums.at_risk(age) for age in range(days + 1)]
    # How far a customer watched for so many days has come on average, in units of one customer's share of the mean.
    shares = np.cumsum([gain / sums.at_risk(age) for age, gain in enumerate(gains)])
    variance = 0.0
    for seen, part in sums.watched.items():
        total = getattr(part, of)
        squares = part.amount_squares if of == "amounts" else part.order_squares
        expected = float(shares[min(seen, days)])
        variance += squares - 2 * expected * total + part.customers * expected**2
    return Course(mean=tuple(float(value) for value in np.cumsum(gains)), error=sqrt(max(0.0, variance)))


def reached_age(*, sums: CustomerSums, horizon_days: int) -> int | None:
    """The age up to which a value can speak: the horizon, or the longest at which enough customers are watched."""
    check_horizon(horizon_days=horizon_days)
    longest = sums.longest(enough=ENOUGH_AT_RISK)
    return None if longest is None else min(horizon_days, longest)


def customer_value(
    *,
    sums: CustomerSums,
    currency: str,
    horizon_days: int,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """What one customer orders within the horizon after the first order, that one included.

    Population: the customers of `sums`, each watched from its first order to `as_of`; one that was a customer before the
    source begins counts from the first order that it shows. Value: money, the mean over customers as if all had been
    watched for `horizon_days`, or with a caution for the longest age at which `ENOUGH_AT_RISK` are; None where fewer than
    `FEWEST` are watched. Interval: normal, from the robust error of `course`, never below zero. Raises
    `HorizonOutOfRange`.

    >>> from funnelpact.core.measure.counts.money.customers import Watched
    >>> part = Watched(customers=40, orders=1.0, order_squares=0.025, amounts=100.0, amount_squares=250.0)
    >>> sums = CustomerSums(watched={30: part}, orders={0: 40}, amounts={0: 4000.0}, known=40)
    >>> customer_value(sums=sums, currency="EUR", horizon_days=30, population=Message("population.all"),
    ...                as_of=date(2026, 10, 31)).value
    Money(amount=Fraction(100, 1), currency='EUR')
    """
    days = reached_age(sums=sums, horizon_days=horizon_days)
    customers, orders = sums.customers, sum(sums.orders.values())
    counted = leaf(name="customers", value=customers)
    value = low = high = None
    if days is None or sums.at_risk(0) < FEWEST:
        cautions: tuple[Message, ...] = (Message("caution.too_few_customers", customers=customers, needed=FEWEST),)
        tree = not_known(name="customer_value", why=cautions[0], counts=(counted,))
    elif not sums.known:
        cautions = (Message("caution.no_amounts"),)
        tree = not_known(name="customer_value", why=cautions[0], counts=(counted,))
    else:
        found = course(sums=sums, days=days, of="amounts")
        value, tree = _unfolded(sums, found, currency, days)
        reach = Fraction(NORMAL * found.error)
        low, high = Money(max(Fraction(0), value.amount - reach), currency), Money(value.amount + reach, currency)
        cautions = _cautions(days=days, horizon_days=horizon_days, known=sums.known, orders=orders)
    return Finding(
        name="customer_value",
        value=value,
        low=low,
        high=high,
        n=customers,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=days if days is not None else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def orders_per_customer(
    *, sums: CustomerSums, horizon_days: int, population: Message, as_of: date, known_at: datetime | None = None
) -> Finding:
    """How many orders one customer places within the horizon after the first, that one included.

    Population, horizon, interval and errors as in `customer_value`. Value: a number of at least 1.
    """
    days = reached_age(sums=sums, horizon_days=horizon_days)
    customers = sums.customers
    leaves = (leaf(name="customer_orders", value=sum(sums.orders.values())), leaf(name="customers", value=customers))
    value = low = high = None
    if days is None or customers < FEWEST:
        cautions: tuple[Message, ...] = (Message("caution.too_few_customers", customers=customers, needed=FEWEST),)
        tree = not_known(name="orders_per_customer", why=cautions[0], counts=leaves)
    else:
        found = course(sums=sums, days=days, of="orders")
        value = Fraction(round(found.mean[-1], 12))
        reach = Fraction(NORMAL * found.error)
        low, high = max(Fraction(1), value - reach), value + reach
        cautions = _cautions(days=days, horizon_days=horizon_days, known=0, orders=0)
        tree = Derivation(
            name="orders_per_customer",
            label=Message("finding.orders_per_customer"),
            value=value,
            rule=Message("rule.orders_per_customer", days=days),
            inputs=leaves,
        )
    return Finding(
        name="orders_per_customer",
        value=value,
        low=low,
        high=high,
        n=customers,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=days if days is not None else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def _unfolded(sums: CustomerSums, found: Course, currency: str, days: int) -> tuple[Money, Derivation]:
    """The value as the sum over bands of age: first orders, then what came later, each with the orders counted in it."""
    edges = (-1, 0, *(edge for edge in BANDS if edge < days), days) if days else (-1, 0)
    parts = []
    for first, last in pairwise(edges):
        before = found.mean[first] if first >= 0 else 0.0
        count = sum(n for age, n in sums.orders.items() if first < age <= last)
        parts.append(
            Derivation(
                name=f"ordered_by_day_{last}",
                label=Message("number.ordered_in_band", first=first + 1, last=last),
                value=Money(Fraction(found.mean[last]) - Fraction(before), currency),
                rule=Message("rule.ordered_in_band", first=first + 1, last=last),
                inputs=(
                    leaf(name="customer_orders", value=count),
                    leaf(name="customers_watched", value=sums.at_risk(max(0, first + 1))),
                ),
            )
        )
    value = Money(Fraction(found.mean[-1]), currency)
    return value, Derivation(
        name="customer_value",
        label=Message("finding.customer_value"),
        value=value,
        rule=Message("rule.customer_value", days=days),
        inputs=(*parts, leaf(name="customers", value=sums.customers)),
    )


def _cautions(*, days: int, horizon_days: int, known: int, orders: int) -> tuple[Message, ...]:
    cautions: tuple[Message, ...] = ()
    if days < horizon_days:
        cautions += (Message("caution.too_young", asked=horizon_days, days=days),)
    if known < orders:
        cautions += (Message("caution.orders_partly_missing", known=known, orders=orders),)
    return cautions
