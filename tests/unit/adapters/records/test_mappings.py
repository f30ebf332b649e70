"""Mappings that people save: every version stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from funnelpact.adapters.records.mappings import Mappings
from tests.stores import records_in

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_funnel_mappings_are_numbered(tmp_path: Path, database: str | None):
    """The newest is in force, older ones can be asked for."""
    mappings = Mappings(records_in(tmp_path, address=database))
    before = mappings.funnel()
    numbers = [mappings.save_funnel({"stages": [name]}, saved_at=NOON) for name in ("a", "b")]

    assert before is None
    assert numbers == [1, 2]
    assert mappings.funnel() == (2, {"stages": ["b"]})
    assert mappings.funnel(number=1) == (1, {"stages": ["a"]})
    assert mappings.funnel(number=9) is None


def test_column_mappings_have_names_and_versions(tmp_path: Path, database: str | None):
    """The same data again are no new version."""
    mappings = Mappings(records_in(tmp_path, address=database))
    versions = [mappings.save_columns("crm", {"id": key}, saved_at=NOON) for key in ("a", "b", "b", "a")]
    mappings.save_columns("ads", {}, saved_at=NOON)

    assert versions == [1, 2, 2, 3]
    assert mappings.columns("crm") == {"id": "a"}
    assert mappings.columns("crm", version=2) == {"id": "b"}
    assert mappings.columns("none") is None
    assert mappings.column_names() == {"ads": 1, "crm": 3}
