"""One row of a file as its mapping reads it: texts, moments and amounts by role."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading import Row, TextFile
from funnelpact.adapters.connectors.files.values import Moment, is_null, read_amount, read_moment, strip_currency
from funnelpact.core.facts.tables import Precision

SOURCE = "files"
"""One source, whatever its files are called: the next export of the same rows corrects the one before."""
LARGEST_AMOUNT = Decimal(10) ** 14


class RowUnfit(Exception):
    """A row that gives no fact, for the reason whose code this carries."""


class RowReader:
    """Reads the cells of a row by the role of their column. Raises `RowUnfit` for what cannot be read."""

    def __init__(self, *, file: TextFile, mapping: FileMapping) -> None:
        self.mapping = mapping
        self.position = {header: place for place, header in enumerate(file.headers)}
        self.headers: dict[Role, str] = {
            role: header for header, role in mapping.columns.items() if role is not Role.LABEL
        }

    def cell(self, row: Row, header: str) -> str | None:
        """What a cell says, None where it says nothing."""
        text = row.cells[self.position[header]].strip()
        return None if is_null(text) else text

    def text(self, row: Row, role: Role) -> str | None:
        """What the column of a role says, None where nothing does."""
        header = self.headers.get(role)
        return self.cell(row, header) if header else None

    def moment_of(self, row: Row, role: Role) -> Moment | None:
        """The moment in the column of a role, None where there is none."""
        header = self.headers.get(role)
        return self.moment(row, header) if header else None

    def moment(self, row: Row, header: str) -> Moment | None:
        """The moment in a cell, None where it says nothing. Reason: `bad-date`."""
        text = self.cell(row, header)
        if text is None:
            return None
        moment = read_moment(text, order=self.mapping.date_order)
        if moment is None:
            raise RowUnfit("bad-date")
        shift = self.mapping.day_shifts.get(header)
        return moment if shift is None else day_of(moment, shift)

    def when(self, row: Row, role: Role) -> dict[str, Any]:
        """The columns of a fact that say when it happened. Reasons: `no-date`, `bad-date`."""
        moment = self.moment_of(row, role)
        if moment is None:
            raise RowUnfit("no-date")
        return at(moment)

    def amount(self, row: Row, role: Role) -> tuple[Decimal | None, str | None]:
        """The amount of a row, and the currency that stands beside it. Reason: `bad-amount`."""
        text = self.text(row, role)
        if text is None:
            return None, None
        amount = read_amount(text, mark=self.mapping.decimal_mark)
        if amount is None or abs(amount) >= LARGEST_AMOUNT:
            raise RowUnfit("bad-amount")
        return amount.quantize(Decimal("0.0001")), strip_currency(text)[1]


def day_of(moment: Moment, shift: int) -> Moment:
    """The day on which an instant lies that is only somebody's midnight."""
    if not moment.has_time:
        return moment
    day = (moment.at + timedelta(minutes=shift)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(day, has_time=False)


def at(moment: Moment) -> dict[str, Any]:
    """When something happened, and how exactly that is known, as columns of a fact."""
    precision = Precision.INSTANT if moment.has_time else Precision.DAY
    return {"happened_at": moment.at, "precision": precision.value}
