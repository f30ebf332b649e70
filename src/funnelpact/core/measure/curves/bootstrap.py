"""How sure a whole curve is, and anything read off it: worlds of the same cohorts, drawn again and again.

What is assumed: cohorts (months of entry) differ from one another as cohorts do, and passes of one cohort go together.
What is estimated: the spread of any figure that is computed from curves: medians, values, a product of steps. How: the
cluster bootstrap; cohorts are drawn with replacement, and all steps of one funnel with the same draw, so that what they
have in common stays in common. When it fails: with fewer than about a dozen cohorts the spread itself is poorly known
(`range_of` widens for it), and a horizon that only one or two cohorts reach is missing in some draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import TAIL
from funnelpact.core.measure.curves.many import Counts, Curves

DRAWS = 500
"""Enough for the ends of a 95 % range."""

FEWEST_COHORTS = 2
"""One cohort drawn again and again says nothing about how cohorts differ."""


def draws(*, cohorts: int, rng: np.random.Generator, count: int = DRAWS) -> Floats:
    """How often each cohort is drawn in each of so many worlds, (count, cohorts); each row adds up to `cohorts`.

    The same draws given to `resampled` for several steps keep the steps together. With no cohort, (count, 0).

    >>> draws(cohorts=3, rng=np.random.Generator(np.random.PCG64(1)), count=2).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    if cohorts == 0:
        return np.zeros((count, 0))
    return rng.multinomial(cohorts, np.full(cohorts, 1 / cohorts), size=count).astype(np.float64)


def resampled(*, counts: Counts, draws: Floats) -> Curves:
    """The curves of the drawn worlds, one segment each.

    `counts`: one segment a cohort; `draws` (worlds, cohorts). The cost follows worlds × cohorts × ages, not the number
    of passes. Source: A. C. Davison and D. V. Hinkley 1997, Bootstrap Methods and their Application, section 3.8.
    """

    def mixed(rows: Floats) -> Floats:
        return np.tensordot(draws, rows, axes=1)

    return Curves.from_counts(
        counts=Counts(
            entered=mixed(counts.entered),
            ends=mixed(counts.ends),
            open_at_cut=mixed(counts.open_at_cut),
            amount=None if counts.amount is None else mixed(counts.amount),
            amount_known=None if counts.amount_known is None else mixed(counts.amount_known),
            squares=None if counts.squares is None else mixed(counts.squares),
        )
    )


def range_of(*, figures: npt.NDArray[np.number], cohorts: int) -> tuple[Floats, Floats]:
    """The two ends of the 95 % range of a figure that was computed in each drawn world, (worlds, …) to (…).

    Percentiles, further out with few cohorts: as far as Student's t with cohorts - 1 degrees of freedom and the missing
    √(n/(n-1)) ask for. NaN where fewer than `FEWEST_COHORTS`, or where no world has the figure; worlds without it (NaN)
    are left out. Source: T. C. Hesterberg 2015, What teachers should know about the bootstrap,
    doi:10.1080/00031305.2015.1089789.

    >>> low, high = range_of(figures=np.arange(1001.0), cohorts=1000)
    >>> float(low.round(1)), float(high.round(1))
    (24.8, 975.2)
    """
    values = np.asarray(figures, dtype=np.float64)
    if cohorts < FEWEST_COHORTS or len(values) == 0:
        nowhere = np.full(values.shape[1:], np.nan)
        return nowhere, nowhere.copy()
    out = float(ndtr(np.sqrt(cohorts / (cohorts - 1)) * stdtrit(cohorts - 1, TAIL)))
    missing = np.isnan(values).all(axis=0)
    filled = np.where(missing, 0.0, values)
    ends = np.nanquantile(filled, (out, 1 - out), axis=0)
    return np.where(missing, np.nan, ends[0]), np.where(missing, np.nan, ends[1])


def spread_of(*, figures: npt.NDArray[np.number], cohorts: int) -> Floats:
    """The standard error of a figure from the drawn worlds, (worlds, …) to (…); NaN with fewer than `FEWEST_COHORTS`."""
    values = np.asarray(figures, dtype=np.float64)
    if cohorts < FEWEST_COHORTS or len(values) < FEWEST_COHORTS:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(np.nanstd(values, axis=0, ddof=1) * np.sqrt(cohorts / (cohorts - 1)))
