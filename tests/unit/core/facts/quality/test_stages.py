"""Rules about stages, each where it fires and where it must not."""

from __future__ import annotations

import pytest

from tests.quality_worlds import counted, found


def test_a_later_stage_before_an_earlier_one():
    """One of two records that entered two stages runs backwards; one that entered a single stage is not looked at."""
    world = """
        lead a 2026-01-01
        lead a > SQL 2026-01-05
        lead a > MQL 2026-01-09
        lead b 2026-01-01
        lead b > MQL 2026-01-02
        lead b > SQL 2026-01-05
        lead c 2026-01-01
        lead c > SQL 2026-01-05
    """
    said = found("stage-before-earlier", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (1, 2, ("a",))


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("2026-01-05T10:00", "2026-01-05T09:59", 1),
        ("2026-01-05T10:00", "2026-01-05T10:00", 0),
        ("2026-01-05", "2026-01-04", 1),
        ("2026-01-05T10:00", "2026-01-05", 0),
        ("2026-01-05T10:00", "2026-01-04", 0),
        ("2026-01-05T10:00", "2026-01-03", 1),
    ],
)
def test_a_day_and_an_instant_are_compared_with_a_day_to_spare(first: str, second: str, count: int):
    """The day is that of the source's zone, the instant is in UTC: one day apart proves nothing."""
    world = f"lead a 2026-01-01\nlead a > MQL {first}\nlead a > SQL {second}"

    assert counted("stage-before-earlier", world) == (count, 1)


def test_a_hole_between_two_stages_does_not_hide_their_order():
    """The stage before a stage is the nearest that was entered at all."""
    world = """
        deal d 2026-01-01
        deal d > Negotiation 2026-01-20
        deal d > Won 2026-01-10
        lead a 2026-01-01
        lead a > Won 2026-01-02
        lead a > MQL 2026-01-03
    """

    assert counted("stage-before-earlier", world) == (2, 2)


def test_going_back_and_on_again_is_no_negative_time():
    """The first entries count."""
    world = "lead a 2026-01-01\nlead a > MQL 2026-01-01\nlead a > SQL 2026-01-05\nlead a > MQL 2026-01-09"

    assert counted("stage-before-earlier", world) == (0, 1)


def test_closed_before_created():
    """Before its own row, or before that of its lead; an exit counts like a win; open records are not looked at."""
    world = """
        lead a 2026-01-10
        lead a > Disqualified 2026-01-09
        lead b 2026-01-10
        deal b1 of b 2026-01-02
        deal b1 > Won 2026-01-05
        lead c 2026-01-10
        deal c1 of c 2026-01-12
        deal c1 > Lost 2026-01-11
        lead d 2026-01-10
        deal d1 of d 2026-01-12
        deal d1 > Won 2026-01-12
        deal e 2026-01-12
    """
    said = found("closed-before-created", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (3, 4, ("a", "b1", "c1"))


def test_labels_that_mean_no_stage_are_counted_by_label():
    """Three of five entries; the label with most comes first. Deals have none: whatever they are in is a deal's stage."""
    world = """
        lead a 2026-01-01
        lead a > Nurture 2026-01-02
        lead b 2026-01-01
        lead b > Nurture 2026-01-02
        lead b > Parked 2026-01-03
        lead b > SQL 2026-01-04
        deal d 2026-01-01
        deal d > Whatever 2026-01-02
    """
    said = found("label-unknown", world)

    assert said is not None
    assert (said.count, said.rows) == (3, 5)
    assert [(example.values["label"], example.values["count"]) for example in said.examples] == [  # type: ignore[union-attr]
        ("Nurture", 2),
        ("Parked", 1),
    ]


def test_a_stage_that_others_record_was_skipped():
    """A lead with a deal and no SQL; a deal of nobody begins at its own stage; who never moved on is not looked at."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-05
        lead b 2026-01-01
        lead b > SQL 2026-01-03
        deal b1 of b 2026-01-05
        deal c 2026-01-05
        deal c > Won 2026-01-09
        deal e of nobody 2026-01-05
        lead f 2026-01-01
    """
    said = found("stage-skipped", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (1, 3, ("a",))


def test_a_deal_that_two_rows_give_to_two_leads_belongs_to_the_known_one():
    """Whatever the other is called."""
    world = """
        lead a 2026-01-01
        deal d of a 2026-01-05
        deal d of nobody 2026-01-05
        deal d > Won 2026-01-09
        lead b > SQL 2026-01-03
        lead b 2026-01-01
    """

    assert counted("stage-skipped", world) == (1, 2)


def test_a_stage_that_the_source_never_records_is_no_hole():
    """Leads, deals and wins, and not one SQL."""
    world = "lead a 2026-01-01\ndeal a1 of a 2026-01-05\ndeal a1 > Won 2026-02-01"

    assert counted("stage-skipped", world) == (0, 1)


def test_a_stage_entered_twice():
    """The same label at two times; the same day written down twice is one entry."""
    world = """
        lead a 2026-01-01
        lead a > MQL 2026-01-01
        lead a > Recycled 2026-01-05
        lead a > MQL 2026-02-01
        lead b 2026-01-01
        lead b > MQL 2026-01-01
        lead b > MQL 2026-01-01T09:00
        deal d 2026-01-01
        deal d > Proposal 2026-01-02
        deal d > Negotiation 2026-01-09
        lead c 2026-01-01
        lead c > Lost 2026-01-01
        lead c > Lost 2026-01-02
    """
    said = found("stage-repeated", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (1, 3, ("a",))


def test_stages_set_by_machines():
    """Imports, workflows and bulk edits beyond the first stage; where nobody says who did it, the source does not tell."""
    world = """
        lead a 2026-01-01
        move a MQL 2026-01-01 workflow
        move a SQL 2026-01-02 import
        move a SQL 2026-01-03 bulk
        move a Disqualified 2026-01-04 workflow
        move a SQL 2026-01-05 person
    """

    assert counted("stage-by-machine", world) == (3, 4)
    assert counted("stage-by-machine", "lead a 2026-01-01\nlead a > SQL 2026-01-02") is None


def test_stage_entries_of_which_only_the_day_is_known():
    """One of two."""
    world = "lead a 2026-01-01\nlead a > MQL 2026-01-02\nlead a > SQL 2026-01-03T09:00"

    assert counted("stage-day-only", world) == (1, 2)


def test_one_stage_label_in_several_spellings():
    """Case, blanks and the Turkish letters i; leads and deals apart."""
    world = """
        lead a 2026-01-01
        lead a > SQL 2026-01-02
        lead a > SQL 2026-01-03
        lead a > sql 2026-01-04
        lead a > "Satış nitelikli" 2026-01-05
        lead a > "SATIŞ NİTELİKLİ" 2026-01-06
        deal d 2026-01-01
        deal d > sql 2026-01-02
    """
    said = found("stage-spelling", world)

    assert said is not None
    assert (said.count, said.rows) == (2, 6)
