"""Rows to facts under a mapping: pure, row by row, every row kept or rejected with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds import COMPANIES, DEALS, KEYS, LEADS, PEOPLE, PRODUCTS
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading import EXAMPLE, Rejected, Row, TextFile
from funnelpact.adapters.connectors.files.values import (
    Moment,
    currency_code,
    is_null,
    read_amount,
    read_moment,
    strip_currency,
)
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.tables import TABLES, Precision
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""What a file says of people, companies and products without a date was always so, as far as it tells."""
LARGEST_AMOUNT = Decimal(10) ** 14

# Which role fills which column of the fact table; what is not named here goes to `labels` under its own header.
_COLUMNS: dict[str, dict[Role, str]] = {
    LEADS: {
        Role.LEAD_KEY: "lead", Role.TYPE: "type", Role.SEGMENT: "segment", Role.CAMPAIGN: "campaign",
        Role.COUNTRY: "country", Role.COMPANY: "company",
    },
    DEALS: {
        Role.DEAL_KEY: "deal", Role.LEAD_KEY: "lead", Role.OWNER: "owner", Role.PRODUCT: "product", Role.COMPANY: "company",
        Role.CURRENCY: "currency",
    },
    PEOPLE: {Role.OWNER: "owner", Role.TEAM: "team"},
    COMPANIES: {Role.COMPANY: "company"},
    PRODUCTS: {Role.PRODUCT: "product"},
}  # fmt: skip
# Roles that speak through another column than one of their own; all else that a row says becomes a label.
_SPOKEN: dict[str, frozenset[Role]] = {
    LEADS: frozenset({Role.CREATED, Role.REACHED}),
    DEALS: frozenset({Role.CREATED, Role.CLOSED, Role.WON, Role.STAGE, Role.AMOUNT, Role.REACHED}),
    PRODUCTS: frozenset({Role.PRICE}),
}
SOURCE = "files"
"""One source, whatever its files are called: the next export of the same rows corrects the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The facts of one file, by table and without `batch`, and the rows that were not taken."""

    tables: Mapping[str, pa.Table]
    kept: int
    rejected: tuple[Rejected, ...]


class _RowUnfit(Exception):
    """A row that gives no fact, for the reason whose code this carries."""


def facts_of_file(*, file: TextFile, mapping: FileMapping) -> FileFacts:
    """The facts of a file under a mapping. Rows in = kept + rejected.

    Reasons: `no-key`, `no-date`, `no-end-date`, `bad-date`, `bad-amount`, and those of the reader.
    """
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rejected = list(file.rejected)
    maker = _FactMaker(file=file, mapping=mapping)
    for row in file.rows:
        try:
            for table, fact in maker.facts(row):
                rows[table].append(fact)
        except _RowUnfit as unfit:
            rejected.append(Rejected(row.line, str(unfit), file.separator.join(row.cells)[:EXAMPLE]))
    tables = {}
    for name, facts in rows.items():
        schema = arrow_schema(table=TABLES[name])
        tables[name] = pa.Table.from_pylist(facts, schema=schema.remove(schema.get_field_index("batch")))
    return FileFacts(tables=tables, kept=file.rows_in - len(rejected), rejected=tuple(rejected))


class _FactMaker:
    def __init__(self, *, file: TextFile, mapping: FileMapping) -> None:
        self.file = file
        self.mapping = mapping
        self.position = {header: place for place, header in enumerate(file.headers)}
        self.headers: dict[Role, str] = {
            role: header for header, role in mapping.columns.items() if role is not Role.LABEL
        }
        self.named = _COLUMNS[mapping.kind]
        self.reached = [header for header, role in mapping.columns.items() if role is Role.REACHED]
        heard = {*self.named, *_SPOKEN.get(mapping.kind, ())}
        self.labelled = [header for header, role in mapping.columns.items() if role not in heard]

    def facts(self, row: Row) -> list[tuple[str, dict[str, Any]]]:
        kind = self.mapping.kind
        key = self.text(row, KEYS[kind])
        if key is None and kind == DEALS:
            # A file of deals that names only the lead: one deal a lead, under the lead's key.
            key = self.text(row, Role.LEAD_KEY)
        if key is None:
            raise _RowUnfit("no-key")
        named = {column: self.text(row, role) for role, column in self.named.items()}
        labels = [(header, cell) for header in self.labelled if (cell := self.cell(row, header)) is not None]
        fact = {"source": SOURCE, "source_id": key, **named, "labels": labels}
        match kind:
            case "leads":
                reached = [(header, self.moment(row, header)) for header in self.reached]
                return [("leads", {**fact, **self.when(row, Role.CREATED)}), *_transitions("lead", key, reached)]
            case "deals":
                return self.deal(row, key, fact)
            case "products":
                return [("products", {**fact, **_always(), "list_price": self.amount(row, Role.PRICE)[0]})]
            case _:
                return [(kind, {**fact, **_always()})]

    def deal(self, row: Row, key: str, fact: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        opened, closed, won = (self.moment_of(row, role) for role in (Role.CREATED, Role.CLOSED, Role.WON))
        stage = self.text(row, Role.STAGE)
        meaning = stage_of(label=stage) if stage else None
        ended = meaning in {WON, EXIT}
        if ended and opened and not (closed or won):
            raise _RowUnfit("no-end-date")
        # The closing date of a deal that has not ended is a hope, and no event.
        first = opened or won or (closed if ended else None)
        if first is None:
            raise _RowUnfit("no-date")
        amount, currency = self.amount(row, Role.AMOUNT)
        deal = {
            **fact,
            **_at(first),
            "deal": key,
            # What a lost deal was worth is nothing, and 0 there says no more than an empty cell.
            "amount": amount if amount or meaning == WON else None,
            "currency": currency_code(fact["currency"] or "") or currency or self.mapping.currency,
            "outcome": stage,
        }
        end = (WON, won) if won else (stage, closed if ended else opened)
        reached = [(header, self.moment(row, header)) for header in self.reached]
        return [("deals", deal), *_transitions("deal", key, [end, *reached])]

    def cell(self, row: Row, header: str) -> str | None:
        text = row.cells[self.position[header]].strip()
        return None if is_null(text) else text

    def text(self, row: Row, role: Role) -> str | None:
        header = self.headers.get(role)
        return self.cell(row, header) if header else None

    def moment_of(self, row: Row, role: Role) -> Moment | None:
        header = self.headers.get(role)
        return self.moment(row, header) if header else None

    def moment(self, row: Row, header: str) -> Moment | None:
        text = self.cell(row, header)
        if text is None:
            return None
        moment = read_moment(text, order=self.mapping.date_order)
        if moment is None:
            raise _RowUnfit("bad-date")
        shift = self.mapping.day_shifts.get(header)
        return moment if shift is None else _day_of(moment, shift)

    def when(self, row: Row, role: Role) -> dict[str, Any]:
        moment = self.moment_of(row, role)
        if moment is None:
            raise _RowUnfit("no-date")
        return _at(moment)

    def amount(self, row: Row, role: Role) -> tuple[Decimal | None, str | None]:
        """The amount of a row, and the currency that stands beside it."""
        text = self.text(row, role)
        if text is None:
            return None, None
        amount = read_amount(text, mark=self.mapping.decimal_mark)
        if amount is None or abs(amount) >= LARGEST_AMOUNT:
            raise _RowUnfit("bad-amount")
        return amount.quantize(Decimal("0.0001")), strip_currency(text)[1]


def _transitions(
    kind: str, key: str, moves: Iterable[tuple[str | None, Moment | None]]
) -> list[tuple[str, dict[str, Any]]]:
    said = {"source": SOURCE, "source_id": key, "subject": key, "subject_kind": kind}
    return [("transitions", {**said, "label": label, **_at(moment)}) for label, moment in moves if label and moment]


def _day_of(moment: Moment, shift: int) -> Moment:
    """The day on which an instant lies that is only somebody's midnight."""
    if not moment.has_time:
        return moment
    day = (moment.at + timedelta(minutes=shift)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(day, has_time=False)


def _at(moment: Moment) -> dict[str, Any]:
    precision = Precision.INSTANT if moment.has_time else Precision.DAY
    return {"happened_at": moment.at, "precision": precision.value}


def _always() -> dict[str, Any]:
    return {"happened_at": ALWAYS, "precision": Precision.DAY.value}
