"""Days of the reporting zone, as engine expressions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import ibis
from ibis.expr import types as ir

from funnelpact.core.terms.period import stretches

_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2051, 1, 1, tzinfo=UTC)
"""Clock changes are known between these; outside, the distance from UTC is that of the nearest."""


def day_in(*, zone: str, at: ir.Value, is_day: ir.Value) -> ir.Value:
    """This returns the day of the zone on which an instant lies; what is known to the day only keeps its day."""
    if not _moves(zone):
        return at.date()
    return ibis.ifelse(is_day, at, clock_in(zone=zone, at=at)).date()


def clock_in(*, zone: str, at: ir.Value) -> ir.Value:
    """This returns what a clock in the zone shows at an instant, as if it were in UTC."""
    if not _moves(zone):
        return at
    offsets = _offsets(zone)
    branches = [(at < instant(at=end), int(offset / timedelta(minutes=1))) for end, offset in offsets]
    minutes = ibis.cases(*branches, else_=branches[-1][1])
    return at + minutes.as_interval("m")


def _moves(zone: str) -> bool:
    return {offset for _, offset in _offsets(zone)} != {timedelta(0)}


@lru_cache(maxsize=8)
def _offsets(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    return tuple((stretch.end, stretch.offset) for stretch in stretches(zone=zone, start=_FIRST, end=_LAST))


def instant(*, at: datetime) -> ir.Value:
    """This returns an instant as a literal that every engine reads in UTC."""
    return ibis.timestamp(at.astimezone(UTC).isoformat())
