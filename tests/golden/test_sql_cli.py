"""`--sql`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from funnelpact.workflows.journeys import update_journeys
from tests.calculation import funnelpact
from tests.unit.workflows.test_backtest import world
from tests.worlds import kept


def test_the_script_runs_as_it_is_printed(tmp_path: Path):
    """Piped into DuckDB; every count stands under its name."""
    update_journeys(store=kept(world(leads=60), tmp_path))
    run = funnelpact("funnel", "--data", str(tmp_path), "--sql", "--horizon", "30")
    as_data = funnelpact("funnel", "--data", str(tmp_path), "--sql", "--horizon", "30", "--json")
    queries = json.loads(as_data.stdout)["queries"]
    duckdb.connect().execute(run.stdout)

    assert (run.returncode, run.stderr) == (0, "")
    assert "-- lives_of\n" in run.stdout
    for query in queries:
        assert f"-- {query['name']}\n{query['sql']};" in run.stdout
