"""The calendar of the people of a funnel: their hours, and the public holidays of their country."""

from __future__ import annotations

from datetime import date, timedelta

import holidays as public

from funnelpact.core.journeys.mapping import Office
from funnelpact.core.terms.calendar import Calendar, Hours, Interval
from funnelpact.core.terms.problem import Problem

HALF_DAY = 13 * 60
"""When work ends on a half holiday, in minutes of the day."""


class HolidaysUnknown(Problem):
    """A country, or a part of one, whose public holidays nobody has told us."""

    code = "holidays-unknown"


def calendar_of(*, office: Office | None, zone: str, first: date, last: date) -> Calendar:
    """The working calendar of the days from `first` to `last`; Monday to Friday from 09:00 to 18:00 where nobody has said.

    Public holidays are free, half ones end at 13:00; special days have their own hours in any case. Raises
    `HolidaysUnknown` and what `Calendar` raises.

    >>> calendar = calendar_of(office=Office(holidays="TR"), zone="Europe/Istanbul",
    ...                        first=date(2026, 10, 1), last=date(2026, 10, 31))
    >>> [str(calendar.hours_on(date(2026, 10, day))) for day in (28, 29)]
    ['(Interval(opens=540, closes=780),)', '()']
    """
    said = office or Office()
    full, half = (set(), set()) if said.holidays is None else _holidays(said.holidays, first, last)
    special = dict(said.special_days)
    for day in half - full - special.keys():
        special[day] = _morning(said.week[day.weekday()])
    return Calendar(
        zone=zone, week=said.week, holidays=frozenset(full - special.keys()), special_days=tuple(special.items())
    )


def _morning(day: Hours) -> Hours:
    return tuple(Interval(part.opens, min(part.closes, HALF_DAY)) for part in day if part.opens < HALF_DAY)


def _holidays(place: str, first: date, last: date) -> tuple[set[date], set[date]]:
    """The public holidays and the half ones of a country, with a day to spare for zones."""
    country, _, part = place.upper().partition("-")
    years = range(first.year, (last + timedelta(days=1)).year + 1)
    try:
        offered = public.country_holidays(country, subdiv=part or None).supported_categories
        kinds = [kind for kind in ("public", "half_day") if kind in offered]
        found = [
            set(public.country_holidays(country, subdiv=part or None, years=years, categories=kind)) for kind in kinds
        ]
    except NotImplementedError as error:
        raise HolidaysUnknown(place=place) from error
    return found[0], found[1] if len(found) > 1 else set()
