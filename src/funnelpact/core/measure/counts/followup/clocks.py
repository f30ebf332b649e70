"""Passes to clocks: when each lead came, was handed over, was first touched and was closed, in microseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import clock_in
from funnelpact.core.measure.counts.followup.worktime import day_begins, instant_number, microseconds, with_worked
from funnelpact.core.measure.counts.rows import rows_of
from funnelpact.core.measure.worktime import Worktime

CLOCKS = {"system": ("engaged", "handed"), "human": ("handed", "touched"), "total": ("engaged", "touched")}
LEVELS = {"attempt": "touched", "contact": "contacted", "qualification": "qualified"}
"""What begins and ends each clock; and for each level, from the hand-over on, what ends it."""

TICKS = 1_000_000
_FINE, _MIDDLE = 3_600, 30 * 86_400


def lead_clocks(*, passes: ir.Table, touches: ir.Table, won: int, qualified: int, zone: str, as_of: date) -> ir.Table:
    """This returns one row for each pass of a lead, with its instants in microseconds since 1970, NULL where there is none.

    `engaged`, `handed`, `touched`, `contacted`, `qualified`: when each came first, as journeys have it; NULL, too, where that
    is known to the day only or something known to the day may have come before it (`engaged_by_day` … say so). `closed`:
    when the pass left or was won; where only the day is known, when that day began, until which it was open in any case.
    Beside them: `segment` (the value of the breakdown), `type`, `size`, `owner`, `team`, `created_on`, `reached` and `reached_on` (instant
    and day of position `qualified`), `open` (neither left nor won), and `clock`, what clocks in the zone showed at the hand-over.
    Passes that run backwards are left out.
    """
    rows = passes.filter((passes.kind == "lead") & ~passes.backwards)
    left, last = rows.left_on, rows[f"s{won}"]
    chosen = rows.select(
        *("record", "pass", "type", "owner", "team", "created_on"),
        segment=rows.by,
        size=rows.segment,
        engaged=microseconds(at=rows.engaged_at),
        handed=microseconds(at=rows.handed_at),
        touched=microseconds(at=rows.first_touch_at),
        contacted=microseconds(at=rows.first_contact_at),
        qualified=microseconds(at=rows.first_qualified_at),
        engaged_by_day=(rows.engagements > 0) & rows.engaged_at.isnull(),
        handed_by_day=rows.handed_on.notnull() & rows.handed_at.isnull(),
        contacted_by_day=(rows.contacts > 0) & rows.first_contact_at.isnull(),
        qualified_by_day=(rows.qualifications > 0) & rows.first_qualified_at.isnull(),
        closed_on=ibis.coalesce(left, last).cast("date"),
        closed_exactly=microseconds(at=ibis.ifelse(left.notnull(), rows.left_at, rows[f"t{won}"])),
        clock=clock_in(zone=zone, at=rows.handed_at),
        reached=microseconds(at=rows[f"t{qualified}"]),
        reached_on=rows[f"s{qualified}"].cast("date"),
        open=left.isnull() & last.isnull(),
    ).view()
    first = rows_of(table=passes.aggregate(day=passes.created_on.min()))[0]["day"] or as_of
    begins = day_begins(zone=zone, first=min(first, as_of), last=as_of)
    joined = chosen.left_join(begins, chosen.closed_on == begins.day).drop("day").rename(closed_day="begins").view()
    days = _touched_by_day(touches, begins)
    joined = joined.left_join(days, (joined.record == days.of_record) & (joined["pass"] == days.of_pass))
    # A touch of a day comes first unless the exact one lies before that day.
    exact_first = (joined.touched < joined.touch_day_begins).fill_null(False)
    by_day = joined.of_record.notnull() & ~exact_first
    return joined.mutate(
        touched=ibis.ifelse(by_day, None, joined.touched),
        contacted=ibis.ifelse(by_day, None, joined.contacted),
        qualified=ibis.ifelse(by_day, None, joined.qualified),
        touched_by_day=by_day,
        contacted_by_day=by_day | joined.contacted_by_day,
        qualified_by_day=by_day | joined.qualified_by_day,
        closed=ibis.coalesce(joined.closed_exactly, joined.closed_day),
    ).drop("of_record", "of_pass", "touch_day_begins", "closed_exactly", "closed_day", "closed_on")


def _touched_by_day(touches: ir.Table, begins: ir.Table) -> ir.Table:
    """The passes with an attempt of which the day only is known, and when the first of these days began."""
    rows = touches.filter(touches.is_day & touches.human & ~touches.inbound)
    first = (
        rows.group_by(of_record=rows.record, of_pass=rows["pass"]).aggregate(touch_day=rows["at"].min().date()).view()
    )
    joined = first.left_join(begins.view(), [("touch_day", "day")])
    return joined.select("of_record", "of_pass", touch_day_begins=joined.begins).view()


def days_of_clocks(*, rows: ir.Table, until: datetime) -> tuple[date, date]:
    """This returns the first and the last day of UTC on which an instant of `lead_clocks` lies, `until` among them."""
    names = ("engaged", "handed", "touched", "reached")
    row = rows_of(table=rows.aggregate(**{name: rows[name].min() for name in names}, closed=rows.closed.min()))[0]
    first = min([instant_number(at=until), *(value for value in row.values() if value is not None)])
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first)
    return day.date(), until.astimezone(UTC).date()


def with_waits(*, rows: ir.Table, worktime: Worktime, until: datetime) -> ir.Table:
    """This returns the rows of `lead_clocks` with what each clock shows, in microseconds.

    For each of `CLOCKS`: `<clock>_state` is `answered`, `closed` (the pass left or was won first) or `open` at `until`, NULL
    where the clock does not run: nothing began it, or its end is known to the day only; `<clock>_wall` and
    `<clock>_working` are the time from its beginning to the answer, else to the closing or to `until`; never below zero.
    An answer outside of working hours is later than the closing instant before it, so a tick is added to its working time:
    a wait is at most d where the answer came by `core.terms.calendar.due`, and only there. `<clock>_up_wall` and
    `<clock>_up_working` say which waits the grid rounds up: answers, and whoever was watched into the hours after one. `<clock>_before` says that the answer came before
    the beginning, `handed_open` whether the hand-over came in working hours.
    """
    end = ibis.literal(instant_number(at=until), "int64")
    ended = ibis.least(ibis.coalesce(rows.closed, end), end)
    timed = with_worked(
        rows=rows.mutate(ended=ended), worktime=worktime, names=["engaged", "handed", "touched", "reached", "ended"]
    )
    waits: dict[str, ir.Value] = {}
    for clock, (begin, answer) in CLOCKS.items():
        runs = timed[begin].notnull() & ~timed[f"{answer}_by_day"]
        answered = timed[answer].notnull()
        state = ibis.cases((answered, "answered"), (timed.open, "open"), else_="closed")
        wall = ibis.ifelse(answered, timed[answer], timed.ended) - timed[begin]
        worked = ibis.ifelse(answered, timed[f"{answer}_worked"], timed.ended_worked) - timed[f"{begin}_worked"]
        at_work = ibis.ifelse(answered, timed[f"{answer}_at_work"], timed.ended_at_work)
        after_hours = (worked > 0) & ~at_work
        zero = ibis.literal(0, "int64")
        waits |= {
            f"{clock}_state": ibis.ifelse(runs, state, None),
            f"{clock}_before": runs & answered & (timed[answer] < timed[begin]),
            f"{clock}_wall": ibis.greatest(wall, zero),
            f"{clock}_working": ibis.greatest(worked + ibis.ifelse(after_hours, 1, 0), zero),
            f"{clock}_up_wall": answered,
            f"{clock}_up_working": answered | after_hours,
        }
    return timed.mutate(**waits)


def on_grid(*, wait: ir.Value, up: ir.Value) -> ir.Value:
    """This returns a wait in microseconds as seconds of the grid: whole seconds up to an hour, minutes up to 30 days, hours.

    Answers are rounded `up`, the end of watching down: an answer within a time on the grid is counted within it, and no
    other.
    """
    seconds = _rounded(wait, TICKS, up)
    minutes, hours = (_rounded(seconds, size, up) * size for size in (60, 3_600))
    return ibis.cases((seconds <= _FINE, seconds), (seconds <= _MIDDLE, minutes), else_=hours)


def _rounded(value: ir.Value, size: int, up: ir.Value) -> ir.Value:
    rest = value % size
    whole = ((value - rest) / size).cast("int64")
    return whole + ibis.ifelse(up & (rest > 0), 1, 0)
