"""Working time: how much of it passed, and when it is used up."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from funnelpact.core.terms.calendar import (
    Calendar,
    DayGivenTwice,
    DueOutOfRange,
    DurationNegative,
    Interval,
    IntervalReversed,
    IntervalsOverlap,
    NoWorkingTime,
    UnreadableHours,
    due,
    hours,
    open_at,
    table,
    worked,
    working_days,
)
from funnelpact.core.terms.period import DayOutOfRange, InstantWithoutZone, Period, UnknownZone, time_zone
from funnelpact.core.terms.problem import Problems

ISTANBUL = time_zone("Europe/Istanbul")
NINE_TO_SIX = hours("09:00-18:00")
OFFICE = Calendar(zone="Europe/Istanbul", week=(NINE_TO_SIX,) * 5 + ((), ()))
WITH_LUNCH = Calendar(zone="Europe/Istanbul", week=(hours("09:00-12:00, 13:00-18:00"),) * 5 + ((), ()))
ROUND_THE_CLOCK = Calendar(zone="Europe/Berlin", week=(hours("00:00-24:00"),) * 7)
REPUBLIC_DAY = Calendar(
    zone="Europe/Istanbul",
    week=(NINE_TO_SIX,) * 5 + ((), ()),
    holidays=frozenset({date(2026, 10, 29)}),
    special_days=((date(2026, 10, 28), hours("09:00-13:00")), (date(2026, 10, 31), hours("10:00-14:00"))),
)


def at(text: str) -> datetime:
    """An instant from a clock in Istanbul, such as `2026-11-14 15:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


def clock(instant: datetime) -> str:
    """Weekday and time of an instant on a clock in Istanbul."""
    return f"{instant.astimezone(ISTANBUL):%a %H:%M:%S}"


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("2026-11-14 15:00", 60, "Mon 10:00:00"),  # Saturday afternoon
        ("2026-11-14 20:00", 60, "Mon 10:00:00"),  # Saturday night
        ("2026-11-13 17:59", 1, "Fri 18:00:00"),  # the closing instant is in time
        ("2026-11-13 17:59", 2, "Mon 09:01:00"),
        ("2026-11-13 18:00", 1, "Mon 09:01:00"),
        ("2026-11-13 08:00", 9 * 60, "Fri 18:00:00"),  # the whole day
        ("2026-11-13 10:00", 9 * 60, "Mon 10:00:00"),
        ("2026-11-09 09:00", 45 * 60, "Fri 18:00:00"),  # the whole week
        ("2026-11-09 09:00", 45 * 60 * 10, "Fri 18:00:00"),
    ],
)
def test_due(start, minutes, expected):
    """A promise in working time is due when the time is used up, never while nobody works."""
    assert clock(due(calendar=OFFICE, start=at(start), duration=timedelta(minutes=minutes))) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-13 12:00", "Fri 12:00:00"),
        ("2026-11-13 09:00", "Fri 09:00:00"),
        ("2026-11-13 18:00", "Fri 18:00:00"),
        ("2026-11-13 18:01", "Mon 09:00:00"),
        ("2026-11-14 15:00", "Mon 09:00:00"),
    ],
)
def test_no_time_at_all(start, expected):
    """No time is used up at once while people work, the closing instant included, otherwise when they next begin."""
    assert clock(due(calendar=OFFICE, start=at(start), duration=timedelta())) == expected


def test_closing_on_new_years_eve():
    """The closing instant counts too where a year of UTC ends at it."""
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    calendar = Calendar(zone="UTC", week=(hours("15:00-24:00"),) * 7)

    assert due(calendar=calendar, start=new_year, duration=timedelta()) == new_year
    assert due(calendar=calendar, start=new_year - timedelta(hours=1), duration=timedelta(hours=1)) == new_year


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-13 09:00", "2026-11-13 18:00", timedelta(hours=8)),
        ("2026-11-13 11:30", "2026-11-13 13:30", timedelta(hours=1)),
        ("2026-11-13 12:10", "2026-11-13 12:50", timedelta()),
        ("2026-11-13 17:00", "2026-11-16 10:00", timedelta(hours=2)),
        ("2026-11-14 09:00", "2026-11-15 18:00", timedelta()),
        ("2026-11-13 09:00", "2026-11-13 09:00:00.000001", timedelta(microseconds=1)),
        ("2026-11-16 10:00", "2026-11-13 17:00", timedelta(hours=-2)),
    ],
)
def test_worked(start, end, expected):
    """Lunch, nights and weekends do not count; backwards counts below zero."""
    assert worked(calendar=WITH_LUNCH, start=at(start), end=at(end)) == expected


def test_years_of_work():
    """Ten years of five days a week: 2,609 working days of nine hours from 2016 on."""
    passed = worked(calendar=OFFICE, start=at("2016-01-01 00:00"), end=at("2026-01-01 00:00"))

    assert passed == 2609 * timedelta(hours=9)


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        ("2026-10-28 12:00", 2, "Fri 10:00:00"),  # the half day ends at 13:00, Thursday is the holiday
        ("2026-10-29 10:00", 1, "Fri 10:00:00"),
        ("2026-10-30 17:00", 2, "Sat 11:00:00"),  # a Saturday that is worked for once
        ("2026-10-31 13:00", 2, "Mon 10:00:00"),
    ],
)
def test_holidays_half_days_and_special_days(start, duration, expected):
    """A date's own hours come before those of its weekday."""
    assert clock(due(calendar=REPUBLIC_DAY, start=at(start), duration=timedelta(hours=duration))) == expected


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-06-29", 24), ("2026-10-25", 25)])
def test_round_the_clock_counts_real_hours(day, length):
    """With work at all hours, the skipped hour of a day is not worked and the repeated one is worked twice."""
    berlin = time_zone("Europe/Berlin")
    start = datetime.fromisoformat(day).replace(tzinfo=berlin)
    end = (start + timedelta(days=1)).replace(tzinfo=berlin)

    assert worked(calendar=ROUND_THE_CLOCK, start=start, end=end) == timedelta(hours=length)


@pytest.mark.parametrize(
    ("interval", "spring", "autumn"),
    [
        ("01:00-02:30", 60, 120),  # shown until 02:00 in spring; in autumn 02:00 to 02:30 comes again
        ("02:15-02:45", 0, 60),  # skipped, and shown twice
        ("02:30-04:00", 60, 120),
        ("00:00-04:00", 180, 300),
        ("04:00-08:00", 240, 240),
    ],
)
def test_shifts_over_a_change_of_clocks(interval, spring, autumn):
    """What clocks show decides: in Berlin they skip 02:00 to 03:00 in spring and show it twice in autumn."""
    calendar = Calendar(zone="Europe/Berlin", week=(hours(interval),) * 7)
    days = [Period(date(2026, 3, 29), date(2026, 3, 30)), Period(date(2026, 10, 25), date(2026, 10, 26))]

    minutes = [
        sum(((row.closes_at - row.opens_at) for row in table(calendar=calendar, period=day)), timedelta())
        // timedelta(minutes=1)
        for day in days
    ]

    assert minutes == [spring, autumn]


def test_due_after_a_skipped_opening():
    """Hours that open inside the skipped hour open when clocks go on."""
    calendar = Calendar(zone="Europe/Berlin", week=(hours("02:30-06:00"),) * 7)
    start = datetime(2026, 3, 28, 23, tzinfo=UTC)

    assert due(calendar=calendar, start=start, duration=timedelta(hours=1)) == datetime(2026, 3, 29, 2, tzinfo=UTC)


def test_a_night_shift():
    """A shift across midnight is two intervals, and no break lies between them."""
    nights = Calendar(zone="Europe/Istanbul", week=(hours("00:00-06:00 22:00-24:00"),) * 7)
    (_, night, _) = table(calendar=nights, period=Period(date(2026, 11, 13), date(2026, 11, 15)))

    assert (clock(night.opens_at), clock(night.closes_at)) == ("Fri 22:00:00", "Sat 06:00:00")


def test_instants_of_any_zone():
    """An instant is the same whichever zone it is written in; answers are in UTC."""
    start = datetime(2026, 11, 14, 15, tzinfo=timezone(timedelta(hours=3)))
    answers = [due(calendar=OFFICE, start=one, duration=timedelta(hours=1)) for one in (start, start.astimezone(UTC))]

    assert answers[0] == answers[1]
    assert answers[0].tzinfo is UTC


def test_the_second_of_two_equal_times():
    """02:30 is shown twice in Berlin on 25 October 2026; the two are an hour apart."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=time_zone("Europe/Berlin"))

    assert worked(calendar=ROUND_THE_CLOCK, start=first, end=first.replace(fold=1)) == timedelta(hours=1)


def test_table():
    """One row for each unbroken stretch, with the working time before it."""
    rows = table(calendar=WITH_LUNCH, period=Period(date(2026, 11, 13), date(2026, 11, 17)))

    assert [(clock(row.opens_at), clock(row.closes_at), row.worked_before / timedelta(hours=1)) for row in rows] == [
        ("Fri 09:00:00", "Fri 12:00:00", 0),
        ("Fri 13:00:00", "Fri 18:00:00", 3),
        ("Mon 09:00:00", "Mon 12:00:00", 8),
        ("Mon 13:00:00", "Mon 18:00:00", 11),
    ]


def test_table_without_work():
    """A weekend has no rows."""
    assert table(calendar=OFFICE, period=Period(date(2026, 11, 14), date(2026, 11, 16))) == ()


@pytest.mark.parametrize(
    ("time", "is_open"),
    [("08:59:59", False), ("09:00", True), ("11:59:59", True), ("12:00", False), ("13:00", True), ("18:00", False)],
)
def test_open(time, is_open):
    """People work from the opening instant on and no longer at the closing one."""
    assert open_at(calendar=WITH_LUNCH, instant=at(f"2026-11-13 {time}")) is is_open


def test_working_days():
    """Half days and special days are worked, holidays and weekends are not."""
    days = working_days(calendar=REPUBLIC_DAY, period=Period(date(2026, 10, 26), date(2026, 11, 2)))

    assert [day.day for day in days] == [26, 27, 28, 30, 31]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("9:00-18:00", ["09:00-18:00"]),
        ("09:00 – 12:30; 13:15-24:00", ["09:00-12:30", "13:15-24:00"]),
        ("00:00-24:00", ["00:00-24:00"]),
    ],
)
def test_hours_as_people_write_them(text, expected):
    """Intervals with a hyphen or a dash, divided by space, comma or semicolon."""
    assert [str(interval) for interval in hours(text)] == expected


@pytest.mark.parametrize(
    "text", ["9-18", "09:00", "09:00-", "09:60-10:00", "9am-5pm", "09:00-18:00h", "١٠:٠٠-١١:٠٠", "off"]
)
def test_unreadable_hours(text):
    """What is no interval of the 24-hour clock is refused."""
    with pytest.raises(UnreadableHours):
        hours(text)


@pytest.mark.parametrize("text", ["22:00-06:00", "09:00-09:00", "09:00-24:01", "25:00-26:00"])
def test_reversed_hours(text):
    """An interval ends after it starts and by 24:00; a night shift is written as two."""
    with pytest.raises(IntervalReversed) as raised:
        hours(text)

    assert raised.value.data["interval"] == text


def week(first: str, others: str = "") -> tuple[tuple[Interval, ...], ...]:
    """A week with hours on Monday and the same ones on all other days."""
    return (hours(first), *(hours(others),) * 6)


@pytest.mark.parametrize(
    ("problem", "wrong"),
    [
        (UnknownZone, {"zone": "Istanbul", "week": week("09:00-18:00")}),
        (IntervalsOverlap, {"zone": "UTC", "week": week("12:00-18:00 09:00-12:01")}),
        (
            IntervalsOverlap,
            {
                "zone": "UTC",
                "week": week("9:00-10:00"),
                "special_days": ((date(2026, 1, 2), hours("8:00-9:00 8:30-9:30")),),
            },
        ),
        (NoWorkingTime, {"zone": "UTC", "week": week(""), "special_days": ((date(2026, 1, 2), NINE_TO_SIX),)}),
        (
            DayGivenTwice,
            {
                "zone": "UTC",
                "week": week("09:00-18:00"),
                "holidays": frozenset({date(2026, 1, 2)}),
                "special_days": ((date(2026, 1, 2), NINE_TO_SIX),),
            },
        ),
        (
            DayGivenTwice,
            {
                "zone": "UTC",
                "week": week("09:00-18:00"),
                "special_days": ((date(2026, 1, 2), NINE_TO_SIX), (date(2026, 1, 2), ())),
            },
        ),
    ],
)
def test_calendars_that_are_refused(problem, wrong):
    """A calendar that contradicts itself or has no working time is refused when it is made."""
    with pytest.raises(problem):
        Calendar(**wrong)


def test_all_that_is_wrong_at_once():
    """One bad value of a calendar does not hide the next."""
    with pytest.raises(Problems) as raised:
        Calendar(
            zone="Mars",
            week=week("", ""),
            holidays=frozenset({date(2026, 1, 2)}),
            special_days=((date(2026, 1, 2), ()),),
        )

    assert [problem.code for problem in raised.value.problems] == ["unknown-zone", "day-given-twice", "no-working-time"]


def test_a_week_has_seven_days():
    """Hours for five weekdays leave it open when they fall."""
    with pytest.raises(ValueError, match="seven days"):
        Calendar(zone="UTC", week=(NINE_TO_SIX,) * 5)


def test_equal_calendars():
    """Calendars with the same hours are equal, in whatever order they were written and whatever was asked of them."""
    one = Calendar(zone="UTC", week=week("09:00-12:00 13:00-18:00"))
    other = Calendar(zone="UTC", week=week("13:00-18:00 09:00-12:00"))
    working_days(calendar=one, period=Period(date(2026, 1, 1), date(2026, 2, 1)))
    worked(calendar=one, start=at("2026-01-01 00:00"), end=at("2026-02-01 00:00"))

    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("act", [worked, due])
def test_naive_instants(act):
    """A date and time without zone is refused by both functions."""
    last = {"end": at("2026-11-13 10:00")} if act is worked else {"duration": timedelta(hours=1)}

    with pytest.raises(InstantWithoutZone):
        act(calendar=OFFICE, start=datetime(2026, 11, 13, 9), **last)


def test_placeholder_instants():
    """An end in the year 9999 is refused, not counted to."""
    with pytest.raises(DayOutOfRange):
        worked(calendar=OFFICE, start=at("2026-11-13 09:00"), end=datetime(9999, 12, 31, tzinfo=UTC))


def test_no_time_below_zero():
    """A duration below zero is refused."""
    with pytest.raises(DurationNegative):
        due(calendar=OFFICE, start=at("2026-11-13 09:00"), duration=timedelta(microseconds=-1))


def test_more_time_than_there_is():
    """A duration that ends after 2199 is refused instead of searched for without end."""
    with pytest.raises(DueOutOfRange):
        due(calendar=OFFICE, start=at("2026-11-13 09:00"), duration=timedelta(days=365 * 100))
