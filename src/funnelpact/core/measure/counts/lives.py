"""The cells of one step in one segment, and the life tables and small counts that follow from them by adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.counts.cells import LEFT, MOVED, OPEN, UNSEEN, Marks
from funnelpact.core.measure.counts.rows import CENTS
from funnelpact.core.measure.curves.observation import Entries
from funnelpact.core.terms.lifetable import LifeTable

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ENDS, AMOUNTS, ENTRIES = 0, 1, 2
"""What a row of cells tells of."""
PLACES = 10**4
"""Amounts are counted in ten-thousandths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """What was counted of one step in one segment: the life table, and for each age the sum of squared amounts."""

    table: LifeTable
    squares: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings:
    """How many passes moved on and how many left on the days of a period, whenever they had entered."""

    moved: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEnough:
    """How many passes entered long enough ago, and how many of them moved on in time."""

    entered: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The won deals of a segment: passes won, those of them with an amount, their total and the sum of the squares."""

    won: int
    count: int
    total: Fraction
    squares: Fraction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lives:
    """The cells of one step in one segment, as columns; `kind` says what a row tells of.

    Columns of whole numbers as in `counts.cells`, 0 where a row has none; `amount` in ten-thousandths and `squares` in
    square cents are Python's own integers. Population: the passes of the step; those that closed before they came under
    watch are in `passes`, `waited` and `unseen` only.
    """

    marks: Marks
    kind: Ints
    numbers: Mapping[str, Ints]
    amount: npt.NDArray[np.object_]
    squares: npt.NDArray[np.object_]

    @property
    def passes(self) -> int:
        """All passes that entered, whether or not they closed unseen."""
        return self._sum("n", self.kind == ENDS)

    @property
    def unseen(self) -> int:
        """Passes that closed before they came under watch."""
        return self._sum("n", (self.kind == ENDS) & (self.numbers["cause"] == UNSEEN))

    @property
    def waited(self) -> int:
        """Passes that were not in the next position on the day of their entry, too."""
        at_once = (self.numbers["cause"] == MOVED) & (self.numbers["age"] == 0)
        return self.passes - self._sum("n", (self.kind == ENDS) & at_once)

    @property
    def first_closing(self) -> date | None:
        """The first day on which a pass under watch moved or left; None where none has. Needs marks with a window."""
        closed = self.numbers["first"][self.kind == ENTRIES]
        return self.marks.as_of - timedelta(days=int(closed.max()) - 1) if closed.any() else None

    def counts(self) -> StepCounts:
        """The life table of all passes under watch. Amounts are counted on steps to the last position only."""
        return self._table(np.ones(len(self.kind), dtype=np.bool_), ages=self.numbers["late"], entered="seen")

    def window(self) -> StepCounts:
        """The life table of the window: who was under watch in it, from the age at which they came into it.

        What ended before the window is not in it, so it shows how passes of every age behave now. Needs marks with a window.
        """
        ages = np.maximum(self.numbers["late"], self.numbers["ago"] - (self.marks.window_days - 1))
        return self._table(
            (self.kind == ENTRIES) | (self.numbers["recent"] >= 1), ages=np.maximum(ages, 0), entered="inside"
        )

    def cohorts(self) -> dict[date, StepCounts]:
        """The life tables by month of entry, each under the first day of it. Needs marks with a window."""
        day = np.datetime64(self.marks.as_of, "D") - self.numbers["ago"].astype("timedelta64[D]")
        of_entries = day.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        months = np.where(self.kind == ENTRIES, of_entries, self.numbers["month"])
        return {
            date(month // 12, month % 12 + 1, 1): self._table(
                months == month, ages=self.numbers["late"], entered="seen"
            )
            for month in np.unique(months).tolist()
        }

    def closings(self) -> Closings:
        """What moved on and what left in the period. Needs marks with a period."""
        ended = (self.kind == ENDS) & (self.numbers["recent"] == 2)
        moved, left = (self._sum("n", ended & (self.numbers["cause"] == cause)) for cause in (MOVED, LEFT))
        return Closings(moved=moved, left=left)

    def old_enough(self, *, days: int) -> OldEnough:
        """The passes that entered that many days before `as_of` or earlier, and those of them that moved by that age.

        `days` is one of the ripe days of the marks.
        """
        seen = (self.kind == ENDS) & (self.numbers["cause"] != UNSEEN)
        ripe = seen & (self.numbers["ripe"] > self.marks.ripe_days.index(days))
        moved = ripe & (self.numbers["cause"] == MOVED) & (self.numbers["age"] <= days)
        return OldEnough(entered=self._sum("n", ripe), moved=self._sum("n", moved))

    def orders(self) -> Orders:
        """What was won, where the step is that from the last position to itself."""
        paid = self.kind == AMOUNTS
        return Orders(
            won=self.passes,
            count=self._sum("known", paid),
            total=Fraction(int(self.amount[paid].sum()), PLACES),
            squares=Fraction(int(self.squares[paid].sum()), CENTS**2),
        )

    def entries(self) -> tuple[Entries, ...]:
        """The passes under watch by day of entry. Needs marks with a window."""
        of = self.kind == ENTRIES
        rows = zip(*(self.numbers[name][of].tolist() for name in ("ago", "late", "seen")), strict=True)
        return tuple(
            Entries(day=self.marks.as_of - timedelta(days=ago), late=late, count=count)
            for ago, late, count in sorted(rows, reverse=True)
            if count
        )

    def newest(self) -> int | None:
        """How many days before `as_of` the newest pass entered; None where none has. Needs marks with a window."""
        ago = self.numbers["ago"][self.kind == ENTRIES]
        return int(ago.min()) if len(ago) else None

    def arrivals(self, *, newest: int, days: int) -> int:
        """The passes that entered in so many days, the last of which is `newest` days before `as_of`."""
        ago = self.numbers["ago"]
        return self._sum("n", (self.kind == ENTRIES) & (ago >= newest) & (ago < newest + days))

    def without(self, other: Lives) -> Lives:
        """What is left without the passes of `other`, all of which are among these; `first_closing` stays as it is."""
        counts = ("n", "known", "seen", "inside")
        numbers = {
            name: np.concatenate((row, -other.numbers[name] if name in counts else other.numbers[name]))
            for name, row in self.numbers.items()
        }
        return Lives(
            marks=self.marks,
            kind=np.concatenate((self.kind, other.kind)),
            numbers=numbers,
            amount=np.concatenate((self.amount, -other.amount)),
            squares=np.concatenate((self.squares, -other.squares)),
        )

    def _sum(self, name: str, where: Flags) -> int:
        return int(self.numbers[name][where].sum())

    def _table(self, where: Flags, *, ages: Ints, entered: str) -> StepCounts:
        """The life table of some rows, who came under watch at `ages`, so many as `entered` counts."""
        seen = where & (self.numbers["cause"] != UNSEEN)
        ends = {
            cause: self._by_age("n", seen & (self.kind == ENDS) & (self.numbers["cause"] == cause))
            for cause in (OPEN, MOVED, LEFT)
        }
        last = max((int(row.nonzero()[0][-1]) for row in ends.values() if row.any()), default=0)
        # Without a window the ends themselves tell who came late.
        entered, rows = (entered, ENTRIES) if self.marks.window_days else ("n", ENDS)
        later = seen & (self.kind == rows) & (ages > 0) & (self.numbers[entered] != 0)
        came = np.zeros(max(last, int(ages[later].max(initial=0))) + 1, dtype=np.int64)
        np.add.at(came, ages[later], self.numbers[entered][later])
        came[0] = sum(int(row.sum()) for row in ends.values()) - int(came.sum())
        paid = seen & (self.kind == AMOUNTS)
        table = LifeTable(
            entered=_padded(came, last),
            moved=_padded(ends[MOVED], last),
            left=_padded(ends[LEFT], last),
            open=_padded(ends[OPEN], last),
            amount=self._exact(self.amount, paid, last, PLACES),
            amount_known=_padded(self._by_age("known", paid), last),
        )
        return StepCounts(table=table, squares=self._exact(self.squares, paid, last, CENTS**2))

    def _by_age(self, name: str, where: Flags) -> Ints:
        ages = self.numbers["age"][where]
        counts = np.zeros(int(ages.max(initial=0)) + 1, dtype=np.int64)
        np.add.at(counts, ages, self.numbers[name][where])
        return counts

    def _exact(self, row: npt.NDArray[np.object_], where: Flags, last: int, parts: int) -> tuple[Fraction, ...]:
        sums = [0] * (last + 1)
        for age, value in zip(self.numbers["age"][where].tolist(), row[where].tolist(), strict=True):
            if age <= last:
                sums[age] += value
        return tuple(Fraction(value, parts) for value in sums)


def _padded(row: Ints, last: int) -> tuple[int, ...]:
    kept = row[: last + 1].tolist()
    return (*kept, *[0] * (last + 1 - len(kept)))
