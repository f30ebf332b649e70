"""What stands between a CRM's counts of a month and ours: every record that the one counts and the other does not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.measure.counts.rows import rows_of
from funnelpact.core.terms.period import Period

EXAMPLES = 3
KEPT = "kept"
"""The reason of a record that both count."""

Chain: TypeAlias = str
"""`created`, `won`, `left`: in the month; `stage0` …: now in that stage; `cohort`: what became of those created in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How many records of a chain have one reason, and some of their keys. `ours`: we count them and the CRM does not."""

    chain: Chain
    reason: str
    ours: bool
    count: int
    examples: tuple[str, ...]


def ledger(
    *, records: ir.Table, journeys: ir.Table, month: Period, positions: range, start: int, horizon_days: int
) -> ir.Table:
    """This returns one row for each record of each chain: `chain`, `reason`, `ours`, `key`.

    `records` are `core.journeys.crm.crm_records`, `journeys` all passes, those too that do not count. Whatever a CRM counts
    stands there once, under `KEPT` or the first reason that we have not to count it; what only we count has `ours`. So for
    each chain: the CRM's count - the reasons that are not ours + those that are = our count. `start` is the position at which
    a lead counts as created; a win at an age above the horizon is named as such in the cohort.
    """
    passes = _passes(journeys, positions, start)
    linked = _linked(records, passes).cache()
    kinds = {row["kind"] for row in rows_of(table=records.select("kind").distinct())}
    born, sold = "lead" if "lead" in kinds else "deal", "deal" if "deal" in kinds else "lead"
    chains = [
        _created(linked, passes, month, born),
        _won(linked, passes, month, sold),
        _left(linked, passes, month, sold),
        *(_stage(linked, passes, position) for position in positions[:-1]),
        *_cohort(passes, month, horizon_days),
    ]
    return stacked(tables=chains)


def entries(*, rows: ir.Table) -> tuple[Entry, ...]:
    """This returns a ledger summed up by chain and reason, with the first keys of each."""
    counted = rows.group_by("chain", "reason", "ours").aggregate(n=rows.count())
    order = ibis.window(group_by=["chain", "reason", "ours"], order_by="key")
    first = rows.filter(rows.reason != KEPT).mutate(number=ibis.row_number().over(order))
    some = rows_of(table=first.filter(first.number < EXAMPLES).order_by("key").drop("number"))
    keys: dict[tuple[str, str, bool], list[str]] = {}
    for row in some:
        keys.setdefault((row["chain"], row["reason"], row["ours"]), []).append(row["key"])
    found = rows_of(table=counted.order_by("chain", "reason", "ours"))
    return tuple(
        Entry(
            chain=row["chain"],
            reason=row["reason"],
            ours=row["ours"],
            count=row["n"],
            examples=tuple(keys.get((row["chain"], row["reason"], row["ours"]), ())),
        )
        for row in found
    )


def keys_behind(*, rows: ir.Table, chain: Chain, reason: str) -> tuple[str, ...]:
    """This returns the keys of all records of a chain that have a reason, in order."""
    found = rows.filter((rows.chain == chain) & (rows.reason == reason)).select("key").order_by("key")
    return tuple(row["key"] for row in rows_of(table=found))


def cohort_ages(*, journeys: ir.Table, month: Period, positions: range, start: int, as_of: ir.Value) -> dict[int, int]:
    """This returns how many passes that were created in the month are still open, by their age in days."""
    passes = _passes(journeys, positions, start)
    rows = passes.filter(passes.counts & _within(passes.born, month) & passes.won_on.isnull() & passes.left_on.isnull())
    aged = rows.group_by(age=as_of.delta(rows.born, unit="day")).aggregate(n=rows.count())
    return {row["age"]: row["n"] for row in rows_of(table=aged)}


def _passes(journeys: ir.Table, positions: range, start: int) -> ir.Table:
    last = positions[-1]
    reached = [(journeys[f"s{place}"].notnull(), ibis.literal(place, "int64")) for place in reversed(positions)]
    return journeys.select(
        "record",
        "kind",
        "key",
        "deals",
        "left_on",
        number=journeys["pass"],
        why=ibis.cases(
            (journeys.excluded.notnull(), ibis.literal("excluded:") + journeys.excluded),
            (journeys.backwards, ibis.literal("backwards")),
            else_=ibis.null("string"),
        ),
        counts=journeys.excluded.isnull() & ~journeys.backwards,
        born=journeys[f"s{start}"],
        won_on=journeys[f"s{last}"],
        place=ibis.ifelse(journeys.left_on.isnull(), ibis.cases(*reached, else_=ibis.null("int64")), None),
    )


def _linked(records: ir.Table, passes: ir.Table) -> ir.Table:
    """Each record with the pass that it belongs to: a deal with that of its deal list, a lead with the first, the first won
    and the newest of its passes.
    """
    sold = passes.filter(passes.deals.notnull()).select("record", "number", deal_nr=passes.deals.unnest())
    of_leads = passes.filter(passes.kind == "lead")
    newest = of_leads.group_by(of_lead="record").aggregate(
        newest=of_leads.number.max(), first_won=of_leads.number.min(where=of_leads.won_on.notnull())
    )
    joined = records.left_join(sold, (records.kind == "deal") & (records.stays_nr == sold.deal_nr))
    joined = joined.left_join(newest, (joined.kind == "lead") & (joined.stays_nr == newest.of_lead))
    lead = joined.kind == "lead"
    return joined.select(
        "kind",
        "nr",
        "stays_nr",
        "gone",
        "key",
        "created_on",
        "place",
        closed_won_on=joined.won_on,
        closed_left_on=joined.left_on,
        of_record=ibis.ifelse(lead, joined.stays_nr, joined.record),
        first_number=ibis.ifelse(lead, ibis.literal(1, "int64"), joined.number),
        won_number=ibis.ifelse(lead, joined.first_won, joined.number),
        now_number=ibis.ifelse(lead, joined.newest, joined.number),
    ).view()


def _with_pass(linked: ir.Table, passes: ir.Table, number: str) -> ir.Table:
    """Records beside their pass, the columns of which begin with `our_`."""
    ours = passes.drop("key", "kind", "deals").rename("our_{name}")
    return linked.left_join(ours, [("of_record", "our_record"), (number, "our_number")])


def _several(rows: ir.Table, day: str) -> ir.Value:
    """Whether another record of the same pass comes before."""
    mine = rows.nr == rows.stays_nr
    order = ibis.window(group_by=["our_record", "our_number", mine], order_by=[rows[day], rows.kind, rows.nr])
    return mine & rows.our_record.notnull() & (ibis.row_number().over(order) > 0)


def _reasons(rows: ir.Table, *further: tuple[ir.Value, str]) -> ir.Value:
    first = [
        (rows.nr != rows.stays_nr, ibis.literal("merged")),
        (rows.gone, ibis.literal("excluded:deleted")),
        (rows.our_why.notnull(), rows.our_why),
    ]
    return ibis.cases(*first, *((test, ibis.literal(name)) for test, name in further), else_=ibis.literal(KEPT))


def _chain(name: Chain, theirs: ir.Table, ours: ir.Table) -> ir.Table:
    """Both sides of a chain; of ours those without a record that is kept, with their `reason`."""
    theirs = theirs.select("our_record", "our_number", "key", "reason")
    kept = theirs.filter(theirs.reason == KEPT)
    alone = ours.anti_join(kept, [("record", "our_record"), ("number", "our_number")])
    chain = ibis.literal(name)
    return stacked(
        tables=[
            theirs.select("key", "reason", chain=chain, ours=ibis.literal(False)),
            alone.select("key", "reason", chain=chain, ours=ibis.literal(True)),
        ]
    )


def _created(linked: ir.Table, passes: ir.Table, month: Period, born: str) -> ir.Table:
    rows = _with_pass(linked.filter((linked.kind == born) & _within(linked.created_on, month)), passes, "first_number")
    rows = rows.mutate(reason=_reasons(rows, (~_within(rows.our_born, month), "dated")))
    ours = passes.filter(passes.counts & (passes.kind == born) & _within(passes.born, month))
    ours = ours.mutate(reason=ibis.ifelse(ours.number > 1, "returned", "dated"))
    return _chain("created", rows, ours)


def _won(linked: ir.Table, passes: ir.Table, month: Period, sold: str) -> ir.Table:
    rows = _with_pass(linked.filter((linked.kind == sold) & _within(linked.closed_won_on, month)), passes, "won_number")
    again = _several(rows, "closed_won_on") | (rows.our_won_on < ibis.literal(month.start)).fill_null(False)
    rows = rows.mutate(reason=_reasons(rows, (again, "again"), (~_within(rows.our_won_on, month), "dated")))
    ours = passes.filter(passes.counts & _within(passes.won_on, month))
    ours = ours.mutate(reason=ibis.ifelse(ours.deals.isnull(), "own_label", "dated"))
    return _chain("won", rows, ours)


def _left(linked: ir.Table, passes: ir.Table, month: Period, sold: str) -> ir.Table:
    rows = _with_pass(
        linked.filter((linked.kind == sold) & _within(linked.closed_left_on, month)), passes, "now_number"
    )
    reason = _reasons(
        rows,
        (rows.our_won_on.notnull(), "won_otherwise"),
        (rows.our_left_on.isnull(), "goes_on"),
        (_several(rows, "closed_left_on"), "again"),
        (~_within(rows.our_left_on, month), "dated"),
    )
    ours = passes.filter(passes.counts & _within(passes.left_on, month))
    ours = ours.mutate(reason=ibis.ifelse(ours.deals.isnull(), "no_deal", "dated"))
    return _chain("left", rows.mutate(reason=reason), ours)


def _stage(linked: ir.Table, passes: ir.Table, position: int) -> ir.Table:
    rows = _with_pass(linked.filter(linked.place == position), passes, "now_number")
    reason = _reasons(
        rows,
        (rows.our_left_on.notnull(), "gone"),
        ((rows.our_place > position).fill_null(False), "further"),
        ((rows.our_place < position).fill_null(True), "before"),
        (_several(rows, "created_on"), "one_pass"),
    )
    ours = passes.filter(passes.counts & (passes.place == position)).mutate(reason=ibis.literal("said_otherwise"))
    return _chain(f"stage{position}", rows.mutate(reason=reason), ours)


def _cohort(passes: ir.Table, month: Period, horizon_days: int) -> tuple[ir.Table, ir.Table]:
    """What lies between the closings of a month and what became of the passes that were created in it, and late wins."""
    rows = passes.filter(passes.counts)
    born, won, left = _within(rows.born, month), _within(rows.won_on, month), _within(rows.left_on, month)
    named = rows.mutate(
        reason=ibis.cases(
            (won & rows.born.isnull(), "won_no_lead"),
            (won & ~born, "won_earlier"),
            (left & rows.born.isnull(), "left_no_lead"),
            (left & ~born, "left_earlier"),
            (born & rows.won_on.notnull() & ~won, "won_later"),
            (born & rows.left_on.notnull() & ~left, "left_later"),
            (born & rows.won_on.isnull() & rows.left_on.isnull(), "open"),
            else_=ibis.null("string"),
        )
    )
    told = named.filter(named.reason.notnull())
    slow = rows.filter(born & (rows.won_on.delta(rows.born, unit="day") > horizon_days).fill_null(False))
    slow = slow.mutate(reason=ibis.literal("won_late"))
    columns = {"chain": ibis.literal("cohort"), "ours": ibis.literal(True)}
    return told.select("key", "reason", **columns), slow.select("key", "reason", **columns)


def _within(day: ir.Value, month: Period) -> ir.Value:
    return ((day >= ibis.literal(month.start)) & (day < ibis.literal(month.end))).fill_null(False)
