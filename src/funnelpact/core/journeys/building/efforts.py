"""Where one pass of a lead ends and the next begins: on a return after an exit, or after long silence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import instant, naive
from funnelpact.core.journeys.building.moves import LEFT
from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.journeys.mapping import FunnelMapping

_FOREVER = datetime(2200, 1, 1, tzinfo=UTC)
_ENTRY, _EXIT, _OPENED, _WON, _LOST, _CAME, _TOUCHED, _CREATED = range(8)


def later_passes(
    *, facts: Mapping[str, ir.Table], moves: ir.Table, deals: ir.Table, leads: ir.Table, mapping: FunnelMapping
) -> ir.Table:
    """This returns the second and every further pass of a lead: `lead_nr`, `pass`, `from_at`, `until_at` (for the last: the end of time).

    A pass opens after the creation where a lead that has left, with no deal open, enters a position, gets a deal or comes back by itself more
    than `reopen_days` after its exit; and where it comes back by itself after `silent_days` in which nobody did anything,
    the lead was not created and no deal was open. `leads` has `nr` and `created_at`.
    """
    events = _events(facts=facts, moves=moves, deals=deals)
    chosen = _that_may_return(events=events, leads=leads, mapping=mapping)
    created = _event(leads, leads.nr, leads.created_at, ibis.literal(_CREATED))
    told = stacked(tables=[events, _touches(facts), created]).semi_join(chosen, "nr")
    before = ibis.window(group_by="nr", order_by=["at", "what"], preceding=(None, 1))
    opens, closes = told.what == _OPENED, told.what.isin([_WON, _LOST])
    seen = told.mutate(
        last_at=told["at"].max().over(before),
        out_at=told["at"].max(where=told.what.isin([_EXIT, _LOST])).over(before),
        in_at=told["at"].max(where=told.what.isin([_ENTRY, _OPENED, _WON])).over(before),
        was_created=(told.what == _CREATED).any().over(before).fill_null(False),
        open_deals=(opens.cast("int64") - closes.cast("int64")).sum().over(before).fill_null(0),
    )
    out = seen.out_at.notnull() & (seen.in_at.isnull() | (seen.out_at >= seen.in_at))
    came_back = seen.what.isin([_ENTRY, _OPENED, _CAME]) & out & _after(seen["at"], seen.out_at, mapping.reopen_days)
    long_silent = (seen.what == _CAME) & _after(seen["at"], seen.last_at, mapping.silent_days)
    # What a source dates before the lead belongs to its first pass, whatever it says.
    free = seen.filter(seen.was_created & (seen.open_deals <= 0) & (came_back | long_silent.fill_null(False)))
    anew = long_silent.fill_null(False)
    # One exit is followed by one return: what comes after it belongs to the pass that the return opened.
    returns = free.filter(~anew).group_by("nr", "out_at").aggregate(from_at=free["at"].min())
    begun = stacked(
        tables=[
            returns.select(lead_nr="nr", from_at="from_at"),
            free.filter(anew).select(lead_nr="nr", from_at="at"),
        ],
        distinct=True,
    )
    in_order = ibis.window(group_by="lead_nr", order_by="from_at")
    return begun.mutate(
        **{"pass": ibis.row_number().over(in_order) + 2},
        # A plain comparison is what engines hash on; a condition with OR would compare every row with every pass.
        until_at=begun.from_at.lead().over(in_order).fill_null(instant(at=_FOREVER)),
    )


def pass_of(*, rows: ir.Table, later: ir.Table, nr: str, at: str) -> ir.Table:
    """This returns rows of leads with the number of the `pass` that their instant falls into, 1 being the first."""
    # A view, because joins on what another join computed cannot be chained.
    rows = rows.view()
    names = {"later_nr": "lead_nr", "later_number": "pass", "later_from": "from_at", "later_until": "until_at"}
    bounds = later.select(**names)
    inside = [
        (nr, "later_nr"),
        rows[at] >= bounds.later_from,
        rows[at] < bounds.later_until,
    ]
    joined = rows.left_join(bounds, inside)
    found = joined.mutate(**{"pass": joined.later_number.fill_null(1)})
    return found.drop("later_nr", "later_number", "later_from", "later_until")


def _events(*, facts: Mapping[str, ir.Table], moves: ir.Table, deals: ir.Table) -> ir.Table:
    of_leads = moves.filter(moves.record == "lead")
    came = facts["engagements"]
    ours = deals.filter(deals.lead_nr.notnull())
    won = ours[[name for name in ours.columns if name.startswith("t")][-1]]
    ended = ours.mutate(ended_at=ibis.coalesce(won, ours.left_at), is_won=won.notnull())
    ended = ended.filter(ended.ended_at.notnull())
    return stacked(
        tables=[
            _event(of_leads, of_leads.nr, of_leads["at"], ibis.ifelse(of_leads.position == LEFT, _EXIT, _ENTRY)),
            _event(ours, ours.lead_nr, ours.opened_at, ibis.literal(_OPENED)),
            _event(ended, ended.lead_nr, ended.ended_at, ibis.ifelse(ended.is_won, _WON, _LOST)),
            _event(came, came.lead_nr, came.happened_at, ibis.literal(_CAME)),
        ],
    )


def _touches(facts: Mapping[str, ir.Table]) -> ir.Table:
    rows = facts["touches"].filter(facts["touches"].subject_kind.isin(["lead", "contact"]))
    return _event(rows, rows.subject_nr, rows.happened_at, ibis.literal(_TOUCHED))


def _event(rows: ir.Table, nr: ir.Value, at: ir.Value, what: ir.Value) -> ir.Table:
    plain = {"nr": "int64", "at": "timestamp('UTC')", "what": "int64"}
    return rows.select(nr=nr, at=at, what=what).cast(plain)


def _that_may_return(*, events: ir.Table, leads: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """The few leads that need a closer look: an entry long after the first exit, or a return long after the creation."""
    out = events.filter(events.what.isin([_EXIT, _LOST]))
    left = out.group_by(out_nr=out.nr).aggregate(out_at=out["at"].min())
    entries = events.filter(events.what.isin([_ENTRY, _OPENED, _CAME]))
    again = entries.inner_join(left, [("nr", "out_nr"), entries["at"] > left.out_at])
    back = again.filter(_after(again["at"], again.out_at, mapping.reopen_days)).select("nr")
    came = events.filter(events.what == _CAME)
    known = leads.select(known_nr="nr", created_at="created_at")
    since = came.inner_join(known, [("nr", "known_nr")])
    silent = since.filter(_after(since["at"], since.created_at, mapping.silent_days)).select("nr")
    return stacked(tables=[back, silent], distinct=True).semi_join(leads, "nr")


def _after(at: ir.Value, before: ir.Value, days: int) -> ir.Value:
    return naive(at=at) > naive(at=before) + ibis.interval(days=days)
