"""The curve on tables that R has solved, and on the cases where other software goes wrong."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.incidence import LifeTableBroken
from funnelpact.core.measure.curves.interval import Method
from funnelpact.core.terms.lifetable import LifeTable
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

ENDS = [
    (0, 1), (1, 1), (1, 2), (2, 0), (3, 1), (3, 2), (3, 0), (5, 2), (5, 1), (8, 0),
    (8, 1), (10, 2), (12, 0), (15, 1), (20, 0), (20, 0), (21, 2), (30, 1), (30, 0), (40, 0),
]  # fmt: skip
LATE = (0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 5, 0, 8, 0, 10, 0, 12, 0, 20, 15)

TWENTY = table_of(Pass(age, end) for age, end in ENDS)
"""Twenty passes with ties, a same-day win and passes cut off on the day of an end."""

TWENTY_LATE = table_of(Pass(age, end, entry) for (age, end), entry in zip(ENDS, LATE, strict=True))
"""The same, of which some were watched only from a later age on."""

# What survfit of R survival 3.5-3 says about TWENTY: at risk, open, moved, left, standard error of moved.
R_SURVIVAL = {
    0: (20, 0.95, 0.05, 0, 0.0487339717240449),
    1: (19, 0.85, 0.10, 0.05, 0.0670820393249937),
    3: (16, 0.74375, 0.153125, 0.103125, 0.0814832888829820),
    5: (13, 0.629326923076923, 0.210336538461538, 0.160336538461538, 0.0939181051792836),
    8: (11, 0.572115384615385, 0.267548076923077, 0.160336538461538, 0.1030259308807297),
    15: (7, 0.435897435897436, 0.340197649572650, 0.223904914529915, 0.1153365971226570),
    30: (3, 0.217948717948718, 0.449172008547009, 0.332879273504273, 0.1362320925595195),
}
R_SURVIVAL_LATE = {
    0: (12, 0.0833333333333333),
    1: (11, 0.1666666666666667),
    3: (10, 0.2416666666666666),
    5: (8, 0.3166666666666667),
    8: (7, 0.3809523809523809),
    15: (6, 0.4345238095238095),
    30: (3, 0.5014880952380952),
}


def curve_of(*passes: Pass) -> Curve:
    """The curve of these passes."""
    return Curve.from_table(table=table_of(passes))


@pytest.mark.parametrize(("age", "expected"), R_SURVIVAL.items())
def test_states_and_standard_error_equal_those_of_r(age: int, expected: tuple[float, ...]) -> None:
    """At each age with a win the numbers at risk, the three states and the standard error are R's, to 1e-12."""
    curve = Curve.from_table(table=TWENTY)

    found = curve.at_risk[age], curve.survival[age], curve.moved[age], curve.left[age], curve.variance[age] ** 0.5
    assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("age", "expected"), R_SURVIVAL_LATE.items())
def test_late_entries_equal_those_of_r(age: int, expected: tuple[float, ...]) -> None:
    """A pass that was watched only from a later age on counts from that age on, as in R."""
    curve = Curve.from_table(table=TWENTY_LATE)

    assert_allclose((curve.at_risk[age], curve.moved[age]), expected, rtol=0, atol=1e-12)


def test_lost_passes_are_not_taken_for_unfinished_ones() -> None:
    """Kaplan-Meier with the lost ones cut off would say 59.5 % by day 30; the answer is 44.9 %."""
    curve = Curve.from_table(table=TWENTY)
    kaplan_meier = 1 - np.prod(1 - curve.hazard_moved)

    assert_allclose(kaplan_meier, 1 - 0.404595404595405, atol=1e-12)
    assert_allclose(curve.at(days=30), 0.449172008547009, atol=1e-12)


def test_wins_of_the_day_of_entry_count() -> None:
    """Twenty of thirty passes leave or stay, ten are won on the day they came: that is a third, at age 0."""
    curve = curve_of(*[Pass(0, MOVED)] * 10, *[Pass(5, LEFT)] * 10, *[Pass(9, OPEN)] * 10)

    assert_allclose(curve.at(days=0), 1 / 3)
    assert_allclose(curve.at(days=9), 1 / 3)


def test_a_pass_cut_off_on_the_day_of_a_win_was_at_risk_on_it() -> None:
    """Two passes seen for one day, one of them won on it: 50 %, not 100 %."""
    curve = curve_of(Pass(1, MOVED), Pass(1, OPEN))

    assert curve.at(days=1) == 0.5


def test_no_win_gives_zero_with_an_upper_limit() -> None:
    """Of forty passes seen to day 9, none is won: 0 %, and at most 1 - 0.025^(1/40) = 8.8 %."""
    interval = curve_of(*[Pass(9, OPEN)] * 40).interval(days=9)

    assert (interval.low, interval.passes) == (0.0, 40.0)
    assert_allclose(interval.high, 0.0880973, atol=1e-7)


def test_only_wins_gives_one_with_a_lower_limit() -> None:
    """Of forty passes all are won on the first day: 100 %, and at least 0.025^(1/40) = 91.2 %."""
    interval = curve_of(*[Pass(0, MOVED)] * 40).interval(days=0)

    assert interval.high == 1.0
    assert_allclose(interval.low, 0.9119027, atol=1e-7)


def test_without_any_loss_the_curve_is_the_product_limit() -> None:
    """With one of two causes absent, the share moved is one less the share still open."""
    curve = curve_of(Pass(1, MOVED), Pass(2, OPEN), Pass(3, MOVED), Pass(4, OPEN))

    assert_allclose(curve.moved, [0, 0.25, 0.25, 0.625, 0.625])
    assert_allclose(curve.left, 0)


def test_without_any_pass_nothing_is_known() -> None:
    """An empty table gives 0, no identified age, no quantile, and the interval from 0 to 1."""
    curve = curve_of()
    interval = curve.interval(days=30)

    assert (curve.at(days=30), curve.open_at(days=30), curve.identified_until, curve.quantile(share=0.5)) == (
        0,
        1,
        None,
        None,
    )
    assert (interval.low, interval.high) == (0, 1)


def test_an_age_that_nobody_reached_changes_nothing() -> None:
    """Between the last of the early and the first of the late passes, nobody is watched: the curve stays flat."""
    curve = curve_of(Pass(0, MOVED), Pass(1, OPEN), Pass(4, MOVED, 4), Pass(4, LEFT, 4))

    assert curve.at_risk.tolist() == [2, 1, 0, 0, 2]
    assert_allclose(curve.moved, [0.5, 0.5, 0.5, 0.5, 0.75])


def test_the_curve_holds_its_last_share_beyond_the_last_age() -> None:
    """Asked for an age that no pass has, the curve answers what is known: the last share; before age 0, nothing."""
    curve = curve_of(Pass(1, MOVED), Pass(2, OPEN))

    assert (curve.at(days=900), curve.at(days=-1), curve.open_at(days=-1)) == (0.5, 0.0, 1.0)


def test_counts_that_cannot_belong_together_are_refused() -> None:
    """Three ends among two passes watched are an error of counting, named with its age."""
    row = (Fraction(0), Fraction(0))
    table = LifeTable(entered=(2, 0), moved=(0, 2), left=(0, 1), open=(0, 0), amount=row, amount_known=(0, 0))

    with pytest.raises(LifeTableBroken) as refused:
        Curve.from_table(table=table)

    assert refused.value.data == {"age": 1, "ended": 3, "watched": 2}


def test_a_curve_cannot_be_changed() -> None:
    """The arrays of a curve are read-only, so a cached curve stays what it was."""
    curve = curve_of(Pass(1, MOVED))

    with pytest.raises(ValueError, match="read-only"):
        curve.moved[0] = 1.0


def test_value_marks_each_win_with_its_amount() -> None:
    """Of four passes one brings 80 on day 0 and one of the two left on day 2 brings 40: 20, then 40 per pass."""
    curve = curve_of(Pass(0, MOVED, amount=80), Pass(1, LEFT), Pass(2, MOVED, amount=40), Pass(2, OPEN))

    assert curve.value is not None
    assert curve.value.tolist() == [20, 20, 30]


def test_a_win_without_an_amount_counts_with_the_mean_of_the_others() -> None:
    """Wins of 30 and 50 and one of unknown amount among four passes are worth (30 + 50 + 40) / 4 a pass."""
    curve = curve_of(Pass(0, MOVED, amount=30), Pass(1, MOVED, amount=50), Pass(2, MOVED), Pass(3, LEFT))

    assert curve.value_at(days=3) == pytest.approx(30)


def test_without_any_amount_there_is_no_value() -> None:
    """A table whose wins carry no amount has a rate and no value, not a value of zero."""
    curve = curve_of(Pass(0, MOVED), Pass(1, OPEN))

    assert curve.value is None
    assert curve.value_at(days=1) is None


def test_an_open_pass_has_what_is_left_of_the_curve() -> None:
    """Of four passes one moves on day 0 and two of the three left on day 2: a pass open after day 0 has two thirds."""
    curve = curve_of(Pass(0, MOVED, amount=9), *[Pass(2, MOVED, amount=30)] * 2, Pass(2, LEFT))

    assert_allclose(curve.chance(age=0, days=2), 2 / 3)
    assert_allclose(curve.expected_value(age=0, days=2), 20)
    assert curve.chance(age=2, days=2) == 0


def test_an_age_is_identified_while_twenty_passes_are_watched() -> None:
    """With 20 passes open until day 7 and 19 of them longer, day 7 is the longest identified age."""
    assert curve_of(*[Pass(7, OPEN)], *[Pass(30, OPEN)] * 19).identified_until == 7
    assert curve_of(*[Pass(30, OPEN)] * 19).identified_until is None


def test_the_median_time_is_that_of_all_who_will_move() -> None:
    """Half of the identified moves are there on day 3, nine tenths on day 8, although a cut-off hides late ones."""
    curve = curve_of(*[Pass(3, MOVED)] * 5, *[Pass(8, MOVED)] * 5, *[Pass(9, OPEN)] * 30)

    assert (curve.quantile(share=0.5), curve.quantile(share=0.9)) == (3, 8)


def test_the_restricted_mean_counts_days_until_the_move() -> None:
    """Moves on day 2 and day 6, half each, take 4 days on average."""
    curve = curve_of(*[Pass(2, MOVED)] * 5, *[Pass(6, MOVED)] * 5, *[Pass(9, OPEN)] * 30)

    assert curve.restricted_mean() == pytest.approx(4)


def test_a_curve_with_moves_until_the_end_is_still_rising() -> None:
    """One move a day until the last identified age: more will follow."""
    assert curve_of(*[Pass(age, MOVED) for age in range(100)], *[Pass(99, OPEN)] * 100).still_rising


def test_a_long_flat_end_that_was_watched_is_the_end_of_the_rise() -> None:
    """Forty moves in ten days, then none in ninety days with a hundred passes watched: no longer rising."""
    assert not curve_of(*[Pass(age % 10, MOVED) for age in range(40)], *[Pass(99, OPEN)] * 100).still_rising


def test_only_the_last_fifth_decides_whether_it_rises() -> None:
    """Moves spread over the first 80 of 100 days and none after: the last fifth is flat, so it no longer rises."""
    assert not curve_of(*[Pass(age, MOVED) for age in range(80)], *[Pass(99, OPEN)] * 100).still_rising


def test_a_flat_end_that_nearly_nobody_reached_proves_nothing() -> None:
    """Two moves on day 50 and a flat end watched on so few passes that five moves could not be expected: still rising."""
    assert curve_of(*[Pass(50, MOVED)] * 2, *[Pass(79, OPEN)] * 300, *[Pass(99, OPEN)] * 20).still_rising


def test_the_exact_interval_encloses_the_wilson_one() -> None:
    """Clopper and Pearson's interval, which never covers less than 95 %, is the wider on both sides here."""
    curve = Curve.from_table(table=TWENTY)
    wilson, exact = (curve.interval(days=15, method=method) for method in (Method.WILSON, Method.CLOPPER_PEARSON))

    assert exact.low < wilson.low < curve.at(days=15) < wilson.high < exact.high


def test_the_interval_rests_on_the_effective_sample() -> None:
    """F(1-F)/Var(F) from R's standard error at day 15 is 16.87 passes, and Wilson's interval on them 16.4 to 57.6 %."""
    interval = Curve.from_table(table=TWENTY).interval(days=15, method=Method.WILSON)

    assert_allclose(interval.passes, 0.340197649572650 * 0.659802350427350 / 0.1153365971226570**2, rtol=1e-12)
    assert_allclose((interval.low, interval.high), (0.163669, 0.575994), atol=1e-6)


def test_without_unfinished_passes_the_interval_is_the_plain_wilson_one() -> None:
    """Ten of a hundred, all finished: 5.52 to 17.44 %, as in any table of Wilson's interval."""
    interval = curve_of(*[Pass(1, MOVED)] * 10, *[Pass(2, LEFT)] * 90).interval(days=2)

    assert_allclose((interval.low, interval.high, interval.passes), (0.0552, 0.1744, 100), atol=1e-4)
