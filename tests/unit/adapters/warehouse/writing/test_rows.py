"""Rows on their way into a file: as they were given, in any form, with batch and numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from funnelpact.adapters.warehouse.engines.engine import stored_schema
from funnelpact.adapters.warehouse.writing.rows import ROWS_OF_A_GROUP, Given, count_rows, write_rows

ROWS = ROWS_OF_A_GROUP + 5
SCHEMA = stored_schema("touches")
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def touches() -> pa.Table:
    """More than a group of rows: few kinds, of which each half has its own, and an owner that a few rows lack."""
    given = {
        "source": ["crm"] * ROWS,
        "source_id": [f"A{number}" for number in range(ROWS)],
        "happened_at": pa.array([AT] * ROWS, pa.timestamp("ns", "UTC")),
        "precision": ["instant"] * ROWS,
        "subject": [f"L{number % 7}" for number in range(ROWS)],
        "subject_kind": ["lead"] * ROWS,
        "kind": [("call", "e-mail", "meeting")[number % 2 + (number > ROWS // 2)] for number in range(ROWS)],
        "human": [number % 3 == 0 for number in range(ROWS)],
        "owner": [None if number % 5 == 0 else f"o{number % 4}" for number in range(ROWS)],
    }
    missing = {field.name: pa.nulls(ROWS, field.type) for field in SCHEMA if field.name not in given}
    return pa.table({**given, **missing}).drop_columns(["batch", "subject_nr"])


@pytest.mark.parametrize("group", [None, 1_000, ROWS])
def test_rows_are_written_as_they_were_given(group: int | None, tmp_path: Path):
    """In their order, whether they come in memory or in a file, however it is cut; who reads them sees no codes."""
    rows = touches()
    given: Given = rows
    if group is not None:
        given = tmp_path / "given.parquet"
        pq.write_table(rows, given, row_group_size=group)
    numbers = np.arange(ROWS) % 7
    path = tmp_path / "written.parquet"
    write_rows(rows=given, schema=SCHEMA, batch=3, numbers={"subject_nr": numbers}, path=path)
    written = pq.read_table(path)

    assert count_rows(given) == ROWS
    assert written.schema.equals(pa.schema([field.with_nullable(True) for field in SCHEMA]))
    for name in ("source_id", "subject", "kind", "human", "owner", "outcome"):
        assert written[name].to_pylist() == rows[name].to_pylist(), name
    assert set(written["happened_at"].to_pylist()) == {AT}
    assert set(written["batch"].to_pylist()) == {3}
    assert written["subject_nr"].to_pylist() == [number or None for number in numbers.tolist()]
    assert pq.read_metadata(path).num_row_groups <= 1 + -(-ROWS // (group or ROWS))


def test_what_repeats_is_written_as_codes(tmp_path: Path):
    """And only that: keys are text, and of text no least and greatest value is kept."""
    path = tmp_path / "written.parquet"
    write_rows(rows=touches(), schema=SCHEMA, batch=3, numbers={"subject_nr": np.ones(ROWS, np.int64)}, path=path)
    group = pq.read_metadata(path).row_group(0)
    columns = {column.path_in_schema: column for column in map(group.column, range(group.num_columns))}

    assert {name for name in columns if "RLE_DICTIONARY" in columns[name].encodings} >= {"kind", "owner", "subject"}
    assert "RLE_DICTIONARY" not in columns["source_id"].encodings
    assert columns["happened_at"].is_stats_set
    assert not columns["source_id"].is_stats_set
