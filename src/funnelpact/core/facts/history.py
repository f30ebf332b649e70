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
    happened = [table.select(at=table.happened_at) for table in facts.values()]
    every = ibis.union(*happened) if len(happened) > 1 else happened[0]
    past = every.at <= ibis.timestamp(learnt_at.isoformat())
    row = every.aggregate(past=every.at.max(where=past), any=every.at.max()).to_pyarrow().to_pylist()[0]
    newest: datetime | None = row["past"] or row["any"]
    return newest
