"""Show the product on a simulated company: its facts, its funnel, its need of leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from funnelpact.core.facts.arrow import arrow_table
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.plan.outlook import Outlook, lead_outlook
from funnelpact.core.terms.money import Money
from funnelpact.workflows.journeys import update_journeys
from funnelpact.workflows.measuring.learn import Learnt, learn_funnel
from funnelpact.workflows.ports import FactStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The whole road from facts to a lead demand: what was learnt, and what a quota needs."""

    learnt: Learnt
    outlook: Outlook


def keep_simulated(*, facts: Mapping[str, Mapping[str, Any]], store: FactStore, known_at: datetime, seed: int) -> None:
    """Keep a simulated company's facts as one batch; the same facts again change nothing."""
    tables = {name: arrow_table(table=TABLES[name], columns=columns) for name, columns in facts.items()}
    store.add(facts=tables, received={}, known_at=known_at, mapping={"simulated": seed}, report={})
    update_journeys(store=store)


def travel_road(*, store: FactStore, quota: Money) -> Road:
    """This returns what the facts say of the funnel by lead type, and the leads that a monthly quota needs."""
    learnt = learn_funnel(store=store)
    return Road(learnt=learnt, outlook=lead_outlook(findings=learnt.findings, quota=quota))
