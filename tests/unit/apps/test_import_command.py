"""`funnelpact import` as people use it: answers, saved mappings, and what a terminal shows."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.calculation import funnelpact
from tests.stores import store_in

LINES = "lead_id,created_at,lead_source\n" + "".join(f"L{n},0{n % 9 + 1}/02/2026 10:0{n % 9},Web\n" for n in range(20))


def test_what_is_answered_once_is_saved_and_applied(tmp_path: Path):
    """Order of dates and zone of the first import are those of the second, under another name."""
    (tmp_path / "leads.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "other.txt").write_text(LINES, encoding="utf-8")
    data, saved = ("--data", str(tmp_path / "data")), str(tmp_path / "crm.yaml")
    asked = funnelpact("import", str(tmp_path / "leads.csv"), *data)
    first = funnelpact(
        "import", str(tmp_path / "leads.csv"), "--dates", "day-first", "--zone", "Europe/Istanbul", "--save-mapping", saved,
        "--complete-until", "2026-03-31", "--json", *data,
    )  # fmt: skip
    second = funnelpact("import", str(tmp_path / "other.txt"), "--mapping", saved, "--json", *data)
    (batch,) = store_in(tmp_path / "data").batches()

    assert asked.returncode == 2
    assert "--dates day-first" in asked.stderr
    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(second.stdout)["repeated"] is True
    assert json.loads(second.stdout)["files"][0]["zone"] == "Europe/Istanbul"
    assert batch.complete_until == datetime(2026, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def test_a_terminal_is_asked_once_and_shown_a_bar(tmp_path: Path):
    """The question and the bar go to standard error; what is piped stays as it is."""
    (tmp_path / "plain.csv").write_text("lead_id,created_at\nL1,2026-01-01\nL2,2026-01-02\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [
        str(Path(sys.executable).with_name("funnelpact")),
        "import",
        "plain.csv",
        "--lang",
        "en",
        "--data",
        "data",
    ]
    run = subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True, env={**os.environ, "TERM": "xterm"})  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"newest event" not in shown:
        shown += os.read(ours, 1024)
    os.write(ours, b"soon\n")
    while shown.count(b"newest event") < 2:
        shown += os.read(ours, 1024)
    os.write(ours, b"\n")
    try:
        while part := os.read(ours, 1024):
            shown += part
    except OSError:
        # The other end is closed.
        pass
    assert run.stdout is not None
    text = run.stdout.read()
    run.stdout.close()
    os.close(ours)

    assert run.wait() == 0
    assert "2/2" in shown.decode(errors="replace")
    assert "2 of 2 rows taken" in text
    assert "newest event" not in text
