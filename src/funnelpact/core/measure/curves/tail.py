"""What lies beyond the ages that the data identify: an extrapolation, kept apart from everything that is measured.

What is assumed: a part of the passes moves, a part leaves, the rest never does either; the days until a move and until
a leave are log-normal. What is estimated: the two parts and the two lags. How: maximum likelihood on whole days of age
(a grouped mixture with competing ends), from several starts. When it fails: a part that never moves is told from one
that moves late by the shape alone, so without a flat end any answer fits; then there is none (`NoTail`). It is for a
word about the tail, never for a rate that a plan or a pact rests on: those are read off the curve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtr

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.terms.lifetable import LifeTable

FEWEST_MOVES = 30
"""A tail is drawn from so many moves on: five figures are fitted to them."""

SAME_FIT = 0.05
"""Starts that end within this much of the best log-likelihood found the same top."""

FAR_APART = 0.1
"""If such starts disagree about the share that ever moves by more than this part of it, the data do not tell."""

_STARTS = ((1.0, 1.0, 0.8), (0.6, 0.8, 0.5), (1.5, 1.3, 1.2), (1.0, 2.0, 1.5))
_SMALLEST = 1e-300
_STEP = 1e-3


class Why(Enum):
    """Why nothing is said about the tail."""

    STILL_RISING = "still-rising"
    TOO_FEW_MOVES = "too-few-moves"
    NO_FIT = "no-fit"
    NOT_TOLD_APART = "not-told-apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTail:
    """There is no extrapolation, and why."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrapolation:
    """An extrapolation beyond age `beyond` in days, from a fitted form and not from passes of that age.

    `moved`: the share of passes that ever moves, `low` and `high` its 95 % interval if the form is right; `left`: that
    ever leaves; `median_moved`: days in which half of those that ever move have; `beyond_moved`: the part of `moved` that
    comes after `beyond`. `starts`: how many of the starts ended at this fit.
    """

    beyond: int
    moved: float
    low: float
    high: float
    left: float
    median_moved: float
    beyond_moved: float
    starts: int


def tail_of(*, table: LifeTable, curve: Curve) -> Extrapolation | NoTail:
    """The share of passes that ever moves, if the curve has become flat and a log-normal form fits.

    Population and as-of: the table's; `curve` is its curve. An end at age a falls into the days a - ½ to a + ½ (0 to ½ at
    age 0), an open pass of age a has lasted a + ½; a pass that entered the watch late counts given that it was open then. Nothing is
    raised: without a flat end (`Curve.still_rising`), with fewer than `FEWEST_MOVES` moves, where no start converges, or
    where equally good fits disagree, a `NoTail` says so. Sources: M. G. Larson and G. E. Dinse 1985, A mixture model for the
    regression analysis of competing risks data, doi:10.2307/2347464; R. A. Maller and X. Zhou 1996, Survival Analysis
    with Long-Term Survivors.
    """
    beyond = curve.identified_until
    if beyond is None or curve.still_rising:
        return NoTail(why=Why.STILL_RISING)
    if sum(table.moved) < FEWEST_MOVES:
        return NoTail(why=Why.TOO_FEW_MOVES)
    fall = _misfit(table)
    fits = [
        fit
        for start in _starts(curve, beyond)
        if np.isfinite((fit := minimize(fall, start, method="L-BFGS-B")).fun) and np.isfinite(fit.x).all()
    ]
    # The search works with rough slopes; whether its end is a top is asked of the curvature there.
    tops = [fit for fit in fits if _error(fall, fit.x) is not None]
    if not tops:
        return NoTail(why=Why.NO_FIT)
    best = min(tops, key=lambda fit: fit.fun)
    same = [fit for fit in tops if fit.fun <= best.fun + SAME_FIT]
    shares = [_parts(fit.x)[0] for fit in same]
    if max(shares) - min(shares) > FAR_APART * shares[0]:
        return NoTail(why=Why.NOT_TOLD_APART)
    error = _error(fall, best.x)
    return _extrapolated(best.x, beyond=beyond, error=error or 0.0, starts=len(same))


def _extrapolated(point: Floats, *, beyond: int, error: float, starts: int) -> Extrapolation:
    moved, left = _parts(point)
    middle = float(logit(moved))
    return Extrapolation(
        beyond=beyond,
        moved=moved,
        low=float(expit(middle - NORMAL * error)),
        high=float(expit(middle + NORMAL * error)),
        left=left,
        median_moved=float(np.exp(point[2])),
        beyond_moved=moved * float(1 - _by(np.array([beyond + 0.5]), point[2], point[3])[0]),
        starts=starts,
    )


def _parts(point: Floats) -> tuple[float, float]:
    """The shares that ever move and ever leave: a softmax with what never does."""
    high = max(float(point[0]), float(point[1]), 0.0)
    first, second, rest = np.exp(np.array([point[0], point[1], 0.0]) - high)
    whole = float(first + second + rest)
    return float(first) / whole, float(second) / whole


def _by(days: Floats, middle: float, spread: float) -> Floats:
    """The share of log-normal lags that are over by so many days; `spread` is the logarithm of sigma."""
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr((np.log(days) - middle) / np.exp(spread)))


def _misfit(table: LifeTable) -> Callable[[Floats], float]:
    """The log-likelihood of a point, turned round."""
    moved, left, still_open, entered = (
        np.array(row, dtype=np.float64) for row in (table.moved, table.left, table.open, table.entered)
    )
    edges = np.concatenate((np.zeros(1), np.arange(len(moved)) + 0.5))
    late = np.where(np.arange(len(moved)) > 0, entered, 0.0)

    def misfit(point: Floats) -> float:
        ever_moved, ever_left = _parts(point)
        by_moved, by_left = _by(edges, point[2], point[3]), _by(edges, point[4], point[5])
        lasting = 1 - ever_moved * by_moved - ever_left * by_left
        terms = (
            (moved, ever_moved * np.diff(by_moved)),
            (left, ever_left * np.diff(by_left)),
            (still_open - np.append(late[1:], 0.0), lasting[1:]),
        )
        return -sum(float((count * np.log(np.maximum(chance, _SMALLEST))).sum()) for count, chance in terms)

    return misfit


def _starts(curve: Curve, beyond: int) -> list[Floats]:
    """Points near the curve: its shares, and the mean and spread of its lags, varied."""
    points = []
    ages = np.log(curve.age[: beyond + 1] + 0.5)
    shares, lags = [], []
    for row in (curve.moved, curve.left):
        steps = np.diff(row[: beyond + 1], prepend=0.0)
        total = max(float(steps.sum()), 1e-6)
        middle = float((steps * ages).sum()) / total
        spread = max(float((steps * (ages - middle) ** 2).sum()) / total, 0.01) ** 0.5
        shares.append(min(total, 0.98))
        lags.append((middle, spread))
    never = max(1 - sum(shares), 0.01)
    for part, late, wide in _STARTS:
        first, second = (np.log(share * part / never) for share in shares)
        points.append(
            np.array(
                [first, second, *(x for middle, spread in lags for x in (middle + np.log(late), np.log(spread * wide)))]
            )
        )
    return points


def _error(fall: Callable[[Floats], float], point: Floats) -> float | None:
    """The standard error of the logit of the share that ever moves; None where the point is no top."""
    size = len(point)
    steps = np.eye(size) * _STEP
    curvature = np.empty((size, size))
    for row in range(size):
        for column in range(row + 1):
            first, second = steps[row], steps[column]
            corners = fall(point + first + second) - fall(point + first - second) - fall(point - first + second)
            curvature[row, column] = curvature[column, row] = (corners + fall(point - first - second)) / (4 * _STEP**2)
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).min() <= 0:
        return None
    slope = np.array(
        [(logit(_parts(point + step)[0]) - logit(_parts(point - step)[0])) / (2 * _STEP) for step in steps]
    )
    return float(np.sqrt(slope @ np.linalg.solve(curvature, slope)))
