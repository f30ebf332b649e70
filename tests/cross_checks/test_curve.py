"""The same curve by statsmodels, and by slow plain Python that goes through single passes in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.duration.survfunc import CumIncidenceRight
from statsmodels.stats.proportion import proportion_confint

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.incidence import gain_variance
from funnelpact.core.measure.curves.interval import Method, share_interval
from funnelpact.core.measure.curves.many import Counts, Curves
from tests.lifetables import MOVED, OPEN, Pass, table_of
from tests.recovery.others import kaplan_meier, log_log, variance_by_counting
from tests.unit.core.measure.curves.test_curve import TWENTY

LOST, RECYCLED = 2, 3


class Slow(NamedTuple):
    """One age of the slow answer: share open, moved, left, and the variance of moved."""

    survival: Fraction
    moved: Fraction
    left: Fraction
    variance: Fraction


def slow_curve(passes: list[Pass]) -> list[Slow]:
    """Aalen-Johansen from its definition; the variance as the sum over ages of what each age contributes."""
    ages = range(max(row.age for row in passes) + 1)
    at_risk = [sum(row.entry <= age <= row.age for row in passes) for age in ages]
    ended = {
        cause: [sum(row.end == cause and row.age == age for row in passes) for age in ages]
        for cause in (MOVED, LOST, RECYCLED)
    }
    survival, shares, answer = [Fraction(1)], dict.fromkeys(ended, Fraction(0)), []
    moved_by: list[Fraction] = []
    for age in ages:
        before, watched = survival[-1], max(at_risk[age], 1)
        for cause, counts in ended.items():
            shares[cause] += before * Fraction(counts[age], watched)
        survival.append(before * (1 - Fraction(sum(counts[age] for counts in ended.values()), watched)))
        moved_by.append(shares[MOVED])
        variance = Fraction(0)
        for past in range(age + 1):
            after = survival[past + 1]
            later = (moved_by[age] - moved_by[past]) / after if after else Fraction(0)
            watched_then = max(at_risk[past], 1)
            wins = Fraction(ended[MOVED][past], watched_then)
            ends = Fraction(sum(counts[past] for counts in ended.values()), watched_then)
            # A pass at risk gains 1 if it moves and forgoes what it would still have gained if it ends.
            spread = wins * (1 - wins) - 2 * later * wins * (1 - ends) + later**2 * ends * (1 - ends)
            variance += survival[past] ** 2 / watched_then * spread
        answer.append(Slow(survival[-1], shares[MOVED], shares[LOST] + shares[RECYCLED], variance))
    return answer


def world(seed: int, *, size: int = 60, late: bool = True) -> list[Pass]:
    """A small world with ties, three kinds of end and, if wanted, late entries."""
    generator = np.random.default_rng(seed)
    ages, causes = generator.integers(0, 15, size), generator.integers(0, 4, size)
    entries = generator.integers(0, ages + 1) * (generator.random(size) < 0.3) * late
    return [Pass(int(age), int(end), int(entry)) for age, end, entry in zip(ages, causes, entries, strict=True)]


def curve_of(passes: list[Pass]) -> Curve:
    """The curve, both kinds of loss being one."""
    return Curve.from_table(table=table_of(row._replace(end=min(row.end, LOST)) for row in passes))


@pytest.mark.parametrize("seed", range(12))
def test_equals_slow_plain_python(seed: int) -> None:
    """Point estimates and variance equal exact fractions over single passes, with late entries and three causes."""
    passes = world(seed)
    curve, slow = curve_of(passes), slow_curve(passes)

    assert_allclose(curve.survival, [float(row.survival) for row in slow], rtol=0, atol=1e-12)
    assert_allclose(curve.moved, [float(row.moved) for row in slow], rtol=0, atol=1e-12)
    assert_allclose(curve.left, [float(row.left) for row in slow], rtol=0, atol=1e-12)
    assert_allclose(curve.variance, [float(row.variance) for row in slow], rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_which_kind_of_loss_it_was_changes_nothing(seed: int) -> None:
    """Calling lost passes recycled and the reverse leaves the share moved exactly as it was."""
    passes = world(seed)
    renamed = [row._replace(end={LOST: RECYCLED, RECYCLED: LOST}.get(row.end, row.end)) for row in passes]

    assert [row.moved for row in slow_curve(passes)] == [row.moved for row in slow_curve(renamed)]
    assert curve_of(passes).moved.tolist() == curve_of(renamed).moved.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_equals_statsmodels(seed: int) -> None:
    """Shares and standard errors equal those of statsmodels' cumulative incidence at every age with an end."""
    passes = world(seed, size=200, late=False)
    curve = curve_of(passes)
    ages, ends = np.array([row.age for row in passes]), np.array([min(row.end, LOST) for row in passes])
    reference = CumIncidenceRight(ages, ends)
    at = reference.times.astype(int)

    assert_allclose(curve.moved[at], reference.cinc[0], rtol=0, atol=1e-12)
    assert_allclose(curve.left[at], reference.cinc[1], rtol=0, atol=1e-12)
    assert_allclose(np.sqrt(curve.variance[at]), reference.cinc_se[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("moved", "passes"), [(1, 40), (12, 40), (39, 40), (3.7, 52.4)])
def test_intervals_equal_those_of_statsmodels(moved: float, passes: float) -> None:
    """Wilson's and Clopper and Pearson's interval equal statsmodels', also on a number of passes that is not whole.

    The modified one has the further end of Wilson's and of the exact one-sided limit.
    """
    for method, name in ((Method.WILSON, "wilson"), (Method.CLOPPER_PEARSON, "beta")):
        interval = share_interval(share=moved / passes, passes=passes, method=method)

        assert_allclose((interval.low, interval.high), proportion_confint(moved, passes, method=name), atol=1e-12)

    wilson, one_sided = (
        proportion_confint(moved, passes, method=name, alpha=alpha) for name, alpha in (("wilson", 0.05), ("beta", 0.1))
    )
    modified = share_interval(share=moved / passes, passes=passes)
    furthest = min(wilson[0], one_sided[0]), max(wilson[1], one_sided[1])
    assert_allclose((modified.low, modified.high), furthest, atol=1e-12)


def test_the_variance_of_a_value_is_that_of_the_mean_where_all_have_ended() -> None:
    """Without unfinished passes the carried variance is the plain variance of the amounts, zeros included, over n."""
    amounts = [0, 0, 0, 20, 50, 50, 110, 0, 0, 300]
    passes = [Pass(age, MOVED if amount else LOST, amount=amount or None) for age, amount in enumerate(amounts)]
    table = table_of(passes)
    at_risk = np.array(table.at_risk, dtype=float)
    variance = gain_variance(
        mean=np.array(amounts) / at_risk, square=np.array(amounts) ** 2 / at_risk, ending=1 / at_risk, at_risk=at_risk
    )

    assert_allclose(variance[-1], np.var(amounts) / len(amounts), rtol=1e-12)


@pytest.mark.parametrize(
    ("age", "low", "high"), [(15, 0.135756450506597, 0.558671937796913), (30, 0.185986961703481, 0.683304973749152)]
)
def test_the_variance_gives_the_log_log_interval_of_r(age: int, low: float, high: float) -> None:
    """What R survival prints around the share of the twenty passes, from our share and variance, to 1e-12."""
    curve = Curve.from_table(table=TWENTY)
    ends = log_log(share=curve.moved[age], error=np.sqrt(curve.variance[age]))

    assert_allclose(ends, (low, high), rtol=0, atol=1e-12)


def test_the_variance_of_cmprsk_differs_by_design() -> None:
    """R's cmprsk takes the ends of a day for Poisson counts: .014508 at day 15, where Greenwood's has .013303."""
    curves = Curves.from_counts(counts=Counts.from_tables(tables=[TWENTY]))
    found = variance_by_counting(found=curves.found, cause=0, days=15)

    assert_allclose(found, 0.0145080566025689, rtol=0, atol=1e-12)
    assert_allclose(curves.variance[0, 15], 0.1153365971226570**2, rtol=0, atol=1e-12)


def test_lost_taken_for_unfinished_gives_the_wrong_answer_of_r() -> None:
    """Kaplan-Meier with the lost ones cut off: 59.5 % by day 30, where 44.9 % are moved."""
    curves = Curves.from_counts(counts=Counts.from_tables(tables=[TWENTY]))

    assert_allclose(kaplan_meier(curves.found)[0, 30], 1 - 0.404595404595405, atol=1e-12)


def test_an_open_pass_forgets_nothing_but_its_age() -> None:
    """The chance of an open pass equals the curve of those passes that were still open after its age, started anew."""
    passes = world(99, size=300, late=False)
    curve, age = curve_of(passes), 4
    older = curve_of([row._replace(age=row.age - age - 1) for row in passes if row.age > age])

    assert_allclose(curve.chance(age=age, days=14), older.at(days=14 - age - 1), atol=1e-12)
    assert OPEN in {row.end for row in passes if row.age <= age}
