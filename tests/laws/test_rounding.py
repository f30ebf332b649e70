"""What holds for rates and rounding, whatever the need."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.core.terms.quantity import Rate, Rounding

rates = st.fractions(0, 1, max_denominator=10_000).filter(bool).map(Rate)
needs = st.fractions(0, 10**6, max_denominator=1000)


@pytest.mark.parametrize("percent", range(1, 101))
def test_whole_percents_are_exact(percent):
    """For each need up to 2,000, rounding up a need through a whole-percent rate is integer arithmetic."""
    rate = Rate.parse(f"{percent}%").value
    exact = [-(-100 * need // percent) for need in range(1, 2001)]

    assert [Rounding.UP_PER_STAGE.whole(need / rate) for need in range(1, 2001)] == exact
    assert [Rounding.UP_ONCE.whole(need / rate) for need in range(1, 2001)] == exact


def demand(need: Fraction, chain: list[Rate], rule: Rounding) -> list[int]:
    """The whole number that must enter each step so that the need comes out of the last, last step first."""
    found = []
    for rate in reversed(chain):
        need = need / rate.value
        found.append(rule.whole(need))
        need = Fraction(found[-1]) if rule.carries_whole else need
    return found


@given(needs, st.lists(rates, min_size=1, max_size=4), st.sampled_from([Rounding.UP_PER_STAGE, Rounding.UP_ONCE]))
def test_what_is_planned_back_reaches_the_need(need, chain, rule):
    """Rounded up, planned leads walked forward through the rates reach the need."""
    reached = Fraction(demand(need, chain, rule)[-1])
    for rate in chain:
        reached *= rate.value

    assert reached >= need


@given(needs, st.lists(rates, min_size=1, max_size=4))
def test_rounded_once_is_the_least(need, chain):
    """Rounded up once, one lead less would miss the need; rounded per stage, there are never fewer leads."""
    once, per_stage = (demand(need, chain, rule)[-1] for rule in (Rounding.UP_ONCE, Rounding.UP_PER_STAGE))
    through = Fraction(1)
    for rate in chain:
        through *= rate.value

    assert (once - 1) * through < need
    assert once <= per_stage


@given(needs, rates)
def test_nearest_misses_by_half_a_lead_at_most(need, rate):
    """Rounded to the nearest, the need may be missed, by what half a lead brings and no more."""
    leads = Rounding.NEAREST.whole(need / rate.value)

    assert need - rate.value / 2 <= leads * rate.value <= need + rate.value / 2


@given(needs, rates, rates, st.sampled_from(Rounding))
def test_a_higher_rate_never_needs_more(need, one, other, rule):
    """The better rate needs as many leads or fewer, under each rule."""
    lower, higher = sorted([one, other])

    assert rule.whole(need / higher.value) <= rule.whole(need / lower.value)


@given(st.floats(-0.1, 1.1))
def test_a_measured_rate_is_the_float(value):
    """A measured rate is the estimate itself, cut to a share."""
    assert float(Rate.measured(value).value) == min(1.0, max(0.0, value))
