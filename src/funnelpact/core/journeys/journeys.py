"""Facts to journeys: one row for each pass, which every measure scans; the touches lie beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.accounts import accounts
from funnelpact.core.journeys.building.days import instant
from funnelpact.core.journeys.building.deals import deals_of
from funnelpact.core.journeys.building.efforts import later_passes, pass_of
from funnelpact.core.journeys.building.identity import as_one, deleted, merged_into
from funnelpact.core.journeys.building.leads import leads_of
from funnelpact.core.journeys.building.moves import ends, entered, placed
from funnelpact.core.journeys.building.rows import journey_rows
from funnelpact.core.journeys.building.touches import engagements_of, hand_overs, touch_counts, touches_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.terms.period import Period, instants


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """What is derived from facts under one mapping: `passes`, their `touches`, and `accounts`, as expressions."""

    passes: ir.Table
    touches: ir.Table
    accounts: ir.Table

    def tables(self) -> dict[str, ir.Table]:
        """The three by name."""
        return {"passes": self.passes, "touches": self.touches, "accounts": self.accounts}


def journeys_of(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping, as_of: date) -> Journeys:
    """This returns the journeys of everything that happened by the end of `as_of`, a day of the reporting zone.

    `facts` carry number columns (`core.facts.keys`). A lead is a pass, or several: `pass` counts from 1. A deal without a
    known lead is a pass of its own. Merged records are one; deleted and excluded ones stay, with the reason in `excluded`; a
    deleted deal of a lead is none of its deals.
    The columns are those of `core.journeys.building.rows`.
    """
    known = happened_by(facts=facts, as_of=as_of, zone=mapping.zone)
    known = as_one(facts=known, into=merged_into(merges=known["merges"]))
    moves = placed(transitions=known["transitions"], mapping=mapping).cache()
    with_days = bool(moves.is_day.any().to_pyarrow().as_py())
    leads = leads_of(leads=known["leads"], mapping=mapping).cache()
    gone = deleted(deletions=known["deletions"])
    every_deal = deals_of(facts=known, moves=moves, leads=leads, mapping=mapping, with_days=with_days).cache()
    # A deleted deal of a lead counts nowhere; what people did about it they did about the lead.
    deals = _without(every_deal, gone)
    later = later_passes(facts=known, moves=moves, deals=deals, leads=leads, mapping=mapping).cache()
    touches = touches_of(facts=known, deals=every_deal, later=later)
    went = pass_of(rows=moves.filter(moves.record == "lead"), later=later, nr="nr", at="at")
    positions = range(len(mapping.funnel.stages))
    passes = journey_rows(
        leads=leads,
        later=later,
        deals=pass_of(rows=deals, later=later, nr="lead_nr", at="opened_at"),
        entered=entered(moves=went, by=["nr", "pass"], positions=positions, with_days=with_days),
        ends=ends(moves=went, by=["nr", "pass"]),
        handed=hand_overs(facts=known, later=later),
        engaged=engagements_of(facts=known, later=later),
        touched=touch_counts(touches=touches),
        deleted=gone,
        people=known["people"],
        mapping=mapping,
    )
    return Journeys(passes=passes, touches=touches, accounts=accounts(facts=known, mapping=mapping, as_of=as_of))


def _without(deals: ir.Table, gone: ir.Table) -> ir.Table:
    if not gone.count().to_pyarrow().as_py():
        return deals
    of_lead = deals.mutate(of_lead_nr=ibis.ifelse(deals.lead_nr.notnull(), deals.deal_nr, None))
    return of_lead.anti_join(gone, [("of_lead_nr", "record")]).drop("of_lead_nr").cache()


def happened_by(*, facts: Mapping[str, ir.Table], as_of: date, zone: str) -> dict[str, ir.Table]:
    """This returns the facts that happened by the end of a day of the zone; those known to the day by their day."""
    _, end = instants(period=Period(as_of, as_of + timedelta(days=1)), zone=zone)
    last_day = datetime.combine(as_of, time(), UTC)
    found = {}
    for name, table in facts.items():
        by_then = table.happened_at < instant(at=end)
        if end - last_day != timedelta(days=1):
            known_to_day = table.precision == Precision.DAY.value
            by_then = ibis.ifelse(known_to_day, table.happened_at <= instant(at=last_day), by_then)
        found[name] = table.filter(by_then)
    return found
