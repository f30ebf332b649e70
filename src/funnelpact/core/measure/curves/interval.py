"""95 % intervals of a share that was seen on so many passes, the number of passes need not be whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import sqrt

from scipy.special import betaincinv, ndtri

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
    if passes <= 0:
        return UNKNOWN
    far = float(TAIL ** (1 / passes))
    if share <= 0:
        return Interval(low=0.0, high=1 - far, passes=passes)
    if share >= 1:
        return Interval(low=far, high=1.0, passes=passes)
    low, high = (_wilson if method is Method.WILSON else _clopper_pearson)(share * passes, passes)
    return Interval(low=low, high=high, passes=passes)


def _wilson(moved: float, passes: float) -> tuple[float, float]:
    square = NORMAL**2
    middle = (moved + square / 2) / (passes + square)
    reach = NORMAL / (passes + square) * sqrt(moved * (passes - moved) / passes + square / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _clopper_pearson(moved: float, passes: float) -> tuple[float, float]:
    low = float(betaincinv(moved, passes - moved + 1, TAIL))
    return low, float(betaincinv(moved + 1, passes - moved, 1 - TAIL))
