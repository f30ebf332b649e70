"""Who waits for a first word: open leads that no person has touched since they were handed over."""

from __future__ import annotations

from datetime import datetime

from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import instant


def waiting(*, passes: ir.Table, at: datetime) -> ir.Table:
    """This returns one row for each open pass without a human touch at the instant `at`: `key`, `by`, `seconds` waited.

    Population: passes of leads that were handed over to an owner by then with a known instant, neither won nor left, without
    a deal. Waiting begins with the first hand-over; what the system took before it is on nobody's clock. Touches by a
    workflow do not count, neither do inbound ones. Passes handed over on a day without an instant are left out: a day
    cannot feed a clock of hours.
    """
    last = max(
        (name for name in passes.columns if name[0] == "s" and name[1:].isdigit()), key=lambda name: int(name[1:])
    )
    still_open = passes.left_on.isnull() & passes[last].isnull() & (passes.deals == 0)
    untouched = (passes.attempts == 0) | (passes.first_touch_at > instant(at=at)).fill_null(False)
    rows = passes.filter(still_open & untouched & (passes.handed_at <= instant(at=at)))
    return rows.select("key", "by", seconds=instant(at=at).delta(rows.handed_at, unit="second"))
