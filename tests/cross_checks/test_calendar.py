"""Working time counted a second way: minute by minute, on a clock in the zone, without cleverness."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelpact.core.terms.calendar import Calendar, due, hours, worked
from tests.laws.calendars import CHANGES, World, at_work, worlds

MINUTE = timedelta(minutes=1)


def minutes_worked(calendar: Calendar, start: datetime, minutes: int) -> list[bool]:
    """For each minute from `start` on, whether a clock in the zone shows working hours when it begins."""
    zone = ZoneInfo(calendar.zone)
    return [at_work(calendar, start + number * MINUTE, zone) for number in range(minutes)]


def to_the_minute(world: World) -> World:
    """The same world, starting on a whole minute."""
    return World(world.calendar, world.start.replace(second=0, microsecond=0))


@settings(max_examples=50)
@given(worlds().map(to_the_minute), st.integers(0, 4 * 24 * 60))
def test_worked_by_the_minute(world, minutes):
    """Working time is the number of minutes at which clocks show working hours."""
    counted = sum(minutes_worked(world.calendar, world.start, minutes))

    assert worked(calendar=world.calendar, start=world.start, end=world.start + minutes * MINUTE) == counted * MINUTE


@settings(max_examples=50)
@given(st.data(), worlds().map(to_the_minute))
def test_due_by_the_minute(data, world):
    """A promise is due at the end of the minute in which its last minute is worked."""
    at_work_then = minutes_worked(world.calendar, world.start, 4 * 24 * 60)
    worked_minutes = [number for number, is_worked in enumerate(at_work_then) if is_worked]
    if not worked_minutes:
        return
    promised = data.draw(st.integers(1, len(worked_minutes)))
    expected = world.start + (worked_minutes[promised - 1] + 1) * MINUTE

    assert due(calendar=world.calendar, start=world.start, duration=promised * MINUTE) == expected


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change:%Y-%m-%d}")
@pytest.mark.parametrize("text", ["00:00-24:00", "00:00-00:30 23:30-24:00", "01:30-02:30", "09:00-18:00"])
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Africa/Cairo", "Pacific/Apia", "America/St_Johns", "America/Havana"]
)
def test_every_minute_around_a_change_of_clocks(zone, text, change):
    """From a day before to a day after a change of clocks, working time grows exactly in the minutes that clocks show."""
    calendar = Calendar(zone=zone, week=(hours(text),) * 7)
    start = change - timedelta(days=1)
    counted = minutes_worked(calendar, start, 2 * 24 * 60)
    ends = range(0, 2 * 24 * 60, 7)

    found = [worked(calendar=calendar, start=start, end=start + end * MINUTE) // MINUTE for end in ends]

    assert found == [sum(counted[:end]) for end in ends]


def test_a_whole_year_of_an_office():
    """2026 in New York, weekdays with a lunch break and two days off: 525,600 minutes, one by one."""
    calendar = Calendar(
        zone="America/New_York",
        week=(hours("08:30-12:00 12:45-17:15"),) * 5 + ((), hours("22:00-24:00")),
        holidays=frozenset({datetime(2026, 7, 3).date(), datetime(2026, 11, 26).date()}),
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    counted = sum(minutes_worked(calendar, start, 525_600))

    assert worked(calendar=calendar, start=start, end=datetime(2027, 1, 1, tzinfo=UTC)) == counted * MINUTE
