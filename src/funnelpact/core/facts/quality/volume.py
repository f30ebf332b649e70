"""Rules about volumes: days that carry more than people can do, and days that carry nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import median_low

from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule
from funnelpact.core.terms.report import Figures, Level

PACED = ("leads", "transitions", "touches", "deals")
"""What people do one by one. Hand-overs come in bulk where somebody leaves, clicks where a mail goes out."""
TIMES_USUAL = 20
FLOOR = 100
"""A day with fewer facts is no bulk, however quiet its like."""
LIKE_DAYS = 4
"""So many days of a weekday with facts tell what is usual on it."""
BUSY = Fraction(2, 3)
"""A weekday on which at least this share of the days has facts is a busy one."""
SILENT_DAYS = 5
"""So many busy weekdays in a row without any fact are a hole; fewer may be holidays."""
AROUND = 10
"""So many such days on both sides of a hole must be there, and most of them carry facts."""


def _bulk(seen: Evidence) -> Found:
    tables = {name: _by_day(seen, name) for name in PACED}
    bulk = [(count, day) for days in tables.values() for day, count in _above(days)]
    bulk.sort(key=lambda found: (-found[0], found[1]))
    return Found(
        rows=sum(sum(days.values()) for days in tables.values()),
        count=sum(count for count, _ in bulk),
        examples=tuple(dict.fromkeys(day for _, day in bulk))[:EXAMPLES],
        values={"times": TIMES_USUAL},
    )


def _by_day(seen: Evidence, table: str) -> Mapping[date, int]:
    """How many facts of a table each day has."""
    days: dict[date, int] = defaultdict(int)
    for of in seen.days:
        if of.table == table and of.by_then:
            days[of.day] += of.by_then
    return days


def _above(days: Mapping[date, int]) -> list[tuple[date, int]]:
    """The days that carry more than is possible, judged by the same weekday of other weeks."""
    like: dict[int, list[int]] = defaultdict(list)
    for day, count in days.items():
        like[day.weekday()].append(count)
    usual = {weekday: median_low(counts) for weekday, counts in like.items() if len(counts) >= LIKE_DAYS}
    return [
        (day, count)
        for day, count in days.items()
        if count >= FLOOR and day.weekday() in usual and count > TIMES_USUAL * usual[day.weekday()]
    ]


def _silent(seen: Evidence) -> Found:
    days = {of.day for of in seen.days if of.by_then}
    expected = _busy(days)
    there = [day in days for day in expected]
    holes = [
        (start, end)
        for start, end in _runs(there)
        if end - start >= SILENT_DAYS and _lively(there[max(0, start - AROUND) : start], there[end : end + AROUND])
    ]
    return Found(
        rows=len(expected),
        count=sum(end - start for start, end in holes),
        examples=tuple(expected[start] for start, _ in holes[:EXAMPLES]),
        values={"days": SILENT_DAYS},
    )


def _busy(days: Collection[date]) -> list[date]:
    """The days, first to last, of those weekdays that mostly carry facts."""
    if not days:
        return []
    every = [min(days) + timedelta(days=number) for number in range((max(days) - min(days)).days + 1)]
    whole: dict[int, list[bool]] = defaultdict(list)
    for day in every:
        whole[day.weekday()].append(day in days)
    busy = {weekday for weekday, there in whole.items() if sum(there) >= BUSY * len(there)}
    return [day for day in every if day.weekday() in busy]


def _runs(there: Sequence[bool]) -> list[tuple[int, int]]:
    """Where runs of silence begin and end."""
    bounds = [place for place, here in enumerate(there) if place == 0 or here != there[place - 1]]
    return [(start, end) for start, end in zip(bounds, [*bounds, len(there)][1:], strict=True) if not there[start]]


def _lively(before: Sequence[bool], after: Sequence[bool]) -> bool:
    """Whether silence lies between busy days, and not at the edge of what the source has."""
    return all(len(side) == AROUND and sum(side) >= BUSY * AROUND for side in (before, after))


RULES = (
    Rule(
        code="bulk-day",
        level=Level.DOUBT,
        needs=(),
        find=_bulk,
        limit=Fraction(1, 5),
        refuses=(Figures.RATES, Figures.RESPONSE),
    ),
    Rule(code="silent-days", level=Level.DOUBT, needs=(), find=_silent, limit=Fraction(1, 5), refuses=(Figures.RATES,)),
)
