"""The calculator's answer as lines of words: the chain as a column sum, then what a lead is worth."""

from __future__ import annotations

from dataclasses import dataclass

from funnelpact.core.plan.demand import Demand
from funnelpact.core.plan.mix import Mix
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message, Value


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, its name and its rule."""

    value: int
    label: Message
    rule: Message


def chain_lines(*, demand: Demand) -> tuple[Line, ...]:
    """This returns the deals and each stage back to the leads, with the arithmetic of each."""
    chain: list[Derivation] = [demand.derivation.inputs[0]]
    # Counted, because a stage of one's own may be called "deals" as well.
    for _ in demand.stages:
        chain.append(chain[-1].inputs[0])
    return tuple(Line(_count(step), step.label, step.rule) for step in reversed(chain))


def demand_sentences(*, demand: Demand) -> tuple[Message, ...]:
    """This returns what one lead is worth, its check line, and the rounding rule by name."""
    first = stage_label(stage=list(demand.stages)[-1])
    value = demand.derivation.inputs[1]
    return (
        Message("calc.worth", stage=first, value=demand.value_per_lead, rule=value.rule),
        Message("calc.check", quota=demand.quota, leads=demand.leads, value=demand.quota_per_lead),
        Message(f"rule.rounding.{demand.rounding.value}"),
    )


def mix_rows(*, mix: Mix) -> tuple[tuple[Value, ...], ...]:
    """This returns the mix as a table, its head first: stream, type, quota, leads, value per lead, worth."""
    head = tuple(Message(f"calc.column.{name}") for name in ("stream", "type", "quota", "leads", "value", "worth"))
    lines = (
        (line.stream, line.lead_type, line.quota or "–", line.leads, line.value_per_lead, line.worth)
        for line in mix.lines
    )
    return (head, *lines)


def mix_sentences(*, mix: Mix) -> tuple[Message, ...]:
    """This returns what all leads of a mix are worth beside the quota, and the rounding rule by name."""
    return (
        Message("calc.mix", leads=mix.leads, worth=mix.worth, quota=mix.quota),
        Message(f"rule.rounding.{mix.rounding.value}"),
    )


def _count(step: Derivation) -> int:
    if not isinstance(step.value, int):
        raise TypeError("a stage is counted in whole passes")
    return step.value
