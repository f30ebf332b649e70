"""What is different between two funnel mappings, and how many passes are different by it."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import stacked
from funnelpact.core.journeys.mapping import Exclusion, FunnelMapping, Renamed, StageLabel

Entry = StageLabel | Renamed | Exclusion

_SAID = ("type", "party", "segment", "stream", "team", "excluded", "created_on", "left_on", "won_deals", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """A setting that has another value; None where it has none."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """An entry of a list that is new, or gone."""

    name: str
    entry: Entry
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PassesMoved:
    """Of `passes` under the mapping before, how many are different, how many there are more (or fewer, negative) now."""

    passes: int
    different: int
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingChanges:
    """What is different between two mappings."""

    settings: tuple[SettingChange, ...]
    entries: tuple[EntryChange, ...]

    @property
    def count(self) -> int:
        """How many differences there are."""
        return len(self.settings) + len(self.entries)


def mapping_changes(*, before: FunnelMapping, after: FunnelMapping) -> MappingChanges:
    """This returns the settings that differ, and the entries that are gone or new, in the order of the file.

    Entries that only stand in another order are no change.
    """
    settings: list[tuple[str, object, object]] = [("stages", before.funnel.stages, after.funnel.stages)]
    parties = sorted({*before.parties, *after.parties})
    settings += [(f"parties.{name}", before.parties.get(name), after.parties.get(name)) for name in parties]
    names = ("attribution", "reopen_days", "silent_days", "observed_from", "zone", "fiscal_month", "office")
    settings += [(name, getattr(before, name), getattr(after, name)) for name in names]
    entries = []
    for name in ("labels", "types", "segments", "streams", "teams", "exclusions"):
        old: tuple[Entry, ...] = getattr(before, name)
        new: tuple[Entry, ...] = getattr(after, name)
        entries += [EntryChange(name=name, entry=entry, is_new=False) for entry in old if entry not in new]
        entries += [EntryChange(name=name, entry=entry, is_new=True) for entry in new if entry not in old]
    return MappingChanges(
        settings=tuple(SettingChange(name=name, before=old, after=new) for name, old, new in settings if old != new),
        entries=tuple(entries),
    )


def passes_moved(
    *, before: ir.Table, before_mapping: FunnelMapping, after: ir.Table, after_mapping: FunnelMapping
) -> PassesMoved:
    """This returns how many passes another mapping of the same facts makes different.

    Population: all passes, excluded ones too. A pass is different where its days of any stage, its exit, type, party,
    segment, stream, team, exclusion, number of won deals or amount are, and where it exists under one mapping only. Stages
    are compared by name: a stage that only one funnel has is different for the passes that reach it.
    """
    stages = sorted({*before_mapping.funnel.stages, *after_mapping.funnel.stages})
    old, new = _said(before, before_mapping, stages), _said(after, after_mapping, stages)
    changed = stacked(tables=[old.difference(new), new.difference(old)]).select("record", "pass").distinct()
    different, passes, now = (int(table.count().to_pyarrow().as_py()) for table in (changed, old, new))
    return PassesMoved(passes=passes, different=different, more=now - passes)


def _said(passes: ir.Table, mapping: FunnelMapping, stages: list[str]) -> ir.Table:
    place = {stage: number for number, stage in enumerate(mapping.funnel.stages)}
    days = {
        f"stage_{stage}": passes[f"s{place[stage]}"].cast("date") if stage in place else ibis.null("date")
        for stage in stages
    }
    chosen = passes.select("record", "pass", *_SAID, **days)
    return chosen.cast({name: kind.copy(nullable=True) for name, kind in chosen.schema().items()})
