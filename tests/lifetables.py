"""Life tables from single passes, for tests that want to see every pass they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from funnelpact.core.terms.lifetable import LifeTable

OPEN, MOVED, LEFT = 0, 1, 2


class Pass(NamedTuple):
    """One pass: its age at the end, what the end was, the age from which it was watched, its amount if it has one."""

    age: int
    end: int
    entry: int = 0
    amount: int | None = None


def table_of(passes: Iterable[Pass]) -> LifeTable:
    """The life table of single passes, counted one by one."""
    rows = list(passes)
    ages = range(max((row.age for row in rows), default=-1) + 1)

    def count(**wanted: int) -> tuple[int, ...]:
        hits = [row.age for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
        return tuple(hits.count(age) for age in ages)

    paid = [row for row in rows if row.end == MOVED and row.amount is not None]
    entries = [row.entry for row in rows]
    return LifeTable(
        entered=tuple(entries.count(age) for age in ages),
        moved=count(end=MOVED),
        left=count(end=LEFT),
        open=count(end=OPEN),
        amount=tuple(Fraction(sum(row.amount or 0 for row in paid if row.age == age)) for age in ages),
        amount_known=tuple(sum(row.age == age for row in paid) for age in ages),
    )


def squares_of(passes: Iterable[Pass]) -> tuple[Fraction, ...]:
    """The sum of the squared amounts of the moves of each age."""
    rows = list(passes)
    paid = [row for row in rows if row.end == MOVED and row.amount is not None]
    ages = range(max((row.age for row in rows), default=-1) + 1)
    return tuple(Fraction(sum((row.amount or 0) ** 2 for row in paid if row.age == age)) for age in ages)
