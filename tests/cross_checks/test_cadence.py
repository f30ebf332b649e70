"""Following up by two roads: the engine's counts, and plain Python over single facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.passes import passes
from funnelpact.core.measure.counts.followup import cadence as counting
from funnelpact.core.measure.counts.followup.cadence import DAY, SETTLED_DAYS, Step
from funnelpact.core.measure.counts.rows import ALL
from tests.cross_checks import slow_cadence as slow
from tests.worlds import engine_facts, mapping_of, rows_of

AS_OF = date(2026, 4, 30)
SEGMENTS = (ALL, "web", "chat", None)


class Asked:
    """One world with the engine's passes and attempts, and the leads of plain Python."""

    def __init__(self, zone: str, seed: int) -> None:
        rows = rows_of(slow.some_world(seed))
        said = FunnelMapping(zone=zone, silent_days=5000)
        facts = engine_facts(rows)
        found = journeys_of(facts=facts, mapping=mapping_of(rows, said), as_of=AS_OF)
        counted = passes(journeys=found.passes.cache(), facts=facts).cache()
        self.leads = slow.leads_of(rows, as_of=AS_OF, zone=zone)
        self.passes = counting.worked_passes(passes=counted.mutate(by=counted.type), qualified=1).cache()
        self.touches = found.touches.cache()
        self.attempts = counting.attempts_of(passes=self.passes, touches=self.touches, zone=zone).cache()

    def of(self, segment: str | None) -> list[slow.Lead]:
        """The leads of a segment."""
        return [lead for lead in self.leads if segment in (ALL, lead.type)]


@pytest.fixture(params=[("UTC", 1), ("Europe/Istanbul", 2), ("America/New_York", 3)], ids=str, scope="module")
def asked(request: Any) -> Asked:
    """A world of forty leads."""
    return Asked(*request.param)


def test_attempts_by_age_among_those_still_open(asked: Asked):
    """Whoever left, moved on, or is too young is not asked for."""
    steps = [Step(3, 1), Step(14, 3), Step(28, 5)]
    found = counting.attempts_by(passes=asked.passes, attempts=asked.attempts, steps=steps, as_of=AS_OF)
    for step in steps:
        for segment in SEGMENTS:
            wanted = slow.attempts_by(asked.of(segment), days=step.days, as_of=AS_OF)
            assert found[step].get(segment, {}) == wanted


def test_gaps_run_until_the_next_attempt_the_end_or_today(asked: Asked):
    """In whole days."""
    found = counting.gaps(attempts=asked.attempts, as_of=AS_OF)
    for segment in SEGMENTS:
        wanted = slow.gaps(asked.of(segment), as_of=AS_OF)
        for state in ("answered", "closed", "open"):
            days = {wait // DAY: count for wait, count in getattr(found[segment], state).items()}
            assert days == wanted[state]


def test_what_came_of_each_attempt(asked: Asked):
    """Reached by a contact in either direction or because the lead moved on; followed; the last."""
    found = counting.outcomes(attempts=asked.attempts, touches=asked.touches, as_of=AS_OF)
    wanted = slow.outcomes(asked.leads, as_of=AS_OF, settled=SETTLED_DAYS)
    sums = {
        (k, became): sum(getattr(part, became) for part in cells.values())
        for k, cells in found.items()
        for became in ("reached", "followed", "last")
    }
    assert {key: count for key, count in sums.items() if count} == wanted


def test_who_was_accepted_or_given_back_after_how_many_days(asked: Asked):
    """From the day of the hand-over; and how many nobody has ever tried to reach."""
    found = counting.decisions(passes=asked.passes, as_of=AS_OF)
    for segment in SEGMENTS:
        wanted = slow.decisions(asked.of(segment), as_of=AS_OF)
        for state in ("answered", "closed", "open"):
            days = {wait // DAY: count for wait, count in getattr(found[segment], state).items()}
            assert days == wanted[state]
        never = [lead for lead in asked.of(segment) if not lead.attempts]
        touched = counting.touched(passes=asked.passes)[segment]
        assert (touched.leads, touched.never, touched.never_open) == (
            len(asked.of(segment)),
            len(never),
            sum(lead.done is None for lead in never),
        )
