"""The estimators that people use instead, for comparison: what they say of the same leads, and how wrong that is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.curves.incidence import Floats, Incidence
from funnelpact.core.measure.curves.interval import NORMAL


def log_log(*, share: Floats, error: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval that survival software prints for a share with that standard error; NaN where nobody moved."""
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = NORMAL * error / (share * np.log(share))
        low, high = share ** np.exp(-turn), share ** np.exp(turn)
    return np.asarray(low), np.asarray(high)


def wald(*, share: Floats, error: Floats) -> tuple[Floats, Floats]:
    """The share ± 1.96 standard errors."""
    return share - NORMAL * error, share + NORMAL * error


def variance_by_counting(*, found: Incidence, cause: int, days: int) -> Floats:
    """The variance of the share ended by a cause as R's cmprsk has it, (…): ends as a Poisson count, corrected for ties.

    It treats each cause's ends of a day on their own, where Greenwood's draws them from those at risk; so it is larger.
    """
    ended, survival = found.ended[..., cause], found.survival
    at_risk = found.watched
    later = (ended[..., days, None] - ended) / np.where(survival > 0, survival, 1.0)
    total = np.zeros_like(ended)
    for number in range(found.hazard.shape[-1]):
        count = found.hazard[..., number] * at_risk
        gain = (number == cause) - later
        ties = np.where(count > 1, 1 - (count - 1) / np.maximum(at_risk - 1, 1), 1.0)
        total += gain**2 * found.before**2 * ties * count / at_risk**2
    return np.asarray(total[..., : days + 1].sum(axis=-1))


def kaplan_meier(found: Incidence) -> Floats:
    """The share moved by each age if the lost ones are taken for unfinished: far too high."""
    return np.asarray(1 - np.cumprod(1 - found.hazard[..., 0], axis=-1))


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """Part ÷ whole, NaN where there is no whole."""
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
