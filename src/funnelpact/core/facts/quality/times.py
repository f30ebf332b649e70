"""Rules about moments: before their cause, after their import, without their hour."""

from __future__ import annotations

from fractions import Fraction

from funnelpact.core.facts.quality.rule import (
    EVENTS,
    Evidence,
    Found,
    Rule,
    day_only,
    earlier,
    smallest,
    stacked,
    tally,
)
from funnelpact.core.terms.report import Figures, Level

CLOCKED = ("leads", "handovers", "touches")
"""What the clock of hours runs on: arrival, hand-over, touch."""


def _touch_before_lead(seen: Evidence) -> Found:
    """An inbound touch may well be what the lead was created for."""
    touches = seen.facts["touches"]
    touches = touches.filter((touches.subject_kind == "lead") & (touches.direction.fill_null("") != "inbound"))
    made = seen.leads
    joined = touches.inner_join(made, touches.subject_nr == made.nr)
    before = earlier(
        one=joined.happened_at, one_is_day=day_only(rows=joined), other=joined["at"], other_is_day=joined.is_day
    )
    return tally(rows=joined, hit=before, key=joined.source_id)


def _days_not_hours(seen: Evidence) -> Found:
    """Where nobody logs touches, no clock is asked for."""
    there = [of for of in seen.days if of.table in CLOCKED and of.of_lead and of.by_then]
    if not any(of.table == "touches" for of in there):
        return Found(rows=0, count=0)
    count = sum(of.by_then for of in there if of.is_day)
    about = {name: seen.facts[name] for name in CLOCKED}
    about |= {name: about[name].filter(about[name].subject_kind == "lead") for name in CLOCKED[1:]}
    rows = stacked(parts=[rows.filter(day_only(rows=rows)).select("source_id") for rows in about.values()])
    examples = smallest(rows=rows, key=rows.source_id) if count else ()
    return Found(rows=sum(of.by_then for of in there), count=count, examples=examples)


def _future(seen: Evidence) -> Found:
    count = sum(of.ahead for of in seen.days)
    tables = [seen.everything[name] for name in EVENTS]
    rows = stacked(parts=[table.filter(seen.ahead(table)).select("source_id") for table in tables])
    examples = smallest(rows=rows, key=rows.source_id) if count else ()
    return Found(rows=sum(of.all for of in seen.days), count=count, examples=examples)


RULES = (
    Rule(
        code="touch-before-lead",
        level=Level.DOUBT,
        needs=("touches.subject", "leads.lead"),
        find=_touch_before_lead,
        limit=Fraction(1, 20),
        refuses=(Figures.RESPONSE,),
    ),
    Rule(
        code="days-not-hours",
        level=Level.DOUBT,
        needs=("touches.subject", "leads.lead"),
        find=_days_not_hours,
        limit=Fraction(1, 10),
        refuses=(Figures.RESPONSE,),
    ),
    Rule(
        code="in-the-future",
        level=Level.DOUBT,
        needs=(),
        find=_future,
        limit=Fraction(1, 50),
        refuses=(Figures.RATES, Figures.RESPONSE),
    ),
)
