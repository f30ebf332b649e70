"""Labels entered to positions of the funnel: when each record first had each, and whether it has left."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.stages import EXIT

LEFT = -1
"""The position that stands for every exit."""


def placed(*, transitions: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns the transitions of leads and deals with their `position`: 0 …, `LEFT`, or NULL for a label without meaning.

    A deal label that the mapping does not name is an open deal.
    """
    where = {stage: number for number, stage in enumerate(mapping.funnel.stages)} | {EXIT: LEFT}
    entries = [entry for entry in mapping.labels if entry.stage is None or entry.stage in where]
    known = pa.table(
        {
            "of_record": pa.array([entry.record for entry in entries], pa.string()),
            "of_label": pa.array([entry.label for entry in entries], pa.string()),
            "since": pa.array([entry.since for entry in entries], pa.date32()),
            "until": pa.array([entry.until for entry in entries], pa.date32()),
            "position": pa.array([where[entry.stage] if entry.stage else None for entry in entries], pa.int64()),
        }
    )
    rows = transitions.filter(transitions.subject_kind.isin(["lead", "contact", "deal"]))
    rows = rows.mutate(record=ibis.ifelse(rows.subject_kind == "deal", "deal", "lead"))
    dated = any(entry.since or entry.until for entry in entries)
    labels = ibis.memtable(known)
    on = [rows.record == labels.of_record, rows.label == labels.of_label]
    if dated:
        day = day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
        rows = rows.mutate(day=day)
        on = [rows.record == labels.of_record, rows.label == labels.of_label]
        on += [labels.since.isnull() | (rows.day >= labels.since), labels.until.isnull() | (rows.day < labels.until)]
    joined = rows.left_join(labels, on)
    open_deal = (joined.record == "deal") & joined.of_label.isnull()
    return joined.select(
        "record",
        "label",
        "reason",
        nr=joined.subject_nr,
        at=joined.happened_at,
        is_day=joined.precision == Precision.DAY.value,
        position=ibis.ifelse(open_deal, mapping.deal_position, joined.position),
    )


def entered(*, moves: ir.Table, by: Sequence[str], positions: range) -> ir.Table:
    """This returns, for each group, the first instant of each position, and what is to be known of exits.

    `t0` … the first instant, `x0` … the first that is known to the instant (NULL where only days are); `left_at` and
    `left_exactly` the last exit, `stayed_at` the last entry into any position, `exits`, `returns` the positions entered again
    after a later one.
    """
    left = moves.position == LEFT
    exact = ~moves.is_day
    first = moves.group_by(list(by)).aggregate(
        left_at=moves["at"].max(where=left),
        left_exactly=moves["at"].max(where=left & exact),
        stayed_at=moves["at"].max(where=moves.position >= 0),
        exits=left.sum(),
        **{f"t{place}": moves["at"].min(where=moves.position == place) for place in positions},
        **{f"x{place}": moves["at"].min(where=(moves.position == place) & exact) for place in positions},
        **{f"last{place}": moves["at"].max(where=moves.position == place) for place in positions[:-1]},
    )
    returned = []
    for place in positions[:-1]:
        later = [first[f"t{above}"] for above in positions[place + 1 :]]
        returned.append((first[f"last{place}"] > ibis.least(*later)).fill_null(False).cast("int64"))
    returns = sum(returned[1:], returned[0])
    return first.mutate(returns=returns).drop([f"last{place}" for place in positions[:-1]])


def ends(*, moves: ir.Table, by: Sequence[str]) -> ir.Table:
    """This returns the label and reason of each group's last exit: `left_label`, `left_reason`."""
    out = moves.filter(moves.position == LEFT)
    order = ibis.struct({"at": out["at"], "label": out.label, "reason": out.reason.fill_null("")})
    return out.group_by(list(by)).aggregate(left_label=out.label.argmax(order), left_reason=out.reason.argmax(order))
