"""What is drawn: the numbers of the tables at every age, with what they rest on."""

from __future__ import annotations

from datetime import date

import pytest

from funnelpact.core.measure.pictures import cohorts, curve_line
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.answers.pictures import CurveLine
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import MOVED, OPEN, Pass, table_of

AGING = table_of([*[Pass(10, MOVED)] * 40, *[Pass(60, OPEN)] * 100, *[Pass(400, OPEN)] * 10])
"""Of 150 passes forty moved on at day 10; only ten were watched beyond day 60."""


def line(table: LifeTable, *, horizon: int = 365) -> CurveLine:
    """The curve of web leads."""
    rate = matured_rate(
        table=table,
        horizon_days=horizon,
        step=Step("mql", "won"),
        population=Message("population.segment", name="web"),
        as_of=date(2026, 11, 12),
    )
    return curve_line(segment="web", table=table, rate=rate, horizon_days=horizon)


def test_the_curve_ends_with_the_printed_rate() -> None:
    """At the age up to which it is firm, the point is the matured rate with its range."""
    drawn = line(AGING)
    firm = next(point for point in drawn.points if point.age == drawn.firm_until)

    assert drawn.firm_until == 60
    assert isinstance(drawn.rate.value, Rate)
    assert float(firm.share.value) == pytest.approx(float(drawn.rate.value.value), abs=1e-12)
    assert (firm.low, firm.high) == (drawn.rate.low, drawn.rate.high)


def test_the_curve_goes_on_beyond_what_is_firm() -> None:
    """To the horizon or the oldest pass, whichever comes first."""
    assert line(AGING).points[-1].age == 365
    assert line(AGING, horizon=2000).points[-1].age == 400
    assert line(AGING, horizon=30).firm_until == 30


def test_a_long_curve_keeps_to_what_can_be_seen() -> None:
    """Two years in some hundred points, the first and the last among them."""
    ages = [point.age for point in line(AGING, horizon=400).points]

    assert len(ages) <= 125
    assert (ages[0], ages[-1]) == (0, 400)


def test_where_no_rate_is_printed_nothing_is_drawn() -> None:
    """Ten passes are too few."""
    assert line(table_of([Pass(5, MOVED)] * 4 + [Pass(9, OPEN)] * 6)).points == ()


def test_a_month_that_has_had_its_time_is_counted() -> None:
    """January at the end of April: 30, 60 and 90 days are over, 120 are not for those who came late."""
    table = table_of([*[Pass(20, MOVED)] * 30, *[Pass(100, OPEN)] * 70])
    ages, (january,) = cohorts(tables={date(2026, 1, 1): table}, as_of=date(2026, 5, 1), horizon_days=365)

    assert ages == (30, 60, 90)
    assert [cell.young for cell in january.cells] == [False] * 3
    assert [float(cell.share.value) for cell in january.cells if cell.share] == pytest.approx([0.3] * 3)


def test_a_young_cell_is_estimated_from_those_who_have_had_their_time() -> None:
    """Of the forty that are forty days old a quarter moved; those who are ten days old say nothing of it."""
    table = table_of([*[Pass(20, MOVED)] * 10, *[Pass(40, OPEN)] * 30, *[Pass(10, OPEN)] * 100])
    _, (month,) = cohorts(tables={date(2026, 3, 1): table}, as_of=date(2026, 4, 10), horizon_days=365)
    (cell,) = month.cells

    assert cell.young
    assert cell.share is not None
    assert float(cell.share.value) == pytest.approx(0.25)


def test_a_month_of_few_has_no_shares() -> None:
    """Twenty passes are too few to print a rate, drawn or not."""
    table = table_of([*[Pass(20, MOVED)] * 5, *[Pass(90, OPEN)] * 15])
    _, (month,) = cohorts(tables={date(2026, 1, 1): table}, as_of=date(2026, 5, 1), horizon_days=365)

    assert month.passes == 20
    assert {cell.share for cell in month.cells} == {None}
