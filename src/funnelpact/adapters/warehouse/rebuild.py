"""Make all facts again from the landing, compare them with those that were there, and let them count instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt
from funnelpact.adapters.warehouse.engines.engine import files_as_table
from funnelpact.adapters.warehouse.facts import LIVE, FactFolder
from funnelpact.adapters.warehouse.families import Families, smallest
from funnelpact.adapters.warehouse.hiding.batches import HiddenBatch, look_through
from funnelpact.adapters.warehouse.landing import Facts
from funnelpact.adapters.warehouse.leftovers import leftovers, remove_abandoned
from funnelpact.core.facts.checks import Rebuilt
from funnelpact.core.facts.forgetting import Veil, followed
from funnelpact.core.facts.kept import (
    CORRECTIONS,
    KEYS,
    RECEIVED,
    REFUSED,
    TABLE,
    Batch,
    FactFile,
    LandingFile,
    Rewriting,
)
from funnelpact.core.facts.tables import TABLES


class FactsOfReceived(Protocol):
    """Makes facts of what was received, by the mapping that was kept with it: the same now as then."""

    def __call__(self, *, received: Mapping[str, bytes], mapping: Mapping[str, object]) -> Mapping[str, pa.Table]:
        """The facts by table, without `batch`."""


def rebuild(*, store: FactFolder, facts_of_received: FactsOfReceived) -> Rebuilt:
    """What was made, and where it differs from what was there.

    People on the list who are still in what was received – a record that was found to be theirs later – are taken out of it.
    Raises `LandingDamaged` where a batch is not what was received, and what `facts_of_received` raises; then nothing has
    changed. Nobody else writes meanwhile; readers go on with the files before.
    """
    with store.writing() as attempt:
        before = store.ledger.fact_files()
        batches = store.ledger.batches()
        hidden, digests = _still_there(store, batches)
        landing = write_hidden(store=store, attempt=attempt, hidden=hidden)
        made = facts_anew(
            store=store, attempt=attempt, batches=batches, facts_of_received=facts_of_received, hidden=hidden, made=[]
        )
        different, uncompared = _compare(store.families(attempt), before, made)
        rows: dict[str, int] = defaultdict(int)
        for file in made:
            rows[file.table] += file.rows
        store.families(attempt).forget(before)
        gone = [file.path for file in before]
        # From here on the new files may count, whatever happens to this process.
        attempt.keep()
        if landing:
            store.ledger.rewrite(Rewriting(landing=landing, gone=gone, new=made, forgotten=sorted(digests)))
            clean_up(store=store)
        else:
            store.ledger.swap(gone=gone, new=made)
        return Rebuilt(
            batches=len(batches),
            rows={name: count for name, count in rows.items() if name in TABLES},
            different=different,
            uncompared=uncompared,
        )


def look(*, store: FactFolder, batches: Sequence[Batch], veil: Veil) -> dict[int, HiddenBatch]:
    """The batches in which people on the list are found, without them. Raises `LandingDamaged`."""
    forgetting = store.forgetting
    if forgetting is None:
        return {}
    found = {}
    for batch in batches:
        files = store.ledger.landing_files(batch=batch.number)
        seen = look_through(
            forgetting=forgetting,
            received={file.name: store.landing.content(file) for file in files if file.kind == RECEIVED},
            refused={file.name: store.landing.content(file) for file in files if file.kind == REFUSED},
            tables={file.name: pq.read_table(store.landing.table(file)) for file in files if file.kind == TABLE},
            mapping=batch.mapping,
            veil=veil,
        )
        if seen.traces:
            found[batch.number] = seen
    return found


def write_hidden(*, store: FactFolder, attempt: Attempt, hidden: Mapping[int, HiddenBatch]) -> dict[str, LandingFile]:
    """The files of the landing that were written anew, on disk, by the paths of those whose place they take."""
    made = {}
    for number, batch in hidden.items():
        content = batch.content()
        for position, file in enumerate(store.ledger.landing_files(batch=number)):
            same: Any = {
                "batch": number,
                "position": position,
                "name": file.name,
                "attempt": attempt,
                "sha256": file.sha256,
            }
            if file.name in content:
                made[file.path] = store.landing.keep(kind=file.kind, content=content[file.name], **same)
            elif file.name in batch.tables:
                made[file.path] = store.landing.keep_table(rows=batch.tables[file.name], **same)
    return made


def facts_anew(
    *,
    store: FactFolder,
    attempt: Attempt,
    batches: Sequence[Batch],
    facts_of_received: FactsOfReceived,
    hidden: Mapping[int, HiddenBatch],
    made: Sequence[FactFile],
) -> list[FactFile]:
    """The files of facts of these batches, on disk, after those that are `made` already."""
    files = list(made)
    for batch in batches:
        facts = _facts(store, batch, facts_of_received, hidden.get(batch.number, HiddenBatch()))
        files += store.families(attempt).write_batch(facts=facts, live=files, number=batch.number)
        files = _compacted(store, attempt, files, made)
    return files


def clean_up(*, store: FactFolder) -> None:
    """Remove at once every file that does not count, which is what held the people who are to be forgotten."""
    for path in leftovers(store.folder, counting=store.counting(), older_than=0):
        path.unlink(missing_ok=True)
        store.disk.sync(path.parent)
    remove_abandoned(store.folder)


def _still_there(store: FactFolder, batches: Sequence[Batch]) -> tuple[dict[int, HiddenBatch], AbstractSet[str]]:
    veil = store.forgetting.veil() if store.forgetting else None
    if veil is None:
        return {}, frozenset()
    grown, hidden, new = followed(
        veil=veil,
        look=lambda each: look(store=store, batches=batches, veil=each),
        names=lambda seen: frozenset(name for batch in seen.values() for name in batch.names),
    )
    return hidden, frozenset(grown.digest(name) for name in new)


def _facts(
    store: FactFolder, batch: Batch, facts_of_received: FactsOfReceived, hidden: HiddenBatch
) -> dict[str, Facts]:
    files = store.ledger.landing_files(batch=batch.number)
    tables: dict[str, Facts] = {
        file.name: hidden.tables[file.name] if file.name in hidden.tables else store.landing.table(file)
        for file in files
        if file.kind == TABLE
    }
    received = [file for file in files if file.kind == RECEIVED]
    if not received:
        return tables
    if hidden.traces:
        made = hidden.facts()
    else:
        contents = {file.name: store.landing.content(file) for file in received}
        made = facts_of_received(received=contents, mapping=batch.mapping)
    return {name: made[name] for name in TABLES if name in made}


def _compacted(store: FactFolder, attempt: Attempt, made: list[FactFile], told: Sequence[FactFile]) -> list[FactFile]:
    for name in dict.fromkeys(file.table for file in made):
        small = smallest([file for file in made if file.table == name], above=LIVE)
        if small:
            merged = store.families(attempt).merge(small)
            for file in small:
                if file not in told:
                    # Nobody knows of these.
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
