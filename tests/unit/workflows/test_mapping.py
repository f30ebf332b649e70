"""Another mapping of the same facts: what it changes, and that nothing is imported for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from funnelpact.apps.wiring import funnel_mappings
from funnelpact.core.journeys.mapping import FunnelMapping, Renamed, StageLabel
from funnelpact.core.terms.funnel import Funnel
from funnelpact.workflows.mapping import (
    MappingVersionUnknown,
    follow_facts,
    look_at_mapping,
    mapping_in_force,
    save_mapping,
    use_mapping,
)
from funnelpact.workflows.measuring.learn import learn_funnel
from tests.worlds import FIRST_IMPORT, days, kept

WORLD = """
    lead a 2026-01-01 type=web
    lead a > Nurture 2026-01-05
    lead b 2026-01-02 type=web
    deal d of b 2026-01-03 amount=10
    deal d > Won 2026-01-04
"""
NURTURE = FunnelMapping(labels=(StageLabel(record="lead", label="Nurture", stage="sql"),))


def test_a_changed_mapping_gives_other_journeys_without_an_import(tmp_path: Path):
    """The facts and their batches stay; the journeys that are kept are those of the version in force."""
    store, mappings = kept(WORLD, tmp_path), funnel_mappings(tmp_path)
    follow_facts(store=store, mappings=mappings)
    batches = store.batches()
    stages = []
    for said in (None, NURTURE, replace(NURTURE, types=(Renamed(label="web", name="site"),))):
        if said:
            save_mapping(mapping=said, store=store, mappings=mappings, saved_at=FIRST_IMPORT)
        rows = store.snapshot().journeys()["passes"].to_pyarrow().to_pylist()
        generation = store.snapshot().generation
        assert generation is not None
        stages.append((generation.mapping, {(row["key"], row["type"]): days(row)[1] for row in rows}))

    assert stages == [
        (0, {("a", "web"): None, ("b", "web"): "01-03"}),
        (1, {("a", "web"): "01-05", ("b", "web"): "01-03"}),
        (2, {("a", "site"): "01-05", ("b", "site"): "01-03"}),
    ]
    assert store.batches() == batches


def test_what_is_saved_is_in_force_and_told(tmp_path: Path):
    """Number, changes, passes that are different, labels that nobody carries, labels that still mean nothing."""
    store, mappings = kept(WORLD, tmp_path), funnel_mappings(tmp_path)
    before = look_at_mapping(store=store, mappings=mappings)
    said = FunnelMapping(labels=(StageLabel(record="lead", label="Asleep", stage="exit"),), reopen_days=10)
    saved = save_mapping(mapping=said, store=store, mappings=mappings, saved_at=FIRST_IMPORT)
    other = save_mapping(mapping=NURTURE, store=store, mappings=mappings, saved_at=FIRST_IMPORT)

    assert (before.number, before.mapping.unknown_lead_labels) == (None, ("Nurture",))
    assert (saved.number, saved.is_new, saved.before) == (1, True, None)
    assert (saved.absent, saved.unknown) == ((("labels, lead", "Asleep"),), ("Nurture",))
    assert saved.moved
    assert saved.moved.different == 0
    assert (other.number, other.before, other.unknown) == (2, 1, ())
    assert other.moved
    assert (other.moved.passes, other.moved.different, other.moved.more) == (2, 1, 0)
    assert [(change.name, change.before, change.after) for change in other.changes.settings] == [
        ("reopen_days", 10, 30)
    ]
    assert [(change.entry.label, change.is_new) for change in other.changes.entries] == [  # type: ignore[union-attr]
        ("Asleep", False),
        ("Nurture", False),
        ("Nurture", True),
    ]
    assert mapping_in_force(mappings=mappings) == (2, NURTURE)


def test_an_old_version_comes_back_as_a_new_one(tmp_path: Path):
    """The one in force again is none; without facts nothing is moved."""
    store, mappings = kept("", tmp_path), funnel_mappings(tmp_path)
    for said in (FunnelMapping(), NURTURE):
        save_mapping(mapping=said, store=store, mappings=mappings, saved_at=FIRST_IMPORT)
    same = use_mapping(number=2, store=store, mappings=mappings, saved_at=FIRST_IMPORT)
    back = use_mapping(number=1, store=store, mappings=mappings, saved_at=FIRST_IMPORT)

    assert (same.number, same.is_new) == (2, False)
    assert (back.number, back.is_new, back.moved) == (3, True, None)
    assert [version.mapping for version in mappings.versions()] == [FunnelMapping(), NURTURE, FunnelMapping()]
    with pytest.raises(MappingVersionUnknown):
        use_mapping(number=4, store=store, mappings=mappings, saved_at=FIRST_IMPORT)


def test_other_stages_are_compared_by_name(tmp_path: Path):
    """A stage that is new is different for the passes that reach it."""
    store, mappings = kept(WORLD, tmp_path), funnel_mappings(tmp_path)
    said = FunnelMapping(
        funnel=Funnel(("mql", "nurtured", "sql", "opportunity", "won")),
        labels=(StageLabel(record="lead", label="Nurture", stage="nurtured"),),
    )
    saved = save_mapping(mapping=said, store=store, mappings=mappings, saved_at=FIRST_IMPORT)

    assert saved.moved
    assert saved.moved.different == 2


def test_the_funnel_is_that_of_the_zone(tmp_path: Path):
    """Its last day is the newest of the zone."""
    world = WORLD.replace("Nurture", "SQL") + "\nlead c 2026-01-05T22:00 type=web"
    store, mappings = kept(world, tmp_path), funnel_mappings(tmp_path)
    mappings.save(FunnelMapping(zone="Asia/Tokyo"), saved_at=FIRST_IMPORT)

    assert learn_funnel(store=store).findings.as_of == date(2026, 1, 5)
    assert learn_funnel(store=store, mappings=mappings).findings.as_of == date(2026, 1, 6)


def test_west_of_utc_a_day_is_neither_taken_early_nor_missed(tmp_path: Path):
    """A fact that is known to the next day only waits for that day, and is there when the journeys are brought up to date."""
    # The first batch is learnt in the night to 1 January 2030 in UTC, when it is still 31 December in Phoenix.
    world = "lead a 2029-12-31\nlead b 2030-01-01\nbatch\nlead c 2029-12-31"
    mappings = funnel_mappings(tmp_path)
    mappings.save(FunnelMapping(zone="America/Phoenix"), saved_at=FIRST_IMPORT)
    first = kept(world.partition("batch")[0], tmp_path)
    follow_facts(store=first, mappings=mappings)
    early = {row["key"] for row in first.snapshot().journeys()["passes"].to_pyarrow().to_pylist()}
    store = kept(world, tmp_path)
    follow_facts(store=store, mappings=mappings)
    late = {row["key"] for row in store.snapshot().journeys()["passes"].to_pyarrow().to_pylist()}

    assert (early, late) == ({"a"}, {"a", "b", "c"})
