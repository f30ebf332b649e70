"""Several ways through the funnel at once, each as a life table by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ibis.expr import types as ir

from funnelpact.core.measure.counts.cells import Marks
from funnelpact.core.measure.counts.lives import StepCounts
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.measure.counts.taken import lives_of, tables_of


def ways(
    *, passes: ir.Table, steps: Sequence[tuple[int, int]], as_of: date, observed_from: date | None = None
) -> dict[tuple[int, int], Mapping[Segment, StepCounts]]:
    """This returns, for each pair of positions, the life tables by segment; population as in `taken.step_counts`."""
    taken = lives_of(passes=passes, steps=steps, marks=Marks(as_of=as_of), since=observed_from)
    return {step: tables_of(lives=found) for step, found in zip(steps, taken, strict=True)}
