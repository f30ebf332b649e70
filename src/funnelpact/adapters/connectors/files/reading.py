"""Separated text files of any encoding and separator, read to rows of text; what cannot be read is kept aside and named."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from funnelpact.core.terms.problem import Problem

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 1_000_000
"""Characters of one cell that are still read; a longer one is a quote that never closes."""
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FALLBACK = "cp1254"
"""Text that is not UTF-8: the Turkish code page, which writes all other letters as the western one does."""
LOOK_AHEAD = 50
PROBE = 4096
"""Bytes that are looked at to tell an encoding."""
EXAMPLE = 120
"""Characters that are shown of a row that was not taken."""


class FileNotText(Problem):
    """A file that is empty or no separated text."""

    code = "file-not-text"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (the first is 1) and its cells as written."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken: its line, a reason code, and what it looked like."""

    line: int
    reason: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file as rows: `rows_in` = rows that can be read + rejected ones; blank lines are no rows."""

    name: str
    encoding: str
    separator: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]

    @property
    def rows_in(self) -> int:
        """All rows below the headers."""
        return len(self.rows) + len(self.rejected)

    def column(self, header: str) -> list[str]:
        """The cells of one column, top to bottom, blanks at their ends removed."""
        position = self.headers.index(header)
        return [row.cells[position].strip() for row in self.rows]


def read_text_file(*, name: str, content: bytes) -> TextFile:
    """The rows of a separated text file. Encoding and separator are found from the content, never from the name.

    A row with more or fewer cells than there are headers is rejected as `ragged`, a line with a quote that does not close
    as it should as `bad-quote`; reading goes on in the line after it. Raises `FileNotText`.
    """
    encoding, text = _decoded(name, content)
    csv.field_size_limit(LONGEST_CELL)
    lines = io.StringIO(text, newline="").readlines()
    separator = _separator(lines)
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for line, cells in _records(lines, separator):
        if cells is None:
            rejected.append(Rejected(line, "bad-quote", lines[line - 1].strip()[:EXAMPLE]))
        elif not any(cell.strip() for cell in cells) or (line == 1 and _names_separator(lines[0])):
            continue
        elif not headers:
            headers = distinct_headers(cells=cells)
        elif len(cells) >= len(headers) and not any(cell.strip() for cell in cells[len(headers) :]):
            rows.append(Row(line, tuple(cells[: len(headers)])))
        else:
            rejected.append(Rejected(line, "ragged", separator.join(cells)[:EXAMPLE]))
    if not headers:
        raise FileNotText(file=name)
    return TextFile(
        name=name,
        encoding=encoding,
        separator=separator,
        headers=headers,
        rows=tuple(rows),
        rejected=tuple(rejected),
    )


def _records(lines: list[str], separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line that it begins in; None for a line of which nothing can be read."""
    first = 0
    while first < len(lines):
        reader = csv.reader(islice(lines, first, None), delimiter=separator, strict=True)
        begun = first
        try:
            for cells in reader:
                yield begun + 1, cells
                begun = first + reader.line_num
            return
        except csv.Error:
            # A quote that never closes would swallow all that follows it.
            yield begun + 1, None
            first = begun + 1


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    encoding = next((encoding for mark, encoding in BOMS if content.startswith(mark)), None) or _utf16(content)
    for attempt in [encoding] if encoding else ["utf-8", *(["utf-8?"] if _is_damaged(content) else []), FALLBACK]:
        try:
            text = content.decode(attempt.strip("?"), errors="replace" if attempt == "utf-8?" else "strict")
        except UnicodeDecodeError:
            continue
        if text.strip("\ufeff \t\r\n") and "\0" not in text:
            return attempt.strip("?"), text
    raise FileNotText(file=name)


def _utf16(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of plain letters is 0."""
    start = content[:PROBE]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) > len(start) // 100 or max(even, odd) < max(1, len(start) // 6):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged(content: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few broken letters, not another code page: most of what is no ASCII reads well."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(text.encode("ascii", errors="ignore")) + 10 * broken < len(text)


def _names_separator(line: str) -> bool:
    """Whether a spreadsheet says in the first line what separates: `sep=;`."""
    return line.strip().lower() in {f"sep={separator}" for separator in SEPARATORS}


def _separator(lines: list[str]) -> str:
    """The separator that cuts the first lines most evenly into the most cells, the headers like the rows."""
    if _names_separator(lines[0]):
        return lines[0].strip()[-1]
    start = [line for line in lines[: 2 * LOOK_AHEAD] if line.strip()][:LOOK_AHEAD]

    def evenness(separator: str) -> tuple[bool, int, int]:
        try:
            widths = [len(cells) for cells in csv.reader(start, delimiter=separator) if cells]
        except csv.Error:
            return False, 0, 0
        cut = Counter(width for width in widths if width > 1)
        width, count = max(cut.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return widths[0] == width > 1, count, width

    return max(SEPARATORS, key=evenness)


def distinct_headers(*, cells: Sequence[str]) -> tuple[str, ...]:
    """The headers, each unlike the others: a repeated or empty one gets its position."""
    headers: list[str] = []
    for position, cell in enumerate(cells, start=1):
        header = cell.strip() or f"column {position}"
        while header in headers:
            header += f" {position}"
        headers.append(header)
    return tuple(headers)
