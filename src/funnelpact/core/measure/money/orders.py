"""Order value and margin by kind of amount, and what a lead leaves: findings on sums of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from math import sqrt

from funnelpact.core.journeys.orders import AmountKind
from funnelpact.core.measure.counts.money.orders import YEARLY, Kind, OrderSums
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.measure.population import About, about
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.measure.value import FEWEST_ORDERS, Amounts, average_order_value
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Finding, Row
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Ratio

KINDS: tuple[Kind, ...] = (AmountKind.ONE_OFF.value, AmountKind.ANNUAL.value, AmountKind.TOTAL.value, YEARLY, None)
"""Kinds of amount in the order in which they are told."""


def order_blocks(
    *,
    sums: Mapping[Kind, Mapping[Segment, OrderSums]],
    segments: Sequence[Segment],
    currency: str,
    margin: bool,
    as_of: date,
    known_at: datetime | None,
) -> tuple[Block, ...]:
    """This returns a block for each kind of amount that any won order has: order values, or with `margin` what is left.

    A segment has a row in a block where it has an order of that kind. Kinds are never added: a yearly amount beside a contract's total says nothing. The totals stand as told and, in a
    block of their own, as what they bring in a year.
    """
    blocks = []
    for kind in (kind for kind in KINDS if kind in sums):
        rows = []
        for name in segments:
            if (ours := sums[kind].get(name)) is None:
                continue
            of = about(segment=name, as_of=as_of, known_at=known_at)
            rows.append(Row(name=name, findings=_findings(ours, currency, of, margin=margin)))
        key = kind or "unsaid"
        what = "margin" if margin else "orders"
        blocks.append(Block(name=f"{what}_{key}", title=Message(f"block.{what}.{key}"), rows=tuple(rows)))
    return tuple(blocks)


def _findings(sums: OrderSums, currency: str, of: About, *, margin: bool) -> tuple[Finding, ...]:
    if margin:
        return (
            margin_share(sums=sums, currency=currency, **of),
            average_margin(sums=sums, currency=currency, **of),
        )
    amounts = Amounts(count=sums.count, total=Money(sums.total, currency), squares=sums.squares)
    found = average_order_value(amounts=amounts, **of)
    return (_with_missing(found, known=sums.count, won=sums.won),)


def average_margin(
    *, sums: OrderSums, currency: str, population: Message, as_of: date, known_at: datetime | None = None
) -> Finding:
    """The mean margin of an order, over those that carry both an amount and a margin.

    Population, interval and errors as in `average_order_value`; a mean below zero is one, too, so the interval is not cut.
    """
    amounts = Amounts(count=sums.both, total=Money(sums.margins, currency), squares=sums.margin_squares)
    found = average_order_value(amounts=amounts, population=population, as_of=as_of, known_at=known_at)
    return _with_missing(in_margin(finding=found, name="average_margin"), known=sums.both, won=sums.won)


def margin_share(
    *, sums: OrderSums, currency: str, population: Message, as_of: date, known_at: datetime | None = None
) -> Finding:
    """The share of revenue that is margin: all margins ÷ all amounts of the orders that carry both.

    Population: the won orders behind `sums`. Value: a ratio, because a loss is below zero; None without any. Interval:
    normal, of a ratio of two sums over orders (W. G. Cochran 1977, Sampling Techniques, 6.4), from `FEWEST_ORDERS` on.

    >>> sums = OrderSums(won=2, count=2, total=Fraction(300), squares=Fraction(0), both=2, of_amounts=Fraction(300),
    ...                  margins=Fraction(90), margin_squares=Fraction(0), amount_squares=Fraction(0), products=Fraction(0))
    >>> margin_share(sums=sums, currency="EUR", population=Message("population.all"), as_of=date(2026, 10, 31)).value
    Ratio(value=Fraction(3, 10))
    """
    revenue, margins = Money(sums.of_amounts, currency), Money(sums.margins, currency)
    parts = (
        leaf(name="margin", value=margins),
        leaf(name="revenue_with_margin", value=revenue),
        leaf(name="orders_with_margin", value=sums.both),
    )
    value = low = high = None
    cautions: tuple[Message, ...] = ()
    if not sums.both:
        cautions = (Message("caution.no_margins"),)
        tree = not_known(name="margin_share", why=cautions[0], counts=parts)
    else:
        value = Ratio(margins / revenue)
        tree = Derivation(
            name="margin_share",
            label=Message("finding.margin_share"),
            value=value,
            rule=Message("rule.margin_share", margin=margins, revenue=revenue),
            inputs=parts,
        )
        if sums.both >= FEWEST_ORDERS:
            reach = Fraction(NORMAL * _error(sums))
            low, high = Ratio(value.value - reach), Ratio(value.value + reach)
    found = Finding(
        name="margin_share",
        value=value,
        low=low,
        high=high,
        n=sums.both,
        population=population,
        as_of=as_of,
        known_at=known_at,
        cautions=cautions,
        derivation=tree,
    )
    return _with_missing(found, known=sums.both, won=sums.won, of="margins")


def _error(sums: OrderSums) -> float:
    """The standard error of margins ÷ amounts: residuals margin - share × amount over the sum of amounts."""
    n, amounts = sums.both, float(sums.of_amounts)
    share = float(sums.margins) / amounts
    squares = float(sums.margin_squares) - 2 * share * float(sums.products) + share**2 * float(sums.amount_squares)
    return sqrt(max(0.0, squares) * n / (n - 1)) / amounts


_IN_MARGIN = {
    "finding.average_order_value": "finding.average_margin",
    "finding.value_per_lead": "finding.margin_per_lead",
    "number.orders": "number.orders_with_margin",
    "number.revenue": "number.margin",
    "number.revenue_so_far": "number.margin_so_far",
    "number.revenue_assumed": "number.margin_assumed",
    "number.revenue_within": "number.margin_within",
    "number.order_value_by_age": "number.margin_by_age",
    "rule.orders": "rule.orders_with_margin",
    "rule.revenue_assumed": "rule.margin_assumed",
    "caution.amounts_missing": "caution.margins_missing",
    "caution.amounts_partly_missing": "caution.margins_partly_missing",
    "caution.no_amounts": "caution.no_margins",
}
"""What is said of revenue, and the same said of margin."""


def in_margin(*, finding: Finding, name: str) -> Finding:
    """This returns a finding that was computed on margins, in the words of margins."""
    return replace(
        finding,
        name=name,
        cautions=tuple(_message_in_margin(caution) for caution in finding.cautions),
        derivation=replace(_tree_in_margin(finding.derivation), name=name),
    )


def _tree_in_margin(tree: Derivation) -> Derivation:
    return replace(
        tree,
        label=_message_in_margin(tree.label),
        value=_message_in_margin(tree.value) if isinstance(tree.value, Message) else tree.value,
        rule=_message_in_margin(tree.rule),
        inputs=tuple(_tree_in_margin(part) for part in tree.inputs),
    )


def _message_in_margin(message: Message) -> Message:
    return Message(_IN_MARGIN.get(message.id, message.id), **message.values)


def _with_missing(finding: Finding, *, known: int, won: int, of: str = "amounts") -> Finding:
    """The finding with a caution where some won orders are not in it."""
    if not known or known == won:
        return finding
    return replace(
        finding, cautions=(*finding.cautions, Message(f"caution.orders_without_{of}", known=known, orders=won))
    )
