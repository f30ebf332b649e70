"""From fact tables to journeys, beside pandas on the same tables; a small change beside all; a scan beside a join.

Both begin with the fact tables as Parquet files and end with the journeys as Parquet files; the files are made before, in a
process of their own, and libraries are loaded before the clock starts. What ours does beyond pandas is in its time: all 18
tables are kept as they came, synced and hashed, and written once more with the numbers of their records; the ledger says so in
SQLite; passes after the first, links, merges, deletions and accounts are made. Pandas reads the seven tables that it needs,
drops what is said twice, and makes one pass a lead with its touches (`journeys_pandas`); it keeps nothing else.

FUNNELPACT_BENCH_LEADS says how many leads the simulated company has (100,000 by default; the figures in the docs are of
1,000,000). Every figure is that of a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from benchmarks.rows import Row

LEADS = int(os.environ.get("FUNNELPACT_BENCH_LEADS", "100000"))
CHANGED = 1_000


def run() -> list[Row]:
    """Ours and pandas on one simulated company, and ours beside itself."""
    with tempfile.TemporaryDirectory() as folder:
        _child("write", folder)
        ours, other = _child("ours", folder), _child("pandas", folder)
    leads = f"{LEADS:,} leads"
    return [
        Row(what=f"fact tables to journeys, {leads}", ours=ours["all"], other=other["all"], other_name="pandas"),
        Row(what="memory for that", ours=ours["memory"], other=other["memory"], unit="GiB", other_name="pandas"),
        Row(
            what=f"journeys after {CHANGED:,} changed leads",
            ours=ours["changed"],
            other=ours["full"],
            other_name="journeys of all leads",
        ),
        Row(
            what="a life table from journeys",
            ours=ours["scan"],
            other=ours["joined"],
            other_name="the same joined when asked",
            at_most=0.2,
        ),
    ]


def _child(task: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.journeys_child", task, folder, str(LEADS), str(CHANGED)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return found
