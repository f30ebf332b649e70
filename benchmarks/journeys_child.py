"""One task of the benchmark of journeys, in a process of its own: `python -m benchmarks.journeys_child TASK FOLDER LEADS CHANGED`."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.journeys_pandas import build
from funnelpact.adapters.records.database import Records
from funnelpact.adapters.records.ledger import Ledger
from funnelpact.adapters.records.settings import place
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.core.facts.arrow import arrow_schema, arrow_table
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.passes import passes
from funnelpact.core.measure.counts.taken import step_counts
from funnelpact.workflows.journeys import knowing, update_journeys

LEARNT = datetime(2026, 11, 1, tzinfo=UTC)


def write(folder: Path, leads: int) -> None:
    """The fact tables of a simulated company as Parquet files."""
    facts = world(spec=WorldSpec(leads=leads), rng=np.random.default_rng(7)).facts
    for name, columns in facts.items():
        pq.write_table(arrow_table(table=TABLES[name], columns=columns), folder / f"{name}.parquet")


def ours(folder: Path, changed: int) -> dict[str, float]:
    """Seconds of import and full build together, of the build alone, of a small change, of a scan, of a join; memory."""
    place_of_records = place(folder=folder / "data", address=None)
    store = JourneyFolder(folder / "data", ledger=Ledger(Records(place_of_records, make_folder=Disk().make_folder)))
    tables = {name: folder / f"{name}.parquet" for name in TABLES}
    filled = {name: path for name, path in tables.items() if pq.read_metadata(path).num_rows}
    start = time.perf_counter()
    store.add(facts=filled, received={}, known_at=LEARNT, mapping={}, report={})
    kept = time.perf_counter()
    update_journeys(store=store)
    built = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    store.add(facts=_change(folder, changed), received={}, known_at=LEARNT, mapping={}, report={})
    before = time.perf_counter()
    update_journeys(store=store)
    after = time.perf_counter()
    seconds = {"all": built - start, "full": built - kept, "changed": after - before, "memory": memory}
    return seconds | _scans(store)


def _change(folder: Path, changed: int) -> dict[str, pa.Table]:
    """One more stage and one more touch for so many leads, picked evenly."""
    leads = pq.read_table(folder / "leads.parquet", columns=["lead", "source"])
    chosen = leads.take(np.linspace(0, len(leads) - 1, changed, dtype=np.int64))
    common = {
        "source": chosen["source"],
        "source_id": pa.array([f"changed/{number}" for number in range(changed)]),
        "happened_at": pa.array([LEARNT] * changed, pa.timestamp("us", "UTC")),
        "precision": pa.array(["instant"] * changed),
        "subject": chosen["lead"],
        "subject_kind": pa.array(["lead"] * changed),
    }
    further = {"transitions": {"label": pa.array(["SQL"] * changed)}, "touches": {"kind": pa.array(["call"] * changed)}}
    return {name: _filled(name, {**common, **columns}, changed) for name, columns in further.items()}


def _filled(name: str, columns: dict[str, object], rows: int) -> pa.Table:
    schema = arrow_schema(table=TABLES[name])
    fields = [field for field in schema if field.name != "batch"]
    return pa.table({field.name: columns.get(field.name, pa.nulls(rows, field.type)) for field in fields})


def _scans(store: JourneyFolder) -> dict[str, float]:
    """One life table by lead type: from the kept journeys, and with everything joined when it is asked for."""
    as_of = LEARNT.date()
    snapshot = store.snapshot()
    facts = snapshot.facts
    mapping = knowing(mapping=FunnelMapping(), facts=facts)
    start = time.perf_counter()
    step_counts(passes=_by_type(snapshot.journeys()["passes"], facts), start=0, end=3, as_of=as_of)
    scanned = time.perf_counter()
    made = journeys_of(facts=facts, mapping=mapping, as_of=as_of).passes
    step_counts(passes=_by_type(made, facts), start=0, end=3, as_of=as_of)
    return {"scan": scanned - start, "joined": time.perf_counter() - scanned}


def _by_type(journeys: object, facts: object) -> object:
    rows = passes(journeys=journeys, facts=facts)  # type: ignore[arg-type]
    return rows.mutate(by=rows.type)


def pandas(folder: Path) -> dict[str, float]:
    """The same by pandas: tables to passes and touches."""
    start = time.perf_counter()
    build(folder, folder)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"all": time.perf_counter() - start, "memory": memory}


if __name__ == "__main__":
    task, where, leads_of_company, changed_leads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    if task == "write":
        write(where, leads_of_company)
    else:
        print(json.dumps(ours(where, changed_leads) if task == "ours" else pandas(where)))
