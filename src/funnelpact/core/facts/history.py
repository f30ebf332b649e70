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
    found = []
    for table in facts.values():
        happened = table.happened_at <= ibis.timestamp(learnt_at.isoformat())
        row = table.aggregate(past=table.happened_at.max(where=happened), any=table.happened_at.max())
        found += row.to_pyarrow().to_pylist()
    past = [row["past"] for row in found if row["past"] is not None]
    return max(past or [row["any"] for row in found if row["any"] is not None], default=None)


def newest_day(*, facts: Mapping[str, ir.Table], newest: datetime, zone: str) -> date:
    """This returns the newest day of a zone on which anything happened up to `newest`, the instant of the newest fact.

    What is known to the day only keeps its day in every zone.
    """
    if zone == "UTC":
        return newest.date()
    days = []
    for table in facts.values():
        by_then = table.happened_at <= ibis.timestamp(newest.isoformat())
        is_day = table.precision == Precision.DAY.value
        row = table.aggregate(
            day=table.happened_at.max(where=by_then & is_day), instant=table.happened_at.max(where=by_then & ~is_day)
        )
        for found in row.to_pyarrow().to_pylist():
            days += [found["day"].date()] if found["day"] else []
            days += [day_at(instant=found["instant"], zone=zone)] if found["instant"] else []
    return max(days, default=newest.date())
