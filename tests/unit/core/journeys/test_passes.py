"""From facts to passes: which day each stage was reached, and how a pass ended."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from tests.worlds import days, journeys, passes_of, rows_of


def test_a_later_stage_implies_the_earlier_ones_at_its_time():
    """A lead that appears as SQL before anything else has been an MQL from its creation, an opportunity with its deal."""
    world = """
        lead a 2026-01-01
        lead a > SQL 2026-01-05
        deal a1 of a 2026-01-08
        deal a1 > Won 2026-02-01
    """

    assert days(journeys(world)["a"]) == ["01-01", "01-05", "01-08", "02-01"]


def test_skipped_stages_are_reached_with_the_next():
    """Nobody said SQL: the deal did."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-08
    """

    assert days(journeys(world)["a"]) == ["01-01", "01-08", "01-08", None]


def test_an_earlier_stage_that_is_said_later_happened_with_the_later_one():
    """An SQL label after the win does not run the pass backwards."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-08
        deal a1 > Won 2026-01-20
        lead a > SQL 2026-01-25
    """

    assert days(journeys(world)["a"]) == ["01-01", "01-08", "01-08", "01-20"]
    assert not journeys(world)["a"]["backwards"]


def test_going_backwards_keeps_the_first_entry():
    """From SQL back to MQL and on to SQL again: the first SQL counts."""
    world = """
        lead a 2026-01-01
        lead a > SQL 2026-01-05
        lead a > MQL 2026-01-10
        lead a > SQL 2026-01-20
    """

    assert days(journeys(world)["a"]) == ["01-01", "01-05", None, None]


def test_an_exit_ends_a_pass():
    """A disqualified lead has left on that day."""
    world = """
        lead a 2026-01-01
        lead a > Disqualified 2026-01-09
    """

    assert journeys(world)["a"]["left_on"] == date(2026, 1, 9)


def test_reopening_takes_the_loss_back():
    """What is said last counts."""
    world = """
        deal d 2026-01-01
        deal d > Lost 2026-01-20
        deal d > Negotiation 2026-02-01
    """

    assert journeys(world)["deal:d"]["left_on"] is None


def test_a_win_after_a_loss_is_a_win():
    """The loss is forgotten."""
    world = """
        deal d 2026-01-01
        deal d > Lost 2026-01-20
        deal d > Won 2026-02-01
    """
    found = journeys(world)["deal:d"]

    assert days(found) == [None, None, "01-01", "02-01"]
    assert found["left_on"] is None


def test_a_loss_after_a_win_stays_a_win():
    """A cancellation is another fact than the order."""
    world = """
        deal d 2026-01-01
        deal d > Won 2026-01-20
        deal d > Lost 2026-02-01
    """
    found = journeys(world)["deal:d"]

    assert days(found) == [None, None, "01-01", "01-20"]
    assert found["left_on"] is None


def test_a_lead_with_several_deals_wins_once_and_is_worth_all_it_won():
    """The first win, the sum of the won amounts; a lost deal beside them adds nothing."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-10 amount=100
        deal a2 of a 2026-01-05 amount=50
        deal a3 of a 2026-01-06 amount=999
        deal a1 > Won 2026-02-01
        deal a2 > Won 2026-03-01
        deal a3 > Lost 2026-01-07
    """
    found = journeys(world)["a"]

    assert days(found) == ["01-01", "01-05", "01-05", "02-01"]
    assert (found["deals"], found["amount"], found["left_on"]) == (3, Decimal(150), None)


def test_a_lead_is_lost_when_all_of_its_deals_are():
    """Until then it is open; then it left with the last of them."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-05
        deal a2 of a 2026-01-06
        deal a1 > Lost 2026-02-01
        deal a2 > Lost 2026-03-01
    """

    assert journeys(world, as_of="2026-02-28")["a"]["left_on"] is None
    assert journeys(world, as_of="2026-03-01")["a"]["left_on"] == date(2026, 3, 1)


def test_a_deal_takes_the_exit_of_its_lead_back():
    """A lead that was disqualified, then got a deal that was lost: it left with the deal."""
    world = """
        lead a 2026-01-01
        lead a > Disqualified 2026-01-03
        deal a1 of a 2026-01-20
        deal a1 > Lost 2026-02-10
    """

    assert journeys(world, as_of="2026-01-10")["a"]["left_on"] == date(2026, 1, 3)
    assert journeys(world, as_of="2026-01-31")["a"]["left_on"] is None
    assert journeys(world)["a"]["left_on"] == date(2026, 2, 10)


def test_a_deal_without_a_lead_is_a_pass_of_its_own():
    """Sourced by sales: it begins at the deal's stage, also where the lead that it names is unknown."""
    world = """
        lead a 2026-01-01
        deal d 2026-01-10
        deal e of nobody 2026-01-11
    """
    found = journeys(world)

    assert set(found) == {"a", "deal:d", "deal:e"}
    assert days(found["deal:d"]) == [None, None, "01-10", None]
    assert days(found["a"]) == ["01-01", None, None, None]


def test_a_win_a_day_before_the_creation_counts_at_day_0():
    """A day is the width of a time zone."""
    world = """
        lead a 2026-01-10T08:00
        deal a1 of a 2026-01-09T22:00
        deal a1 > Won 2026-01-09T22:00
    """
    found = journeys(world)["a"]

    assert days(found) == ["01-10"] * 4
    assert not found["backwards"]


@pytest.mark.parametrize(
    "end",
    ["deal a1 of a 2026-01-08\n deal a1 > Won 2026-01-08", "lead a > Lost 2026-01-08", "lead a > SQL 2026-01-08"],
)
def test_what_lies_two_days_before_the_creation_runs_backwards(end: str):
    """A win, a loss or a stage: such a pass counts nowhere."""
    assert journeys(f"lead a 2026-01-10\n{end}")["a"]["backwards"]


def test_a_win_on_the_day_of_the_creation_is_one():
    """Age 0 counts."""
    world = """
        lead a 2026-01-01T09:00
        deal a1 of a 2026-01-01T10:00
        deal a1 > Won 2026-01-01T11:00
    """

    assert days(journeys(world)["a"]) == ["01-01"] * 4


def test_a_loss_and_a_return_at_one_instant_are_a_loss():
    """One answer, whatever the order of the rows: of two labels at one instant the exit is the last word."""
    lines = ["deal d 2026-01-01", "deal d > Lost 2026-01-20", "deal d > Negotiation 2026-01-20"]

    for order in (lines, lines[::-1]):
        assert journeys("\n".join(order))["deal:d"]["left_on"] == date(2026, 1, 20)


def test_rows_of_one_lead_are_one_pass():
    """Created when the first of them was, of the type that the first of them named."""
    world = """
        lead a 2026-01-05 type=web
        lead a 2026-01-01 type=chat
        lead a 2026-01-01 type=chat
    """
    found = journeys(world)

    assert list(found) == ["a"]
    assert days(found["a"]) == ["01-01", None, None, None]


def test_a_fact_on_the_last_day_counts_and_one_on_the_next_does_not():
    """Up to the last instant of the day."""
    world = """
        lead a 2026-01-01
        lead b 2026-03-01
        deal a1 of a 2026-01-05
        deal a1 > Won 2026-02-28T23:59
    """

    assert days(journeys(world, as_of="2026-02-28")["a"])[-1] == "02-28"
    assert days(journeys(world, as_of="2026-02-27")["a"])[-1] is None
    assert "b" not in journeys(world, as_of="2026-02-28")


def test_nothing_that_happens_later_changes_what_was():
    """A world cut at a day says of that day what the longer world says of it."""
    until = """
        lead a 2026-01-01 type=web
        lead b 2026-01-02
        deal a1 of a 2026-01-05 amount=70
        lead b > Lost 2026-01-10
    """
    later = """
        lead b > SQL 2026-02-01
        deal a1 > Won 2026-02-02
        deal a2 of a 2026-02-03 amount=5
        deal a2 > Won 2026-02-04
        lead a 2026-02-05 type=chat
        deal z of c 2026-02-06
        lead c 2026-02-07
    """

    assert journeys(until + later, as_of="2026-01-31") == journeys(until, as_of="2026-01-31")


def test_the_order_of_rows_does_not_matter():
    """Shuffled lines of a world with equal instants, doubled keys and several deals are the same world."""
    world = """
        lead a 2026-01-01 type=web
        lead a 2026-01-01 type=chat
        lead b 2026-01-01
        deal a1 of a 2026-01-05 amount=70 product=X
        deal a1 of a 2026-01-05 amount=80 product=Y
        deal a2 of a 2026-01-05 amount=5
        deal a1 > Won 2026-01-05
        deal a2 > Lost 2026-01-05
        deal b1 of b 2026-01-05
        deal b1 > Lost 2026-01-06
        deal b1 > Negotiation 2026-01-06
    """
    rows = rows_of(world)
    shuffled = random.Random(5).sample(rows, len(rows))
    found = [
        sorted(passes_of(order, as_of=date(2026, 12, 31)).to_pyarrow().to_pylist(), key=lambda row: row["key"])
        for order in (rows, rows[::-1], shuffled)
    ]

    assert found[0] == found[1] == found[2]


def test_a_won_deal_of_0_has_no_amount():
    """Nothing is known of what it brought; the win counts."""
    world = """
        deal d 2026-01-01 amount=0
        deal d > Won 2026-01-02
        deal e 2026-01-01 amount=12.50
        deal e > Won 2026-01-02
    """
    found = journeys(world)

    assert found["deal:d"]["amount"] is None
    assert found["deal:e"]["amount"] == Decimal("12.5")


def test_an_open_or_lost_deal_brings_no_amount():
    """What it might have brought is a hope."""
    world = """
        lead a 2026-01-01
        deal a1 of a 2026-01-02 amount=100
        deal d 2026-01-02 amount=100
        deal d > Lost 2026-01-03
    """

    assert {row["amount"] for row in journeys(world).values()} == {None}


def test_unknown_labels_of_leads_move_nothing():
    """Until people place them."""
    world = """
        lead a 2026-01-01
        lead a > Nurture 2026-01-05
    """

    assert days(journeys(world)["a"]) == ["01-01", None, None, None]


def test_turkish_labels_move_as_english_ones_do():
    """The same pass in Turkish."""
    world = """
        lead a 2026-01-01
        lead a > "Satış Nitelikli" 2026-01-05
        deal a1 of a 2026-01-08
        deal a1 > "Teklif verildi" 2026-01-09
        deal a1 > KAZANILDI 2026-02-01
        deal b 2026-01-08
        deal b > "Kaybedildi – fiyat" 2026-01-20
    """
    found = journeys(world)

    assert days(found["a"]) == ["01-01", "01-05", "01-08", "02-01"]
    assert found["deal:b"]["left_on"] == date(2026, 1, 20)
