"""What values say of columns whose headers say nothing: which day comes first, which number is an amount."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from funnelpact.adapters.connectors.files.arrow import pc
from funnelpact.adapters.connectors.files.reading.cells import Cells
from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.adapters.connectors.files.values import DateOrder
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON


def days_in_order(*, file: TextFile, headers: Sequence[str]) -> list[str]:
    """The columns of days, the one that is filled most first; of equally full ones that which mostly lies earlier."""
    cells = {header: file.cells(header) for header in headers}
    proved = {column.year_last.order for column in cells.values()} - {None}
    order = proved.pop() if len(proved) == 1 else DateOrder.DAY_FIRST

    def middle(header: str) -> float:
        moments = cells[header].moments(order)
        return float(moments.at[moments.good].mean()) if moments.good.any() else 0.0

    return sorted(headers, key=lambda header: (-cells[header].count, middle(header), header))


def amounts_by_value(*, file: TextFile, headers: Sequence[str], stage: str | None) -> list[str]:
    """The columns of numbers that must be amounts: a currency stands beside them, or they are above 0 at wins only."""
    won = _won(file.cells(stage)) if stage else None
    found = []
    for header in headers:
        cells = file.cells(header)
        if cells.currencies:
            found.append(header)
        elif won is not None:
            amounts, _ = cells.amounts(cells.decimal_mark or ".")
            above = np.asarray(pc.greater(amounts, 0).fill_null(False), np.bool_)
            if np.array_equal(above, won):
                found.append(header)
    return found


def _won(cells: Cells) -> np.typing.NDArray[np.bool_] | None:
    """The rows that were won, None where none were, or nothing was lost."""
    codes, words = cells.coded
    ends = [stage_of(label=word) for word in words]
    if not {WON, EXIT} <= set(ends):
        return None
    return np.array([*(end == WON for end in ends), False], np.bool_)[codes]
