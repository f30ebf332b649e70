"""Passes by day of entry and age of end: from these follow who was under watch, and who moved, on any day at any age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import ibis
import numpy as np
import numpy.typing as npt
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.measure.counts.cells import LEFT, MOVED, OPEN, Marks, StepRows
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.period import Period

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_COLUMNS = ("ago", "late", "age", "cause", "n")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """Passes of one step and segment, one row for those alike: entered `ago` days before `as_of`, under watch from the age
    `late` on, ended at `age` by `cause` (open ones are cut off there); `n` passes.
    """

    as_of: date
    ago: Ints
    late: Ints
    age: Ints
    cause: Ints
    n: Ints

    @classmethod
    def joined(cls, *, parts: Sequence[Exposure]) -> Exposure:
        """The passes of several together; there is at least one."""
        names = ("ago", "late", "age", "cause", "n")
        return cls(
            as_of=parts[0].as_of,
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names},
        )

    @property
    def first_entry(self) -> date:
        """The day on which the first of them entered."""
        return date.fromordinal(self.as_of.toordinal() - int(self.ago.max()))

    def arrivals(self, *, period: Period) -> int:
        """How many entered in the period."""
        start, end = self.ages(period=period)
        return int(self.n[(start <= 0) & (end > 0)].sum())

    def table(self, *, period: Period) -> LifeTable:
        """The life table of the period: moves and exits of its days, from passes under watch on them; others are cut off.

        A pass comes into it at the age it had on the first day, or at which it came under watch later. No amounts.
        """
        first, last, inside = self.watched(period=period)
        n, closed = self.n[inside], (self.age <= last)[inside]
        cause = np.where(closed, self.cause[inside], OPEN)
        came, went = first[inside], np.minimum(last, self.age)[inside]
        size = int(went.max(initial=0)) + 1

        def by_age(ages: Ints, counts: Ints) -> tuple[int, ...]:
            row = np.zeros(size, dtype=np.int64)
            np.add.at(row, ages, counts)
            return tuple(row.tolist())

        return LifeTable(
            entered=by_age(came, n),
            moved=by_age(went, n * (cause == MOVED)),
            left=by_age(went, n * (cause == LEFT)),
            open=by_age(went, n * (cause == OPEN)),
            amount=(Fraction(0),) * size,
            amount_known=(0,) * size,
        )

    def ages(self, *, period: Period) -> tuple[Ints, Ints]:
        """The ages on the first day of the period and on the day after it; negative before the entry."""
        start, end = ((self.as_of - day).days for day in (period.start, period.end))
        return self.ago - start, self.ago - end

    def watched(self, *, period: Period) -> tuple[Ints, Ints, Flags]:
        """The first and the last age at which a pass can be watched in the period, and whether it was at all."""
        start, end = self.ages(period=period)
        first, last = np.maximum(np.maximum(start, self.late), 0), end - 1
        return first, last, (first <= last) & (first <= self.age)


BySegment: TypeAlias = Mapping[Segment, Exposure]


def exposures(
    *,
    passes: ir.Table,
    steps: Sequence[tuple[int, int]],
    as_of: date,
    since: date | None = None,
    first: date | None = None,
) -> tuple[BySegment, ...]:
    """This returns for each step between positions the passes of each segment, and of `ALL`, as `Exposure` counts them.

    Population: passes that entered the first position by the end of `as_of`, from `since` on where it is given, do not run
    backwards, did not close before they came under watch, and had not ended before `first` where it is given. It is one
    statement; its rows are at most the passes, and at most days × ages × ends of each segment.
    """
    parts = []
    for number, (start, end) in enumerate(steps):
        rows = passes.filter(~passes.backwards & passes[f"s{start}"].notnull())
        rows = rows.filter(rows[f"s{start}"] >= ibis.literal(since)) if since else rows
        step = StepRows(rows=rows, start=start, end=end, marks=Marks(as_of=as_of))
        one = rows.select(
            step=ibis.literal(number, "int64"),
            segment=rows.by,
            ago=ibis.literal(as_of).delta(step.entered, unit="day"),
            late=step.late,
            age=step.age,
            cause=step.cause.cast("int64"),
            seen=~step.unseen & (step.ended >= ibis.literal(first) if first else ibis.literal(True)),
        )
        kept = one.filter(one.seen).drop("seen")
        parts.append(kept.group_by(*kept.columns).aggregate(n=kept.count()))
    table = stacked(tables=parts).to_pyarrow()
    step_of = np.asarray(table["step"].to_numpy(zero_copy_only=False), dtype=np.int64)
    numbers = {name: np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.int64) for name in _COLUMNS}
    segments = table["segment"].to_pylist()
    places = {name: place for place, name in enumerate(dict.fromkeys(segments))}
    place_of = np.array([places[name] for name in segments], dtype=np.int64)
    found = []
    for number in range(len(steps)):
        here = step_of == number
        chosen = {ALL: here} | {name: here & (place_of == place) for name, place in places.items()}
        found.append(
            {
                name: Exposure(as_of=as_of, **{column: row[rows] for column, row in numbers.items()})
                for name, rows in chosen.items()
                if rows.any()
            }
        )
    return tuple(found)
