"""Numbers as people type them, on a command line, in a file or in a form: all problems found at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, raise_all
from funnelpact.core.terms.quantity import Rate

Read = TypeVar("Read")


class StepUnreadable(Problem):
    """A rate that does not name its step as start:end=share."""

    code = "step-unreadable"


class StepTwice(Problem):
    """Two rates for one step."""

    code = "step-twice"


class Typed:
    """Reads one input after another and keeps what is wrong; `done` raises everything that was.

    `certain` says that the decimal mark is part of a written format, as in a file, and need not be guessed.

    >>> typed = Typed(decimal_mark=".")
    >>> typed.money("500,000 EUR", name=Message("number.quota"))
    Money(amount=Fraction(500000, 1), currency='EUR')
    """

    def __init__(self, *, decimal_mark: str, certain: bool = False) -> None:
        self.decimal_mark = decimal_mark
        self.certain = certain
        self.problems: list[Problem] = []

    def money(self, text: str, *, name: Value) -> Money:
        """The amount in `text`; zero, with the problem kept, where it cannot be read."""
        return self._read(
            lambda: Money.parse(text, decimal_mark=self.decimal_mark, certain=self.certain),
            name=name,
            instead=Money(Fraction(0)),
        )

    def rate(self, text: str, *, name: Value) -> Rate:
        """The share in `text`; the whole, with the problem kept, where it cannot be read."""
        return self._read(
            lambda: Rate.parse(text, decimal_mark=self.decimal_mark), name=name, instead=Rate(Fraction(1))
        )

    def rates(self, texts: Iterable[str]) -> dict[Step, Rate]:
        """The rates in texts of the form `mql:sql=34%`."""
        rates: dict[Step, Rate] = {}
        for text in texts:
            steps, _, share = text.partition("=")
            start, _, end = (part.strip().lower() for part in steps.partition(":"))
            if not (start and end and share):
                self.problems.append(StepUnreadable(text=text))
            elif Step(start, end) in rates:
                self.problems.append(StepTwice(step=steps))
            else:
                rates[Step(start, end)] = self.rate(share, name=f"{start}:{end}")
        return rates

    def done(self) -> None:
        """Raise everything that was found, or nothing."""
        raise_all(self.problems)

    def _read(self, read: Callable[[], Read], *, name: Value, instead: Read) -> Read:
        try:
            return read()
        except Problem as problem:
            self.problems.append(problem.about(name) if "name" in problem.defaults else problem)
            return instead


QUOTA, AOV = Message("number.quota"), Message("number.aov")
