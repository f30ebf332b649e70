"""One column of a file: what its cells say, each different one looked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from funnelpact.adapters.connectors.files.arrow import Array, Texts, pa, pc
from funnelpact.adapters.connectors.files.bulk.amounts import mark_of, read_amounts
from funnelpact.adapters.connectors.files.bulk.moments import Moments, YearLast, read_moments, spread, year_last
from funnelpact.adapters.connectors.files.values import NULL_WORDS, DateOrder, is_null, strip_currency

MANY = 10_000
"""A column with more different cells than this is looked at through some of them, evenly spread, to see what it is like."""
LOOKED = 2_000
"""So many they are."""
_LONGEST_NULL = max(len(word.upper().encode()) for word in NULL_WORDS) + 4
"""Bytes of the longest word for nothing, in letters of any case: no longer cell has to be compared with them."""
_PRIME, _OTHER_PRIME = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_LONGEST_MARKED = 256
# What a word for nothing may begin with.
_NULL_LIKE = np.zeros(256, np.bool_)
_NULL_LIKE[[form.encode()[0] for word in NULL_WORDS if word for form in (word, word.upper())]] = True
_NULL_LIKE[0x80:] = True
# Blanks, and all bytes beyond ASCII: some letters that they begin or end are blanks, too.
_BLANK_LIKE = np.array([byte <= 0x20 or byte >= 0x80 for byte in range(256)], np.bool_)


class Cells:
    """The cells of one column, top to bottom. A cell that says nothing (empty, or a word for nothing) is null in `said`.

    A column of few different cells is kept as codes and words; one of many, such as keys, as its cells.
    """

    def __init__(self, raw: Texts) -> None:
        self.raw = raw
        self._moments: dict[DateOrder | None, Moments] = {}
        self._amounts: dict[str, tuple[Array, Array]] = {}

    def __len__(self) -> int:
        return len(self.raw)

    def look(self) -> None:
        """Find out now what is asked of every column: several columns can be looked at at the same time."""
        # A cached property of an older Python holds one lock for all columns while it is computed.
        known, asked = self.__dict__, vars(type(self))
        known["has_many"] = asked["has_many"].func(self)
        if not self.has_many:
            known["_few"] = asked["_few"].func(self)
        known["said"] = asked["said"].func(self)
        known["filled"] = asked["filled"].func(self)
        known["are_unlike"] = asked["are_unlike"].func(self)

    @cached_property
    def has_many(self) -> bool:
        """Whether most cells seem to differ, so that nothing is won by looking at each different one once."""
        return len(self.raw) > MANY and _distinct(evenly(self.raw, MANY)) > MANY // 2

    @cached_property
    def said(self) -> Texts:
        """What each cell says, without blanks at its ends; null where it says nothing."""
        if self.has_many:
            return pa.chunked_array([_said(chunk) for chunk in self.raw.chunks], pa.string())
        codes, words = self._few
        return pa.chunked_array([pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))])

    @cached_property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells say something."""
        if self.has_many:
            return np.asarray(pc.is_valid(self.said))
        return self._few[0] >= 0

    @cached_property
    def count(self) -> int:
        """How many cells say something."""
        return int(np.count_nonzero(self.filled))

    @cached_property
    def distinct(self) -> int:
        """How many different things the cells say."""
        if not self.has_many:
            return len(self._few[1])
        # Sorting is much faster here than what NumPy does to find different numbers.
        marks = np.sort(marks_of(texts=self.said)[self.filled])
        return int(np.count_nonzero(marks[1:] != marks[:-1])) + min(len(marks), 1)

    @cached_property
    def are_unlike(self) -> bool:
        """Whether all cells that say something say something else."""
        if not self.has_many:
            return 0 < self.count == self.distinct
        # Most columns that repeat themselves do so soon.
        start = self.said.slice(0, MANY).drop_null()
        return 0 < _distinct(start) == len(start) and (
            self.count == self.distinct or self.count == _distinct(self.said)
        )

    def at_most(self, number: int) -> bool:
        """Whether the cells say so few different things."""
        return not self.has_many and self.distinct <= number

    @cached_property
    def coded(self) -> tuple[NDArray[np.int32], Sequence[str]]:
        """For each cell the place of its word among all different ones, -1 where it says nothing; and these words."""
        return _coded(self.said) if self.has_many else self._few

    @cached_property
    def looked(self) -> tuple[Sequence[str], NDArray[np.int64]]:
        """The different things that are said, and how often; of a column with very many those of an even sample."""
        if self.has_many or len(self._few[1]) > MANY:
            codes, words = _coded(evenly(self.said.drop_null(), LOOKED))
        else:
            codes, words = self._few
        return words, np.bincount(codes[codes >= 0], minlength=len(words))

    @cached_property
    def different(self) -> Texts:
        """The different things that are said."""
        if not self.has_many:
            return pa.chunked_array([pa.array(self._few[1], pa.string())])
        if self.are_unlike:
            return self.said.drop_null()
        return pa.chunked_array([self.said.drop_null().unique()])

    @cached_property
    def sample(self) -> Texts:
        """The different things that are said; of very many those of an even sample."""
        if not self.has_many:
            return evenly(self.different, MANY)
        return pa.chunked_array([evenly(self.said, MANY).unique().drop_null()])

    @cached_property
    def nulls(self) -> tuple[str, ...]:
        """The words for nothing that occur."""
        if self.has_many:
            short = self.raw.filter(pa.array(~self.filled)).unique().to_pylist()
        else:
            short = self.raw.unique().to_pylist()
        return tuple(sorted({word for cell in short if (word := cell.strip()) and is_null(word)}))

    @cached_property
    def first(self) -> tuple[str, ...]:
        """The first different things that are said."""
        if not self.has_many:
            return tuple(self._few[1][:3])
        return tuple(dict.fromkeys(self.said.drop_null().slice(0, MANY).to_pylist()))[:3]

    @cached_property
    def span(self) -> tuple[int, int]:
        """The shortest and the longest of what is said, in bytes."""
        sizes = pc.min_max(pc.binary_length(self.said if self.has_many else self.different))
        return sizes["min"].as_py() or 0, sizes["max"].as_py() or 0

    def share(self, fits: Callable[[str], bool]) -> float:
        """The share of the cells that fit, of those that say something."""
        words, counts = self.looked
        good = sum(int(count) for word, count in zip(words, counts, strict=True) if fits(word))
        return good / int(counts.sum()) if len(words) else 0.0

    @cached_property
    def year_last(self) -> YearLast:
        """What the days with their year last prove of the order of day and month."""
        return year_last(cells=self._once)

    def moments(self, order: DateOrder | None) -> Moments:
        """The moment in each cell."""
        wanted = order if self.year_last.occurs else None
        if wanted not in self._moments:
            found = read_moments(cells=self._once, order=wanted)
            self._moments[wanted] = found if self.has_many else spread(moments=found, to=self._few[0])
        return self._moments[wanted]

    @cached_property
    def decimal_mark(self) -> str | None:
        """The decimal mark that the numbers prove."""
        return mark_of(cells=self._once)

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies that stand beside the numbers."""
        bare = pc.match_substring_regex(self._once, "^[-+]?[0-9.,]+$")
        others = self._once.filter(pc.invert(bare)).unique().to_pylist()
        return frozenset(known for cell in others if cell and (known := strip_currency(cell)[1]))

    def amounts(self, mark: str) -> tuple[Array, Array]:
        """The amount in each cell, and the currency beside it."""
        if mark not in self._amounts:
            amounts, currencies = read_amounts(cells=self._once, mark=mark)
            if not self.has_many:
                codes = pa.array(self._few[0], mask=self._few[0] < 0)
                amounts, currencies = amounts.take(codes), currencies.take(codes)
            self._amounts[mark] = amounts, currencies
        return self._amounts[mark]

    @cached_property
    def _once(self) -> Texts:
        """What has to be read: of few different cells each once, of many all."""
        return self.said if self.has_many else pa.chunked_array([pa.array(self._few[1], pa.string())])

    @cached_property
    def _few(self) -> tuple[NDArray[np.int32], list[str]]:
        codes, raw = _coded(self.raw)
        places: dict[str, int] = {}
        stripped = [cell.strip() for cell in raw]
        kept = [-1 if is_null(cell) else places.setdefault(cell, len(places)) for cell in stripped]
        return np.asarray(kept, np.int32)[codes] if kept else codes, list(places)


def evenly(texts: Texts, most: int) -> Texts:
    """At most so many cells, evenly spread."""
    if len(texts) <= most:
        return texts
    return texts.take(pa.array(np.linspace(0, len(texts) - 1, most).astype(np.int64)))


def overlap(inner: Cells, outer: Cells) -> float:
    """The share of what one column says that another says, too: of all different cells, or of an even sample of very many."""
    sample = inner.sample
    if not len(sample) or not _may_overlap(sample, outer):
        return 0.0
    shared = outer.said.filter(pc.is_in(outer.said, value_set=_whole(sample)))
    return _distinct(shared) / len(sample)


def _may_overlap(sample: Texts, outer: Cells) -> bool:
    """Whether at least half of the cells are neither shorter nor longer than all of the others: this costs nothing."""
    shortest, longest = outer.span
    sizes = pc.binary_length(sample)
    within = pc.and_(pc.greater_equal(sizes, shortest), pc.less_equal(sizes, longest))
    return 2 * (pc.sum(within).as_py() or 0) >= len(sample)


def _whole(texts: Texts) -> Array:
    return pa.array(texts.to_pylist(), pa.string())


def _distinct(texts: Texts) -> int:
    return int(pc.count_distinct(texts, mode="only_valid").as_py())


def _coded(texts: Texts) -> tuple[NDArray[np.int32], list[str]]:
    encoded = texts.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32, copy=False), encoded.dictionary.to_pylist()


def _said(chunk: Array) -> Array:
    """The cells of a chunk without blanks at their ends, null where they say nothing."""
    if _may_have_blanks(chunk):
        chunk = pc.utf8_trim_whitespace(chunk)
    starts, ends, data = spans(chunk)
    maybe = ends - starts <= _LONGEST_NULL
    maybe[ends > starts] &= _NULL_LIKE[data[starts[ends > starts]]]
    if not maybe.any():
        return chunk
    few = chunk.filter(pa.array(maybe)).unique()
    nulls = [word for word in few.to_pylist() if is_null(word)] if len(few) <= MANY else _null_words(few)
    if not nulls:
        return chunk
    return pc.if_else(pc.is_in(chunk, value_set=pa.array(nulls, pa.string())), None, chunk)


def _null_words(words: Array) -> list[str]:
    small = pc.utf8_lower(pc.replace_substring(words, "İ", "i"))
    found = words.filter(pc.is_in(small, value_set=pa.array(sorted(NULL_WORDS), pa.string())))
    return [word for word in found.to_pylist() if is_null(word)]


def _may_have_blanks(chunk: Array) -> bool:
    """Whether any cell begins or ends with a blank or with a letter beyond ASCII, among which there are blanks, too."""
    starts, ends, data = spans(chunk)
    filled = ends > starts
    if not filled.all():
        starts, ends = starts[filled], ends[filled]
    return bool(_BLANK_LIKE[data[starts]].any() or _BLANK_LIKE[data[ends - 1]].any())


def maybe_blank(chunk: Array) -> NDArray[np.int64]:
    """The places of the cells that may be nothing but blanks."""
    starts, ends, data = spans(chunk)
    blank = ends == starts
    blank[~blank] = _BLANK_LIKE[data[starts[~blank]]]
    return np.flatnonzero(blank)


def spans(chunk: Array) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Where each cell of a chunk begins and ends, and the bytes of all."""
    _, places, letters = chunk.buffers()
    if letters is None or not len(chunk):
        return np.zeros(len(chunk), np.int32), np.zeros(len(chunk), np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(places, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    return ends[:-1], ends[1:], np.frombuffer(letters, np.uint8)


def marks_of(*, texts: Texts) -> NDArray[np.uint64]:
    """A number of 64 bits for each cell: equal for equal cells, and as good as never for others."""
    return np.concatenate([_marks(chunk) for chunk in texts.chunks] or [np.zeros(0, np.uint64)])


def _marks(chunk: Array) -> NDArray[np.uint64]:
    starts, ends, data = spans(chunk)
    marks = np.zeros(len(chunk), np.uint64)
    sizes = ends - starts
    for size in np.flatnonzero(np.bincount(sizes)).tolist():
        places = np.flatnonzero(sizes == size)
        width = -(-size // 8) * 8
        if size > _LONGEST_MARKED:
            cells = chunk.take(pa.array(places)).to_pylist()
            marks[places] = [int.from_bytes(blake2b(cell.encode(), digest_size=8).digest()) for cell in cells]
            continue
        letters = np.zeros((len(places), width), np.uint8)
        letters[:, :size] = data[starts[places][:, None] + np.arange(size)]
        mark = np.full(len(places), size + 1, np.uint64)
        for word in letters.view(np.uint64).T:
            mark = (mark ^ word) * _PRIME
            mark ^= mark >> np.uint64(29)
        mark *= _OTHER_PRIME
        marks[places] = mark ^ (mark >> np.uint64(32))
    return marks
