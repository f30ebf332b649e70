"""95 % intervals of a share that was seen on so many passes, the number of passes need not be whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

Floats = npt.NDArray[np.float64]

TAIL = 0.025
"""The chance left out on each side of a 95 % interval."""

NORMAL = float(ndtri(1 - TAIL))
"""How many standard errors the normal curve needs for it: 1.96."""


class Method(Enum):
    """Which binomial interval is used. Wilson covers 95 % on average, Clopper-Pearson at least 95 % for every rate."""

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


def share_interval(*, share: float, passes: float, method: Method = Method.WILSON) -> Interval:
    """The 95 % interval of a share that was estimated with the precision of `passes` whole observations.

    Population: what the caller says; `passes` is the effective number, n_eff = F(1-F)/Var(F) for a curve, the plain
    count for a proportion. When none or all moved, the standard error is zero and says nothing: then the far end is
    where the outcome still has a chance of 2.5 %, 1 - 0.025^(1/passes). With zero passes it is 0 to 1.
    Sources: E. B. Wilson 1927, Probable inference, the law of succession, and statistical inference,
    doi:10.1080/01621459.1927.10502953; C. J. Clopper and E. S. Pearson 1934, The use of confidence or fiducial limits
    illustrated in the case of the binomial, doi:10.1093/biomet/26.4.404.

    >>> interval = share_interval(share=0.05, passes=1000)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0381, 0.0653)
    >>> round(share_interval(share=0.0, passes=100).high, 4)
    0.0362
    """
    low, high = share_intervals(share=np.asarray(share), passes=np.asarray(passes), method=method)
    return Interval(low=float(low), high=float(high), passes=passes) if passes > 0 else UNKNOWN


def share_intervals(*, share: Floats, passes: Floats, method: Method = Method.WILSON) -> tuple[Floats, Floats]:
    """The low and the high ends of the intervals of many shares, in the shape of `share`; see `share_interval`.

    >>> low, high = share_intervals(share=np.array([0.05, 0.0]), passes=np.array([1000.0, 100.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0381, 0.0], [0.0653, 0.0362])
    """
    share, counted = np.asarray(share, dtype=np.float64), np.maximum(np.asarray(passes, dtype=np.float64), 1e-300)
    low, high = (_wilson if method is Method.WILSON else _clopper_pearson)(np.clip(share, 0, 1) * counted, counted)
    far = TAIL ** (1 / counted)
    none, all_of_them, unknown = share <= 0, share >= 1, np.asarray(passes) <= 0
    low = np.where(unknown | none, 0.0, np.where(all_of_them, far, low))
    high = np.where(unknown | all_of_them, 1.0, np.where(none, 1 - far, high))
    return low, high


def gain_intervals(*, gained: Floats, second: Floats, variance: Floats, passes: Floats) -> tuple[Floats, Floats]:
    """The 95 % intervals of gains per pass, such as a value per lead, in the shape of `gained` and its unit.

    `gained` is the mean gain per entered pass, above 0, `second` its mean square, `variance` that of the estimate,
    `passes` the number to use where the variance says nothing. The interval is that of a rate with equal gains and the same mean
    and variance: Wilson's on the passes that would give that variance. Where all gains are equal it is gain × the
    interval of the rate.
    """
    # One gain that stands for all: with it the mean is a rate that has the variance found.
    unit = second / gained
    share = gained / unit
    known = (share < 1) & (variance > 0)
    effective = np.where(known, share * (1 - share) * unit**2 / np.where(known, variance, 1.0), passes)
    low, high = share_intervals(share=share, passes=effective)
    return low * unit, high * unit


def _wilson(moved: Floats, passes: Floats) -> tuple[Floats, Floats]:
    square = NORMAL**2
    middle = (moved + square / 2) / (passes + square)
    reach = NORMAL / (passes + square) * np.sqrt(moved * (passes - moved) / passes + square / 4)
    return np.maximum(0.0, middle - reach), np.minimum(1.0, middle + reach)


def _clopper_pearson(moved: Floats, passes: Floats) -> tuple[Floats, Floats]:
    # At the two ends, where nothing is left on one side, the caller sets them.
    more, rest = np.maximum(moved, 1e-300), np.maximum(passes - moved, 1e-300)
    low, high = betaincinv(more, rest + 1, TAIL), betaincinv(more + 1, rest, 1 - TAIL)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
