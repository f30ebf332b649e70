"""`funnelpact data doctor|rebuild|backup|restore` as people see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funnelpact.apps.cli.main import app
from tests import exports

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one import."""
    (tmp_path / "in").mkdir()
    for name, content in exports.plain().items():
        (tmp_path / "in" / name).write_bytes(content)
    files = [str(path) for path in sorted((tmp_path / "in").iterdir())]
    assert RUN.invoke(app, ["import", *files, "--data", str(tmp_path / "data")]).exit_code == 0
    return tmp_path / "data"


def test_the_whole_round(folder: Path):
    """Doctor, rebuild, backup, restore: each says what it did in a sentence."""
    backup, again = str(folder.parent / "b.tar"), str(folder.parent / "again")
    looked = RUN.invoke(app, ["data", "doctor", "--deep", "--data", str(folder)])
    made = RUN.invoke(app, ["data", "rebuild", "--data", str(folder)])
    saved = RUN.invoke(app, ["data", "backup", backup, "--data", str(folder)])
    back = RUN.invoke(app, ["data", "restore", backup, "--data", again, "--lang", "tr"])
    twice = RUN.invoke(app, ["data", "restore", backup, "--data", again])

    assert looked.exit_code == 0
    assert "✓ All 2 files as received are there, each with its hash." in looked.output
    assert "✗" not in looked.output
    assert made.output == "1 batches made again: 64 rows.\nEvery row is there again, and no other.\n"
    assert saved.output == f"{backup}: 9 files and all records, 1 MB.\n"
    assert back.output == f"{backup} geri yüklendi.\n"
    assert twice.exit_code == 2
    assert "holds something already" in twice.output


def test_a_finding_says_what_to_do(folder: Path):
    """And the exit code tells scripts."""
    next((folder / "facts" / "leads").iterdir()).unlink()
    looked = RUN.invoke(app, ["data", "doctor", "--data", str(folder)])
    data = json.loads(RUN.invoke(app, ["data", "doctor", "--data", str(folder), "--json"]).output)
    made = RUN.invoke(app, ["data", "rebuild", "--data", str(folder)])

    assert looked.exit_code == 1
    assert "✗ 1 of 4 files of facts are missing or changed: facts/leads/" in looked.output
    assert "→ Make them again from what was received: funnelpact data rebuild." in looked.output
    assert data["ok"] is False
    assert [check["code"] for check in data["checks"] if not check["ok"]] == ["facts"]
    assert made.exit_code == 1
    assert "The files before of leads could not be read" in made.output
    assert RUN.invoke(app, ["data", "doctor", "--data", str(folder)]).exit_code == 0


def test_a_rebuild_answers_as_data(folder: Path):
    """With the rows of each table."""
    made = json.loads(RUN.invoke(app, ["data", "rebuild", "--data", str(folder), "--json"]).output)

    assert made == {
        "batches": 1,
        "rows": {"leads": 40, "transitions": 12, "deals": 12},
        "equal": True,
        "different": {},
        "uncompared": [],
    }
