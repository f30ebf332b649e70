"""Periods, and where they begin in a zone."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from funnelpact.core.terms.period import (
    EARLIEST,
    LATEST,
    DayOutOfRange,
    Grain,
    InstantWithoutZone,
    Period,
    PeriodReversed,
    UnknownZone,
    day_at,
    instants,
    period_at,
    period_of,
    periods_from,
    stretches,
    tiles,
    time_zone,
    utc,
)

JULY = Period(date(2026, 7, 1), date(2026, 8, 1))


def test_half_open():
    """A period has its first day and not its end."""
    assert date(2026, 7, 1) in JULY
    assert date(2026, 7, 31) in JULY
    assert date(2026, 8, 1) not in JULY
    assert date(2026, 6, 30) not in JULY


def test_days():
    """The days of a period can be counted and walked."""
    days = list(JULY.dates())

    assert (len(days), days[0], days[-1]) == (JULY.days, date(2026, 7, 1), date(2026, 7, 31))


def test_an_empty_period():
    """A period may have no day at all; it contains nothing and is cut into nothing."""
    empty = Period(date(2026, 7, 1), date(2026, 7, 1))

    assert (empty.days, list(empty.dates()), tiles(period=empty, grain=Grain.DAY)) == (0, [], ())


def test_reversed():
    """A period that ends before it starts is refused."""
    with pytest.raises(PeriodReversed):
        Period(date(2026, 7, 2), date(2026, 7, 1))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)])
def test_placeholders_are_no_days(day):
    """The days that CRMs write for never are refused, not computed with."""
    with pytest.raises(DayOutOfRange):
        period_of(day=day, grain=Grain.MONTH)
    with pytest.raises(DayOutOfRange):
        Period(min(day, EARLIEST), max(day, LATEST))


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        (Grain.DAY, date(2026, 2, 14), date(2026, 2, 15)),
        (Grain.WEEK, date(2026, 2, 9), date(2026, 2, 16)),
        (Grain.MONTH, date(2026, 2, 1), date(2026, 3, 1)),
        (Grain.QUARTER, date(2026, 1, 1), date(2026, 4, 1)),
        (Grain.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_calendar_periods(grain, start, end):
    """Saturday, 14 February 2026, lies in these."""
    assert period_of(day=date(2026, 2, 14), grain=grain) == Period(start, end)


@pytest.mark.parametrize(
    ("first_month", "grain", "start", "end"),
    [
        (4, Grain.YEAR, date(2025, 4, 1), date(2026, 4, 1)),
        (4, Grain.QUARTER, date(2026, 1, 1), date(2026, 4, 1)),
        (2, Grain.YEAR, date(2026, 2, 1), date(2027, 2, 1)),
        (2, Grain.QUARTER, date(2026, 2, 1), date(2026, 5, 1)),
        (12, Grain.YEAR, date(2025, 12, 1), date(2026, 12, 1)),
        (12, Grain.QUARTER, date(2025, 12, 1), date(2026, 3, 1)),
        (12, Grain.MONTH, date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_fiscal_periods(first_month, grain, start, end):
    """14 February 2026 in fiscal years that start in April, February and December."""
    assert period_of(day=date(2026, 2, 14), grain=grain, first_month=first_month) == Period(start, end)


@pytest.mark.parametrize("first_month", [0, 13, -1])
def test_no_thirteenth_month(first_month):
    """A fiscal year starts in one of twelve months."""
    with pytest.raises(ValueError, match="month 1 to 12"):
        period_of(day=date(2026, 2, 14), grain=Grain.MONTH, first_month=first_month)


def test_tiles_are_cut_at_the_edges():
    """From mid-January to early March: half of January, February, three days of March."""
    parts = tiles(period=Period(date(2026, 1, 15), date(2026, 3, 4)), grain=Grain.MONTH)

    assert [part.days for part in parts] == [17, 28, 3]


def test_twelve_months():
    """A plan that starts in November runs to the end of next October, past the year's end."""
    months = periods_from(day=date(2026, 11, 13), grain=Grain.MONTH, count=12)

    assert (len(months), months[0].start, months[-1].end) == (12, date(2026, 11, 1), date(2027, 11, 1))


def test_no_periods():
    """None asked for, none given."""
    assert periods_from(day=date(2026, 11, 13), grain=Grain.MONTH, count=0) == ()


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("UTC", date(2026, 7, 1), "2026-07-01 00:00", 24),
        ("Europe/Istanbul", date(2026, 7, 1), "2026-06-30 21:00", 24),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28 23:00", 23),  # clocks go forward at 02:00
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24 22:00", 25),  # and back at 03:00
        ("Africa/Cairo", date(2024, 4, 26), "2024-04-25 22:00", 23),  # midnight does not exist: 00:00 is 01:00
        ("America/Havana", date(2026, 11, 1), "2026-11-01 04:00", 25),  # midnight is shown twice: the first counts
        ("Asia/Beirut", date(2023, 10, 29), "2023-10-28 22:00", 24),  # back at 24:00, so Saturday had the extra hour
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07 02:30", 25),  # back at 00:01, to the day before
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30 10:00", 0),  # a day that Samoa left out
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30 10:00", 24),
        ("America/Toronto", date(1919, 3, 31), "1919-03-31 04:30", 23.5),  # forward at 23:30, over midnight
    ],
)
def test_when_a_day_begins(zone, day, start, hours):
    """A day begins when clocks first show it, and lasts until they show the next."""
    begins, ends = instants(period=Period(day, day + timedelta(days=1)), zone=zone)

    assert f"{begins:%Y-%m-%d %H:%M}" == start
    assert ends - begins == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 6, 30, 20, 59, 59, tzinfo=UTC), "Europe/Istanbul", date(2026, 6, 30)),
        (datetime(2026, 6, 30, 21, tzinfo=UTC), "Europe/Istanbul", date(2026, 7, 1)),
        (datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=3))), "UTC", date(2026, 6, 30)),
        (datetime(2011, 12, 30, 9, 59, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 29)),
        (datetime(2011, 12, 30, 10, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 31)),
        # Clocks in St. John's showed 7 November for a minute, then 23:01 of the 6th again.
        (datetime(2010, 11, 7, 2, 30, tzinfo=UTC), "America/St_Johns", date(2010, 11, 7)),
        (datetime(2010, 11, 7, 2, 31, tzinfo=UTC), "America/St_Johns", date(2010, 11, 7)),
    ],
)
def test_the_day_of_an_instant(instant, zone, day):
    """An instant belongs to the day that has begun last."""
    assert day_at(instant=instant, zone=zone) == day


def test_the_fiscal_year_of_an_instant():
    """The last half hour of March in UTC is April in Istanbul, where the new fiscal year has begun."""
    instant = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)
    fiscal_year = period_at(instant=instant, zone="Europe/Istanbul", grain=Grain.YEAR, first_month=4)

    assert fiscal_year == Period(date(2026, 4, 1), date(2027, 4, 1))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Istanbul",
        "Europe",
        "../etc/passwd",
        "/etc/localtime",
        "localtime",
        "right/UTC",
        "Factory",
        "a\0b",
        "+03:00",
    ],
)
def test_unknown_zones(name):
    """A name that is no place of the IANA list is refused, as are files beside it and the machine's own setting."""
    with pytest.raises(UnknownZone):
        time_zone(name)


def test_naive_instants():
    """A date and time without a zone is refused: nobody knows which instant it is."""
    with pytest.raises(InstantWithoutZone):
        utc(datetime(2026, 7, 1, 9))


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_instants_out_of_range(year):
    """Instants that no CRM can mean are refused before arithmetic breaks on them."""
    with pytest.raises(DayOutOfRange):
        utc(datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14))))


def test_changes_of_the_clock():
    """Lord Howe Island moves its clocks by half an hour, twice a year."""
    year = stretches(
        zone="Australia/Lord_Howe", start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2027, 1, 1, tzinfo=UTC)
    )

    assert [(f"{part.start:%m-%d %H:%M}", part.offset / timedelta(hours=1)) for part in year] == [
        ("01-01 00:00", 11),
        ("04-04 15:00", 10.5),
        ("10-03 15:30", 11),
    ]


def test_a_change_at_the_start():
    """Cut exactly at a change, the stretch before it has no length and is left out."""
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    (only,) = stretches(zone="Europe/Berlin", start=change, end=change + timedelta(days=3))

    assert only.offset == timedelta(hours=2)
