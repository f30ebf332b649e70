"""Rates at printed ages: a number, or words that say why there is none."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.horizons import HORIZONS, rates_by_age
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import MOVED, OPEN, Pass, table_of

WEB, DAY = Message("type.web"), date(2026, 11, 12)


def rates(table: LifeTable) -> tuple[Finding, ...]:
    """The rates of web leads to won."""
    return rates_by_age(table=table, step=Step("mql", "won"), population=WEB, as_of=DAY)


def test_each_age_has_its_rate_and_the_longest_comes_last():
    """Ten of a hundred by day 20, ten more by day 80, watched for 400 days."""
    found = rates(table_of([*[Pass(20, MOVED)] * 10, *[Pass(80, MOVED)] * 10, *[Pass(400, OPEN)] * 80]))

    assert [rate.horizon_days for rate in found] == [*HORIZONS, 400]
    assert [rate.value for rate in found] == [Rate(Fraction(share, 10)) for share in (1, 1, 2, 2, 2, 2)]


def test_an_age_that_the_data_do_not_reach_is_said_in_words():
    """Watched for 70 days, nothing can be said of day 90."""
    found = rates(table_of([*[Pass(20, MOVED)] * 10, *[Pass(70, OPEN)] * 90]))

    assert [rate.value is None for rate in found] == [False, False, True, True, True, False]
    assert found[2].cautions == (Message("caution.not_identified", asked=90, days=70),)
    assert found[2].derivation.value == Message("number.not_known")


def test_the_longest_age_says_whether_more_will_follow():
    """Moves until the last day will go on; a curve that is flat for long has ended."""
    rising = rates(table_of([*[Pass(age, MOVED) for age in range(60)], *[Pass(59, OPEN)] * 60]))[-1]
    flat = rates(table_of([*[Pass(age % 10, MOVED) for age in range(60)], *[Pass(99, OPEN)] * 60]))[-1]

    assert Message("caution.still_rising", days=59) in rising.cautions
    assert flat.cautions == ()


def test_where_hardly_any_are_watched_no_age_is_the_longest():
    """Five passes: five times the reason, and no sixth rate."""
    found = rates(table_of([Pass(9, OPEN)] * 5))

    assert [rate.value for rate in found] == [None] * 5
    assert {caution.id for rate in found for caution in rate.cautions} == {"caution.too_few_watched"}
