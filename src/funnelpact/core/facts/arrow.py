"""The fact tables as Arrow schemas: what Parquet files and engines see."""

from __future__ import annotations

import pyarrow as pa

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
