"""What holds for working time in every calendar."""

from datetime import UTC, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnelpact.core.terms.calendar import due, open_at, table, worked
from funnelpact.core.terms.period import Period, day_at, instants
from tests.laws.calendars import WEEK, at_work, durations, worlds
from tests.laws.calendars import instants as any_instants

TICK = timedelta.resolution


@given(st.data(), worlds())
def test_due_is_the_inverse_of_worked(data, world):
    """Exactly the promised working time lies between the start and the due instant, never less, never more."""
    duration = data.draw(durations(world.calendar))
    when = due(calendar=world.calendar, start=world.start, duration=duration)

    assert worked(calendar=world.calendar, start=world.start, end=when) == duration


@given(st.data(), worlds())
def test_due_lies_in_working_time(data, world):
    """Clocks at the due instant show working hours, or showed them until then."""
    duration = data.draw(durations(world.calendar))
    when = due(calendar=world.calendar, start=world.start, duration=duration)
    zone = ZoneInfo(world.calendar.zone)

    assert when >= world.start
    assert at_work(world.calendar, when, zone) or at_work(world.calendar, when - TICK, zone)


@given(st.data(), worlds())
def test_due_is_the_earliest(data, world):
    """A microsecond before the due instant, some of the promised time was still left."""
    duration = data.draw(durations(world.calendar).filter(bool))
    when = due(calendar=world.calendar, start=world.start, duration=duration)

    assert worked(calendar=world.calendar, start=world.start, end=when - TICK) == duration - TICK


@given(worlds())
def test_no_time_is_due_at_once_or_at_the_next_opening(world):
    """With nothing promised, the due instant is the start if people work or just stopped, else the next opening."""
    calendar, start, zone = world.calendar, world.start, ZoneInfo(world.calendar.zone)
    when = due(calendar=calendar, start=start, duration=timedelta())
    if at_work(calendar, start, zone) or at_work(calendar, start - TICK, zone):
        assert when == start
    else:
        assert at_work(calendar, when, zone)
        assert not at_work(calendar, when - TICK, zone)


@given(st.data(), worlds())
def test_more_time_is_due_later(data, world):
    """A longer promise is due later, and so is one that starts later, or both at the same instant."""
    calendar, start = world.calendar, world.start
    shorter, longer = sorted([data.draw(durations(calendar)), data.draw(durations(calendar))])
    later = start + data.draw(st.timedeltas(timedelta(), 3 * WEEK))
    first = due(calendar=calendar, start=start, duration=shorter)

    assert first <= due(calendar=calendar, start=start, duration=longer)
    assert first <= due(calendar=calendar, start=later, duration=shorter)


@given(st.data(), worlds())
def test_due_in_two_legs(data, world):
    """Two durations one after the other are due when their sum is."""
    calendar, start = world.calendar, world.start
    first, second = data.draw(durations(calendar, weeks=9)), data.draw(durations(calendar, weeks=9))
    between = due(calendar=calendar, start=start, duration=first)

    assert due(calendar=calendar, start=between, duration=second) == due(
        calendar=calendar, start=start, duration=first + second
    )


@given(worlds(), any_instants(), any_instants())
def test_working_time_adds_up(world, b, c):
    """Working time from a to c is that from a to b and from b to c, in whatever order the three lie."""
    calendar, a = world.calendar, world.start
    whole = worked(calendar=calendar, start=a, end=c)

    assert whole == worked(calendar=calendar, start=a, end=b) + worked(calendar=calendar, start=b, end=c)
    assert whole == -worked(calendar=calendar, start=c, end=a)


@given(worlds(), any_instants())
def test_never_more_than_has_passed(world, end):
    """Working time grows with time and never faster than it."""
    start, end = sorted([world.start, end])

    assert timedelta() <= worked(calendar=world.calendar, start=start, end=end) <= end - start


@given(worlds(), st.integers(-12, 14))
def test_the_zone_of_an_instant_does_not_matter(world, ahead):
    """The same instant, written in another zone, gives the same answers."""
    elsewhere = world.start.astimezone(timezone(timedelta(hours=ahead)))
    hour = timedelta(hours=1)

    assert due(calendar=world.calendar, start=elsewhere, duration=hour) == due(
        calendar=world.calendar, start=world.start, duration=hour
    )
    assert worked(calendar=world.calendar, start=elsewhere, end=world.start) == timedelta()


@given(worlds(), any_instants())
def test_open_while_clocks_show_working_hours(world, instant):
    """People work at an instant if clocks in their zone show a time inside the day's hours."""
    assert open_at(calendar=world.calendar, instant=instant) is at_work(
        world.calendar, instant, ZoneInfo(world.calendar.zone)
    )


@given(st.data(), worlds())
def test_table_and_function_agree(data, world):
    """The cumulative table, looked up as arrays and engines do it, gives what the function gives."""
    calendar = world.calendar
    first = day_at(instant=world.start, zone=calendar.zone)
    period = Period(first, first + timedelta(days=data.draw(st.integers(0, 120))))
    begins, ends = instants(period=period, zone=calendar.zone)
    at = begins + data.draw(st.timedeltas(timedelta(), ends - begins))

    opened = [row for row in table(calendar=calendar, period=period) if row.opens_at <= at]
    looked_up = (
        opened[-1].worked_before + (min(at, opened[-1].closes_at) - opened[-1].opens_at) if opened else timedelta()
    )

    assert looked_up == worked(calendar=calendar, start=begins, end=at)


@given(worlds(), st.integers(0, 400))
def test_rows_of_a_table(world, days):
    """Rows lie in order, inside the period, with a break between any two, and count what lies before them."""
    calendar = world.calendar
    first = world.start.date()
    period = Period(first, first + timedelta(days=days))
    rows = table(calendar=calendar, period=period)
    begins, ends = instants(period=period, zone=calendar.zone)
    edges = [edge for row in rows for edge in (row.opens_at, row.closes_at)]
    lengths = [row.closes_at - row.opens_at for row in rows]

    assert all(before < after for before, after in pairwise(edges))
    assert all(begins <= edge <= ends and edge.tzinfo is UTC for edge in edges)
    assert [row.worked_before for row in rows] == [sum(lengths[:number], timedelta()) for number in range(len(rows))]
