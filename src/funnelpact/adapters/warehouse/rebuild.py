"""Make all facts again from the landing, compare them with those that were there, and let them count instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import duckdb
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt
from funnelpact.adapters.warehouse.engine import files_as_table
from funnelpact.adapters.warehouse.facts import LIVE, FactFolder
from funnelpact.adapters.warehouse.families import Families, smallest
from funnelpact.adapters.warehouse.landing import Facts
from funnelpact.core.facts.checks import Rebuilt
from funnelpact.core.facts.kept import CORRECTIONS, KEYS, RECEIVED, TABLE, Batch, FactFile
from funnelpact.core.facts.tables import TABLES


class FactsOfReceived(Protocol):
    """Makes facts of what was received, by the mapping that was kept with it: the same now as then."""

    def __call__(self, *, received: Mapping[str, bytes], mapping: Mapping[str, object]) -> Mapping[str, pa.Table]:
        """The facts by table, without `batch`."""


def rebuild(*, store: FactFolder, facts_of_received: FactsOfReceived) -> Rebuilt:
    """What was made, and where it differs from what was there.

    Raises `LandingDamaged` where a batch is not what was received, and what `facts_of_received` raises; then nothing has
    changed. Nobody else writes meanwhile; readers go on with the files before.
    """
    with store.writing() as attempt:
        before = store.ledger.fact_files()
        batches = store.ledger.batches()
        made: list[FactFile] = []
        for batch in batches:
            facts = _facts(store, batch, facts_of_received)
            made += store.families(attempt).write_batch(facts=facts, live=made, number=batch.number)
            made = _compacted(store, attempt, made)
        different, uncompared = _compare(store.families(attempt), before, made)
        rows: dict[str, int] = defaultdict(int)
        for file in made:
            rows[file.table] += file.rows
        store.families(attempt).forget(before)
        # From here on the new files may count, whatever happens to this process.
        attempt.keep()
        store.ledger.swap(gone=[file.path for file in before], new=made)
        return Rebuilt(
            batches=len(batches),
            rows={name: count for name, count in rows.items() if name in TABLES},
            different=different,
            uncompared=uncompared,
        )


def _facts(store: FactFolder, batch: Batch, facts_of_received: FactsOfReceived) -> dict[str, Facts]:
    files = store.ledger.landing_files(batch=batch.number)
    tables = {file.name: store.landing.table(file) for file in files if file.kind == TABLE}
    received = {file.name: store.landing.content(file) for file in files if file.kind == RECEIVED}
    if not received:
        return dict(tables)
    made = facts_of_received(received=received, mapping=batch.mapping)
    return {name: made[name] for name in TABLES if name in made}


def _compacted(store: FactFolder, attempt: Attempt, made: list[FactFile]) -> list[FactFile]:
    for name in dict.fromkeys(file.table for file in made):
        small = smallest([file for file in made if file.table == name], above=LIVE)
        if small:
            merged = store.families(attempt).merge(small)
            for file in small:
                # Nobody has been told of these.
                (store.folder / file.path).unlink()
            made = sorted([file for file in made if file not in small] + [merged], key=lambda file: file.first_batch)
    return made


def _count(rows: ir.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())


def _compare(
    families: Families, before: Sequence[FactFile], after: Sequence[FactFile]
) -> tuple[dict[str, int], tuple[str, ...]]:
    different, uncompared = {}, []
    for name in (*TABLES, KEYS, CORRECTIONS):
        old_paths, new_paths = families.paths(before, name), families.paths(after, name)
        if not old_paths and not new_paths:
            continue
        try:
            old = files_as_table(families.engine, name, old_paths)
            new = files_as_table(families.engine, name, new_paths)
            gone = _count(old.difference(new, distinct=False))
            # Both have the rows that are not gone in common; the costly comparison is made one way only.
            come = _count(new) - (_count(old) - gone)
        except duckdb.Error:
            uncompared.append(name)
            continue
        if gone + come:
            different[name] = gone + come
    return different, tuple(uncompared)
