"""Rules about owners: leads that nobody holds, and holders whom nobody knows."""

from __future__ import annotations

from fractions import Fraction

import ibis

from funnelpact.core.facts.quality.identity import withdrawn
from funnelpact.core.facts.quality.rule import Evidence, Found, Rule, blank, named, stacked, tally
from funnelpact.core.terms.report import Figures, Level

OWNED = ("handovers", "touches", "deals", "customers")


def _handover_without(seen: Evidence) -> Found:
    rows = seen.facts["handovers"]
    return tally(rows=rows, hit=blank(text=rows.owner), key=rows.subject)


def _open_lead_without(seen: Evidence) -> Found:
    """A lead with a deal is in the hands of the deal; one that ended, was merged or deleted needs nobody."""
    deals, given, leads = seen.facts["deals"], seen.facts["handovers"], seen.facts["leads"]
    owned = given.filter((given.subject_kind == "lead") & ~blank(text=given.owner)).select(nr="subject_nr").distinct()
    last = seen.entered.filter(~seen.entered.is_deal)
    over = last.filter(last.ended.notnull() & (last.stayed.isnull() | (last.ended >= last.stayed))).select("nr")
    gone = stacked(parts=[over, deals.filter(deals.lead_nr.notnull()).select(nr="lead_nr"), withdrawn(seen=seen)])
    still_open = seen.leads.select("nr").anti_join(gone, "nr")
    # Where no lead was ever given to anybody, the source does not tell who holds them.
    still_open = still_open.filter(owned.count().as_scalar() > 0)
    without = still_open.left_join(owned, still_open.nr == owned.nr)
    rows = without.select(nr=still_open.nr, nobody=owned.nr.isnull()).cache()
    return tally(rows=rows, hit=rows.nobody, key=rows.nr, names=named(rows=leads, nr="lead_nr", key="lead"))


def _unknown(seen: Evidence) -> Found:
    people = seen.facts["people"].select(known="owner").distinct()
    tables = [seen.facts[name] for name in OWNED]
    rows = stacked(parts=[table.group_by("owner").aggregate(n=table.count()) for table in tables])
    joined = rows.filter(~blank(text=rows.owner)).left_join(people, [("owner", "known")])
    return tally(rows=joined, hit=ibis.ifelse(joined.known.isnull(), joined.n, 0), key=joined.owner, of=joined.n)


RULES = (
    Rule(
        code="handover-without-owner",
        level=Level.DOUBT,
        needs=("handovers.owner",),
        find=_handover_without,
        limit=Fraction(1, 10),
        refuses=(Figures.RESPONSE, Figures.PEOPLE),
    ),
    Rule(
        code="open-lead-without-owner",
        level=Level.TOLD,
        needs=("leads.lead", "handovers.owner"),
        find=_open_lead_without,
        limit=Fraction(1, 5),
        refuses=(Figures.RESPONSE, Figures.PEOPLE),
    ),
    Rule(
        code="owner-unknown",
        level=Level.DOUBT,
        needs=("people.owner",),
        find=_unknown,
        limit=Fraction(1, 5),
        refuses=(Figures.PEOPLE,),
    ),
)
