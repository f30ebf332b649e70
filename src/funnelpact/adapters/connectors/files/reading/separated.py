"""Rows of separated text to columns: fast where the text is well formed, one record after the other where it is damaged.

Both ways give the same rows. Text without quotes, or whose every line closes its own quotes, is read by Arrow; where that
is not so, a block of lines goes through the careful reader, which also knows what to refuse.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from funnelpact.adapters.connectors.files.arrow import Array, Buffer, Texts, pa, pc
from funnelpact.adapters.connectors.files.reading.cells import maybe_blank
from funnelpact.adapters.connectors.files.reading.table import EXAMPLE, Rejected

LONGEST_CELL = 1_000_000
"""Characters of one cell that are still read; a longer one is a quote that never closes."""
BLOCK = 1 << 20
"""Bytes of lines that are judged together: damage costs the speed of its block and no more."""
_AT_ONCE = 1 << 24
_PROBE = 1 << 12
_QUOTE, _LINE_ENDS = ord('"'), (ord("\n"), ord("\r"))
_FEW_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What stands below the headers: columns, the line of each row, and what was not taken."""

    columns: tuple[Texts, ...]
    lines: NDArray[np.int64]
    rejected: tuple[Rejected, ...]


def read_rows(*, text: bytes, start: int, line: int, separator: str, width: int) -> Rows:
    """The rows of UTF-8 text from a place on, which is the beginning of that line. Blank rows are none."""
    end = len(text)
    while end > start and text[end - 1] in b"\r\n":
        end -= 1
    whole = _fast(pa.py_buffer(text)[start:end], separator, width)
    if whole is not None:
        return without_blank(columns=whole, line=line)
    return read_rows_by_block(text=text, start=start, line=line, separator=separator, width=width)


def read_rows_by_block(*, text: bytes, start: int, line: int, separator: str, width: int, block: int = BLOCK) -> Rows:
    """The same rows, block by block: well-formed blocks fast, damaged ones with care."""
    parts: list[Rows] = []
    while start < len(text):
        end = _line_end(text, start + block)
        fast = _fast(pa.py_buffer(text)[start:end], separator, width) if block else None
        if fast is not None:
            parts.append(without_blank(columns=fast, line=line))
            line += _count_lines(text, start, end)
            start = end
        else:
            rows, taken = _careful(_Lines(text, start, end), line, separator, width)
            parts.append(rows)
            line += len(taken)
            start += sum(len(each.encode()) for each in taken)
    return _joined(parts, width)


def _joined(parts: list[Rows], width: int) -> Rows:
    return Rows(
        columns=tuple(
            pa.chunked_array([chunk for part in parts for chunk in part.columns[place].chunks], pa.string())
            for place in range(width)
        ),
        lines=np.concatenate([part.lines for part in parts]) if parts else np.zeros(0, np.int64),
        rejected=tuple(reject for part in parts for reject in part.rejected),
    )


def _line_end(text: bytes, place: int) -> int:
    """Where the line ends that the place lies in, its line end included."""
    if place >= len(text):
        return len(text)
    ends = [end for sign in (b"\n", b"\r") if (end := text.find(sign, place)) >= 0]
    if not ends:
        return len(text)
    end = min(ends)
    return end + 2 if text[end : end + 2] == b"\r\n" else end + 1


def _count_lines(text: bytes, start: int, end: int) -> int:
    returns = text.count(b"\r", start, end)
    return text.count(b"\n", start, end) + (returns - text.count(b"\r\n", start, end) if returns else 0)


def _fast(part: Buffer, separator: str, width: int) -> list[Texts] | None:
    """The columns of well-formed text, blank rows included; None where some line is not like the others."""
    if not part.size:
        return [pa.chunked_array([], pa.string()) for _ in range(width)]
    quoted = re.search(b'"', part) is not None
    if quoted and not _closes_quotes(part, separator):
        return None
    return _cut(part, separator, width, quoted=quoted)


def _cut(text: Buffer, separator: str, width: int, *, quoted: bool) -> list[Texts] | None:
    names = [str(place) for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=_AT_ONCE),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, quote_char='"' if quoted else False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False, strings_can_be_null=False, column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except pa.ArrowInvalid:
        return None
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_CELL for column in table.columns):
        return None
    return list(table.columns)


def _closes_quotes(text: Buffer, separator: str) -> bool:
    """Whether every line that has quotes is made of cells that are quoted whole, and of cells without quotes."""
    data = np.frombuffer(memoryview(text), np.uint8)
    start = 0
    while start < len(data):
        end = _end_of_lines(data, start + _AT_ONCE)
        if not _closes(data[start:end], ord(separator)):
            return False
        start = end
    return True


def _closes(data: NDArray[np.uint8], separator: int) -> bool:
    """The same of some whole lines: what stands before an opening quote and behind a closing one is a separator or the end
    of a line, and no line ends between them.
    """
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    outside = np.zeros(256, np.bool_)
    outside[[separator, *_LINE_ENDS]] = True
    opens, closes = quotes[::2], quotes[1::2]
    # A doubled quote within quotes closes and opens at once.
    doubled = opens[1:] == closes[:-1] + 1
    before = outside[data[opens[1:] - 1]] | doubled
    after = outside[data[closes[:-1] + 1]] | doubled
    begins = opens[0] == 0 or outside[data[opens[0] - 1]]
    ends = closes[-1] == len(data) - 1 or outside[data[closes[-1] + 1]]
    if not (begins and ends and before.all() and after.all()):
        return False
    breaks = np.flatnonzero((data == _LINE_ENDS[0]) | (data == _LINE_ENDS[1]))
    return not np.any(np.searchsorted(quotes, breaks) % 2)


def _end_of_lines(data: NDArray[np.uint8], place: int) -> int:
    """Where the line ends that a place lies in."""
    while place < len(data):
        found = np.flatnonzero(np.isin(data[place - 1 : place + _PROBE], _LINE_ENDS))
        if len(found):
            return int(place + found[0])
        place += _PROBE
    return len(data)


def without_blank(*, columns: list[Texts], line: int) -> Rows:
    """The rows that say anything, each with its line."""
    lines = np.arange(line, line + len(columns[0]), dtype=np.int64)
    first = columns[0].chunks
    starts = np.cumsum([0, *(len(chunk) for chunk in first)])
    blank = np.concatenate(
        [maybe_blank(chunk) + start for chunk, start in zip(first, starts[:-1], strict=True)] or [lines[:0]]
    )
    for column in columns:
        if not len(blank):
            return Rows(columns=tuple(columns), lines=lines, rejected=())
        cells = column.take(pa.array(blank))
        blank = blank[np.asarray(pc.equal(pc.binary_length(pc.utf8_trim_whitespace(cells)), 0), np.bool_)]
    kept = np.ones(len(lines), np.bool_)
    kept[blank] = False
    return Rows(columns=tuple(column.filter(pa.array(kept)) for column in columns), lines=lines[kept], rejected=())


class _Lines:
    """The lines of a block; those that follow it come in when a record that begins in it goes on."""

    def __init__(self, text: bytes, start: int, end: int) -> None:
        self.text, self.end = text, end
        self.lines = _split(text[start:end])
        self.own = len(self.lines)

    def from_line(self, first: int) -> Iterator[str]:
        place = first
        while place < len(self.lines) or self._goes_on():
            yield self.lines[place]
            place += 1

    def _goes_on(self) -> bool:
        if self.end >= len(self.text):
            return False
        end = _line_end(self.text, self.end + BLOCK)
        self.lines += _split(self.text[self.end : end])
        self.end = end
        return True


def _split(text: bytes) -> list[str]:
    return io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="").readlines()


def _careful(lines: _Lines, line: int, separator: str, width: int) -> tuple[Rows, list[str]]:
    """The rows of the records that begin in a block, and all lines that they take."""
    made = _Columns(width)
    first = line
    taken = 0
    for place, after, cells in records(lines, separator):
        taken = after
        if cells is None:
            made.refuse(first + place, "bad-quote", lines.lines[place].strip())
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
            made.add(first + place, cells[:width])
        else:
            made.refuse(first + place, "ragged", separator.join(cells))
    return made.rows(), lines.lines[:taken]


def records(lines: _Lines, separator: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """Each record that begins in the block: its first line, the line after it, its cells; None where nothing can be read."""
    csv.field_size_limit(LONGEST_CELL)
    first = 0
    while first < lines.own:
        reader = csv.reader(lines.from_line(first), delimiter=separator, strict=True)
        begun = first
        try:
            for cells in reader:
                after = first + reader.line_num
                yield begun, after, cells
                begun = after
                if begun >= lines.own:
                    return
            return
        except csv.Error:
            # A quote that never closes would swallow all that follows it.
            yield begun, begun + 1, None
            first = begun + 1


@dataclass(slots=True)
class _Columns:
    """Rows that come one by one, turned to columns in portions."""

    width: int
    open_rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    chunks: list[list[Array]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, line: int, cells: list[str]) -> None:
        self.lines.append(line)
        self.open_rows.append(cells)
        if len(self.open_rows) >= _FEW_ROWS:
            self._close()

    def refuse(self, line: int, reason: str, example: str) -> None:
        self.rejected.append(Rejected(line, reason, example[:EXAMPLE]))

    def _close(self) -> None:
        self.chunks.append(columns_of(self.open_rows, self.width))
        self.open_rows = []

    def rows(self) -> Rows:
        self._close()
        return Rows(
            columns=tuple(
                pa.chunked_array([chunk[place] for chunk in self.chunks], pa.string()) for place in range(self.width)
            ),
            lines=np.asarray(self.lines, np.int64),
            rejected=tuple(self.rejected),
        )


def columns_of(rows: Iterable[Iterable[str]], width: int) -> list[Array]:
    """Rows of equal width as columns."""
    columns = list(zip(*rows, strict=True)) or [()] * width
    return [pa.array(column, pa.string()) for column in columns]
