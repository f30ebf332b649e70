"""When a loss is taken back, and when a return is a new pass."""

from __future__ import annotations

from datetime import date

from funnelpact.core.journeys.mapping import FunnelMapping
from tests.worlds import days, mapped


def test_a_loss_taken_back_in_time_was_none():
    """Up to the very day and instant; after it a new pass opens, and the first one stays lost."""
    world = """
        lead a 2026-01-01T09:00
        lead a > Lost 2026-01-10T09:00
        lead a > SQL 2026-01-20T09:00
        lead b 2026-01-01T09:00
        lead b > Lost 2026-01-10T09:00
        lead b > SQL 2026-01-20T09:01
    """
    found = mapped(world, FunnelMapping(reopen_days=10))

    assert set(found) == {"a", "b", "b 2"}
    assert (found["a"]["left_on"], found["a"]["reopened"], days(found["a"])[1]) == (None, 1, "01-20")
    assert (found["b"]["left_on"], found["b"]["reopened"], days(found["b"])[1]) == (date(2026, 1, 10), 0, None)
    assert (found["b 2"]["created_on"], days(found["b 2"])[:2]) == (date(2026, 1, 20), ["01-20", "01-20"])


def test_each_way_back_opens_a_pass():
    """A stage, a deal, a form; a touch by sales is none, and while a deal is open nobody has left."""
    world = """
        lead a 2026-01-01
        lead a > Lost 2026-01-02
        lead a > SQL 2026-03-01
        lead b 2026-01-01
        lead b > Lost 2026-01-02
        deal b1 of b 2026-03-01
        lead c 2026-01-01
        lead c > Lost 2026-01-02
        engagement c 2026-03-01 kind=form
        lead d 2026-01-01
        lead d > Lost 2026-01-02
        touch d 2026-03-01
        lead e 2026-01-01
        deal e1 of e 2026-01-01
        lead e > Lost 2026-01-02
        lead e > SQL 2026-03-01
        lead f 2026-01-01
        deal f1 of f 2026-01-02
        deal f1 > Lost 2026-01-03
        deal f2 of f 2026-03-01
    """

    assert set(mapped(world, FunnelMapping())) == {"a", "a 2", "b", "b 2", "c", "c 2", "d", "e", "f", "f 2"}
    assert set(mapped(world, FunnelMapping(reopen_days=365))) == set("abcdef")


def test_a_form_after_long_silence_opens_a_pass():
    """Nobody left; but nobody did anything either. A touch breaks the silence, and a stage alone opens nothing."""
    world = """
        lead a 2026-01-01T09:00
        engagement a 2026-02-10T09:00 kind=form
        lead b 2026-01-01T09:00
        engagement b 2026-02-20T09:00 kind=form
        lead c 2026-01-01T09:00
        lead c > MQL 2026-01-01T09:00
        touch c 2026-02-01T09:00
        engagement c 2026-02-20T09:00 kind=form
        lead d 2026-01-01T09:00
        lead d > MQL 2026-01-01T09:00
        lead d > SQL 2026-06-01T09:00
        lead e 2026-01-01T09:00
        deal e1 of e 2026-01-02T09:00
        engagement e 2026-06-01T09:00 kind=form
    """
    found = mapped(world, FunnelMapping(silent_days=40))

    assert {key for key in found if " " in key} == {"b 2"}
    assert found["b 2"]["engagements"] == 1
    assert not {key for key in mapped(world, FunnelMapping(silent_days=200)) if " " in key}


def test_what_happens_belongs_to_the_pass_that_is_open_then():
    """Hand-overs, touches, deals: before the return to the first, from it on to the second."""
    world = """
        lead a 2026-01-01T09:00
        handover a 2026-01-01T10:00 owner=ayse
        touch a 2026-01-01T11:00
        touch a 2026-01-02T11:00
        lead a > Lost 2026-01-10T09:00
        engagement a 2026-05-01T09:00 kind=form
        handover a 2026-05-01T10:00 owner=can
        touch a 2026-05-01T11:00
        deal a1 of a 2026-05-03T09:00 amount=50
        deal a1 > Won 2026-05-09T09:00
    """
    found = mapped(world, FunnelMapping())

    assert {key: (row["owner"], row["attempts"], row["won_deals"], days(row)[3]) for key, row in found.items()} == {
        "a": ("ayse", 2, 0, None),
        "a 2": ("can", 1, 1, "05-09"),
    }


def test_nothing_opens_a_pass_before_the_lead_was_created():
    """What a source dates before is part of the first pass."""
    world = """
        engagement a 2026-01-01T09:00 kind=form
        lead a > Lost 2026-01-02T09:00
        engagement a 2026-06-01T09:00 kind=form
        lead a 2026-06-01T09:01
        engagement a 2026-06-05T09:00 kind=form
    """

    assert set(mapped(world, FunnelMapping(silent_days=40, reopen_days=10))) == {"a", "a 2"}
    assert mapped(world, FunnelMapping(silent_days=40, reopen_days=10))["a 2"]["created_on"] == date(2026, 6, 5)
