"""Leads: when each was created, what the source says of it, and our names for that."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.tables import alone_and_several, stacked
from funnelpact.core.journeys.mapping import FunnelMapping, Party, Renamed

SAID = ("type", "segment", "stream", "campaign", "country", "company")


def leads_of(*, leads: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns one row for each lead: `nr`, `key`, `created_at`, `created_exactly` (NULL where only the day is known),
    `created_on` in the reporting zone, and `type`, `segment`, `stream`, `campaign`, `country`, `company` as the source says.

    Rows of one number are one lead, created when the first of them was; that one says what it is, and where it is silent
    so is the lead. An empty label says nothing.
    """
    one, several = alone_and_several(rows=leads, by="lead_nr")
    alone = one.select(
        nr="lead_nr",
        key="lead",
        created_at="happened_at",
        created_exactly=ibis.ifelse(_is_exact(one), one.happened_at, None),
        **{name: one[name].nullif("") for name in SAID},
    )
    first = several.group_by(nr=several.lead_nr).aggregate(
        key=ibis.coalesce(several.lead.min(where=_own(several)), several.lead.min()),
        created_at=several.happened_at.min(),
        created_exactly=several.happened_at.min(where=_is_exact(several)),
        **{name: _first(several[name].nullif(""), several.happened_at) for name in SAID},
    )
    told = stacked(tables=[alone, first])
    day = day_in(zone=mapping.zone, at=told.created_at, is_day=told.created_exactly.isnull())
    return told.mutate(created_on=day)


def in_our_names(*, rows: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """This returns passes of leads with `type`, `segment` and `stream` in our names, those of the day on which each pass
    begins, and `party`, who brought it.
    """
    for name, names in (("type", mapping.types), ("segment", mapping.segments), ("stream", mapping.streams)):
        rows = renamed(rows=rows, column=name, day="created_on", names=names)
    return rows.mutate(party=party(of_type=rows.type, mapping=mapping))


def party(*, of_type: ir.Value, mapping: FunnelMapping) -> ir.Value:
    """This returns who brings a type of leads; marketing where the mapping does not say."""
    others = [(name, who.value) for name, who in mapping.parties.items() if who is not Party.MARKETING]
    return of_type.cases(*others, else_=Party.MARKETING.value) if others else ibis.literal(Party.MARKETING.value)


def renamed(*, rows: ir.Table, column: str, day: str, names: Sequence[Renamed]) -> ir.Table:
    """This returns rows in which the labels of a column have our names, those of the row's day; others stay as they are."""
    if not names:
        return rows
    named = our_names(rows=rows, column=column, day=day, names=names, into="our_name")
    return named.mutate(**{column: ibis.coalesce(named.our_name, named[column])}).drop("our_name")


def our_names(*, rows: ir.Table, column: str, day: str, names: Sequence[Renamed], into: str) -> ir.Table:
    """This returns rows with our name of a column's label on the row's day in the column `into`, NULL where we have none.

    Spans of one label do not overlap (`core.journeys.meanings.sound`); each row stays one row.
    """
    known = ibis.memtable(
        pa.table(
            {
                "old": pa.array([entry.label for entry in names], pa.string()),
                into: pa.array([entry.name for entry in names], pa.string()),
                "since": pa.array([entry.since for entry in names], pa.date32()),
                "until": pa.array([entry.until for entry in names], pa.date32()),
            }
        )
    )
    holds = [
        rows[column] == known.old,
        known.since.isnull() | (rows[day] >= known.since),
        known.until.isnull() | (rows[day] < known.until),
    ]
    return rows.left_join(known, holds).drop("old", "since", "until")


def _is_exact(rows: ir.Table) -> ir.Value:
    return rows.precision == Precision.INSTANT.value


def _own(leads: ir.Table) -> ir.Value:
    return ~leads.was_merged if "was_merged" in leads.columns else ibis.literal(True)


def _first(value: ir.Value, at: ir.Value) -> ir.Value:
    return value.argmin(ibis.struct({"at": at, "silent": value.isnull(), "value": value}))
