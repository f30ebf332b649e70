"""How a number came about: a rule and the numbers it was applied to, down to what was typed or counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from funnelpact.core.terms.message import Message, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """One number with its rule and its inputs.

    `name` is the number's key in data, `label` its name for people, `rule` the arithmetic as a sentence with the very
    figures used. A number without inputs is a leaf: typed in, agreed, or counted, and its rule says which.

    >>> leaf = Derivation(name="aov", label=Message("number.aov"), value=2000, rule=Message("rule.typed"))
    >>> [step.name for step in leaf.steps()]
    ['aov']
    """

    name: str
    label: Message
    value: Value
    rule: Message
    inputs: tuple[Derivation, ...] = ()

    def steps(self) -> Iterator[Derivation]:
        """This number and all below it, each before its inputs."""
        yield self
        for part in self.inputs:
            yield from part.steps()
