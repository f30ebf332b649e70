"""People found in, and taken out of, everything that is kept: the landing, the facts made of it, and the journeys."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow.parquet as pq
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt
from funnelpact.adapters.warehouse.engines.engine import files_as_table
from funnelpact.adapters.warehouse.hiding.batches import HiddenBatch
from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.adapters.warehouse.rebuild import FactsOfReceived, clean_up, facts_anew, look, write_hidden
from funnelpact.core.facts.forgetting import KEY_BYTES, Name, Traces, Veil
from funnelpact.core.facts.kept import KEYS, FactFile, LandingFile, Receipt, Rewriting, Rewritten
from funnelpact.core.facts.keys import KEY_COLUMNS

Found = Mapping[int, Mapping[str, Traces]]
"""What is held of somebody: by batch, then by file or table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people in one data folder."""

    store: JourneyFolder
    facts_of_received: FactsOfReceived
    wipe: Callable[[], None]
    """Leaves nothing in the database of rows that were deleted."""

    def veil(self) -> Veil | None:
        """The list of people to forget with its key, None where nobody was erased. Raises `ForgetKeyMissing`."""
        return self.store.forgetting.veil() if self.store.forgetting else None

    def nobody(self) -> Veil:
        """A list with nobody on it, under a key that is kept nowhere, to search with."""
        return Veil(key=secrets.token_bytes(KEY_BYTES), digests=frozenset())

    def look(self, veil: Veil) -> Found:
        """What the landing holds of the people on a list. Raises `LandingDamaged`."""
        found = look(store=self.store, batches=self.store.batches(), veil=veil)
        return {number: batch.traces for number, batch in found.items()}

    def kinds_of(self, key: str) -> AbstractSet[tuple[str, str]]:
        """The kind and source of every record that has a key."""
        keys = self.store.keys()
        return {
            (row["kind"], row["source"])
            for row in keys.filter(keys.key == key).select("kind", "source").to_pyarrow().to_pylist()
        }

    def facts(self, records: AbstractSet[Name]) -> dict[str, list[dict[str, Any]]]:
        """Every row of facts that names one of the records, or a deal of one, in all batches."""
        families, live = self.store.families(), self.store.ledger.fact_files()
        numbers = self.numbers_of(live, records)
        deals = files_as_table(families.engine, "deals", families.paths(live, "deals"))
        theirs = deals.filter(deals.lead_nr.isin(numbers or [0])).deal_nr.to_pyarrow().to_pylist()
        numbers = sorted({*numbers, *theirs})
        found = {}
        for name in KEY_COLUMNS:
            table = files_as_table(families.engine, name, families.paths(live, name))
            rows = _naming(name, table, numbers).drop(*KEY_COLUMNS[name]).to_pyarrow().to_pylist()
            if rows:
                found[name] = rows
        return found

    def passes(self, records: AbstractSet[Name]) -> list[dict[str, Any]]:
        """The passes of the records, as they were made of the facts."""
        numbers = self.numbers_of(self.store.ledger.fact_files(), records)
        snapshot = self.store.snapshot()
        if snapshot.generation is None or not snapshot.generation.base:
            return []
        passes = snapshot.journeys()["passes"]
        return list(passes.filter(passes.record.isin(numbers or [0])).drop("record").to_pyarrow().to_pylist())

    @contextmanager
    def erasing(self) -> Iterator[Erasing]:
        """An erasure, while nobody else writes. Raises what writing raises, and `ForgetKeyMissing`."""
        with self.store.writing() as attempt:
            yield Erasing(people=self, attempt=attempt)

    def finish(self) -> None:
        """Take away what is left on disk and in the database of what counts no more. Nobody else writes meanwhile."""
        with self.store.writing():
            clean_up(store=self.store)
        self.wipe()

    def numbers_of(self, live: Sequence[FactFile], records: AbstractSet[Name]) -> list[int]:
        """The numbers of the records in these files."""
        families = self.store.families()
        keys = files_as_table(families.engine, KEYS, families.paths(live, KEYS))
        near = keys.filter(keys.key.isin(sorted({name.text for name in records}) or [""])).to_pyarrow().to_pylist()
        return sorted(row["nr"] for row in near if Name(row["kind"], row["key"], row["source"]) in records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """One erasure under way."""

    people: People
    attempt: Attempt

    def veil(self) -> Veil:
        """The list with its key, which is made where there is none."""
        forgetting = self.people.store.forgetting
        if forgetting is None:
            raise LookupError("this store keeps no list of people to forget")
        return forgetting.veil_to_extend(self.people.store.disk)

    def counts(self, records: AbstractSet[Name]) -> dict[str, dict[int, int]]:
        """How many rows of facts name the records, by table and batch."""
        store = self.people.store
        live = store.ledger.fact_files()
        numbers = np.asarray(self.people.numbers_of(live, records), np.int64)
        found: dict[str, Counter[int]] = {}
        for file in live:
            columns = list(KEY_COLUMNS.get(file.table, ()))
            if columns and len(numbers):
                rows: Any = pq.read_table(store.folder / file.path, columns=[*columns, "batch"])
                theirs = np.logical_or.reduce(
                    [np.isin(rows[name].fill_null(0).to_numpy(), numbers) for name in columns]
                )
                found.setdefault(file.table, Counter()).update(rows["batch"].to_numpy()[theirs].tolist())
        return {name: dict(sorted(found[name].items())) for name in KEY_COLUMNS if found.get(name)}

    def commit(
        self,
        *,
        veil: Veil,
        names: AbstractSet[Name],
        messages: Sequence[int],
        receipts: Callable[[Sequence[Rewritten]], Sequence[Receipt]],
    ) -> Sequence[Receipt]:
        """The receipts, written down with everything else in one transaction; then the files before are gone.

        `veil` is the list as it will be, `names` what is new on it; `receipts` makes the receipts of the files rewritten.
        """
        store, attempt = self.people.store, self.attempt
        batches = store.ledger.batches()
        hidden = look(store=store, batches=batches, veil=veil)
        before = {file.path: file for file in store.ledger.landing_files()}
        landing = write_hidden(store=store, attempt=attempt, hidden=hidden)
        live = store.ledger.fact_files()
        begin = _begin(live, min(hidden)) if hidden else len(batches) + 1
        kept = [file for file in live if file.last_batch < begin]
        later = [batch for batch in batches if batch.number >= begin]
        made = facts_anew(
            store=store,
            attempt=attempt,
            batches=later,
            facts_of_received=self.people.facts_of_received,
            hidden=hidden,
            made=kept,
        )
        done = receipts([_rewritten(before[path], file, hidden) for path, file in landing.items()])
        paths = {file.path for file in made}
        # From here on the new files may count, whatever happens to this process.
        attempt.keep()
        store.ledger.rewrite(
            Rewriting(
                landing=landing,
                gone=[file.path for file in live if file.path not in paths],
                new=[file for file in made if file not in kept],
                forgotten=sorted({veil.digest(name) for name in names}),
                messages=messages,
                receipts=done,
            )
        )
        clean_up(store=store)
        return done


def _begin(live: Sequence[FactFile], first: int) -> int:
    """The batch from which on facts are made anew: a merged file that reaches beyond it is made whole."""
    begin = first
    while across := [file.first_batch for file in live if file.first_batch < begin <= file.last_batch]:
        begin = min(across)
    return begin


def _naming(name: str, table: ir.Table, numbers: Sequence[int]) -> ir.Table:
    columns = [table[column].isin(list(numbers) or [0]) for column in KEY_COLUMNS[name]]
    return table.filter(ibis.or_(*columns).fill_null(False))


def _rewritten(before: LandingFile, after: LandingFile, hidden: Mapping[int, HiddenBatch]) -> Rewritten:
    rows = hidden[before.batch].rows
    # The sheets of a workbook are counted under its name and theirs.
    theirs = sum(count for name, count in rows.items() if name == before.name or name.startswith(before.name + "#"))
    return Rewritten(
        batch=before.batch, name=before.name, rows=theirs, before=before.file_sha256, after=after.file_sha256
    )
