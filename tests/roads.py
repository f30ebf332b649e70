"""A small simulated company taken along the whole road once, for tests of what is shown of it."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.view.road import RoadPage, road_page
from funnelpact.workflows.show import Road, keep_simulated, travel_road
from tests.stores import store_in

QUOTA = Money(Fraction(100_000), "EUR")


@cache
def small_road() -> Road:
    """Nine thousand leads of eighteen months, and what a hundred thousand a month need."""
    store = store_in(Path(mkdtemp()) / "data")
    facts = world(spec=WorldSpec(leads=9_000), rng=np.random.default_rng(3)).facts
    keep_simulated(facts=facts, store=store, known_at=datetime(2026, 11, 1, tzinfo=UTC), seed=3)
    return travel_road(store=store, quota=QUOTA)


@cache
def small_page() -> RoadPage:
    """The page of that company as data."""
    road = small_road()
    assert road.learnt.waiting is not None
    return road_page(
        source=Message("demo.source"),
        findings=road.learnt.findings,
        outlook=road.outlook,
        waiting=road.learnt.waiting.by_segment,
        waiting_days=road.learnt.waiting.by_days,
    )
