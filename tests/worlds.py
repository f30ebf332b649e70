"""Worlds as text, one line for each fact, so that a test shows the company that it speaks of.

    lead a 2026-01-01 type=web              a lead; what is no column of the table becomes a label
    lead a > SQL 2026-01-05                 it entered a stage of its own
    deal a1 of a 2026-01-08 amount=100      a deal of it; without `of`, a deal that names no lead
    deal a1 > "Closed Won" 2026-02-01
    handover a 2026-01-01T09:00 owner=ayse
    touch a 2026-01-01T09:30 human=yes direction=inbound
    engagement a 2026-01-01T08:55 kind=form
    merge a 2026-01-09 into=b                a was found to be b; undone=yes takes it back
    deletion a 2026-01-09
    link l1 2026-01-09 from_kind=lead from_key=a to_kind=deal to_key=a1 role=primary
    customer k 2026-02-01 recurring=1200
    renewal r1 2026-02-01 customer=k amount_before=1200 amount_after=1000
    rating q1 2026-02-01 customer=k score=4 scale=5
    company acme sector=retail
    product X series=GTX
    person ayse region=West
    batch                                   what follows was imported later

A day without a time is known to the day only.
"""

from __future__ import annotations

import shlex
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.keys import KEY_COLUMNS, SAME_KIND
from funnelpact.core.facts.tables import TABLES, Kind
from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.passes import passes
from tests.stores import store_in

Row = dict[str, Any]
FIRST_IMPORT = datetime(2030, 1, 1, tzinfo=UTC)
"""When the first batch of a world became known; each further one a day later."""

NOTHING_SAID = FunnelMapping()

_KEYS = {
    "lead": "lead",
    "deal": "deal",
    "company": "company",
    "product": "product",
    "person": "owner",
    "engagement": "lead",
    "customer": "customer",
}
_OF_LEADS = {"handover", "touch", "merge", "deletion"}
_TABLES = {
    "lead": "leads",
    "deal": "deals",
    "company": "companies",
    "product": "products",
    "person": "people",
    "handover": "handovers",
    "touch": "touches",
    "engagement": "engagements",
    "merge": "merges",
    "deletion": "deletions",
    "link": "links",
    "customer": "customers",
    "renewal": "renewals",
    "rating": "ratings",
    "spend": "spend",
    "fx": "fx",
}
_ALWAYS = "1970-01-01"


def rows_of(world: str) -> list[tuple[str, Row]]:
    """The facts of a world, each with the name of its table, in the order of the lines; `batch` counts from 1."""
    batch = 1
    rows = []
    for line in filter(None, map(str.strip, world.splitlines())):
        if line == "batch":
            batch += 1
        else:
            table, row = _fact(shlex.split(line))
            rows.append((table, {**row, "source": "test", "batch": batch}))
    return rows


def _fact(words: list[str]) -> tuple[str, Row]:
    kind, key, *rest = words
    if rest[:1] == [">"]:
        _, label, day = rest
        move = {"source_id": f"{kind} moves/{key}", "subject": key, "subject_kind": kind, "label": label}
        return "transitions", {**move, **_moment(day)}
    table = _TABLES[kind]
    row: Row = {"source_id": f"{kind}/{key}", "labels": []}
    if rest[:1] == ["of"]:
        row["lead"], rest = rest[1], rest[2:]
    said = dict(word.split("=", 1) for word in rest if "=" in word)
    row |= _moment(next((word for word in rest if "=" not in word), _ALWAYS))
    row |= {_KEYS[kind]: key} if kind in _KEYS else {}
    row |= {"subject": key, "subject_kind": "lead"} if kind in _OF_LEADS else {}
    columns = {column.name: column.kind for column in TABLES[table].columns}
    for name, text in said.items():
        if name in columns:
            row[name] = _value(columns[name], text)
        else:
            row["labels"].append((name, text))
    return table, row


def _moment(text: str) -> Row:
    precision = "instant" if "T" in text else "day"
    return {"happened_at": datetime.fromisoformat(text).replace(tzinfo=UTC), "precision": precision}


def _value(kind: Kind, text: str) -> Any:
    if kind is Kind.FLAG:
        return text == "yes"
    if kind is Kind.COUNT:
        return int(text)
    if kind is Kind.NUMBER:
        return float(text)
    if kind is Kind.INSTANT:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Decimal(text) if kind is Kind.AMOUNT else text


def arrow_facts(rows: Iterable[tuple[str, Row]]) -> dict[str, pa.Table]:
    """All fact tables as Arrow holds them; those of which the world says nothing are empty."""
    by_table: dict[str, list[Row]] = defaultdict(list)
    for table, row in rows:
        by_table[table].append(row)
    return {name: pa.Table.from_pylist(by_table[name], schema=arrow_schema(table=TABLES[name])) for name in TABLES}


def engine_facts(rows: Iterable[tuple[str, Row]]) -> dict[str, ir.Table]:
    """All fact tables as the engine sees them, with their numbers.

    The engine keeps them: into tables that it only looks at it pushes a filter that it cannot apply there (DuckDB 1.5).
    """
    return {name: ibis.memtable(_numbered(name, table)).cache() for name, table in arrow_facts(rows).items()}


def _numbered(name: str, table: pa.Table) -> pa.Table:
    """The numbers of `core.facts.keys`, without the engine: any will do if different records have different ones."""
    for number, (kind, key) in KEY_COLUMNS.get(name, {}).items():
        kinds = [kind[1:]] * len(table) if kind.startswith("=") else table[kind].to_pylist()
        named = zip(map(str, kinds), table[key].to_pylist(), strict=True)
        numbers = [
            None if key is None else zlib.crc32(f"{SAME_KIND.get(kind, kind)} {key}".encode()) for kind, key in named
        ]
        table = table.append_column(number, pa.array(numbers, pa.int64()))
    return table


def mapping_of(rows: Iterable[tuple[str, Row]], said: FunnelMapping = NOTHING_SAID) -> FunnelMapping:
    """What people said of the labels, completed by what the words of the others suggest."""
    labels: dict[str, set[str]] = {"lead": set(), "deal": set()}
    types = set()
    for table, row in rows:
        if table == "transitions":
            labels[row["subject_kind"]].add(row["label"])
        if table == "leads" and row.get("type"):
            types.add(row["type"])
    return said.knowing(lead_labels=labels["lead"], deal_labels=labels["deal"], types=types)


def passes_of(
    rows: list[tuple[str, Row]], *, as_of: date, by: Dimension | None = None, said: FunnelMapping = NOTHING_SAID
) -> ir.Table:
    """The passes of a world, as the engine has them."""
    facts = engine_facts(rows)
    found = journeys_of(facts=facts, mapping=mapping_of(rows, said), as_of=as_of)
    return passes(journeys=found.passes.cache(), facts=facts, by=by).cache()


def mapped(world: str, said: FunnelMapping, *, as_of: str = "2026-12-31") -> dict[str, Row]:
    """All passes of a world under a mapping, those that count nowhere too: by key, further ones as `a 2`, `a 3`."""
    rows = rows_of(world)
    found = journeys_of(facts=engine_facts(rows), mapping=mapping_of(rows, said), as_of=date.fromisoformat(as_of))
    every = found.passes.to_pyarrow().to_pylist()
    named = {row["key"] if row["pass"] == 1 else f"{row['key']} {row['pass']}": row for row in every}
    assert len(named) == len(every)
    return named


def journeys(world: str, *, as_of: str = "2026-12-31", by: Dimension | None = None) -> dict[str, Row]:
    """The passes of a world by key."""
    found = passes_of(rows_of(world), as_of=date.fromisoformat(as_of), by=by)
    rows = found.to_pyarrow().to_pylist()
    assert len({row["key"] for row in rows}) == len(rows)
    return {row["key"]: row for row in rows}


def batches_of(world: str) -> Iterator[dict[str, pa.Table]]:
    """The facts of each batch, without their `batch` column, as a source hands them over."""
    rows = rows_of(world)
    for number in sorted({row["batch"] for _, row in rows}):
        tables = arrow_facts((table, row) for table, row in rows if row["batch"] == number)
        yield {name: table.drop_columns(["batch"]) for name, table in tables.items() if len(table)}


def kept(world: str, folder: Path) -> JourneyFolder:
    """A data folder that holds the world, its batches learnt a day apart."""
    store = store_in(folder)
    for number, facts in enumerate(batches_of(world)):
        store.add(
            facts=facts,
            received={},
            known_at=FIRST_IMPORT + timedelta(days=number),
            mapping={"batch": number},
            report={},
        )
    return store


def days(row: Mapping[str, Any]) -> list[str | None]:
    """The days of the stages of a pass, first to won, as month and day."""
    names = [name for name in row if name[0] == "s" and name[1:].isdigit()]
    return [row[name] and f"{row[name]:%m-%d}" for name in sorted(names)]
