"""Passes to life tables and to the other small counts of a funnel, on which its statistics run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
from ibis.expr import types as ir

from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of, squares_of, with_all
from funnelpact.core.terms.lifetable import LifeTable

OPEN, MOVED, LEFT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """What was counted of one step in one segment: the life table, and for each age the sum of squared amounts."""

    table: LifeTable
    squares: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings:
    """How many passes moved on and how many left on the days of a period, whenever they had entered."""

    moved: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEnough:
    """How many passes entered long enough ago, and how many of them moved on in time."""

    entered: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The won deals of a segment: passes won, those of them with an amount, their total and the sum of the squares."""

    won: int
    count: int
    total: Fraction
    squares: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShares:
    """Passes won and others, and how many of each the source places in the breakdown."""

    won: int
    won_known: int
    others: int
    others_known: int


def step_counts(
    *, passes: ir.Table, start: int, end: int, as_of: date, observed_from: date | None = None
) -> dict[Segment, StepCounts]:
    """This returns the life table of a step for each segment, and for `ALL`.

    Population: the passes that entered position `start` by the end of `as_of`, and not before `observed_from`, and do not
    run backwards. Moved: those that reached position `end`; left: those that left before; open: the rest. Age counts
    calendar days from the entry. Amounts are those of the deals that a pass won, in the source's currency.
    """
    rows = _entered(passes, start, since=observed_from)
    entered, moved_on = rows[f"s{start}"], rows[f"s{end}"]
    cause = ibis.cases((moved_on.notnull(), MOVED), (rows.left_on.notnull(), LEFT), else_=OPEN)
    # `greatest` passes over NULL, so the open ones must not meet it.
    left_on = ibis.ifelse(rows.left_on.notnull(), ibis.greatest(rows.left_on, entered), None)
    ended = ibis.coalesce(moved_on, left_on, ibis.literal(as_of))
    one = rows.select(
        segment=rows.by,
        age=ended.delta(entered, unit="day"),
        cause=cause,
        amount=ibis.ifelse(cause == MOVED, rows.amount, None),
    )
    counted = one.group_by("segment", "age", "cause").aggregate(
        n=one.count(), amount=one.amount.sum(), known=one.amount.count(), squares=squares_of(amount=one.amount)
    )
    return _step_tables(rows_of(table=counted))


def closings(*, passes: ir.Table, start: int, end: int, first_on: date, last_on: date) -> dict[Segment, Closings]:
    """This returns, for each segment and `ALL`, what moved from `start` to `end` or left in a period, both days included.

    Population: the passes that were in position `start` and closed that step within the period.
    """
    rows = _entered(passes, start)
    moved_on = rows[f"s{end}"]
    one = rows.select(segment=rows.by, moved=moved_on.notnull(), closed_on=ibis.coalesce(moved_on, rows.left_on))
    one = one.filter((one.closed_on >= ibis.literal(first_on)) & (one.closed_on <= ibis.literal(last_on)))
    counted = one.group_by("segment").aggregate(moved=one.moved.sum(), left=(~one.moved).sum())
    sums = with_all(rows=rows_of(table=counted), names=("moved", "left"))
    return {segment: Closings(moved=row["moved"], left=row["left"]) for segment, row in sums.items()}


def old_enough(
    *,
    passes: ir.Table,
    start: int,
    end: int,
    horizon_days: int,
    as_of: date,
    observed_from: date | None = None,
) -> dict[Segment, OldEnough]:
    """This returns, for each segment and `ALL`, the passes that entered `horizon_days` before `as_of` or earlier.

    `moved` counts those of them that reached position `end` at an age up to the horizon. Passes that entered before
    `observed_from` are left out.
    """
    rows = _entered(passes, start, since=observed_from)
    entered = rows[f"s{start}"]
    one = rows.select(
        segment=rows.by,
        moved=(rows[f"s{end}"].delta(entered, unit="day") <= horizon_days).fill_null(False),
        age=ibis.literal(as_of).delta(entered, unit="day"),
    )
    one = one.filter(one.age >= horizon_days)
    counted = one.group_by("segment").aggregate(entered=one.count(), moved=one.moved.sum())
    sums = with_all(rows=rows_of(table=counted), names=("entered", "moved"))
    return {segment: OldEnough(entered=row["entered"], moved=row["moved"]) for segment, row in sums.items()}


def orders(*, passes: ir.Table, won: int) -> dict[Segment, Orders]:
    """This returns the won passes for each segment and `ALL`: how many, how many with an amount, total and squares."""
    rows = _entered(passes, won)
    counted = rows.group_by(segment=rows.by).aggregate(
        won=rows.count(), count=rows.amount.count(), total=rows.amount.sum(), squares=squares_of(amount=rows.amount)
    )
    sums = with_all(rows=rows_of(table=counted), names=("won", "count", "total", "squares"))
    return {
        segment: Orders(
            won=row["won"], count=row["count"], total=Fraction(row["total"]), squares=Fraction(row["squares"])
        )
        for segment, row in sums.items()
    }


def reached(*, passes: ir.Table, positions: Sequence[int]) -> dict[Segment, tuple[int, ...]]:
    """This returns how many passes reached each position, for each segment and `ALL`; backwards ones left out."""
    rows = passes.filter(~passes.backwards)
    names = [f"s{stage}" for stage in positions]
    counted = rows.group_by(segment=rows.by).aggregate(**{name: rows[name].count() for name in names})
    sums = with_all(rows=rows_of(table=counted), names=names)
    return {segment: tuple(row[name] for name in names) for segment, row in sums.items()}


def waited(*, passes: ir.Table, positions: int) -> tuple[int, ...]:
    """This returns, for each position, how many passes were seen in it and not at once in the next one, too.

    A stage of which that is nobody was not recorded by the source, only implied by later ones.
    """
    rows = passes.filter(~passes.backwards)
    found = rows.aggregate(
        **{
            f"n{stage}": (
                rows[f"s{stage}"].notnull()
                & (rows[f"s{stage + 1}"].isnull() | (rows[f"s{stage + 1}"] > rows[f"s{stage}"]))
            ).sum()
            for stage in range(positions - 1)
        },
        last=rows[f"s{positions - 1}"].count(),
    )
    row = rows_of(table=found)[0]
    return tuple(row[name] or 0 for name in row)


def backwards(*, passes: ir.Table) -> tuple[int, tuple[str, ...]]:
    """This returns how many passes have a later stage more than a day before their creation, and three of their keys."""
    rows = passes.filter(passes.backwards)
    examples = rows_of(table=rows.select("key").order_by("key").limit(3))
    return int(rows.count().to_pyarrow().as_py()), tuple(str(row["key"]) for row in examples)


def arrivals(*, passes: ir.Table, position: int, days: int) -> dict[Segment, int]:
    """This returns, for each segment and `ALL`, the passes that entered in the `days` up to the newest entry."""
    rows = _entered(passes, position)
    entered = rows[f"s{position}"]
    newest = entered.max().to_pyarrow().as_py()
    if newest is None:
        return {}
    counted = rows.filter(entered > ibis.literal(newest - timedelta(days=days))).group_by(segment="by")
    sums = with_all(rows=rows_of(table=counted.aggregate(n=ibis._.count())), names=("n",))
    return {segment: row["n"] for segment, row in sums.items()}


def ages(*, passes: ir.Table, position: int, as_of: date, observed_from: date | None = None) -> dict[int, int]:
    """This returns how many passes entered a position so many days before `as_of`, not before `observed_from`."""
    rows = _entered(passes, position, since=observed_from)
    by_age = rows.group_by(age=ibis.literal(as_of).delta(rows[f"s{position}"], unit="day")).aggregate(n=rows.count())
    return {row["age"]: row["n"] for row in rows_of(table=by_age)}


def days_of_entry(*, passes: ir.Table, start: int, end: int) -> tuple[dict[date, int], date | None]:
    """This returns how many passes entered position `start` on each day, and the first day on which any moved or left."""
    rows = _entered(passes, start)
    by_day = rows.group_by(day=rows[f"s{start}"]).aggregate(n=rows.count())
    first = ibis.least(rows[f"s{end}"].min(), rows.left_on.min())
    return {row["day"]: row["n"] for row in rows_of(table=by_day)}, first.to_pyarrow().as_py()


def known_shares(*, passes: ir.Table, won: int) -> KnownShares:
    """This returns how many passes are won, and of those how many have a value of the breakdown; the same for the others."""
    rows = passes.filter(~passes.backwards)
    is_won = rows[f"s{won}"].notnull()
    row = rows_of(
        table=rows.aggregate(
            won=is_won.sum(),
            won_known=(is_won & rows.by.notnull()).sum(),
            others=(~is_won).sum(),
            others_known=(~is_won & rows.by.notnull()).sum(),
        )
    )[0]
    return KnownShares(**{name: count or 0 for name, count in row.items()})


def _entered(passes: ir.Table, position: int, *, since: date | None = None) -> ir.Table:
    rows = passes.filter(~passes.backwards & passes[f"s{position}"].notnull())
    return rows.filter(rows[f"s{position}"] >= ibis.literal(since)) if since else rows


def _step_tables(rows: list[dict[str, Any]]) -> dict[Segment, StepCounts]:
    by_segment: dict[Segment, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_segment[ALL].append(row)
        by_segment[row["segment"]].append(row)
    return {segment: _step_table(part) for segment, part in by_segment.items()}


def _step_table(rows: list[dict[str, Any]]) -> StepCounts:
    ages = max(row["age"] for row in rows) + 1
    counts = {cause: [0] * ages for cause in (OPEN, MOVED, LEFT)}
    amount, squares, known = [Decimal(0)] * ages, [0.0] * ages, [0] * ages
    for row in rows:
        age = row["age"]
        counts[row["cause"]][age] += row["n"]
        amount[age] += row["amount"] or 0
        squares[age] += row["squares"] or 0
        known[age] += row["known"]
    table = LifeTable(
        entered=(sum(row["n"] for row in rows), *[0] * (ages - 1)),
        moved=tuple(counts[MOVED]),
        left=tuple(counts[LEFT]),
        open=tuple(counts[OPEN]),
        amount=tuple(Fraction(value) for value in amount),
        amount_known=tuple(known),
    )
    return StepCounts(table=table, squares=tuple(Fraction(value) for value in squares))
