"""Facts to passes: one row for each prospecting effort, with the day of each stage. Engine expressions only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.stages import EXIT, FunnelMapping
from funnelpact.core.terms.funnel import WON

KEYS = {"companies": "company", "products": "product", "people": "owner"}
"""Tables that say more of a record, and the column that names it there and in leads and deals."""

LEFT = -1
"""The position that stands for every exit."""


def passes(
    *, facts: Mapping[str, ir.Table], mapping: FunnelMapping, as_of: date, by: Dimension | None = None
) -> ir.Table:
    """This returns one row for each pass that began by the end of `as_of` (a day in UTC), as an expression.

    A lead is one pass; a deal without a known lead is a pass of its own that begins at the deal's stage. Columns: `key`,
    `by` (the value of the dimension, NULL where the source says nothing), `s0` … one day for each stage position, NULL
    where it was not reached; `left_on`, NULL for the won and the open; `deals`; `amount` of the won deals, NULL where
    none carries one; `backwards`, true where a later stage or the exit lies more than a day before the creation: such a
    pass counts nowhere and is reported.
    Reaching a later stage implies the earlier ones, at the later one's time. An exit counts while it is the last thing
    said of the record; a lead with deals has left when all of them have. Records with one key are one pass, created when
    the first of them was.
    """
    known = happened_by(facts=facts, as_of=as_of)
    positions = range(len(mapping.funnel.stages))
    leads = _leads(known, mapping, by)
    deals = _deals(known, mapping, by)
    # A left join instead of a membership test: engines run it in one pass over both.
    placed = deals.left_join(leads.select(known_lead=leads.key), deals.lead == leads.key)
    grouped = _deals_of_a_lead(placed.filter(placed.known_lead.notnull()), positions)
    joined = leads.left_join(grouped, leads.key == grouped.lead)
    with_lead = joined.select(
        key=leads.key,
        by=ibis.coalesce(leads.by, grouped.deal_by),
        created_at=leads.created_at,
        left_at=ibis.cases(
            (grouped.deals.isnull(), leads.left_at),
            (grouped.open_deals == 0, grouped.deal_left_at),
        ),
        start=ibis.literal(0),
        deals=grouped.deals.fill_null(0),
        amount=grouped.deal_amount,
        **{f"t{stage}": ibis.least(leads[f"t{stage}"], grouped[f"d{stage}"]) for stage in positions},
    )
    alone = placed.filter(placed.known_lead.isnull())
    without_lead = alone.select(
        key=ibis.literal("deal:") + alone.deal,
        by=alone.deal_by,
        created_at=alone.opened_at,
        left_at=alone.deal_left_at,
        start=ibis.literal(mapping.deal_position),
        deals=ibis.literal(1, type="int64"),
        amount=alone.deal_amount,
        **{f"t{stage}": alone[f"d{stage}"] for stage in positions},
    )
    return _dated(_looked_up(with_lead.union(without_lead), known, by), positions)


def happened_by(*, facts: Mapping[str, ir.Table], as_of: date) -> dict[str, ir.Table]:
    """This returns the facts that happened by the end of a day in UTC."""
    end = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) + timedelta(days=1)
    return {name: table.filter(table.happened_at < ibis.timestamp(end.isoformat())) for name, table in facts.items()}


def _with_dimension(table: str, known: Mapping[str, ir.Table], by: Dimension | None) -> ir.Table:
    """The rows of a fact table with what they say of the dimension: its value, the key to look it up by, or nothing."""
    rows = known[table]
    if by is not None and by.table == table:
        return rows.mutate(dimension=rows.labels.get(by.name) if by.labelled else rows[by.name])
    if by is not None and KEYS.get(by.table) in rows.columns:
        return rows.mutate(dimension=rows[KEYS[by.table]])
    return rows.mutate(dimension=ibis.null(str))


def _looked_up(raw: ir.Table, known: Mapping[str, ir.Table], by: Dimension | None) -> ir.Table:
    if by is None or by.table not in KEYS:
        return raw
    rows = known[by.table]
    value = rows.labels.get(by.name) if by.labelled else rows[by.name]
    names = rows.group_by(of=rows[KEYS[by.table]]).aggregate(said=_last(value, rows.happened_at, rows.batch))
    joined = raw.left_join(names, raw.by == names.of)
    return joined.drop("by", "of").rename(by="said")


def _leads(known: Mapping[str, ir.Table], mapping: FunnelMapping, by: Dimension | None) -> ir.Table:
    leads, moves = _with_dimension("leads", known, by), known["transitions"]
    moves = moves.filter(moves.subject_kind == "lead")
    entered = _entered(moves, mapping.lead_labels, mapping)
    first = leads.group_by(key=leads.lead).aggregate(
        created_at=leads.happened_at.min(), by=_first(leads.dimension, leads.happened_at)
    )
    joined = first.left_join(entered, first.key == entered.subject)
    stages = {f"t{stage}": joined[f"t{stage}"] for stage in range(1, len(mapping.funnel.stages))}
    return joined.select("key", "by", "created_at", "left_at", t0=joined.created_at, **stages)


def _deals(known: Mapping[str, ir.Table], mapping: FunnelMapping, by: Dimension | None) -> ir.Table:
    deals, moves = _with_dimension("deals", known, by), known["transitions"]
    moves = moves.filter(moves.subject_kind == "deal")
    entered = _entered(moves, mapping.deal_labels, mapping)
    last = len(mapping.funnel.stages) - 1
    # The row of the newest batch is what the source says now; the opening is the earliest that it ever said.
    one = deals.group_by("deal").aggregate(
        opened_at=deals.happened_at.min(),
        deal_amount=_last(deals.amount, deals.batch).cast("decimal(38, 4)"),
        lead=_last(deals.lead, deals.batch),
        deal_by=_last(deals.dimension, deals.batch),
    )
    joined = one.left_join(entered, one.deal == entered.subject)
    return joined.select(
        "deal",
        "lead",
        "opened_at",
        "deal_by",
        deal_left_at=joined.left_at,
        deal_amount=ibis.ifelse(joined[f"t{last}"].notnull() & (joined.deal_amount > 0), joined.deal_amount, None),
        **{
            f"d{stage}": ibis.least(joined.opened_at, joined[f"t{stage}"])
            if stage == mapping.deal_position
            else joined[f"t{stage}"]
            for stage in range(last + 1)
        },
    )


def _entered(moves: ir.Table, labels: Mapping[str, str | None], mapping: FunnelMapping) -> ir.Table:
    """The first instant at which each record entered each position, and when it left if that was said last."""
    where = {WON: len(mapping.funnel.stages) - 1, EXIT: LEFT}
    where |= {stage: number for number, stage in enumerate(mapping.funnel.stages)}
    branches = [(label, where[stage]) for label, stage in labels.items() if stage is not None and stage in where]
    position = moves.label.cases(*branches, else_=ibis.null("int64")) if branches else ibis.null("int64")
    placed = moves.select("subject", "happened_at", "batch", position=position)
    placed = placed.filter(placed.position.notnull())
    left = placed.happened_at.max(where=placed.position == LEFT)
    stayed = placed.happened_at.max(where=placed.position != LEFT)
    return placed.group_by("subject").aggregate(
        left_at=ibis.ifelse(stayed.isnull() | (left >= stayed), left, None),
        **{
            f"t{stage}": placed.happened_at.min(where=placed.position == stage)
            for stage in range(len(mapping.funnel.stages))
        },
    )


def _first(value: ir.Value, *by: ir.Value) -> ir.Value:
    """The value of the first row in that order; the value itself decides between equals, or the order of rows would."""
    keys = {f"key{position}": key for position, key in enumerate(by)}
    return value.argmin(ibis.struct({**keys, "silent": value.isnull(), "value": value}))


def _last(value: ir.Value, *by: ir.Value) -> ir.Value:
    """The value of the last row in that order; of equals one that says something."""
    keys = {f"key{position}": key for position, key in enumerate(by)}
    return value.argmax(ibis.struct({**keys, "said": value.notnull(), "value": value}))


def _deals_of_a_lead(deals: ir.Table, positions: range) -> ir.Table:
    won = deals[f"d{positions[-1]}"]
    return deals.group_by("lead").aggregate(
        deals=deals.count(),
        open_deals=(deals.deal_left_at.isnull() & won.isnull()).sum(),
        deal_left_at=deals.deal_left_at.max(),
        deal_amount=deals.deal_amount.sum().cast("decimal(38, 4)"),
        deal_by=_first(deals.deal_by, deals.opened_at),
        **{f"d{stage}": deals[f"d{stage}"].min() for stage in positions},
    )


def _dated(raw: ir.Table, positions: range) -> ir.Table:
    last = positions[-1]
    implied: dict[int, ir.Value] = {last: raw[f"t{last}"]}
    for stage in reversed(positions[:-1]):
        # `least` passes over NULL: a stage not seen takes the time of the next, a stage seen later than it, too.
        implied[stage] = ibis.least(raw[f"t{stage}"], implied[stage + 1])
    created = raw.created_at.date()
    won = implied[last]
    left_at = ibis.ifelse(won.isnull(), raw.left_at, None)
    earliest = ibis.least(implied[0], left_at)
    days = {f"s{stage}": ibis.greatest(implied[stage].date(), created) for stage in positions}
    # Engines pass over NULL in `greatest`, too: a stage that was not reached has no day.
    days = {
        f"s{stage}": ibis.ifelse(implied[stage].notnull() & (raw.start <= stage), days[f"s{stage}"], None)
        for stage in positions
    }
    return raw.select(
        "key",
        "deals",
        "amount",
        # An empty label says nothing, and is the name of all passes together.
        by=raw.by.nullif(""),
        left_on=left_at.date(),
        backwards=(earliest.date() < created - ibis.interval(days=1)).fill_null(False),
        **days,
    )
