"""Rates as findings: the number, what it may not say, and its arithmetic, which must add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from funnelpact.core.measure.curves.limits import HorizonOutOfRange
from funnelpact.core.measure.rates import cohort_rate, matured_rate, period_rate
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

TO_WON, TO_SQL = Step("mql", "won"), Step("mql", "sql")
WEB, DAY = Message("type.web"), date(2026, 11, 12)

HALF_OPEN = table_of([*[Pass(0, OPEN)] * 40, *[Pass(5, MOVED)] * 10, *[Pass(9, LEFT)] * 10, *[Pass(30, OPEN)] * 20])
"""Of eighty passes half arrived today; of the other forty, ten moved on by day 5: a quarter."""


def matured(table: LifeTable, *, days: int, step: Step = TO_WON) -> Finding:
    """The matured rate of web leads."""
    return matured_rate(table=table, horizon_days=days, step=step, population=WEB, as_of=DAY)


def ids(finding: Finding) -> list[str]:
    """The ids of the cautions."""
    return [caution.id for caution in finding.cautions]


def test_young_passes_do_not_press_the_rate() -> None:
    """Half of eighty passes arrived today; a quarter of the rest moved on: 25 %, not ten of eighty."""
    assert matured(HALF_OPEN, days=30).value == Rate(Fraction(1, 4))


def test_moved_so_far_and_expected_add_up_to_the_rate() -> None:
    """Ten moved so far and ten expected of forty open are twenty, divided by eighty passes."""
    tree = matured(HALF_OPEN, days=30).derivation
    within, passes = tree.inputs
    so_far, expected = within.inputs

    assert (so_far.value, expected.value, within.value, passes.value) == (10, 10, 20, 80)
    assert tree.value == Rate(Fraction(20, 80))


def test_the_open_passes_are_counted_below_what_is_expected_of_them() -> None:
    """What is expected of open passes unfolds into how many they are; those past the horizon have had their time."""
    _, expected = matured(HALF_OPEN, days=30).derivation.inputs[0].inputs

    assert [(part.name, part.value) for part in expected.inputs] == [("still_open", 40)]


def test_the_wording_follows_the_step() -> None:
    """A step to won speaks of winning, any other of moving on."""
    labels = [matured(HALF_OPEN, days=30, step=step).derivation.inputs[0].label.id for step in (TO_WON, TO_SQL)]

    assert labels == ["number.moved_within.won", "number.moved_within.moved"]


def test_a_finding_says_about_whom_and_as_of_when() -> None:
    """Population, day, instant of knowledge, count and horizon stand on the finding."""
    learnt = datetime(2026, 11, 13, tzinfo=UTC)
    rate = matured_rate(table=HALF_OPEN, horizon_days=30, step=TO_WON, population=WEB, as_of=DAY, known_at=learnt)

    assert (rate.population, rate.as_of, rate.known_at, rate.n, rate.horizon_days) == (WEB, DAY, learnt, 80, 30)


def test_a_horizon_that_no_pass_has_reached_is_shortened_and_said() -> None:
    """Asked for 365 days of data that reach day 30, the rate is that of 30 days and says so."""
    rate = matured(HALF_OPEN, days=365)

    assert (rate.value, rate.horizon_days) == (Rate(Fraction(1, 4)), 30)
    assert rate.cautions[0] == Message("caution.too_young", asked=365, days=30)


def test_a_shortened_horizon_on_a_rising_curve_warns_of_more() -> None:
    """Where moves come until the last identified day, more will follow; where the end is flat, nothing is said."""
    rising = table_of([*[Pass(age, MOVED) for age in range(60)], *[Pass(59, OPEN)] * 60])
    flat = table_of([*[Pass(age % 10, MOVED) for age in range(60)], *[Pass(99, OPEN)] * 60])

    assert ids(matured(rising, days=365)) == ["caution.too_young", "caution.still_rising"]
    assert ids(matured(flat, days=365)) == ["caution.too_young"]


def test_a_reached_horizon_needs_no_caution() -> None:
    """A rate within 30 days of passes watched for 30 days is a complete statement."""
    assert ids(matured(HALF_OPEN, days=30)) == []


def test_too_few_passes_get_a_range_and_no_rate() -> None:
    """Twenty-five passes, all watched: the range stands, the rate does not, and the reason is in the derivation."""
    rate = matured(table_of([*[Pass(1, MOVED)] * 5, *[Pass(9, OPEN)] * 20]), days=9)

    assert rate.value is None
    assert rate.low is not None
    assert rate.high is not None
    assert rate.cautions == (Message("caution.too_few", passes=25, low=rate.low, high=rate.high),)
    assert (rate.derivation.value, rate.derivation.rule) == (Message("number.not_known"), rate.cautions[0])


def test_thirty_passes_are_enough() -> None:
    """Of thirty passes watched to the end six moved: 20 %, where twenty-nine would give a range only."""
    assert matured(table_of([*[Pass(1, MOVED)] * 6, *[Pass(9, OPEN)] * 24]), days=9).value == Rate(Fraction(1, 5))
    assert matured(table_of([*[Pass(1, MOVED)] * 6, *[Pass(9, OPEN)] * 23]), days=9).value is None


@pytest.mark.parametrize("passes", [0, 19])
def test_hardly_any_passes_get_neither(passes: int) -> None:
    """Below twenty passes at every age not even a range is printed; the passes counted are."""
    rate = matured(table_of([Pass(9, OPEN)] * passes), days=9)

    assert (rate.value, rate.low, rate.high, ids(rate)) == (None, None, None, ["caution.too_few_watched"])
    assert [part.value for part in rate.derivation.inputs] == [0, passes]


def test_no_move_at_all_gives_an_upper_bound() -> None:
    """Of forty passes none moved: 0 %, at most 8.8 %, in words too."""
    rate = matured(table_of([Pass(9, OPEN)] * 40), days=9)

    assert isinstance(rate.high, Rate)
    assert (rate.value, rate.low, round(float(rate.high.value), 3)) == (Rate(Fraction(0)), Rate(Fraction(0)), 0.088)
    assert rate.cautions == (Message("caution.none_moved.won", passes=40, high=rate.high),)


def test_all_moving_gives_exactly_one() -> None:
    """Where all that were watched moved, the rate is 1 and the sum is the number of passes, also in floating point."""
    rate = matured(table_of([*[Pass(0, OPEN)] * 7, *[Pass(age, MOVED) for age in range(3) for _ in range(27)]]), days=2)

    assert rate.value == Rate(Fraction(1))
    assert rate.derivation.inputs[0].value == 88


def test_late_entries_unfold_by_bands_of_age() -> None:
    """Where some were watched only from day 10 on, the rate is the sum of what each band of ages adds."""
    passes = [*[Pass(3, MOVED)] * 10, *[Pass(40, OPEN)] * 30, *[Pass(20, MOVED, 10)] * 15, *[Pass(40, LEFT, 10)] * 45]
    rate = matured(table_of(passes), days=40)
    bands = rate.derivation.inputs

    assert [band.name for band in bands] == ["moved_by_day_7", "moved_by_day_30", "moved_by_day_40"]
    assert rate.value == Rate(sum((band.value.value for band in bands if isinstance(band.value, Rate)), Fraction(0)))
    assert [band.inputs[0].value for band in bands] == [10, 15, 0]


def test_ages_that_few_were_watched_at_are_named() -> None:
    """With late entries an early age may rest on five passes although later ones rest on many."""
    rate = matured(table_of([*[Pass(20, OPEN)] * 5, *[Pass(15, MOVED, 10)] * 20, *[Pass(20, OPEN, 10)] * 60]), days=20)

    assert Message("caution.thin_ages", passes=5, needed=20) in rate.cautions


def test_a_horizon_below_zero_is_refused() -> None:
    """A horizon is an age; -1 is no age."""
    with pytest.raises(HorizonOutOfRange):
        matured(HALF_OPEN, days=-1)


def test_a_period_rate_divides_by_closings() -> None:
    """Thirty won and seventy lost in October are 30 %, whoever still is open, and the rule names the days."""
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    rate = period_rate(moved=30, left=70, first_on=first, last_on=last, step=TO_WON, population=WEB)

    assert (rate.name, rate.value, rate.n, rate.as_of) == ("period_rate", Rate(Fraction(3, 10)), 100, last)
    assert rate.derivation.rule == Message("rule.period_rate.won", moved=30, closed=100, first=first, last=last)


def test_a_period_without_closings_has_no_rate() -> None:
    """Nothing closed, nothing divided."""
    rate = period_rate(moved=0, left=0, first_on=DAY, last_on=DAY, step=TO_WON, population=WEB)

    assert (rate.value, rate.low, ids(rate)) == (None, None, ["caution.none_counted"])


def test_a_cohort_rate_divides_by_the_old_enough() -> None:
    """Thirteen of two hundred that have had 90 days are 6.5 %, with Wilson's 3.8 to 10.8 %."""
    rate = cohort_rate(entered=200, moved=13, horizon_days=90, step=TO_WON, population=WEB, as_of=DAY)

    assert isinstance(rate.low, Rate)
    assert isinstance(rate.high, Rate)
    assert rate.value == Rate(Fraction(13, 200))
    assert (round(float(rate.low.value), 3), round(float(rate.high.value), 3)) == (0.038, 0.108)
    assert [part.value for part in rate.derivation.inputs] == [13, 200]


def test_a_small_cohort_gets_a_range_and_no_rate() -> None:
    """Ten passes old enough are no rate, whatever moved."""
    rate = cohort_rate(entered=10, moved=3, horizon_days=90, step=TO_WON, population=WEB, as_of=DAY)

    assert (rate.value, ids(rate)) == (None, ["caution.too_few"])


def test_a_cohort_without_a_move_gets_an_upper_bound() -> None:
    """Of four hundred old enough none moved: at most 0.92 %."""
    rate = cohort_rate(entered=400, moved=0, horizon_days=90, step=TO_SQL, population=WEB, as_of=DAY)

    assert isinstance(rate.high, Rate)
    assert round(float(rate.high.value), 4) == 0.0092
    assert ids(rate) == ["caution.none_moved.moved"]
