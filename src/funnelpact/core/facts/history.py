"""How far the facts of a source reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis.expr import types as ir


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
