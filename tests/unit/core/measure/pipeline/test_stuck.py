"""Age by stage and the dead pipeline."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.counts.money.opportunities import Ends, OpenAmounts
from funnelpact.core.measure.pipeline.stuck import age_findings, dead_findings, won_age
from funnelpact.core.measure.population import About
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate

OF: About = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}
NONE = Fraction(0)


def test_by_which_age_nearly_all_are_won():
    """19 of 20 by day 3, the last on day 9; four wins are too few to say."""
    moved = [0, 10, 0, 9, 0, 0, 0, 0, 0, 1]
    nothing = (0,) * 10
    table = LifeTable(
        entered=(60, *nothing[1:]),
        moved=tuple(moved),
        left=nothing,
        open=(*nothing[1:], 40),
        amount=(NONE,) * 10,
        amount_known=nothing,
    )
    few = LifeTable(entered=(60, 0), moved=(0, 4), left=(0, 0), open=(0, 56), amount=(NONE,) * 2, amount_known=(0, 0))

    assert won_age(table=table, horizon_days=30) == 3
    assert won_age(table=few, horizon_days=30) is None


def test_ages_in_a_stage():
    """Half by day 5, nine in ten by day 40, one of forty beyond the limit of 40."""
    found = {one.name: one for one in age_findings(ages={5: 20, 40: 19, 90: 1}, limit=40, of=OF)}

    assert (found["open_passes"].value, found["median_age"].value, found["p90_age"].value) == (40, 5, 40)
    assert found["share_older"].value == Rate(Fraction(1, 40))


def test_an_empty_stage_has_no_age():
    """And a stage from which hardly anything was won has no limit."""
    found = {one.name: one for one in age_findings(ages={}, limit=None, of=OF)}

    assert found["open_passes"].value == 0
    assert found["median_age"].value is None
    assert [caution.id for caution in found["share_older"].cautions] == ["caution.few_won_ages"]


def test_the_dead_lower_the_win_rate():
    """Ten of thirty closed are won; ten dead ones make it ten of forty; money is that of their deals."""
    found = {
        one.name: one
        for one in dead_findings(
            open_ages={100: 3, 101: 6, 400: 4},
            amounts={
                100: OpenAmounts(deals=1, known=1, amount=Fraction(50)),
                101: OpenAmounts(deals=6, known=5, amount=Fraction(500)),
            },
            ends=Ends(won=10, lost=15, derailed=5),
            limit=100,
            currency="EUR",
            of=OF,
        )
    }

    assert found["dead"].value == 10
    assert found["dead_amount"].value == Money(Fraction(500), "EUR")
    assert [caution.id for caution in found["dead_amount"].cautions] == ["caution.orders_without_amounts"]
    assert found["win_rate_so_far"].value == Rate(Fraction(1, 3))
    assert found["win_rate_with_dead"].value == Rate(Fraction(1, 4))


def test_without_a_limit_nothing_is_dead():
    """It is not known, which is not zero."""
    found = dead_findings(
        open_ages={400: 4}, amounts={}, ends=Ends(won=4, lost=40, derailed=0), limit=None, currency="EUR", of=OF
    )

    assert [one.value for one in found[:2]] == [None, None]
    assert found[3].value is None
