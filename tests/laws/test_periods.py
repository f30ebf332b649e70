"""What holds for periods in every zone and every fiscal year."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from funnelpact.core.terms.period import (
    Grain,
    Period,
    day_at,
    instants,
    period_at,
    period_of,
    periods_from,
    stretches,
    tiles,
)
from tests.laws.calendars import CHANGES, zones
from tests.laws.calendars import instants as any_instants

grains = st.sampled_from(Grain)
first_months = st.integers(1, 12)
dates = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@given(dates, st.integers(0, 3000), grains, first_months)
def test_tiles_have_no_gap_and_no_overlap(start, length, grain, first_month):
    """The parts of a period follow each other from its start to its end, each with at least one day."""
    period = Period(start, start + timedelta(days=length))
    parts = tiles(period=period, grain=grain, first_month=first_month)

    assert [period.start, *(part.end for part in parts)] == [*(part.start for part in parts), period.end]
    assert all(part.days > 0 for part in parts)


@given(dates, grains, first_months)
def test_every_day_has_one_period(day, grain, first_month):
    """A day lies in its period, and all other days of that period have the same one."""
    period = period_of(day=day, grain=grain, first_month=first_month)
    last = period.end - timedelta(days=1)

    assert day in period
    assert period_of(day=period.start, grain=grain, first_month=first_month) == period
    assert period_of(day=last, grain=grain, first_month=first_month) == period
    assert period_of(day=period.end, grain=grain, first_month=first_month) != period


@given(dates, first_months)
def test_a_fiscal_year_has_four_quarters_and_twelve_months(day, first_month):
    """Quarters and months of a fiscal year tile it, whatever its first month."""
    year = period_of(day=day, grain=Grain.YEAR, first_month=first_month)
    quarters = tiles(period=year, grain=Grain.QUARTER, first_month=first_month)
    months = tiles(period=year, grain=Grain.MONTH, first_month=first_month)

    assert (year.start.month, year.start.day) == (first_month, 1)
    assert [len(tiles(period=quarter, grain=Grain.MONTH)) for quarter in quarters] == [3, 3, 3, 3]
    assert len(months) == 12


@given(dates, grains, st.integers(1, 20), first_months)
def test_periods_in_a_row(day, grain, count, first_month):
    """So many whole periods from a day on are the tiles of the time they take."""
    row = periods_from(day=day, grain=grain, count=count, first_month=first_month)

    assert len(row) == count
    assert day in row[0]
    assert row == tiles(period=Period(row[0].start, row[-1].end), grain=grain, first_month=first_month)


@example(CHANGES[0] + timedelta(minutes=15), "America/St_Johns", Grain.DAY, 1)
@given(any_instants(), zones, grains, first_months)
def test_every_instant_has_one_period(instant, zone, grain, first_month):
    """An instant lies between the instants at which its period starts and ends, in any zone, at any change of clocks."""
    period = period_at(instant=instant, zone=zone, grain=grain, first_month=first_month)
    start, end = instants(period=period, zone=zone)

    assert start <= instant < end


@given(any_instants(), any_instants(), zones)
def test_days_go_on(one, other, zone):
    """A later instant never belongs to an earlier day, clocks put back or not."""
    earlier, later = sorted([one, other])

    assert day_at(instant=earlier, zone=zone) <= day_at(instant=later, zone=zone)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Africa/Cairo", "Pacific/Apia", "America/St_Johns", "America/Havana"]
)
def test_days_meet(zone):
    """From 2009 to 2027 each day ends at the instant at which the next one begins; only Apia's lost day is empty."""
    days = [Period(day, day + timedelta(days=1)) for day in Period(date(2009, 1, 1), date(2027, 1, 1)).dates()]
    edges = [instants(period=day, zone=zone) for day in days]
    empty = [day.start for day, (start, end) in zip(days, edges, strict=True) if start == end]

    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert all(start <= end for start, end in edges)
    assert empty == ([date(2011, 12, 30)] if zone == "Pacific/Apia" else [])


@given(any_instants(), zones, st.integers(1, 900), st.integers(0, 10**9))
def test_stretches_know_the_offset(instant, zone, days, within):
    """At any instant of a span, the stretch that contains it has the offset that the zone has then."""
    start = instant.replace(microsecond=0)
    end = start + timedelta(days=days)
    parts = stretches(zone=zone, start=start, end=end)
    at = start + timedelta(seconds=within % (days * 86400))
    (offset,) = [part.offset for part in parts if part.start <= at < part.end]

    assert offset == at.astimezone(ZoneInfo(zone)).utcoffset()
    assert [part.end for part in parts] == [*(part.start for part in parts[1:]), end]
