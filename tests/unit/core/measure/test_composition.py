"""The whole way from its stages, beside the whole way measured directly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from funnelpact.core.measure.composition import composed_rate
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

FIRST, SECOND, DAY = Step("mql", "opportunity"), Step("opportunity", "won"), date(2026, 11, 12)


def composed(first: Sequence[Pass], second: Sequence[Pass], way: Sequence[Pass], *, days: int = 60) -> Finding:
    """The rate by stages of a funnel of two."""
    return composed_rate(
        steps=[(FIRST, table_of(first)), (SECOND, table_of(second))],
        way=table_of(way),
        horizon_days=days,
        population=Message("population.all"),
        as_of=DAY,
    )


def share(finding: Finding) -> float:
    """The value as a number."""
    assert isinstance(finding.value, Rate)
    return float(finding.value.value)


HALF_AT_10 = [*[Pass(10, MOVED)] * 200, *[Pass(12, LEFT)] * 100, *[Pass(99, OPEN)] * 100]
FIFTH_AT_20 = [*[Pass(20, MOVED)] * 40, *[Pass(99, OPEN)] * 160]
TENTH_AT_30 = [*[Pass(30, MOVED)] * 40, *[Pass(99, OPEN)] * 360]


def test_stages_that_compose_multiply_to_the_direct_rate():
    """A half after ten days and a fifth of them after twenty more are a tenth after thirty."""
    found = composed(HALF_AT_10, FIFTH_AT_20, TENTH_AT_30)

    assert share(found) == pytest.approx(0.1)
    assert found.cautions == ()


def test_stages_that_do_not_compose_are_flagged():
    """Directly a quarter is won, by stages a tenth: passes skip the stages that are multiplied."""
    found = composed(HALF_AT_10, FIFTH_AT_20, [*[Pass(30, MOVED)] * 100, *[Pass(99, OPEN)] * 300])

    assert [caution.id for caution in found.cautions] == ["caution.not_composed"]


def test_a_difference_that_chance_explains_is_not_flagged():
    """Nine of sixty beside six of sixty."""
    small = [*[Pass(10, MOVED)] * 30, *[Pass(99, OPEN)] * 30], [*[Pass(20, MOVED)] * 6, *[Pass(99, OPEN)] * 24]

    assert composed(*small, [*[Pass(30, MOVED)] * 9, *[Pass(99, OPEN)] * 51]).cautions == ()


def test_only_what_fits_into_the_horizon_counts():
    """Within 25 days nobody goes through ten and twenty, though both stages do so within 25 days each."""
    found = composed(HALF_AT_10, FIFTH_AT_20, [*[Pass(5, MOVED)] * 40, *TENTH_AT_30[40:]], days=25)

    assert share(found) == 0
    assert [caution.id for caution in found.cautions] == ["caution.not_composed"]


def test_the_rate_unfolds_into_the_steps_and_the_time():
    """Rate × rate × the share that comes in time."""
    tree = composed(HALF_AT_10, FIFTH_AT_20, TENTH_AT_30).derivation
    values = [float(part.value.value) for part in tree.inputs if isinstance(part.value, Rate)]

    assert [part.name for part in tree.inputs] == ["matured_rate", "matured_rate", "in_time"]
    assert np.prod(values) == pytest.approx(float(tree.value.value) if isinstance(tree.value, Rate) else 0)


def test_a_step_that_nobody_takes_gives_no_rate():
    """Nothing is known of its logarithm."""
    found = composed(HALF_AT_10, [Pass(99, OPEN)] * 100, [Pass(99, OPEN)] * 100)

    assert found.value is None
    assert found.cautions == (Message("caution.not_composable"),)


@pytest.mark.parametrize("seed", range(3))
def test_independent_stages_are_hardly_ever_flagged(seed: int):
    """Of fifty funnels with independent stages, seen in full, at most four are flagged."""
    dice = np.random.default_rng(seed)
    flagged = 0
    for _ in range(50):
        first, second = dice.integers(0, 30, 400), dice.integers(0, 30, 400)
        on, won = dice.random(400) < 0.5, dice.random(400) < 0.3
        ends = [Pass(int(age), MOVED) if moves else Pass(90, OPEN) for age, moves in zip(first, on, strict=True)]
        deals = [
            Pass(int(age), MOVED) if moves else Pass(90, OPEN) for age, moves in zip(second[on], won[on], strict=True)
        ]
        way = [
            Pass(int(a + b), MOVED) if both else Pass(90, OPEN)
            for a, b, both in zip(first, second, on & won, strict=True)
        ]
        flagged += bool(composed(ends, deals, way, days=80).cautions)

    assert flagged <= 4
