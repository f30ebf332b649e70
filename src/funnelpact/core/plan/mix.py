"""Several lead types and streams: the quota split by agreed shares, and what a mix of leads is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from funnelpact.core.plan.demand import LARGEST, Demand, DemandTooLarge, lead_demand, typed, whole
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money, one_currency
from funnelpact.core.terms.problem import AmountOutOfRange, Problem, raise_all
from funnelpact.core.terms.quantity import Rate, Rounding


class SharesOff(Problem):
    """The shares of one level do not add up to the whole."""

    code = "shares-off"


class LeadsMissing(Problem):
    """Some lead types state how many leads they bring and others do not."""

    code = "leads-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What the value of a lead follows from: the order value and one rate for each step."""

    aov: Money
    rates: Mapping[Step, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadType:
    """One lead type. Its `basis` is a chain, or money: an agreed value per lead.

    `share` is its part of its stream's quota. `leads` is how many leads it brings in a period, where that is given
    instead of asked for.
    """

    name: str
    basis: Chain | Money
    share: Rate | None = None
    leads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One revenue stream: its part of the quota and its lead types."""

    name: str
    share: Rate
    types: tuple[LeadType, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeLine:
    """One lead type of a mix: its part of the quota (None where leads were given), its leads and their worth.

    `demand` is None where an agreed value stands in for the chain.
    """

    stream: str
    lead_type: str
    quota: Money | None
    leads: int
    value_per_lead: Money
    worth: Money
    demand: Demand | None
    derivation: Derivation


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """All lines and what they are worth together: the sum of leads × value per lead over all types."""

    quota: Money
    lines: tuple[TypeLine, ...]
    worth: Money
    rounding: Rounding
    derivation: Derivation

    @property
    def leads(self) -> int:
        """Leads of all types together. Types differ in value, so money is the measure of a mix."""
        return sum(line.leads for line in self.lines)


def mixed_demand(*, quota: Money, streams: Sequence[Stream], rounding: Rounding = Rounding.UP_PER_STAGE) -> Mix:
    """This returns the leads that each type must bring for its share of the quota, and what the mix is worth.

    Population: as `lead_demand`, one line for each stream and type. A type with an agreed value needs its quota ÷ value
    leads, rounded once. Where the types state their `leads`, these are valued as they are and no share is needed.
    Raises `SharesOff`, `LeadsMissing` and what `lead_demand` raises, together where they are independent.

    >>> web = LeadType(name="web", basis=Money(Fraction("128.248")), leads=1950)
    >>> outbound = LeadType(name="outbound", basis=Money(187), leads=1337)
    >>> whole = Stream(name="all", share=Rate(Fraction(1)), types=(web, outbound))
    >>> float(mixed_demand(quota=Money(500_000), streams=[whole]).worth.amount)
    500102.6
    """
    _check(quota=quota, streams=streams)
    currency = one_currency(quota, *_amounts(streams))
    quota = Money(quota.amount, currency)
    lines = tuple(_lines(quota=quota, streams=streams, rounding=rounding))
    worth = sum((line.worth for line in lines), start=Money(Fraction(0), currency))
    return Mix(
        quota=quota,
        lines=lines,
        worth=worth,
        rounding=rounding,
        derivation=Derivation(
            name="worth",
            label=Message("number.worth.all"),
            value=worth,
            rule=Message("rule.worth.sum", lines=len(lines)),
            inputs=tuple(line.derivation for line in lines),
        ),
    )


def _lines(*, quota: Money, streams: Sequence[Stream], rounding: Rounding) -> Iterator[TypeLine]:
    found: list[Problem] = []
    for stream in streams:
        for lead_type in stream.types:
            own = quota * stream.share.value * lead_type.share.value if lead_type.share else None
            try:
                yield _line(
                    stream=stream.name, lead_type=lead_type, quota=own, currency=quota.currency, rounding=rounding
                )
            except Problem as problem:
                found.append(problem)
    raise_all(found)


def _line(*, stream: str, lead_type: LeadType, quota: Money | None, currency: str, rounding: Rounding) -> TypeLine:
    demand: Demand | None = None
    asked = quota is not None and quota.amount > 0
    if isinstance(lead_type.basis, Chain):
        # The value per lead does not depend on the quota, so a type that states its leads or has no share needs none.
        aov = Money(lead_type.basis.aov.amount, currency)
        own = quota if quota is not None and asked else aov
        demand = lead_demand(quota=own, aov=aov, rates=lead_type.basis.rates, rounding=rounding)
        value, value_tree = demand.value_per_lead, demand.derivation.inputs[1]
    else:
        value = Money(lead_type.basis.amount, currency)
        value_tree = typed(name="value_per_lead", value=value)
    if lead_type.leads is not None:
        leads, leads_tree = lead_type.leads, typed(name="leads", value=lead_type.leads)
    elif demand is not None and asked:
        leads, leads_tree = demand.leads, demand.derivation.inputs[0]
    else:
        leads, leads_tree = _leads_by_value(quota=quota or value, value=value, value_tree=value_tree, rounding=rounding)
    worth = value * leads
    tree = Derivation(
        name="worth",
        label=Message("number.worth.of", stream=stream, type=lead_type.name),
        value=worth,
        rule=Message("rule.worth.one", leads=leads, value=value),
        inputs=(leads_tree, value_tree),
    )
    return TypeLine(
        stream=stream,
        lead_type=lead_type.name,
        quota=quota,
        leads=leads,
        value_per_lead=value,
        worth=worth,
        demand=demand if asked else None,
        derivation=tree,
    )


def _leads_by_value(
    *, quota: Money, value: Money, value_tree: Derivation, rounding: Rounding
) -> tuple[int, Derivation]:
    need = quota / value
    leads = whole(need=need, of=Message("number.leads"), rounding=rounding)
    rule = Message("rule.leads_by_value", quota=quota, value=value, need=need)
    inputs = (typed(name="quota", value=quota), value_tree)
    return leads, Derivation(name="leads", label=Message("number.leads"), value=leads, rule=rule, inputs=inputs)


def _amounts(streams: Sequence[Stream]) -> Iterator[Money]:
    for stream in streams:
        for lead_type in stream.types:
            yield lead_type.basis.aov if isinstance(lead_type.basis, Chain) else lead_type.basis


def _check(*, quota: Money, streams: Sequence[Stream]) -> None:
    found: list[Problem] = []
    if quota.amount <= 0:
        found.append(AmountOutOfRange(name=Message("number.quota"), amount=quota))
    found += _share_problems(Message("number.streams"), [stream.share for stream in streams])
    types = [lead_type for stream in streams for lead_type in stream.types]
    if any(lead_type.leads is not None for lead_type in types):
        found += [LeadsMissing(name=lead_type.name) for lead_type in types if lead_type.leads is None]
    else:
        for stream in streams:
            shares = [lead_type.share or Rate(Fraction(0)) for lead_type in stream.types]
            found += _share_problems(Message("number.types", stream=stream.name), shares)
    for lead_type in types:
        if isinstance(lead_type.basis, Money) and lead_type.basis.amount <= 0:
            found.append(AmountOutOfRange(name=Message("number.value_of", type=lead_type.name), amount=lead_type.basis))
        if lead_type.leads is not None and lead_type.leads > LARGEST:
            found.append(DemandTooLarge(of=Message("number.leads"), limit=LARGEST))
    raise_all(found)


def _share_problems(level: Message, shares: Sequence[Rate]) -> list[Problem]:
    total = sum((share.value for share in shares), start=Fraction(0))
    return [] if total == 1 else [SharesOff(level=level, total=total, parts=tuple(shares))]
