"""How long it takes, over all who will move on."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.lag import HALF, MOST, time_to_move
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import MOVED, OPEN, Pass, table_of


def time(table: LifeTable, *, share: Fraction, days: int = 365) -> Finding:
    """The time to the win of web leads."""
    step, population = Step("mql", "won"), Message("type.web")
    return time_to_move(
        table=table, share=share, horizon_days=days, step=step, population=population, as_of=date(2026, 11, 12)
    )


YOUNG = table_of([*[Pass(5, MOVED)] * 10, *[Pass(9, OPEN)] * 100, *[Pass(20, MOVED)] * 10, *[Pass(30, OPEN)] * 90])
"""Of 210 passes 100 are too young for the moves of day 20; of the won ones, half took 5 days and half 20."""


def test_slow_moves_that_are_not_there_yet_count() -> None:
    """Half of the deals won took 5 days; of those who will be won two thirds take 20, and that is the median."""
    median = time(YOUNG, share=HALF)

    assert (median.name, median.value) == ("median_time_to_move", 20)


def test_nine_in_ten_is_a_finding_of_its_own() -> None:
    """The 90th percentile has its own name and lies at or after the median."""
    table = table_of([*[Pass(age, MOVED) for age in range(1, 21)], *[Pass(30, OPEN)] * 50])

    assert [(found.name, found.value) for found in (time(table, share=HALF), time(table, share=MOST))] == [
        ("median_time_to_move", 10),
        ("p90_time_to_move", 18),
    ]


def test_the_interval_encloses_the_time() -> None:
    """With twenty moves, one a day, the median of 10 lies between 6 and 15."""
    found = time(table_of([*[Pass(age, MOVED) for age in range(1, 21)], *[Pass(30, OPEN)] * 50]), share=HALF)

    assert (found.low, found.value, found.high) == (6, 10, 15)


def test_with_few_moves_the_slow_end_is_open_until_the_horizon() -> None:
    """Six moves cannot bound the day by which nine in ten are there: the interval ends at the horizon."""
    found = time(table_of([*[Pass(age, MOVED) for age in range(1, 7)], *[Pass(30, OPEN)] * 50]), share=MOST, days=30)

    assert found.high == 30


def test_fewer_than_five_moves_have_no_time() -> None:
    """Four moves among fifty-four passes are counted, not timed."""
    found = time(table_of([*[Pass(3, MOVED)] * 4, *[Pass(30, OPEN)] * 50]), share=HALF)

    assert (found.value, found.low, found.cautions) == (None, None, (Message("caution.no_time_yet.won", passes=54),))


def test_the_time_unfolds_into_two_shares() -> None:
    """The share there by the median and the share there by the horizon stand below it."""
    by_then, by_end = time(YOUNG, share=HALF).derivation.inputs

    assert isinstance(by_then.value, Rate)
    assert isinstance(by_end.value, Rate)
    assert by_then.value.value >= by_end.value.value / 2
