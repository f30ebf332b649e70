"""Say what labels mean: look at the mapping in force, keep another, take an old one again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from funnelpact.core.facts.history import newest_fact
from funnelpact.core.facts.kept import Generation
from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.meanings.changes import MappingChanges, PassesMoved, mapping_changes, passes_moved
from funnelpact.core.journeys.meanings.found import FoundLabels, InForce, absent_labels, found_labels
from funnelpact.core.terms.problem import Problem
from funnelpact.workflows.journeys import update_journeys
from funnelpact.workflows.ports import FactStore, FunnelMappings, Snapshot


class MappingVersionUnknown(Problem):
    """A version of the funnel mapping that nobody has saved."""

    code = "mapping-version-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSaved:
    """What came of saving a mapping.

    `is_new` is False where it says what the version in force says, which then stays. `before` is the number of the version
    that was in force, None where there was none. `moved` is None without facts. `absent` are pairs of a list and a label
    that it names and no record carries, `unknown` labels of leads that still mean nothing.
    """

    number: int
    is_new: bool
    before: int | None
    changes: MappingChanges
    moved: PassesMoved | None
    absent: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def mapping_in_force(*, mappings: FunnelMappings | None) -> tuple[int, FunnelMapping]:
    """This returns the version of what people have said last of their labels, and the mapping.

    Where they have said nothing: 0, and nothing but defaults.
    """
    newest = mappings.newest() if mappings else None
    return (newest.number, newest.mapping) if newest else (0, FunnelMapping())


def follow_facts(*, store: FactStore, mappings: FunnelMappings | None) -> Generation | None:
    """This returns the journeys that hold all facts under the mapping in force; None without facts."""
    version, mapping = mapping_in_force(mappings=mappings)
    return update_journeys(store=store, mapping=mapping, version=version)


def look_at_mapping(*, store: FactStore, mappings: FunnelMappings) -> InForce:
    """This returns the mapping in force with the labels of all facts."""
    versions = mappings.versions()
    found = found_labels(facts=store.facts())
    if not versions:
        return InForce(number=None, saved_at=None, said=FunnelMapping(), found=found)
    last = versions[-1]
    return InForce(number=last.number, saved_at=last.saved_at, said=last.mapping, found=found)


def save_mapping(
    *, mapping: FunnelMapping, store: FactStore, mappings: FunnelMappings, saved_at: datetime
) -> MappingSaved:
    """This returns what changed by a mapping that is now in force: against the version before, and in how many passes.

    The journeys are made anew under it; no fact is read again from outside.
    """
    versions = mappings.versions()
    last = versions[-1] if versions else None
    before = last.mapping if last else FunnelMapping()
    found = found_labels(facts=store.facts())
    is_new = last is None or mapping != before
    moved = _moved(store.snapshot(), found, before, mapping) if is_new else None
    number = mappings.save(mapping, saved_at=saved_at) if is_new or last is None else last.number
    follow_facts(store=store, mappings=mappings)
    return MappingSaved(
        number=number,
        is_new=is_new,
        before=last.number if last else None,
        # Nobody has said anything before the first version: what it changes is what the words said.
        changes=mapping_changes(before=before if last else found.completing(before), after=mapping),
        moved=moved,
        absent=absent_labels(mapping=mapping, found=found),
        unknown=found.completing(mapping).unknown_lead_labels,
    )


def use_mapping(*, number: int, store: FactStore, mappings: FunnelMappings, saved_at: datetime) -> MappingSaved:
    """This returns what changed by taking an old version as a new one. Raises `MappingVersionUnknown`."""
    versions = {version.number: version.mapping for version in mappings.versions()}
    if number not in versions:
        raise MappingVersionUnknown(number=number, last=max(versions, default=0))
    return save_mapping(mapping=versions[number], store=store, mappings=mappings, saved_at=saved_at)


def _moved(snapshot: Snapshot, found: FoundLabels, before: FunnelMapping, after: FunnelMapping) -> PassesMoved | None:
    facts = snapshot.facts
    newest = newest_fact(facts=facts, learnt_at=snapshot.known_at) if snapshot.known_at else None
    if newest is None:
        return None
    # Days of zones differ; with the day after all facts are in under either mapping.
    as_of = newest.date() + timedelta(days=1)
    old, new = found.completing(before), found.completing(after)
    return passes_moved(
        before=journeys_of(facts=facts, mapping=old, as_of=as_of).passes.cache(),
        before_mapping=old,
        after=journeys_of(facts=facts, mapping=new, as_of=as_of).passes.cache(),
        after_mapping=new,
    )
