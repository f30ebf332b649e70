"""Journeys that follow each batch are those of one full build, and the past stays as it was known."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.workflows.journeys import update_journeys
from tests.small_worlds import worlds
from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, arrow_facts, rows_of

# Each example builds the journeys of several data folders: few of them, and none to make a failing one smaller.
FEWER = settings(
    max_examples=max(3, settings().max_examples // 30), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)

Row = tuple[str, dict[str, Any]]


@st.composite
def batches(draw: st.DrawFn) -> list[list[Row]]:
    """The facts of a world, each said once under a key of its own, in up to three batches."""
    rows = [
        (table, {**row, "source_id": f"row/{number}"}) for number, (table, row) in enumerate(rows_of(draw(worlds())))
    ]
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), min_size=2, max_size=2)))
    parts = [rows[: cuts[0]], rows[cuts[0] : cuts[1]], rows[cuts[1] :]]
    return [part for part in parts if part]


def keep(store: JourneyFolder, parts: list[list[Row]], *, follow: bool) -> None:
    """Keep the batches a day apart; the journeys follow each of them, or are built once at the end."""
    for number, rows in enumerate(parts):
        tables = {name: table.drop_columns(["batch"]) for name, table in arrow_facts(rows).items() if len(table)}
        store.add(
            facts=tables,
            received={},
            known_at=FIRST_IMPORT + timedelta(days=number),
            mapping={},
            report={},
        )
        if follow:
            update_journeys(store=store)
    update_journeys(store=store)


def said(table: ir.Table, *, numbers: bool = True) -> Counter[str]:
    """The rows of a table, however they are ordered, with or without the numbers of records."""
    rows = table.to_pyarrow().to_pylist()
    hidden = set() if numbers else {"record", "customer_nr", "deals", "nr"}
    return Counter(str(sorted((name, str(value)) for name, value in row.items() if name not in hidden)) for row in rows)


def journeys(store: JourneyFolder, *, numbers: bool = True) -> dict[str, Counter[str]]:
    """All journey tables of a store."""
    return {name: said(table, numbers=numbers) for name, table in store.snapshot().journeys().items()}


@FEWER
@given(batches(), st.sampled_from([0.0, 1_000.0]))
def test_following_each_batch_gives_what_a_full_build_gives(parts: list[list[Row]], most_replaced: float):
    """With a delta that grows, and with one that is merged into the base at once."""
    with tempfile.TemporaryDirectory() as folder:
        one, other = store_in(Path(folder) / "a"), store_in(Path(folder) / "b")
        one.most_replaced = most_replaced
        keep(one, parts, follow=True)
        keep(other, parts, follow=False)

        if parts:
            assert journeys(one) == journeys(other)


@FEWER
@given(batches(), st.randoms(use_true_random=False))
def test_the_order_and_the_repetition_of_batches_do_not_matter(parts: list[list[Row]], dice: Any):
    """Facts that do not correct each other may come in any order, and come again."""
    shuffled = [dice.sample(rows, len(rows)) for rows in dice.sample(parts, len(parts))]
    with tempfile.TemporaryDirectory() as folder:
        one, other = store_in(Path(folder) / "a"), store_in(Path(folder) / "b")
        keep(one, parts, follow=True)
        keep(other, [*shuffled, *shuffled[:1]], follow=True)

        if parts:
            assert journeys(one, numbers=False) == journeys(other, numbers=False)


@FEWER
@given(batches())
def test_what_is_learnt_later_changes_nothing_that_was_known(parts: list[list[Row]]):
    """Facts of an earlier time are the same before and after a later batch."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_in(Path(folder))
        keep(store, parts[:1], follow=False)
        before = {name: said(table) for name, table in store.snapshot().facts.items()}
        keep(store, parts, follow=False)
        then = store.snapshot(known_at=FIRST_IMPORT)

        if parts:
            assert {name: said(table) for name, table in then.facts.items()} == before
