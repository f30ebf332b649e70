"""The curves of many segments at once: what `Curve` is for one population, as arrays with one row a segment.

What is assumed: within a segment, passes that are still open today behave, from their age on, as older ones did at that
age. What is estimated: shares, values, times and their intervals by segment. How: `incidence`, one call for all.
When it fails: where few passes of a segment are old enough (`identified_until`), or none carries an amount (NaN).
Segments of a few dozen passes are better read together (`shrinkage`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK
from funnelpact.core.measure.curves.incidence import Floats, Incidence, gain_variance, incidence
from funnelpact.core.measure.curves.interval import Method, gain_intervals, share_intervals, student
from funnelpact.core.terms.lifetable import LifeTable

Ints = npt.NDArray[np.int64]

NONE = -1
"""An age that does not exist: nobody was watched, or nobody moved."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Passes counted by segment and whole day of age, 0 first; what a `LifeTable` is for one segment.

    `entered` (segments, ages): came under watch at that age; `ends` (segments, ages, causes): ended at it, the first
    cause being the move; `open_at_cut` (segments, ages): cut off at it. `amount`, `amount_known`, `squares`
    (segments, ages): the sum of the known amounts of the moves, how many moves carry one, the sum of the squared
    amounts; None where there are no amounts. Counts need not be whole.
    """

    entered: Floats
    ends: Floats
    open_at_cut: Floats
    amount: Floats | None = None
    amount_known: Floats | None = None
    squares: Floats | None = None

    @classmethod
    def from_tables(cls, *, tables: Sequence[LifeTable], squares: Sequence[Sequence[Fraction]] | None = None) -> Counts:
        """Life tables as one set of arrays, a segment each, the short ones filled up with ages that nobody reached.

        `squares` holds for each table the sum of the squared amounts of each age.
        """
        ages = max((len(table.moved) for table in tables), default=0)

        def rows(parts: Iterable[Sequence[int | Fraction]]) -> Floats:
            filled = [[float(count) if count else 0.0 for count in part] + [0.0] * (ages - len(part)) for part in parts]
            return np.array(filled, dtype=np.float64).reshape(len(tables), ages)

        return cls(
            entered=rows(table.entered for table in tables),
            ends=np.stack((rows(table.moved for table in tables), rows(table.left for table in tables)), axis=-1),
            open_at_cut=rows(table.open for table in tables),
            amount=rows(table.amount for table in tables),
            amount_known=rows(table.amount_known for table in tables),
            squares=None if squares is None else rows(squares),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Curves by segment. `found` holds what `Incidence` holds, (segments, ages) or (segments, ages, causes).

    `moved` and its `variance` (segments, ages) are those of the first cause. `value` (segments, ages): amount per
    entered pass that has come by then; `second`: the same for squared amounts, None without squares; NaN where no move
    of a segment carries an amount. `known` (segments, ages): how many moves so far
    carry one. Beyond the last age all stay as they are.
    """

    found: Incidence
    moved: Floats
    variance: Floats
    value: Floats | None
    second: Floats | None
    value_variance: Floats | None
    known: Floats | None

    @classmethod
    def from_counts(cls, *, counts: Counts) -> Curves:
        """The curves of all segments; equal to `Curve.from_table` for each of them. Raises `LifeTableBroken`.

        A move without an amount counts with the mean of the known amounts of its segment.

        >>> two = Counts(entered=np.array([[4.0, 0, 0], [2, 0, 0]]), open_at_cut=np.array([[0.0, 1, 0], [0, 0, 2]]),
        ...              ends=np.array([[[1.0, 0], [0, 1], [1, 0]], [[0, 0], [0, 0], [0, 0]]]))
        >>> Curves.from_counts(counts=two).moved.tolist()
        [[0.25, 0.25, 0.75], [0.0, 0.0, 0.0]]
        """
        found = incidence(entered=counts.entered, ends=counts.ends, open_at_cut=counts.open_at_cut)
        value = second = variance = None
        if counts.amount is not None and counts.amount_known is not None:
            watched, known, moved = found.watched, counts.amount_known, counts.ends[..., 0]
            mean = _with_missing(sums=counts.amount, known=known, moved=moved) / watched
            value = np.cumsum(found.before * mean, axis=-1)
            if counts.squares is not None:
                square = _with_missing(sums=counts.squares, known=known, moved=moved) / watched
                second = np.cumsum(found.before * square, axis=-1)
                variance = gain_variance(mean=mean, square=square, ending=found.ending, at_risk=watched)
        return cls(
            found=found,
            moved=found.ended[..., 0],
            variance=found.variance(cause=0),
            value=value,
            second=second,
            value_variance=variance,
            known=None if counts.amount_known is None else np.cumsum(counts.amount_known, axis=-1),
        )

    def at(self, *, days: int) -> Floats:
        """The share of each segment that has moved on by that age, (segments,)."""
        return _read(self.moved, days, before=0.0)

    def open_at(self, *, days: int) -> Floats:
        """The share of each segment that is still open after that age."""
        return _read(self.found.survival, days, before=1.0)

    def value_at(self, *, days: int) -> Floats:
        """The amount per entered pass of each segment that has come by that age; NaN where no amount is known."""
        return _read(np.full_like(self.moved, np.nan) if self.value is None else self.value, days, before=0.0)

    def chance(self, *, age: int, days: int) -> Floats:
        """The chance that a pass still open after `age` moves on by age `days`; 0 where nobody is open."""
        still = self.open_at(days=age)
        gain = np.maximum(0.0, self.at(days=days) - self.at(days=age))
        return np.where(still > 0, gain / np.where(still > 0, still, 1.0), 0.0)

    def effective_passes(self, *, days: int) -> Floats:
        """How many passes, all seen to that age, would give the same standard error; as in `Curve`."""
        share, variance = self.at(days=days), _read(self.variance, days, before=0.0)
        known = (share > _ROUNDING) & (share < 1 - _ROUNDING) & (variance > 0)
        watched = self.found.at_risk[:, : max(0, days) + 1]
        plain = watched.mean(axis=1) if watched.shape[1] else np.zeros(len(watched))
        return np.where(known, share * (1 - share) / np.where(known, variance, 1.0), plain)

    def interval(self, *, days: int, method: Method = Method.MODIFIED_WILSON) -> tuple[Floats, Floats]:
        """The two ends of the 95 % interval of `at(days)` of each segment, also of those where nobody has moved."""
        share = self.at(days=days)
        share = np.where(share <= _ROUNDING, 0.0, np.where(share >= 1 - _ROUNDING, 1.0, share))
        return share_intervals(share=share, passes=self.effective_passes(days=days), method=method)

    def value_interval(self, *, days: int) -> tuple[Floats, Floats]:
        """The two ends of the 95 % interval of `value_at(days)`; NaN where there is no value above 0 or no squares."""
        low = np.full(len(self.moved), np.nan)
        high = low.copy()
        if self.second is None or self.value_variance is None or self.known is None:
            return low, high
        value = self.value_at(days=days)
        some = value > 0
        low[some], high[some] = gain_intervals(
            gained=value[some],
            second=_read(self.second, days, before=0.0)[some],
            variance=_read(self.value_variance, days, before=0.0)[some],
            moved=self.at(days=days)[some],
            moved_variance=_read(self.variance, days, before=0.0)[some],
            known=_read(self.known, days, before=0.0)[some],
            passes=self.effective_passes(days=days)[some],
        )
        return low, high

    def identified_until(self) -> Ints:
        """The longest age of each segment at which `ENOUGH_AT_RISK` passes are watched, `NONE` where there is none."""
        enough = self.found.at_risk >= ENOUGH_AT_RISK
        last = enough.shape[1] - 1 - np.argmax(enough[:, ::-1], axis=1)
        return np.where(enough.any(axis=1), last, NONE)

    def quantile(self, *, share: float | Floats, until: int | Ints) -> Ints:
        """The first age by which that share of those who move on by `until` have done so; `NONE` where nobody does.

        `share` and `until` may differ by segment, (segments,).
        """
        last = np.clip(np.broadcast_to(np.asarray(until), len(self.moved)), NONE, self.moved.shape[1] - 1)
        height = np.where(last >= 0, np.take_along_axis(self.moved, np.maximum(last, 0)[:, None], axis=1)[:, 0], 0.0)
        first = np.argmax(self.moved >= (share * height * (1 - _ROUNDING))[:, None], axis=1)
        return np.where(height > 0, first, NONE)

    def quantile_interval(self, *, share: float, days: int) -> tuple[Ints, Ints]:
        """The two ends of the 95 % interval of `quantile(share, until=days)` in days; `NONE` where nobody moves by then.

        An age is possible while the share of the moves that are there by it differs from `share` by no more than chance
        allows, on an effective number of moves: what Greenwood's variance gives, at most (Σw)² / Σw² with the weight w of
        a move of each age; by Student's t, the variance being an estimate. Where even all of the few moves seen differ by less, no age up to the horizon is too high.
        Sources: R. Brookmeyer and J. Crowley 1982, A confidence interval for the median survival time,
        doi:10.2307/2530286; L. Kish 1965, Survey Sampling.
        """
        if self.moved.shape[1] == 0:
            nowhere = np.full(len(self.moved), NONE)
            return nowhere, nowhere
        effective = np.minimum(self._kish_moves(days=days), self._moves_by_variance(share=share, days=days))
        reach = student(passes=effective)
        spread = reach * np.sqrt(share * (1 - share) / np.maximum(effective, 1e-300))
        low = self.quantile(share=np.maximum(share - spread, 0.0), until=days)
        high = self.quantile(share=np.minimum(share + spread, 1.0), until=days)
        return low, np.where((high != NONE) & (share + spread >= 1), days, high)

    def _kish_moves(self, *, days: int) -> Floats:
        weight = (self.found.before / self.found.watched)[:, : days + 1]
        moved = (self.found.hazard[..., 0] * self.found.watched)[:, : days + 1]
        squares = (moved * weight**2).sum(axis=1)
        sums: Floats = (moved * weight).sum(axis=1) ** 2
        return np.where(squares > 0, sums / np.where(squares > 0, squares, 1.0), 0.0)

    def _moves_by_variance(self, *, share: float, days: int) -> Floats:
        """Moves with which a plain proportion would vary as `F(age)/F(days)` does at the age that is the answer."""
        answer = self.quantile(share=share, until=days)[:, None]
        gain = np.where(np.arange(self.moved.shape[1]) <= answer, 1 - share, -share)[:, : days + 1]
        hazard = self.found.hazard[:, : days + 1, 0]
        variance = gain_variance(
            mean=gain * hazard,
            square=gain**2 * hazard,
            ending=self.found.ending[:, : days + 1],
            at_risk=self.found.watched[:, : days + 1],
        )[:, -1]
        some = variance > 0
        return np.where(some, share * (1 - share) * self.at(days=days) ** 2 / np.where(some, variance, 1.0), np.inf)


def _read(rows: Floats, days: int, *, before: float) -> Floats:
    if days < 0 or rows.shape[1] == 0:
        return np.full(len(rows), before)
    return rows[:, min(days, rows.shape[1] - 1)]


def _with_missing(*, sums: Floats, known: Floats, moved: Floats) -> Floats:
    """What was won at each age, moves without an amount counted with the mean of the known ones; NaN without any."""
    count = known.sum(axis=1, keepdims=True)
    mean = np.where(count > 0, sums.sum(axis=1, keepdims=True) / np.where(count > 0, count, 1.0), np.nan)
    return sums + (moved - known) * mean
