"""Velocity from its four factors."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.pipeline.velocity import velocity_findings
from funnelpact.core.measure.population import About
from funnelpact.core.measure.value import Amounts
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

OF: About = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}


def table(*, won: int) -> LifeTable:
    """Forty opportunities: so many won on day 10, the others lost on day 20."""
    nothing = (0,) * 21
    return LifeTable(
        entered=(40, *nothing[1:]),
        moved=(*nothing[:10], won, *nothing[11:]),
        left=(*nothing[:20], 40 - won),
        open=nothing,
        amount=(Fraction(0),) * 21,
        amount_known=nothing,
    )


def test_velocity_is_the_product_of_its_factors():
    """20 open × 100 × 50 % ÷ 10 days = 100 a day, and it says that it has no range."""
    amounts = Amounts(count=20, total=Money(Fraction(2_000), "EUR"), squares=Fraction(200_000))
    found = velocity_findings(
        open_now=20, amounts=amounts, table=table(won=20), step=Step("opportunity", "won"), horizon_days=20, of=OF
    )
    velocity = found[-1]

    assert [one.value for one in found[:2]] == [20, Money(Fraction(100), "EUR")]
    assert found[3].value == 10
    assert velocity.value == Money(Fraction(100), "EUR")
    assert (velocity.low, [caution.id for caution in velocity.cautions]) == (None, ["caution.no_interval"])


def test_without_wins_there_is_no_velocity():
    """One factor that is not known is enough."""
    found = velocity_findings(
        open_now=20,
        amounts=Amounts(count=0, total=Money(Fraction(0), "EUR"), squares=Fraction(0)),
        table=table(won=0),
        step=Step("opportunity", "won"),
        horizon_days=20,
        of=OF,
    )

    assert found[-1].value is None
    assert [caution.id for caution in found[-1].cautions] == ["caution.no_velocity"]
