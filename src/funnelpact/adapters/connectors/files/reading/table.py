"""A file as a table of text: one column of cells for each header, the line of each row, and what was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from funnelpact.adapters.connectors.files.arrow import Texts
from funnelpact.adapters.connectors.files.reading.cells import Cells

EXAMPLE = 120
"""Characters that are shown of a row that was not taken."""


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


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A file as columns of text: `rows_in` = rows that can be read + rejected ones; blank lines are no rows."""

    name: str
    encoding: str
    separator: str
    headers: tuple[str, ...]
    columns: tuple[Texts, ...]
    lines: NDArray[np.int64]
    rejected: tuple[Rejected, ...]

    @property
    def rows_in(self) -> int:
        """All rows below the headers."""
        return len(self.lines) + len(self.rejected)

    @cached_property
    def _cells(self) -> dict[str, Cells]:
        return {header: Cells(column) for header, column in zip(self.headers, self.columns, strict=True)}

    def cells(self, header: str) -> Cells:
        """One column."""
        return self._cells[header]

    def column(self, header: str) -> list[str]:
        """The cells of one column, top to bottom, blanks at their ends removed."""
        return [cell.strip() for cell in self.columns[self.headers.index(header)].to_pylist()]

    @property
    def rows(self) -> list[Row]:
        """The rows one by one: for looking at few of them."""
        cells = zip(*(column.to_pylist() for column in self.columns), strict=True)
        return [Row(int(line), row) for line, row in zip(self.lines, cells, strict=True)]

    def example(self, place: int) -> str:
        """The beginning of one row as it looks in the file."""
        return self.separator.join(column[place].as_py() for column in self.columns)[:EXAMPLE]


def distinct_headers(*, cells: Sequence[str]) -> tuple[str, ...]:
    """The headers, each unlike the others: a repeated or empty one gets its position."""
    headers: dict[str, None] = {}
    for position, cell in enumerate(cells, start=1):
        header = cell.strip() or f"column {position}"
        while header in headers:
            header += f" {position}"
        headers[header] = None
    return tuple(headers)
