"""Working time by three roads: single instants, arrays, the engine; and once more by counting the minutes of a clock."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from funnelpact.core.measure.counts.followup.worktime import instant_number, microseconds, with_worked
from funnelpact.core.measure.worktime import Worktime
from funnelpact.core.terms.calendar import Calendar, DueOutOfRange, Hours, Interval, due, hours, open_at, worked
from tests.laws.calendars import CHANGES, ZONES, a_week_of

TICK = timedelta.resolution
DAYS = ("", "09:00-18:00", "09:00-12:00 13:00-18:00", "00:00-24:00", "22:00-24:00", "00:00-06:00 07:30-07:31")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def some_day(dice: random.Random) -> Hours:
    """A usual day, or up to four intervals that begin and end in any minute."""
    if dice.random() < 0.6:
        return hours(dice.choice(DAYS))
    ends = sorted(dice.sample(range(24 * 60 + 1), 2 * dice.randint(1, 4)))
    return tuple(Interval(opens, closes) for opens, closes in zip(ends[::2], ends[1::2], strict=True))


def some_world(seed: int) -> tuple[Calendar, date, list[datetime], random.Random]:
    """A calendar of any zone with holidays and half days, and instants around a change of its clocks and at its edges."""
    dice = random.Random(seed)
    around = dice.choice(CHANGES)
    first = around.date() - timedelta(days=20)
    own = {first + timedelta(days=dice.randint(0, 60)): dice.choice([None, some_day(dice)]) for _ in range(6)}
    week = tuple(some_day(dice) for _ in range(7))
    calendar = Calendar(
        zone=dice.choice(ZONES),
        week=week if any(week) else (*week[:6], hours("10:00-11:00")),
        holidays=frozenset(day for day, its_hours in own.items() if its_hours is None),
        special_days=tuple((day, its_hours) for day, its_hours in own.items() if its_hours is not None),
    )
    begin = datetime.combine(first, datetime.min.time(), UTC)
    anywhere = [begin + timedelta(microseconds=dice.randrange(40 * 86_400 * 10**6)) for _ in range(20)]
    minutes = [begin + timedelta(minutes=dice.randrange(40 * 1440)) for _ in range(10)]
    nearby = [around + timedelta(minutes=dice.randint(-200, 200)) for _ in range(10)]
    midnights = [begin + timedelta(days=dice.randint(1, 40)) for _ in range(5)]
    openings = [due(calendar=calendar, start=at, duration=timedelta()) for at in anywhere[:8]]
    ticks = [at - TICK for at in (*midnights, *openings)]
    return calendar, first, [*anywhere, *minutes, *nearby, *midnights, *openings, *ticks], dice


def numbers(instants: list[datetime]) -> np.ndarray:
    """The instants as microseconds since 1970."""
    return np.array([(at - EPOCH) // TICK for at in instants], dtype=np.int64)


@pytest.mark.parametrize("seed", range(25))
def test_arrays_engine_and_single_instants_agree_to_the_microsecond(seed: int):
    """Any zone and change of clocks, several intervals a day, holidays, half days, edges of intervals and of days."""
    calendar, first, starts, dice = some_world(seed)
    ends = dice.sample(starts, len(starts))
    time = Worktime.of(calendar=calendar, first=first, last=first + timedelta(days=60))
    single: list[Any] = [
        worked(calendar=calendar, start=start, end=end) // TICK for start, end in zip(starts, ends, strict=True)
    ]
    before = [worked(calendar=calendar, start=end - TICK, end=end) == TICK for end in ends]
    after = [open_at(calendar=calendar, instant=end) for end in ends]

    rows = ibis.memtable(pa.table({"start": starts, "end": ends}))
    rows = rows.select(start=microseconds(at=rows.start), end=microseconds(at=rows.end))
    found = with_worked(rows=rows, worktime=time, names=["start", "end"]).to_pyarrow().to_pylist()
    engine = {
        (row["start"], row["end"]): (row["end_worked"] - row["start_worked"], row["end_at_work"], row["end_open"])
        for row in found
    }

    assert time.worked(start=numbers(starts), end=numbers(ends)).tolist() == single
    wanted: list[Any] = list(zip(single, before, after, strict=True))
    keys = zip(numbers(starts).tolist(), numbers(ends).tolist(), strict=True)
    assert [engine[key] for key in keys] == wanted


@pytest.mark.parametrize("seed", range(25))
def test_due_of_arrays_is_due_of_single_instants(seed: int):
    """For nothing at all, minutes, whole weeks and any amount; each start with its own."""
    calendar, first, starts, dice = some_world(seed)
    week = a_week_of(calendar)
    kinds = [timedelta(), timedelta(minutes=30), timedelta(hours=1), week, week * 2]
    durations = [
        dice.choice([*kinds, timedelta(microseconds=dice.randrange(week // TICK))]) if week else timedelta()
        for _ in starts
    ]
    time = Worktime.of(calendar=calendar, first=first, last=first + timedelta(days=90))
    found = time.due(start=numbers(starts), duration=np.array([each // TICK for each in durations]))

    assert found.tolist() == [
        instant_number(at=due(calendar=calendar, start=start, duration=each))
        for start, each in zip(starts, durations, strict=True)
    ]


def test_a_lead_of_saturday_afternoon_is_due_on_monday_at_ten():
    """One hour, Monday to Friday from nine to five: the hour of the day is not carried over the weekend."""
    office = Calendar(zone="Europe/Berlin", week=(hours("09:00-17:00"),) * 5 + ((), ()))
    time = Worktime.of(calendar=office, first=date(2026, 11, 13), last=date(2026, 11, 18))
    saturdays = numbers([datetime(2026, 11, 14, hour, tzinfo=UTC) for hour in (14, 19)])
    monday = numbers([datetime(2026, 11, 16, 9, tzinfo=UTC)] * 2)

    assert time.due(start=saturdays, duration=3_600_000_000).tolist() == monday.tolist()


def test_what_lies_outside_of_the_table_is_refused():
    """An instant before its first day, after its last, and a due instant that it does not reach."""
    office = Calendar(zone="UTC", week=(hours("09:00-17:00"),) * 7)
    time = Worktime.of(calendar=office, first=date(2026, 11, 13), last=date(2026, 11, 18))
    inside = numbers([datetime(2026, 11, 14, tzinfo=UTC)])
    for outside in (datetime(2026, 11, 12, 23, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)):
        with pytest.raises(ValueError, match="outside"):
            time.worked(start=inside, end=numbers([outside]))
    with pytest.raises(DueOutOfRange):
        time.due(start=inside, duration=8 * 6 * 3_600_000_000)
    with pytest.raises(ValueError, match="before its start"):
        time.due(start=inside, duration=-1)
