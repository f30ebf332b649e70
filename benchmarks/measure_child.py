"""One task of the benchmark of rates, in a process of its own: `python -m benchmarks.measure_child TASK FOLDER [LEADS]`."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import ibis
import numpy as np
import psycopg
import pyarrow.parquet as pq
from ibis.expr import types as ir

from benchmarks.measure_peers import HORIZONS, cpu
from funnelpact.core.facts.arrow import arrow_table
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.measure.counts.cells import Marks
from funnelpact.core.measure.counts.taken import lives_of
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.workflows.journeys import update_journeys
from scripts.parts import part
from tests.postgres import cluster
from tests.stores import store_in

LEARNT = datetime(2026, 11, 1, tzinfo=UTC)
AS_OF = date(2026, 10, 31)
MARKS = Marks(as_of=AS_OF, period_days=91, window_days=182, ripe_days=(30, 60, 90, 180, 365))
STEPS = [(0, 1), (1, 2), (2, 3), (0, 3), (3, 3)]
COLUMNS = "excluded backwards type s0 s1 s2 s3 left_on observed_from amount".split()


def write(folder: Path, leads: int) -> None:
    """The facts of a simulated company, its journeys as one Parquet file."""
    facts = world(spec=WorldSpec(leads=leads), rng=np.random.default_rng(7)).facts
    for name, columns in facts.items():
        pq.write_table(arrow_table(table=TABLES[name], columns=columns), folder / f"{name}.parquet")
    filled = {name: folder / f"{name}.parquet" for name in TABLES}
    filled = {name: path for name, path in filled.items() if pq.read_metadata(path).num_rows}
    store = store_in(folder / "data")
    store.add(facts=filled, received={}, known_at=LEARNT, mapping={}, report={})
    update_journeys(store=store)
    rows = store.snapshot().journeys()["passes"]
    rows.select(*COLUMNS).to_parquet(str(folder / "passes.parquet"))


def _passes(file: Path, times: int = 1) -> ir.Table:
    """The journeys of so many companies that are all alike."""
    rows = ibis.duckdb.connect(threads=2).read_parquet([str(file)] * times)
    rows = rows.filter(rows.excluded.isnull())
    return rows.mutate(by=rows.type)


def ours(folder: Path) -> dict[str, float]:
    """Seconds for the rates, by CPU and by wall clock, and for cells of ten and a hundred times the company, and scans."""
    file = folder / "passes.parquet"
    found: dict[str, float] = {}
    rates(_passes(file))
    start, wall = cpu(), time.perf_counter()
    rates(_passes(file))
    found |= {"rates": cpu() - start, "wall": time.perf_counter() - wall}
    for times in (10, 100) if pq.read_metadata(file).num_rows > 500_000 else (10,):
        found[f"scan {times}"] = scan([file] * times)
        rows = _passes(file, times)
        for name, steps, marks in (("table", [(0, 3)], Marks(as_of=AS_OF, amounts=False)), ("page", STEPS, MARKS)):
            if name == "page" and times > 10:
                continue
            start = cpu()
            lives_of(passes=rows, steps=steps, marks=marks)
            found[f"{name} {times}"] = cpu() - start
    return found


def scan(files: list[Path]) -> float:
    """Seconds of CPU that DuckDB needs to look at the columns once."""
    looked = ", ".join(f"min({name})" for name in COLUMNS if name not in {"excluded", "backwards", "amount"})
    query = (
        "select count(excluded), count(*) filter (where backwards), sum(amount), " + looked + " from read_parquet(?)"  # noqa: S608
    )
    with duckdb.connect(config={"threads": 2}) as engine:
        start = cpu()
        engine.execute(query, [list(map(str, files))]).fetchall()
        return cpu() - start


def rates(passes: ir.Table) -> list[list[object]]:
    """Of each lead type the shares by age with their intervals, and the median."""
    (by_type,) = lives_of(passes=passes, steps=[(0, 3)], marks=Marks(as_of=AS_OF, amounts=False))
    curves = [Curve.from_table(table=one.counts().table) for name, one in by_type.items() if name]
    return [
        [*((curve.at(days=days), curve.interval(days=days)) for days in HORIZONS), curve.quantile(share=0.5)]
        for curve in curves
    ]


SQL = """
with moves as (
    select subject, subject_kind, happened_at, case
        when label ilike '%won%' then 3 when label ilike '%lost%' or label ilike '%disq%' or label ilike '%recycl%' then -1
        when subject_kind = 'deal' then 2 when label ilike 'sql' then 1 else 0 end as place
    from transitions
),
ends as (
    select subject, subject_kind, min(happened_at) filter (where place = 3) as won_at,
        max(happened_at) filter (where place = -1) as exit_at, max(happened_at) filter (where place >= 0) as stayed_at
    from moves group by subject, subject_kind
),
sold as (
    select d.lead, min(e.won_at) as won_at, bool_and(e.won_at is null and e.exit_at >= coalesce(e.stayed_at, e.exit_at)) as gone,
        max(e.exit_at) as left_at
    from deals d left join ends e on e.subject = d.deal and e.subject_kind = 'deal' group by d.lead
),
lives as (
    select l.type, l.happened_at::date as entered, s.won_at::date as won_on,
        case when s.lead is null then case when e.exit_at >= coalesce(e.stayed_at, e.exit_at) then e.exit_at end
             when s.gone then s.left_at end::date as left_on
    from leads l left join sold s on s.lead = l.lead left join ends e on e.subject = l.lead and e.subject_kind = 'lead'
)
select type, coalesce(won_on, left_on, date '2026-10-31') - entered as age,
    case when won_on is not null then 1 when left_on is not null then 2 else 0 end as cause, count(*)
from lives group by 1, 2, 3
"""


def postgresql(folder: Path) -> dict[str, float]:
    """Seconds of wall clock for the life tables alone, from the event tables in a server; nothing where there is none."""
    initdb = part("PostgreSQL").path()
    if initdb is None:
        return {}
    with cluster(initdb) as server, duckdb.connect() as engine, psycopg.connect(server.new_database()) as session:
        for name, columns in (
            ("leads", "lead, type, happened_at"),
            ("deals", "deal, lead"),
            ("transitions", "subject, subject_kind, label, happened_at"),
        ):
            file = folder / f"{name}.csv"
            engine.read_parquet(str(folder / f"{name}.parquet")).project(columns).write_csv(str(file), header=False)
            kinds = ", ".join(
                f"{one} timestamptz" if one == "happened_at" else f"{one} text" for one in columns.split(", ")
            )
            session.execute(f"create table {name} ({kinds})")
            with session.cursor().copy(f"copy {name} from stdin (format csv)") as copy, file.open("rb") as source:
                while block := source.read(1 << 20):
                    copy.write(block)
        session.execute("analyze")
        session.execute("set work_mem = '1GB'")
        start = time.perf_counter()
        session.execute(SQL).fetchall()
        return {"wall": time.perf_counter() - start}


if __name__ == "__main__":
    task, where = sys.argv[1], Path(sys.argv[2])
    if task == "write":
        write(where, int(sys.argv[3]))
    else:
        print(json.dumps(ours(where) if task == "ours" else postgresql(where)))
