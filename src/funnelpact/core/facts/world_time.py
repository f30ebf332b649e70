"""Working hours of a simulated company, and the rows of its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.tables import TABLES, Kind, Precision
from funnelpact.core.facts.world_spec import Floats, WorldSpec

Rows: TypeAlias = dict[str, NDArray[Any]]
Facts: TypeAlias = dict[str, Rows]

DAY = 86_400.0
"""Seconds of a day. All clocks of a world are seconds since the midnight (UTC) of its first day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When people work: weekdays from `opens` to `closes` (seconds of the day), the holidays left out."""

    opens: float
    closes: float
    worked_before: Floats
    works: NDArray[np.bool_]

    @classmethod
    def of(cls, *, spec: WorldSpec) -> Hours:
        """The hours of a company over its days and a year beyond.

        >>> Hours.of(spec=WorldSpec(days=7)).works[:4].tolist()
        [True, False, False, True]
        """
        days = np.arange(spec.days + 366)
        works = (days + spec.first_day.weekday()) % 7 < 5
        for holiday in spec.holidays:
            position = (holiday - spec.first_day).days
            if 0 <= position < len(works):
                works[position] = False
        opens, closes = (3600.0 * hour for hour in spec.office_hours)
        before = np.concatenate(([0.0], np.cumsum(works * (closes - opens))))
        return cls(opens, closes, before, works)

    def after(self, *, since: Floats, worked: Floats) -> Floats:
        """The clock when so many seconds have been worked since another clock.

        >>> hours = Hours.of(spec=WorldSpec(days=7))
        >>> hours.after(since=np.array([17.5 * 3600]), worked=np.array([3600.0])).tolist()[0] / DAY > 3
        True
        """
        day = np.clip(np.floor(since / DAY).astype(int), 0, len(self.works) - 1)
        today = np.where(self.works[day], np.clip(since - day * DAY - self.opens, 0, self.closes - self.opens), 0.0)
        total = self.worked_before[day] + today + np.maximum(worked, 1.0)
        ends = np.clip(np.searchsorted(self.worked_before, total, side="left") - 1, 0, len(self.works) - 1)
        return np.asarray(ends * DAY + self.opens + total - self.worked_before[ends], dtype=np.float64)


def clock_rows(
    *, spec: WorldSpec, table: str, source_id: NDArray[Any], clock: Floats, columns: Mapping[str, Any]
) -> Rows:
    """This returns the rows of a fact table: given columns, those that every table begins with, the others empty.

    `clock` is when each row happened, NaN for rows that do not happen (left out).
    """
    happens = ~np.isnan(clock)
    count = int(happens.sum())
    start = np.datetime64(spec.first_day, "us")
    rows: Rows = {
        "source": np.full(count, spec.source, object),
        "source_id": source_id[happens],
        "happened_at": start + (clock[happens] * 1e6).astype("timedelta64[us]"),
        "precision": np.full(count, Precision.INSTANT.value, object),
    }
    for column in TABLES[table].columns[5:]:
        given = columns.get(column.name)
        if given is None:
            empty: Any = np.nan if column.kind in {Kind.AMOUNT, Kind.NUMBER} else None
            kind = np.float64 if column.kind in {Kind.AMOUNT, Kind.NUMBER} else object
            rows[column.name] = np.full(count, empty, kind)
        elif isinstance(given, np.ndarray):
            rows[column.name] = given[happens]
        else:
            rows[column.name] = np.full(count, given, object)
    return rows


def together(*, parts: Sequence[Rows]) -> Rows:
    """This returns rows of one table, one part after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def until(*, rows: Rows, spec: WorldSpec) -> Rows:
    """This returns the rows that happened by the end of the world's last day."""
    end = np.datetime64(spec.first_day, "us") + np.timedelta64(spec.days, "D")
    seen = rows["happened_at"] < end
    return {name: column[seen] for name, column in rows.items()}


def named(*, prefix: str, count: int, start: int = 1) -> NDArray[Any]:
    """This returns keys such as L000001, in order.

    >>> named(prefix="L", count=2).tolist()
    ['L000001', 'L000002']
    """
    return np.array([f"{prefix}{number:06d}" for number in range(start, start + count)], object)
