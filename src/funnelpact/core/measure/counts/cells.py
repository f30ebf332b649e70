"""Passes to cells, the smallest counts from which all of a funnel follows: one statement, one result of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.measure.counts.rows import squares_of

OPEN, MOVED, LEFT, UNSEEN = 0, 1, 2, 3
"""What became of a pass; UNSEEN: it closed before it came under watch."""

_WHOLE = tuple("month ripe recent age cause ago late n seen inside first known".split())
_SUMS = {"amount": "decimal(38, 4)", "squares": "decimal(38, 0)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The days by which cells are cut, so that counts of periods and cohorts follow from them.

    `period_days` and `window_days` count back from `as_of`, which is the last of them; the window is not the shorter.
    `ripe_days` are ages, ascending: a cell tells how many of them its passes have had the time to reach. Where
    `window_days` is 0, life tables are wanted and nothing else: then ends are not cut by days, carry `late` themselves, and
    there are no rows of entries. Without `amounts` there are no rows of these.
    """

    as_of: date
    period_days: int = 0
    window_days: int = 0
    ripe_days: tuple[int, ...] = ()
    amounts: bool = True


def cells(
    *,
    passes: ir.Table,
    steps: Sequence[tuple[int, int]],
    marks: Marks,
    since: date | None = None,
    before: date | None = None,
) -> ir.Table:
    """This returns the cells of steps between positions, three kinds of rows in one table.

    Population: the passes that entered the first position of a step by the end of `as_of`, from `since` on and before
    `before` where these are given, and do not run backwards. `step` counts the steps from 0, `segment` is the value of the
    breakdown. Rows of ends (`age` given, `known` not): `month` of the entry (12 × year + month - 1), `ripe` how many of the
    `ripe_days` have passed since the entry, `recent` 2 for an end in the period, 1 for one only in the window, 0 for one
    before; `age` in whole days at the end, `cause` one of the constants above; `n` passes. Rows of amounts (`known` given):
    the same keys, and of the passes that moved to the last position and carry an amount how many they are, `amount`, and
    `squares` in square cents. Rows of entries (`ago` given): days `ago` from the entry to `as_of`, `late` the age at which
    passes came under watch; `n` passes, `seen` those not closed before that, `inside` those of them that had not ended when
    the window began, `first` how many days ago the first of them closed. A step from a position to itself counts the passes
    there, each moved at age 0. All numbers are whole or exact decimals: neither the order of the rows nor the number of
    threads changes them.
    """
    parts = []
    for number, (start, end) in enumerate(steps):
        rows = passes.filter(~passes.backwards & passes[f"s{start}"].notnull())
        rows = rows.filter(rows[f"s{start}"] >= ibis.literal(since)) if since else rows
        rows = rows.filter(rows[f"s{start}"] < ibis.literal(before)) if before else rows
        step = StepRows(rows=rows, start=start, end=end, marks=marks)
        counted = [_ends(step)]
        counted += [_amounts(step)] if marks.amounts and f"s{end + 1}" not in passes.columns else []
        counted += [_entries(step)] if marks.window_days and start < end else []
        parts += [_in_one_shape(table, number) for table in counted]
    return stacked(tables=parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRows:
    """The passes of one step, and what is asked of each."""

    rows: ir.Table
    start: int
    end: int
    marks: Marks

    @property
    def entered(self) -> ir.Value:
        """The day on which a pass entered the step."""
        return self.rows[f"s{self.start}"]

    @property
    def moved_on(self) -> ir.Value:
        """The day on which it moved on, NULL where it has not."""
        return self.rows[f"s{self.end}"]

    @property
    def ended(self) -> ir.Value:
        """The day on which it moved or left, `as_of` where it is open."""
        # `greatest` passes over NULL, so the open ones must not meet it.
        left_on = ibis.ifelse(self.rows.left_on.notnull(), ibis.greatest(self.rows.left_on, self.entered), None)
        return ibis.coalesce(self.moved_on, left_on, ibis.literal(self.marks.as_of))

    @property
    def age(self) -> ir.Value:
        """Its age in days then."""
        return self.ended.delta(self.entered, unit="day")

    @property
    def late(self) -> ir.Value:
        """The age at which it came under watch."""
        return ibis.greatest(self.rows.observed_from.delta(self.entered, unit="day"), 0)

    @property
    def unseen(self) -> ir.Value:
        """Whether it closed before that."""
        return self.late > self.age if self.start < self.end else ibis.literal(False)

    @property
    def cause(self) -> ir.Value:
        """What became of it."""
        causes = ((self.unseen, UNSEEN), (self.moved_on.notnull(), MOVED), (self.rows.left_on.notnull(), LEFT))
        return ibis.cases(*causes, else_=OPEN)

    @property
    def keys(self) -> dict[str, ir.Value]:
        """What ends and amounts are grouped by."""
        marks = self.marks
        end = {"segment": self.rows.by, "age": self.age, "cause": self.cause}
        if not marks.window_days:
            return end if self.start == self.end else {**end, "late": self.late}
        ripe, recent = ibis.literal(0, "int32"), ibis.literal(0, "int32")
        for days in marks.ripe_days:
            ripe += (self.entered <= ibis.literal(marks.as_of - timedelta(days=days))).cast("int32")
        for days in filter(None, (marks.period_days, marks.window_days)):
            recent += self.since(days).cast("int32")
        month = (self.entered.year() * 12 + self.entered.month() - 1).cast("int32")
        return {**end, "month": month, "ripe": ripe, "recent": recent}

    def since(self, days: int) -> ir.Value:
        """Whether the end lies in that many days up to the last one."""
        return self.ended >= ibis.literal(self.marks.as_of - timedelta(days=days - 1))


def _ends(step: StepRows) -> ir.Table:
    keys = step.keys
    one = step.rows.select(**keys)
    return one.group_by(*keys).aggregate(n=one.count())


def _amounts(step: StepRows) -> ir.Table:
    # Apart from the ends: few passes carry an amount, and sums of decimals over all of them would cost most of the time.
    paid = step.rows.filter(step.moved_on.notnull() & step.rows.amount.notnull())
    step = StepRows(rows=paid, start=step.start, end=step.end, marks=step.marks)
    keys = step.keys
    one = paid.select(**keys, amount=paid.amount)
    return one.group_by(*keys).aggregate(
        known=one.count(), amount=one.amount.sum(), squares=squares_of(amount=one.amount)
    )


def _entries(step: StepRows) -> ir.Table:
    as_of = ibis.literal(step.marks.as_of)
    closed = ~step.unseen & (step.moved_on.notnull() | step.rows.left_on.notnull())
    one = step.rows.select(
        segment=step.rows.by,
        ago=as_of.delta(step.entered, unit="day"),
        late=step.late,
        seen=~step.unseen,
        inside=~step.unseen & step.since(step.marks.window_days),
        closed=ibis.ifelse(closed, as_of.delta(step.ended, unit="day"), None),
    )
    return one.group_by("segment", "ago", "late").aggregate(
        n=one.count(), seen=one.count(where=one.seen), inside=one.count(where=one.inside), first=one.closed.max()
    )


def _in_one_shape(table: ir.Table, number: int) -> ir.Table:
    columns = {name: table[name].cast("int64") if name in table.columns else ibis.null("int64") for name in _WHOLE}
    for name, kind in _SUMS.items():
        # Not NULL: on the way from Spark pandas cannot read a column of decimals that begins with none.
        columns[name] = (table[name] if name in table.columns else ibis.literal(0)).cast(kind)
    return table.select(step=ibis.literal(number, "int64"), segment=table.segment, **columns)
