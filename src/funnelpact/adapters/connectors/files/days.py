"""Days in further spellings: month names, short years, plain digits, counts since 1970; and times that are only days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from funnelpact.core.journeys.stages import plain_words

_ENGLISH = "january february march april may june july august september october november december".split()
_TURKISH = "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik".split()
MONTHS = {name[:length]: month for names in (_ENGLISH, _TURKISH) for month, name in enumerate(names, start=1) for length in (3, len(name))} | {"sept": 9}  # fmt: skip
"""Months by name, whole and short, in plain letters."""

_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .\-/]+([^\W\d_]+)\.?,?[ .\-/]+(\d{4}|\d{2})(?:,?[ T]+(.+))?")
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?[ \-/]+(\d{1,2})(?:st|nd|rd|th)?,?[ \-/]+(\d{4})(?:,?[ T]+(.+))?")
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})Z?)?")
_COUNT = re.compile(r"\d{10}|\d{13}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = range(631_152_000, 4_102_444_800)
"""Seconds since 1970 that are taken for a time: 1990 to 2100."""

FEWEST = 10
"""From so many cells on, one time of day that all share says that a source keeps its days as somebody's midnight."""


def spelt_day(text: str) -> tuple[int, int, int, str | None] | None:
    """Year, month, day and the rest of a day that names its month or is written in digits alone; None for any other.

    >>> spelt_day("3 Şubat 2026"), spelt_day("Feb 3, 2026 10:15"), spelt_day("20260203")
    ((2026, 2, 3, None), (2026, 2, 3, '10:15'), (2026, 2, 3, None))
    """
    if match := _DIGITS.fullmatch(text):
        year, month, day, *clock = match.groups()
        return int(year), int(month), int(day), ":".join(clock) if clock[0] else None
    if match := _DAY_MONTH.fullmatch(text):
        day, name, year, rest = match.groups()
    elif match := _MONTH_DAY.fullmatch(text):
        name, day, year, rest = match.groups()
    else:
        return None
    month_number = MONTHS.get("".join(plain_words(label=name)))
    return (whole_year(year), month_number, int(day), rest) if month_number else None


def whole_year(digits: str) -> int:
    """The year that two or four digits mean: 69 is 2069 no more, but 1969, as in POSIX.

    >>> whole_year("26"), whole_year("99"), whole_year("2026")
    (2026, 1999, 2026)
    """
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 69 else 1900)


def counted_instant(text: str) -> datetime | None:
    """The instant that lies so many seconds, or thousandths, after 1970; None for digits that are no likely one.

    >>> counted_instant("1770112500").isoformat(), counted_instant("1770112500000").minute, counted_instant("12")
    ('2026-02-03T09:55:00+00:00', 55, None)
    """
    if not _COUNT.fullmatch(text):
        return None
    count = timedelta(seconds=int(text)) if len(text) == 10 else timedelta(milliseconds=int(text))
    return _EPOCH + count if int(count.total_seconds()) in _COUNTED else None


def is_plain_digits(text: str) -> bool:
    """Whether nothing but digits stand there: such a cell is a day only where its header says so."""
    return text.strip().isdigit()


def shift_to_day(instants: Iterable[datetime]) -> timedelta | None:
    """What to add to each instant of a column so that it falls on its day, where all of them are nothing but days.

    Zero where all lie at midnight. A source in another zone writes its midnight at one other hour, or at two that lie an
    hour apart where clocks are changed; at least `FEWEST` cells must say so. None where the times are times.

    >>> from datetime import date
    >>> evenings = [datetime(2026, month, 1, 21, tzinfo=UTC) for month in range(1, 13)]
    >>> shift_to_day(evenings)
    datetime.timedelta(seconds=10800)
    """
    found = list(instants)
    clocks = sorted({instant.time() for instant in found})
    if not clocks or clocks == [time()]:
        return timedelta(0) if clocks else None
    seconds = sorted((clock.hour * 60 + clock.minute) * 60 + clock.second for clock in clocks)
    if (
        len(found) < FEWEST
        or len(clocks) > 2
        or any(clock.minute % 15 or clock.second or clock.microsecond for clock in clocks)
    ):
        return None
    low, high = seconds[0], seconds[-1]
    if low == 0 and high == 23 * 3600:
        low, high = high, 24 * 3600
    if high - low not in {0, 3600}:
        return None
    # Zones reach from 12 hours behind to 14 ahead; the few ahead of 12 are read as a day early.
    return timedelta(days=1, seconds=-low) if low > 12 * 3600 else timedelta(seconds=-low)
