"""Clocks to fates: what became of leads by how fast they were answered, and by all else that the source knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr import types as ir

from funnelpact.core.measure.counts.rows import rows_of

BANDS = (300, 900, 3_600, 86_400)
"""Ends of the bands of response times, in seconds of working time; what is slower or unanswered is the last band."""
QUEUES = (0, 2, 5, 10)
"""Ends of the bands of queue lengths: leads of the same owner that waited for a first touch when this one came."""
LUNCH = (12, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Leads alike, by whether the promise to them was kept: how many, and how many moved on within the time watched.

    `weekday` counts from Monday, 0; `part` is morning, midday, afternoon or out of hours; `queue` a band of `QUEUES`.
    """

    kept: bool
    type: str | None
    size: str | None
    owner: str | None
    weekday: int
    part: str
    queue: int
    leads: int
    moved: int


def fates_by_band(*, rows: ir.Table, horizon_days: int, as_of: date) -> dict[int, tuple[int, int]]:
    """This returns for each band of the human response, in working time, the leads and those that moved on in time.

    Population: passes on whose clock of hours the hand-over and the first touch are, handed over at least `horizon_days`
    before `as_of`. Bands are numbered as in `BANDS`; the last is all that was slower or has no answer.
    """
    here = _old_enough(rows, horizon_days, as_of)
    answered = here.human_state == "answered"
    slower = [(answered & (here.human_working <= end * 1_000_000), band) for band, end in enumerate(BANDS)]
    counted = here.mutate(band=ibis.cases(*slower, else_=len(BANDS)))
    counted = counted.group_by("band").aggregate(leads=counted.count(), moved=_moved(counted, horizon_days).sum())
    return {row["band"]: (row["leads"], row["moved"] or 0) for row in rows_of(table=counted)}


def fates(*, rows: ir.Table, within: int, horizon_days: int, as_of: date) -> tuple[Fate, ...]:
    """This returns what became of leads alike, by whether each was answered within so many microseconds of working time.

    Population: as in `fates_by_band`, but only passes that were still open when the answer was due: what happened before it
    cannot have been brought about by keeping the promise, and a pass that ended before it could not break it.
    """
    here = _old_enough(
        rows.left_join(_queues(rows), [("record", "queue_record"), ("pass", "queue_pass")]), horizon_days, as_of
    )
    moved_after = here.reached_worked.isnull() | (here.reached_worked - here.handed_worked > within)
    closed_after = here.closed.isnull() | (here.ended_worked - here.handed_worked > within)
    # A move of which the day only is known counts as after it, unless it was the day of the hand-over.
    same_day = here.reached.isnull() & (here.reached_on == here.clock.date()).fill_null(False)
    here = here.filter(moved_after & closed_after & ~same_day)
    hour = here.clock.hour()
    part = ibis.cases(
        (~here.handed_open, "out of hours"),
        (hour < LUNCH[0], "morning"),
        (hour < LUNCH[1], "midday"),
        else_="afternoon",
    )
    queue = ibis.cases(*((here.queue <= end, band) for band, end in enumerate(QUEUES)), else_=len(QUEUES))
    plain = here.select(
        "type",
        "size",
        "owner",
        kept=(here.human_state == "answered") & (here.human_working <= within),
        weekday=here.clock.day_of_week.index().cast("int64"),
        part=part,
        queue=queue.cast("int64"),
        moved=_moved(here, horizon_days),
    )
    alike = ("kept", "type", "size", "owner", "weekday", "part", "queue")
    counted = plain.group_by(*alike).aggregate(leads=plain.count(), moved=plain.moved.sum())
    found = (Fate(**{**row, "moved": row["moved"] or 0}) for row in rows_of(table=counted))
    return tuple(sorted(found, key=lambda fate: tuple(str(getattr(fate, name)) for name in alike)))


def _old_enough(rows: ir.Table, horizon_days: int, as_of: date) -> ir.Table:
    age = ibis.literal(as_of).delta(rows.clock.date(), unit="day")
    return rows.filter(rows.human_state.notnull() & (age >= horizon_days))


def _moved(rows: ir.Table, horizon_days: int) -> ir.Value:
    days = rows.reached_on.delta(rows.clock.date(), unit="day")
    return (days <= horizon_days).fill_null(False)


def _queues(rows: ir.Table) -> ir.Table:
    """For each pass that was handed over, how many earlier ones of its owner waited then: handed over, neither touched nor
    closed. Those that came at the same instant wait for each other in the order of their records.
    """
    here = rows.filter(rows.handed.notnull() & rows.owner.notnull())
    come = here.select("owner", "record", "pass", at=here.handed, change=ibis.literal(1, "int64"))
    end = ibis.coalesce(here.touched, here.closed)
    gone = here.filter(end.notnull()).select(
        "owner", "record", "pass", at=ibis.greatest(end, here.handed), change=ibis.literal(-1, "int64")
    )
    both = ibis.union(come, gone)
    order = ibis.window(
        group_by=both.owner,
        # Whoever goes at the same instant is gone, unless it came in it.
        order_by=[both["at"], both.record, both["pass"], both.change.desc()],
        rows=(None, -1),
    )
    counted = both.mutate(queue=both.change.sum().over(order).fill_null(0))
    counted = counted.filter(counted.change == 1)
    return counted.select(queue_record=counted.record, queue_pass=counted["pass"], queue=counted.queue).view()
