"""Rules about owners, each where it fires and where it must not."""

from __future__ import annotations

from tests.quality_worlds import counted, found


def test_hand_overs_without_an_owner():
    """Missing and blank alike; where no hand-over names an owner, the source does not tell."""
    world = """
        lead a 2026-01-01
        handover a 2026-01-01T09:00 owner=ayse
        handover a 2026-01-02T09:00
        handover a 2026-01-03T09:00 "owner= "
    """

    assert counted("handover-without-owner", world) == (2, 3)
    assert counted("handover-without-owner", "lead a 2026-01-01\nhandover a 2026-01-01T09:00") is None


def test_open_leads_that_nobody_holds():
    """`b` and `h`; not who has a deal, ended, was merged or deleted; one that was taken up again is open."""
    world = """
        lead a 2026-01-01
        handover a 2026-01-01T09:00 owner=ayse
        lead b 2026-01-01
        handover b 2026-01-01T09:00
        lead c 2026-01-01
        deal c1 of c 2026-01-05
        lead d 2026-01-01
        lead d > Disqualified 2026-01-05
        lead e 2026-01-01
        merge e into a 2026-01-03
        lead f 2026-01-01
        delete f 2026-01-03
        lead g 2026-01-01
        lead g > Won 2026-01-05
        lead h 2026-01-01
        lead h > Disqualified 2026-01-05
        lead h > MQL 2026-02-05
    """
    said = found("open-lead-without-owner", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (2, 3, ("b", "h"))


def test_where_only_customers_are_handed_over_leads_lack_nothing():
    """The source does not tell who holds its leads."""
    world = "lead a 2026-01-01\ncustomer k 2026-01-01 owner=ayse\nlead b 2026-01-01\ndeal d 2026-01-01 owner=ayse"

    assert counted("open-lead-without-owner", world) is None


def test_owners_whom_nobody_knows():
    """Rows that name them, in all tables; without people, the source does not tell."""
    world = """
        lead a 2026-01-01
        handover a 2026-01-01T09:00 owner=ayse
        handover a 2026-01-02T09:00 owner=bora
        handover a 2026-01-03T09:00
        touch a 2026-01-02T09:00 owner=bora
        deal d 2026-01-01 owner=can
        customer k 2026-01-01 owner=ayse
    """
    said = found("owner-unknown", world + "\nperson ayse")

    assert said is not None
    assert (said.count, said.rows, said.examples) == (3, 5, ("bora", "can"))
    assert counted("owner-unknown", world) is None
