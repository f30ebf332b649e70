"""A logistic model of counted leads, and what it says of all of them under one treatment or the other.

What is assumed: leads alike in all that the model knows differ in their chances only by what happened to them. How: weighted
Newton steps on the likelihood with a faint pull of all but the mean toward zero, so that a level in which nobody moved stays
finite; then the chance of every lead with the treatment and without it, averaged (standardisation, J. M. Robins 1986, A new
approach to causal inference in mortality studies with a sustained exposure period, doi:10.1016/0270-0255(86)90088-6);
intervals by the delta method on the logarithm. When it fails: where something unseen drives both, which it cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.measure.curves.interval import NORMAL

Floats = NDArray[np.float64]

_PULL = 1e-2
_STEPS, _SMALL = 100, 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """The mean chances of all leads if all were treated (`treated`) and if none were (`untreated`), each with its 95 % interval,
    and their `ratio`.
    """

    treated: tuple[float, float, float]
    untreated: tuple[float, float, float]
    ratio: tuple[float, float, float]


def standardised(
    *, treated: NDArray[np.bool_], levels: Sequence[NDArray[np.int64]], leads: Floats, moved: Floats
) -> Standardised:
    """This returns the chances of all leads under treatment and without, adjusted for levels.

    One entry per group of leads alike: whether it was `treated`, its level of each covariate (numbered from 0), how many
    leads it has and how many of them moved.

    >>> halves = np.array([0, 0, 1, 1])
    >>> found = standardised(treated=np.array([True, False, True, False]), levels=[halves],
    ...                      leads=np.array([900.0, 100, 100, 900]), moved=np.array([540.0, 50, 20, 150]))
    >>> [round(value[0], 3) for value in (found.treated, found.untreated, found.ratio)]
    [0.407, 0.34, 1.196]
    """
    others = [column == level for column in levels for level in np.unique(column)[1:]]
    columns = [np.ones(len(leads)), treated, *others]
    design = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    pull = np.full(design.shape[1], _PULL)
    pull[0] = 0.0
    weights, covariance = _fitted(design, leads, moved, pull)
    share = leads / leads.sum()
    means, slopes = [], []
    for arm in (1.0, 0.0):
        as_if = design.copy()
        as_if[:, 1] = arm
        chance = _chance(as_if @ weights)
        means.append(float(share @ chance))
        slopes.append(as_if.T @ (share * chance * (1 - chance)))
    logs = [slope / mean for slope, mean in zip(slopes, means, strict=True)]
    ratio = _interval(means[0] / means[1], logs[0] - logs[1], covariance)
    return Standardised(
        treated=_interval(means[0], logs[0], covariance, most=1.0),
        untreated=_interval(means[1], logs[1], covariance, most=1.0),
        ratio=ratio,
    )


def _fitted(design: Floats, leads: Floats, moved: Floats, pull: Floats) -> tuple[Floats, Floats]:
    weights = np.zeros(design.shape[1])
    rate = moved.sum() / leads.sum()
    weights[0] = np.log(rate / (1 - rate))
    for _ in range(_STEPS):
        chance = _chance(design @ weights)
        slope = design.T @ (moved - leads * chance) - pull * weights
        bend = (design * (leads * chance * (1 - chance))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        # A long step would leave the range in which the curve bends as it does here.
        weights = weights + step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < _SMALL:
            break
    return weights, np.asarray(np.linalg.inv(bend), dtype=np.float64)


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def _interval(value: float, slope: Floats, covariance: Floats, *, most: float = np.inf) -> tuple[float, float, float]:
    """A positive number with its interval, `slope` being that of its logarithm."""
    reach = NORMAL * float(np.sqrt(slope @ covariance @ slope))
    return value, value * float(np.exp(-reach)), min(most, value * float(np.exp(reach)))


def e_value(*, ratio: float) -> float:
    """This returns how strongly something unseen would have to go with both the treatment and the outcome, each as a ratio of
    risks, to explain a ratio away altogether; 1 where there is nothing to explain.

    Source: T. J. VanderWeele and P. Ding 2017, Sensitivity analysis in observational research: introducing the E-value,
    doi:10.7326/M16-2607.

    >>> round(e_value(ratio=3.9), 2), e_value(ratio=1.0), round(e_value(ratio=1 / 3.9), 2)
    (7.26, 1.0, 7.26)
    """
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))
