"""Rows to facts under a mapping: pure, row by row, every row kept or rejected with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.event_facts import EventMaker
from funnelpact.adapters.connectors.files.kinds.events import EVENTS
from funnelpact.adapters.connectors.files.kinds.records import COMPANIES, DEALS, KEYS, LEADS, PEOPLE, PRODUCTS
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading import EXAMPLE, Rejected, Row, TextFile
from funnelpact.adapters.connectors.files.rows import SOURCE, RowReader, RowUnfit, at
from funnelpact.adapters.connectors.files.values import Moment, currency_code
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.tables import TABLES, Precision
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""What a file says of people, companies and products without a date was always so, as far as it tells."""

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
    DEALS: frozenset({Role.CREATED, Role.CLOSED, Role.WON, Role.LOST, Role.STAGE, Role.AMOUNT, Role.REACHED}),
    PRODUCTS: frozenset({Role.PRICE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The facts of one file, by table and without `batch`, and the rows that were not taken."""

    tables: Mapping[str, pa.Table]
    kept: int
    rejected: tuple[Rejected, ...]


def facts_of_file(*, file: TextFile, mapping: FileMapping) -> FileFacts:
    """The facts of a file under a mapping. Rows in = kept + rejected.

    Reasons: `no-key`, `no-date`, `no-end-date`, `bad-date`, `bad-amount`, those of events, and those of the reader.
    """
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rejected = list(file.rejected)
    maker = (EventMaker if mapping.kind in EVENTS else _FactMaker)(file=file, mapping=mapping)
    for row in file.rows:
        try:
            for table, fact in maker.facts(row):
                rows[table].append(fact)
        except RowUnfit as unfit:
            rejected.append(Rejected(row.line, str(unfit), file.separator.join(row.cells)[:EXAMPLE]))
    tables = {}
    for name, facts in rows.items():
        schema = arrow_schema(table=TABLES[name])
        tables[name] = pa.Table.from_pylist(facts, schema=schema.remove(schema.get_field_index("batch")))
    return FileFacts(tables=tables, kept=file.rows_in - len(rejected), rejected=tuple(rejected))


class _FactMaker(RowReader):
    """Facts of records: leads, deals, people, companies, products."""

    def __init__(self, *, file: TextFile, mapping: FileMapping) -> None:
        super().__init__(file=file, mapping=mapping)
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
            raise RowUnfit("no-key")
        named = {column: self.text(row, role) for role, column in self.named.items()}
        labels = [(header, cell) for header in self.labelled if (cell := self.cell(row, header)) is not None]
        fact = {"source": SOURCE, "source_id": f"{kind}/{key}", **named, "labels": labels}
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
        lost = self.moment_of(row, Role.LOST)
        stage = self.text(row, Role.STAGE) or ("lost" if lost and not won else None)
        meaning = stage_of(label=stage) if stage else None
        ended = meaning in {WON, EXIT}
        closed = (lost if meaning == EXIT else None) or closed
        if ended and opened and not (closed or won):
            raise RowUnfit("no-end-date")
        # The closing date of a deal that has not ended is a hope, and no event.
        first = opened or won or (closed if ended else None)
        if first is None:
            raise RowUnfit("no-date")
        amount, currency = self.amount(row, Role.AMOUNT)
        deal = {
            **fact,
            **at(first),
            "deal": key,
            # What a lost deal was worth is nothing, and 0 there says no more than an empty cell.
            "amount": amount if amount or meaning == WON else None,
            "currency": currency_code(fact["currency"] or "") or currency or self.mapping.currency,
            "outcome": stage,
        }
        end = (WON, won) if won else (stage, closed if ended else opened)
        reached = [(header, self.moment(row, header)) for header in self.reached]
        return [("deals", deal), *_transitions("deal", key, [end, *reached])]


def _transitions(
    kind: str, key: str, moves: Iterable[tuple[str | None, Moment | None]]
) -> list[tuple[str, dict[str, Any]]]:
    said = {"source": SOURCE, "source_id": f"{kind}s/{key}", "subject": key, "subject_kind": kind}
    return [("transitions", {**said, "label": label, **at(moment)}) for label, moment in moves if label and moment]


def _always() -> dict[str, Any]:
    return {"happened_at": ALWAYS, "precision": Precision.DAY.value}
