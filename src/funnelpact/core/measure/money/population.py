"""What the population of a segment is called."""

from __future__ import annotations

from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.terms.message import Message


def population_of(*, segment: Segment) -> Message:
    """This returns the name of a segment for people: all, unknown, or as the source writes it.

    >>> population_of(segment=None).id
    'population.unknown'
    """
    if segment == ALL:
        return Message("population.all")
    return Message("population.unknown") if segment is None else Message("population.segment", name=segment)
