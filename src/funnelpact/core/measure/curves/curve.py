"""The share of passes that have moved on by each age, right also while most of them are young.

What is assumed: passes that are still open today behave, from their age on, as older passes did at that age. What is
estimated: for each age in days the chance of having moved, of having left, of being open still. How: Aalen-Johansen,
the maximum-likelihood estimator for two competing ends on daily data. When it fails: where few passes are old enough,
which `identified_until` tells; where behaviour has changed, which drift tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, fsum

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.curves.incidence import Floats, incidence
from funnelpact.core.measure.curves.interval import Interval, Method, share_interval
from funnelpact.core.terms.lifetable import LifeTable

ENOUGH_AT_RISK = 20
"""An age is identified while at least so many passes are watched at it."""

FLAT_FROM = 0.8
"""The last fifth of the identified ages decides whether a curve is flat."""

FLAT_GAIN = 0.01
"""A flat curve gains less than this share of its height there."""

ENOUGH_EXPECTED = 5.0
"""Flatness counts only where, at the average pace of the ages before, at least so many moves would have been seen."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """What becomes of passes by age, one entry per whole day of age, 0 first.

    `at_risk`: passes watched at the start of that age; `hazard_moved`, `hazard_left`: the share of them that moved on
    or left at it; `survival`: share still open after it; `moved`, `left`: shares that have moved or left by then, the
    three adding up to 1; `variance`: of `moved`; `value`: amount per entered pass that has come by then, None where no
    moved pass carries an amount. Beyond the last age all stay as they are. The arrays are read-only.
    """

    age: npt.NDArray[np.int64]
    at_risk: Floats
    hazard_moved: Floats
    hazard_left: Floats
    survival: Floats
    moved: Floats
    left: Floats
    variance: Floats
    value: Floats | None

    @classmethod
    def from_table(cls, *, table: LifeTable) -> Curve:
        """The curve of a life table.

        Population and as-of: the table's. Same-day moves count at age 0; passes that move and passes that leave at one
        age, or are cut off at it, are all at risk on it, so ties need no order. An age at which nobody was watched
        changes nothing. A moved pass without an amount counts with the mean of the known amounts of the table.
        Raises `LifeTableBroken`. Sources: O. O. Aalen and S. Johansen 1978, An empirical transition matrix for
        non-homogeneous Markov chains based on censored observations, Scandinavian Journal of Statistics 5; H. Putter,
        M. Fiocco and R. B. Geskus 2007, Tutorial in biostatistics: competing risks and multi-state models,
        doi:10.1002/sim.2712.

        >>> from fractions import Fraction
        >>> none = Fraction(0)
        >>> curve = Curve.from_table(table=LifeTable(entered=(4, 0, 0), moved=(1, 0, 1), left=(0, 1, 0), open=(0, 1, 0),
        ...                          amount=(Fraction(80), none, Fraction(40)), amount_known=(1, 0, 1)))
        >>> curve.moved.round(4).tolist(), curve.survival.round(4).tolist()
        ([0.25, 0.25, 0.75], [0.75, 0.5, 0.0])
        >>> curve.value.tolist()
        [20.0, 20.0, 40.0]
        """
        rows = (table.entered, table.moved, table.left, table.open)
        entered, moved, left, still_open = (np.array(row, dtype=np.float64) for row in rows)
        found = incidence(entered=entered, ends=np.stack((moved, left), axis=-1), open_at_cut=still_open)
        amounts = with_missing(table=table, known=table.amount)
        curve = cls(
            age=np.arange(len(moved)),
            at_risk=found.at_risk,
            hazard_moved=found.hazard[:, 0].copy(),
            hazard_left=found.hazard[:, 1].copy(),
            survival=found.survival,
            moved=found.ended[:, 0].copy(),
            left=found.ended[:, 1].copy(),
            variance=found.variance(cause=0),
            value=None if amounts is None else np.cumsum(found.before * amounts / found.watched),
        )
        for name in cls.__slots__:
            array = getattr(curve, name)
            if array is not None:
                array.flags.writeable = False
        return curve

    def at(self, *, days: int) -> float:
        """The share of passes that have moved on by that age; 0 before age 0, the last share beyond the last age."""
        return self._read(self.moved, days, before=0.0)

    def open_at(self, *, days: int) -> float:
        """The share of passes that are still open after that age."""
        return self._read(self.survival, days, before=1.0)

    def value_at(self, *, days: int) -> float | None:
        """The amount per entered pass that has come by that age, in the table's currency; None without any amount."""
        return None if self.value is None else self._read(self.value, days, before=0.0)

    def chance(self, *, age: int, days: int) -> float:
        """The chance that a pass still open after `age` moves on by age `days`; 0 where nobody is open."""
        still = self.open_at(days=age)
        return max(0.0, self.at(days=days) - self.at(days=age)) / still if still > 0 else 0.0

    def expected_value(self, *, age: int, days: int) -> float:
        """The amount to expect by age `days` from a pass still open after `age`, in the table's currency."""
        still, later, now = self.open_at(days=age), self.value_at(days=days), self.value_at(days=age)
        return (later - now) / still if still > 0 and later is not None and now is not None else 0.0

    def effective_passes(self, *, days: int) -> float:
        """How many passes, all seen to that age, would give the same standard error: n_eff = F(1-F)/Var(F).

        Where none or all moved there is no standard error; then it is the mean number at risk over the ages until then.
        """
        share, variance = self.at(days=days), self._read(self.variance, days, before=0.0)
        if _ROUNDING < share < 1 - _ROUNDING and variance > 0:
            return share * (1 - share) / variance
        watched = self.at_risk[: max(0, days) + 1]
        return float(watched.mean()) if len(watched) else 0.0

    def interval(self, *, days: int, method: Method = Method.MODIFIED_WILSON) -> Interval:
        """The 95 % interval of `at(days)`: a binomial one on `effective_passes`.

        The idea of an effective sample is related to M. P. Fay, E. H. Brittain and M. A. Proschan 2013, Pointwise
        confidence intervals for a survival distribution with small samples or heavy censoring,
        doi:10.1093/biostatistics/kxt016.
        """
        share = self.at(days=days)
        share = 0.0 if share <= _ROUNDING else 1.0 if share >= 1 - _ROUNDING else share
        return share_interval(share=share, passes=self.effective_passes(days=days), method=method)

    @property
    def identified_until(self) -> int | None:
        """The longest age at which at least `ENOUGH_AT_RISK` passes are watched; None where there is no such age."""
        ages = np.flatnonzero(self.at_risk >= ENOUGH_AT_RISK)
        return int(ages[-1]) if len(ages) else None

    @property
    def still_rising(self) -> bool:
        """Whether more moves have to be expected beyond the longest identified age.

        Not so when the curve gains less than `FLAT_GAIN` of its height in the last fifth of the identified ages, and
        that fifth was watched well enough: at the average pace of the ages before, passes there would have made
        `ENOUGH_EXPECTED` moves or more. After R. A. Maller and X. Zhou 1996, Survival Analysis with Long-Term
        Survivors.
        """
        longest = self.identified_until
        if longest is None or self.at(days=longest) <= 0:
            return True
        start = floor(FLAT_FROM * longest)
        height = self.at(days=longest)
        early, late = self.at_risk[: start + 1], self.at_risk[start + 1 : longest + 1]
        pace = float((self.hazard_moved[: start + 1] * early).sum()) / float(early.sum()) if early.sum() else 0.0
        flat = height - self.at(days=start) < FLAT_GAIN * height
        return not (flat and pace * float(late.sum()) >= ENOUGH_EXPECTED)

    def quantile(self, *, share: float, until: int | None = None) -> int | None:
        """The first age by which that share of those who move on by `until` have done so.

        `until` is the longest identified age unless given. None where nobody moves by then. Deals already won are no
        substitute: their average age is too low, because slow ones are not there yet.
        """
        until = self.identified_until if until is None else until
        height = 0.0 if until is None else self.at(days=until)
        if height <= 0:
            return None
        return int(np.argmax(self.moved >= share * height * (1 - _ROUNDING)))

    def restricted_mean(self, *, until: int | None = None) -> float | None:
        """The mean age at which those who move on by `until` do so, in days; None where nobody does."""
        until = self.identified_until if until is None else until
        height = 0.0 if until is None else self.at(days=until)
        if until is None or height <= 0:
            return None
        return sum(1 - self.at(days=day) / height for day in range(until))

    def _read(self, row: Floats, days: int, *, before: float) -> float:
        return float(row[min(days, len(row) - 1)]) if days >= 0 and len(row) else before


def with_missing(*, table: LifeTable, known: tuple[Fraction, ...]) -> Floats | None:
    """What was won at each age, amounts or their squares, where moves without an amount count with the mean of the known.

    The mean is that of the whole table, so that equal amounts stay equal whichever are missing. None where no moved
    pass carries an amount, or none has moved.
    """
    count = sum(table.amount_known)
    if count == 0:
        return None
    # Adding some hundred fractions takes longer than all the rest of a curve.
    sums = [float(amount) if amount else 0.0 for amount in known]
    missing = np.array(table.moved, dtype=np.float64) - np.array(table.amount_known, dtype=np.float64)
    return np.array(sums) + missing * (fsum(sums) / count)
