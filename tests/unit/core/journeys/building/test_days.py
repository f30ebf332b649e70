"""Days of the reporting zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.mapping import FunnelMapping
from tests.worlds import days, mapped

EVENINGS = """
    lead a 2026-03-28T22:30
    lead a > SQL 2026-03-29T21:30
    lead a > Lost 2026-10-25T22:30
    lead b 2026-03-28
    lead b > SQL 2026-03-29
    lead b > Lost 2026-10-25
"""


@pytest.mark.parametrize(
    ("zone", "of_a", "left"),
    [
        ("UTC", ["03-28", "03-29"], date(2026, 10, 25)),
        ("Europe/Istanbul", ["03-29", "03-30"], date(2026, 10, 26)),
        # Clocks in Berlin are put forward on 29 March and back on 25 October: 22:30 is 23:30, then 21:30 is 23:30, too.
        ("Europe/Berlin", ["03-28", "03-29"], date(2026, 10, 25)),
        ("America/New_York", ["03-28", "03-29"], date(2026, 10, 25)),
        ("Pacific/Kiritimati", ["03-29", "03-30"], date(2026, 10, 26)),
    ],
)
def test_an_instant_has_the_day_of_the_zone_and_a_day_keeps_its_own(zone: str, of_a: list[str], left: date):
    """East and west of UTC, in summer and in winter time."""
    found = mapped(EVENINGS, FunnelMapping(zone=zone))

    assert (days(found["a"])[:2], found["a"]["left_on"]) == (of_a, left)
    assert (days(found["b"])[:2], found["b"]["left_on"]) == (["03-28", "03-29"], date(2026, 10, 25))


def test_clocks_that_change_move_the_border_of_a_day():
    """The same hour in UTC is one day in winter and the next in summer."""
    world = """
        lead a 2026-03-28T22:30
        lead b 2026-03-29T22:30
        lead c 2026-10-24T22:30
        lead d 2026-10-25T22:30
    """

    assert {
        key: f"{row['created_on']:%m-%d}" for key, row in mapped(world, FunnelMapping(zone="Europe/Berlin")).items()
    } == {
        "a": "03-28",
        "b": "03-30",
        "c": "10-25",
        "d": "10-25",
    }


def test_up_to_the_end_of_a_day_of_the_zone():
    """An evening counts on the next day where it is one, a morning on the day before; days without time keep theirs."""
    world = """
        lead a 2026-01-10T22:00
        lead b 2026-01-11T03:00
        lead c 2026-01-10
        lead d 2026-01-11
    """

    assert {
        zone: set(mapped(world, FunnelMapping(zone=zone), as_of="2026-01-10"))
        for zone in ("UTC", "Europe/Istanbul", "America/New_York")
    } == {
        "UTC": {"a", "c"},
        "Europe/Istanbul": {"c"},
        "America/New_York": {"a", "b", "c"},
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Istanbul"])
def test_a_day_is_what_clocks_show(zone: str):
    """Around midnight, every eleven days for sixty years; Lord Howe changes its clocks by half an hour."""
    start, steps = datetime(1990, 1, 1, tzinfo=UTC), range(0, 60 * 365, 11)
    instants = [
        start + timedelta(days=day, hours=hour, seconds=second)
        for day in steps
        for hour in range(24)
        for second in (-1, 0)
    ]
    rows = ibis.memtable(pa.table({"at": pa.array(instants, pa.timestamp("us", "UTC"))}))
    told = rows.select("at", day=day_in(zone=zone, at=rows["at"], is_day=ibis.literal(False))).to_pyarrow().to_pylist()

    wrong = [row for row in told if row["day"] != row["at"].astimezone(ZoneInfo(zone)).date()]
    assert (len(told), wrong) == (len(instants), [])
