"""What holds for the curve of every life table."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.interval import Method
from funnelpact.core.measure.unfold import TO_WON, rate_by_bands, rate_by_passes, value_by_passes
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

LONGEST = 12
"""Ages are few, so that ties, same-day ends and empty ages are common."""

ends = st.sampled_from((OPEN, MOVED, LEFT))
amounts = st.none() | st.integers(min_value=1, max_value=900)
from_entry = st.builds(Pass, st.integers(0, LONGEST), ends, entry=st.just(0), amount=amounts)
finished = st.builds(Pass, st.integers(0, LONGEST), st.sampled_from((MOVED, LEFT)), entry=st.just(0), amount=amounts)
watched_late = st.integers(0, LONGEST).flatmap(
    lambda age: st.builds(Pass, st.just(age), ends, entry=st.integers(0, age), amount=amounts)
)
populations = st.lists(from_entry, min_size=1, max_size=40)
late_populations = st.lists(watched_late, min_size=1, max_size=40)


def curve_of(passes: list[Pass]) -> Curve:
    """The curve of these passes."""
    return Curve.from_table(table=table_of(passes))


def added(*rows: tuple[int, ...]) -> tuple[int, ...]:
    """Rows of counts added up age by age."""
    return tuple(map(sum, zip(*rows, strict=True)))


def same(first: Curve, second: Curve) -> bool:
    """Whether two curves agree in every state at every age."""
    states = ("survival", "moved", "left")
    return all(np.allclose(getattr(first, name), getattr(second, name), rtol=0, atol=1e-12) for name in states)


@given(st.lists(finished, min_size=1, max_size=40))
def test_without_unfinished_passes_it_is_the_share_counted(passes: list[Pass]) -> None:
    """Where every pass has ended, the curve is the number moved by each age over all passes."""
    curve = curve_of(passes)
    counted = [sum(row.end == MOVED and row.age <= age for row in passes) / len(passes) for age in curve.age]

    assert_allclose(curve.moved, counted, rtol=0, atol=1e-12)


@given(late_populations)
def test_the_three_states_add_up_to_one(passes: list[Pass]) -> None:
    """At each age every pass is open, has moved or has left."""
    curve = curve_of(passes)

    assert_allclose(curve.survival + curve.moved + curve.left, 1, rtol=0, atol=1e-12)


@given(late_populations)
def test_who_has_moved_stays_moved(passes: list[Pass]) -> None:
    """The shares moved and left never fall, the share open never rises."""
    curve = curve_of(passes)

    assert (np.diff(curve.moved) >= 0).all()
    assert (np.diff(curve.left) >= 0).all()
    assert (np.diff(curve.survival) <= 0).all()


@given(late_populations, st.integers(2, 9))
def test_more_of_the_same_passes_changes_only_how_sure_we_are(passes: list[Pass], times: int) -> None:
    """Each pass taken k times gives the same curve and a k-th of the variance."""
    once, often = curve_of(passes), curve_of(passes * times)

    assert same(once, often)
    assert_allclose(once.variance, often.variance * times, rtol=0, atol=1e-12)


@given(late_populations, st.randoms(use_true_random=False))
def test_the_order_of_passes_does_not_matter(passes: list[Pass], dice: Random) -> None:
    """Shuffled rows give the identical curve, to the last bit."""
    shuffled = list(passes)
    dice.shuffle(shuffled)

    assert curve_of(shuffled).moved.tolist() == curve_of(passes).moved.tolist()


@given(late_populations, late_populations)
def test_the_table_of_two_segments_is_the_sum_of_their_tables(first: list[Pass], second: list[Pass]) -> None:
    """Adding two tables row by row gives the curve of all passes together."""
    end = Pass(LONGEST, OPEN)
    one, two = (table_of([*passes, end]) for passes in (first, second))
    together = LifeTable(
        entered=added(one.entered, two.entered),
        moved=added(one.moved, two.moved),
        left=added(one.left, two.left),
        open=added(one.open, two.open),
        amount=tuple(first + second for first, second in zip(one.amount, two.amount, strict=True)),
        amount_known=added(one.amount_known, two.amount_known),
    )

    assert same(Curve.from_table(table=together), curve_of([*first, *second, end, end]))


@given(populations)
def test_a_pass_cut_off_on_its_first_day_counts_on_that_day_only(passes: list[Pass]) -> None:
    """It adds one to those at risk at age 0, and changes no hazard of a later age."""
    before, after = curve_of(passes), curve_of([*passes, Pass(0, OPEN)])

    assert (after.at_risk - before.at_risk).tolist() == [1.0] + [0.0] * (len(before.age) - 1)
    assert after.hazard_moved[1:].tolist() == before.hazard_moved[1:].tolist()


@given(late_populations)
def test_moved_and_left_are_treated_alike(passes: list[Pass]) -> None:
    """With the two ends exchanged, the two shares are exchanged and the share open stays."""
    swapped = [row._replace(end={MOVED: LEFT, LEFT: MOVED}.get(row.end, OPEN), amount=None) for row in passes]
    curve, mirror = curve_of(passes), curve_of(swapped)

    assert_allclose(curve.moved, mirror.left, rtol=0, atol=1e-12)
    assert_allclose(curve.survival, mirror.survival, rtol=0, atol=1e-12)


@given(late_populations, st.integers(1, 5))
def test_later_by_some_days_is_the_same_curve_later(passes: list[Pass], days: int) -> None:
    """Shifting every age and every entry shifts the curve and its variance, and nothing else."""
    shifted = curve_of([row._replace(age=row.age + days, entry=row.entry + days) for row in passes])
    curve = curve_of(passes)

    assert shifted.moved.tolist() == [0.0] * days + curve.moved.tolist()
    assert shifted.variance.tolist() == [0.0] * days + curve.variance.tolist()


@given(populations, st.integers(0, LONGEST - 1))
def test_a_pass_watched_in_two_pieces_is_the_same_pass(passes: list[Pass], cut: int) -> None:
    """Cut off after some age and taken up again on the next, the passes give the same curve: late entry is right."""
    pieces = [
        piece
        for row in passes
        for piece in ((Pass(cut, OPEN), row._replace(entry=cut + 1)) if row.age > cut else (row,))
    ]

    assert same(curve_of(pieces), curve_of(passes))


@given(late_populations, st.integers(1, 10_000))
def test_equal_amounts_are_worth_amount_times_rate(passes: list[Pass], amount: int) -> None:
    """Whichever amounts are missing, with all others equal the value is that amount times the share moved."""
    paid = [row._replace(amount=amount if row.amount else None) for row in passes]
    curve = curve_of(paid)

    assert curve.value is None or np.allclose(curve.value, amount * curve.moved, rtol=1e-12)
    assert (curve.value is None) == (not any(row.end == MOVED and row.amount for row in passes))


@given(populations, st.integers(0, LONGEST))
def test_moved_so_far_and_expected_add_up_to_the_curve(passes: list[Pass], days: int) -> None:
    """(moved so far + expected of the open ones, each at its age) ÷ passes is the share that the curve says."""
    table = table_of(passes)
    curve = Curve.from_table(table=table)
    days = min(days, len(curve.age) - 1)
    tree = rate_by_passes(table=table, curve=curve, days=days, step=TO_WON)

    assert isinstance(tree.value, Rate)
    assert abs(float(tree.value.value) - curve.at(days=days)) < 1e-12


@given(populations, st.integers(0, LONGEST))
def test_revenue_so_far_and_expected_add_up_to_the_value(passes: list[Pass], days: int) -> None:
    """(revenue so far + assumed + expected of the open ones) ÷ passes is the value that the curve says."""
    table = table_of([*passes, Pass(0, MOVED, amount=1)])
    curve = Curve.from_table(table=table)
    days = min(days, len(curve.age) - 1)
    value, _ = value_by_passes(table=table, curve=curve, days=days, currency="EUR")

    assert abs(float(value.amount) - (curve.value_at(days=days) or 0)) < 1e-9


@given(late_populations, st.integers(0, 400))
def test_bands_of_age_add_up_to_the_curve(passes: list[Pass], days: int) -> None:
    """With late entries too, what each band of ages adds makes up the whole, exactly."""
    table = table_of(passes)
    curve = Curve.from_table(table=table)
    tree = rate_by_bands(table=table, curve=curve, days=days, step=TO_WON)

    parts = [part.value.value for part in tree.inputs if isinstance(part.value, Rate)]
    assert isinstance(tree.value, Rate)
    assert sum(parts, Fraction(0)) == tree.value.value
    assert abs(float(tree.value.value) - curve.at(days=days)) < 1e-12


@given(late_populations, st.integers(0, LONGEST), st.sampled_from(Method))
def test_an_interval_lies_between_zero_and_one_around_the_share(passes: list[Pass], days: int, method: Method) -> None:
    """Whatever the counts, 0 ≤ low ≤ share ≤ high ≤ 1."""
    curve = curve_of(passes)
    interval = curve.interval(days=days, method=method)

    assert -1e-12 <= interval.low <= curve.at(days=days) + 1e-12
    assert curve.at(days=days) - 1e-12 <= interval.high <= 1 + 1e-12


@given(late_populations, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_larger_share_takes_at_least_as_long(passes: list[Pass], first: float, second: float) -> None:
    """Of two shares of those who move, the larger is not there earlier."""
    curve = curve_of(passes)
    small, large = (curve.quantile(share=share, until=LONGEST) for share in sorted((first, second)))

    assert (small is None and large is None) or (small is not None and large is not None and small <= large)


@given(late_populations)
def test_which_of_the_ended_passes_are_named_does_not_matter_for_those_at_risk(passes: list[Pass]) -> None:
    """A table in which all ends are called open has the same numbers at risk, and nobody moves."""
    table = table_of(passes)
    none = (0,) * len(table.open)
    ended = added(table.moved, table.left, table.open)
    curve = Curve.from_table(table=replace(table, moved=none, left=none, open=ended, amount_known=none))

    assert curve.at_risk.tolist() == Curve.from_table(table=table).at_risk.tolist()
    assert not curve.moved.any()
