"""In every small world, each rule counts what plain Python counts over single facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from funnelpact.core.facts.quality.rules import RULES, quality
from funnelpact.core.facts.tables import TABLES
from tests.laws.slow_quality import SLOW, Slow
from tests.quality_worlds import seen_in
from tests.worlds import Row

AS_OF = date(2026, 4, 1)
LEARNT_AT = datetime(2026, 4, 10, 12, tzinfo=UTC)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
# Each example asks the engine some thirty questions.
FEWER = settings(max_examples=max(10, settings().max_examples // 5))

WON_AMOUNTS = [None, Decimal(0), *[Decimal(10)] * 8, Decimal(1000), Decimal(1001)]
KEYS = {"lead": ["a", "b", "c", "d"], "deal": ["a", "x", "y", "z"], "customer": ["k", "l"], "company": ["m", "n"]}
BLANKS = [None, None, "", " "]


def moments(draw: st.DrawFn) -> Row:
    """An instant or a day, up to ten days after the day that is asked for."""
    if draw(st.booleans()):
        return {"happened_at": BEGUN + timedelta(hours=draw(st.integers(0, 24 * 104))), "precision": "instant"}
    return {"happened_at": BEGUN + timedelta(days=draw(st.integers(0, 104))), "precision": "day"}


def values(draw: st.DrawFn, table: str) -> Row:
    """A row that says something in most of its columns."""
    kind = draw(st.sampled_from(["lead", "lead", "deal", "customer"]))
    ends = [draw(st.sampled_from(["lead", "deal", "customer", "company", "contact"])) for _ in range(2)]
    by_name: dict[str, list[Any]] = {
        "subject_kind": [
            "lead" if table == "touches" else "deal" if kind == "customer" and table != "handovers" else kind
        ],
        "owner": ["ayse", "bora", *BLANKS],
        "type": ["web", "Web", "chat", *BLANKS],
        "segment": ["small", "SMALL ", None],
        "person": ["p", "q", None, None, None, None],
        "company": ["m", "n", *BLANKS],
        "direction": ["inbound", "outbound", None],
        "actor_kind": ["person", "import", "workflow", "bulk", None],
        "amount": [None, Decimal(-1), Decimal(0), Decimal(10), Decimal(20), Decimal(5000)],
        "currency": ["EUR", "EUR", "TRY", "USD", "", None],
        "lead": [*KEYS["lead"], "nobody"] + ([None] if table == "deals" else []),
        "deal": KEYS["deal"],
        "customer": KEYS["customer"],
        "into": KEYS["lead"],
        "undone": [False, False, True],
        "from_kind": [ends[0]],
        "to_kind": [ends[1]],
        "from_key": [*KEYS.get(ends[0], ["c"]), "nobody"],
        "to_key": [*KEYS.get(ends[1], ["c"]), "nobody"],
        "base": ["TRY", "EUR"],
        "quote": ["EUR", "TRY"],
        "rate": [1.5],
    }
    row: Row = {}
    for column in TABLES[table].columns:
        if column.name in by_name:
            row[column.name] = draw(st.sampled_from(by_name[column.name]))
    if "subject_kind" in row:
        row["subject"] = draw(st.sampled_from([*KEYS[row["subject_kind"]], "nobody"]))
        lead = row["subject_kind"] == "lead"
        row["label"] = draw(
            st.sampled_from(
                ["MQL", "SQL", "sql ", "Won", "Disqualified", "Nurture", "Opportunity"]
                if lead
                else ["Negotiation", "negotiation", "Won", "Lost", "Proposal"]
            )
        )
    if table in {"people", "companies"}:
        row |= {"owner": draw(st.sampled_from(["ayse", "can"])), "company": draw(st.sampled_from(KEYS["company"]))}
    row["labels"] = [("size", draw(st.sampled_from(["big", " "])))] if draw(st.booleans()) else []
    return row


SIZES = {
    "leads": 8, "deals": 8, "transitions": 20, "touches": 8, "handovers": 6, "engagements": 3, "links": 4, "merges": 5,
    "deletions": 4, "people": 2, "companies": 2, "customers": 3, "fx": 2,
}  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[str, Row]]:
    """A company in which anything may be wrong; some tables are missing."""
    rows: list[tuple[str, Row]] = []
    for table, most in SIZES.items():
        names = {column.name for column in TABLES[table].columns}
        for number in range(draw(st.integers(0, most))):
            row = {
                "source": "test", "source_id": f"{table}{number}", "batch": draw(st.integers(1, 2)),
                **moments(draw), **values(draw, table),
            }  # fmt: skip
            rows.append((table, {name: value for name, value in row.items() if name in names}))
    if draw(st.booleans()):
        rows += rhythm(draw)
    if draw(st.booleans()):
        rows += winners(draw)
    return rows


def rhythm(draw: st.DrawFn) -> list[tuple[str, Row]]:
    """A lead on each working day but some; on one day many."""
    silent = draw(st.integers(0, 60))
    hole = range(silent, silent + draw(st.integers(0, 20)))
    many, count = draw(st.integers(0, 89)), draw(st.sampled_from([99, 100, 150]))
    rows: list[tuple[str, Row]] = []
    for day in range(90):
        at = BEGUN + timedelta(days=day)
        number = count if day == many else 1 if at.weekday() < 5 and day not in hole else 0
        common = {"source": "test", "happened_at": at, "precision": "instant", "batch": 1, "labels": []}
        rows += [
            ("leads", {**common, "source_id": f"r{day}-{each}", "lead": f"r{day}-{each}"}) for each in range(number)
        ]
    return rows


def winners(draw: st.DrawFn) -> list[tuple[str, Row]]:
    """Deals of which the first are won, with a label that some carry and a product that others do."""
    won, told, others = draw(st.integers(9, 12)), draw(st.integers(4, 10)), draw(st.integers(0, 1))
    rows: list[tuple[str, Row]] = []
    for number in range(60):
        at = {"source": "test", "happened_at": BEGUN + timedelta(hours=number), "precision": "instant", "batch": 1}
        labels = [("onboarding", "yes")] if number < told or number >= 60 - others else []
        deal = {
            **at,
            "source_id": f"w{number}",
            "deal": f"w{number}",
            "labels": labels,
            "product": "X" if number % 7 else " ",
        }
        rows.append(("deals", {**deal, "amount": draw(st.sampled_from(WON_AMOUNTS)) if number < won else None}))
        if number < won:
            move = {"source_id": f"w{number}", "subject": f"w{number}", "subject_kind": "deal", "label": "Won"}
            rows.append(("transitions", {**at, **move}))
    return rows


@given(worlds())
@FEWER
def test_every_rule_counts_what_a_person_would_count(rows):
    """The same rows, and the same of them concerned; a rule is silent where it has no row to look at."""
    seen = seen_in(rows, as_of=AS_OF, learnt_at=LEARNT_AT)
    report = quality(seen=seen, newest=None)
    slow = Slow(rows, AS_OF, LEARNT_AT)
    found = {issue.code: (issue.count, issue.rows) for issue in report.issues}
    counted = {code: SLOW[code](slow) for code in report.ran}

    assert {code: counts for code, counts in counted.items() if counts[0]} == found
    assert all(SLOW[code](slow)[1] == 0 or not told(code, slow) for code in report.silent)


def told(code: str, slow: Slow) -> bool:
    """Whether the world says anything in the columns that the rule needs."""
    needs = next(rule.needs for rule in RULES if rule.code == code)
    parts = [need.split(".") for need in needs]
    return all(any(row.get(column) is not None for row in slow.facts[table]) for table, column in parts)


def test_every_rule_is_counted_a_second_time():
    """A new rule needs a slow sister."""
    assert set(SLOW) == {rule.code for rule in RULES}
