"""How many leads give a quota a chance: the spread between leads and the doubt about their value, both counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate

MOST_LEADS = 10**9
"""Where more leads than these would be needed, the value is known too loosely for that chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadWorth:
    """What one lead of a type brings: its mean `value`, the standard `error` of that mean, the `spread` between leads.

    `share` is the type's part of all leads; the shares of a mix add up to 1.
    """

    lead_type: str | None
    share: Fraction
    value: Money
    error: Money
    spread: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNeed:
    """Leads of a period that reach a quota with a chance; `leads` is None where no number of leads would."""

    chance: Rate
    leads: int | None
    by_type: tuple[tuple[str | None, int], ...]
    derivation: Derivation


def chance_of_quota(*, quota: Money, leads: int, worths: Sequence[LeadWorth]) -> Rate:
    """This returns the chance that so many leads, in the given mix, bring at least the quota once they have had their time.

    Normal approximation of the sum: mean N·Σ share·value, variance N·Σ share·spread² (each lead wins or not, for more or
    less) + N²·Σ (share·error)² (the values are estimates). Good from about thirty wins on; with a handful of wins the true
    distribution is skewed. Source: central limit theorem; the second term as in A. Nemirovski and A. Shapiro 2006,
    doi:10.1137/050622328, for constraints with estimated parameters.

    >>> web = LeadWorth(lead_type="web", share=Fraction(1), value=Money(Fraction("128.248")), error=Money(Fraction(0)),
    ...                 spread=Money(Fraction(490)))
    >>> round(float(chance_of_quota(quota=Money(Fraction(500_000)), leads=4_098, worths=[web]).value), 2)
    0.79
    """
    mean, spread, error = _moments(worths)
    deviation = sqrt(leads * spread**2 + (leads * error) ** 2)
    gap = leads * mean - float(quota.amount)
    if deviation == 0:
        return Rate(Fraction(int(gap >= 0)))
    return Rate.measured(NormalDist().cdf(gap / deviation))


def leads_needed(*, quota: Money, worths: Sequence[LeadWorth], chance: Rate) -> LeadNeed:
    """This returns the fewest leads, in the given mix, that reach the quota with at least the chance.

    An even chance needs quota ÷ mean value. Population and method as in `chance_of_quota`. `by_type` rounds each type up.

    >>> web = LeadWorth(lead_type="web", share=Fraction(1), value=Money(Fraction("128.248")), error=Money(Fraction(0)),
    ...                 spread=Money(Fraction(490)))
    >>> leads_needed(quota=Money(Fraction(500_000)), worths=[web], chance=Rate(Fraction(1, 2))).leads
    3899
    """
    mean, spread, error = _moments(worths)
    leads = _fewest(quota=quota, worths=worths, chance=chance)
    if leads is None:
        rule = Message("rule.chance.unreachable", chance=chance)
    elif chance.value == Fraction(1, 2):
        rule = Message("rule.chance.even", quota=quota, value=Money(Fraction(mean), quota.currency))
    else:
        expected = Money(Fraction(leads * mean), quota.currency)
        deviation = Money(Fraction(sqrt(leads * spread**2 + (leads * error) ** 2)), quota.currency)
        rule = Message("rule.chance.normal", expected=expected, deviation=deviation, quota=quota, chance=chance)
    values = tuple(
        Derivation(
            name="value_per_lead",
            label=Message("number.value_of_share", type=_name(worth.lead_type), share=Rate(worth.share)),
            value=worth.value,
            rule=Message("rule.worth_spread", error=worth.error, spread=worth.spread),
        )
        for worth in worths
    )
    return LeadNeed(
        chance=chance,
        leads=leads,
        by_type=tuple((worth.lead_type, ceil(leads * worth.share)) for worth in worths) if leads is not None else (),
        derivation=Derivation(
            name="leads_needed",
            label=Message("number.leads_needed", chance=chance),
            value=leads if leads is not None else Message("number.not_known"),
            rule=rule,
            inputs=values,
        ),
    )


def _name(lead_type: str | None) -> str | Message:
    if lead_type is None:
        return Message("population.unknown")
    return lead_type or Message("population.all")


def _fewest(*, quota: Money, worths: Sequence[LeadWorth], chance: Rate) -> int | None:
    mean = _moments(worths)[0]
    if mean <= 0:
        return None
    low, high = 0, ceil(float(quota.amount) / mean)
    while chance_of_quota(quota=quota, leads=high, worths=worths) < chance:
        low, high = high, high * 2
        if high > MOST_LEADS:
            return None
    while low < high:
        middle = (low + high) // 2
        if chance_of_quota(quota=quota, leads=middle, worths=worths) < chance:
            low = middle + 1
        else:
            high = middle
    return high


def _moments(worths: Sequence[LeadWorth]) -> tuple[float, float, float]:
    """Mean and standard deviation of the revenue of one lead of the mix, and the standard error of that mean."""
    mean = sum(float(worth.share * worth.value.amount) for worth in worths)
    spread = sqrt(sum(float(worth.share) * float(worth.spread.amount) ** 2 for worth in worths))
    error = sqrt(sum((float(worth.share) * float(worth.error.amount)) ** 2 for worth in worths))
    return mean, spread, error
