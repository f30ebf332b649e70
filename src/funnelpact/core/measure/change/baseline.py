"""What moves are expected from: life tables of days on which all was well, and who arrived on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from funnelpact.core.measure.counts.exposures import BySegment
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The passes of each step and of the whole `way` by segment."""

    steps: tuple[tuple[Step, BySegment], ...]
    way: tuple[Step, BySegment]

    @property
    def charted(self) -> tuple[tuple[Step, BySegment], ...]:
        """The steps, and the way where it is not the only step."""
        return (*self.steps, self.way) if len(self.steps) > 1 else self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The life tables of a period by step and by segment, and the passes that entered the way in it by segment.

    Whoever agrees on rates can keep these and hand them in later: nothing else of the period is needed.
    """

    period: Period
    tables: Mapping[Step, Mapping[Segment, LifeTable]]
    arrivals: Mapping[Segment, int]

    def table(self, *, step: Step, segment: Segment) -> LifeTable | None:
        """The life table of a segment in a step; None where nobody was under watch."""
        return self.tables.get(step, {}).get(segment)


def baseline_of(*, counted: Counted, period: Period) -> Baseline:
    """This returns the baseline of a period: exposure and moves on its days, from whoever was under watch on them."""
    way = counted.way[1]
    return Baseline(
        period=period,
        tables={step: tables_in(passes=passes, period=period) for step, passes in (*counted.steps, counted.way)},
        arrivals={name: one.arrivals(period=period) for name, one in way.items()},
    )


def tables_in(*, passes: BySegment, period: Period) -> dict[Segment, LifeTable]:
    """This returns the life table of the period for each segment of which anybody was under watch in it."""
    tables = {name: one.table(period=period) for name, one in passes.items()}
    return {name: table for name, table in tables.items() if table.passes}


def merged(*, tables: Sequence[LifeTable]) -> LifeTable:
    """This returns life tables as one, which is that of their passes together."""
    size = max((len(table.moved) for table in tables), default=1)

    def added(rows: Sequence[Sequence[int]]) -> tuple[int, ...]:
        return tuple(sum(row[age] for row in rows if age < len(row)) for age in range(size))

    def amounts() -> tuple[Fraction, ...]:
        rows = [table.amount for table in tables]
        return tuple(sum((row[age] for row in rows if age < len(row)), Fraction(0)) for age in range(size))

    return LifeTable(
        entered=added([table.entered for table in tables]),
        moved=added([table.moved for table in tables]),
        left=added([table.left for table in tables]),
        open=added([table.open for table in tables]),
        amount=amounts(),
        amount_known=added([table.amount_known for table in tables]),
    )
