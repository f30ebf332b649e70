"""Rules about records, each where it fires and where it must not."""

from __future__ import annotations

from tests.quality_worlds import counted, found


def test_one_key_twice_in_a_batch():
    """Two rows too many; what a later batch says of a key again is a correction, and one key in two tables is two."""
    world = """
        lead a 2026-01-01
        lead a 2026-01-01
        lead a 2026-01-02
        deal a 2026-01-01
        batch
        lead a 2026-01-01
    """
    said = found("record-twice", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (2, 5, ("a",))


def test_further_leads_of_one_person():
    """Two of three leads of a person; not the one that was merged away, and not leads of nobody in particular."""
    world = """
        lead a 2026-01-01 person=p
        lead b 2026-02-01 person=p
        lead c 2026-03-01 person=p
        lead d 2026-03-01 person=q
        lead e 2026-04-01 person=p
        merge e into a 2026-04-02
        lead f 2026-04-01
        lead g 2026-04-01
    """
    said = found("person-twice", world)

    assert said is not None
    assert (said.count, said.rows) == (2, 4)
    assert counted("person-twice", "lead a 2026-01-01\nlead b 2026-01-01") is None


def test_companies_count_only_where_no_person_is_named():
    """Two people of one company are two leads."""
    world = """
        lead a 2026-01-01 company=x
        lead b 2026-01-02 company=x
        lead c 2026-01-02 company=y
        lead d 2026-01-03 company=x person=p
        lead e 2026-01-04 company=x person=q
    """

    assert counted("company-twice", world) == (1, 3)


def test_merges_and_deletions_that_stand():
    """One of each; the second was taken back."""
    world = """
        lead a 2026-01-01
        lead b 2026-01-01
        lead c 2026-01-01
        lead d 2026-01-01
        merge b into a 2026-01-02
        merge c into a 2026-01-02
        merge c into a 2026-01-03 undone
        delete d 2026-01-02
        delete a 2026-01-02
        delete a 2026-01-03 undone
    """

    assert counted("lead-merged", world) == (1, 4)
    assert counted("lead-deleted", world) == (1, 4)


def test_merges_that_lead_astray():
    """`a` and `b` into each other, `d` into a deleted lead; a chain that ends is none, nor is one that leads into a ring."""
    world = """
        lead a 2026-01-01
        merge a into b 2026-01-02
        merge b into a 2026-01-03
        merge c into a 2026-01-03
        merge d into e 2026-01-03
        delete e 2026-01-04
        merge f into g 2026-01-03
        merge g into h 2026-01-04
    """
    said = found("merge-astray", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (3, 6, ("a", "b", "d"))
