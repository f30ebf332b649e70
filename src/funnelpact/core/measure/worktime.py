"""Working time of many instants at once: the cumulative table of a calendar as arrays.

What is assumed: the calendar, and that all instants lie inside the table's days. How: whole working time up to an instant is
that of the days before it, looked up by the day of UTC, plus what its own day's stretches have worked by then, so an instant
costs a few additions and no search. `core.measure.counts.worktime` gives the same days to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.terms.calendar import Calendar, DueOutOfRange, table
from funnelpact.core.terms.period import DAY, Period

Ints = NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_CHUNK = 1 << 15
"""Instants that are worked on at a time, so that all that is computed of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worktime:
    """The working time of a calendar from `first`, a day of UTC, in microseconds, for instants since 1970 in UTC.

    `before[d]` is all working time before day `d` of UTC begins, `opens[k][d]` and `closes[k][d]` the `k`-th stretch of work
    inside that day, in microseconds of the day; a day with fewer stretches has empty ones.
    """

    first: int
    before: Ints
    opens: tuple[Ints, ...]
    closes: tuple[Ints, ...]

    @classmethod
    def of(cls, *, calendar: Calendar, first: date, last: date) -> Worktime:
        """The working time of the days of UTC from `first` to `last`, both included. Raises `DayOutOfRange`.

        >>> from funnelpact.core.terms.calendar import hours
        >>> office = Calendar(zone="Europe/Istanbul", week=(hours("09:00-18:00"),) * 5 + ((), ()))
        >>> time = Worktime.of(calendar=office, first=date(2026, 11, 13), last=date(2026, 11, 16))
        >>> (time.before // 3_600_000_000).tolist()
        [0, 9, 9, 9]
        """
        days = (last - first).days + 1
        number = (first - _EPOCH.date()).days
        # A day of the zone may begin or end a day of UTC earlier or later.
        rows = table(calendar=calendar, period=Period(first - 2 * DAY, last + 2 * DAY))
        opens, closes = _numbers(row.opens_at for row in rows), _numbers(row.closes_at for row in rows)
        day, opens, closes = _by_day(opens, closes)
        kept = (day >= number) & (day < number + days)
        day, opens, closes = day[kept] - number, opens[kept], closes[kept]
        lengths = np.bincount(day, weights=closes - opens, minlength=days).astype(np.int64)
        # The position of each stretch among those of its day.
        place = np.arange(len(day)) - np.searchsorted(day, day)
        columns = []
        for ends in (opens, closes):
            filled = [np.zeros(days, dtype=np.int64) for _ in range(int(place.max(initial=0)) + 1)]
            for which, column in enumerate(filled):
                column[day[place == which]] = ends[place == which]
            columns.append(tuple(filled))
        before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)[:-1]))
        return cls(first=number, before=before, opens=columns[0], closes=columns[1])

    def worked(self, *, start: Ints, end: Ints) -> Ints:
        """The working time from each start to its end, microseconds; below zero where the end comes first.

        Instants are microseconds since 1970 in UTC. Raises `ValueError` where one lies outside of the table's days.

        >>> from funnelpact.core.terms.calendar import hours
        >>> office = Calendar(zone="UTC", week=(hours("09:00-18:00"),) * 5 + ((), ()))
        >>> time = Worktime.of(calendar=office, first=date(2026, 11, 13), last=date(2026, 11, 16))
        >>> friday, monday = (np.array([day], "datetime64[us]").astype(np.int64) for day in ("2026-11-13T17", "2026-11-16T11"))
        >>> (time.worked(start=friday, end=monday) // 3_600_000_000).tolist()
        [3]
        """
        found = np.empty(len(start), dtype=np.int64)
        for here in range(0, len(start), _CHUNK):
            part = slice(here, here + _CHUNK)
            np.subtract(self._through(end[part]), self._through(start[part]), out=found[part])
        return found

    def through(self, *, at: Ints) -> Ints:
        """The working time from the table's first day to each instant, microseconds. Raises as `worked` does."""
        return np.concatenate([self._through(at[here : here + _CHUNK]) for here in range(0, max(1, len(at)), _CHUNK)])

    def due(self, *, start: Ints, duration: Ints | int) -> Ints:
        """The instants at which so much working time since each start is used up; what `core.terms.calendar.due` says.

        `duration` is in microseconds, at least 0. Raises `ValueError` as `worked` does and for a negative duration, and
        `DueOutOfRange` where the table ends before it.
        """
        wanted = np.broadcast_to(np.asarray(duration, dtype=np.int64), start.shape)
        if (wanted < 0).any():
            raise ValueError("nothing is due before its start")
        through = self.through(at=start)
        # A tick later: with nothing promised, due is the instant before the first tick of work.
        none = wanted == 0
        at_work = none & (through > self.through(at=np.maximum(start - 1, self.first * _DAY)))
        ends = self._reached(through + np.where(none, 1, wanted)) - none
        return np.where(at_work, start, ends)

    def _through(self, at: Ints) -> Ints:
        # A whole number of days that the processor divides by with a multiplication.
        day = at // _DAY
        inside = at - day * _DAY
        day -= self.first
        if len(day) and (day.min() < 0 or day.max() >= len(self.before)):
            raise ValueError("an instant lies outside of the days of this working time")
        found = self.before[day]
        for opens, closes in zip(self.opens, self.closes, strict=True):
            begun = opens[day]
            found += np.clip(inside, begun, closes[day]) - begun
        return found

    def _reached(self, wanted: Ints) -> Ints:
        """The first instant by which so much has been worked since the table's first day."""
        lengths = [closes - opens for opens, closes in zip(self.opens, self.closes, strict=True)]
        through = self.before + sum(lengths)
        if (wanted > through[-1]).any():
            raise DueOutOfRange(hours=int((wanted.max() - through[-1]) // 3_600_000_000))
        day = np.searchsorted(through, wanted)
        left = wanted - self.before[day]
        found = np.zeros_like(wanted)
        open_still = np.ones(len(wanted), dtype=bool)
        for opens, length in zip(self.opens, lengths, strict=True):
            here = open_still & (left <= length[day])
            found[here] = ((day + self.first) * _DAY + opens[day] + left)[here]
            open_still &= ~here
            left = left - length[day]
        return found


def _numbers(instants: Iterable[datetime]) -> Ints:
    return np.array([(at - _EPOCH) // timedelta.resolution for at in instants], dtype=np.int64)


def _by_day(opens: Ints, closes: Ints) -> tuple[Ints, Ints, Ints]:
    """The stretches cut at each midnight of UTC: the day of each part, and its ends in microseconds of the day."""
    first, last = opens // _DAY, (closes - 1) // _DAY
    parts = last - first + 1
    of = np.repeat(np.arange(len(opens)), parts)
    day = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(parts) - parts, parts)
    return (
        day,
        np.maximum(opens[of] - day * _DAY, 0),
        np.minimum(closes[of] - day * _DAY, _DAY),
    )
