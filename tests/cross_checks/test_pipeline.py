"""The pipeline by two roads: the engine's expressions, and plain Python over single facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from funnelpact.core.facts.exchange import exchange_in
from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.orders import orders_of
from funnelpact.core.journeys.pricing import pending, priced
from funnelpact.core.measure.counts.money.opportunities import (
    Ends,
    Ripe,
    ends,
    open_ages,
    open_amounts,
    ripe,
    stage_ages,
)
from funnelpact.core.measure.counts.rows import ALL
from tests.cross_checks.slow_journeys import Pass, slow_journeys
from tests.money_worlds import money_world
from tests.worlds import engine_facts, mapping_of, passes_of, rows_of

AS_OF = date(2026, 5, 10)
BY_TYPE = Dimension("leads", "type", labelled=False)
SEEDS = range(5)


@cache
def both(seed: int) -> tuple[list[Pass], Any, list[tuple[str, dict[str, Any]]]]:
    """The passes of a world by the slow road and by the engine, and its facts."""
    rows = rows_of(money_world(seed))
    passes = [one for one in slow_journeys(rows, AS_OF) if not one.excluded and not one.backwards]
    return passes, passes_of(rows, as_of=AS_OF, by=BY_TYPE), rows


def parts(passes: list[Pass]) -> dict[str | None, list[Pass]]:
    """The passes of each segment, and all together."""
    found: dict[str | None, list[Pass]] = defaultdict(list)
    for one in passes:
        for name in {ALL, one.by}:
            found[name].append(one)
    return found


def last_label(one: Pass, rows: list[tuple[str, dict[str, Any]]]) -> str:
    """With which words the deals of a pass were lost last."""
    deals = {
        row["deal"] for table, row in rows if table == "deals" and one.key in {row.get("lead"), f"deal:{row['deal']}"}
    }
    lost = [
        (row["happened_at"], row["label"])
        for table, row in rows
        if table == "transitions" and row["subject"] in deals and row["label"] != "Won"
        if row["happened_at"].date() <= AS_OF
    ]
    return str(max(lost)[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_ends_are_those_of_the_slow_road(seed: int):
    """Won, lost and undecided, of a period whose days both count and of all time."""
    slow, passes, rows = both(seed)
    for first in (AS_OF - timedelta(days=40), date(2026, 1, 1)):
        found = ends(passes=passes, at=2, won=3, first_on=first, last_on=AS_OF)
        for name, part in parts([one for one in slow if one.days[2]]).items():
            counts: Counter[str] = Counter()
            for one in part:
                on = one.days[3] or one.left_on
                if on and first <= on <= AS_OF:
                    lost = "derailed" if not one.days[3] and "no decision" in last_label(one, rows) else "lost"
                    counts["won" if one.days[3] else lost] += 1
            assert found.get(name, Ends(won=0, lost=0, derailed=0)) == Ends(
                won=counts["won"], lost=counts["lost"], derailed=counts["derailed"]
            )
    assert ends(passes=passes, at=2, won=3) == found


@pytest.mark.parametrize("seed", SEEDS)
def test_cohorts_are_those_of_the_slow_road(seed: int):
    """Old enough for the whole span, and won at an age in it; both ends count."""
    slow, passes, _ = both(seed)
    spans, since = [(0, 30), (10, 25), (26, 200)], date(2026, 1, 20)
    found = ripe(passes=passes, at=2, won=3, spans=spans, as_of=AS_OF, since=since)
    for first, last in spans:
        for name, part in parts([one for one in slow if one.days[2] and one.days[2] >= since]).items():
            old = [one for one in part if one.days[2] and (AS_OF - one.days[2]).days >= last]
            won = [
                one for one in old if one.days[3] and one.days[2] and first <= (one.days[3] - one.days[2]).days <= last
            ]
            assert found[first, last].get(name, Ripe(opened=0, won=0)) == Ripe(opened=len(old), won=len(won))


@pytest.mark.parametrize("seed", SEEDS)
def test_open_passes_are_those_of_the_slow_road(seed: int):
    """Each in the last stage it reached, with its days there; open opportunities with their deals and amounts."""
    slow, passes, rows = both(seed)
    facts = happened_by(facts=engine_facts(rows), as_of=AS_OF, zone="UTC")
    prices = priced(
        orders=orders_of(facts=facts, mapping=mapping_of(rows)).cache(), exchange=exchange_in(fx=facts["fx"])
    )
    found = stage_ages(passes=passes, positions=range(4), as_of=AS_OF)
    opened = open_ages(passes=passes, at=2, won=3, as_of=AS_OF)
    deals = open_amounts(pending=pending(passes=passes, prices=prices), passes=passes, at=2, won=3, as_of=AS_OF)
    still = [one for one in slow if not one.days[3] and not one.left_on]
    for name, part in parts(still).items():
        stages: dict[int, Counter[int]] = defaultdict(Counter)
        for one in part:
            place = max(place for place, day in enumerate(one.days) if day)
            stages[place][(AS_OF - (one.days[place] or AS_OF)).days] += 1
        assert {place: found[place][name] for place in stages} == {place: dict(ages) for place, ages in stages.items()}
        assert opened.get(name, {}) == dict(stages[2])
    count = sum(part.deals for part in deals.get(ALL, {}).values())
    names = {one.key for one in still if one.days[2]}
    ended = {row["subject"] for table, row in rows if table == "transitions" and row["happened_at"].date() <= AS_OF}
    mine = [
        row
        for table, row in rows
        if table == "deals" and row["deal"] not in ended and {row.get("lead"), f"deal:{row['deal']}"} & names
    ]
    assert count == len([row for row in mine if row["happened_at"].date() <= AS_OF])
