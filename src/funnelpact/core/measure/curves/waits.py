"""How long leads wait for an answer, counted over all of them: whoever still waits is watched until now, not dropped.

What is assumed: leads that are not watched longer would be answered, from then on, as those that are. How: the
product-limit estimator on a grid of seconds, minutes and hours (E. L. Kaplan and P. Meier 1958, Nonparametric estimation
from incomplete observations, doi:10.1080/01621459.1958.10501452), its variance Greenwood's, the interval Wilson's on the
effective number of leads. With competing ends it is Aalen and Johansen's: the share of all, those that close first among them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK, Curve
from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import NORMAL, Interval, share_interval
from funnelpact.core.terms.lifetable import LifeTable

_ROUNDING = 1e-12

HARDLY_ANY = 0.05
"""A share that at most so many leads could still move is told, even where few are watched that long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Leads by how long they waited, in seconds: until the answer, until the pass closed, or until now."""

    answered: Mapping[int, int] = field(default_factory=dict)
    closed: Mapping[int, int] = field(default_factory=dict)
    open: Mapping[int, int] = field(default_factory=dict)

    @property
    def leads(self) -> int:
        """All of them."""
        return sum(sum(part.values()) for part in (self.answered, self.closed, self.open))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaitCurve:
    """The share of leads answered by each wait: `seconds` are the waits at which something happened, in order."""

    waits: Waits
    seconds: tuple[int, ...]
    table: LifeTable
    curve: Curve

    @classmethod
    def of(cls, *, waits: Waits, competing: bool = False) -> WaitCurve:
        """The curve of the leads. Those that close first are watched until then, or, `competing`, will never be answered.

        >>> curve = WaitCurve.of(waits=Waits(answered={60: 20, 300: 20}, open={120: 40, 600: 20}))
        >>> [round(curve.share(seconds=at), 9) for at in (59, 60, 299, 300)]
        [0.0, 0.2, 0.2, 0.6]
        >>> curve.quantile(share=0.5)
        300
        """
        seconds = tuple(sorted({*waits.answered, *waits.closed, *waits.open}))
        moved = tuple(waits.answered.get(at, 0) for at in seconds)
        left = tuple(waits.closed.get(at, 0) if competing else 0 for at in seconds)
        cut = tuple(waits.open.get(at, 0) + (0 if competing else waits.closed.get(at, 0)) for at in seconds)
        table = LifeTable(
            entered=(waits.leads, *[0] * len(seconds))[: len(seconds)],
            moved=moved,
            left=left,
            open=cut,
            amount=(Fraction(0),) * len(seconds),
            amount_known=(0,) * len(seconds),
        )
        return cls(waits=waits, seconds=seconds, table=table, curve=Curve.from_table(table=table))

    def share(self, *, seconds: int) -> float:
        """The share of leads answered within that wait."""
        return self.curve.at(days=self._index(seconds))

    def interval(self, *, seconds: int) -> Interval:
        """The 95 % interval of that share."""
        index = self._index(seconds)
        # Before the first event all leads are watched.
        return self.curve.interval(days=index) if index >= 0 else share_interval(share=0.0, passes=self.waits.leads)

    def is_known(self, *, seconds: int) -> bool:
        """Whether the data can tell that share: enough leads are watched that long, hardly any was watched for less without
        an answer, or hardly any is left unanswered.
        """
        index = bisect_right(self.seconds, seconds - 1)
        watched = self.curve.at_risk[index] if index < len(self.seconds) else 0.0
        cut = sum(self.table.open[:index]) / self.waits.leads
        return bool(watched >= ENOUGH_AT_RISK or cut <= HARDLY_ANY or self.curve.open_at(days=index - 1) <= HARDLY_ANY)

    def answered_within(self, *, seconds: int) -> int:
        """Leads that were answered within that wait."""
        return sum(count for wait, count in self.waits.answered.items() if wait <= seconds)

    def watched_less(self, *, seconds: int) -> int:
        """Leads of which it is not known whether they will be answered within that wait: unanswered, watched for less."""
        return sum(count for wait, count in zip(self.seconds, self.table.open, strict=True) if wait < seconds)

    def quantile(self, *, share: float) -> int | None:
        """The wait within which that share of all leads is answered; None where fewer are, or where the data cannot tell."""
        return self._first([value >= share - 1e-12 for value in self.curve.moved.tolist()])

    def quantile_interval(self, *, share: float) -> tuple[int | None, int | None]:
        """The 95 % interval of that wait: the waits whose interval holds the share (R. Brookmeyer and J. Crowley 1982,
        A confidence interval for the median survival time, doi:10.2307/2530286). None where an end is not known.
        """
        low, high = self._bounds()
        return self._first((high >= share).tolist()), self._first((low >= share).tolist())

    def _bounds(self) -> tuple[Floats, Floats]:
        """The two ends of `interval` at each wait, all at once."""
        share, variance = self.curve.moved, self.curve.variance
        inside = (share > _ROUNDING) & (share < 1 - _ROUNDING) & (variance > 0)
        passes = np.where(inside, share * (1 - share) / np.where(inside, variance, 1.0), 1.0)
        middle = (share * passes + NORMAL**2 / 2) / (passes + NORMAL**2)
        reach = NORMAL / (passes + NORMAL**2) * np.sqrt(passes * share * (1 - share) + NORMAL**2 / 4)
        low, high = np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
        for index in np.flatnonzero(~inside).tolist():
            interval = self.curve.interval(days=index)
            low[index], high[index] = interval.low, interval.high
        return low, high

    def _first(self, reached: list[bool]) -> int | None:
        index = next((index for index, there in enumerate(reached) if there), None)
        if index is None or not self.is_known(seconds=self.seconds[index]):
            return None
        return self.seconds[index]

    def _index(self, seconds: int) -> int:
        return bisect_right(self.seconds, seconds) - 1
