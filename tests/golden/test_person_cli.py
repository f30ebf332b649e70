"""`funnelpact data person export|erase|receipts` as people see them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funnelpact.apps.cli.main import app
from tests import exports
from tests.residue import residue

RUN = CliRunner()
ADA = ("ada3@example.org", "Ada3", "5004")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one import."""
    (tmp_path / "in").mkdir()
    for name, content in exports.hubspot().items():
        (tmp_path / "in" / name).write_bytes(content)
    assert run("import", *map(str, sorted((tmp_path / "in").iterdir())), folder=tmp_path / "data")[0] == 0
    return tmp_path / "data"


def run(*words: str, folder: Path) -> tuple[int, str]:
    """The exit code and what was printed."""
    done = RUN.invoke(app, [*words, "--data", str(folder)])
    return done.exit_code, done.output


def person(*words: str, folder: Path) -> tuple[int, str]:
    """The same, of the commands about a person."""
    return run("data", "person", *words, folder=folder)


def test_what_is_kept_is_handed_out(folder: Path):
    """As JSON, on the screen or in a file that only its owner may read."""
    code, text = person("export", "ADA3@example.org", folder=folder)
    out = folder.parent / "ada.json"
    written = person("export", "5004", "--out", str(out), folder=folder)
    found = json.loads(text)

    assert code == 0
    assert [(each["file"], len(each["rows"])) for each in found["received"]] == [("contacts.csv", 1), ("deals.csv", 1)]
    assert found["received"][0]["rows"][0]["cells"]["Email"] == "ada3@example.org"
    assert found["facts"]["leads"][0]["lead"] == "5004"
    assert found["derived"]["passes"][0]["key"] == "5004"
    assert written == (0, f"Written to {out}. It is about one person: hand it to nobody else.\n")
    assert json.loads(out.read_text(encoding="utf-8"))["facts"] == found["facts"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_an_erasure_says_what_it_did(folder: Path):
    """Before it what it would touch, after it the receipt, once more the same receipt; then nobody is there."""
    dry = person("erase", ADA[0], "--dry-run", folder=folder)
    before = residue(folder, ADA[0])
    code, text = person("erase", ADA[0], "--by", "Data office", folder=folder)
    again = person("erase", ADA[0], "--yes", folder=folder)
    listed = person("receipts", folder=folder)
    nobody = person("export", ADA[0], folder=folder)

    assert dry == (
        0,
        (
            "1 records, 2 rows received in 1 batches, 4 rows of facts, 1 passes, 0 messages that wait.\n"
            "  batch 1, contacts.csv: 1 rows\n  batch 1, deals.csv: 1 rows\nOnly shown, nothing changed.\n"
        ),
    )
    assert before
    assert code == 0
    assert " for Data office. Receipt " in text
    assert "  leads: 1 rows of facts\n" in text
    assert "Not reached: backups that were made before, what was handed out or exported before" in text
    assert again == (0, "Erased earlier; nothing of it is left. The receipt from then:\n" + text)
    assert listed == (0, text)
    assert residue(folder, ADA[0]) == []
    assert nobody[0] == 2
    assert "nothing is kept of the person who was asked for" in nobody[1]


def test_a_receipt_as_data_holds_hashes_and_counts(folder: Path):
    """And no name of the person."""
    code, text = person("erase", ADA[0], "--yes", "--json", folder=folder)
    (receipt,) = json.loads(text)["receipts"]

    assert code == 0
    assert len(receipt["what"]) == 64
    assert receipt["facts"] == {"leads": {"1": 1}, "transitions": {"1": 1}, "deals": {"1": 1}}
    assert [file["name"] for file in receipt["files"]] == ["contacts.csv", "deals.csv"]
    assert not any(name in text for name in ADA)


def test_the_next_import_says_how_many_rows_it_kept_without_names(folder: Path):
    """Not whose they are."""
    person("erase", ADA[0], "--yes", folder=folder)
    contacts = folder.parent / "in" / "contacts.csv"
    contacts.write_bytes(contacts.read_bytes().replace(b"Paid Social", b"Paid Search"))
    code, text = run("import", str(contacts), folder=folder)

    assert code == 0
    assert "! 1 rows are about people who were erased: they are kept without names, addresses and keys." in text
    assert residue(folder, ADA[0]) == []


def test_the_key_is_looked_after(folder: Path):
    """Hidden, in backups, and missed where it is gone: then nothing is imported."""
    person("erase", ADA[0], "--yes", folder=folder)
    key = folder / "forget.key"
    well = run("data", "doctor", folder=folder)
    backup, again = folder.parent / "b.tar", folder.parent / "again"
    run("data", "backup", str(backup), folder=folder)
    run("data", "restore", str(backup), folder=again)
    key.chmod(0o644)
    seen = run("data", "doctor", folder=folder)
    kept = key.read_bytes()
    key.unlink()
    gone = run("data", "doctor", folder=folder)
    contacts = folder.parent / "in" / "contacts.csv"
    contacts.write_bytes(contacts.read_bytes().replace(b"Paid Social", b"Paid Search"))
    refused = run("import", str(contacts), folder=folder)
    restored = run("import", str(contacts), folder=again)

    assert "hashes of people who were erased is there, for its owner only." in well[1]
    assert stat.S_IMODE((again / "forget.key").stat().st_mode) == 0o600
    assert (again / "forget.key").read_bytes() == kept
    assert (seen[0], gone[0], refused[0], restored[0]) == (1, 1, 2, 0)
    assert f"chmod 600 {key}" in seen[1]
    assert "nothing can be imported" in gone[1]
    assert "without it an import could bring them back" in refused[1]
    assert "1 rows are about people who were erased" in restored[1]
    assert residue(again, ADA[0]) == []
