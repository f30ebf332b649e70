"""How a simulated world writes its facts down: whole tables with every column, keys, and a clock with office hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.tables import TABLES, Kind
from funnelpact.core.facts.world_spec import Floats, WorldSpec
from funnelpact.core.facts.world_truth import Ints

Texts: TypeAlias = NDArray[np.object_]
Flags: TypeAlias = NDArray[np.bool_]
Instants: TypeAlias = NDArray[np.datetime64]
Column: TypeAlias = NDArray[Any]
Table: TypeAlias = dict[str, Column]
Facts: TypeAlias = dict[str, Table]

DAY = 86_400
"""Seconds of a day; local time is counted in whole seconds from the midnight that begins the first day."""

LATEST = DAY - 1
"""The last second of a day."""


def fact_table(*, name: str, source: str, ids: Texts | str, happened_at: Instants, **columns: Column) -> Table:
    """This returns one fact table with exactly its columns (without `batch`), in the order of time.

    `ids` are the rows' own keys, or a prefix with which they are numbered in that order.
    Columns that are not given are empty: None, NaN, NaT, False. `precision` is `instant` unless given.
    Raises `KeyError` for a column that the table does not have.

    >>> at = np.array(["2026-01-02T10:00", "2026-01-01T10:00"], dtype="datetime64[us]")
    >>> rows = fact_table(name="ratings", source="s", ids="R", happened_at=at,
    ...                   customer=texts(values=["K2", "K1"]), score=np.array([4.0, 5.0]), scale=np.array([5, 5]))
    >>> rows["customer"].tolist(), rows["source_id"].tolist()
    (['K1', 'K2'], ['R000001', 'R000002'])
    """
    count = len(happened_at)
    order = np.argsort(happened_at, kind="stable")
    given = {"happened_at": happened_at.astype("datetime64[us]"), **columns}
    if isinstance(ids, str):
        given["source_id"] = np.empty(count, dtype=object)
        given["source_id"][order] = keys(prefix=ids, numbers=np.arange(1, count + 1))
    else:
        given["source_id"] = ids
    given["source"] = same(value=source, count=count)
    given.setdefault("precision", same(value="instant", count=count))
    table = TABLES[name]
    for column in given:
        table.column(column)
    return {
        column.name: (given[column.name][order] if column.name in given else _empty(column.kind, count))
        for column in table.columns
        if column.name != "batch"
    }


def _empty(kind: Kind, count: int) -> Column:
    """A column without a single value."""
    if kind in (Kind.AMOUNT, Kind.NUMBER):
        return np.full(count, np.nan)
    if kind is Kind.INSTANT:
        return np.full(count, np.datetime64("NaT"), dtype="datetime64[us]")
    if kind is Kind.FLAG:
        return np.zeros(count, dtype=bool)
    if kind is Kind.COUNT:
        return np.zeros(count, dtype=np.int64)
    return same(value=None, count=count)


def texts(*, values: Sequence[object]) -> Texts:
    """This returns a text (or labels) column of the values, None where missing.

    >>> texts(values=[[("name", "a"), ("sector", "Retail")], None]).shape
    (2,)
    """
    column = np.empty(len(values), dtype=object)
    # Cell by cell, because NumPy would take equally long lists for a second axis.
    for number, value in enumerate(values):
        column[number] = value
    return column


def keys(*, prefix: str, numbers: Ints) -> Texts:
    """This returns one key for each number.

    >>> keys(prefix="L", numbers=np.array([7, 12])).tolist()
    ['L000007', 'L000012']
    """
    return texts(values=[f"{prefix}{number:06d}" for number in numbers.tolist()])


def either(*, where: Flags, yes: object, no: object) -> Texts:
    """This returns a text column: `yes` where the flag holds, `no` elsewhere; each a column, one text or None.

    >>> either(where=np.array([True, False]), yes="a", no=None).tolist()
    ['a', None]
    """
    column = np.empty(len(where), dtype=object)
    column[where] = yes[where] if isinstance(yes, np.ndarray) else yes
    column[~where] = no[~where] if isinstance(no, np.ndarray) else no
    return column


def same(*, value: object, count: int) -> Texts:
    """This returns a text column that says the same in each row."""
    return np.full(count, value, dtype=object)


def picks(
    *, labels: Sequence[object], shares: Sequence[float] | NDArray[Any], count: int, rng: np.random.Generator
) -> Texts:
    """This returns so many labels, drawn with the given weights (they need not sum to 1)."""
    weights = np.asarray(shares, dtype=np.float64)
    return texts(values=labels)[rng.choice(len(labels), size=count, p=weights / weights.sum())]


def cents(*, amounts: Floats) -> Floats:
    """This returns the amounts rounded to two places; the nearest float to a whole number of cents.

    >>> cents(amounts=np.array([1.005, 2.0])).tolist()
    [1.0, 2.0]
    """
    return np.asarray(np.round(amounts, 2), dtype=np.float64)


class Clock:
    """Local seconds of one world: as instants in UTC, and as time worked in office hours.

    >>> clock = Clock(spec=WorldSpec(zone="Europe/Istanbul", days=10))
    >>> clock.utc(seconds=np.array([9 * 3600])).tolist()
    [datetime.datetime(2025, 5, 2, 6, 0)]
    >>> friday_noon = np.array([12 * 3600])
    >>> int(clock.due(seconds=friday_noon, worked=np.array([9 * 3600.0]))[0]) == 3 * DAY + 12 * 3600
    True
    """

    def __init__(self, *, spec: WorldSpec) -> None:
        self.first_day = spec.first_day
        self.end = spec.days * DAY
        self.open, self.close = (hour * 3600 for hour in spec.office_hours)
        self._hours_behind = self._offsets(spec)
        # A year beyond the cut, so that what falls due later still has its own instant.
        self._works = np.array([self._is_working(spec, day) for day in range(spec.days + 366)])
        self._worked = np.concatenate([[0], np.cumsum(np.where(self._works, self.close - self.open, 0))])

    @staticmethod
    def _offsets(spec: WorldSpec) -> Ints:
        """Seconds by which each local hour is ahead of UTC, so that summer time keeps every calendar date."""
        zone, midnight = ZoneInfo(spec.zone), datetime.combine(spec.first_day, datetime.min.time())
        local = (midnight + timedelta(hours=hour) for hour in range(spec.days * 24))
        shifts = (moment.replace(tzinfo=zone).utcoffset() for moment in local)
        return np.array([int(shift.total_seconds()) if shift else 0 for shift in shifts])

    @staticmethod
    def _is_working(spec: WorldSpec, day: int) -> bool:
        on = spec.first_day + timedelta(days=day)
        return on.weekday() < 5 and on not in spec.holidays

    def utc(self, *, seconds: Ints) -> Instants:
        """The instants in UTC. Only for seconds from the first day to the cut."""
        shift = seconds - self._hours_behind[seconds // 3600]
        return np.asarray(np.datetime64(self.first_day, "us") + (shift * 1_000_000).astype("timedelta64[us]"))

    def due(self, *, seconds: Ints, worked: Floats) -> Ints:
        """The instants at which so many seconds in office hours have passed (negative: the last one so long before).

        Beyond the horizon, its end.
        """
        day = np.minimum(seconds // DAY, len(self._works) - 1)
        inside = np.clip(seconds - day * DAY - self.open, 0, self.close - self.open)
        target = self._worked[day] + np.where(self._works[day], inside, 0) + worked.astype(np.int64)
        target = np.clip(target, 0, self._worked[-1] - 1)
        reached = np.searchsorted(self._worked, target, side="right") - 1
        return np.asarray(reached * DAY + self.open + target - self._worked[reached], dtype=np.int64)

    def office_time(self, *, days: Ints, not_before: Ints, rng: np.random.Generator) -> Ints:
        """A second inside each day, in office hours where possible, never before `not_before` and never on another day.

        What follows on the same day comes later than what it follows: in the rest of the office day, else of the day.
        """
        share = rng.random(len(days))
        begin = np.maximum(days * DAY + self.open, not_before + 60)
        evening = begin >= days * DAY + self.close - 1800
        end = np.where(evening, days * DAY + LATEST, days * DAY + self.close)
        begin = np.minimum(np.maximum(begin, not_before), end)
        return np.asarray(begin + np.floor(share * (end - begin)), dtype=np.int64)


def no_rows(*, name: str, source: str) -> Table:
    """This returns a fact table in which nothing stands.

    >>> len(no_rows(name="merges", source="s")["into"])
    0
    """
    return fact_table(name=name, source=source, ids="", happened_at=np.array([], dtype="datetime64[us]"))
