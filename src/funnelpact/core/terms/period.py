"""Half-open periods of days, and the instants at which days begin in a reporting zone.

A period has its first day and not its last: July is 1 July up to, but without, 1 August, so neighbours meet without gap
or overlap. Instants are in UTC. A day begins in a zone at the first instant at which a clock there shows it; where
clocks skip midnight, that is the instant of the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from funnelpact.core.terms.problem import Problem

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 1, 1)
"""Days lie between these two, the later one excluded. A CRM that writes 9999-12-31 means that it does not know."""

DAY = timedelta(days=1)

# Files that Python finds beside the zones: the machine's own setting, and clocks that count leap seconds.
_NO_PLACES = ("localtime", "posixrules", "posix/", "right/", "Factory")


class PeriodReversed(Problem):
    """A period that ends before it starts."""

    code = "period-reversed"


class DayOutOfRange(Problem):
    """A day or instant before 1900 or after 2199."""

    code = "day-out-of-range"


class UnknownZone(Problem):
    """A time zone that is not in the IANA database, or that means another place on each machine."""

    code = "unknown-zone"


class InstantWithoutZone(Problem):
    """A date and time that names no zone and so could be any of a day's instants."""

    code = "instant-without-zone"


class Grain(Enum):
    """How long the periods are into which time is cut. Weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to, but without, `end`; none when both are the same.

    Raises `PeriodReversed` and `DayOutOfRange`.

    >>> Period(date(2026, 2, 1), date(2026, 3, 1)).days
    28
    >>> date(2026, 3, 1) in Period(date(2026, 2, 1), date(2026, 3, 1))
    False
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        for day in (self.start, self.end):
            if not EARLIEST <= day <= LATEST:
                raise DayOutOfRange(day=day)
        if self.end < self.start:
            raise PeriodReversed(start=self.start, end=self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """The number of days, 0 or more."""
        return (self.end - self.start).days

    def dates(self) -> Iterator[date]:
        """The days themselves, first to last."""
        return (self.start + number * DAY for number in range(self.days))


class Stretch(NamedTuple):
    """A time in which a zone keeps one distance from UTC (local clock less UTC)."""

    start: datetime
    end: datetime
    offset: timedelta


def period_of(*, day: date, grain: Grain, first_month: int = 1) -> Period:
    """The day, week, month, quarter or year that contains `day`.

    Quarters and years are those of a fiscal year that starts with `first_month` (1 to 12). Raises `DayOutOfRange`.

    >>> period_of(day=date(2026, 3, 15), grain=Grain.YEAR, first_month=4)
    Period(start=datetime.date(2025, 4, 1), end=datetime.date(2026, 4, 1))
    """
    if first_month not in range(1, 13):
        raise ValueError("a fiscal year starts in month 1 to 12")
    if not EARLIEST <= day < LATEST:
        raise DayOutOfRange(day=day)
    if grain is Grain.DAY:
        return Period(day, day + DAY)
    if grain is Grain.WEEK:
        monday = day - day.weekday() * DAY
        return Period(monday, monday + 7 * DAY)
    month, size = 12 * day.year + day.month - 1, _MONTHS[grain]
    first = month - (month - (first_month - 1)) % size
    return Period(_first_day(first), _first_day(first + size))


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def tiles(*, period: Period, grain: Grain, first_month: int = 1) -> tuple[Period, ...]:
    """The days, weeks, months … that make up `period`, in order; the first and the last are cut at its edges.

    >>> [tile.days for tile in tiles(period=Period(date(2026, 1, 15), date(2026, 3, 1)), grain=Grain.MONTH)]
    [17, 28]
    """
    found, day = [], period.start
    while day < period.end:
        whole = period_of(day=day, grain=grain, first_month=first_month)
        found.append(Period(day, min(whole.end, period.end)))
        day = whole.end
    return tuple(found)


def periods_from(*, day: date, grain: Grain, count: int, first_month: int = 1) -> tuple[Period, ...]:
    """The `count` whole periods of which the first contains `day`: twelve months from a plan's first one.

    >>> [month.start.month for month in periods_from(day=date(2026, 11, 20), grain=Grain.MONTH, count=3)]
    [11, 12, 1]
    """
    found: list[Period] = []
    while len(found) < count:
        day = found[-1].end if found else day
        found.append(period_of(day=day, grain=grain, first_month=first_month))
    return tuple(found)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises `InstantWithoutZone` and `DayOutOfRange`."""
    if instant.utcoffset() is None:
        raise InstantWithoutZone(instant=instant)
    if not EARLIEST.year <= instant.year < LATEST.year:
        raise DayOutOfRange(day=instant.date())
    return instant.astimezone(UTC)


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `Europe/Istanbul`. Raises `UnknownZone`."""
    if name.startswith(_NO_PLACES):
        raise UnknownZone(zone=name)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise UnknownZone(zone=name) from error


def stretches(*, zone: str, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """The time from `start` to `end` (UTC, whole seconds), cut where the zone's clocks change. Raises `UnknownZone`.

    >>> new_year, next_year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    >>> year = stretches(zone="Europe/Berlin", start=new_year, end=next_year)
    >>> [f"{stretch.start:%d.%m. %H:%M} {stretch.offset}" for stretch in year]
    ['01.01. 00:00 1:00:00', '29.03. 01:00 2:00:00', '25.10. 01:00 1:00:00']
    """
    local = time_zone(zone)
    found, opened, at = [], start, start
    offset = _offset(local, start)
    while at < end:
        following = min(at + DAY, end)
        if _offset(local, following) != offset:
            following = _change(local, at, following)
            found.append(Stretch(opened, following, offset))
            opened, offset = following, _offset(local, following)
        at = following
    found.append(Stretch(opened, end, offset))
    return tuple(stretch for stretch in found if stretch.start < stretch.end)


def _offset(local: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(local).utcoffset() or timedelta()


def _change(local: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first whole second at which the offset is no longer that of `before`; `zoneinfo` keeps its list to itself."""
    offset = _offset(local, before)
    while (seconds := (after - before) // timedelta(seconds=1)) > 1:
        middle = before + timedelta(seconds=seconds // 2)
        before, after = (middle, after) if _offset(local, middle) == offset else (before, middle)
    return after


@lru_cache(maxsize=8192)
def _begins(day: date, zone: str) -> datetime:
    midnight = datetime.combine(day, time(), UTC)
    return next(
        shown
        for start, end, offset in stretches(zone=zone, start=midnight - 2 * DAY, end=midnight + 2 * DAY)
        if (shown := max(start, midnight - offset)) < end
    )


def instants(*, period: Period, zone: str) -> tuple[datetime, datetime]:
    """The instants in UTC at which `period` starts (it belongs to it) and ends (it does not) in a zone.

    Raises `UnknownZone`.

    >>> start, end = instants(period=Period(date(2026, 3, 29), date(2026, 3, 30)), zone="Europe/Berlin")
    >>> str(start), str(end - start)
    ('2026-03-28 23:00:00+00:00', '23:00:00')
    """
    return _begins(period.start, zone), _begins(period.end, zone)


def day_at(*, instant: datetime, zone: str) -> date:
    """The day in a zone to which an instant belongs.

    It is the day that clocks there show, except where they are put back across midnight: the new day, once begun, goes
    on. Raises `InstantWithoutZone`, `DayOutOfRange` and `UnknownZone`.

    >>> day_at(instant=datetime(2026, 6, 30, 21, 30, tzinfo=UTC), zone="Europe/Istanbul")
    datetime.date(2026, 7, 1)
    """
    day = utc(instant).astimezone(time_zone(zone)).date()
    return day + DAY if instant >= _begins(day + DAY, zone) else day


def period_at(*, instant: datetime, zone: str, grain: Grain, first_month: int = 1) -> Period:
    """The period in which an instant falls in a zone. Raises as `day_at` does.

    >>> period_at(instant=datetime(2026, 6, 30, 21, 30, tzinfo=UTC), zone="Europe/Istanbul", grain=Grain.MONTH).start
    datetime.date(2026, 7, 1)
    """
    return period_of(day=day_at(instant=instant, zone=zone), grain=grain, first_month=first_month)
