"""Clocks to counts: how many leads waited how long, and what became of the promise to each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import ibis
from ibis.expr import types as ir

from funnelpact.core.measure.counts.followup.clocks import CLOCKS, LEVELS, on_grid
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of
from funnelpact.core.measure.curves.waits import Waits

MODES = ("working", "wall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What became of a promise to answer within a time, by leads.

    `kept`: answered in time; `late`: answered after it; `due`: not answered although it was due, while the pass was open;
    `waiting`: not answered and not due yet; `closed`: left or won before it was due, so that nobody can tell.
    """

    kept: int = 0
    late: int = 0
    due: int = 0
    waiting: int = 0
    closed: int = 0

    @property
    def decided(self) -> int:
        """Leads of which it is known whether the promise was kept; due and unanswered ones are missed."""
        return self.kept + self.late + self.due

    @property
    def all(self) -> int:
        """All leads to whom it was made."""
        return self.decided + self.waiting + self.closed

    def __add__(self, other: Promise) -> Promise:
        return Promise(
            kept=self.kept + other.kept,
            late=self.late + other.late,
            due=self.due + other.due,
            waiting=self.waiting + other.waiting,
            closed=self.closed + other.closed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Passes of leads: all, those open that nobody was ever given, and those open whose owner has left the company."""

    leads: int
    unowned: int
    owner_gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDay:
    """How many passes no clock of hours can count, because the day only is known of one instant; and how many came reversed.

    `reversed` counts by clock the passes whose end came before its beginning; they count as answered at once.
    """

    engaged: int
    handed: int
    touched: int
    reversed: Mapping[str, int]


def waits(*, rows: ir.Table) -> dict[tuple[str, str], dict[Segment, Waits]]:
    """This returns how long leads waited, by clock and mode (`working`, `wall`), for each segment and `ALL`.

    `rows` are those of `core.measure.counts.clocks.with_waits`. The population of a clock are the passes for which it runs.
    """
    parts = [
        rows.filter(rows[f"{clock}_state"].notnull()).select(
            clock=ibis.literal(clock),
            mode=ibis.literal(mode),
            segment=rows.segment,
            state=rows[f"{clock}_state"],
            seconds=on_grid(wait=rows[f"{clock}_{mode}"], up=rows[f"{clock}_up_{mode}"]),
        )
        for clock, mode in product(CLOCKS, MODES)
    ]
    return _waits(parts)


def waits_for_levels(*, rows: ir.Table) -> dict[tuple[str, str], dict[Segment, Waits]]:
    """This returns the same, in wall clock time from the hand-over, for each of `LEVELS`: attempt, contact, qualification."""
    parts = []
    for level, answer in LEVELS.items():
        here = rows.filter(rows.handed.notnull() & ~rows[f"{answer}_by_day"])
        answered = here[answer].notnull()
        wait = ibis.greatest(ibis.ifelse(answered, here[answer], here.ended) - here.handed, ibis.literal(0, "int64"))
        parts.append(
            here.select(
                clock=ibis.literal(level),
                mode=ibis.literal("wall"),
                segment=here.segment,
                state=ibis.cases((answered, "answered"), (here.open, "open"), else_="closed"),
                seconds=on_grid(wait=wait, up=answered),
            )
        )
    return _waits(parts)


def _waits(parts: list[ir.Table]) -> dict[tuple[str, str], dict[Segment, Waits]]:
    every = ibis.union(*parts)
    names = ("clock", "mode", "segment", "state", "seconds")
    counted = every.group_by(*names).aggregate(n=every.count()).to_pyarrow()
    found: dict[tuple[str, str], dict[Segment, dict[str, dict[int, int]]]] = defaultdict(dict)
    # Column by column: there is a row for each wait that occurs.
    columns = (counted[name].to_pylist() for name in (*names, "n"))
    for clock, mode, segment, state, seconds, count in zip(*columns, strict=True):
        of_clock = found[clock, mode]
        for name in {ALL, segment}:
            states = of_clock.get(name) or of_clock.setdefault(name, {"answered": {}, "closed": {}, "open": {}})
            of_state = states[state]
            of_state[seconds] = of_state.get(seconds, 0) + count
    return {
        clock: {segment: Waits(**states) for segment, states in segments.items()} for clock, segments in found.items()
    }


def promises(*, rows: ir.Table, within: int) -> dict[Segment, Promise]:
    """This returns what became of the promise of so many microseconds of working time after the hand-over, by segment."""
    counted = _promised(rows, within)
    found = _by_key(counted.group_by("segment", "became").aggregate(n=counted.count()), "segment")
    every = sum(found.values(), Promise())
    return {ALL: every, **found}


def promises_by_hour(*, rows: ir.Table, within: int) -> tuple[dict[tuple[int, int], Promise], Promise]:
    """This returns the same by weekday (Monday is 0) and hour of the hand-over on local clocks, for those in working hours;
    and for all those that came outside of them.
    """
    counted = _promised(rows, within)
    hour = ibis.ifelse(counted.handed_open, counted.weekday * 24 + counted.hour, -1)
    found = _by_key(counted.group_by("became", hour_of_week=hour).aggregate(n=counted.count()), "hour_of_week")
    outside = found.pop(-1, Promise())
    return {divmod(int(key), 24): promise for key, promise in sorted(found.items())}, outside


def promises_by_month(*, rows: ir.Table, within: int) -> dict[date, Promise]:
    """This returns the same by the month in which the lead arrived, its first day; never by that of the answer."""
    counted = _promised(rows, within)
    month = counted.created_on.truncate("M")
    found = _by_key(counted.group_by("became", month=month).aggregate(n=counted.count()), "month")
    return dict(sorted(found.items()))


def _promised(rows: ir.Table, within: int) -> ir.Table:
    here = rows.filter(rows.human_state.notnull())
    in_time = here.human_working <= within
    became = ibis.cases(
        ((here.human_state == "answered") & in_time, "kept"),
        (here.human_state == "answered", "late"),
        (~in_time, "due"),
        (here.human_state == "open", "waiting"),
        else_="closed",
    )
    return here.select(
        "segment",
        "created_on",
        "handed_open",
        became=became,
        weekday=here.clock.day_of_week.index().cast("int64"),
        hour=here.clock.hour().cast("int64"),
    )


def _by_key(counted: ir.Table, key: str) -> dict[Any, Promise]:
    sums: dict[Any, dict[str, int]] = defaultdict(dict)
    for row in rows_of(table=counted):
        sums[row[key]][row["became"]] = row["n"]
    return {name: Promise(**counts) for name, counts in sums.items()}


def by_day(*, rows: ir.Table) -> ByDay:
    """This returns how many passes no clock of hours can count, and how many ended before they began."""
    names = ("engaged", "handed", "touched")
    found = rows_of(
        table=rows.aggregate(
            **{name: rows[f"{name}_by_day"].sum() for name in names},
            **{clock: rows[f"{clock}_before"].sum() for clock in CLOCKS},
        )
    )[0]
    counts = {name: int(count or 0) for name, count in found.items()}
    return ByDay(**{name: counts[name] for name in names}, reversed={clock: counts[clock] for clock in CLOCKS})


def owned(*, rows: ir.Table, people: ir.Table, until: int) -> dict[Segment, Owned]:
    """This returns for each segment and `ALL` the passes, those open that nobody has, and those open whose owner has left.

    `people` are the facts of the people, `until` is in microseconds since 1970. Nobody has a pass without an owner that was
    never handed over.
    """
    order = ibis.struct({"batch": people.batch, "at": people.happened_at})
    gone = people.group_by(gone_owner=people.owner).aggregate(leaves_at=people.leaves_at.argmax(order)).view()
    gone = gone.filter(gone.leaves_at.epoch_seconds() * 1_000_000 <= until).select("gone_owner")
    joined = rows.left_join(gone, rows.owner == gone.gone_owner)
    unowned = joined.open & joined.owner.isnull() & joined.handed.isnull() & ~joined.handed_by_day
    counted = joined.group_by("segment").aggregate(
        leads=joined.count(), unowned=unowned.sum(), owner_gone=(joined.open & joined.gone_owner.notnull()).sum()
    )
    found = {
        row["segment"]: Owned(leads=row["leads"], unowned=row["unowned"] or 0, owner_gone=row["owner_gone"] or 0)
        for row in rows_of(table=counted)
    }
    every = Owned(
        leads=sum(part.leads for part in found.values()),
        unowned=sum(part.unowned for part in found.values()),
        owner_gone=sum(part.owner_gone for part in found.values()),
    )
    return {ALL: every, **found}
