"""Rules about references: records that name another one which is not there."""

from __future__ import annotations

from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import KINDS, Evidence, Found, Rule, stacked, tally
from funnelpact.core.terms.report import Figures, Level

SUBJECTS = ("handovers", "transitions", "touches", "pauses")


def _judged(rows: ir.Table, seen: Evidence) -> ir.Table:
    """The rows of kinds of which the source has any record; `known` is NULL where theirs is not among them.

    Records that came after `as_of` are there as well: an event may name what is written down only later.
    """
    kinds = {kind: table for kind, table in KINDS.items() if kind in seen.kinds}
    if not kinds:
        return rows.filter(ibis.literal(False)).mutate(known=ibis.null(str))
    known = stacked(
        parts=[
            seen.everything[table].select(known_kind=ibis.literal(kind), known=kind).distinct()
            for kind, table in kinds.items()
        ]
    )
    rows = rows.filter(rows.kind.isin(list(kinds)))
    return rows.left_join(known, [rows.key == known.known, rows.kind == known.known_kind])


def _deal(seen: Evidence) -> Found:
    deals = seen.facts["deals"]
    deals = deals.filter(deals.lead.notnull()).select("deal", kind=ibis.literal("lead"), key="lead")
    judged = _judged(deals, seen)
    return tally(rows=judged, hit=judged.known.isnull(), key=judged.deal)


def _event(seen: Evidence) -> Found:
    engagements = seen.facts["engagements"]
    rows = engagements.group_by(kind=ibis.literal("lead"), key=engagements.lead).aggregate(n=engagements.count())
    for name in SUBJECTS:
        table = seen.facts[name]
        rows = rows.union(table.group_by(kind="subject_kind", key="subject").aggregate(n=table.count()))
    judged = _judged(rows, seen)
    return tally(rows=judged, hit=ibis.ifelse(judged.known.isnull(), judged.n, 0), key=judged.key, of=judged.n)


def _link(seen: Evidence) -> Found:
    links = seen.facts["links"]
    ends = links.select("source_id", kind="from_kind", key="from_key")
    ends = ends.union(links.select("source_id", kind="to_kind", key="to_key"))
    judged = _judged(ends, seen)
    return tally(rows=judged, hit=judged.known.isnull(), key=judged.source_id)


RULES = (
    Rule(
        code="deal-of-unknown-lead",
        level=Level.DOUBT,
        needs=("deals.lead", "leads.lead"),
        find=_deal,
        limit=Fraction(1, 10),
        refuses=(Figures.RATES, Figures.VALUES),
    ),
    Rule(
        code="event-of-unknown-record",
        level=Level.DOUBT,
        needs=(),
        find=_event,
        limit=Fraction(1, 10),
        refuses=(Figures.RATES, Figures.RESPONSE),
    ),
    Rule(code="link-to-nothing", level=Level.DOUBT, needs=("links.from_key",), find=_link),
)
