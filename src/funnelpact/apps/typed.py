"""Numbers as people type them, on a command line, in a file or in a form: all problems found at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import AmountOutOfRange, Problem, RateOutOfRange, UnreadableNumber, raise_all
from funnelpact.core.terms.quantity import Rate, Rounding

Read = TypeVar("Read")

MOST_STEPS = 100
"""Steps of a funnel that are still read; a list that is longer is a paste that went wrong."""

QUOTA, AOV = Message("number.quota"), Message("number.aov")


class StepUnreadable(Problem):
    """A rate that does not name its step as start:end=share."""

    code = "step-unreadable"


class StepTwice(Problem):
    """Two rates for one step."""

    code = "step-twice"


class StepsTooMany(Problem):
    """More steps than a funnel can have."""

    code = "steps-too-many"


class RoundingUnknown(Problem):
    """A rounding rule that does not exist."""

    code = "rounding-unknown"


class Typed:
    """Reads one input after another and keeps what is wrong; `done` and `finish` raise everything that was.

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
        """The amount in `text`, above zero; one, with the problem kept, where it is not."""

        def read() -> Money:
            money = Money.parse(text, decimal_mark=self.decimal_mark, certain=self.certain)
            if money.amount <= 0:
                raise AmountOutOfRange(amount=money)
            return money

        return self._read(read, name=name, instead=Money(Fraction(1)))

    def rate(self, text: str, *, name: Value) -> Rate:
        """The share in `text`; the whole, with the problem kept, where it cannot be read."""
        return self._read(
            lambda: Rate.parse(text, decimal_mark=self.decimal_mark), name=name, instead=Rate(Fraction(1))
        )

    def rates(self, texts: Sequence[str], *, of: str = "") -> dict[Step, Rate]:
        """The rates in texts of the form `mql:sql=34%`, above zero; `of` is the lead type that problems name."""
        if len(texts) > MOST_STEPS:
            self.problems.append(StepsTooMany(count=len(texts), limit=MOST_STEPS))
            return {}
        rates: dict[Step, Rate] = {}
        for text in texts:
            steps, _, share = text.partition("=")
            start, _, end = (_stage(part) for part in steps.partition(":"))
            step = Step(start, end)
            if not (start and end and share and str(step).isprintable()):
                self.problems.append(StepUnreadable(text=text))
            elif step in rates:
                self.problems.append(StepTwice(step=str(step)))
            else:
                name = Message("number.in_type", name=str(step), type=of) if of else str(step)
                rates[step] = self._step_rate(share, name=name)
        return rates

    def rounding(self, text: str) -> Rounding:
        """The rounding rule that `text` names, or the usual one where it names none."""
        try:
            return Rounding(text.strip().lower()) if text else Rounding.UP_PER_STAGE
        except ValueError:
            self.problems.append(RoundingUnknown(text=text))
            return Rounding.UP_PER_STAGE

    def done(self) -> None:
        """Raise everything that was found, or nothing."""
        raise_all(self.problems)

    def finish(self, work: Callable[[], Read]) -> Read:
        """What `work` makes of the values; its problems are raised together with those of the texts.

        Where a step could not be read, what the steps are together cannot be judged, and `work` is left out.
        """
        if any(isinstance(problem, (StepUnreadable, StepsTooMany)) for problem in self.problems):
            self.done()
        try:
            result = work()
        except Problem as problem:
            raise_all([*self.problems, problem])
            raise
        self.done()
        return result

    def _read(self, read: Callable[[], Read], *, name: Value, instead: Read) -> Read:
        try:
            return read()
        except UnreadableNumber as problem:
            self.problems.append(problem.about(name, mark=self.decimal_mark))
        except Problem as problem:
            self.problems.append(problem.about(name) if "name" in problem.defaults else problem)
        return instead

    def _step_rate(self, text: str, *, name: Value) -> Rate:
        rate = self.rate(text, name=name)
        if rate.value > 0:
            return rate
        self.problems.append(RateOutOfRange(name=name, rate=rate.value))
        return Rate(Fraction(1))


def _stage(text: str) -> str:
    """The key of a stage. Letters beyond ASCII stay as typed: the small letters of I and İ depend on the language."""
    return text.strip().lower() if text.isascii() else text.strip()
