"""Figures before and after an erasure: the same numbers, because the passes stay."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funnelpact.adapters.connectors.files.received import facts_of_received
from funnelpact.adapters.warehouse.rebuild import rebuild
from funnelpact.apps.language import language
from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.plan.outlook import lead_outlook
from funnelpact.core.terms.money import Money
from funnelpact.core.view.funnel import findings_data
from funnelpact.workflows.measuring.learn import learn_funnel
from funnelpact.workflows.show import keep_simulated
from tests.recovery.erasures import filled, names_of
from tests.residue import residue
from tests.stores import Company, company_in
from tests.unit.workflows.test_person import take


def figures(company: Company) -> str:
    """Everything that `funnel` and `plan` print, and who waits."""
    learnt = learn_funnel(store=company.store)
    plan = lead_outlook(findings=learnt.findings, quota=Money(Fraction(50_000), "EUR"))
    return json.dumps(findings_data(findings=learnt.findings, language=language("en"))) + repr((learnt.waiting, plan))


def touches(company: Company) -> list[Any]:
    """The touches of all passes, whose they are aside."""
    rows = company.store.snapshot().journeys()["touches"].drop("record").to_pyarrow().to_pylist()
    return sorted(map(str, rows))


def test_a_small_company(tmp_path: Path):
    """Files of a hundred and fifty people, three of them erased."""
    company = filled(tmp_path, 150)
    before = figures(company), touches(company)
    company.erase(*(names_of(number)[1] for number in (3, 9, 20)))

    assert (figures(company), touches(company)) == before


def test_a_simulated_company(tmp_path: Path):
    """Some thousands of leads, fifty of them erased at once: every figure is the same, and so is a rebuild."""
    company = company_in(tmp_path / "data")
    simulated = world(spec=WorldSpec(leads=3_000), rng=np.random.default_rng(11))
    keep_simulated(facts=simulated.facts, store=company.store, known_at=datetime(2027, 6, 1, tzinfo=UTC), seed=11)
    before = figures(company), touches(company)
    keys = sorted(set(simulated.facts["leads"]["lead"].tolist()))[::60][:50]
    receipts = company.erase(*keys).receipts

    assert len(keys) == len(receipts) == 50
    assert (figures(company), touches(company)) == before
    assert residue(company.store.folder, *keys) == []
    assert rebuild(store=company.store, facts_of_received=facts_of_received).equal


@pytest.mark.parametrize("asked", ["L-000003", "person000003@x.example"])
def test_an_import_after_an_erasure_counts_once(asked: str, tmp_path: Path):
    """The newest export of the same people gives the figures that it would have given without the erasure."""
    kept, erased = filled(tmp_path / "kept", 150), filled(tmp_path / "erased", 150)
    erased.erase(asked)
    for company, folder in ((kept, tmp_path / "kept"), (erased, tmp_path / "erased")):
        text = (folder / "leads.csv").read_text(encoding="utf-8").replace("Fair", "Event")
        take(company, folder, {"leads.csv": text})

    assert figures(erased).replace(str(erased.store.folder), "") == figures(kept)
