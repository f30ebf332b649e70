"""When the people of a funnel work: what is said of it, and the holidays of their country."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from funnelpact.core.journeys.mapping import NINE_TO_SIX, Office
from funnelpact.core.journeys.office import HolidaysUnknown, calendar_of
from funnelpact.core.terms.calendar import hours

OCTOBER: Any = {"zone": "Europe/Istanbul", "first": date(2026, 10, 1), "last": date(2026, 10, 31)}


def test_where_nobody_has_said_it_people_work_from_nine_to_six():
    """Monday to Friday, without any holiday."""
    calendar = calendar_of(office=None, **OCTOBER)

    assert calendar.week == NINE_TO_SIX
    assert calendar.hours_on(date(2026, 10, 29)) == hours("09:00-18:00")


def test_public_holidays_are_free_and_half_ones_end_at_one():
    """The eve of the Turkish Republic Day, and the day itself."""
    calendar = calendar_of(office=Office(week=(hours("09:00-12:00 12:30-18:00"),) * 7, holidays="TR"), **OCTOBER)

    assert calendar.hours_on(date(2026, 10, 28)) == hours("09:00-12:00 12:30-13:00")
    assert calendar.hours_on(date(2026, 10, 29)) == ()


def test_a_special_day_stands_above_a_holiday():
    """Somebody works on it."""
    special = ((date(2026, 10, 29), hours("10:00-12:00")),)
    calendar = calendar_of(office=Office(holidays="tr", special_days=special), **OCTOBER)

    assert calendar.hours_on(date(2026, 10, 29)) == hours("10:00-12:00")


def test_a_part_of_a_country_has_holidays_of_its_own():
    """Epiphany is free in Bavaria and not in Berlin."""
    january: Any = {"zone": "Europe/Berlin", "first": date(2026, 1, 1), "last": date(2026, 1, 31)}
    free = {
        place: calendar_of(office=Office(holidays=place), **january).hours_on(date(2026, 1, 6)) == ()
        for place in ("DE-BY", "DE-BE")
    }

    assert free == {"DE-BY": True, "DE-BE": False}


@pytest.mark.parametrize("place", ["XX", "DE-ZZ", "Turkey in Asia"])
def test_a_place_without_known_holidays_is_refused(place: str):
    """Rather than counted as one without holidays."""
    with pytest.raises(HolidaysUnknown):
        calendar_of(office=Office(holidays=place), **OCTOBER)


def test_an_office_says_itself_in_one_line():
    """As the settings show it."""
    office = Office(holidays="TR", special_days=((date(2026, 12, 31), ()),))

    assert str(office).endswith("friday 09:00-18:00, holidays TR, 2026-12-31 free")
