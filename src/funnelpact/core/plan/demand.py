"""From a quota back through the funnel to leads: exact, each step with its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, prod

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import Funnel, FunnelBroken, Step, stage_label
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money, one_currency
from funnelpact.core.terms.problem import AmountOutOfRange, CurrenciesMixed, Problem, RateOutOfRange, raise_all
from funnelpact.core.terms.quantity import Rate, Rounding

LARGEST = 10**15
"""Leads above this are a slip of input: no market has them, and no spreadsheet counts further in whole numbers."""


class DemandTooLarge(Problem):
    """A chain that asks for more of a stage than there can be."""

    code = "demand-too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a quota needs from one lead type, in one period of the quota's own length.

    `stages` runs from the last stage before won back to the first, whose count is `leads`. `value_per_lead` is the
    product of the unrounded rates and the order value; `quota_per_lead` = quota ÷ leads is its check line and differs
    from it only by rounding.
    """

    quota: Money
    deals: int
    stages: Mapping[str, int]
    value_per_lead: Money
    quota_per_lead: Money
    rounding: Rounding
    derivation: Derivation

    @property
    def leads(self) -> int:
        """Leads of the first stage that must arrive."""
        return list(self.stages.values())[-1]


def lead_demand(
    *, quota: Money, aov: Money, rates: Mapping[Step, Rate], rounding: Rounding = Rounding.UP_PER_STAGE
) -> Demand:
    """This returns the deals, the passes of each stage and the leads that a quota needs.

    Population: one lead type of one stream, in a steady state: every lead has had its time, and as many arrive in each
    period. When leads must arrive, and what is already in the funnel, is for a plan, not for this arithmetic.
    `rates` holds one rate for each step, in any order; the steps form the funnel. A missing step is a `FunnelBroken`, a
    rate of zero a `RateOutOfRange`, an amount not above zero an `AmountOutOfRange`, two currencies `CurrenciesMixed`;
    all that are found are raised together, and `DemandTooLarge` after them. Source: the article's method (`docs/article`).

    >>> steps = Funnel(("mql", "sql", "opportunity", "won")).steps
    >>> shares = [Rate(Fraction(percent, 100)) for percent in (34, 82, 23)]
    >>> demand = lead_demand(quota=Money(500_000), aov=Money(2_000), rates=dict(zip(steps, shares)))
    >>> demand.deals, dict(demand.stages), float(demand.value_per_lead.amount)
    (250, {'opportunity': 1087, 'sql': 1326, 'mql': 3900}, 128.248)
    """
    funnel = _checked_funnel(quota=quota, aov=aov, rates=rates)
    currency = one_currency(quota, aov)
    quota, aov = Money(quota.amount, currency), Money(aov.amount, currency)

    deals, stages, tree = _chain(quota=quota, aov=aov, rates=rates, funnel=funnel, rounding=rounding)
    leads = stages[funnel.first]
    value, value_tree = _value_per_lead(aov=aov, rates=rates, funnel=funnel)
    check = _check_line(quota=quota, count=leads, leads=tree)
    return Demand(
        quota=quota,
        deals=deals,
        stages=stages,
        value_per_lead=value,
        quota_per_lead=quota.per(leads),
        rounding=rounding,
        derivation=Derivation(
            name="demand",
            label=Message("number.demand"),
            value=leads,
            rule=Message(f"rule.rounding.{rounding.value}"),
            inputs=(tree, value_tree, check),
        ),
    )


def _chain(
    *, quota: Money, aov: Money, rates: Mapping[Step, Rate], funnel: Funnel, rounding: Rounding
) -> tuple[int, dict[str, int], Derivation]:
    """The deals, the stages from the last to the first, and the derivation of the first."""
    need = quota / aov
    count = deals = whole(need=need, of=Message("number.deals"), rounding=rounding)
    tree = Derivation(
        name="deals",
        label=Message("number.deals"),
        value=deals,
        rule=Message(f"rule.deals.{rounding.value}", quota=quota, aov=aov, need=need),
        inputs=(typed(name="quota", value=quota), typed(name="aov", value=aov)),
    )
    stages: dict[str, int] = {}
    for step in reversed(funnel.steps):
        rate, label = rates[step], stage_label(stage=step.start)
        below = Fraction(count) if rounding.carries_whole else need
        need = below / rate.value
        count = stages[step.start] = whole(need=need, of=label, rounding=rounding)
        tree = Derivation(
            name=step.start,
            label=label,
            value=count,
            rule=Message(f"rule.stage.{rounding.value}", below=below, rate=rate, need=need),
            inputs=(tree, _typed_rate(step, rate)),
        )
    return deals, stages, tree


def whole(*, need: Fraction, of: Message, rounding: Rounding) -> int:
    """This returns the need as a whole number, at least one unless nothing is needed: a need is never rounded away.

    Raises `DemandTooLarge` where nothing could meet it.
    """
    if need > LARGEST:
        raise DemandTooLarge(of=of, limit=LARGEST)
    return max(rounding.whole(need), min(1, ceil(need)))


def typed(*, name: str, value: Value) -> Derivation:
    """This returns the derivation of a number that somebody typed: a leaf that says so."""
    return Derivation(name=name, label=Message(f"number.{name}"), value=value, rule=Message("rule.typed"))


def _typed_rate(step: Step, rate: Rate) -> Derivation:
    return Derivation(
        name=str(step), label=Message("number.rate", step=str(step)), value=rate, rule=Message("rule.typed")
    )


def _value_per_lead(*, aov: Money, rates: Mapping[Step, Rate], funnel: Funnel) -> tuple[Money, Derivation]:
    ordered = [rates[step] for step in funnel.steps]
    value = aov * prod((rate.value for rate in ordered), start=Fraction(1))
    tree = Derivation(
        name="value_per_lead",
        label=Message("number.value_per_lead"),
        value=value,
        rule=Message("rule.value_per_lead", rates=tuple(ordered), aov=aov, value=value),
        inputs=(*(_typed_rate(step, rates[step]) for step in funnel.steps), typed(name="aov", value=aov)),
    )
    return value, tree


def _check_line(*, quota: Money, count: int, leads: Derivation) -> Derivation:
    return Derivation(
        name="quota_per_lead",
        label=Message("number.quota_per_lead"),
        value=quota.per(count),
        rule=Message("rule.quota_per_lead", quota=quota, leads=count),
        inputs=(typed(name="quota", value=quota), leads),
    )


def _checked_funnel(*, quota: Money, aov: Money, rates: Mapping[Step, Rate]) -> Funnel:
    found: list[Problem] = []
    for name, money in (("quota", quota), ("aov", aov)):
        if money.amount <= 0:
            found.append(AmountOutOfRange(name=Message(f"number.{name}"), amount=money))
    for step, rate in rates.items():
        if rate.value == 0:
            found.append(RateOutOfRange(name=str(step), rate=rate.value))
    try:
        one_currency(quota, aov)
    except CurrenciesMixed as problem:
        found.append(problem)
    try:
        funnel = Funnel.from_steps(rates)
    except FunnelBroken as problem:
        raise_all([*found, problem])
        raise
    raise_all(found)
    return funnel
