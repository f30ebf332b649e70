"""The fact tables as Arrow schemas: what Parquet files and engines see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from funnelpact.core.facts.tables import FactTable, Kind

TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INSTANT: pa.timestamp("us", "UTC"),
    Kind.AMOUNT: pa.decimal128(18, 4),
    Kind.COUNT: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.LABELS: pa.map_(pa.string(), pa.string()),
}


def arrow_schema(*, table: FactTable) -> pa.Schema:
    """This returns the Arrow schema of a fact table, `batch` included; only required columns refuse nulls.

    >>> from funnelpact.core.facts.tables import TABLES
    >>> arrow_schema(table=TABLES["deals"]).field("amount").type
    Decimal128Type(decimal128(18, 4))
    """
    return pa.schema(
        [pa.field(column.name, TYPES[column.kind], nullable=not column.required) for column in table.columns]
    )


def arrow_table(*, table: FactTable, columns: Mapping[str, NDArray[Any]]) -> pa.Table:
    """This returns the rows of a fact table, given as NumPy columns without `batch`, in its Arrow schema.

    Instants are `datetime64` in UTC, amounts floats of whole cents, NaT and NaN mean missing, text and labels are
    objects with None for missing. A column that is not given is empty.

    >>> from funnelpact.core.facts.tables import TABLES
    >>> rows = arrow_table(table=TABLES["fx"], columns={"base": np.array(["EUR"], object), "rate": np.array([50.25])})
    >>> rows.num_rows, rows["rate"].to_pylist()
    (1, [50.25])
    """
    schema = arrow_schema(table=table).remove(arrow_schema(table=table).get_field_index("batch"))
    rows = len(next(iter(columns.values()))) if columns else 0
    arrays = [
        _array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=pa.schema([field.with_nullable(True) for field in schema]))


def _array(values: NDArray[Any], kind: pa.DataType) -> pa.Array[Any]:
    if pa.types.is_timestamp(kind):
        return pa.array(values.astype("datetime64[us]"), pa.timestamp("us")).cast(kind)
    if values.dtype.kind == "f":
        return pa.array(values, pa.float64(), mask=np.isnan(values)).cast(kind)
    return pa.array(values, kind)
