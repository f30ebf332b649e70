"""Two processes that import at once both end up committed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.setup import ROOT
from tests.stores import store_in


def test_two_importers_take_turns(tmp_path: Path, database: str | None):
    """Batches are numbered without a gap, and each lead is there once."""
    command = [sys.executable, "-m", "tests.recovery.writer", str(tmp_path / "data"), database or "", "import", "4"]
    writers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [writer.communicate() for writer in writers]
    store = store_in(tmp_path / "data", address=database)
    batches, leads = store.batches(), store.facts()["leads"].to_pyarrow()["lead"].to_pylist()

    assert [writer.returncode for writer in writers] == [0, 0], said
    assert [batch.number for batch in batches] == list(range(1, 9))
    assert sorted({batch.known_at for batch in batches}) == [batch.known_at for batch in batches]
    assert len(set(leads)) == len(leads) == 8
