"""Several ways through the funnel at once, each as a life table by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ibis.expr import types as ir

from funnelpact.core.measure.counts.lives import StepCounts, step_counts
from funnelpact.core.measure.counts.rows import Segment


def ways(
    *, passes: ir.Table, steps: Sequence[tuple[int, int]], as_of: date, observed_from: date | None = None
) -> dict[tuple[int, int], Mapping[Segment, StepCounts]]:
    """This returns, for each pair of positions, the life tables of `step_counts`; population and arguments are its."""
    return {
        (start, end): step_counts(passes=passes, start=start, end=end, as_of=as_of, observed_from=observed_from)
        for start, end in steps
    }
