"""What a source says now of a row that it has sent more than once, and how far its facts reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis.expr import types as ir


def said_last(*, table: ir.Table) -> ir.Table:
    """This returns the rows of a fact table that no later batch corrects, as an expression.

    A correction is a new row: whatever later batches say under one `source` and `source_id` stands for all that earlier
    ones said under it. Rows of one batch never replace each other. Filter by batch first to see what was known before.
    """
    return table.filter(table.batch == table.batch.max().over(group_by=["source", "source_id"]))


def newest_fact(*, facts: Mapping[str, ir.Table], learnt_at: datetime) -> datetime | None:
    """This returns the instant of the newest fact, None where there is none.

    What is dated after it was learnt (the expected end of an open deal) is no event yet, and counts only where there is
    nothing else.
    """
    found = []
    for table in facts.values():
        happened = table.happened_at <= ibis.timestamp(learnt_at.isoformat())
        row = table.aggregate(past=table.happened_at.max(where=happened), any=table.happened_at.max())
        found += row.to_pyarrow().to_pylist()
    past = [row["past"] for row in found if row["past"] is not None]
    return max(past or [row["any"] for row in found if row["any"] is not None], default=None)
