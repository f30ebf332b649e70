"""Rules about references: records that name another one which is not there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import Evidence, Found, Rule, stacked, tally
from funnelpact.core.terms.report import Figures, Level

SUBJECTS = ("handovers", "transitions", "touches", "pauses")


def _judged(rows: ir.Table, seen: Evidence, known: ir.Table | None = None) -> ir.Table:
    """The rows (`kind`, `nr`) of kinds of which the source has any; `known` is NULL where theirs is not among them."""
    known = seen.numbers if known is None else known
    rows = rows.filter(rows.kind.isin(sorted(seen.kinds)))
    return rows.left_join(known, rows.nr == known.known)


def _deal(seen: Evidence) -> Found:
    deals = seen.facts["deals"]
    deals = deals.filter(deals.lead_nr.notnull()).select("deal", kind=ibis.literal("lead"), nr="lead_nr")
    judged = _judged(deals, seen)
    return tally(rows=judged, hit=judged.known.isnull(), key=judged.deal)


def _event(seen: Evidence) -> Found:
    engagements = seen.facts["engagements"]
    parts = [engagements.select(kind=ibis.literal("lead"), nr="lead_nr", key="lead")]
    parts += [seen.facts[name].select(kind="subject_kind", nr="subject_nr", key="subject") for name in SUBJECTS]
    rows = stacked(parts=parts)
    counts = rows.group_by("kind").aggregate(n=rows.count()).to_pyarrow().to_pylist()
    # Few rows name nothing, and only of those it matters of which kind they are.
    joined = rows.left_join(seen.numbers, rows.nr == seen.numbers.known)
    lost = joined.filter(joined.known.isnull() & joined.kind.isin(sorted(seen.kinds)))
    found = tally(rows=lost, hit=lost.nr.notnull(), key=lost.key)
    return replace(found, rows=sum(row["n"] for row in counts if row["kind"] in seen.kinds))


def _link(seen: Evidence) -> Found:
    links = seen.facts["links"]
    ends = links.select("source_id", kind="from_kind", nr="from_nr", key="from_key")
    ends = ends.union(links.select("source_id", kind="to_kind", nr="to_nr", key="to_key")).cache()
    # Companies have no numbers of their own; those that are linked are known by their keys.
    companies = seen.everything["companies"].select("company")
    linked = ends.filter(ends.kind == "company").semi_join(companies, [("key", "company")])
    judged = _judged(ends, seen, stacked(parts=[seen.numbers, linked.select(known="nr").distinct()]))
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
