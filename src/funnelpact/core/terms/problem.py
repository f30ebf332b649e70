"""The one family of errors. Each says what was found, why it is wrong and what to do next.

    Problem
    ├── Problems            several at once: one bad value never hides the next
    ├── UnreadableNumber    text that is no number, or that could be two
    ├── RateOutOfRange      a share below 0, above 1, or 0 where it divides
    ├── AmountOutOfRange    money that must be above zero and is not
    ├── UnknownCurrency     three letters are expected
    └── CurrenciesMixed     money of two currencies in one sum

Problems that belong to one part of the core stand where they are raised; `docs/reference/problems.md` lists all.
"""

from __future__ import annotations

import errno
from enum import Enum
from functools import partial
from typing import ClassVar, Self

from funnelpact.core.terms.message import Message, Value


class Retry(Enum):
    """Whether the same call may succeed later without a change of its input."""

    NEVER = "never"
    LATER = "later"


class Problem(Exception):
    """Something that people can act on. The sentences `found`, `why` and `next` are message ids.

    >>> class TooYoung(Problem):
    ...     code = "too-young"
    >>> TooYoung(days=3).found
    Message(id='problem.too-young.found', items=(('days', 3),))
    """

    code: ClassVar[str] = "problem"
    retry: ClassVar[Retry] = Retry.NEVER
    defaults: ClassVar[dict[str, Value]] = {}

    def __init__(self, **data: Value) -> None:
        super().__init__(data)
        self.given = data
        self.data: dict[str, Value] = {**self.defaults, **data}

    def about(self, name: Value, **further: Value) -> Self:
        """The same problem, naming the input it concerns (sentences show it as `{name}`)."""
        return type(self)(**{**self.data, **further, "name": name})

    def __str__(self) -> str:
        return ", ".join([self.code, *(f"{name}={value!r}" for name, value in self.given.items())])

    @property
    def found(self) -> Message:
        """What was found."""
        return Message(f"problem.{self.code}.found", **self.data)

    @property
    def why(self) -> Message:
        """Why that is wrong."""
        return Message(f"problem.{self.code}.why", **self.data)

    @property
    def next(self) -> Message:
        """What to do now."""
        return Message(f"problem.{self.code}.next", **self.data)

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is pickled by its positional arguments, and this one has none: say how to make it again, so that
        # a problem found in a child process arrives.
        return partial(type(self), **self.data), ()


class Problems(Problem):
    """Several problems of one input, in the order in which they were found."""

    code = "several"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems,)


class UnreadableNumber(Problem):
    """A text is no number in the language at hand, or could be read as two different ones."""

    code = "unreadable-number"
    defaults: ClassVar[dict[str, Value]] = {"name": Message("number.this"), "mark": Message("number.mark")}


class RateOutOfRange(Problem):
    """A share of something below 0 or above 1, or 0 where something is divided by it."""

    code = "rate-out-of-range"
    defaults: ClassVar[dict[str, Value]] = {"name": Message("number.this")}


class AmountOutOfRange(Problem):
    """An amount of money that must be above zero."""

    code = "amount-out-of-range"
    defaults: ClassVar[dict[str, Value]] = {"name": Message("number.this")}


class UnknownCurrency(Problem):
    """A currency that is not three letters."""

    code = "unknown-currency"


class CurrenciesMixed(Problem):
    """Two currencies in one sum or quotient, with no rate between them."""

    code = "currencies-mixed"


def raise_all(problems: list[Problem]) -> None:
    """Raise nothing, the only problem, or all of them together, each on its own."""
    single = [
        part for problem in problems for part in (problem.problems if isinstance(problem, Problems) else (problem,))
    ]
    if len(single) == 1:
        raise single[0]
    if single:
        raise Problems(tuple(single))


def file_reason(*, error: Exception) -> Message | str:
    """Why a file could not be read or written, in words where the reason is a usual one."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return Message("reason.not-there")
        case IsADirectoryError():
            return Message("reason.is-folder")
        case PermissionError():
            return Message("reason.not-allowed")
        case OSError(errno=errno.ENOSPC):
            return Message("reason.disk-full")
        case UnicodeDecodeError():
            return Message("reason.not-utf-8")
        case OSError(strerror=str(text)):
            return text
    return str(error).partition("\n")[0]
