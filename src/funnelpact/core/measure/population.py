"""What all findings of one segment share, and what its population is called."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.terms.message import Message


class About(TypedDict):
    """The population of a finding, up to which day its events count, and by when they were known."""

    population: Message
    as_of: date
    known_at: datetime | None


def about(*, segment: Segment, as_of: date, known_at: datetime | None) -> About:
    """This returns what all findings of a segment share."""
    return {"population": population_of(segment=segment), "as_of": as_of, "known_at": known_at}


def population_of(*, segment: Segment) -> Message:
    """This returns the name of a segment for people: all, unknown, or as the source writes it.

    >>> population_of(segment=None).id
    'population.unknown'
    """
    if segment == ALL:
        return Message("population.all")
    return Message("population.unknown") if segment is None else Message("population.segment", name=segment)
