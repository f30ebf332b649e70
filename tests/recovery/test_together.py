"""Several processes at once: two that import, one that backs up while another writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from funnelpact.apps.wiring import back_up, check_stores, restore_backup
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


def test_a_backup_is_whole_while_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Imports and compactions go on; each backup holds the batches up to one moment, and nothing is missing."""
    monkeypatch.delenv("FUNNELPACT_DATABASE", raising=False)
    command = [sys.executable, "-m", "tests.recovery.writer", str(tmp_path / "data"), "", "compact", "8"]
    found = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for number in range(3):
            # The next one is made after something more has been acknowledged.
            writer.stdout.readline()
            writer.stdout.readline()
            back_up(tmp_path / "data", path=tmp_path / f"{number}.tar")
        errors = writer.communicate()[1]
    for number in range(3):
        restore_backup(tmp_path / f"again{number}", path=tmp_path / f"{number}.tar")
        store = store_in(tmp_path / f"again{number}")
        batches = [batch.number for batch in store.batches()]
        leads = store.facts()["leads"].count().to_pyarrow().as_py()
        checks = check_stores(tmp_path / f"again{number}", deep=True)
        found.append(len(batches))
        assert (batches, leads) == (list(range(1, len(batches) + 1)), len(batches))
        assert [check.code for check in checks if not check.ok] == []

    assert writer.returncode == 0, errors
    assert found == sorted(found)
    assert found[-1] > 0
