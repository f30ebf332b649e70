"""What a source says now, and how far its facts reach."""

from __future__ import annotations

from datetime import UTC, datetime

from funnelpact.core.facts.history import newest_fact, said_last
from tests.worlds import engine_facts, rows_of


def test_a_correction_replaces_the_row_it_corrects():
    """The later batch stands for the earlier; what it does not name stays; rows of one batch stand side by side."""
    world = """
        lead a 2026-01-01 type=web
        lead b 2026-01-01 type=web
        batch
        lead a 2026-01-02 type=chat
        lead a 2026-01-03 type=event
    """
    rows = said_last(table=engine_facts(rows_of(world))["leads"]).to_pyarrow().to_pylist()

    assert sorted((row["lead"], row["type"]) for row in rows) == [("a", "chat"), ("a", "event"), ("b", "web")]


def test_other_sources_are_not_corrected():
    """One key in two systems is two rows."""
    rows = rows_of("lead a 2026-01-01 type=web\nbatch\nlead a 2026-01-02 type=chat")
    rows[1][1]["source"] = "another"

    assert said_last(table=engine_facts(rows)["leads"]).count().to_pyarrow().as_py() == 2


def test_a_day_to_come_is_no_fact_yet():
    """A deal that is expected to close next year does not move the newest fact, unless there is nothing else."""
    facts = engine_facts(rows_of("lead a 2026-01-01\nlead a > SQL 2026-03-01T10:00\ndeal d 2027-01-01"))

    learnt = datetime(2026, 6, 1, tzinfo=UTC)
    assert newest_fact(facts=facts, learnt_at=learnt) == datetime(2026, 3, 1, 10, tzinfo=UTC)
    before = datetime(2025, 1, 1, tzinfo=UTC)
    assert newest_fact(facts=facts, learnt_at=before) == datetime(2027, 1, 1, tzinfo=UTC)


def test_no_facts_have_no_newest():
    """None."""
    assert newest_fact(facts=engine_facts([]), learnt_at=datetime(2026, 1, 1, tzinfo=UTC)) is None
