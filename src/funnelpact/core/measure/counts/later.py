"""What became of passes later, by the day on which they entered: the truth that rates of the past are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ibis.expr import types as ir

from funnelpact.core.measure.counts.rows import Segment, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDay:
    """Passes of a segment that entered on a day, and how many of them moved on at an age up to each horizon."""

    segment: Segment
    entered_on: date
    entered: int
    moved: tuple[int, ...]


def entry_days(*, passes: ir.Table, start: int, end: int, horizons: Sequence[int]) -> tuple[EntryDay, ...]:
    """This returns the passes that entered position `start`, by segment and day, in no order.

    `moved` counts those that reached position `end` within each of the `horizons` (days of age), as far as is known now: a
    pass younger than a horizon may still do so. Passes that run backwards are left out.
    """
    rows = passes.filter(passes[f"s{start}"].notnull() & ~passes.backwards)
    age = rows[f"s{end}"].delta(rows[f"s{start}"], unit="day")
    names = [f"moved_{days}" for days in horizons]
    counted = rows.group_by(segment=rows.by, day=rows[f"s{start}"]).aggregate(
        n=rows.count(),
        **{name: (age <= days).fill_null(False).sum() for name, days in zip(names, horizons, strict=True)},
    )
    return tuple(
        EntryDay(
            segment=row["segment"], entered_on=row["day"], entered=row["n"], moved=tuple(row[name] for name in names)
        )
        for row in rows_of(table=counted)
    )
