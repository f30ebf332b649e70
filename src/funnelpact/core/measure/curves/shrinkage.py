"""Rates of many small segments, each drawn toward the rate of all as far as its own numbers are poor.

What is assumed: the true rates of the segments scatter around one mean, as a beta distribution does. What is estimated:
that mean, the scatter, and from both and its own passes the rate of each segment with an interval. How: empirical Bayes
with effective passes, the interval averaged over what the scatter may be. When it fails: segments that are not of one
kind (a partner channel among web forms) are drawn where they do not belong; give each kind its own parent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaln

from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import TAIL

LARGEST_SCATTER = 0.5
SCATTERS = 40
"""The standard deviations of the true rates that are thought possible: so many, up to this part of the largest there is."""

_STEPS = 30
"""Halvings in the search for a quantile: to 1e-9."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shrunk:
    """The rates of segments, drawn together. `share`, `low`, `high`, `weight` (segments,).

    `mean`: the rate of all; `scatter`: the standard deviation of the true rates around it, 0 where the segments differ no more
    than chance; `weight`: how much of a segment's rate is its own (1) and not that of all (0).
    """

    share: Floats
    low: Floats
    high: Floats
    weight: Floats
    mean: float
    scatter: float


def shrunk(*, share: Floats, passes: Floats) -> Shrunk | None:
    """The rates of segments, each a mixture of its own and the rate of all, with 95 % intervals.

    `share` (segments,): the rate of each, from a curve at one age; `passes` (segments,): on how many whole observations
    it effectively rests (`effective_passes`). None where no segment has any. With μ the mean weighted by passes n, the
    scatter by moments is τ² = μ(1-μ)·max(0, Q-G+1) / (Σn - Σn²/Σn), Q = Σn(share-μ)²/(μ(1-μ)), G segments, and the rate the mean
    of Beta(μK + x, (1-μ)K + n - x), K = μ(1-μ)/τ² - 1. That posterior alone takes τ for known and covers 88 % where it
    should 90; so the interval is that of the posterior averaged over τ, each weighted by its likelihood, with a flat prior on τ,
    and widened by the error of μ. Sources: moments after R. DerSimonian and N. Laird 1986, doi:10.1016/0197-2456(86)90046-2; the
    flat prior on τ after A. Gelman 2006, doi:10.1214/06-BA117A.

    >>> found = shrunk(share=np.array([0.0, 0.1, 0.3]), passes=np.array([10.0, 1000.0, 10.0]))
    >>> found.share.round(3).tolist(), found.weight.round(2).tolist()
    ([0.051, 0.1, 0.199], [0.49, 0.99, 0.49])
    """
    known = passes > 0
    total = float(passes[known].sum())
    if total <= 0:
        return None
    rate, count = np.where(known, share, 0.0), np.where(known, passes, 0.0)
    mean = float((rate * count).sum()) / total
    if not 0 < mean < 1:
        return _all_alike(mean=mean, passes=count, total=total)
    most = mean * (1 - mean)
    spare = total - float((count**2).sum()) / total
    apart = float((count * (rate - mean) ** 2).sum()) / most - int(known.sum()) + 1
    square = min(most * max(0.0, apart) / spare if spare > 0 else 0.0, most * (1 - 1e-9))
    strength = most / square - 1 if square > 0 else np.inf
    weight = count / (count + strength) if square > 0 else np.zeros_like(count)
    low, high = _ends(mean=mean, rate=rate, passes=count)
    share = mean + weight * (rate - mean)
    return Shrunk(
        share=share,
        low=np.minimum(low, share),
        high=np.maximum(high, share),
        weight=weight,
        mean=mean,
        scatter=square**0.5,
    )


def _all_alike(*, mean: float, passes: Floats, total: float) -> Shrunk:
    # None, or all, of all passes moved: nothing tells the segments apart, and only the far end is open.
    far = TAIL ** (1 / total)
    whole = np.full(len(passes), mean)
    low, high = (0.0, 1 - far) if mean <= 0 else (far, 1.0)
    return Shrunk(
        share=whole,
        low=np.full_like(whole, low),
        high=np.full_like(whole, high),
        weight=np.zeros_like(whole),
        mean=mean,
        scatter=0.0,
    )


def _ends(*, mean: float, rate: Floats, passes: Floats) -> tuple[Floats, Floats]:
    """The 2.5 % and 97.5 % points of each segment's posterior, a mixture over the scatters that are possible."""
    most = mean * (1 - mean)
    scatter = np.arange(0.5, SCATTERS) / SCATTERS * LARGEST_SCATTER * most**0.5
    strength = (most / scatter**2 - 1)[:, None]
    moved = rate * passes
    more, rest = mean * strength + moved, (1 - mean) * strength + passes - moved
    likelihood = (betaln(more, rest) - betaln(mean * strength, (1 - mean) * strength)).sum(axis=1)
    chance = np.exp(likelihood - likelihood.max())
    chance /= chance.sum()
    # The mean is itself an estimate: its error goes into each segment as far as that leans on the mean.
    own = most / np.maximum(passes, 1e-300)
    error = 1 / (1 / (scatter[:, None] ** 2 + own)).sum(axis=1, keepdims=True)
    centre = more / (more + rest)
    spread = centre * (1 - centre) / (more + rest + 1) + (strength / (strength + passes)) ** 2 * error
    size = np.maximum(centre * (1 - centre) / spread - 1, 1e-6)
    first, second = centre * size, (1 - centre) * size
    return tuple(_quantile(first, second, chance, part) for part in (TAIL, 1 - TAIL))  # type: ignore[return-value]


def _quantile(first: Floats, second: Floats, chance: Floats, part: float) -> Floats:
    """The point below which that part of the mixture of beta distributions lies, for each segment."""
    low, high = np.zeros(first.shape[1]), np.ones(first.shape[1])
    for _ in range(_STEPS):
        middle = (low + high) / 2
        below = (chance[:, None] * betainc(first, second, middle)).sum(axis=0) < part
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
