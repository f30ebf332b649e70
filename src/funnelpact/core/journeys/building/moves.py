"""Labels entered to positions of the funnel: when each record first had each, and whether it has left."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.tables import alone_and_several, stacked
from funnelpact.core.journeys.mapping import FunnelMapping, StageLabel
from funnelpact.core.journeys.stages import EXIT

LEFT = -1
"""The position that stands for every exit."""


def positioned(*, transitions: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns the transitions with their `position`: 0 … of the stage, `LEFT` for an exit, NULL for a label without
    meaning, and for whatever is neither a lead's nor a deal's. A deal label that the mapping does not name is an open deal.
    """
    where = {stage: number for number, stage in enumerate(mapping.funnel.stages)} | {EXIT: LEFT}
    entries = [entry for entry in mapping.labels if entry.stage is None or entry.stage in where]
    rows = _with_record(transitions, entries, mapping.zone)
    branches = []
    for entry in entries:
        place = ibis.literal(where[entry.stage] if entry.stage else None, type="int64")
        branches.append((_holds(rows, entry), place))
    branches.append((rows.of_record == "deal", ibis.literal(mapping.deal_position, type="int64")))
    placed_rows = rows.mutate(position=ibis.cases(*branches, else_=ibis.null("int64")))
    return placed_rows.drop(*(column for column in ("of_record", "of_day") if column in placed_rows.columns))


def that_may_mean(*, moves: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns transitions without those of labels of which people have said that they mean nothing."""
    entries = [entry for entry in mapping.labels if entry.stage is None and not entry.proposed]
    if not entries:
        return moves
    rows = _with_record(moves, entries, mapping.zone)
    nothing = ibis.or_(*(_holds(rows, entry) for entry in entries))
    return rows.filter(~nothing.fill_null(False)).select(*moves.columns)


def _with_record(transitions: ir.Table, entries: Sequence[StageLabel], zone: str) -> ir.Table:
    """With `of_record`, and where an entry has a day with `of_day`, the day of each transition."""
    rows = transitions.mutate(of_record=_record(transitions.subject_kind))
    if any(entry.since or entry.until for entry in entries):
        day = day_in(zone=zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
        rows = rows.mutate(of_day=day)
    return rows


def _holds(rows: ir.Table, entry: StageLabel) -> ir.Value:
    holds = (rows.of_record == entry.record) & (rows.label == entry.label)
    if entry.since:
        holds &= rows.of_day >= ibis.literal(entry.since)
    if entry.until:
        holds &= rows.of_day < ibis.literal(entry.until)
    return holds


def placed(*, transitions: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns the transitions of leads and deals that mean something, as journeys need them: `record` (lead or deal),
    `nr`, `at`, `is_day`, `position`, `label`, `reason`.
    """
    rows = positioned(transitions=transitions, mapping=mapping)
    rows = rows.mutate(record=_record(rows.subject_kind))
    rows = rows.filter(rows.record.notnull() & rows.position.notnull())
    return rows.select(
        "record",
        "label",
        "reason",
        "position",
        nr=rows.subject_nr,
        at=rows.happened_at,
        is_day=rows.precision == Precision.DAY.value,
    )


def _record(kind: ir.Value) -> ir.Value:
    return kind.cases(("lead", "lead"), ("contact", "lead"), ("deal", "deal"), else_=ibis.null("string"))


def entered(*, moves: ir.Table, by: Sequence[str], positions: range, with_days: bool = True) -> ir.Table:
    """This returns, for each group, the first instant of each position, and what is to be known of exits.

    `t0` … the first instant, `x0` … the first that is known to the instant (NULL where only days are); `left_at` and
    `left_exactly` the last exit, `stayed_at` the last entry into any position, `exits`, `returns` the positions entered again
    after a later one. Without `with_days` every move is known to the instant, and each is looked at once.
    """
    left = moves.position == LEFT
    exact = ~moves.is_day
    exactly = {"left_exactly": moves["at"].max(where=left & exact)}
    exactly |= {f"x{place}": moves["at"].min(where=(moves.position == place) & exact) for place in positions}
    first = moves.group_by(list(by)).aggregate(
        left_at=moves["at"].max(where=left),
        stayed_at=moves["at"].max(where=moves.position >= 0),
        exits=moves.count(where=left),
        **{f"t{place}": moves["at"].min(where=moves.position == place) for place in positions},
        **{f"last{place}": moves["at"].max(where=moves.position == place) for place in positions[:-1]},
        **(exactly if with_days else {}),
    )
    if not with_days:
        first = first.mutate(left_exactly=first.left_at, **{f"x{place}": first[f"t{place}"] for place in positions})
    returned = []
    for place in positions[:-1]:
        later = [first[f"t{above}"] for above in positions[place + 1 :]]
        returned.append((first[f"last{place}"] > ibis.least(*later)).fill_null(False).cast("int64"))
    returns = sum(returned[1:], returned[0])
    return first.mutate(returns=returns).drop([f"last{place}" for place in positions[:-1]])


def ends(*, moves: ir.Table, by: Sequence[str]) -> ir.Table:
    """This returns the label and reason of each group's last exit: `left_label`, `left_reason`."""
    alone, several = alone_and_several(rows=moves.filter(moves.position == LEFT), by="nr")
    order = ibis.struct({"at": several["at"], "label": several.label, "reason": several.reason.fill_null("")})
    last = several.group_by(list(by)).aggregate(
        left_label=several.label.argmax(order), left_reason=several.reason.argmax(order)
    )
    return stacked(tables=[alone.select(*by, left_label="label", left_reason="reason"), last])
