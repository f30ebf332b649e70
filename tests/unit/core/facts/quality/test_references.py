"""Rules about references, each where it fires and where it must not."""

from __future__ import annotations

from datetime import date

from funnelpact.core.facts.keys import number_facts
from funnelpact.core.facts.quality.rules import quality
from funnelpact.core.facts.tables import TABLES
from tests.quality_worlds import AS_OF, counted, found, seen_by
from tests.worlds import FIRST_IMPORT, engine_facts, mapping_of, rows_of


def test_deals_of_unknown_leads():
    """One of two that name a lead; a deal that names none is sales' own; without leads the source does not tell."""
    world = "deal d of a 2026-01-02\ndeal e of b 2026-01-02\ndeal f 2026-01-02"

    assert counted("deal-of-unknown-lead", world + "\nlead a 2026-01-01") == (1, 2)
    assert counted("deal-of-unknown-lead", world) is None


def test_a_lead_that_came_after_the_day_asked_for_is_known():
    """It is written down later than its deal, not missing."""
    world = "lead z 2026-01-01\nlead a 2026-01-05\ndeal d of a 2026-01-02"

    assert counted("deal-of-unknown-lead", world, as_of=date(2026, 1, 3)) == (0, 1)


def test_events_of_unknown_records():
    """Touches, moves, hand-overs and clicks, each judged only where there are records of its kind."""
    world = """
        lead a 2026-01-01
        touch a 2026-01-02
        touch b 2026-01-02
        touch b 2026-01-03
        handover c 2026-01-02
        lead a > SQL 2026-01-03
        click d 2026-01-02
        deal x > Won 2026-01-03
    """
    said = found("event-of-unknown-record", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (4, 6, ("b", "c", "d"))


def test_links_to_nothing():
    """An end that is not there; a kind of which there are no records is not judged."""
    world = """
        lead a 2026-01-01
        deal d 2026-01-01
        link lead a deal d
        link lead b deal d
        link lead a contact k
        link company y deal z
    """

    assert counted("link-to-nothing", world) == (2, 6)
    assert counted("link-to-nothing", "lead a 2026-01-01") is None


def test_a_key_of_another_source_is_another_record():
    """Two systems count from 1: a deal of one that names lead 1 does not mean the other's, nor do its journeys."""
    rows = rows_of("lead 1 2026-01-01\nlead 2 2026-01-01\ndeal d of 1 2026-01-02\ndeal e of 2 2026-01-02")
    rows = [(table, {**row, "source": "other"} if row.get("deal") == "e" else row) for table, row in rows]
    facts = {
        name: table.select(*(column.name for column in TABLES[name].columns))
        for name, table in engine_facts(rows).items()
    }
    seen = seen_by(number_facts(facts=facts), mapping_of(rows), as_of=AS_OF, learnt_at=FIRST_IMPORT)
    said = {issue.code: (issue.count, issue.rows, issue.examples) for issue in quality(seen=seen, newest=None).issues}

    assert said["deal-of-unknown-lead"] == (1, 2, ("e",))
