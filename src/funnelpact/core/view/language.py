"""How a language writes numbers, money, rates and days, and how it fills a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, Problems
from funnelpact.core.terms.quantity import Rate, Ratio

MINUS = "\u2212"
THIN = "\u202f"
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "TRY": "₺"}
EXACT_DECIMALS, MOST_DECIMALS = 6, 12
_SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its marks, its months and its sentences (id to template).

    A template names its values in braces. After a colon stands how many decimals are shown: `{rate:1}`. Without it,
    a rate shows what it needs up to two decimals, money its cents unless it is whole, a fraction two decimals.
    `{share:%}` writes a bare fraction as a percentage, `{share:1%}` with one decimal, `{parts:×}` joins several values with that sign. `{rate:exact}`
    is for arithmetic written out: what goes in is not rounded, and what comes out never looks whole when it is not.
    `{day:month}` writes only month and year; `{worked:hours}` writes a duration in hours and minutes, however long: a day of working time is no day.

    >>> ENGLISH.write(Fraction(108696, 100))
    '1,086.96'
    >>> TURKISH.write(Rate(Fraction(34, 100))), TURKISH.write(Money(Fraction(128248, 1000), "EUR"))
    ('%34', '€128,25')
    >>> ENGLISH.write(timedelta(minutes=125)), TURKISH.write(timedelta(days=3, hours=4))
    ('2 h 5 min', '3 g 4 sa')
    """

    code: str
    decimal_mark: str
    group_mark: str
    percent_first: bool
    months: tuple[str, ...]
    units: tuple[str, str, str, str]
    sentences: Mapping[str, str] = field(default_factory=dict, compare=False)

    def write(self, value: Value, *, style: str = "") -> str:
        """The value as this language writes it, `style` being a number of decimals."""
        if style.endswith("%") and isinstance(value, Fraction):
            shown = int(style[:-1]) if style[:-1] else _decimals(value * 100, at_least=2)
            return self.percent(value, places=shown)
        if style == "exact":
            return self._exact(value)
        places = int(style) if style.isdigit() else None
        match value:
            case Message():
                return self.say(value)
            case str():
                return value
            case tuple():
                return f" {style} ".join(map(self._exact, value)) if style else ", ".join(map(self.write, value))
            case Rate() | Ratio():
                return self.percent(value.value, places=places)
            case Money():
                return self._money(value, places)
            case int() | Fraction() | Decimal():
                exact = Fraction(value)
                return self.number(exact, places=places if places is not None else 0 if exact.denominator == 1 else 2)
            case timedelta():
                return self.duration(value, days=style != "hours")
            case datetime():
                return f"{self.write(value.date())} {value:%H:%M}"
            case date():
                month = f"{self.months[value.month - 1]} {value.year}"
                return month if style == "month" else f"{value.day} {month}"
        # Types rule this out; without it a float that slips through would leave a hole in the sentence.
        raise TypeError(f"no language writes a {type(value).__name__}")

    def _money(self, value: Money, places: int | None) -> str:
        whole = value.amount.denominator == 1
        number = self.number(value.amount, places=places if places is not None else 0 if whole else 2)
        sign = SIGNS.get(value.currency)
        if sign:
            return f"{MINUS}{sign}{number[1:]}" if number.startswith(MINUS) else f"{sign}{number}"
        return f"{number}\u00a0{value.currency}".rstrip("\u00a0")

    def _exact(self, value: Value) -> str:
        match value:
            case Rate(Fraction(numerator=above, denominator=below)) if below < 1000 and _shortest(value.value) is None:
                return f"{above}/{below}"
            case Rate():
                return self.percent(value.value, places=_decimals(value.value * 100, at_least=2))
            case Money() if value.amount.denominator > 1:
                shortest = _shortest(value.amount)
                places = _telling(value.amount, at_least=3) if shortest is None else max(2, shortest)
                return self.write(value, style=str(places))
            case Fraction() if value.denominator > 1:
                return self.number(value, places=_telling(value, at_least=2))
        return self.write(value)

    def percent(self, share: Fraction, *, places: int | None = None) -> str:
        """A share as a percentage, the sign where the language puts it."""
        number = self.number(share * 100, places=places)
        return f"%{number}" if self.percent_first else f"{number}{THIN}%"

    def duration(self, value: timedelta, *, days: bool = True) -> str:
        """A duration in its two largest units, cut, not rounded; seconds below a minute; days only where asked for."""
        seconds = abs(value) // timedelta(seconds=1)
        sizes = (86_400, 3_600, 60, 1) if days else (3_600, 60, 1)
        units = dict(zip((1, 60, 3_600, 86_400), self.units, strict=True))
        largest = next((size for size in sizes if seconds >= size), 1)
        below = {86_400: 3_600, 3_600: 60}.get(largest)
        text = f"{self.number(Fraction(seconds // largest), places=0)} {units[largest]}"
        if below and seconds % largest // below:
            text += f" {seconds % largest // below} {units[below]}"
        return MINUS + text if value < timedelta() and seconds else text

    def number(self, value: Fraction, *, places: int | None, at_most: int = 2) -> str:
        """The number with `places` decimals, or with as many as it needs up to `at_most`; halves away from zero."""
        digits = at_most if places is None else places
        scaled = int(abs(value) * 10**digits + Fraction(1, 2))
        whole, part = divmod(scaled, 10**digits)
        decimals = f"{part:0{digits}d}" if digits else ""
        if places is None:
            decimals = decimals.rstrip("0")
        text = f"{whole:,}".replace(",", self.group_mark) + (self.decimal_mark + decimals if decimals else "")
        return MINUS + text if value < 0 and scaled else text

    def say(self, message: Message) -> str:
        """The sentence of a message. A template that the catalog lacks is an error of ours, not of the reader."""
        values = message.values
        return _SLOT.sub(lambda slot: self.write(values[slot[1]], style=slot[2] or ""), self.sentences[message.id])

    def explain(self, problem: Problem) -> tuple[str, ...]:
        """One sentence for each problem: what was found, why it is wrong, what to do next."""
        if isinstance(problem, Problems):
            return tuple(text for part in problem.problems for text in self.explain(part))
        return ("; ".join(self.say(part) for part in (problem.found, problem.why, problem.next)) + ".",)


def _shortest(value: Fraction) -> int | None:
    """How many decimals write the value exactly; `None` where none up to `EXACT_DECIMALS` do."""
    return next((places for places in range(EXACT_DECIMALS + 1) if (value * 10**places).denominator == 1), None)


def _telling(value: Fraction, *, at_least: int) -> int:
    """How many decimals tell a value that is not whole from a whole number."""
    enough = (places for places in range(at_least, MOST_DECIMALS) if round(value * 10**places) % 10**places)
    return next(enough, MOST_DECIMALS)


def _decimals(value: Fraction, *, at_least: int) -> int:
    shortest = _shortest(value)
    return _telling(value, at_least=at_least) if shortest is None else shortest


ENGLISH = Language(
    code="en",
    decimal_mark=".",
    group_mark=",",
    percent_first=False,
    months=tuple("January February March April May June July August September October November December".split()),
    units=("s", "min", "h", "d"),
)
TURKISH = Language(
    code="tr",
    decimal_mark=",",
    group_mark=".",
    percent_first=True,
    months=tuple("Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık".split()),
    units=("sn", "dk", "sa", "g"),
)
