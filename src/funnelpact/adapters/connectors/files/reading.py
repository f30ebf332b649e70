"""Separated text files of any encoding and separator, read to rows of text; what cannot be read is kept aside and named."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass

from funnelpact.core.terms.problem import Problem

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 1_000_000
"""Characters of one cell that are still read; a longer one is a quote that never closes."""
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FALLBACK = "cp1254"
"""Text that is not UTF-8: the Turkish code page, which writes all other letters as the western one does."""
LOOK_AHEAD = 50


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

    A row with more or fewer cells than there are headers is rejected as `ragged`, a cell without end as `endless-cell`.
    Raises `FileNotText`.
    """
    encoding = _encoding(name, content)
    text = content.decode(encoding)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    rejected: list[Rejected] = []
    csv.field_size_limit(LONGEST_CELL)
    line = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            rejected.append(Rejected(line, "endless-cell", str(error)))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not headers:
            headers = _headers(cells)
        elif len(cells) == len(headers):
            rows.append(Row(line, tuple(cells)))
        elif len(cells) > len(headers) and not any(cell.strip() for cell in cells[len(headers) :]):
            rows.append(Row(line, tuple(cells[: len(headers)])))
        else:
            rejected.append(Rejected(line, "ragged", separator.join(cells)[:120]))
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


def _encoding(name: str, content: bytes) -> str:
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return encoding
    if not content.strip() or b"\0" in content:
        raise FileNotText(file=name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def _separator(text: str) -> str:
    """The separator that cuts the first lines most evenly into the most cells."""
    lines = "\n".join(text.splitlines()[:LOOK_AHEAD])

    def evenness(separator: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(io.StringIO(lines), delimiter=separator) if cells)
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        return (count if width > 1 else 0, width)

    return max(SEPARATORS, key=evenness)


def _headers(cells: list[str]) -> tuple[str, ...]:
    """The headers, each unlike the others: a repeated or empty one gets its position."""
    seen: set[str] = set()
    headers = []
    for position, cell in enumerate(cells, start=1):
        header = cell.strip() or f"column {position}"
        headers.append(header if header not in seen else f"{header} {position}")
        seen.add(headers[-1])
    return tuple(headers)
