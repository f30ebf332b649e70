"""The simulated company: what it holds, and that its records fit together."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec, zipf_types


def company(seed: int = 1, **spec: Any) -> World:
    """A small company of a hundred days."""
    return world(spec=WorldSpec(**{"leads": 3_000, "days": 100, **spec}), rng=np.random.default_rng(seed))


def test_each_table_has_exactly_the_columns_of_its_contract():
    """All columns of the fact table in their order, but the batch, which the import gives."""
    facts = company(dirt=0.05).facts

    for name, rows in facts.items():
        assert list(rows) == [column.name for column in TABLES[name].columns if column.name != "batch"], name


def test_the_same_dice_give_the_same_company():
    """Two worlds of one seed are equal to the last cell, those of another are not."""
    first, second, other = company().facts, company().facts, company(seed=2).facts

    assert all(
        np.array_equal(first[t][c], second[t][c]) or t == "companies"
        for t in first
        for c in ("happened_at", "source_id")
    )
    assert np.array_equal(first["deals"]["amount"], second["deals"]["amount"])
    assert not np.array_equal(first["leads"]["happened_at"], other["leads"]["happened_at"])


def test_nothing_is_known_of_after_the_last_day():
    """No fact happens at the midnight that ends the last day, or later."""
    spec = WorldSpec(leads=3_000, days=100)
    facts = world(spec=spec, rng=np.random.default_rng(1)).facts

    end = np.datetime64(spec.last_day) + np.timedelta64(1, "D")
    assert all((rows["happened_at"] < end).all() for rows in facts.values())


def test_required_columns_are_never_empty():
    """A company that keeps clean records has no hole where a fact needs a value."""
    for name, rows in company().facts.items():
        for column in TABLES[name].columns[:-1]:
            if column.required and column.name != "batch":
                assert not any(value is None for value in rows[column.name].tolist()), (name, column.name)


def test_deals_touches_and_hand_overs_speak_of_leads_that_exist():
    """Every key that refers to a lead or a deal is the key of one."""
    facts = company().facts
    leads, deals = set(facts["leads"]["lead"]), set(facts["deals"]["deal"])

    moves = facts["transitions"]
    assert set(facts["deals"]["lead"]) <= leads
    assert set(facts["touches"]["subject"]) | set(facts["handovers"]["subject"]) <= leads
    assert set(moves["subject"][moves["subject_kind"] == "deal"]) <= deals
    assert set(moves["subject"][moves["subject_kind"] == "lead"]) <= leads


def test_human_touches_lie_in_working_hours():
    """People call on weekdays between nine and six."""
    touches = company().facts["touches"]
    human = touches["human"].astype(bool)
    at = touches["happened_at"][human]
    hour = (at - at.astype("datetime64[D]")) / np.timedelta64(1, "h")
    weekday = (at.astype("datetime64[D]").astype(int) + 3) % 7

    assert hour.min() >= 9
    assert hour.max() <= 18
    assert set(weekday.tolist()) <= {0, 1, 2, 3, 4}


def test_events_of_one_pass_come_in_their_order():
    """Created, then SQL, then the deal, then its end: not even an hour goes backwards."""
    facts = company().facts
    moves = facts["transitions"]
    created = dict(zip(facts["leads"]["lead"], facts["leads"]["happened_at"], strict=True))
    lead_of = dict(zip(facts["deals"]["deal"], facts["deals"]["lead"], strict=True))
    opened = dict(zip(facts["deals"]["deal"], facts["deals"]["happened_at"], strict=True))

    for subject, kind, label, at in zip(
        *(moves[c] for c in ("subject", "subject_kind", "label", "happened_at")), strict=True
    ):
        start = created[subject if kind == "lead" else lead_of[subject]]
        assert at >= start, (subject, label)
        if label in {"Won", "Lost"}:
            assert at >= opened[subject], subject


def test_fewer_leads_arrive_at_weekends():
    """A Saturday brings the weekend factor of a weekday's leads."""
    leads = company(leads=40_000, growth=0.0, season=0.0).facts["leads"]
    weekday = (leads["happened_at"].astype("datetime64[D]").astype(int) + 3) % 7
    counts = np.bincount(weekday, minlength=7)
    days = np.bincount((np.arange(100) + date(2025, 5, 2).weekday()) % 7, minlength=7)
    per_day = counts / days

    assert per_day[5:].mean() / per_day[:5].mean() == pytest.approx(0.35, abs=0.03)


def test_each_kind_of_dirt_hits_as_many_records_as_the_truth_says():
    """Five in a hundred deals without currency are five in a hundred, and named."""
    dirty = company(dirt=0.05)
    deals = dirty.facts["deals"]
    found = {key for key, currency in zip(deals["deal"], deals["currency"], strict=True) if currency is None}

    dirt = dirty.truth.dirt["missing-currency"]
    assert found == set(dirt.keys)
    assert dirt.count == round(0.05 * len(deals["deal"]))


def test_duplicates_and_early_wins_are_where_the_truth_says():
    """A doubled lead stands twice; a win before its lead lies before the lead's creation."""
    dirty = company(dirt=0.05)
    leads, moves = dirty.facts["leads"], dirty.facts["transitions"]
    keys, counts = np.unique(leads["lead"].astype(str), return_counts=True)
    created = dict(zip(leads["lead"], leads["happened_at"], strict=True))
    lead_of = dict(zip(dirty.facts["deals"]["deal"], dirty.facts["deals"]["lead"], strict=True))
    won = {
        s: at
        for s, label, at in zip(moves["subject"], moves["label"], moves["happened_at"], strict=True)
        if "won" in label.lower()
    }

    assert set(keys[counts > 1]) == set(dirty.truth.dirt["duplicate"].keys)
    early = set(dirty.truth.dirt["won-before-lead"].keys) - set(dirty.truth.dirt["won-a-day-early"].keys)
    assert early
    assert all(won[deal] < created[lead_of[deal]] - np.timedelta64(5, "D") for deal in early)


def test_zipf_makes_few_companies_bring_many_leads():
    """With an exponent of one, the largest company brings far more leads than one among equals."""

    def largest(exponent: float) -> int:
        company_of = company(zipf=exponent).facts["leads"]["company"].astype(str)
        return int(np.unique(company_of, return_counts=True)[1].max())

    assert largest(1.0) > 5 * largest(0.0)


def test_lead_types_on_request_fall_off_by_rank():
    """Twenty types under Zipf's law: the first brings twice as many as the second."""
    leads = company(types=zipf_types(count=20), leads=20_000).facts["leads"]["type"]
    labels, counts = np.unique(leads.astype(str), return_counts=True)
    by_label = dict(zip(labels.tolist(), counts.tolist(), strict=True))

    assert len(by_label) == 20
    assert by_label["Website form 1"] / by_label["Outbound 2"] == pytest.approx(2, abs=0.2)
