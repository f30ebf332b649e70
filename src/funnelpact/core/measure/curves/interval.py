"""95 % intervals of a share that was seen on so many passes, the number of passes need not be whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri, stdtrit

Floats = npt.NDArray[np.float64]

TAIL = 0.025
"""The chance left out on each side of a 95 % interval."""

NORMAL = float(ndtri(1 - TAIL))
"""How many standard errors the normal curve needs for it: 1.96."""


ONE_SIDED = 0.05
"""The modified interval is at neither end nearer than where the outcome still has this chance."""

FEWEST_GAINS = 5
"""From so many known gains on, how much they differ is taken from them; with fewer, they are taken to differ."""

FEWEST_FREEDOM = 3
"""Student's t is used with at least so many degrees of freedom; with fewer it would exclude nothing."""


class Method(Enum):
    """Which binomial interval is used.

    Wilson's covers 95 % on average, but only 84 % for a share that makes 0.18 moves expected. The modified one moves an
    end outwards where Wilson's is nearer than the exact one-sided 95 % limit, which is with less than about ten moves
    (or so few that have not moved). Clopper and Pearson's covers at least 95 % for every share, and mostly too much.
    """

    MODIFIED_WILSON = "modified-wilson"
    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper-pearson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The 95 % interval of a share, and on how many passes it effectively rests."""

    low: float
    high: float
    passes: float


UNKNOWN = Interval(low=0.0, high=1.0, passes=0.0)
"""Nothing was seen: any share is possible."""


def share_interval(*, share: float, passes: float, method: Method = Method.MODIFIED_WILSON) -> Interval:
    """The 95 % interval of a share that was estimated with the precision of `passes` whole observations.

    Population: what the caller says; `passes` is the effective number, n_eff = F(1-F)/Var(F) for a curve, the plain
    count for a proportion. When none or all moved, the standard error is zero and says nothing: then the far end is
    where the outcome still has a chance of 2.5 %, 1 - 0.025^(1/passes). With zero passes it is 0 to 1.
    Sources: E. B. Wilson 1927, Probable inference, the law of succession, and statistical inference,
    doi:10.1080/01621459.1927.10502953; the modification after L. D. Brown, T. T. Cai and A. DasGupta 2001, Interval
    estimation for a binomial proportion, doi:10.1214/ss/1009213286; C. J. Clopper and E. S. Pearson 1934, The use of
    confidence or fiducial limits illustrated in the case of the binomial, doi:10.1093/biomet/26.4.404.

    >>> interval = share_interval(share=0.05, passes=1000)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0381, 0.0653)
    >>> round(share_interval(share=0.0, passes=100).high, 4)
    0.0362
    """
    low, high = share_intervals(share=np.asarray(share), passes=np.asarray(passes), method=method)
    return Interval(low=float(low), high=float(high), passes=passes) if passes > 0 else UNKNOWN


def share_intervals(
    *,
    share: Floats,
    passes: Floats,
    method: Method = Method.MODIFIED_WILSON,
    reach: Floats | float = NORMAL,
) -> tuple[Floats, Floats]:
    """The low and the high ends of the intervals of many shares, in the shape of `share`; see `share_interval`.

    `reach`: how many standard errors Wilson's interval goes; more than 1.96 where the standard error is itself poorly known.

    >>> low, high = share_intervals(share=np.array([0.05, 0.0]), passes=np.array([1000.0, 100.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0381, 0.0], [0.0653, 0.0362])
    """
    share = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
    counted = np.maximum(np.asarray(passes, dtype=np.float64), 1e-300)
    moved = share * counted
    if method is Method.CLOPPER_PEARSON:
        low, high = _exact(moved, counted, TAIL)
    else:
        low, high = _wilson(moved, counted, np.asarray(reach, dtype=np.float64))
    if method is Method.MODIFIED_WILSON:
        lower, higher = _exact(moved, counted, ONE_SIDED)
        low, high = np.minimum(low, lower), np.maximum(high, higher)
    far = TAIL ** (1 / counted)
    none, all_of_them, unknown = share <= 0, share >= 1, np.asarray(passes) <= 0
    low = np.where(unknown | none, 0.0, np.where(all_of_them, far, low))
    high = np.where(unknown | all_of_them, 1.0, np.where(none, 1 - far, high))
    return low, high


def gain_intervals(
    *,
    gained: Floats,
    second: Floats,
    variance: Floats,
    moved: Floats,
    moved_variance: Floats,
    known: Floats,
    passes: Floats,
) -> tuple[Floats, Floats]:
    """The 95 % intervals of gains per pass, such as a value per lead, in the shape of `gained` and its unit.

    `gained` is the mean gain per entered pass, above 0, `second` its mean square, `variance` that of the estimate;
    `moved` and `moved_variance` the share that moved and its variance; `known` how many moves carry a gain; `passes`
    the number to use where the variance says nothing. The interval is that of a rate with equal gains and the same mean
    and variance: the modified Wilson one on the passes that would give that variance. Where gains differ, the variance is an estimate
    from few of them, so Student's t takes the place of the normal curve, with as many degrees of freedom as wins of one
    size would have: fully where they differ with a coefficient of variation of about 0.7 or more, or are fewer than `FEWEST_GAINS`; not at all where they are equal (then it is gain ×
    the interval of the rate). Measured in docs/why/measuring.md. Source of t: Student 1908, doi:10.1093/biomet/6.1.1.
    """
    # One gain that stands for all: with it the mean is a rate that has the variance found.
    unit = second / gained
    share = gained / unit
    some = (share < 1) & (variance > 0)
    effective = np.where(some, share * (1 - share) * unit**2 / np.where(some, variance, 1.0), passes)
    of_moves = moved_variance / np.maximum(moved, 1e-300) ** 2
    of_all = variance / gained**2
    apart = np.where(of_all > 0, np.maximum(of_all - of_moves, 0.0) / np.where(of_all > 0, of_all, 1.0), 0.0)
    weight = np.where(known < FEWEST_GAINS, 1.0, np.minimum(1.0, 3 * apart))
    # As many degrees of freedom as gains of one size would have: a few large ones make a variance from few.
    alike = np.minimum(known, share * effective)
    reach = np.sqrt(NORMAL**2 + weight * (student(passes=alike) ** 2 - NORMAL**2))
    low, high = share_intervals(share=share, passes=effective, reach=reach)
    return low * unit, high * unit


def student(*, passes: Floats) -> Floats:
    """How many standard errors a 95 % interval needs whose variance is an estimate from so many passes."""
    return np.asarray(stdtrit(np.maximum(passes - 1, FEWEST_FREEDOM), 1 - TAIL), dtype=np.float64)


def _wilson(moved: Floats, passes: Floats, reach: Floats) -> tuple[Floats, Floats]:
    square = reach**2
    middle = (moved + square / 2) / (passes + square)
    half = reach / (passes + square) * np.sqrt(moved * (passes - moved) / passes + square / 4)
    return np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)


def _exact(moved: Floats, passes: Floats, tail: float) -> tuple[Floats, Floats]:
    # At the two ends, where nothing is left on one side, the caller sets them.
    more, rest = np.maximum(moved, 1e-300), np.maximum(passes - moved, 1e-300)
    low, high = betaincinv(more, rest + 1, tail), betaincinv(more + 1, rest, 1 - tail)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
