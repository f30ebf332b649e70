"""What values say of columns whose headers say nothing: which day comes first, which number is an amount."""

from __future__ import annotations

from collections.abc import Sequence

from funnelpact.adapters.connectors.files.reading import TextFile
from funnelpact.adapters.connectors.files.values import (
    DateOrder,
    date_order,
    decimal_mark,
    is_null,
    read_amount,
    read_moment,
    strip_currency,
)
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON


def days_in_order(*, file: TextFile, headers: Sequence[str]) -> list[str]:
    """The columns of days, the one that is filled most first; of equally full ones that which mostly lies earlier."""
    cells = {header: [cell for cell in file.column(header) if not is_null(cell)] for header in headers}
    proved = {date_order(column) for column in cells.values()} - {None}
    order = proved.pop() if len(proved) == 1 else DateOrder.DAY_FIRST

    def middle(header: str) -> float:
        moments = [moment.at.timestamp() for cell in cells[header] if (moment := read_moment(cell, order=order))]
        return sum(moments) / len(moments) if moments else 0.0

    return sorted(headers, key=lambda header: (-len(cells[header]), middle(header), header))


def amounts_by_value(*, file: TextFile, headers: Sequence[str], stage: str | None) -> list[str]:
    """The columns of numbers that must be amounts: a currency stands beside them, or they are above 0 at wins only."""
    ends = [stage_of(label=cell) for cell in file.column(stage)] if stage else []
    found = []
    for header in headers:
        cells = file.column(header)
        filled = [cell for cell in cells if not is_null(cell)]
        if any(strip_currency(cell)[1] for cell in filled):
            found.append(header)
        elif WON in ends and EXIT in ends:
            mark = decimal_mark(filled) or "."
            above = [not is_null(cell) and (read_amount(cell, mark=mark) or 0) > 0 for cell in cells]
            if all(is_above == (end == WON) for is_above, end in zip(above, ends, strict=True)):
                found.append(header)
    return found
