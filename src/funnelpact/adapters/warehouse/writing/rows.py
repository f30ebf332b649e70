"""The rows of a batch on their way into a Parquet file: read in pieces, written as they were given, with further columns.

The engine could write them too. It would make text of every column and look for equal values again, more than half of the work of
a large import; Arrow hands on the codes under which the file that was given already has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from funnelpact.core.facts.keys import NO_RECORD

Given: TypeAlias = "pa.Table | Path"
"""The rows of one table: in memory, or a Parquet file."""
ROWS_OF_A_GROUP = 122_880
"""So many rows stand together in a file, or fewer where the file that was given has less. The engine reads groups in parallel."""
LOOKED_AT, FEW = 10_000, 0.1
"""Text of which the first rows hold so small a share of different values is written as codes."""


def count_rows(rows: Given) -> int:
    """This returns how many rows there are."""
    return int(pq.read_metadata(rows).num_rows if isinstance(rows, Path) else rows.num_rows)


def write_rows(
    *, rows: Given, schema: pa.Schema, batch: int, numbers: Mapping[str, NDArray[np.int64]], path: Path
) -> None:
    """Write rows to a Parquet file in the columns of `schema`, with their batch and, by column, the numbers of their records."""
    coded = _coded(rows, schema)
    options: dict[str, Any] = {
        "compression": "zstd",
        "use_dictionary": coded,
        # Only of what is looked for in ranges it is worth to know the least and the greatest value.
        "write_statistics": [field.name for field in schema if not _is_text(field.type)],
        # The codes are a matter of the file: who reads it sees text.
        "store_schema": False,
    }
    done, writer = 0, None
    try:
        for piece in _pieces(rows, coded):
            added = {"batch": pa.array(np.full(len(piece), batch, np.int64))}
            for name, all_numbers in numbers.items():
                mine = all_numbers[done : done + len(piece)]
                added[name] = pa.array(mine, mask=mine <= NO_RECORD)
            whole = pa.table({field.name: _column(piece, field, added) for field in schema})
            writer = writer or pq.ParquetWriter(path, whole.schema, **options)
            writer.write_table(whole, row_group_size=ROWS_OF_A_GROUP)
            done += len(piece)
    finally:
        if writer is not None:
            writer.close()


def _pieces(rows: Given, coded: Sequence[str]) -> Iterator[pa.Table]:
    if isinstance(rows, pa.Table):
        yield rows
        return
    with pq.ParquetFile(rows, read_dictionary=list(coded)) as file:
        for batch in file.iter_batches(batch_size=ROWS_OF_A_GROUP):
            yield pa.Table.from_batches([batch])


def _coded(rows: Given, schema: pa.Schema) -> list[str]:
    texts = [field.name for field in schema if _is_text(field.type)]
    if isinstance(rows, pa.Table):
        first: Any = rows.slice(0, LOOKED_AT)
    else:
        with pq.ParquetFile(rows) as file:
            first = next(file.iter_batches(batch_size=LOOKED_AT, columns=texts))
    return [name for name in texts if pc.count_distinct(first[name], mode="all").as_py() <= FEW * len(first)]


def _column(piece: pa.Table, field: pa.Field[Any], added: Mapping[str, Any]) -> Any:
    column = added[field.name] if field.name in added else piece[field.name]
    if pa.types.is_dictionary(column.type) and column.type.value_type == field.type:
        return column
    # Instants may be given more finely than they are kept.
    return column.cast(field.type, safe=not pa.types.is_timestamp(column.type))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind))
