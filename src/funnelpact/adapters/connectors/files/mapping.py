"""How one file becomes facts, as plain data: proposed from what was understood, kept with the batch, applied purely."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from funnelpact.adapters.connectors.files.bulk.moments import shift_of
from funnelpact.adapters.connectors.files.columns import Role, Shape
from funnelpact.adapters.connectors.files.recognition import Understood
from funnelpact.adapters.connectors.files.values import (
    DateOrder,
    DatesAmbiguous,
    DatesMixed,
    NumbersAmbiguous,
    currency_code,
)
from funnelpact.core.terms.problem import Problem, raise_all

VERSION = 1


class MappingUnusable(Problem):
    """A saved mapping that is not of a version that we know, or names what we do not know."""

    code = "mapping-unusable"


# Amount (EUR), Spend [$], revenue_usd
_IN_HEADER = re.compile(r"[(\[]\s*([A-Za-z]{3}|[€$£₺]|TL)\s*[)\]]|[_ ]([A-Za-z]{3}|TL)$")
AMOUNTS = frozenset(
    {Role.AMOUNT, Role.PRICE, Role.SPEND, Role.RECURRING, Role.BEFORE, Role.AFTER, Role.SCORE, Role.RATE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """What the rows of a file are, what each column is for, and how its days and numbers are written.

    `date_order` is None where every date has its year first. `day_shifts` names the columns whose times are nothing but
    days, with the minutes that bring each of their instants onto its day. `currency` is that of amounts whose row names
    none, None where nobody said; `zone` that of times which name none, taken as UTC where it is None.
    """

    kind: str
    columns: Mapping[str, Role]
    date_order: DateOrder | None
    decimal_mark: str
    currency: str | None
    day_shifts: Mapping[str, int] = field(default_factory=dict)
    zone: str | None = None

    def header(self, role: Role) -> str | None:
        """The header of the column that has the role, None where none has."""
        return next((header for header, given in self.columns.items() if given is role), None)

    def data(self) -> dict[str, Any]:
        """The mapping as JSON holds it."""
        return {
            "version": VERSION,
            "kind": self.kind,
            "columns": {header: role.value for header, role in self.columns.items()},
            "date_order": self.date_order.value if self.date_order else None,
            "decimal_mark": self.decimal_mark,
            "currency": self.currency,
            "day_shifts": dict(self.day_shifts),
            "zone": self.zone,
        }

    def fits(self, *, headers: Collection[str]) -> int:
        """How many of the columns that this mapping makes facts of a file has; 0 where it lacks one. Others become labels."""
        used = {header for header, role in self.columns.items() if role is not Role.LABEL}
        return len(used) if used <= set(headers) else 0


def propose_mappings(
    *,
    understood: Sequence[Understood],
    order: DateOrder | None = None,
    mark: str | None = None,
    currency: str | None = None,
    zone: str | None = None,
    given: Mapping[str, FileMapping] | None = None,
) -> tuple[FileMapping, ...]:
    """The mapping of each file. What a person said (`order`, `mark`) stands above what the columns prove.

    A mapping that is `given` for a file stands, completed by labels for columns that it does not know.
    A column of dates that proves no order takes the one that other columns of its file prove, then of the other files.
    `currency` is for amounts that name none, `zone` for times that name none. Raises `DatesMixed` where a file proves both orders, `DatesAmbiguous` or
    `NumbersAmbiguous` where nothing proves one, all together.
    """
    given = given or {}
    open_files = [entry for entry in understood if entry.file.name not in given]
    found: list[Problem] = [] if order else [problem for entry in open_files for problem in _mixed_dates(entry)]
    mixed = {problem.data["file"] for problem in found}
    orders = {entry.file.name: order or _order_of(entry) for entry in understood}
    proved = {order for order in orders.values() if order}
    common = proved.pop() if len(proved) == 1 else None
    mappings = []
    for entry in understood:
        if entry.file.name in given:
            known_columns = {**dict.fromkeys(entry.file.headers, Role.LABEL), **given[entry.file.name].columns}
            mappings.append(replace(given[entry.file.name], columns=known_columns))
            continue
        own = orders[entry.file.name] or common
        unclear = [
            header
            for header in _days_used(entry)
            if own is None and entry.file.name not in mixed and entry.file.cells(header).year_last.occurs
        ]
        found += [
            DatesAmbiguous(file=entry.file.name, column=header, example=entry.file.cells(header).first[0])
            for header in unclear
        ]
        marks = {header: mark or entry.file.cells(header).decimal_mark for header in _headers(entry, Shape.NUMBER)}
        amounts = {header: marks[header] for header in marks if _role(entry, header) in AMOUNTS}
        proved_marks = {known for known in marks.values() if known}
        for header, known in amounts.items():
            if known is None and len(proved_marks) != 1:
                found.append(
                    NumbersAmbiguous(file=entry.file.name, column=header, example=entry.file.cells(header).first[0])
                )
        mappings.append(
            FileMapping(
                kind=entry.kind,
                columns={column.header: column.role for column in entry.columns},
                date_order=own,
                decimal_mark=next(iter(known for known in amounts.values() if known), None)
                or next(iter(proved_marks), "."),
                currency=currency or _currency_of(entry),
                day_shifts=_day_shifts(entry, own),
                zone=zone,
            )
        )
    raise_all(found)
    return tuple(mappings)


def _mixed_dates(entry: Understood) -> list[Problem]:
    """One problem where dates of a file can only be read day first and others only month first."""
    proofs: dict[DateOrder, str] = {}
    for header in _days_used(entry):
        proofs = {**entry.file.cells(header).year_last.proofs, **proofs}
    if len(proofs) < len(DateOrder):
        return []
    day_first, month_first = proofs[DateOrder.DAY_FIRST], proofs[DateOrder.MONTH_FIRST]
    return [DatesMixed(file=entry.file.name, day_first=day_first, month_first=month_first)]


def _order_of(entry: Understood) -> DateOrder | None:
    """The order that the days which become facts prove; where they leave it open, what the other days prove."""
    used = _days_used(entry)
    others = [header for header in _headers(entry, Shape.DATE) if header not in used]
    for headers in (used, others):
        orders = {entry.file.cells(header).year_last.order for header in headers} - {None}
        if orders:
            return orders.pop() if len(orders) == 1 else None
    return None


def _days_used(entry: Understood) -> list[str]:
    """The columns of days that become facts; those kept as labels stay as they are written."""
    days = {Shape.DATE, Shape.STAMP}
    return [column.header for column in entry.columns if column.shape in days and column.role is not Role.LABEL]


def _day_shifts(entry: Understood, order: DateOrder | None) -> dict[str, int]:
    shifts = {header: shift_of(moments=entry.file.cells(header).moments(order)) for header in _days_used(entry)}
    return {header: shift // timedelta(minutes=1) for header, shift in shifts.items() if shift is not None}


def _currency_of(entry: Understood) -> str | None:
    headers = [column.header for column in entry.columns if column.role in AMOUNTS - {Role.PRICE}]
    signs = {sign for header in headers for sign in entry.file.cells(header).currencies}
    if not signs:
        named = [match[1] or match[2] for header in headers if (match := _IN_HEADER.search(header))]
        signs = {code for name in named if (code := currency_code(name))}
    return signs.pop() if len(signs) == 1 else None


def _headers(entry: Understood, shape: Shape) -> list[str]:
    return [column.header for column in entry.columns if column.shape is shape]


def _role(entry: Understood, header: str) -> Role:
    return next(column.role for column in entry.columns if column.header == header)
