"""Money: an exact amount in one currency, or in none that was named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from funnelpact.core.terms.problem import CurrenciesMixed, UnknownCurrency, UnreadableNumber
from funnelpact.core.terms.quantity import LONGEST_NUMBER, read_number

UNNAMED = ""
"""The currency of an amount that was given as a bare number. It never mixes with a named one."""

SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "₺": "TRY", "TL": "TRY"}

_WRITTEN = re.compile(r"([+\-\u2212]?)\s*([^\d\s.,+\-\u2212]*)\s*([+\-\u2212]?[\d.,]+)\s*([^\d+\-\u2212]*)")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount. Adding, comparing and dividing across currencies is refused, never converted silently.

    >>> Money(Fraction(500000), "EUR") / Money(Fraction(2000), "EUR")
    Fraction(250, 1)
    >>> Money(Fraction(1), "EUR") + Money(Fraction(1), "TRY")
    Traceback (most recent call last):
    ...
    funnelpact.core.terms.problem.CurrenciesMixed: currencies-mixed, first='EUR', second='TRY'
    """

    amount: Fraction
    currency: str = UNNAMED

    def __post_init__(self) -> None:
        if not isinstance(self.amount, (Fraction, int)):
            raise TypeError("an amount of money is a Fraction, never a float")
        object.__setattr__(self, "amount", Fraction(self.amount))
        if self.currency and not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise UnknownCurrency(text=self.currency)

    @classmethod
    def parse(cls, text: str, *, decimal_mark: str = ".", certain: bool = False) -> Money:
        """The money that a person wrote: `500000`, `500,000 EUR`, `€500,000`, `-€5`, `TRY 10`, `10 tl`.

        `certain` is that of `read_number`. Raises `UnreadableNumber` or `UnknownCurrency`.

        >>> Money.parse("1.250,50 TL", decimal_mark=",")
        Money(amount=Fraction(2501, 2), currency='TRY')
        """
        body = text.strip()
        match = _WRITTEN.fullmatch(body) if len(body) <= LONGEST_NUMBER else None
        if match is None or (match[2] and match[4]):
            raise UnreadableNumber(text=text[:LONGEST_NUMBER])
        sign, before, digits, after = match.groups()
        unit = before or after
        unit = unit.upper() if unit.isascii() else unit
        try:
            amount = read_number(sign + digits, decimal_mark=decimal_mark, certain=certain)
        except UnreadableNumber:
            raise UnreadableNumber(text=text) from None
        return cls(amount, SYMBOLS.get(unit, unit))

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrenciesMixed(first=self.currency, second=other.currency)
        return other

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, times: Fraction | int) -> Money:
        return Money(self.amount * times, self.currency)

    def __truediv__(self, other: Money) -> Fraction:
        return self.amount / self._same(other).amount

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def per(self, count: Fraction | int) -> Money:
        """The amount that each of `count` things carries."""
        return Money(self.amount / count, self.currency)


def one_currency(*amounts: Money) -> str:
    """The currency that all amounts share. A bare number takes the currency that the others name.

    Raises `CurrenciesMixed` when two are named.

    >>> one_currency(Money(Fraction(1)), Money(Fraction(1), "EUR"))
    'EUR'
    """
    named = list(dict.fromkeys(amount.currency for amount in amounts if amount.currency))
    if len(named) > 1:
        raise CurrenciesMixed(first=named[0], second=named[1])
    return named[0] if named else UNNAMED
