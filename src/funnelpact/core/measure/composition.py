"""Whether the stages, one after the other, give the same rate as the whole way measured directly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import exp, log, prod, sqrt

import numpy as np

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.measure.curves.limits import FEWEST, reach
from funnelpact.core.measure.unfold import matured_derivation, not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

TOO_FAR = 2.0
"""Joint standard errors by which the two may differ by chance."""


def composed_rate(
    *,
    steps: Sequence[tuple[Step, LifeTable]],
    way: LifeTable,
    horizon_days: int,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The share won within the horizon as the stages one by one give it: their rates multiplied, and the time they take.

    Population: the passes of each step, and of the `way`, the first stage to won. Value: the product of the steps' matured
    rates × the share of it whose times in the stages add up to no more than the age for which the direct rate holds (the
    rates convolved), so both speak of one age. It assumes that a pass does in a stage what others do there, however long it
    took before. A caution says that the stages do not compose where ln composed and ln direct differ by more than `TOO_FAR`
    joint standard errors: passes recycled or counted in a stage without the one before, or slow ones that win less.
    The error is that of ln F by the delta method, Greenwood's variances of the steps and of the direct rate added as
    if independent. Those of successive stages nearly are; the direct rate rests on the same passes as they do, so its error
    is counted twice and the flag comes too seldom rather than too often. The interval is that of the composed rate alone.
    No value where a step or the way is not identified, rests on fewer than `FEWEST` passes, or has no move.
    """
    tables = [table for _, table in steps]
    curves = [Curve.from_table(table=table) for table in tables]
    direct = Curve.from_table(table=way)
    reaches = [reach(curve=curve, horizon_days=horizon_days) for curve in (*curves, direct)]
    ages = [age for age in reaches if age is not None and age >= 0]
    known = len(ages) == len(reaches) and all(
        curve.at(days=age) > 0 and curve.effective_passes(days=age) >= FEWEST
        for curve, age in zip((*curves, direct), ages, strict=True)
    )
    if known:
        value, error, tree = _composed(steps, curves, ages)
        cautions, reach_of = _apart(direct, ages[-1], value, error), exp(NORMAL * error)
        low, high = Rate.measured(value / reach_of), Rate.measured(min(1.0, value * reach_of))
    else:
        cautions, low, high = (Message("caution.not_composable"),), None, None
        tree = not_known(name="composed_rate", why=cautions[0], counts=())
    return Finding(
        name="composed_rate",
        value=tree.value if isinstance(tree.value, Rate) else None,
        low=low,
        high=high,
        n=way.passes,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=ages[-1] if known else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def _composed(
    steps: Sequence[tuple[Step, LifeTable]], curves: Sequence[Curve], ages: Sequence[int]
) -> tuple[float, float, Derivation]:
    """The share, the standard error of its logarithm, and how it comes about; the last age is that of the whole way."""
    parts = tuple(
        matured_derivation(table=table, curve=curve, days=age, step=step)
        for (step, table), curve, age in zip(steps, curves, ages, strict=False)
    )
    product = prod(curve.at(days=age) for curve, age in zip(curves, ages, strict=False))
    value = min(product, _within(curves, ages, ages[-1]))
    error = sqrt(sum(_relative(curve, age) for curve, age in zip(curves, ages, strict=False)))
    return value, error, _derivation(value, product, ages[-1], parts)


def _apart(direct: Curve, days: int, value: float, error: float) -> tuple[Message, ...]:
    """The caution that the stages do not compose, where they do not."""
    share, joint = direct.at(days=days), sqrt(error**2 + _relative(direct, days))
    if value > 0 and abs(log(value) - log(share)) <= TOO_FAR * joint:
        return ()
    composed = Rate.measured(value)
    return (Message("caution.not_composed", composed=composed, direct=Rate.measured(share), days=days),)


def _within(curves: Sequence[Curve], ages: Sequence[int], days: int) -> float:
    """The share that goes through all stages, one after the other, within so many days."""
    gains = np.ones(1)
    for curve, age in zip(curves, ages, strict=False):
        moved = curve.moved[: age + 1]
        gains = np.convolve(gains, np.diff(moved, prepend=0.0))[: days + 1]
    return float(gains.sum())


def _relative(curve: Curve, age: int) -> float:
    """The variance of the logarithm of the share at an age, by the delta method."""
    return float(curve.variance[min(age, len(curve.variance) - 1)]) / curve.at(days=age) ** 2


def _derivation(value: float, product: float, days: int, parts: tuple[Derivation, ...]) -> Derivation:
    share = Rate.measured(min(1.0, value / product))
    timing = Derivation(
        name="in_time",
        label=Message("number.in_time", days=days),
        value=share,
        rule=Message("rule.in_time", days=days),
    )
    rates = tuple(part.value for part in parts)
    return Derivation(
        name="composed_rate",
        label=Message("finding.composed_rate"),
        value=Rate.measured(value),
        rule=Message("rule.composed_rate", rates=rates, share=share, days=days),
        inputs=(*parts, timing),
    )
