"""How far the facts of a source reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.terms.period import day_at


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


def newest_day(*, facts: Mapping[str, ir.Table], newest: datetime, zone: str) -> date:
    """This returns the newest day of a zone on which anything happened up to `newest`, the instant of the newest fact.

    What is known to the day only keeps its day in every zone.
    """
    if zone == "UTC":
        return newest.date()
    rows = [
        table.select(at=table.happened_at, is_day=table.precision == Precision.DAY.value) for table in facts.values()
    ]
    every = ibis.union(*rows) if len(rows) > 1 else rows[0]
    every = every.filter(every.at <= ibis.timestamp(newest.isoformat()))
    found = every.group_by("is_day").aggregate(last=every.at.max()).to_pyarrow().to_pylist()
    return max(row["last"].date() if row["is_day"] else day_at(instant=row["last"], zone=zone) for row in found)
