"""Worlds of `tests.worlds` with the further lines that quality is about, and what a rule finds in one.

move a SQL 2026-01-05 import            as `lead a > SQL`, and who set it
merge b into a 2026-02-01               two leads are one; `undone` at the end takes it back
delete a 2026-02-01
link deal d customer k
customer k 2026-03-01 owner=ayse
click a 2026-01-01T10:00                an engagement
fx USD EUR                              a rate of exchange
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.arrow import arrow_table
from funnelpact.core.facts.keys import number_facts
from funnelpact.core.facts.quality.rule import Evidence, Found, Rule, evidence
from funnelpact.core.facts.quality.rules import RULES, quality
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import World
from funnelpact.core.journeys.building.moves import positioned
from funnelpact.core.journeys.mapping import FunnelMapping, propose_mapping
from funnelpact.core.terms.report import QualityReport
from tests.worlds import FIRST_IMPORT, Row, engine_facts, mapping_of, rows_of

AS_OF = date(2026, 12, 31)
BY_CODE = {rule.code: rule for rule in RULES}


def quality_rows(world: str) -> list[tuple[str, Row]]:
    """The facts of a world in the order of the lines."""
    rows: list[tuple[str, Row]] = []
    plain: list[str] = []
    for number, line in enumerate(filter(None, map(str.strip, world.splitlines()))):
        words = line.split()
        if words[0] in _MORE:
            table, row = _MORE[words[0]](words[1:])
            batch = 1 + plain.count("batch")
            rows.append((table, {"source": "test", "source_id": f"{words[0]}{number}", "batch": batch, **row}))
        else:
            plain.append(line)
    return rows_of("\n".join(plain)) + rows


def _moment(text: str) -> Row:
    """The moment of a line, as `tests.worlds` reads it."""
    ((_, row),) = rows_of(f"lead x {text}")
    return {name: row[name] for name in ("happened_at", "precision")}


def _move(words: list[str]) -> tuple[str, Row]:
    subject, label, day, actor = words
    said = {"subject": subject, "subject_kind": "lead", "label": label, "actor_kind": actor}
    return "transitions", {"source_id": subject, **said, **_moment(day)}


def _merge(words: list[str]) -> tuple[str, Row]:
    subject, _, into, day, *undone = words
    return "merges", {"subject": subject, "subject_kind": "lead", "into": into, "undone": bool(undone), **_moment(day)}


def _delete(words: list[str]) -> tuple[str, Row]:
    subject, day, *undone = words
    return "deletions", {"subject": subject, "subject_kind": "lead", "undone": bool(undone), **_moment(day)}


def _link(words: list[str]) -> tuple[str, Row]:
    from_kind, from_key, to_kind, to_key = words
    ends = {"from_kind": from_kind, "from_key": from_key, "to_kind": to_kind, "to_key": to_key}
    return "links", {**ends, **_moment("2026-01-01")}


def _customer(words: list[str]) -> tuple[str, Row]:
    key, day, *said = words
    return "customers", {"customer": key, **dict(word.split("=") for word in said), **_moment(day)}


def _click(words: list[str]) -> tuple[str, Row]:
    lead, day = words
    return "engagements", {"lead": lead, "kind": "click", **_moment(day)}


def _fx(words: list[str]) -> tuple[str, Row]:
    base, quote = words
    return "fx", {"base": base, "quote": quote, "rate": 1.1, **_moment("2026-01-01")}


_MORE: dict[str, Any] = {
    "move": _move,
    "merge": _merge,
    "delete": _delete,
    "link": _link,
    "customer": _customer,
    "click": _click,
    "fx": _fx,
}


def seen_in(rows: Iterable[tuple[str, Row]], *, as_of: date = AS_OF, learnt_at: datetime = FIRST_IMPORT) -> Evidence:
    """What the rules look at in the facts of a world."""
    rows = list(rows)
    return seen_by(engine_facts(rows), mapping_of(rows), as_of=as_of, learnt_at=learnt_at)


def seen_of(simulated: World) -> Evidence:
    """What the rules look at in a simulated company, imported a month after its end."""
    last = simulated.spec.last_day
    tables = {name: arrow_table(table=TABLES[name], columns=rows) for name, rows in simulated.facts.items()}
    facts = {name: rows.append_column("batch", pa.array([1] * len(rows), pa.int64())) for name, rows in tables.items()}
    moves = simulated.facts["transitions"]
    labels = {kind: set(moves["label"][moves["subject_kind"] == kind].tolist()) for kind in ("lead", "deal")}
    return seen_by(
        number_facts(facts={name: ibis.memtable(rows).cache() for name, rows in facts.items()}),
        propose_mapping(lead_labels=labels["lead"], deal_labels=labels["deal"]),
        as_of=last,
        learnt_at=datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=30),
    )


def seen_by(facts: dict[str, ir.Table], mapping: FunnelMapping, *, as_of: date, learnt_at: datetime) -> Evidence:
    """What the rules look at in facts under a mapping."""
    return evidence(
        facts=facts,
        moves=positioned(transitions=facts["transitions"], mapping=mapping),
        opened=mapping.deal_position,
        won=len(mapping.funnel.stages) - 1,
        as_of=as_of,
        learnt_at=learnt_at,
    )


def report_on(world: str, *, rules: tuple[Rule, ...] = RULES, **asked: Any) -> QualityReport:
    """What the rules say of a world."""
    return quality(seen=seen_in(quality_rows(world), **asked), newest=FIRST_IMPORT, rules=rules)


def found(code: str, world: str, **asked: Any) -> Found | None:
    """What one rule finds in a world; None where the source tells it nothing."""
    rule = BY_CODE[code]
    seen = seen_in(quality_rows(world), **asked)
    if code in quality(seen=seen, newest=FIRST_IMPORT, rules=(rule,)).silent:
        return None
    return rule.find(seen)


def counted(code: str, world: str, **asked: Any) -> tuple[int, int] | None:
    """How many rows of how many a rule is about in a world; None where the source tells it nothing."""
    said = found(code, world, **asked)
    return None if said is None else (said.count, said.rows)
