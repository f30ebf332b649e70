"""Rates of exchange by day: what one unit of a currency cost in another one, as it was last known on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The days of one pair of currencies, in order, and the rate of each: units of `quote` for one of `base`."""

    days: tuple[date, ...]
    rates: tuple[Fraction, ...]

    def last(self, on: date) -> tuple[date, Fraction] | None:
        """The newest day up to `on` with its rate; None where there is none."""
        place = bisect_right(self.days, on)
        return (self.days[place - 1], self.rates[place - 1]) if place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """All dated rates that are known, by base and quote."""

    legs: Mapping[tuple[str, str], Leg]

    def rate(self, *, of: str, into: str, on: date) -> Fraction | None:
        """The units of `into` that one unit of `of` cost on a day: the rate of that day, or of the last before it.

        A pair may be told either way round; the newer saying counts, the direct one where both are of one day. Where a
        pair is not told at all by then, it goes through a third currency of which both legs are known: the one whose
        older leg is newest, then the first by name. None where there is no way. A currency costs one of itself.

        >>> day = date(2026, 3, 2)
        >>> known = exchange_of(rows=[("EUR", "TRY", date(2026, 3, 1), 50.0), ("EUR", "USD", day, 1.25)])
        >>> known.rate(of="TRY", into="EUR", on=day), known.rate(of="USD", into="TRY", on=day)
        (Fraction(1, 50), Fraction(40, 1))
        >>> known.rate(of="TRY", into="EUR", on=date(2026, 2, 28)) is None
        True
        """
        if of == into:
            return Fraction(1)
        told = self._told(of, into, on)
        if told is not None:
            return told[1]
        ways = []
        for third in sorted({code for pair in self.legs for code in pair} - {of, into}):
            first, second = self._told(of, third, on), self._told(third, into, on)
            if first is not None and second is not None:
                ways.append((min(first[0], second[0]), first[1] * second[1]))
        # `max` keeps the first of equal ones.
        return max(ways, key=lambda way: way[0])[1] if ways else None

    def joined(self, *, of: str, into: str) -> bool:
        """Whether there is a way between two currencies on any day."""
        return self.rate(of=of, into=into, on=date.max) is not None

    def _told(self, of: str, into: str, on: date) -> tuple[date, Fraction] | None:
        direct, other = self.legs.get((of, into)), self.legs.get((into, of))
        straight = direct.last(on) if direct else None
        turned = other.last(on) if other else None
        if turned is not None and (straight is None or turned[0] > straight[0]):
            return turned[0], 1 / turned[1]
        return straight


def exchange_of(*, rows: Iterable[tuple[str, str, date, float]]) -> Exchange:
    """This returns the rates of rows of base, quote, day and rate; of two for one pair and day the later row counts.

    Rates that are no number above zero cannot be, and count as not told. A rate is taken as it was written in decimals.
    """
    by_pair: dict[tuple[str, str], dict[date, Fraction]] = {}
    for base, quote, day, rate in rows:
        if 0 < rate < float("inf") and base != quote:
            by_pair.setdefault((base, quote), {})[day] = Fraction(str(rate))
    return Exchange(
        legs={
            pair: Leg(days=tuple(sorted(days)), rates=tuple(days[day] for day in sorted(days)))
            for pair, days in by_pair.items()
        }
    )


def exchange_in(*, fx: ir.Table) -> Exchange:
    """This returns the rates of the fact table `fx`. The day of a rate is that of its instant in UTC.

    Where a pair has several rates of one day, the last counts: by import, then by time.
    """
    day = fx.happened_at.date()
    order = ibis.struct({"batch": fx.batch, "exact": fx.precision == Precision.INSTANT.value, "at": fx.happened_at})
    daily = fx.group_by("base", "quote", day=day).aggregate(rate=fx.rate.argmax(order))
    rows = daily.order_by("base", "quote", "day").to_pyarrow().to_pylist()
    return exchange_of(rows=((row["base"], row["quote"], row["day"], row["rate"]) for row in rows))


def most_used(*, counts: Mapping[str, int]) -> str | None:
    """This returns the currency of most amounts, the first by name of equals; None where none is named.

    >>> most_used(counts={"USD": 2, "EUR": 2, "TRY": 1})
    'EUR'
    """
    return min(counts, key=lambda code: (-counts[code], code), default=None)
