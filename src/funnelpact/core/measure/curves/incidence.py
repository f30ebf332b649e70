"""Aalen-Johansen and Greenwood on arrays: the one recursion behind every curve, for any number of populations at once.

What is assumed: within a population, passes that are cut off at an age would have gone on as the others did that were
watched at it. What is estimated: the share still open after each age, the share ended by each cause, and how sure that
is. How: the maximum-likelihood estimator for competing ends on daily data, and the delta method. When it fails: where
hardly anybody is watched, which the numbers at risk tell. Source: O. O. Aalen and S. Johansen 1978, An empirical
transition matrix for non-homogeneous Markov chains based on censored observations, Scandinavian Journal of Statistics 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from funnelpact.core.terms.problem import Problem

Floats = npt.NDArray[np.float64]


class LifeTableBroken(Problem):
    """More passes end at some age than were watched at it, so the counts cannot belong together."""

    code = "life-table-broken"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidence:
    """What becomes of passes by age. The last axis but one is the age where there are causes, else the last.

    `at_risk` (…, ages): passes watched at the start of that age; `hazard` (…, ages, causes): the share of them that
    ends at it by that cause; `ending` (…, ages): by any cause; `before` and `survival` (…, ages): the share still open before and after it; `ended`
    (…, ages, causes): the share that has ended by then by that cause. At an age that nobody was watched at, the hazard
    is 0, so nothing changes.
    """

    at_risk: Floats
    hazard: Floats
    ending: Floats
    before: Floats
    survival: Floats
    ended: Floats

    @property
    def watched(self) -> Floats:
        """The numbers at risk to divide by: 1 where there is nobody."""
        return np.where(self.at_risk > 0, self.at_risk, 1.0)

    def variance(self, *, cause: int) -> Floats:
        """The variance of `ended` of one cause, (…, ages)."""
        hazard = self.hazard[..., cause]
        return gain_variance(mean=hazard, square=hazard, ending=self.ending, at_risk=self.watched)


def incidence(*, entered: Floats, ends: Floats, open_at_cut: Floats) -> Incidence:
    """The shares open and ended by age of populations that are counted by whole days of age.

    `entered` (…, ages): passes that came under watch at that age (above 0 where the record became visible late);
    `ends` (…, ages, causes): passes that ended at it; `open_at_cut` (…, ages): passes cut off at it. Passes that end
    and passes that are cut off at one age are all at risk on it, so ties need no order and a same-day end counts at age 0.
    Counts need not be whole (resampled passes have weights). Raises `LifeTableBroken`.

    >>> found = incidence(entered=np.array([4.0, 0, 0]), ends=np.array([[1.0, 0], [0, 1], [1, 0]]),
    ...                   open_at_cut=np.array([0.0, 1, 0]))
    >>> found.survival.tolist(), found.ended[:, 0].tolist()
    ([0.75, 0.5, 0.0], [0.25, 0.25, 0.75])
    """
    ending = ends.sum(axis=-1)
    gone = np.cumsum(ending + open_at_cut, axis=-1)
    at_risk = np.cumsum(entered, axis=-1)
    at_risk[..., 1:] -= gone[..., :-1]
    _check(at_risk=at_risk, ending=ending, open_at_cut=open_at_cut)
    watched = np.where(at_risk > 0, at_risk, 1.0)
    hazard = ends / watched[..., None]
    # (n - d) / n is exactly zero when all end; 1 - d/n need not be.
    survival = np.cumprod(np.maximum(watched - ending, 0.0) / watched, axis=-1, dtype=np.float64)
    before = np.ones_like(survival)
    before[..., 1:] = survival[..., :-1]
    # Sums of rounded products can end one last bit above the whole.
    ended = np.minimum(np.cumsum(before[..., None] * hazard, axis=-2), 1.0)
    return Incidence(
        at_risk=at_risk, hazard=hazard, ending=ending / watched, before=before, survival=survival, ended=ended
    )


def gain_variance(*, mean: Floats, square: Floats, ending: Floats, at_risk: Floats) -> Floats:
    """The variance of what has been gained per entered pass by each age, (…, ages): Greenwood's, with gains for moves.

    For each age and pass at risk: `mean` and `square` are the expected gain and its expected square, `ending` the share
    that moves or leaves; `at_risk` is never 0. A move counts as a gain of 1 for the rate (then mean and square are both
    the hazard), of its amount for the value. An age at which nobody ends adds nothing.

    An end at age u, when a share S(u-1) was open, changes the gain G by then, and all that is gained later through those
    still open: Var G(t) = Σ S(u-1)²/n(u)·(square - mean²) - 2·Σ (G(t) - G(u))·S(u-1)·mean/n(u)
    + Σ (G(t) - G(u))²·ending/((1 - ending)·n(u)). Multiplied out, each sum is one running sum, so no age waits for the
    one before. It equals the recursion for the covariance of (S, G) and, for the rate, what R's `survfit` prints.
    """
    stay = 1 - ending
    before = np.ones_like(stay)
    before[..., 1:] = np.cumprod(stay, axis=-1)[..., :-1]
    gain = np.cumsum(before * mean, axis=-1)
    own = before**2 * (square - mean**2) / at_risk
    shared = before * mean / at_risk
    # Where all end, nobody is left to gain later.
    late = np.where(stay > 0, ending / (np.where(stay > 0, stay, 1.0) * at_risk), 0.0)

    def total(terms: Floats) -> Floats:
        return np.cumsum(terms, axis=-1)

    variance = total(own) - 2 * (gain * total(shared) - total(gain * shared))
    variance += gain**2 * total(late) - 2 * gain * total(gain * late) + total(gain**2 * late)
    return np.maximum(variance, 0.0)


def _check(*, at_risk: Floats, ending: Floats, open_at_cut: Floats) -> None:
    # Weighted counts are sums of many floats; whole counts are exact.
    broken = ending + open_at_cut > at_risk * (1 + 1e-9) + 1e-9
    if not broken.any():
        return
    first = np.unravel_index(int(np.argmax(broken)), broken.shape)
    ended = float((ending + open_at_cut)[first])
    raise LifeTableBroken(age=int(first[-1]), ended=round(ended), watched=round(float(at_risk[first])))
