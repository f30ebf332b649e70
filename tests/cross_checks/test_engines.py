"""The same cells from DuckDB, PostgreSQL and Spark, from rows in any order and by any number of threads."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.expr import types as ir

from funnelpact.core.measure.counts.cells import Marks, cells
from tests.postgres import Cluster

AS_OF = date(2026, 6, 30)
MARKS = Marks(as_of=AS_OF, period_days=30, window_days=91, ripe_days=(30, 60, 90))
STEPS = [(0, 1), (1, 2), (2, 3), (0, 3), (3, 3)]
DAYS = ("s0", "s1", "s2", "s3", "left_on", "observed_from")
KINDS: dict[str, pa.DataType] = {
    "by": pa.string(),
    "backwards": pa.bool_(),
    **dict.fromkeys(DAYS, pa.date32()),
    "amount": pa.decimal128(38, 4),
}


def passes(seed: int, count: int) -> list[dict[str, Any]]:
    """Random passes: same-day wins, skipped starts, exits a day before the entry, late entries, amounts of any size."""
    dice = random.Random(seed)
    rows = []
    for _ in range(count):
        days: list[date | None] = [None] * 4
        day = AS_OF - timedelta(days=dice.randrange(200))
        created = day
        for place in range(dice.choice([0, 0, 0, 2]), dice.randrange(1, 5)):
            day = min(AS_OF, day + timedelta(days=dice.choice([0, 0, 1, 5, 40])))
            days[place] = day
        won = days[3] is not None
        left = None if won or dice.random() < 0.5 else min(AS_OF, day + timedelta(days=dice.choice([-1, 0, 3, 50])))
        amount = Decimal(dice.choice(["0.005", "12.34", "99999.99", "123456789012.3456"]))
        rows.append(
            {
                "by": dice.choice(["web", "chat", "Şirket", None]),
                "backwards": dice.random() < 0.05,
                **{f"s{place}": value for place, value in enumerate(days)},
                "left_on": left,
                "observed_from": created + timedelta(days=dice.choice([0, 0, 0, 10, 60])),
                "amount": amount if won and dice.random() < 0.8 else None,
            }
        )
    return rows


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    """The passes as Arrow holds them."""
    return pa.Table.from_pylist(rows, schema=pa.schema(KINDS))


def counted(found: ir.Table) -> list[tuple[str, ...]]:
    """All cells of a page, in one order."""
    rows = cells(passes=found, steps=STEPS, marks=MARKS).to_pyarrow().to_pylist()
    return sorted(tuple(_text(row[name]) for name in sorted(row)) for row in rows)


def _text(value: Any) -> str:
    """A number as text, however many zeros an engine writes behind it."""
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def on_duckdb(rows: list[dict[str, Any]], *, threads: int = 2) -> list[tuple[str, ...]]:
    """The cells by an engine of its own."""
    engine = ibis.duckdb.connect(threads=threads)
    return counted(engine.create_table("passes", table_of(rows)))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A Spark of this module in local mode; skipped where it is not installed."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install 'funnelpact[spark]'; it needs Java 17)")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1").getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()


def test_order_and_threads_change_nothing():
    """Three orders of 3,000 passes, by one, two and four threads: the same cells, exact sums of amounts and squares too."""
    rows = passes(1, 3_000)
    first = on_duckdb(rows, threads=1)
    for seed, threads in ((2, 2), (3, 4)):
        random.Random(seed).shuffle(rows)
        assert on_duckdb(rows, threads=threads) == first
    assert len(first) > 1_000


def test_postgresql_counts_the_same(postgres: Cluster):
    """Every cell of 3,000 passes, by a real server."""
    rows = passes(4, 3_000)
    address = urlsplit(postgres.new_database())
    engine = ibis.postgres.connect(host=str(postgres.folder), user="funnelpact", database=address.path.strip("/"))

    assert counted(engine.create_table("passes", table_of(rows))) == on_duckdb(rows)
    engine.disconnect()


@pytest.mark.filterwarnings("default")
def test_spark_counts_the_same(spark: Any, tmp_path: Path):
    """Every cell of 3,000 passes, by Spark in local mode."""
    rows = passes(5, 3_000)
    pq.write_table(table_of(rows), tmp_path / "passes.parquet")

    assert counted(spark.read_parquet(str(tmp_path / "passes.parquet"))) == on_duckdb(rows)
