"""Random calendars, instants and durations for laws and cross checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from funnelpact.core.terms.calendar import Calendar, Hours, Interval, hours

ZONES = (
    "UTC",
    "Europe/Istanbul",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",  # a quarter of an hour off
    "Australia/Lord_Howe",  # clocks move by half an hour
    "Pacific/Apia",  # left out 30 December 2011
    "America/St_Johns",  # until 2011 clocks went back across midnight
    "America/Havana",  # midnight twice in autumn
    "Africa/Cairo",  # no midnight in spring
    "Africa/Casablanca",  # clocks move for Ramadan
    "Pacific/Kiritimati",  # 14 hours ahead
)
CHANGES = (
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St. John's
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia
    datetime(2024, 4, 25, 22, tzinfo=UTC),  # Cairo
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin
    datetime(2026, 11, 1, 5, tzinfo=UTC),  # Havana
    datetime(2027, 1, 1, tzinfo=UTC),
)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)

zones = st.sampled_from(ZONES)


@st.composite
def _any_hours(draw: st.DrawFn) -> Hours:
    """Up to four intervals, made from the same number of openings and closings in order."""
    ends = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=8)))
    return tuple(Interval(opens, closes) for opens, closes in zip(ends[::2], ends[1::2], strict=False))


days = st.one_of(
    st.sampled_from(
        [hours(text) for text in ("", "09:00-18:00", "09:00-12:00 13:00-18:00", "00:00-24:00", "00:00-03:00")]
    ),
    _any_hours(),
)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant between 2009 and 2029: anywhere, to the microsecond, or minutes to two days from a change of clocks."""
    reach = draw(st.sampled_from([None, 90, 48 * 60]))
    if reach:
        return draw(st.sampled_from(CHANGES)) + timedelta(minutes=draw(st.integers(-reach, reach)))
    return draw(st.datetimes(datetime(2009, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)))


@dataclass(frozen=True)
class World:
    """A calendar with an instant around which its holidays and special days lie."""

    calendar: Calendar
    start: datetime


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A calendar of any zone, week, holidays and special days."""
    start = draw(instants())
    nearby = st.integers(-10, 40).map(lambda number: start.date() + timedelta(days=number))
    own = draw(st.dictionaries(nearby, st.one_of(st.none(), days), max_size=8))
    week = draw(st.tuples(*[days] * 7).filter(any))
    return World(
        calendar=Calendar(
            zone=draw(zones),
            week=week,
            holidays=frozenset(day for day, its_hours in own.items() if its_hours is None),
            special_days=tuple((day, its_hours) for day, its_hours in own.items() if its_hours is not None),
        ),
        start=start,
    )


def a_week_of(calendar: Calendar) -> timedelta:
    """The working time of a week without holidays."""
    minutes = sum(interval.closes - interval.opens for day in calendar.week for interval in day)
    return timedelta(minutes=minutes)


@st.composite
def durations(draw: st.DrawFn, calendar: Calendar, *, weeks: int = 60) -> timedelta:
    """A duration that the calendar works off within some weeks: none, minutes, whole days of work, or any."""
    most = a_week_of(calendar) * weeks
    kind = draw(st.sampled_from(["none", "minutes", "whole", "any"]))
    if kind == "none":
        return timedelta()
    if kind == "minutes":
        return min(most, timedelta(minutes=draw(st.integers(1, 600))))
    if kind == "whole":
        return a_week_of(calendar) * draw(st.integers(1, weeks))
    return draw(st.timedeltas(timedelta(), most))


def at_work(calendar: Calendar, instant: datetime, zone: object) -> bool:
    """Whether a clock in the zone shows a time inside the day's hours. Written without the code under test."""
    local = instant.astimezone(zone)  # type: ignore[arg-type]
    own = dict(calendar.special_days)
    day: date = local.date()
    listed = () if day in calendar.holidays else own.get(day, calendar.week[day.weekday()])
    since_midnight = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return any(
        timedelta(minutes=interval.opens) <= since_midnight < timedelta(minutes=interval.closes) for interval in listed
    )
