"""Rates as exact fractions, counts rounded by a named rule, numbers read without guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil, floor

from funnelpact.core.terms.problem import RateOutOfRange, UnreadableNumber

LONGEST_NUMBER = 40
"""Characters of a number that is still read; longer ones are a paste that went wrong."""

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class Rounding(Enum):
    """When a need that is not whole becomes whole. Part of every demand, because it moves the answer."""

    UP_PER_STAGE = "up-per-stage"
    UP_ONCE = "up-once"
    NEAREST = "nearest"

    def whole(self, need: Fraction) -> int:
        """The whole number for one need: up, or to the nearest with halves up.

        Exact, where a float is not: 145 ÷ 0.29 is 500.00000000000006 in floating point, and its ceiling 501.

        >>> Rounding.UP_PER_STAGE.whole(145 / Fraction(29, 100))
        500
        >>> Rounding.NEAREST.whole(Fraction(5, 2))
        3
        """
        return floor(need + Fraction(1, 2)) if self is Rounding.NEAREST else ceil(need)

    @property
    def carries_whole(self) -> bool:
        """Whether the next stage starts from the rounded figure (`UP_ONCE` does not)."""
        return self is not Rounding.UP_ONCE


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A share between 0 and 1, exact.

    >>> Rate.parse("34%") == Rate(Fraction(34, 100))
    True
    >>> Rate.parse("1/3").value
    Fraction(1, 3)
    """

    value: Fraction

    def __post_init__(self) -> None:
        if not isinstance(self.value, (Fraction, int)):
            raise TypeError("a rate is a Fraction; `Rate.measured` takes an estimate in floating point")
        object.__setattr__(self, "value", Fraction(self.value))
        if not 0 <= self.value <= 1:
            raise RateOutOfRange(rate=self.value)

    @classmethod
    def parse(cls, text: str, *, decimal_mark: str = ".") -> Rate:
        """The rate that a person wrote: `34%`, `%34`, `0.34` or `1/3`.

        A bare number above 1 is refused, not divided by 100: `34` may be a slip for `0.34` or for `34%`. Raises
        `UnreadableNumber` and `RateOutOfRange`.

        >>> Rate.parse("%12,5", decimal_mark=",")
        Rate(value=Fraction(1, 8))
        """
        body = text.strip()
        percent = body.startswith("%") != body.endswith("%")
        body = body.removeprefix("%").removesuffix("%") if percent else body
        above, line, below = body.partition("/")
        try:
            if line and not percent:
                value = read_number(above, decimal_mark=decimal_mark) / read_number(below, decimal_mark=decimal_mark)
            else:
                # No share has thousands, so a mark, whichever it is, can only be a decimal one.
                value = read_number(body, decimal_mark=decimal_mark, grouped=False)
        except (UnreadableNumber, ZeroDivisionError):
            raise UnreadableNumber(text=text[:LONGEST_NUMBER]) from None
        return cls(value / 100 if percent else value)

    @classmethod
    def measured(cls, value: float) -> Rate:
        """A rate that was estimated in floating point; its exact binary value is kept."""
        return cls(min(Fraction(1), max(Fraction(0), Fraction(value))))

    def __mul__(self, other: Rate) -> Rate:
        return Rate(self.value * other.value)


@dataclass(frozen=True, slots=True, order=True)
class Ratio:
    """A quotient of two amounts of one kind, exact: like a rate, but it may be below 0 or above 1.

    >>> Ratio(Fraction(27, 25)).value
    Fraction(27, 25)
    """

    value: Fraction

    def __post_init__(self) -> None:
        if not isinstance(self.value, (Fraction, int)):
            raise TypeError("a ratio is a Fraction, never a float")
        object.__setattr__(self, "value", Fraction(self.value))


def read_number(text: str, *, decimal_mark: str = ".", grouped: bool = True, certain: bool = False) -> Fraction:
    """The exact number in `text`, read with one decimal mark; the other of `.` and `,` groups thousands.

    Without `grouped` there are no thousands, and either mark is a decimal one. Unless the mark is `certain` (a file
    whose format says so), a lone decimal mark before exactly three digits is refused: `500.000` is five hundred
    thousand to half of the world. Raises `UnreadableNumber` for that and for anything that is no number.

    >>> read_number("500,000")
    Fraction(500000, 1)
    >>> read_number("1.250,5", decimal_mark=",")
    Fraction(2501, 2)
    >>> read_number("500.000")
    Traceback (most recent call last):
    ...
    funnelpact.core.terms.problem.UnreadableNumber: unreadable-number, text='500.000'
    """
    group_mark = "," if decimal_mark == "." else "."
    body = text.strip().replace("\u2212", "-")
    if len(body) > LONGEST_NUMBER or not body.isascii():
        raise UnreadableNumber(text=text[:LONGEST_NUMBER])
    if grouped and not certain and re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(decimal_mark)}\d{{3}}", body):
        raise UnreadableNumber(text=text)
    groups = rf"[+-]?[1-9]\d{{0,2}}({re.escape(group_mark)}\d{{3}})+({re.escape(decimal_mark)}\d*)?"
    if not grouped:
        body = body.replace(group_mark, decimal_mark)
    elif re.fullmatch(groups, body):
        body = body.replace(group_mark, "")
    if group_mark in body or not _PLAIN.fullmatch(body.replace(decimal_mark, ".")):
        raise UnreadableNumber(text=text)
    body = body.replace(decimal_mark, ".")
    return Fraction(body + "0" if body.endswith(".") else body)
