"""A sentence as an id and named values; the words themselves live in `locale/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from funnelpact.core.terms.money import Money
    from funnelpact.core.terms.quantity import Rate, Ratio

Value: TypeAlias = (
    "str | int | Fraction | Decimal | date | timedelta | Money | Rate | Ratio | Message | tuple[Value, ...]"
)
"""What a sentence may carry. `core.view.language` knows how each is written in a language."""


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A sentence that is not yet in any language.

    Two messages are equal when id and values are, in whatever order the values were named. Values keep their type
    (money, rate, date, count), so that each language writes them in its own way; a value that is itself a message is
    translated first.

    >>> Message("step", start="mql", end="sql") == Message("step", end="sql", start="mql")
    True
    >>> Message("calc.check", quota=500, leads=4).values["leads"]
    4
    """

    id: str
    items: tuple[tuple[str, Value], ...]

    def __init__(self, message_id: str, /, **values: Value) -> None:
        object.__setattr__(self, "id", message_id)
        object.__setattr__(self, "items", tuple(sorted(values.items())))

    @property
    def values(self) -> Mapping[str, Value]:
        """The named values of the sentence."""
        return dict(self.items)
