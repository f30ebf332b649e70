"""Take what a source has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.recognition import FileNotUnderstood
from funnelpact.adapters.connectors.files.source import FileSource
from funnelpact.workflows.sync import import_facts
from tests import exports
from tests.stores import store_in

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def source(folder: Path, files: dict[str, bytes]) -> FileSource:
    """The files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return FileSource(paths=tuple(folder / name for name in files))


def test_an_import_becomes_a_batch_and_then_nothing_new(tmp_path: Path):
    """With the counts of each file in its report."""
    store, files = store_in(tmp_path / "data"), source(tmp_path / "in", exports.plain())
    first = import_facts(source=files, store=store, known_at=NOON)
    second = import_facts(source=files, store=store, known_at=NOON)
    (batch,) = store.batches()

    assert (first.batch, first.repeated) == (1, False)
    assert (second.batch, second.repeated) == (None, True)
    assert batch.report["counts"]["deals.csv"] == {"rows_in": 12, "kept": 12, "rejected": {}}
    assert batch.report["tables"] == {"leads": 40, "deals": 12, "transitions": 12}


def test_a_preview_keeps_nothing(tmp_path: Path):
    """Not even the folder."""
    store = store_in(tmp_path / "data")
    report = import_facts(source=source(tmp_path / "in", exports.plain()), store=store, known_at=NOON, dry_run=True)

    assert (report.batch, report.repeated) == (None, False)
    assert [file.kept for file in report.files] == [40, 12]
    assert not (tmp_path / "data").exists()


def test_a_file_that_has_no_place_does_not_keep_the_others_out(tmp_path: Path):
    """All its rows are refused, and said so."""
    store = store_in(tmp_path / "data")
    files = {**exports.plain(), "weather.csv": b"city,degrees\nIzmir,30\nIzmir,31\n"}
    report = import_facts(source=source(tmp_path / "in", files), store=store, known_at=NOON)
    (weather,) = (file for file in report.files if file.name == "weather.csv")

    assert (weather.kind, weather.rows_in, weather.kept) == ("other", 2, 0)
    assert [(reject.reason, reject.count) for reject in weather.rejects] == [("no-place", 2)]
    assert len(store.batches()) == 1


def test_where_nothing_has_a_place_nothing_is_kept(tmp_path: Path):
    """The files are named."""
    store = store_in(tmp_path / "data")
    files = {"weather.csv": b"city,degrees\nIzmir,30\nIzmir,31\n"}
    with pytest.raises(FileNotUnderstood):
        import_facts(source=source(tmp_path / "in", files), store=store, known_at=NOON)

    assert store.batches() == []
