"""Days in further spellings: month names, short years, plain digits, counts since 1970; and times that are only days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from funnelpact.core.journeys.stages import plain_words

_ENGLISH = "january february march april may june july august september october november december".split()
_TURKISH = "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik".split()
MONTHS = {name[:length]: month for names in (_ENGLISH, _TURKISH) for month, name in enumerate(names, start=1) for length in (3, len(name))} | {"sept": 9}  # fmt: skip
"""Months by name, whole and short, in plain letters."""

_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .\-/]+([^\W\d_]+)\.?,?[ .\-/]+(\d{4}|\d{2})(?:,?[ T]+(.+))?")
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?[ \-/]+(\d{1,2})(?:st|nd|rd|th)?,?[ \-/]+(\d{4})(?:,?[ T]+(.+))?")
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(Z)?)?")
_COUNT = re.compile(r"\d{10}|\d{13}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = range(631_152_000, 4_102_444_800)
"""Seconds since 1970 that are taken for a time: 1990 to 2100."""

_DAY, _HOUR, _HALF_HOUR = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)
_NIGHT = (6 * _HOUR, 18 * _HOUR)
FEWEST = 10
"""From so many cells on, one time of day that all share says that a source keeps its days as somebody's midnight."""


def spelt_day(text: str) -> tuple[int, int, int, str | None] | None:
    """Year, month, day and the rest of a day that names its month or is written in digits alone; None for any other.

    >>> spelt_day("3 Şubat 2026"), spelt_day("Feb 3, 2026 10:15"), spelt_day("20260203")
    ((2026, 2, 3, None), (2026, 2, 3, '10:15'), (2026, 2, 3, None))
    """
    if match := _DIGITS.fullmatch(text):
        year, month, day, *clock, zone = match.groups()
        return int(year), int(month), int(day), ":".join(clock) + (zone or "") if clock[0] else None
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

    Zero where all lie at midnight. A source in another zone writes its midnight at one other hour, in the evening or at
    night of UTC, or at two hours with one between them where clocks are changed; at least `FEWEST` cells must say so.
    None where the times are times: whatever always happens at ten in the morning may well happen then.

    >>> evenings = [datetime(2026, month, 1, 21, tzinfo=UTC) for month in range(1, 13)]
    >>> shift_to_day(evenings)
    datetime.timedelta(seconds=10800)
    """
    found = sorted(instants)
    clocks = sorted({_since_midnight(instant) for instant in found})
    if len(clocks) == 1 and (not clocks[0] or (len(found) >= FEWEST and _is_other_midnight(clocks[0]))):
        return _to_midnight(clocks[0])
    if len(clocks) != 2 or len(found) < FEWEST or any(clock % _HALF_HOUR for clock in clocks):
        return None
    # London: midnight in winter, 23:00 of the day before in summer.
    low, high = (clocks[1], clocks[0] + _DAY) if clocks == [timedelta(0), 23 * _HOUR] else (clocks[0], clocks[1])
    return _to_midnight(low) if high - low == _HOUR and _changes_by_season(found) else None


def _since_midnight(instant: datetime) -> timedelta:
    return instant - instant.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_other_midnight(clock: timedelta) -> bool:
    return not clock % _HALF_HOUR and not _NIGHT[0] < clock < _NIGHT[1]


def _to_midnight(clock: timedelta) -> timedelta:
    # Zones reach from 12 hours behind to 14 ahead; the few ahead of 12 would be read as a day early.
    return _DAY - clock if clock > _DAY / 2 else -clock


def _changes_by_season(instants: Sequence[datetime]) -> bool:
    """Whether the time of day changes as seldom as clocks are: twice a year."""
    changes = sum(1 for before, after in pairwise(instants) if _since_midnight(before) != _since_midnight(after))
    return changes <= 2 * ((instants[-1] - instants[0]).days // 365 + 1)
