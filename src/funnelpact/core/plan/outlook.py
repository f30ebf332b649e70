"""From measured findings to the leads that a monthly quota needs: the mix of today, an even chance and a safer one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from funnelpact.core.plan.chance import LeadNeed, LeadWorth, chance_of_quota, leads_needed
from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money, one_currency
from funnelpact.core.terms.problem import AmountOutOfRange, Problem
from funnelpact.core.terms.quantity import Rate

NORMAL_95 = Fraction(196, 100)
"""Half the width of a 95 % interval in standard errors."""
DAYS_OF_A_MONTH = Fraction(146_097, 4_800)
"""Days of the mean month of the calendar: 400 years are 146,097 days and 4,800 months."""
ARRIVAL_DAYS = 91
FOUR_IN_FIVE = Rate(Fraction(4, 5))


class OrderValueMissing(Problem):
    """No lead can be valued: won deals carry no amounts, and no order value was given."""

    code = "order-value-missing"


class NothingValued(Problem):
    """No lead type has enough passes or wins to say what a lead of it is worth."""

    code = "nothing-valued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a monthly quota needs: the worth of each type, leads for an even chance and for four in five, and today's.

    `today` counts leads of a mean month at the pace of the newest quarter, `today_chance` what they promise. `left_out`
    names the types that cannot be valued yet; the mix is that of the others.
    """

    quota: Money
    horizon_days: int
    worths: tuple[LeadWorth, ...]
    values: tuple[Finding, ...]
    even: LeadNeed
    likely: LeadNeed
    today: int
    today_chance: Rate
    left_out: tuple[str | None, ...]
    typed_order_value: Money | None


def lead_outlook(
    *, findings: FunnelFindings, quota: Money, order_value: Money | None = None, likely: Rate = FOUR_IN_FIVE
) -> Outlook:
    """This returns the leads a month that a monthly quota needs, at the mix of types that arrives today.

    Population: the passes of `findings`. In a steady state: the leads of a month bring their value over the horizon, so a
    month's revenue comes from the leads of many months. `order_value` stands in for measured amounts. Raises
    `OrderValueMissing` where no won deal carries one and none is given, `NothingValued` where no type can be valued,
    `CurrenciesMixed`.
    """
    if quota.amount <= 0:
        raise AmountOutOfRange(name=Message("number.quota"), amount=quota)
    if order_value is not None and order_value.amount <= 0:
        raise AmountOutOfRange(name=Message("number.aov"), amount=order_value)
    whole = findings.segments[0]
    if order_value is None and _lacks_amounts(whole):
        raise OrderValueMissing(known=whole.order_value.n, won=whole.reached[-1])
    currency = one_currency(quota, *([order_value] if order_value else [Money(Fraction(0), findings.currency)]))
    quota = Money(quota.amount, currency)
    segments = findings.segments[1:] or findings.segments
    valued = [(segment, worth) for segment in segments if (worth := _worth(segment, order_value, currency))]
    arrivals = sum(segment.arrivals for segment, _ in valued)
    if not arrivals:
        raise NothingValued(passes=whole.reached[0])
    worths = tuple(
        LeadWorth(
            lead_type=segment.name,
            share=Fraction(segment.arrivals, arrivals),
            value=worth.value,
            error=worth.error,
            spread=worth.spread,
        )
        for segment, worth in valued
        if segment.arrivals
    )
    today = round(arrivals * DAYS_OF_A_MONTH / ARRIVAL_DAYS)
    return Outlook(
        quota=quota,
        horizon_days=findings.horizon_days,
        worths=worths,
        values=tuple(_value_finding(segment, order_value) for segment, _ in valued if segment.arrivals),
        even=leads_needed(quota=quota, worths=worths, chance=Rate(Fraction(1, 2))),
        likely=leads_needed(quota=quota, worths=worths, chance=likely),
        today=today,
        today_chance=chance_of_quota(quota=quota, leads=today, worths=worths),
        left_out=tuple(segment.name for segment in segments if not _worth(segment, order_value, currency)),
        typed_order_value=order_value,
    )


@dataclass(frozen=True, slots=True)
class _Worth:
    value: Money
    error: Money
    spread: Money


def _lacks_amounts(whole: SegmentFindings) -> bool:
    # Where few passes are the reason, an order value would not help.
    return any(caution.id == "caution.amounts_missing" for caution in whole.value.cautions)


def _worth(segment: SegmentFindings, order_value: Money | None, currency: str) -> _Worth | None:
    finding = _value_finding(segment, order_value)
    value, low, high = finding.value, finding.low, finding.high
    if order_value is not None:
        if not (isinstance(value, Rate) and isinstance(low, Rate) and isinstance(high, Rate)) or value.value == 0:
            return None
        amount = order_value.amount
        spread = Fraction(float(amount) * sqrt(value.value * (1 - value.value)))
        ends = (value.value * amount, low.value * amount, high.value * amount)
    else:
        if (
            not (isinstance(value, Money) and isinstance(low, Money) and isinstance(high, Money))
            or segment.spread is None
        ):
            return None
        spread = segment.spread.amount
        ends = (value.amount, low.amount, high.amount)
    mean, lowest, highest = ends
    error = (highest - lowest) / (2 * NORMAL_95)
    return _Worth(Money(mean, currency), Money(error, currency), Money(spread, currency))


def _value_finding(segment: SegmentFindings, order_value: Money | None) -> Finding:
    return segment.value if order_value is None else segment.to_won.matured
