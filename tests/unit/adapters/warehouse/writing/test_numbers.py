"""The numbers of records: the same for the same batches, each row its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from funnelpact.adapters.warehouse.engines.engine import Limits, connect, empty_table
from funnelpact.adapters.warehouse.writing.numbers import POSITION, Numbering
from funnelpact.core.facts.keys import NO_RECORD

MANY = 300_000


def numbering(folder: Path) -> Numbering:
    """One that goes on after 40 records of which the batch names none."""
    engine = connect(limits=Limits(), folder=folder)
    known = empty_table(engine, "keys").drop("batch")
    return Numbering(engine=engine, known=known, first=41)


def of_rows(made: Numbering, name: str, **columns: object) -> dict[str, list[int]]:
    """The numbers of the rows of a table that has only these columns."""
    rows = pa.table(columns)
    rows = rows.append_column("source", pa.array(["crm"] * len(rows))) if "source" not in columns else rows
    made.engine.con.register(name, rows.append_column(POSITION, pa.array(np.arange(len(rows)))))
    found = made.of_rows(name=name, table=made.engine.table(name), rows=len(rows))
    return {number: numbers.tolist() for number, numbers in found.items()}


def test_new_ones_come_after_all_others(tmp_path: Path):
    """Table by table; in each by kind, source and key. What a row does not name has none."""
    made = numbering(tmp_path)

    assert of_rows(made, "leads", lead=["b", "a"]) == {"lead_nr": [42, 41]}
    deals = of_rows(made, "deals", deal=["e", "d"], lead=[None, "z"])
    assert deals == {"deal_nr": [44, 43], "lead_nr": [NO_RECORD, 45]}
    subjects = {"subject_kind": ["lead", "customer", "contact", "lead"], "subject": ["0", "a", "a", "0"]}
    assert of_rows(made, "touches", **subjects) == {"subject_nr": [47, 46, 41, 47]}
    assert sorted(made.new().nr.to_pyarrow().to_pylist()) == [41, 42, 43, 44, 45, 46, 47]


def test_a_key_of_two_sources_is_two_records(tmp_path: Path):
    """And so it is of two kinds."""
    made = numbering(tmp_path)

    assert of_rows(made, "leads", lead=["a", "a"], source=["web", "crm"]) == {"lead_nr": [42, 41]}
    assert of_rows(made, "deals", deal=["a"], lead=["a"], source=["web"]) == {"deal_nr": [43], "lead_nr": [42]}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(seed: int, tmp_path: Path):
    """Each of many rows gets the number of its record, whichever thread found it."""
    order = np.random.default_rng(seed).permutation(MANY)
    found = of_rows(numbering(tmp_path), "leads", lead=[f"L{number:06}" for number in order])

    assert found["lead_nr"] == (order + 41).tolist()
