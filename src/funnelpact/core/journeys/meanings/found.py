"""Which labels the facts carry, and on how many records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.journeys.mapping import FunnelMapping

_RECORDS = {"lead": "lead", "contact": "lead", "deal": "deal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLabels:
    """Labels as the source writes them, each with how many records carry it; the most frequent first.

    Stage labels of leads and of deals count the records that ever entered them; types, segments, streams, and the fields
    of exclusions count leads, products and owners of deals count deals, owners of hand-overs leads.
    """

    stages: Mapping[str, Mapping[str, int]]
    fields: Mapping[str, Mapping[str, int]]

    def completing(self, mapping: FunnelMapping) -> FunnelMapping:
        """This returns the mapping completed by what the words of these labels suggest."""
        return mapping.knowing(
            lead_labels=self.stages["lead"], deal_labels=self.stages["deal"], types=self.fields["type"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The mapping in force: what people `said` (a version with its number and time, or nothing yet), and the labels that
    there are; together they give `mapping`.
    """

    number: int | None
    saved_at: datetime | None
    said: FunnelMapping
    found: FoundLabels

    @property
    def mapping(self) -> FunnelMapping:
        """What people said, completed by what the words of the other labels suggest."""
        return self.found.completing(self.said)


def found_labels(*, facts: Mapping[str, ir.Table]) -> FoundLabels:
    """This returns the labels of all facts that are given, empty ones left out."""
    moves, leads, deals, given = facts["transitions"], facts["leads"], facts["deals"], facts["handovers"]
    record = moves.subject_kind.cases(*_RECORDS.items(), else_=ibis.null("string"))
    parts = [moves.select(what=record, label=moves.label, key=moves.subject)]
    for name in ("type", "segment", "stream", "campaign", "country", "company"):
        parts.append(leads.select(what=ibis.literal(name), label=leads[name], key=leads.lead))
    for name in ("product", "owner"):
        parts.append(deals.select(what=ibis.literal(name), label=deals[name], key=ibis.literal("deal ") + deals.deal))
    parts.append(given.select(what=ibis.literal("owner"), label=given.owner, key=given.subject))
    rows = stacked(tables=[part.filter(part.what.notnull() & (part.label != "")) for part in parts])
    counted = rows.group_by("what", "label").aggregate(records=rows.key.nunique())
    ordered = counted.order_by(ibis.desc("records"), "label").to_pyarrow().to_pylist()
    found: dict[str, dict[str, int]] = {}
    for row in ordered:
        found.setdefault(row["what"], {})[row["label"]] = row["records"]
    return FoundLabels(
        stages={kind: found.pop(kind, {}) for kind in ("lead", "deal")},
        fields={
            name: found.get(name, {})
            for name in ("type", "segment", "stream", "campaign", "country", "company", "product", "owner")
        },
    )


def absent_labels(*, mapping: FunnelMapping, found: FoundLabels) -> tuple[tuple[str, str], ...]:
    """This returns what a mapping names and no record carries: pairs of where it is named and the label.

    A party is absent where no type has that name. Slips of the pen are found so; labels that will come later, too.
    """
    fields = found.fields
    named: list[tuple[str, str, Collection[str]]]
    named = [(f"labels, {entry.record}", entry.label, found.stages.get(entry.record, {})) for entry in mapping.labels]
    named += [("types", entry.label, fields["type"]) for entry in mapping.types]
    named += [("parties", name, mapping.type_names(labels=fields["type"])) for name in mapping.parties]
    named += [("segments", entry.label, fields["segment"]) for entry in mapping.segments]
    named += [("streams", entry.label, {**fields["stream"], **fields["product"]}) for entry in mapping.streams]
    named += [("teams", entry.label, fields["owner"]) for entry in mapping.teams]
    for rule in mapping.exclusions:
        named += [("exclusions", label, _of_field(rule.field, mapping, found)) for label in rule.labels]
    return tuple(dict.fromkeys((where, label) for where, label, there in named if label not in there))


def _of_field(field: str, mapping: FunnelMapping, found: FoundLabels) -> Collection[str]:
    """The values that passes have in a field: our names where we have any, else the labels."""
    there = found.fields[field]
    ours = {
        "type": mapping.types,
        "segment": mapping.segments,
        "stream": mapping.streams,
    }.get(field, ())
    products = found.fields["product"] if field == "stream" else {}
    return {*there, *(entry.name for entry in ours if entry.label in {*there, *products})}
