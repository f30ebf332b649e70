"""The arithmetic behind a curve's numbers, unfolded into parts that add up and that people can count for themselves."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.limits import enters_late
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import WON, Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate

BANDS = (7, 30, 60, 90, 180, 365)
"""Ages in days at which a curve is cut into parts, where it cannot be shown pass by pass."""

TO_WON = Step("lead", WON)
"""A value counts from the entry of a lead to its win; this only chooses the wording."""


def label(*, name: str, step: Step, **values: Value) -> Message:
    """What a number is called, in the wording of the step: to win, or to move on to a stage before that."""
    return Message(f"number.{name}.{_wording(step)}", **values)


def rule(*, name: str, step: Step, **values: Value) -> Message:
    """How a number came about, in the wording of the step."""
    return Message(f"rule.{name}.{_wording(step)}", **values)


def caution(*, name: str, step: Step, **values: Value) -> Message:
    """What a number does not say, in the wording of the step."""
    return Message(f"caution.{name}.{_wording(step)}", **values)


def counted(*, name: str, count: int, step: Step, **values: Value) -> Derivation:
    """A leaf: passes that were counted, and how."""
    return Derivation(
        name=name,
        label=label(name=name, step=step, **values),
        value=count,
        rule=rule(name=name, step=step, **values),
    )


def all_passes(*, table: LifeTable) -> Derivation:
    """A leaf: the passes of the population."""
    return Derivation(name="passes", label=Message("number.passes"), value=table.passes, rule=Message("rule.passes"))


def not_known(*, name: str, why: Message, counts: tuple[Derivation, ...]) -> Derivation:
    """The derivation of a number that is not printed: the reason, and what was counted."""
    return Derivation(
        name=name, label=Message(f"finding.{name}"), value=Message("number.not_known"), rule=why, inputs=counts
    )


def still_expected(*, table: LifeTable, curve: Curve, days: int) -> tuple[int, float]:
    """How many passes are open and younger than `days`, and how many of them are expected to move on by that age."""
    waiting = [(age, count) for age, count in enumerate(table.open[:days]) if count]
    expected = sum(count * curve.chance(age=age, days=days) for age, count in waiting)
    return sum(count for _, count in waiting), expected


def counts_so_far(*, table: LifeTable, step: Step) -> tuple[Derivation, ...]:
    """What can be counted where nothing can be estimated: the moves so far, and the passes."""
    return counted(name="moved_at_any_age", count=sum(table.moved), step=step), all_passes(table=table)


def matured_derivation(*, table: LifeTable, curve: Curve, days: int, step: Step) -> Derivation:
    """How the matured rate at that age comes about: over passes, or by ages where some came under watch late."""
    by = rate_by_bands if enters_late(table=table) else rate_by_passes
    return by(table=table, curve=curve, days=days, step=step)


def rate_by_passes(*, table: LifeTable, curve: Curve, days: int, step: Step) -> Derivation:
    """The matured rate as (moved so far + still open, expected) ÷ passes.

    Needs that every pass was watched from age 0. Then it equals the curve: each open pass hands its unknown future to
    the older ones that were open at its age (self-consistency of the product-limit estimator, B. Efron 1967).

    >>> none = Fraction(0)
    >>> table = LifeTable(entered=(4, 0), moved=(0, 1), left=(0, 1), open=(2, 0), amount=(none, none), amount_known=(0, 0))
    >>> tree = rate_by_passes(table=table, curve=Curve.from_table(table=table), days=1, step=Step("mql", "sql"))
    >>> [(part.name, float(part.value)) for part in tree.inputs[0].inputs]
    [('moved_so_far', 1.0), ('open_expected', 1.0)]
    >>> tree.value
    Rate(value=Fraction(1, 2))
    """
    passes, moved = table.passes, sum(table.moved[: days + 1])
    waiting, expected = still_expected(table=table, curve=curve, days=days)
    # Where everybody moves, floating point may miss the whole number by an ulp.
    more = min(Fraction(round(expected, 12)), Fraction(passes - moved))
    open_expected = Derivation(
        name="open_expected",
        label=label(name="open_expected", step=step),
        value=more,
        rule=rule(name="open_expected", step=step, passes=waiting, days=days),
        inputs=(counted(name="still_open", count=waiting, step=step, days=days),),
    )
    within = Derivation(
        name="moved_within",
        label=label(name="moved_within", step=step, days=days),
        value=moved + more,
        rule=rule(name="moved_within", step=step, moved=moved, expected=more),
        inputs=(counted(name="moved_so_far", count=moved, step=step, days=days), open_expected),
    )
    rate = Rate(min(Fraction(1), Fraction(moved + more) / passes))
    return Derivation(
        name="matured_rate",
        label=Message("number.matured_rate", days=days),
        value=rate,
        rule=rule(name="matured_rate", step=step, moved=moved + more, passes=passes, days=days),
        inputs=(within, all_passes(table=table)),
    )


def rate_by_bands(*, table: LifeTable, curve: Curve, days: int, step: Step) -> Derivation:
    """The matured rate as the sum over bands of age: share still open × share of those that then move on.

    For passes of which some came under watch late: what became of their like before is not counted anywhere, so there
    is no sum over passes. The bands add up exactly, whatever their edges.
    """
    edges = (-1, *(edge for edge in BANDS if edge < days), days)
    parts = tuple(
        _band(table=table, curve=curve, first=first + 1, last=last, step=step) for first, last in pairwise(edges)
    )
    rate = Rate.measured(curve.at(days=days))
    return Derivation(
        name="matured_rate",
        label=Message("number.matured_rate", days=days),
        value=rate,
        rule=Message("rule.matured_rate_by_bands", shares=tuple(part.value for part in parts), days=days),
        inputs=parts,
    )


def _band(*, table: LifeTable, curve: Curve, first: int, last: int, step: Step) -> Derivation:
    gain = Fraction(curve.at(days=last)) - Fraction(curve.at(days=first - 1))
    still = curve.open_at(days=first - 1)
    chance = Rate.measured(curve.chance(age=first - 1, days=last))
    moved = sum(table.moved[first : last + 1])
    return Derivation(
        name=f"moved_by_day_{last}",
        label=label(name="moved_in_band", step=step, first=first, last=last),
        value=Rate(gain),
        rule=rule(name="moved_in_band", step=step, still=Rate.measured(still), chance=chance, first=first, last=last),
        inputs=(counted(name="moved_in_ages", count=moved, step=step, first=first, last=last),),
    )


def value_derivation(*, table: LifeTable, curve: Curve, days: int, currency: str) -> tuple[Money, Derivation]:
    """The value of one lead at that age and how it comes about, over passes or, with late entries, from the rate."""
    by = value_from_rate if enters_late(table=table) else value_by_passes
    return by(table=table, curve=curve, days=days, currency=currency)


def value_by_passes(*, table: LifeTable, curve: Curve, days: int, currency: str) -> tuple[Money, Derivation]:
    """The value as (revenue so far + assumed for deals without amount + expected of open passes) ÷ passes.

    It equals the value-marked curve for the reason given in `rate_by_passes`.
    """
    parts = [
        _so_far(table=table, days=days, currency=currency),
        *_assumed(table=table, days=days, currency=currency),
        _expected(table=table, curve=curve, days=days, currency=currency),
    ]
    total = sum((money for money, _ in parts), Money(Fraction(0), currency))
    within = Derivation(
        name="revenue_within",
        label=Message("number.revenue_within", days=days),
        value=total,
        rule=Message("rule.revenue_within", parts=len(parts)),
        inputs=tuple(part for _, part in parts),
    )
    value = total.per(table.passes)
    return value, Derivation(
        name="value_per_lead",
        label=Message("finding.value_per_lead"),
        value=value,
        rule=Message("rule.measured_value_per_lead", total=total, passes=table.passes, days=days),
        inputs=(within, all_passes(table=table)),
    )


def value_from_rate(*, table: LifeTable, curve: Curve, days: int, currency: str) -> tuple[Money, Derivation]:
    """The value as rate × order value, each order weighing as its age does in the curve."""
    rate = matured_derivation(table=table, curve=curve, days=days, step=TO_WON)
    share, value = curve.at(days=days), Money(Fraction(curve.value_at(days=days) or 0.0), currency)
    order = Derivation(
        name="order_value_by_age",
        label=Message("number.order_value_by_age"),
        value=value.per(Fraction(share)),
        rule=Message("rule.order_value_by_age", orders=sum(table.amount_known[: days + 1])),
    )
    return value, Derivation(
        name="value_per_lead",
        label=Message("finding.value_per_lead"),
        value=value,
        rule=Message("rule.value_from_rate", rate=rate.value, order=order.value, days=days),
        inputs=(rate, order),
    )


def _so_far(*, table: LifeTable, days: int, currency: str) -> tuple[Money, Derivation]:
    money = Money(sum(table.amount[: days + 1], Fraction(0)), currency)
    deals = sum(table.amount_known[: days + 1])
    rule = Message("rule.revenue_so_far", deals=deals, days=days)
    return money, Derivation(name="revenue_so_far", label=Message("number.revenue_so_far"), value=money, rule=rule)


def _assumed(*, table: LifeTable, days: int, currency: str) -> list[tuple[Money, Derivation]]:
    missing = sum(table.moved[: days + 1]) - sum(table.amount_known[: days + 1])
    if not missing:
        return []
    mean = Money(sum(table.amount, Fraction(0)) / sum(table.amount_known), currency)
    money, rule = mean * missing, Message("rule.revenue_assumed", deals=missing, mean=mean)
    return [
        (money, Derivation(name="revenue_assumed", label=Message("number.revenue_assumed"), value=money, rule=rule))
    ]


def _expected(*, table: LifeTable, curve: Curve, days: int, currency: str) -> tuple[Money, Derivation]:
    waiting = [(age, count) for age, count in enumerate(table.open[:days]) if count]
    money = Money(Fraction(sum(count * curve.expected_value(age=age, days=days) for age, count in waiting)), currency)
    passes = sum(count for _, count in waiting)
    return money, Derivation(
        name="revenue_expected",
        label=Message("number.revenue_expected"),
        value=money,
        rule=Message("rule.revenue_expected", passes=passes, days=days),
        inputs=(counted(name="still_open", count=passes, step=TO_WON, days=days),),
    )


def _wording(step: Step) -> str:
    return "won" if step.end == WON else "moved"
