"""Days of the reporting zone, as engine expressions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import ibis
from ibis.expr import types as ir

from funnelpact.core.terms.period import stretches

_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2051, 1, 1, tzinfo=UTC)
"""Clock changes are known between these; outside, the distance from UTC is that of the nearest."""


def day_in(*, zone: str, at: ir.Value, is_day: ir.Value) -> ir.Value:
    """This returns the day of the zone on which an instant lies; what is known to the day only keeps its day."""
    return clock_in(zone=zone, at=at, is_day=is_day).date()


def clock_in(*, zone: str, at: ir.Value, is_day: ir.Value | None = None) -> ir.Value:
    """This returns what a clock in the zone shows at an instant; where the day only is known, its midnight."""
    clock = naive(at=at)
    stretches_of_zone = _offsets(zone)
    if {offset for _, offset in stretches_of_zone} == {0}:
        return clock
    shown = clock + _minutes(at, stretches_of_zone).as_interval("m")
    return shown if is_day is None else ibis.ifelse(is_day, clock, shown)


def naive(*, at: ir.Value) -> ir.Value:
    """This returns what a clock in UTC shows at an instant. Engines are slow to calculate with instants that have a zone."""
    return at.cast("timestamp")


def _minutes(at: ir.Value, of_zone: Sequence[tuple[datetime, int]]) -> ir.Value:
    """How far the zone is ahead of UTC, found by halving: seven comparisons a value where a zone changes its clocks."""
    if len(of_zone) == 1:
        return ibis.literal(of_zone[0][1], "int16")
    middle = len(of_zone) // 2
    end, _ = of_zone[middle - 1]
    return ibis.ifelse(at < instant(at=end), _minutes(at, of_zone[:middle]), _minutes(at, of_zone[middle:]))


@lru_cache(maxsize=8)
def _offsets(zone: str) -> tuple[tuple[datetime, int], ...]:
    """Until when the zone is ahead of UTC by how many minutes."""
    found = stretches(zone=zone, start=_FIRST, end=_LAST)
    return tuple((stretch.end, stretch.offset // timedelta(minutes=1)) for stretch in found)


def instant(*, at: datetime) -> ir.Value:
    """This returns an instant as a literal that every engine reads in UTC."""
    return ibis.timestamp(at.astimezone(UTC).isoformat())
