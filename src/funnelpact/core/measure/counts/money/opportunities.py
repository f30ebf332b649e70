"""Opportunities to counts: how they ended in a period, how cohorts of them were won, which are open and how old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.stages import is_derailed
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of, with_all

QUARTER_DAYS = 91


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Opportunities that were won, lost, or closed without anybody deciding."""

    won: int
    lost: int
    derailed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripe:
    """Opportunities old enough for a span of ages, and those of them won in it."""

    opened: int
    won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAmounts:
    """Open deals of opportunities of one age: how many, how many carry an amount, and their sum."""

    deals: int
    known: int
    amount: Fraction


def ends(
    *, passes: ir.Table, at: int, won: int, first_on: date | None = None, last_on: date | None = None
) -> dict[Segment, Ends]:
    """This returns, for each segment and `ALL`, how the opportunities ended that did so in a period, both days included.

    Population: passes that reached position `at` and do not run backwards, whenever they did. An exit whose label or reason
    says that nobody decided is `derailed`, any other a loss. Without days all ends count.
    """
    rows = _opportunities(passes, at)
    said = rows.filter(rows.left_on.notnull()).select("left_label", "left_reason").distinct()
    pairs = rows_of(table=said)
    words = {text for pair in pairs for text in pair.values() if text and is_derailed(words=text)}
    derailed = (
        rows.left_label.isin(sorted(words)).fill_null(False) | rows.left_reason.isin(sorted(words)).fill_null(False)
        if words
        else ibis.literal(False)
    )
    is_won = rows[f"s{won}"].notnull()
    one = rows.select(segment=rows.by, won=is_won, derailed=derailed, on=ibis.coalesce(rows[f"s{won}"], rows.left_on))
    one = one.filter(one["on"].notnull())
    if first_on is not None and last_on is not None:
        one = one.filter((one["on"] >= ibis.literal(first_on)) & (one["on"] <= ibis.literal(last_on)))
    counted = one.group_by("segment").aggregate(
        won=one.won.sum(), lost=(~one.won & ~one.derailed).sum(), derailed=(~one.won & one.derailed).sum()
    )
    sums = with_all(rows=rows_of(table=counted), names=("won", "lost", "derailed"))
    return {name: Ends(**row) for name, row in sums.items()}


def ripe(
    *, passes: ir.Table, at: int, won: int, spans: Sequence[tuple[int, int]], as_of: date, since: date | None = None
) -> dict[tuple[int, int], dict[Segment, Ripe]]:
    """This returns, for each span of ages in days, both included, and each segment and `ALL`, the opportunities old enough.

    Population: passes that reached position `at` at least as many days before `as_of` as the span's last age, and not
    before `since`. `won` counts those of them that were won at an age in the span.
    """
    rows = _opportunities(passes, at, since)
    entered = rows[f"s{at}"]
    one = rows.select(
        segment=rows.by,
        age=ibis.literal(as_of).delta(entered, unit="day"),
        took=rows[f"s{won}"].delta(entered, unit="day"),
    )
    sums: dict[str, ir.Value] = {}
    for place, (first, last) in enumerate(spans):
        old = one.age >= last
        sums[f"opened{place}"] = old.sum()
        sums[f"won{place}"] = (old & one.took.between(first, last).fill_null(False)).sum()
    counted = with_all(rows=rows_of(table=one.group_by("segment").aggregate(**sums)), names=tuple(sums))
    return {
        span: {name: Ripe(opened=row[f"opened{place}"], won=row[f"won{place}"]) for name, row in counted.items()}
        for place, span in enumerate(spans)
    }


def stage_ages(
    *, passes: ir.Table, positions: Sequence[int], as_of: date
) -> dict[int, dict[Segment, Mapping[int, int]]]:
    """This returns the ages in days of the open passes in each position they are in, for each segment and `ALL`.

    Population: passes that are neither won nor left and do not run backwards; each is in the last position it reached.
    `positions` are those of the funnel, first to last; nobody is open in the last.
    """
    *before, last = positions
    rows = passes.filter(~passes.backwards & passes[f"s{last}"].isnull() & passes.left_on.isnull())
    stage = ibis.cases(*((rows[f"s{place}"].notnull(), place) for place in reversed(before)), else_=None)
    entered = ibis.coalesce(*(rows[f"s{place}"] for place in reversed(before)))
    one = rows.select(segment=rows.by, stage=stage, age=ibis.literal(as_of).delta(entered, unit="day"))
    one = one.filter(one.stage.notnull())
    found: dict[int, dict[Segment, dict[int, int]]] = {place: defaultdict(dict) for place in before}
    for row in rows_of(table=one.group_by("stage", "segment", "age").aggregate(n=one.count())):
        for name in {ALL, row["segment"]}:
            ages = found[row["stage"]][name]
            ages[row["age"]] = ages.get(row["age"], 0) + row["n"]
    return {place: dict(parts) for place, parts in found.items()}


def open_ages(*, passes: ir.Table, at: int, won: int, as_of: date) -> dict[Segment, dict[int, int]]:
    """This returns the open opportunities by days since they reached position `at`, for each segment and `ALL`."""
    rows = _still_open(passes, at, won)
    one = rows.select(segment=rows.by, age=ibis.literal(as_of).delta(rows[f"s{at}"], unit="day"))
    found: dict[Segment, dict[int, int]] = defaultdict(dict)
    for row in rows_of(table=one.group_by("segment", "age").aggregate(n=one.count())):
        for name in {ALL, row["segment"]}:
            found[name][row["age"]] = found[name].get(row["age"], 0) + row["n"]
    return dict(found)


def open_amounts(
    *, pending: ir.Table, passes: ir.Table, at: int, won: int, as_of: date
) -> dict[Segment, dict[int, OpenAmounts]]:
    """This returns the deals of the same opportunities in the same way; `pending` are the open orders of the passes."""
    rows = _still_open(passes, at, won)
    entered = rows.select(of_record="record", of_number="pass", entered=rows[f"s{at}"])
    joined = pending.inner_join(entered, (pending.record == entered.of_record) & (pending["pass"] == entered.of_number))
    one = joined.select("by", "worth", age=ibis.literal(as_of).delta(joined.entered, unit="day"))
    counted = one.group_by("by", "age").aggregate(deals=one.count(), known=one.worth.count(), amount=one.worth.sum())
    found: dict[Segment, dict[int, OpenAmounts]] = defaultdict(dict)
    for row in rows_of(table=counted):
        for name in {ALL, row["by"]}:
            before = found[name].get(row["age"], OpenAmounts(deals=0, known=0, amount=Fraction(0)))
            found[name][row["age"]] = OpenAmounts(
                deals=before.deals + row["deals"],
                known=before.known + row["known"],
                amount=before.amount + Fraction(row["amount"] or 0),
            )
    return dict(found)


def _still_open(passes: ir.Table, at: int, won: int) -> ir.Table:
    rows = _opportunities(passes, at)
    return rows.filter(rows[f"s{won}"].isnull() & rows.left_on.isnull())


def _opportunities(passes: ir.Table, at: int, since: date | None = None) -> ir.Table:
    rows = passes.filter(~passes.backwards & passes[f"s{at}"].notnull())
    return rows.filter(rows[f"s{at}"] >= ibis.literal(since)) if since else rows
