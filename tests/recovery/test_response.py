"""The pace at which a simulated company answers is found again, and that speed brings it nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.workflows.measuring.measures import response
from funnelpact.workflows.measuring.scope import scope_of
from funnelpact.workflows.show import keep_simulated
from tests.stores import store_in


@pytest.fixture(scope="module")
def company() -> World:
    """Twelve thousand leads of eighteen months, none of them forgotten once somebody has it."""
    return world(spec=WorldSpec(leads=12_000, never_touched=0.0), rng=np.random.default_rng(5))


@pytest.fixture(scope="module")
def measured(company: World, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Its response times, from its facts alone."""
    store = store_in(Path(tmp_path_factory.mktemp("facts")))
    keep_simulated(facts=company.facts, store=store, known_at=datetime(2026, 11, 1, tzinfo=UTC), seed=5)
    return response(scope=scope_of(store=store))


def findings(measured: Measured, block: str, row: str) -> dict[str, Finding]:
    """The findings of one row of a block, by name."""
    rows = next(each.rows for each in measured.blocks if each.name == block)
    return {finding.name: finding for each in rows if each.name == row for finding in each.findings}


@pytest.mark.parametrize("label", ["Website form", "Outbound", "Content", "Live chat"])
def test_half_of_the_leads_are_answered_within_the_working_time_that_was_given(
    company: World, measured: Measured, label: str
):
    """A tenth off at most: a few are never touched, and some are qualified before anybody tries."""
    median = next(kind.response_minutes for kind in company.spec.types if kind.label == label)
    found = findings(measured, "human_times", label)["median_wait_working"]

    assert isinstance(found.low, timedelta)
    assert isinstance(found.high, timedelta)
    assert found.low / 1.1 <= timedelta(minutes=median) <= found.high * 1.1


def test_the_leads_that_nobody_got_are_found(company: World, measured: Measured):
    """One in a hundred; passes that begin later without a new hand-over are nobody's, too."""
    found = findings(measured, "owners", "")["unowned_open"]
    handed = set(company.facts["handovers"]["subject"])

    nobody = sum(lead not in handed for lead in company.facts["leads"]["lead"])
    assert found.value == nobody + found.n - company.spec.leads
    assert nobody / company.spec.leads == pytest.approx(company.spec.never_assigned, abs=0.004)


def test_fast_answers_look_as_if_they_helped_and_the_adjusted_ratio_holds_one(measured: Measured):
    """In this company speed brings nothing: fast types are the good ones. Described, those answered at once move on far more often."""
    described = {row.name: row.findings[0].value for row in measured.blocks[-2].rows}
    ratio = findings(measured, "moved_if_kept_adjusted", "")["ratio_adjusted"]

    assert measured.blocks[-2].name == "moved_by_band_described"
    assert float(described["band_2"].value) > 2 * float(described["band_5"].value)  # type: ignore[union-attr]
    assert isinstance(ratio.low, Fraction)
    assert isinstance(ratio.high, Fraction)
    assert ratio.low <= 1 <= ratio.high < Fraction(5, 4)
