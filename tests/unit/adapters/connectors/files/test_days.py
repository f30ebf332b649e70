"""Days in further spellings, and times that are nothing but days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.days import FEWEST, counted_instant, shift_to_day, spelt_day
from funnelpact.adapters.connectors.files.values import looks_like_dates, read_moment
from tests.filefacts import read_files, report, roles, rows

DAYS = [date(2026, 1, 2) + timedelta(days=9 * number) for number in range(40)]


def leads(*cells: str, header: str = "Create Date") -> dict[str, bytes]:
    """A file of leads, created as the cells say."""
    lines = [f"lead_id;{header};source", *(f"L{n};{cell};Web" for n, cell in enumerate(cells))]
    return {"leads.csv": "\n".join(lines).encode()}


def created(folder: Path, *cells: str, header: str = "Create Date") -> list[tuple[str, str]]:
    """When the leads were created, and how exactly that is known."""
    found = rows(read_files(folder, leads(*cells, header=header)), "leads")
    return [(f"{row['happened_at']:%Y-%m-%dT%H:%M}", row["precision"]) for row in found]


@pytest.mark.parametrize(
    "text",
    ["3 Feb 2026", "3-Feb-26", "03 February 2026", "3rd February, 2026", "Feb 3, 2026", "February 3 2026", "3 Şubat 2026", "3 ŞUB 2026", "20260203"],
)  # fmt: skip
def test_a_month_may_be_a_name_in_english_or_turkish(text: str):
    """Whole or short, before or after the day; digits alone are the year first."""
    assert spelt_day(text) == (2026, 2, 3, None)


@pytest.mark.parametrize("text", ["3 Foo 2026", "Mar 2026", "3 2026", "hello", "", "13 May", "190002030"])
def test_what_is_no_day_is_none(text: str):
    """Nothing is guessed."""
    assert spelt_day(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2/26/18 7:58 p.m.", "2018-02-26T19:58"),
        ("26 Şub 2018 19:58", "2018-02-26T19:58"),
        ("2018-02-26 22:58+03", "2018-02-26T19:58"),
        ("2018-02-26 19:58:00 UTC", "2018-02-26T19:58"),
        ("2018-02-26 19:58 GMT", "2018-02-26T19:58"),
        ("20180226T195800Z", "2018-02-26T19:58"),
        ("26.02.2018 07:58 ÖS", "2018-02-26T19:58"),
    ],
)
def test_times_and_zones_in_many_ways(text: str, expected: str):
    """They are one instant, whoever wrote it."""
    found = next(moment for moment in (read_moment(text, order=order) for order in orders(text)) if moment)

    assert f"{found.at:%Y-%m-%dT%H:%M}" == expected
    assert found.has_time


def orders(text: str):
    """The order in which a text is to be read: American ones say a. m. and p. m."""
    from funnelpact.adapters.connectors.files.values import DateOrder

    return [DateOrder.MONTH_FIRST if "/" in text else DateOrder.DAY_FIRST]


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_counts_since_1970_are_read_back(at: datetime):
    """Seconds and thousandths alike."""
    instant = at.replace(microsecond=0, tzinfo=UTC)
    seconds = int(instant.timestamp())
    long = 10**9 <= seconds < 10**10

    assert counted_instant(f"{seconds}") == (instant if long else None)
    assert counted_instant(f"{seconds * 1000}") == (instant if long else None)


def test_counts_and_plain_digits_are_days_only_under_a_header_of_days(tmp_path: Path):
    """Ten digits may be a record, eight an order number."""
    assert not looks_like_dates(["1770112500", "1770112501"])
    assert not looks_like_dates(["20260203"])
    assert looks_like_dates(["20260203"], digits=True)
    assert created(tmp_path, "1770112500000", "1770112560000") == [
        ("2026-02-03T09:55", "instant"),
        ("2026-02-03T09:56", "instant"),
    ]


def test_a_column_of_midnights_is_a_column_of_days(tmp_path: Path):
    """A time that is never anything but 00:00 says nothing of an hour."""
    assert created(tmp_path, "2026-02-03 00:00:00", "2026-02-04 00:00:00")[0] == ("2026-02-03T00:00", "day")


def test_midnight_among_times_is_an_instant(tmp_path: Path):
    """One lead may come at midnight."""
    assert created(tmp_path, "2026-02-03 00:00:00", "2026-02-04 09:30:00")[0] == ("2026-02-03T00:00", "instant")


@pytest.mark.parametrize("hours", [3, 1, -3, -5, 5.5])
def test_midnight_of_another_zone_is_its_day(tmp_path: Path, hours: float):
    """An export in UTC of a source that keeps days: every time is the same hour, the evening before or that night."""
    cells = [
        f"{datetime.combine(day, datetime.min.time()) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for day in DAYS
    ]

    assert created(tmp_path, *cells) == [(f"{day}T00:00", "day") for day in DAYS]


@pytest.mark.parametrize("hours", [0, 1, -9, -8])
def test_midnight_of_a_zone_with_summer_time_is_its_day(tmp_path: Path, hours: int):
    """London's midnight is 00:00 of UTC in winter and 23:00 of the day before in summer, that of Los Angeles 8 and 7."""
    shifts = [timedelta(hours=hours + (4 <= day.month <= 9)) for day in DAYS]
    starts = [datetime.combine(day, datetime.min.time()) - shift for day, shift in zip(DAYS, shifts, strict=True)]

    cells = [f"{start:%Y-%m-%d %H:%M}" for start in starts]
    assert created(tmp_path, *cells) == [(f"{day}T00:00", "day") for day in DAYS]


def test_times_that_are_always_alike_by_day_are_times():
    """What happens at ten every morning happens at ten; and what happens at 20:00 or 21:00 in turn is no midnight."""
    ten = [datetime(2026, 1, day, 10, tzinfo=UTC) for day in range(1, 21)]

    assert shift_to_day(ten) is None
    assert shift_to_day([at.replace(hour=20 + at.day % 2) for at in ten]) is None


def test_few_equal_times_prove_nothing():
    """Three mails at nine in the evening may be three mails at nine in the evening."""
    nine = [datetime(2026, 1, day, 21, tzinfo=UTC) for day in range(1, FEWEST)]

    assert shift_to_day(nine) is None
    assert shift_to_day([*nine, datetime(2026, 2, 1, 21, tzinfo=UTC)]) == timedelta(hours=3)
    assert shift_to_day([*nine, datetime(2026, 2, 1, 21, 1, tzinfo=UTC)]) is None
    assert shift_to_day([]) is None


def test_when_a_record_was_changed_or_copied_is_no_day_of_a_sale(tmp_path: Path):
    """Such days neither begin nor end anything; they stay labels, as written."""
    content = (
        "deal_id,created_at,last_modified_date,_fivetran_synced,next_step_date,amount,stage\n"
        "d1,2026-01-02,2026-03-02 10:00,2026-03-03 10:00,2026-05-01,5,Won\n"
        "d2,2026-01-05,2026-03-04 11:00,2026-03-03 10:00,2026-05-02,6,Negotiation\n"
    )
    read = read_files(tmp_path, {"deals.csv": content.encode()})

    assert roles(read, "deals.csv") == {
        "deal_id": "deal key",
        "created_at": "created",
        "amount": "amount",
        "stage": "stage",
    }
    assert [reject.reason for reject in report(read, "deals.csv").rejects] == ["no-end-date"]
    assert rows(read, "deals")[0]["labels"]["last_modified_date"] == "2026-03-04 11:00"


def test_an_open_order_of_days_that_stay_labels_is_no_question(tmp_path: Path):
    """Nobody is asked about days that become no fact."""
    content = "lead_id,created_at,last_seen\nL1,2026-01-02,1/2/2026\nL2,2026-01-03,3/2/2026\n"

    assert rows(read_files(tmp_path, {"leads.csv": content.encode()}), "leads")[0]["labels"] == {
        "last_seen": "1/2/2026"
    }
