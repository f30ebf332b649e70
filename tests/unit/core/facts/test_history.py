"""How far the facts of a source reach."""

from __future__ import annotations

from datetime import UTC, datetime

from funnelpact.core.facts.history import newest_fact
from tests.worlds import engine_facts, rows_of


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
