"""Rules about moments: before their cause, after their import, without their hour."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import ibis

from funnelpact.core.facts.quality.rule import (
    EVENTS,
    Evidence,
    Found,
    Rule,
    day_only,
    earlier,
    stacked,
    tally,
)
from funnelpact.core.terms.report import Figures, Level

EARLIEST_ZONE = timedelta(hours=14)
"""So far ahead of UTC does a day begin where it begins first."""


def _touch_before_lead(seen: Evidence) -> Found:
    """An inbound touch may well be what the lead was created for."""
    touches = seen.facts["touches"]
    touches = touches.filter((touches.subject_kind == "lead") & (touches.direction.fill_null("") != "inbound"))
    made = seen.leads.select("lead", made="at", made_precision="precision")
    joined = touches.inner_join(made, touches.subject == made.lead)
    before = earlier(
        one=joined.happened_at, precision=joined.precision, other=joined.made, other_precision=joined.made_precision
    )
    return tally(rows=joined, hit=before, key=joined.source_id)


def _days_not_hours(seen: Evidence) -> Found:
    """What the clock of hours runs on: arrival, hand-over, touch. Where nobody logs touches, no clock is asked for."""
    leads, given, touches = seen.facts["leads"], seen.facts["handovers"], seen.facts["touches"]
    touches = touches.filter(touches.subject_kind == "lead")
    given = given.filter(given.subject_kind == "lead")
    rows = stacked(parts=[part.select("source_id", "precision") for part in (leads, given, touches)])
    rows = rows.filter(touches.count().as_scalar() > 0)
    return tally(rows=rows, hit=day_only(rows=rows), key=rows.source_id)


def _future(seen: Evidence) -> Found:
    now, first = ibis.timestamp(seen.learnt_at.isoformat()), seen.learnt_at + EARLIEST_ZONE
    rows = stacked(parts=[seen.everything[name].select("source_id", "happened_at", "precision") for name in EVENTS])
    limit = ibis.ifelse(day_only(rows=rows), ibis.timestamp(first.isoformat()), now)
    return tally(rows=rows, hit=rows.happened_at > limit, key=rows.source_id)


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
