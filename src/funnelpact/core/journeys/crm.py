"""Records as a CRM counts them: every lead and every deal by itself, with what was said of that record alone."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.deals import deals_of
from funnelpact.core.journeys.building.identity import deleted, merged_into
from funnelpact.core.journeys.building.leads import leads_of
from funnelpact.core.journeys.building.moves import LEFT, entered, placed
from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.journeys.mapping import FunnelMapping


def crm_records(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping) -> ir.Table:
    """This returns one row for each lead and each deal of the facts, whatever was merged, deleted or excluded.

    `kind` (lead or deal), `nr`, `stays_nr` (the record into which it is merged now, else its own number), `gone` (deleted), `key`
    as the source writes it; `created_on`, `won_on`, `left_on`: days of the mapping's zone on which the record itself was created, first won
    and, where that is the last thing said of it, lost; `place`, the position of the stage that it shows now (NULL: none, it has
    left). A lead of which nothing was said is in the first stage, a deal in that of deals.
    """
    moves = placed(transitions=facts["transitions"], mapping=mapping).cache()
    leads = leads_of(leads=facts["leads"], mapping=mapping).cache()
    deals = deals_of(facts=facts, moves=moves, leads=leads, mapping=mapping)
    both = stacked(tables=[_leads(leads, moves, mapping), _deals(deals, moves, mapping)])
    gone = deleted(deletions=facts["deletions"]).rename(gone_nr="record")
    both = both.left_join(gone, [("nr", "gone_nr")]).drop("gone_nr")
    both = both.mutate(gone=both.gone.fill_null(False)).view()
    into = merged_into(merges=facts["merges"])
    if not into:
        return both.mutate(stays_nr=both.nr)
    columns = {"merged_nr": pa.array(into.keys(), pa.int64()), "into_nr": pa.array(into.values(), pa.int64())}
    stays = ibis.memtable(pa.table(columns))
    joined = both.left_join(stays, [("nr", "merged_nr")])
    return joined.mutate(stays_nr=ibis.coalesce(joined.into_nr, joined.nr)).drop("into_nr", "merged_nr")


def _leads(leads: ir.Table, moves: ir.Table, mapping: FunnelMapping) -> ir.Table:
    own = moves.filter(moves.record == "lead")
    last = len(mapping.funnel.stages) - 1
    went = entered(moves=own, by=["nr"], positions=range(last + 1)).rename(went_nr="nr")
    joined = leads.left_join(went, [("nr", "went_nr")]).left_join(_now(own), [("nr", "now_nr")])
    won_at, won_exactly = joined[f"t{last}"], joined[f"x{last}"]
    out = joined.left_at.notnull() & (joined.stayed_at.isnull() | (joined.left_at >= joined.stayed_at))
    return joined.select(
        "nr",
        "key",
        "created_on",
        kind=ibis.literal("lead"),
        won_on=_day(mapping, won_at, won_exactly),
        left_on=ibis.ifelse(out, _day(mapping, joined.left_at, joined.left_exactly), None),
        place=ibis.ifelse(joined.now == LEFT, None, joined.now.fill_null(0)),
    )


def _deals(deals: ir.Table, moves: ir.Table, mapping: FunnelMapping) -> ir.Table:
    last = len(mapping.funnel.stages) - 1
    joined = deals.left_join(_now(moves.filter(moves.record == "deal")), [("deal_nr", "now_nr")])
    left_on = _day(mapping, joined.left_at, joined.left_exactly)
    return joined.select(
        nr=joined.deal_nr,
        key=ibis.literal("deal:") + joined.deal,
        created_on=_day(mapping, joined.opened_at, joined.opened_exactly),
        kind=ibis.literal("deal"),
        won_on=_day(mapping, joined[f"t{last}"], joined[f"x{last}"]),
        left_on=left_on,
        place=ibis.ifelse(joined.now == LEFT, None, joined.now.fill_null(mapping.deal_position)),
    )


def _now(moves: ir.Table) -> ir.Table:
    """The position that was said last of each record; of one instant's sayings the last in the funnel, an exit before all."""
    said = moves.filter(moves.position.notnull())
    order = ibis.struct({"at": said["at"], "out": said.position == LEFT, "position": said.position})
    return said.group_by(now_nr=said.nr).aggregate(now=said.position.argmax(order))


def _day(mapping: FunnelMapping, at: ir.Value, exactly: ir.Value) -> ir.Value:
    return day_in(zone=mapping.zone, at=at, is_day=exactly.isnull() | (exactly != at))
