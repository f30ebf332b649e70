"""Working time: how much of it lies between two instants, and when a promised amount of it is used up.

One definition carries all: an instant is working time if a clock in the calendar's zone then shows a time inside one
of the day's intervals. An hour that clocks skip is not worked; one that they show twice is worked twice. `worked` is
the growth of the cumulative working time, `due` its inverse, `table` that cumulative function for arrays and engines.

A night shift is two intervals: 22:00-24:00 on one day and 00:00-06:00 on the next, because holidays and special days
belong to a date and a shift across midnight has two.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from funnelpact.core.terms.period import DAY, LATEST, Period, UnknownZone, instants, stretches, time_zone, utc
from funnelpact.core.terms.problem import Problem, raise_all

MINUTES_A_DAY = 24 * 60
_INTERVAL = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)", re.ASCII)


class UnreadableHours(Problem):
    """A text that is no interval such as 09:00-18:00."""

    code = "unreadable-hours"


class IntervalReversed(Problem):
    """An interval that ends before it starts, when it starts, or after 24:00."""

    code = "interval-reversed"


class IntervalsOverlap(Problem):
    """Two intervals of one day that share some time."""

    code = "intervals-overlap"


class DayGivenTwice(Problem):
    """A date that is a holiday and has hours of its own, or has two sets of them."""

    code = "day-given-twice"


class NoWorkingTime(Problem):
    """A week without any working time, in which nothing would ever be due."""

    code = "no-working-time"


class DurationNegative(Problem):
    """A duration below zero; nothing is due before its start."""

    code = "duration-negative"


class DueOutOfRange(Problem):
    """More working time than the calendar has before the year 2200."""

    code = "due-out-of-range"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A part of a day, in minutes on the local clock since midnight; 1440 is the end of the day.

    Raises `IntervalReversed`.

    >>> str(Interval(540, 1080))
    '09:00-18:00'
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise IntervalReversed(interval=str(self))

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.opens, self.closes))


Hours: TypeAlias = tuple[Interval, ...]


def hours(text: str) -> Hours:
    """The intervals of one day that a person wrote, none for a day off. Raises `UnreadableHours`, `IntervalReversed`.

    >>> [str(interval) for interval in hours("9:00-12:30, 13:15-24:00")]
    ['09:00-12:30', '13:15-24:00']
    """
    found = []
    for part in re.split(r"[\s,;]+", re.sub(r"\s*[-\u2013]\s*", "-", text.strip())):
        match = _INTERVAL.fullmatch(part)
        if match:
            from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
            found.append(Interval(60 * from_hour + from_minute, 60 * to_hour + to_minute))
        elif part:
            raise UnreadableHours(text=text)
    return tuple(found)


class Row(NamedTuple):
    """One unbroken stretch of working time, in UTC, and all working time of the table before it."""

    opens_at: datetime
    closes_at: datetime
    worked_before: timedelta


@dataclass(frozen=True, slots=True)
class _Year:
    """The table of one year of UTC, in columns."""

    opens: list[datetime]
    closes: list[datetime]
    through: list[timedelta]

    @property
    def total(self) -> timedelta:
        return self.through[-1] if self.through else timedelta()

    def before(self, at: datetime) -> timedelta:
        """Working time from the year's start to `at`."""
        row = bisect_right(self.opens, at) - 1
        return self.through[row] - max(timedelta(), self.closes[row] - at) if row >= 0 else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When people work: a zone, the hours of each weekday (Monday first), holidays, and dates with hours of their own.

    Raises `UnknownZone`, `IntervalsOverlap`, `DayGivenTwice` and `NoWorkingTime`, all that apply at once.

    >>> office = hours("09:00-18:00")
    >>> calendar = Calendar(
    ...     zone="Europe/Istanbul",
    ...     week=(office, office, office, office, office, (), ()),
    ...     holidays=frozenset({date(2026, 10, 29)}),
    ...     special_days=((date(2026, 10, 28), hours("09:00-13:00")),),
    ... )
    >>> [len(calendar.hours_on(date(2026, 10, day))) for day in (27, 28, 29)]
    [1, 1, 0]
    """

    zone: str
    week: tuple[Hours, ...]
    holidays: frozenset[date] = frozenset()
    special_days: tuple[tuple[date, Hours], ...] = ()
    _own_hours: dict[date, Hours] = field(init=False, repr=False, compare=False)
    _years: dict[int, _Year] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has the hours of seven days, Monday first")
        # The order in which intervals, holidays and special days were listed says nothing: equal calendars are equal.
        object.__setattr__(self, "week", tuple(tuple(sorted(day)) for day in self.week))
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        special = tuple(sorted((day, tuple(sorted(own))) for day, own in self.special_days))
        object.__setattr__(self, "special_days", special)
        object.__setattr__(self, "_own_hours", {**dict.fromkeys(self.holidays, ()), **dict(special)})
        raise_all(self._problems())

    def _problems(self) -> list[Problem]:
        problems: list[Problem] = []
        try:
            time_zone(self.zone)
        except UnknownZone as problem:
            problems.append(problem)
        for day in dict.fromkeys([*self.week, *(own for _, own in self.special_days)]):
            for first, second in pairwise(day):
                if second.opens < first.closes:
                    problems.append(IntervalsOverlap(first=str(first), second=str(second)))
        given = [*sorted(self.holidays), *(day for day, _ in self.special_days)]
        problems += [DayGivenTwice(day=day) for day in sorted(set(given)) if given.count(day) > 1]
        if not any(self.week):
            problems.append(NoWorkingTime())
        return problems

    def hours_on(self, day: date) -> Hours:
        """The intervals of one date, in order; none on a day off."""
        return self._own_hours.get(day, self.week[day.weekday()])

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            rows = _rows(self, datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC))
            through = [row.worked_before + (row.closes_at - row.opens_at) for row in rows]
            self._years[number] = _Year([row.opens_at for row in rows], [row.closes_at for row in rows], through)
        return self._years[number]


def _rows(calendar: Calendar, start: datetime, end: datetime) -> list[Row]:
    rows: list[Row] = []
    for since, until, offset in stretches(zone=calendar.zone, start=start, end=end):
        first, last = (since + offset).date(), (until + offset).date()
        for number in range((last - first).days + 1):
            day = first + number * DAY
            midnight = datetime.combine(day, time(), UTC) - offset
            for interval in calendar.hours_on(day):
                opens_at = max(since, midnight + timedelta(minutes=interval.opens))
                closes_at = min(until, midnight + timedelta(minutes=interval.closes))
                if opens_at < closes_at:
                    _append(rows, opens_at, closes_at)
    return rows


def _append(rows: list[Row], opens_at: datetime, closes_at: datetime) -> None:
    if rows and rows[-1].closes_at == opens_at:
        rows[-1] = rows[-1]._replace(closes_at=closes_at)
    else:
        before = rows[-1].worked_before + (rows[-1].closes_at - rows[-1].opens_at) if rows else timedelta()
        rows.append(Row(opens_at, closes_at, before))


def table(*, calendar: Calendar, period: Period) -> tuple[Row, ...]:
    """The cumulative working time of a period's days in the calendar's zone, one row for each unbroken stretch.

    Working time up to an instant is `worked_before` of the last row that opened by then, plus the time since it opened
    but at most its length. No rows when nothing is worked.

    >>> office = hours("09:00-18:00")
    >>> calendar = Calendar(zone="Europe/Istanbul", week=(office,) * 5 + ((), ()))
    >>> rows = table(calendar=calendar, period=Period(date(2026, 11, 13), date(2026, 11, 17)))
    >>> [f"{row.opens_at:%a %H:%M}-{row.closes_at:%H:%M} after {row.worked_before}" for row in rows]
    ['Fri 06:00-15:00 after 0:00:00', 'Mon 06:00-15:00 after 9:00:00']
    """
    return tuple(_rows(calendar, *instants(period=period, zone=calendar.zone)))


def worked(*, calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The exact working time from `start` to `end`; below zero when `end` comes first.

    Raises `InstantWithoutZone` and `DayOutOfRange`.

    >>> office = hours("09:00-12:00 13:00-18:00")
    >>> calendar = Calendar(zone="Europe/Istanbul", week=(office,) * 5 + ((), ()))
    >>> friday, monday = datetime(2026, 11, 13, 14, tzinfo=UTC), datetime(2026, 11, 16, 7, tzinfo=UTC)
    >>> str(worked(calendar=calendar, start=friday, end=monday))
    '2:00:00'
    """
    start, end = utc(start), utc(end)
    return _worked(calendar, start, end) if start <= end else -_worked(calendar, end, start)


def _worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    whole_years = (calendar._year(number).total for number in range(start.year, end.year))
    since, until = calendar._year(start.year).before(start), calendar._year(end.year).before(end)
    return sum(whole_years, timedelta()) + until - since


def due(*, calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The instant in UTC at which `duration` of working time since `start` is used up.

    It is the earliest instant from `start` on that lies in working time, closing instants included, and has
    `worked(start, due) == duration`. So a minute promised at 17:59 is due at 18:00, not next morning; and no time at
    all is due at once while people work, otherwise when they next begin. Raises `InstantWithoutZone`, `DayOutOfRange`,
    `DurationNegative` and `DueOutOfRange`.

    >>> office = hours("09:00-18:00")
    >>> calendar = Calendar(zone="Europe/Istanbul", week=(office,) * 5 + ((), ()))
    >>> saturday = datetime(2026, 11, 14, 12, tzinfo=UTC)
    >>> f"{due(calendar=calendar, start=saturday, duration=timedelta(hours=1)):%A %H:%M}"
    'Monday 07:00'
    """
    start = utc(start)
    if duration < timedelta():
        raise DurationNegative(hours=_in_hours(duration))
    if not duration:
        tick = timedelta.resolution
        return start if _worked(calendar, start - tick, start) else _due(calendar, start, tick) - tick
    return _due(calendar, start, duration)


def _due(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    wanted = calendar._year(start.year).before(start) + duration
    for number in range(start.year, LATEST.year):
        year = calendar._year(number)
        if wanted <= year.total:
            row = bisect_left(year.through, wanted)
            return year.closes[row] - (year.through[row] - wanted)
        wanted -= year.total
    raise DueOutOfRange(hours=_in_hours(duration))


def _in_hours(duration: timedelta) -> Fraction:
    return Fraction(duration // timedelta.resolution, timedelta(hours=1) // timedelta.resolution)


def open_at(*, calendar: Calendar, instant: datetime) -> bool:
    """Whether people work at an instant; at a closing instant they no longer do. Raises as `worked` does.

    >>> calendar = Calendar(zone="UTC", week=(hours("09:00-18:00"),) * 7)
    >>> open_at(calendar=calendar, instant=datetime(2026, 11, 14, 18, tzinfo=UTC))
    False
    """
    instant = utc(instant)
    return bool(_worked(calendar, instant, instant + timedelta.resolution))


def working_days(*, calendar: Calendar, period: Period) -> tuple[date, ...]:
    """The dates of a period that have working hours, half days among them.

    >>> calendar = Calendar(zone="UTC", week=(hours("09:00-18:00"),) * 5 + ((), ()))
    >>> len(working_days(calendar=calendar, period=Period(date(2026, 11, 1), date(2026, 12, 1))))
    21
    """
    return tuple(day for day in period.dates() if calendar.hours_on(day))
