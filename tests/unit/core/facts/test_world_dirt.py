"""Dirt on request: each kind looks like what its name says, where the truth says so, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funnelpact.core.facts.simulated.dirt import KINDS
from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import TYPES, WorldSpec

SHARE = 0.02
LABELS = {"MQL", "SQL", "Disqualified", "Opportunity", "Won", "Lost", "Recycled"}


@pytest.fixture(scope="module")
def clean() -> World:
    """A company of a year and a half."""
    return world(spec=WorldSpec(leads=8_000), rng=np.random.default_rng(5))


@pytest.fixture(scope="module")
def dirty() -> World:
    """The same company with two rows in a hundred spoilt in each way."""
    return world(spec=WorldSpec(leads=8_000, dirt=SHARE), rng=np.random.default_rng(5))


def where(rows: dict[str, Any], **values: object) -> np.ndarray:
    """The rows in which each column has the value."""
    return np.asarray(np.all([rows[name] == value for name, value in values.items()], axis=0))


def moments(of: World, label: str) -> dict[str, np.datetime64]:
    """When each record first got a label, however it is written."""
    moves = of.facts["transitions"]
    found: dict[str, np.datetime64] = {}
    for subject, said, at in zip(moves["subject"], moves["label"], moves["happened_at"], strict=True):
        if said.strip().lower() == label.lower():
            found.setdefault(subject, at)
    return found


def created(of: World) -> dict[str, np.datetime64]:
    """When each lead, and the lead of each deal, was created first."""
    leads, deals = of.facts["leads"], of.facts["deals"]
    made = dict(reversed(list(zip(leads["lead"], leads["happened_at"], strict=True))))
    return made | {deal: made[lead] for deal, lead in zip(deals["deal"], deals["lead"], strict=True)}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_hits_some_records_once(dirty: World, kind: str):
    """Every kind is there, and names no record twice."""
    dirt = dirty.truth.dirt[kind]

    assert dirt.count > 0
    assert len(set(dirt.keys)) == dirt.count


def test_no_record_is_hit_in_two_ways(dirty: World):
    """Where one lead is spoilt in one way, no rule for another can be tested by accident."""
    lead_of = dict(zip(dirty.facts["deals"]["deal"], dirty.facts["deals"]["lead"], strict=True))
    touched = dict(zip(dirty.facts["touches"]["source_id"], dirty.facts["touches"]["subject"], strict=True))
    names = [key for dirt in dirty.truth.dirt.values() for key in dirt.keys]
    leads = [lead_of.get(key) or touched.get(key) or key.removesuffix("-2") for key in names]

    assert len(set(leads)) == len(leads)


def test_a_clean_world_has_no_dirt(clean: World):
    """Nothing is on record, and nobody merged or deleted anything."""
    assert clean.truth.dirt == {}
    assert len(clean.facts["merges"]["into"]) == len(clean.facts["deletions"]["subject"]) == 0


@pytest.mark.parametrize(
    ("kind", "key", "column"),
    [
        ("missing-currency", "deal", "currency"),
        ("missing-owner", "subject", "owner"),
        ("missing-type", "lead", "type"),
    ],
)
def test_what_is_missing_is_missing_there_alone(dirty: World, kind: str, key: str, column: str):
    """Two in a hundred rows without a value, all of them named."""
    dirt = dirty.truth.dirt[kind]
    rows = dirty.facts[dirt.table]
    empty = {name for name, value in zip(rows[key], rows[column], strict=True) if value is None}

    assert empty == set(dirt.keys)
    assert dirt.count == pytest.approx(SHARE * len(rows[key]), rel=0.1)


@pytest.mark.parametrize(("kind", "days"), [("won-before-lead", 10), ("won-a-day-early", 1)])
def test_a_win_before_its_lead_lies_so_many_days_before_it(dirty: World, kind: str, days: int):
    """Ten days is a slip of the pen, one day that of a time zone."""
    won, made = moments(dirty, "Won"), created(dirty)

    early = {deal for deal, at in won.items() if made[deal] - at == np.timedelta64(days, "D")}
    assert early == set(dirty.truth.dirt[kind].keys)


def test_touches_before_the_lead_are_those_on_record(dirty: World):
    """All other human touches follow the creation, but for those whose hour is not known."""
    touches, made = dirty.facts["touches"], created(dirty)
    of_leads = where(touches, subject_kind="lead", precision="instant")
    early = {
        key
        for key, subject, at in zip(
            *(touches[c][of_leads] for c in ("source_id", "subject", "happened_at")), strict=True
        )
        if at < made[subject]
    }

    assert early == set(dirty.truth.dirt["touch-before-lead"].keys)


def test_day_only_rows_say_so_and_stand_at_midnight(dirty: World):
    """Touches and SQLs of which only the day is known."""
    for kind, table, key in (
        ("day-only", "touches", "source_id"),
        ("day-only-stage", "transitions", "subject"),
    ):
        rows = dirty.facts[table]
        vague = where(rows, precision="day")
        assert set(rows[key][vague]) == set(dirty.truth.dirt[kind].keys)
        assert (rows["happened_at"][vague] == rows["happened_at"][vague].astype("datetime64[D]")).all()


def test_labels_in_another_style_are_the_known_ones_to_a_person(dirty: World):
    """But for case and blanks they are labels of the company; read as they stand, they are not."""
    moves, dirt = dirty.facts["transitions"], dirty.truth.dirt
    odd = np.array([label not in LABELS | {"Nurturing"} for label in moves["label"]])
    kinds = np.array(
        [kind is not None and kind not in {each.label for each in TYPES} for kind in dirty.facts["leads"]["type"]]
    )

    assert set(moves["subject"][odd]) == set(dirt["label-style"].keys)
    assert {label.strip().lower() for label in moves["label"][odd]} <= {label.lower() for label in LABELS}
    assert set(dirty.facts["leads"]["lead"][kinds]) == set(dirt["type-style"].keys)


def test_unknown_labels_stand_instead_of_sql(clean: World, dirty: World):
    """A label of which the mapping knows nothing, at the time of the SQL."""
    known, unknown = moments(clean, "SQL"), moments(dirty, "Nurturing")

    assert set(unknown) == set(dirty.truth.dirt["unknown-label"].keys)
    assert all(known[lead] == at for lead, at in unknown.items())


def test_a_skipped_stage_leaves_a_hole(clean: World, dirty: World):
    """The SQL is gone, and nothing stands in its place."""
    gone = set(moments(clean, "SQL")) - set(moments(dirty, "SQL")) - set(moments(dirty, "Nurturing"))

    assert gone == set(dirty.truth.dirt["skipped-stage"].keys)


def test_reopened_deals_are_open_again_after_their_loss(dirty: World):
    """A second Opportunity after the Lost; about half are lost once more."""
    moves = dirty.facts["transitions"]
    stories: dict[str, list[str]] = {}
    for subject, label in zip(moves["subject"], moves["label"], strict=True):
        stories.setdefault(subject, []).append(label.strip().lower())
    again = {subject: labels for subject, labels in stories.items() if labels.count("opportunity") == 2}

    assert set(again) == set(dirty.truth.dirt["reopened"].keys)
    assert {tuple(labels) for labels in again.values()} == {
        ("opportunity", "lost", "opportunity"),
        ("opportunity", "lost", "opportunity", "lost"),
    }


def test_recycled_leads_have_a_second_pass(dirty: World):
    """Put back after the exit, and an MQL again two to eight weeks later."""
    moves = dirty.facts["transitions"]
    keys = set(dirty.truth.dirt["recycled"].keys)
    back = moments(dirty, "Recycled")
    lasts = {
        subject: at
        for subject, label, at in zip(*(moves[c] for c in ("subject", "label", "happened_at")), strict=True)
        if subject in keys and label == "MQL"
    }

    assert set(back) == keys
    assert all(13 <= (lasts[lead] - at) / np.timedelta64(1, "D") <= 57 for lead, at in back.items())


def test_second_records_of_one_person_are_merged_or_left(dirty: World):
    """The person has two leads; a merge names both, and comes after the second was entered."""
    leads, merges, dirt = dirty.facts["leads"], dirty.facts["merges"], dirty.truth.dirt
    made = created(dirty)
    person = dict(zip(leads["lead"], leads["person"], strict=True))
    merged, left = set(dirt["merged"].keys), set(dirt["entered-twice"].keys)

    assert set(merges["subject"]) == merged
    assert merged | left == {lead for lead in leads["lead"] if lead.endswith("-2")}
    assert all(person[again] == person[again.removesuffix("-2")] for again in merged | left)
    assert all(
        into == again.removesuffix("-2") and at >= made[again]
        for again, into, at in zip(merges["subject"], merges["into"], merges["happened_at"], strict=True)
    )


def test_deletions_and_duplicates_are_those_on_record(dirty: World):
    """A deleted lead keeps its rows and gets a deletion; a duplicate is the same row once more."""
    leads, deletions = dirty.facts["leads"], dirty.facts["deletions"]
    keys, counts = np.unique(leads["lead"].astype(str), return_counts=True)

    assert set(deletions["subject"]) == set(dirty.truth.dirt["deleted"].keys) <= set(leads["lead"])
    assert set(keys[counts == 2]) == set(dirty.truth.dirt["duplicate"].keys)
    assert counts.max() == 2
