"""Whole columns of days and instants: the usual spellings at once, all others through each different cell.

Both ways read a cell alike; only how long it takes differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from funnelpact.adapters.connectors.files.arrow import Array, Texts, pa, pc
from funnelpact.adapters.connectors.files.days import FEWEST, shift_to_day
from funnelpact.adapters.connectors.files.values import DateOrder, date_order, read_moment

Flags: TypeAlias = NDArray[np.bool_]
Letters: TypeAlias = NDArray[np.uint8]
Micros: TypeAlias = NDArray[np.int64]

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS = (1_000, 9_998)
"""Years in which no zone leads out of what a date can be."""
_IS_MARK = np.array([chr(byte) in "-./" for byte in range(256)], np.bool_)
_YEAR_LAST = "^[0-9]{1,2}[-./][0-9]{1,2}(?:[-./][0-9]{4}|[./][0-9]{2})(?:[, T]+.+)?$"
_DAY_AND_MONTH = 6
"""Letters in which day and month stand where the year is last, marks included: of equal ones one is enough."""
_LENGTHS = (10, 16, 17, 19, 20, *range(21, 33))
_DAY_LENGTH = 10
_AT_ONCE = 250_000
_FEW = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """One moment for each cell of a column: microseconds since 1970, UTC, where `good`.

    `has_time`: the cell knew more than the day; `zoned`: it named the zone of its time.
    """

    at: Micros
    good: Flags
    has_time: Flags
    zoned: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLast:
    """Whether days with their year last occur, and an example of each order of day and month that one of them proves."""

    occurs: bool
    proofs: Mapping[DateOrder, str]

    @property
    def order(self) -> DateOrder | None:
        """The order that is proved, None where none is, or both."""
        return next(iter(self.proofs)) if len(self.proofs) == 1 else None


def year_last(*, cells: Texts) -> YearLast:
    """What all cells of a column say of the order of day and month. See `date_order`.

    >>> year_last(cells=pa.chunked_array([["2/1/2018", "2/26/2018", "2018-01-01"]])).order
    <DateOrder.MONTH_FIRST: 'month-first'>
    """
    found = [
        chunk.filter(pc.match_substring_regex(chunk, _YEAR_LAST))
        for part in cells.chunks
        if len(chunk := _begins_short(part))
    ]
    examples: dict[str, str] = {}
    for chunk in found:
        encoded = pc.utf8_slice_codeunits(chunk, 0, _DAY_AND_MONTH).dictionary_encode()
        places = np.unique(np.asarray(encoded.indices), return_index=True)[1]
        for start, cell in zip(encoded.dictionary.to_pylist(), chunk.take(pa.array(places)).to_pylist(), strict=True):
            examples.setdefault(start, cell)
    proofs = {order: cell for cell in reversed(examples.values()) if (order := date_order([cell]))}
    return YearLast(occurs=bool(examples), proofs=proofs)


def _begins_short(chunk: Array) -> Array:
    """The cells with a mark at the second or third place, as only those with one or two digits before it can be meant."""
    _, bounds, letters = chunk.buffers()
    if letters is None or not len(chunk):
        return chunk.slice(0, 0)
    ends = np.frombuffer(bounds, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(letters, np.uint8)
    starts = np.flatnonzero((np.diff(ends) > _DAY_AND_MONTH - 1) & np.asarray(chunk.is_valid()))
    return chunk.take(pa.array(starts[_IS_MARK[data[ends[starts] + 1]] | _IS_MARK[data[ends[starts] + 2]]]))


def read_moments(*, cells: Texts, order: DateOrder | None) -> Moments:
    """The moments in the cells of a column; none where a cell is null or no date. See `read_moment`.

    >>> found = read_moments(cells=pa.chunked_array([["2026-02-03", "3 Feb 2026 10:00Z", None, "soon"]]), order=None)
    >>> found.good.tolist(), found.has_time.tolist(), int(found.at[1] - found.at[0]) // SECOND
    ([True, True, False, False], [False, True, False, False], 36000)
    """
    parts = [
        _read(chunk.slice(start, _AT_ONCE), order) for chunk in cells.chunks for start in range(0, len(chunk), _AT_ONCE)
    ]
    if not parts:
        none = np.zeros(0, np.bool_)
        return Moments(at=np.zeros(0, np.int64), good=none, has_time=none, zoned=none)
    return Moments(
        at=np.concatenate([part.at for part in parts]),
        good=np.concatenate([part.good for part in parts]),
        has_time=np.concatenate([part.has_time for part in parts]),
        zoned=np.concatenate([part.zoned for part in parts]),
    )


def spread(*, moments: Moments, to: NDArray[np.int32]) -> Moments:
    """The moments of cells that are kept as codes, from those of their words; a code below 0 is no cell."""
    if not len(moments.at):
        none = np.zeros(len(to), np.bool_)
        return Moments(at=np.zeros(len(to), np.int64), good=none, has_time=none, zoned=none)
    there = to >= 0
    return Moments(
        at=moments.at[to],
        good=moments.good[to] & there,
        has_time=moments.has_time[to] & there,
        zoned=moments.zoned[to] & there,
    )


def shift_of(*, moments: Moments) -> timedelta | None:
    """What brings each of the times of a column onto its day, where all are nothing but days. See `shift_to_day`."""
    few = (moments.good & moments.has_time)[:_FEW], moments.at[:_FEW]
    if len(np.unique(few[1][few[0]] % DAY)) > 2:
        return None
    times = moments.at[moments.good & moments.has_time]
    clocks = times % DAY
    if not len(times) or not np.all((clocks == clocks.min()) | (clocks == clocks.max())):
        return None
    different = np.unique(times)
    # Some equal ones more, so that it is still seen whether there are enough of them.
    more = times[: max(0, min(len(times), FEWEST) - len(different))]
    return shift_to_day([_EPOCH + timedelta(microseconds=int(at)) for at in np.concatenate([different, more])])


def _read(chunk: Array, order: DateOrder | None) -> Moments:
    count = len(chunk)
    found = Moments(
        at=np.zeros(count, np.int64),
        good=np.zeros(count, np.bool_),
        has_time=np.zeros(count, np.bool_),
        zoned=np.zeros(count, np.bool_),
    )
    for places, letters in cells_by_length(chunk, _LENGTHS):
        _read_usual(found, places, letters, order)
    rest = np.asarray(chunk.is_valid()) & ~found.good
    if rest.any():
        _read_others(found, np.flatnonzero(rest), chunk, order)
    return found


def _read_others(found: Moments, places: NDArray[np.int64], chunk: Array, order: DateOrder | None) -> None:
    encoded = chunk.take(pa.array(places)).dictionary_encode()
    moments = [read_moment(cell, order=order) for cell in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices)
    found.at[places] = np.array(
        [(moment.at - _EPOCH) // _MICROSECOND if moment else 0 for moment in moments], np.int64
    )[codes]
    found.good[places] = np.array([moment is not None for moment in moments], np.bool_)[codes]
    found.has_time[places] = np.array([bool(moment and moment.has_time) for moment in moments], np.bool_)[codes]
    found.zoned[places] = np.array([bool(moment and moment.zoned) for moment in moments], np.bool_)[codes]


def cells_by_length(chunk: Array, lengths: Iterable[int]) -> Iterator[tuple[NDArray[np.int64], Letters]]:
    """The cells of each of the lengths: their places, and their bytes as a table."""
    _, bounds, letters = chunk.buffers()
    if letters is None or not len(chunk):
        return
    ends = np.frombuffer(bounds, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(letters, np.uint8)
    sizes = np.diff(ends)
    valid = np.asarray(chunk.is_valid())
    counts = np.bincount(np.minimum(sizes[valid], 64), minlength=65)
    for length in lengths:
        if not counts[length]:
            continue
        if counts[length] == len(chunk) and ends[-1] - ends[0] == length * len(chunk):
            yield np.arange(len(chunk)), data[ends[0] : ends[-1]].reshape(len(chunk), length)
        else:
            places = np.flatnonzero(valid & (sizes == length))
            yield places, data[ends[places][:, None] + np.arange(length)]


def _read_usual(found: Moments, places: NDArray[np.int64], letters: Letters, order: DateOrder | None) -> None:
    """Fill in the cells of one length that are written in the usual way: `2026-02-03`, `03.02.2026 10:15:30Z`."""
    digits = letters - np.uint8(ord("0"))
    at, good = _days(letters, digits, order)
    if not good.any():
        return
    clock = _Clock(letters=letters, digits=digits, at=at, zoned=np.zeros(len(places), np.bool_))
    length = letters.shape[1]
    if length > _DAY_LENGTH:
        good &= clock.read()
    chosen = places[good]
    found.at[chosen] = at[good]
    found.good[chosen] = True
    found.has_time[chosen] = length > _DAY_LENGTH
    found.zoned[chosen] = clock.zoned[good]


def _days(letters: Letters, digits: Letters, order: DateOrder | None) -> tuple[Micros, Flags]:
    """The midnight that begins each day, and which of them are days."""
    first = _are_digits(digits, 0, 1, 2, 3, 5, 6, 8, 9) & _are_marks(letters, 4) & _are_marks(letters, 7)
    last = ~first & _are_digits(digits, 0, 1, 3, 4, 6, 7, 8, 9) & _are_marks(letters, 2) & _are_marks(letters, 5)
    some, all_last = bool(last.any()), bool(last.all())
    year = _two(digits, 0) * 100 + _two(digits, 2)
    month, day = _two(digits, 5), _two(digits, 8)
    if some:
        day_at, month_at = (3, 0) if order is DateOrder.MONTH_FIRST else (0, 3)
        other = (_two(digits, 6) * 100 + _two(digits, 8), _two(digits, month_at), _two(digits, day_at))
        year, month, day = (
            other if all_last else (np.where(last, a, b) for a, b in zip(other, (year, month, day), strict=True))
        )
    good = (first | last) & (year >= _YEARS[0]) & (year <= _YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    begins = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    lengths = _LENGTHS_OF_MONTHS[np.where(good, month, 1)] + ((month == 2) & _are_leap(year))
    good &= day <= lengths
    return (begins + day - 1) * DAY, good


_LENGTHS_OF_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)


def _are_leap(year: Micros) -> Flags:
    return np.asarray((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)), np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """The times behind the days of cells of one length: reading adds them to `at` and marks the cells that name a zone."""

    letters: Letters
    digits: Letters
    at: Micros
    zoned: Flags

    @property
    def length(self) -> int:
        return int(self.letters.shape[1])

    def read(self) -> Flags:
        """Add the time of each cell; which cells are written in a way that is known here."""
        good = self.is_sign(10, " T") & _are_digits(self.digits, 11, 12, 14, 15) & self.is_sign(13, ":")
        hours, minutes = _two(self.digits, 11), _two(self.digits, 14)
        good &= (hours < 24) & (minutes < 60)
        self.at[:] += (hours * 3_600 + minutes * 60) * SECOND
        return good & self.seconds() if self.length > 16 else good

    def seconds(self) -> Flags:
        """Add seconds, their fraction and the zone, of the cells that have them."""
        with_seconds = self.is_sign(16, ":") if self.length > 18 else np.zeros(len(self.at), np.bool_)
        good = self.zone(16, ~with_seconds)
        if not with_seconds.any():
            return good
        seconds = _two(self.digits, 17)
        fits = with_seconds & _are_digits(self.digits, 17, 18) & (seconds < 60)
        self.at[fits] += seconds[fits] * SECOND
        good |= self.zone(19, fits)
        if self.length > 20:
            pointed = fits & self.is_sign(19, ".,")
            for count in range(1, min(6, self.length - 20) + 1) if pointed.any() else ():
                good |= self.fraction(count, pointed)
        return good

    def fraction(self, count: int, among: Flags) -> Flags:
        """Add a fraction of exactly so many digits, and the zone behind it."""
        end = 20 + count
        fits = among & _are_digits(self.digits, *range(20, end))
        if self.length > end:
            fits &= self.digits[:, end] > 9
        done = self.zone(end, fits)
        if done.any():
            scale = 10 ** (5 - np.arange(count))
            self.at[done] += self.digits[done][:, 20:end].astype(np.int64) @ scale
        return done

    def zone(self, place: int, among: Flags) -> Flags:
        """Take the zone that ends a cell off its time; which cells end there, or with a zone."""
        left = self.length - place
        if left == 0:
            return among
        if left == 1:
            fits = among & self.is_sign(place, "Z")
            self.zoned[fits] = True
            return fits
        if left not in {3, 5, 6}:
            return np.zeros(len(self.at), np.bool_)
        fits = among & self.is_sign(place, "+-") & _are_digits(self.digits, place + 1, place + 2)
        hours, minutes = _two(self.digits, place + 1), np.zeros(len(self.at), np.int64)
        if left > 3:
            begin = place + left - 2
            fits &= _are_digits(self.digits, begin, begin + 1)
            minutes = _two(self.digits, begin)
        if left == 6:
            fits &= self.is_sign(place + 3, ":")
        fits &= (hours < 24) & (minutes < 60)
        offset = np.where(self.is_sign(place, "-"), -1, 1) * (hours * 3_600 + minutes * 60) * SECOND
        self.at[fits] -= offset[fits]
        self.zoned[fits] = True
        return fits

    def is_sign(self, place: int, signs: str) -> Flags:
        """Where one of the signs stands at a place."""
        column = self.letters[:, place]
        found = column == ord(signs[0])
        for sign in signs[1:]:
            found |= column == ord(sign)
        return np.asarray(found, np.bool_)


def _two(digits: Letters, place: int) -> Micros:
    return digits[:, place].astype(np.int64) * 10 + digits[:, place + 1]


def _are_digits(digits: Letters, *places: int) -> Flags:
    good = np.ones(len(digits), np.bool_)
    for place in places:
        good &= digits[:, place] <= 9
    return good


def _are_marks(letters: Letters, place: int) -> Flags:
    return _IS_MARK[letters[:, place]]
