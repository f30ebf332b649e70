"""The queries behind an answer: what is printed, run by itself in DuckDB, gives the same counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnelpact.adapters.warehouse.engines.recording import Queries
from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.workflows.journeys import update_journeys
from funnelpact.workflows.measuring.learn import learn_funnel
from funnelpact.workflows.ports import SavedMapping
from tests.stores import store_in
from tests.unit.workflows.test_backtest import world
from tests.worlds import FIRST_IMPORT, kept

MORE = """
product X series=GTX
lead p 2025-10-03 type=web
deal pd of p 2025-10-04 amount=70 product=X
deal pd > Won 2025-10-20
touch p 2025-10-03T10:00 human=yes
batch
lead q 2025-10-03 type=web
"""


class OneMapping:
    """A saved mapping with types of our own, for which labels are looked up in a table in memory."""

    def newest(self) -> SavedMapping | None:
        """The only version."""
        from funnelpact.apps.funnel_file import mapping_from

        data = {"version": 1, "types": [{"label": "chat", "name": "Talk"}]}
        return SavedMapping(number=1, saved_at=FIRST_IMPORT, mapping=mapping_from(data=data))

    def versions(self) -> list[SavedMapping]:
        """That one."""
        newest = self.newest()
        return [newest] if newest else []

    def save(self, mapping: FunnelMapping, *, saved_at: Any) -> int:
        """Nothing is saved here."""
        raise NotImplementedError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads, deals, a product, touches, and a second batch."""
    place = tmp_path_factory.mktemp("world")
    update_journeys(store=kept(world() + MORE, place))
    return place


def recording(folder: Path) -> tuple[JourneyFolder, Queries]:
    """A store that tells what is counted."""
    store, queries = store_in(folder), Queries()
    store.queries = queries
    return store, queries


def rows(result: Any) -> list[tuple[Any, ...]]:
    """The rows of a result in an order of their own."""
    return sorted((tuple(row.values()) for row in result), key=repr)


ASKED: dict[str, dict[str, Any]] = {
    "the journeys that are kept": {},
    "a day of the past, for which journeys are made": {"as_of": date(2025, 12, 31)},
    "as known earlier, by a column of deals, under names of our own": {
        "known_at": FIRST_IMPORT,
        "by": "product",
        "mappings": OneMapping(),
    },
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_printed_queries_give_the_same_counts(asked: str, folder: Path):
    """Run from nothing but their text, in a DuckDB that has seen nothing."""
    store, queries = recording(folder)
    learn_funnel(store=store, horizon_days=30, **ASKED[asked])
    statements = queries.statements()
    fresh = duckdb.connect()
    fresh.execute("SET TimeZone = 'UTC'")
    told: dict[str, list[list[tuple[Any, ...]]]] = {}
    for statement in statements:
        result = fresh.execute(statement.text)
        if not statement.makes:
            told.setdefault(statement.name, []).append(rows(result.to_arrow_table().to_pylist()))
    seen: dict[str, list[list[tuple[Any, ...]]]] = {}
    for name, engine, expression in queries.counts:
        table = expression.as_table() if not hasattr(expression, "columns") else expression
        counted = rows(engine.to_pyarrow(table).to_pylist())
        seen.setdefault(name, []).append(counted)

    assert told.keys() == seen.keys()
    assert {"overview", "lives_of"} <= told.keys()
    for name, results in told.items():
        assert all(result in seen[name] for result in results)
        assert all(result in results for result in seen[name])


def test_looking_changes_no_number(folder: Path):
    """The same findings with and without."""
    store, _ = recording(folder)

    assert learn_funnel(store=store, horizon_days=30) == learn_funnel(store=store_in(folder), horizon_days=30)


def test_names_are_those_of_counts_and_files(folder: Path):
    """And not those that an engine makes up."""
    store, queries = recording(folder)
    learn_funnel(store=store, horizon_days=30)
    statements = queries.statements()

    assert [one.name for one in statements if one.makes][:2] == ["passes_files", "passes"]
    assert not any("ibis_" in one.text for one in statements)
