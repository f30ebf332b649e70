"""Rates, intervals and medians of five lead types from journeys, beside statsmodels, scikit-survival, lifelines, PostgreSQL.

FUNNELPACT_BENCH_LEADS says how many leads the simulated company has (100,000 by default; the figures in the docs are of
1,000,000). FUNNELPACT_BENCH_PEERS names a Python that has lifelines and scikit-survival (GPL, so no part of the project) and
statsmodels; those that it lacks are left out, and so is PostgreSQL where it is not installed. All begin
with the same Parquet file of journeys. Figures are seconds of CPU, of wall clock where the other is a server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from benchmarks.rows import Row

LEADS = int(os.environ.get("FUNNELPACT_BENCH_LEADS", "100000"))
PEERS = os.environ.get("FUNNELPACT_BENCH_PEERS", sys.executable)
AT_MOST = {"statsmodels": 0.5, "scikit-survival": 0.2, "lifelines": 0.02}


def run() -> list[Row]:
    """Ours beside each of the others that is there, and beside a plain scan of the same columns."""
    with tempfile.TemporaryDirectory() as folder:
        _child(sys.executable, "benchmarks.measure_child", "write", folder, str(LEADS))
        ours = _child(sys.executable, "benchmarks.measure_child", "ours", folder)
        server = _child(sys.executable, "benchmarks.measure_child", "postgresql", folder)
        peers = {name: _child(PEERS, "benchmarks.measure_peers", name, folder) for name in AT_MOST}
    what = f"rates, intervals, medians, {LEADS:,} leads"
    rows = [
        Row(what=what, ours=ours["rates"], other=found["seconds"], other_name=name, at_most=_limit(AT_MOST[name]))
        for name, found in peers.items()
        if found
    ]
    if server:
        rows.append(
            Row(
                what=f"{what}, wall clock",
                ours=ours["wall"],
                other=server["wall"],
                other_name="PostgreSQL, event tables",
                at_most=_limit(0.05),
            )
        )
    for times in (10, 100):
        rows += [
            Row(
                what=f"{name}, {LEADS * times:,} passes",
                ours=ours[f"{key} {times}"],
                other=ours[f"scan {times}"],
                other_name="plain scan of the same columns",
            )
            for key, name in (("table", "life tables of the way to won"), ("page", "all cells of a page"))
            if f"{key} {times}" in ours
        ]
    return rows


def _limit(ratio: float) -> float | None:
    """The limits are of a million leads; with few, what a statement costs at least weighs more."""
    return ratio if LEADS >= 1_000_000 else None


def _child(python: str, module: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run([python, "-m", module, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return found
