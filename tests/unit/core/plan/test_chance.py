"""How many leads give a quota a chance, against the exact distribution where there is one."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, sqrt
from statistics import NormalDist

import pytest
from scipy.stats import binom

from funnelpact.core.plan.chance import LeadWorth, chance_of_quota, leads_needed
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate

RATE, ORDER, QUOTA = Fraction(64_124, 1_000_000), 2_000, Money(Fraction(500_000))
WINS = 250
HALF, FOUR_IN_FIVE = Rate(Fraction(1, 2)), Rate(Fraction(4, 5))


def worth(value: float, *, error: float = 0, spread: float = 0, name: str = "web", share: str = "1") -> LeadWorth:
    """What one lead of a type brings."""
    money = [Money(Fraction(amount)) for amount in (value, error, spread)]
    return LeadWorth(lead_type=name, share=Fraction(share), value=money[0], error=money[1], spread=money[2])


def article(*, error: float = 0) -> LeadWorth:
    """A web lead of the article: it wins 2,000 or nothing."""
    rate = float(RATE)
    return worth(ORDER * rate, error=error, spread=ORDER * sqrt(rate * (1 - rate)))


def chance(leads: int, *worths: LeadWorth, quota: Money = QUOTA) -> float:
    """The chance as a plain number."""
    return float(chance_of_quota(quota=quota, leads=leads, worths=worths or [article()]).value)


def test_the_leads_of_the_article_reach_its_quota_in_about_half_of_the_cases():
    """3,900 leads win 250.08 deals on average, and 250 are needed."""
    exact = float(binom.sf(WINS - 1, 3_900, float(RATE)))

    assert exact == pytest.approx(0.51, abs=0.01)
    assert chance(3_900) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("leads", [3_500, 3_700, 3_900, 4_000, 4_098, 4_300, 4_600])
def test_the_chance_is_near_that_of_the_exact_distribution(leads: int):
    """Normal for binomial: off by half a win at most, and by the skew."""
    deviation = sqrt(leads * float(RATE) * (1 - float(RATE)))
    half_a_win = 0.5 / deviation * NormalDist().pdf(0)

    assert chance(leads) == pytest.approx(float(binom.sf(WINS - 1, leads, float(RATE))), abs=half_a_win + 0.005)


def test_four_in_five_cost_two_hundred_leads_more():
    """4,098 by the exact distribution; ours differs by no more than half a win and the skew, which is ten leads."""
    exact = next(leads for leads in range(3_900, 5_000) if binom.sf(WINS - 1, leads, float(RATE)) >= 0.8)
    found = leads_needed(quota=QUOTA, worths=[article()], chance=FOUR_IN_FIVE).leads

    assert exact == pytest.approx(4_098, abs=10)
    assert found == pytest.approx(exact, abs=ceil(0.5 / RATE) + 2)


def test_an_even_chance_needs_quota_over_value():
    """Rounded up: 3,899."""
    need = leads_needed(quota=QUOTA, worths=[article()], chance=HALF)

    assert need.leads == ceil(QUOTA.amount / (ORDER * RATE)) == 3_899


def test_the_answer_is_the_fewest_leads_with_that_chance():
    """One lead less has not got it."""
    for wanted in (Fraction(1, 10), Fraction(1, 2), Fraction(4, 5), Fraction(99, 100)):
        need = leads_needed(quota=QUOTA, worths=[article(error=5)], chance=Rate(wanted)).leads
        assert need is not None
        assert chance(need, article(error=5)) >= float(wanted) > chance(need - 1, article(error=5))


def test_more_leads_never_give_a_smaller_chance():
    """Whatever the doubt."""
    for error in (0, 10, 100):
        chances = [chance(leads, article(error=error)) for leads in range(0, 20_000, 250)]
        assert chances == sorted(chances)


def test_more_doubt_needs_more_leads():
    """Above an even chance; the even one stays where it was."""
    worths = [article(error=error) for error in (0, 5, 10, 20)]
    safe = [leads_needed(quota=QUOTA, worths=[one], chance=FOUR_IN_FIVE).leads or 0 for one in worths]
    even = {leads_needed(quota=QUOTA, worths=[one], chance=HALF).leads for one in worths}

    assert 3_899 < safe[0] < safe[1] < safe[2] < safe[3]
    assert even == {3_899}


def test_a_value_that_is_known_too_loosely_never_gives_the_chance():
    """None and a sentence, no error: with a doubt of twice the value, one in three worlds gives nothing however many come."""
    need = leads_needed(quota=QUOTA, worths=[worth(100, error=200, spread=500)], chance=FOUR_IN_FIVE)

    assert need.leads is None
    assert need.by_type == ()
    assert need.derivation.rule == Message("rule.chance.unreachable", chance=FOUR_IN_FIVE)
    assert need.derivation.value == Message("number.not_known")


def test_no_leads_reach_no_quota():
    """And certain leads reach one exactly when they are worth it."""
    assert chance(0) == 0
    assert chance(4_999, worth(100)) == 0
    assert chance(5_000, worth(100)) == 1


def test_a_mix_adds_up_its_types():
    """Half the leads bring 100, half 300; each type is rounded up to whole leads."""
    mix = [worth(100, name="web", share="1/2"), worth(300, name="chat", share="1/2")]
    need = leads_needed(quota=Money(Fraction(100_001)), worths=mix, chance=HALF)

    assert need.leads == 501
    assert need.by_type == (("web", 251), ("chat", 251))


def test_equal_types_are_as_good_as_one():
    """Splitting a type in two changes no chance as long as its value is certain."""
    rate = float(RATE)
    spread = ORDER * sqrt(rate * (1 - rate))
    halves = [worth(ORDER * rate, spread=spread, name=name, share="1/2") for name in ("a", "b")]

    assert chance(4_000, *halves) == pytest.approx(chance(4_000))


def test_the_derivation_names_what_the_leads_bring():
    """So many ± so much reach the quota with that chance."""
    need = leads_needed(quota=QUOTA, worths=[article()], chance=FOUR_IN_FIVE)
    values = need.derivation.rule.values
    expected, deviation = values["expected"], values["deviation"]

    assert isinstance(expected, Money)
    assert isinstance(deviation, Money)
    assert float((expected.amount - QUOTA.amount) / deviation.amount) == pytest.approx(
        NormalDist().inv_cdf(0.8), abs=0.01
    )
    assert [part.value for part in need.derivation.inputs] == [article().value]
    assert floor(expected.amount / article().value.amount + Fraction(1, 2)) == need.leads
