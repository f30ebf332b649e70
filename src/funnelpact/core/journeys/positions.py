"""Stage labels as positions in the funnel."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.passes import LEFT
from funnelpact.core.journeys.stages import EXIT, FunnelMapping


def placed_moves(*, moves: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns the transitions with a column `position`: 0 … of the stage, `LEFT` for an exit, NULL for neither.

    Labels of leads and of deals are placed by their own part of the mapping.
    """
    where = {stage: number for number, stage in enumerate(mapping.funnel.stages)} | {EXIT: LEFT}
    lead, deal = (_cases(moves.label, labels, where) for labels in (mapping.lead_labels, mapping.deal_labels))
    nothing = ibis.null("int64")
    position = ibis.cases((moves.subject_kind == "lead", lead), (moves.subject_kind == "deal", deal), else_=nothing)
    return moves.mutate(position=position)


def _cases(label: ir.Value, labels: Mapping[str, str | None], where: Mapping[str, int]) -> ir.Value:
    branches = [
        (text, ibis.literal(where[stage], type="int64"))
        for text, stage in labels.items()
        if stage is not None and stage in where
    ]
    return label.cases(*branches, else_=ibis.null("int64")) if branches else ibis.null("int64")
