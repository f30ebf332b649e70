"""Who waits for a first word: open leads that no person has touched since they were handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision


def waiting(*, facts: Mapping[str, ir.Table], passes: ir.Table, at: datetime) -> ir.Table:
    """This returns one row for each open lead without a human touch at the instant `at`: `key`, `by`, `seconds` waited.

    Population: leads that were handed over to an owner by then with a known instant, neither won nor left. Waiting begins
    with the first hand-over; what the system took before it is on nobody's clock. Touches by a workflow do not count,
    neither do inbound ones. Leads known to the day only are left out: a day cannot feed a clock of hours.
    """
    now = ibis.timestamp(at.isoformat())
    handed, touches = facts["handovers"], facts["touches"]
    handed = handed.filter(
        (handed.subject_kind == "lead") & (handed.happened_at <= now) & (handed.precision == Precision.INSTANT.value)
    )
    since = handed.group_by(key=handed.subject).aggregate(since=handed.happened_at.min())
    touched = touches.filter(
        (touches.subject_kind == "lead")
        & (touches.happened_at <= now)
        & touches.human.fill_null(True)
        & (touches.direction.fill_null("outbound") != "inbound")
    )
    touched = touched.select(touched_key=touched.subject).distinct()
    stages = [name for name in passes.columns if name.startswith("s")]
    still_open = passes.filter(passes.left_on.isnull() & passes[stages[-1]].isnull() & (passes.deals == 0))
    joined = since.inner_join(still_open, "key").left_join(touched, [("key", "touched_key")])
    rows = joined.filter(joined.touched_key.isnull())
    return rows.select("key", "by", seconds=now.delta(rows.since, unit="second"))
