"""Passes and their touches to counts: attempts by age, gaps between them, what came of each, and who was accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of, with_all
from funnelpact.core.measure.curves.waits import Waits

DAY = 86_400
SETTLED_DAYS = 14
"""An attempt without an answer or a next one is settled after so many days: it was the last."""
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """So many attempts at least by the end of that day of a pass's age."""

    days: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Passes of leads, those that nobody has ever tried to reach, and those of these that are open; the longest gap in days."""

    leads: int
    never: int
    never_open: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of leads alike: type, size class, team of the owner; None where the source says nothing."""

    type: str | None
    size: str | None
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What came of an attempt, by leads: reached the person (or the lead moved on), was followed by another, was the last."""

    reached: int = 0
    followed: int = 0
    last: int = 0

    @property
    def all(self) -> int:
        """Leads that had this attempt, and of which it is settled what came of it."""
        return self.reached + self.followed + self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Passes that were given back within the accept window for one reason; of which the same lead later moved on."""

    count: int
    later: int


def worked_passes(*, passes: ir.Table, qualified: int) -> ir.Table:
    """This returns the passes of leads with `segment` and `done_on`, the day from which nobody need try to reach the person:
    the pass left or moved on to position `qualified`; NULL while it is open. Passes that run backwards are left out.
    """
    rows = passes.filter((passes.kind == "lead") & ~passes.backwards)
    reached = rows[f"s{qualified}"].cast("date")
    left = rows.left_on.cast("date")
    # The earlier of both, NULL where there is neither; engines differ in what NULL does to `least`.
    done = ibis.cases(
        (left.isnull(), reached), (reached.isnull(), left), else_=ibis.ifelse(left < reached, left, reached)
    )
    exactly = rows[f"t{qualified}"]
    return rows.select(
        *(
            "record",
            "pass",
            "type",
            "team",
            "created_on",
            "attempts",
            "handed_on",
            "left_on",
            "left_reason",
            "left_label",
        ),
        segment=rows.by,
        size=rows.segment,
        reached_on=reached,
        # What is known to the day only may have happened until its end.
        reached_at=ibis.coalesce(exactly, reached.cast(exactly.type()) + ibis.interval(days=1)),
        done_on=done,
    )


def attempts_of(*, passes: ir.Table, touches: ir.Table, zone: str) -> ir.Table:
    """This returns each attempt (a human outbound touch) of the passes, with `age`, the days since the pass was created,
    `day` and `at`. What is known to the day only has its place, too: nothing here is counted in hours.
    """
    tried = touches.filter(touches.human & ~touches.inbound)
    tried = tried.select(
        of_record=tried.record,
        of_pass=tried["pass"],
        at=tried["at"],
        day=day_in(zone=zone, at=tried["at"], is_day=tried.is_day).cast("date"),
    ).view()
    joined = passes.inner_join(tried, (passes.record == tried.of_record) & (passes["pass"] == tried.of_pass))
    joined = joined.drop("of_record", "of_pass")
    return joined.mutate(age=joined.day.delta(joined.created_on.cast("date"), unit="day"))


def attempts_by(
    *, passes: ir.Table, attempts: ir.Table, steps: Sequence[Step], as_of: date
) -> dict[Step, dict[Segment, dict[int, int]]]:
    """This returns for each step and segment (and `ALL`) how many passes had how many attempts by its day.

    Population of a step: the passes that have lived through its day by the end of `as_of` and were open then. A pass
    that left or moved on before asks for nothing more, and one that is too young has not had its time.
    """
    per_pass = attempts.group_by(of_record=attempts.record, of_pass=attempts["pass"]).aggregate(
        **{f"by{step.days}": (attempts.age <= step.days).sum() for step in steps}
    )
    per_pass = per_pass.view()
    rows = passes.left_join(per_pass, (passes.record == per_pass.of_record) & (passes["pass"] == per_pass.of_pass))
    age = ibis.literal(as_of).delta(rows.created_on.cast("date"), unit="day")
    done_age = rows.done_on.delta(rows.created_on.cast("date"), unit="day")
    parts = [
        rows.filter((age >= step.days) & ((done_age > step.days) | rows.done_on.isnull())).select(
            step=ibis.literal(step.days, "int64"),
            segment=rows.segment,
            attempts=rows[f"by{step.days}"].fill_null(0).cast("int64"),
        )
        for step in steps
    ]
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    counted = rows_of(table=every.group_by("step", "segment", "attempts").aggregate(n=every.count()))
    found: dict[Step, dict[Segment, dict[int, int]]] = {}
    for step in steps:
        of_step: dict[Segment, dict[int, int]] = defaultdict(dict)
        for row in (row for row in counted if row["step"] == step.days):
            for segment in {ALL, row["segment"]}:
                of_step[segment][row["attempts"]] = of_step[segment].get(row["attempts"], 0) + row["n"]
        found[step] = dict(of_step)
    return found


def gaps(*, attempts: ir.Table, as_of: date) -> dict[Segment, Waits]:
    """This returns the days from each attempt to the next, in seconds of whole days, for each segment and `ALL`.

    Population: attempts on passes that were open on their day. Without a next one on an open pass, the gap runs until
    `as_of`; where the pass left or moved on first, until then.
    """
    order = ibis.window(group_by=[attempts.record, attempts["pass"]], order_by=[attempts["at"], attempts.day])
    rows = attempts.mutate(next_day=attempts.day.lead().over(order))
    rows = rows.filter(rows.done_on.isnull() | (rows.day < rows.done_on))
    followed = rows.next_day.notnull() & (rows.done_on.isnull() | (rows.next_day <= rows.done_on))
    state = ibis.cases((followed, "answered"), (rows.done_on.isnull(), "open"), else_="closed")
    end = ibis.ifelse(followed, rows.next_day, ibis.coalesce(rows.done_on, ibis.literal(as_of)))
    plain = rows.select("segment", state=state, days=end.delta(rows.day, unit="day"))
    counted = plain.group_by("segment", "state", "days").aggregate(n=plain.count())
    sums: dict[Segment, dict[str, dict[int, int]]] = {}
    for row in rows_of(table=counted):
        for segment in {ALL, row["segment"]}:
            of_state = sums.setdefault(segment, {"answered": {}, "closed": {}, "open": {}})[row["state"]]
            of_state[row["days"] * DAY] = of_state.get(row["days"] * DAY, 0) + row["n"]
    return {segment: Waits(**states) for segment, states in sums.items()}


def touched(*, passes: ir.Table) -> dict[Segment, Touched]:
    """This returns for each segment and `ALL` how many passes nobody has ever tried to reach."""
    never = passes.attempts == 0
    counted = passes.group_by("segment").aggregate(
        leads=passes.count(), never=never.sum(), never_open=(never & passes.done_on.isnull()).sum()
    )
    sums = with_all(rows=rows_of(table=counted), names=("leads", "never", "never_open"))
    return {segment: Touched(**row) for segment, row in sums.items()}


def outcomes(*, attempts: ir.Table, touches: ir.Table, as_of: date) -> dict[int, dict[Cell, Outcomes]]:
    """This returns what came of the first, second … attempt, up to `MOST_ATTEMPTS`, for leads alike.

    Reached: a contact in either direction, or the lead moved on, at the attempt or before the next one. Population of the
    k-th: passes that had k attempts before anything was reached, and of which it is settled: an attempt without a next one on
    an open pass is, after `SETTLED_DAYS`.
    """
    said = touches.filter(touches.human & touches.contact)
    contact = said.group_by(of_record=said.record, of_pass=said["pass"]).aggregate(contact_at=said["at"].min()).view()
    joined = attempts.left_join(
        contact, (attempts.record == contact.of_record) & (attempts["pass"] == contact.of_pass)
    ).drop("of_record", "of_pass")
    order = ibis.window(group_by=[joined.record, joined["pass"]], order_by=[joined["at"], joined.day])
    rows = joined.mutate(k=ibis.row_number().over(order) + 1, next_at=joined["at"].lead().over(order))
    first, moved = rows.contact_at, rows.reached_at
    when = ibis.cases((first.isnull(), moved), (moved.isnull(), first), else_=ibis.ifelse(first < moved, first, moved))
    rows = rows.mutate(reached_when=when)
    rows = rows.filter((rows.k <= MOST_ATTEMPTS) & (rows.reached_when.isnull() | (rows.reached_when >= rows["at"])))
    reached = rows.reached_when.notnull() & (rows.next_at.isnull() | (rows.reached_when < rows.next_at))
    waited = ibis.literal(as_of).delta(rows.day, unit="day") >= SETTLED_DAYS
    became = ibis.cases(
        (reached, "reached"), (rows.next_at.notnull(), "followed"), (rows.done_on.notnull() | waited, "last")
    )
    plain = rows.select("type", "size", "team", "k", became=became)
    plain = plain.filter(plain.became.notnull())
    counted = plain.group_by("type", "size", "team", "k", "became").aggregate(n=plain.count())
    sums: dict[int, dict[Cell, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows_of(table=counted):
        sums[row["k"]][Cell(row["type"], row["size"], row["team"])][row["became"]] = row["n"]
    return {k: {cell: Outcomes(**counts) for cell, counts in cells.items()} for k, cells in sorted(sums.items())}


def decisions(*, passes: ir.Table, as_of: date) -> dict[Segment, Waits]:
    """This returns the days from the hand-over to the decision, in seconds of whole days, for each segment and `ALL`.

    Population: passes that were handed over by `as_of`. Answered: accepted, the lead moved on to the qualified stage;
    closed: given back, it left before; open: neither yet.
    """
    rows = passes.filter(passes.handed_on.notnull())
    accepted = rows.reached_on.notnull()
    state = ibis.cases((accepted, "answered"), (rows.left_on.notnull(), "closed"), else_="open")
    end = ibis.coalesce(rows.reached_on, rows.left_on.cast("date"), ibis.literal(as_of))
    days = end.delta(rows.handed_on.cast("date"), unit="day")
    plain = rows.select("segment", state=state, days=ibis.ifelse(days < 0, 0, days).cast("int64"))
    counted = plain.group_by("segment", "state", "days").aggregate(n=plain.count())
    sums: dict[Segment, dict[str, dict[int, int]]] = {}
    for row in rows_of(table=counted):
        for segment in {ALL, row["segment"]}:
            of_state = sums.setdefault(segment, {"answered": {}, "closed": {}, "open": {}})[row["state"]]
            of_state[row["days"] * DAY] = of_state.get(row["days"] * DAY, 0) + row["n"]
    return {segment: Waits(**states) for segment, states in sums.items()}


def rejections(*, passes: ir.Table, window_days: int) -> Mapping[str | None, Rejected]:
    """This returns the passes given back within the window after the hand-over, by reason (the label where there is none).

    `later` counts those of which the same lead moved on in a later pass: work that was given back and was worth it.
    """
    again = passes.filter(passes.reached_on.notnull())
    last = again.group_by(of_record=again.record).aggregate(later_pass=again["pass"].max()).view()
    rows = passes.filter(passes.handed_on.notnull() & passes.left_on.notnull() & passes.reached_on.isnull())
    in_time = rows.left_on.cast("date").delta(rows.handed_on.cast("date"), unit="day") <= window_days
    rows = rows.filter(in_time).view()
    joined = rows.left_join(last, rows.record == last.of_record)
    reason = ibis.coalesce(joined.left_reason.nullif(""), joined.left_label)
    later = (joined.later_pass > joined["pass"]).fill_null(False)
    counted = joined.group_by(reason=reason).aggregate(count=joined.count(), later=later.sum())
    return {row["reason"]: Rejected(count=row["count"], later=row["later"] or 0) for row in rows_of(table=counted)}
