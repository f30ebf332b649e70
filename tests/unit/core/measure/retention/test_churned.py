"""Churn by age, renewals and satisfaction."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.counts.money.churn import Due, Rated
from funnelpact.core.measure.population import About
from funnelpact.core.measure.retention.churned import churned_by, csat, raters, renewal_rate
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

OF: About = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}


def test_young_customers_are_not_taken_as_faithful():
    """Of 100 customers 50 are a month old; of the 50 with a first anniversary 10 churn on it: 20 %, not 10 %."""
    size = 400
    entered, moved, still = [100, *[0] * (size - 1)], [0] * size, [0] * size
    still[30], moved[365], still[399] = 50, 10, 40
    nothing = (0,) * size
    table = LifeTable(
        entered=tuple(entered),
        moved=tuple(moved),
        left=nothing,
        open=tuple(still),
        amount=(Fraction(0),) * size,
        amount_known=nothing,
    )
    found = churned_by(table=table, years=1, of=OF)

    assert isinstance(found.value, Rate)
    assert abs(float(found.value.value) - 0.2) < 1e-9
    assert churned_by(table=table, years=2, of=OF).value is None


def test_renewals_without_an_outcome_are_said():
    """Ninety of a hundred were renewed; of five nothing is said."""
    found = renewal_rate(counts=Due(renewed=90, churned=10, silent=5), of=OF)

    assert (found.value, found.n) == (Rate(Fraction(9, 10)), 100)
    assert [caution.id for caution in found.cautions] == ["caution.renewals_silent"]


def test_satisfaction_and_those_who_rated():
    """Three of four; ratings without a scale are said; under thirty there is only a range."""
    counts = Rated(ratings=40, satisfied=30, customers=25, unscaled=2)
    few = csat(counts=Rated(ratings=10, satisfied=9, customers=9, unscaled=0), of=OF)

    assert csat(counts=counts, of=OF).value == Rate(Fraction(3, 4))
    assert [caution.id for caution in csat(counts=counts, of=OF).cautions] == ["caution.unscaled"]
    assert raters(counts=counts, of=OF).value == 25
    assert few.value is None
    assert few.low is not None
