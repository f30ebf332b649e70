"""Response times by two roads: the engine's counts and curves, and plain Python over single facts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.passes import passes
from funnelpact.core.measure.counts.followup import clocks
from funnelpact.core.measure.counts.followup import fates as counting_fates
from funnelpact.core.measure.counts.followup import response as counting
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.curves.waits import WaitCurve
from funnelpact.core.measure.worktime import Worktime
from funnelpact.core.terms.calendar import Calendar, hours
from tests.cross_checks import slow_response as slow
from tests.worlds import engine_facts, mapping_of, rows_of

AS_OF = date(2026, 3, 18)
BEGINS_AND_ENDS = {"system": ("engaged", "handed"), "human": ("handed", "touched"), "total": ("engaged", "touched")}
WORLDS = [
    ("Europe/Istanbul", "09:00-12:00 13:00-18:00", 2),
    ("America/New_York", "00:00-24:00", 3),
    ("UTC", "22:00-24:00", 6),
]


class Asked:
    """One world with the engine's rows, the leads of plain Python, and what both were asked with."""

    def __init__(self, zone: str, day: str, seed: int) -> None:
        rows = rows_of(slow.some_world(seed))
        said = FunnelMapping(zone=zone)
        facts = engine_facts(rows)
        found = journeys_of(facts=facts, mapping=mapping_of(rows, said), as_of=AS_OF)
        self.until = datetime(2026, 3, 18, 12, tzinfo=UTC)
        self.calendar = Calendar(zone=zone, week=(hours(day),) * 5 + ((), ()), holidays=frozenset({date(2026, 3, 11)}))
        self.leads = slow.leads_of(rows, as_of=AS_OF, zone=zone)
        counted = passes(journeys=found.passes.cache(), facts=facts).cache()
        plain = clocks.lead_clocks(
            passes=counted.mutate(by=counted.type), touches=found.touches, won=3, qualified=1, zone=zone, as_of=AS_OF
        ).cache()
        first, last = clocks.days_of_clocks(rows=plain, until=self.until)
        time = Worktime.of(calendar=self.calendar, first=first, last=last)
        self.rows = clocks.with_waits(rows=plain, worktime=time, until=self.until).cache()
        self.people = facts["people"]


@pytest.fixture(params=WORLDS, ids=[f"{zone} {day}" for zone, day, _ in WORLDS], scope="module")
def asked(request: Any) -> Asked:
    """A world of sixty leads."""
    return Asked(*request.param)


def test_every_promise_is_kept_late_due_or_waiting_as_its_due_instant_says(asked: Asked):
    """The engine adds working time, plain Python asks `due`; an answer after hours comes after the due instant."""
    for within in (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=9), timedelta(hours=30)):
        found = counting.promises(rows=asked.rows, within=within // timedelta.resolution)
        fates = {
            lead.key: slow.became(lead, calendar=asked.calendar, within=within, until=asked.until)
            for lead in asked.leads
        }
        for segment in (ALL, "web", "chat", None):
            wanted = slow.counted([fates[lead.key] for lead in asked.leads if segment in (ALL, lead.type)])
            assert found[segment] == counting.Promise(**wanted)


def test_promises_by_hour_of_week_and_by_month_of_arrival(asked: Asked):
    """Local clocks; hand-overs outside of working hours apart; the month is that of the lead, not of the answer."""
    within = timedelta(hours=1)
    fates = [
        (lead, fate)
        for lead in asked.leads
        if (fate := slow.became(lead, calendar=asked.calendar, within=within, until=asked.until))
    ]
    by_hour, outside = counting.promises_by_hour(rows=asked.rows, within=within // timedelta.resolution)
    cells = {lead.key: slow.hour_of_week(lead, calendar=asked.calendar) for lead, _ in fates}
    for cell in {*by_hour, *filter(None, cells.values())}:
        wanted = slow.counted([fate for lead, fate in fates if cells[lead.key] == cell])
        assert by_hour[cell] == counting.Promise(**wanted)
    assert outside == counting.Promise(**slow.counted([fate for lead, fate in fates if cells[lead.key] is None]))

    by_month = counting.promises_by_month(rows=asked.rows, within=within // timedelta.resolution)
    months = {lead.created.replace(day=1) for lead, _ in fates}
    assert by_month == {
        month: counting.Promise(**slow.counted([fate for lead, fate in fates if lead.created.replace(day=1) == month]))
        for month in months
    }


def test_curves_are_the_product_limit_of_single_waits(asked: Asked):
    """Each clock, on the wall and in working time; whole minutes in, so that rounding to the grid changes nothing."""
    found = counting.waits(rows=asked.rows)
    for (name, (begin, end)), mode in product(BEGINS_AND_ENDS.items(), ("wall", "working")):
        calendar = asked.calendar if mode == "working" else None
        every = [slow.waited(lead, begin, end, calendar=calendar, until=asked.until) for lead in asked.leads]
        waits = [wait for wait in every if wait is not None]
        counts = found[name, mode][ALL]
        for state in ("answered", "closed", "open"):
            assert sum(getattr(counts, state).values()) == sum(each == state for each, _ in waits)
        curve = WaitCurve.of(waits=counts)
        for minutes in (5, 15, 60, 200, 24 * 60, 3 * 24 * 60):
            exact = slow.shares(waits, timedelta(minutes=minutes))
            assert curve.share(seconds=minutes * 60) == pytest.approx(exact, abs=1e-12)


def test_what_is_known_to_the_day_only_feeds_no_clock_and_is_counted(asked: Asked):
    """First engagements, hand-overs and touches; and leads that nobody has."""
    found = counting.by_day(rows=asked.rows)
    days = {
        name: sum(
            isinstance(moment, date) and not isinstance(moment, datetime)
            for moment in (getattr(lead, name) for lead in asked.leads)
        )
        for name in ("engaged", "handed", "touched")
    }
    assert {name: getattr(found, name) for name in days} == days

    nobody = [lead for lead in asked.leads if lead.open and lead.handed is None]
    owned = counting.owned(rows=asked.rows, people=asked.people, until=0)
    assert owned[ALL] == counting.Owned(leads=len(asked.leads), unowned=len(nobody), owner_gone=0)
    assert sum(part.leads for name, part in owned.items() if name != ALL) == len(asked.leads)


def test_fates_of_leads_that_were_still_open_when_the_answer_was_due(asked: Asked):
    """By type and queue; whoever had moved on before anybody could be late says nothing of speed."""
    within, days = timedelta(hours=2), 5
    ask: Any = {"calendar": asked.calendar, "within": within, "until": asked.until, "as_of": AS_OF, "days": days}
    single = [slow.fate(lead, asked.leads, **ask) for lead in asked.leads]
    wanted: Counter[Any] = Counter()
    for kept, kind, queue, moved in filter(None, single):
        band = next(
            (band for band, end in enumerate(counting_fates.QUEUES) if queue <= end), len(counting_fates.QUEUES)
        )
        wanted[kept, kind, band, "leads"] += 1
        wanted[kept, kind, band, "moved"] += moved
    found: Counter[Any] = Counter()
    for fate in counting_fates.fates(
        rows=asked.rows, within=within // timedelta.resolution, horizon_days=days, as_of=AS_OF
    ):
        found[fate.kept, fate.type, fate.queue, "leads"] += fate.leads
        found[fate.kept, fate.type, fate.queue, "moved"] += fate.moved

    assert found == wanted
    assert sum(count for key, count in found.items() if key[-1] == "moved")
