"""Times without a zone of their own, clocks that are changed, and up to when files tell everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.bulk.zones import ZoneUnknown, to_utc
from funnelpact.adapters.connectors.files.source import FileSource, Read
from tests.filefacts import report, rows

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def read(folder: Path, *times: str, zone: str | None = None, complete_until: datetime | None = None) -> Read:
    """Leads that were created at these times."""
    path = folder / "leads.csv"
    path.write_text(
        "\n".join(["lead_id,created_at", *(f"L{n},{time}" for n, time in enumerate(times))]), encoding="utf-8"
    )
    return FileSource(paths=(path,), zone=zone, complete_until=complete_until).read(now=NOW)


def created(found: Read) -> list[str]:
    """When the leads were created, in UTC."""
    return [f"{row['happened_at']:%Y-%m-%d %H:%M}" for row in rows(found, "leads")]


def codes(found: Read) -> list[tuple[str, int]]:
    """What is doubtful, and how often."""
    return [(issue.code, issue.count) for issue in report(found, "leads.csv").issues]


def test_times_without_a_zone_are_those_of_the_zone_that_is_given(tmp_path: Path):
    """A time that names its own keeps it, and a day stays a day."""
    found = read(
        tmp_path, "2026-07-01 12:00", "2026-01-01 12:00", "2026-01-01 12:00Z", "2026-01-02", zone="Europe/Berlin"
    )

    assert created(found) == ["2026-07-01 10:00", "2026-01-01 11:00", "2026-01-01 12:00", "2026-01-02 00:00"]
    assert report(found, "leads.csv").zone == "Europe/Berlin"
    assert codes(found) == []


def test_without_a_zone_times_are_taken_as_utc_and_that_is_said(tmp_path: Path):
    """Only of times: days need none."""
    assert codes(read(tmp_path, "2026-07-01 12:00", "2026-01-01 12:05Z")) == [("zone-missing", 1)]
    assert codes(read(tmp_path, "2026-07-01", "2026-01-01")) == []
    assert created(read(tmp_path, "2026-07-01 12:00", "2026-01-01 12:05")) == ["2026-07-01 12:00", "2026-01-01 12:05"]


def test_a_time_that_comes_twice_is_the_first_and_one_that_never_comes_is_later(tmp_path: Path):
    """Both are counted."""
    found = read(tmp_path, "2026-10-25 02:30", "2026-03-29 02:30", "2026-05-01 10:00", zone="Europe/Berlin")

    assert created(found) == ["2026-10-25 00:30", "2026-03-29 01:30", "2026-05-01 08:00"]
    assert codes(found) == [("clock-changed", 2)]


def test_a_zone_that_does_not_exist_is_named(tmp_path: Path):
    """Before anything is read."""
    with pytest.raises(ZoneUnknown):
        read(tmp_path, "2026-01-01 10:00", zone="Europe/Atlantis")


@given(st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2037, 1, 1)), max_size=20), st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))  # fmt: skip
def test_whole_columns_are_taken_to_utc_like_single_times(times: list[datetime], name: str):
    """To the microsecond, in zones with half hours, too."""
    zone = ZoneInfo(name)
    local = np.array(times, "datetime64[us]").astype(np.int64)
    expected = [time.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) for time in times]

    assert to_utc(local=local, zone=zone).at.astype("datetime64[us]").tolist() == expected


def test_files_are_complete_until_their_newest_event(tmp_path: Path):
    """That has happened; or until what a person says."""
    said = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)

    assert read(tmp_path, "2026-05-01", "2026-08-03", "2027-01-01").complete_until == datetime(2026, 8, 3, tzinfo=UTC)
    assert read(tmp_path, "2026-05-01", "2026-08-03", complete_until=said).complete_until == said
