"""Local times of a named zone to UTC, whole columns at once, with what the clocks' changes leave open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from funnelpact.adapters.connectors.files.bulk.moments import SECOND, Flags, Micros
from funnelpact.core.terms.problem import Problem

_QUARTER = 15 * 60 * SECOND
"""Clocks are changed at full quarters of an hour."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times have no zone of their own


class ZoneUnknown(Problem):
    """A zone of which nothing is known."""

    code = "zone-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Instants in UTC; `twice`: the local time came twice and the first is taken; `never`: it was skipped and is moved on."""

    at: Micros
    twice: Flags
    never: Flags


def zone_named(*, name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises `ZoneUnknown`.

    >>> zone_named(name="Europe/Istanbul").key
    'Europe/Istanbul'
    """
    try:
        return ZoneInfo(name.strip())
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ZoneUnknown(text=name) from error


def to_utc(*, local: Micros, zone: ZoneInfo) -> Placed:
    """The instants of local times. One that comes twice in autumn is the first; one that spring skips lies as much later.

    >>> spring = np.array([datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 2, 30)], "datetime64[us]").astype(np.int64)
    >>> placed = to_utc(local=spring, zone=ZoneInfo("Europe/Berlin"))
    >>> placed.at.astype("datetime64[us]").astype(str).tolist(), placed.never.tolist()
    (['2026-03-29T00:30:00.000000', '2026-03-29T01:30:00.000000'], [False, True])
    """
    quarters, places = np.unique(local // _QUARTER, return_inverse=True)
    offsets = np.zeros(len(quarters), np.int64)
    twice, never = np.zeros(len(quarters), np.bool_), np.zeros(len(quarters), np.bool_)
    for place, quarter in enumerate(quarters.tolist()):
        begun = _EPOCH + timedelta(microseconds=quarter * _QUARTER)
        first, second = (begun.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
        offsets[place] = first // timedelta(microseconds=1)
        twice[place], never[place] = first > second, first < second
    return Placed(at=local - offsets[places], twice=twice[places], never=never[places])
