"""Who waits for a first word."""

from __future__ import annotations

from datetime import UTC, datetime

from funnelpact.core.journeys.waiting import waiting
from tests.worlds import passes_of, rows_of


def waits(world: str, *, at: str = "2026-01-03T09:00") -> dict[str, int]:
    """Whole hours waited, by lead."""
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = waiting(passes=passes_of(rows_of(world), as_of=instant.date()), at=instant)
    return {row["key"]: row["seconds"] // 3600 for row in found.to_pyarrow().to_pylist()}


def test_waiting_begins_with_the_first_hand_over():
    """Not with the creation, and not anew with the next owner."""
    world = """
        lead a 2026-01-01T00:00
        handover a 2026-01-02T09:00 owner=ayse
        handover a 2026-01-03T08:00 owner=bora
    """

    assert waits(world) == {"a": 24}


def test_a_touch_by_a_person_ends_it():
    """Not one by a workflow, not one of the lead's own, not one that is still to come; one of which nobody says how does."""
    world = """
        lead a 2026-01-01T00:00
        lead b 2026-01-01T00:00
        lead c 2026-01-01T00:00
        lead d 2026-01-01T00:00
        lead e 2026-01-01T00:00
        handover a 2026-01-02T09:00
        handover b 2026-01-02T09:00
        handover c 2026-01-02T09:00
        handover d 2026-01-02T09:00
        handover e 2026-01-02T09:00
        touch a 2026-01-02T10:00 human=yes
        touch b 2026-01-02T10:00 human=no
        touch c 2026-01-02T10:00 human=yes direction=inbound
        touch d 2026-01-03T10:00 human=yes
        touch e 2026-01-02T10:00
    """

    assert waits(world) == {"b": 24, "c": 24, "d": 24}


def test_who_was_never_handed_over_does_not_wait_for_sales():
    """That delay is the system's."""
    assert waits("lead a 2026-01-01T00:00") == {}


def test_a_hand_over_known_to_the_day_feeds_no_clock():
    """Nobody knows how many hours it has been."""
    world = """
        lead a 2026-01-01
        handover a 2026-01-02
    """

    assert waits(world) == {}


def test_who_has_left_or_has_a_deal_does_not_wait():
    """A disqualified lead is done; one with a deal was spoken to, whatever was logged."""
    world = """
        lead a 2026-01-01T00:00
        lead b 2026-01-01T00:00
        handover a 2026-01-02T09:00
        handover b 2026-01-02T09:00
        lead a > Disqualified 2026-01-02T10:00
        deal b1 of b 2026-01-02T11:00
    """

    assert waits(world) == {}


def test_a_deal_alone_does_not_wait():
    """A hand-over of a lead that nobody knows is nobody's wait."""
    assert waits("deal d 2026-01-01\nhandover d 2026-01-02T09:00") == {}
