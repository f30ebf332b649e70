"""The facts of one company: files in a folder, and a ledger that says which of them count.

DATA/landing/<batch>-<position>-<random>.gz       what was received, compressed, never changed
DATA/facts/<table>/<first>-<last>-<random>.parquet  the facts of these batches; beside the tables, `keys` and `corrections`
DATA/forget.key                                   the key of the list of people who were erased
DATA/spill-<process>-<random>/                    what an engine could not hold in memory
DATA/marks                                        what need not be found out again of the facts as they are
DATA/lock                                         held while files are written; its time says when leftovers were removed

A file counts from the moment at which the ledger names it. What it does not name is left over from an attempt that was
killed, or was replaced, and is removed ten minutes later.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import duckdb
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt, Disk
from funnelpact.adapters.warehouse.engines.engine import Limits, connect
from funnelpact.adapters.warehouse.engines.recording import Queries
from funnelpact.adapters.warehouse.families import Families, smallest
from funnelpact.adapters.warehouse.hiding.batches import Forgetting, HiddenBatch, hide_batch
from funnelpact.adapters.warehouse.landing import Facts, Landing, as_arrow, sha256_of_table
from funnelpact.adapters.warehouse.leftovers import remove_leftovers
from funnelpact.adapters.warehouse.marks import mark_of, marked, set_mark
from funnelpact.core.facts.forgetting import Traces
from funnelpact.core.facts.kept import NOTHING, RECEIVED, REFUSED, TABLE, Batch, Delivery, FactFile, LandingFile, Ledger
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, file_reason

PATIENCE = 30.0
"""Seconds for which a writer waits for another."""
LIVE = 64
"""Above so many live files a table is compacted, down to half as many and one."""


class StoreBusy(Problem):
    """Another process is writing to the same data folder."""

    code = "store-busy"


class DataFolderUnusable(Problem):
    """The data folder cannot be written to: it is a file, or not ours, or the disk is full."""

    code = "data-folder-unusable"


class DataFolderOld(Problem):
    """The data folder was written by a release that kept its batches in another form."""

    code = "data-folder-old"


class FactFolder:
    """The facts of one company in one folder. Many processes may read while one writes."""

    def __init__(
        self,
        folder: Path,
        *,
        ledger: Ledger,
        disk: Disk | None = None,
        limits: Limits | None = None,
        patience: float = PATIENCE,
        forgetting: Forgetting | None = None,
        queries: Queries | None = None,
    ) -> None:
        self.folder = folder
        self.ledger = ledger
        self.disk = disk or Disk()
        self.limits = limits or Limits()
        self.patience = patience
        self.forgetting = forgetting
        self.queries = queries
        self.landing = Landing(folder, self.disk)

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The committed batches in order, those known by `known_at`. Raises `DataFolderOld`."""
        self._refuse_old()
        return self.ledger.batches(known_at=known_at)

    def facts(self, *, known_at: datetime | None = None) -> dict[str, ir.Table]:
        """Every fact table as an expression: what the batches known by `known_at` say last of each row.

        Beside the columns of the contract the tables have the numbers of their records (`core/facts/keys`).
        """
        self._refuse_old()
        # First the batch, then the files: what is committed in between has a higher number and is left out.
        upto = self.ledger.last_batch(known_at=known_at)
        return self.families().said(self.ledger.fact_files(), upto=upto)

    def keys(self, *, known_at: datetime | None = None) -> ir.Table:
        """The number of every record that the batches known by `known_at` name: kind, source, key, nr, batch."""
        self._refuse_old()
        upto = self.ledger.last_batch(known_at=known_at)
        return self.families().keys(self.ledger.fact_files(), upto=upto)

    def mark(self, *, what: str) -> str:
        """The mark of a finding about the facts as they are now."""
        return mark_of(paths=(file.path for file in self.ledger.fact_files()), what=what)

    def is_marked(self, mark: str) -> bool:
        """Whether that was found out before."""
        return marked(folder=self.folder, mark=mark)

    def set_mark(self, mark: str) -> None:
        """Remember what was found out."""
        set_mark(folder=self.folder, mark=mark)

    def add(
        self,
        *,
        facts: Mapping[str, Facts],
        received: Mapping[str, bytes],
        known_at: datetime,
        mapping: Mapping[str, Any],
        report: Mapping[str, Any],
        source: str = "files",
        complete_until: datetime | None = None,
        refused: Mapping[str, bytes] | None = None,
        delivery: Delivery = NOTHING,
        found: Callable[[Mapping[str, Traces]], None] = lambda _: None,
    ) -> Batch | None:
        """Write one batch and commit it; None where the same bytes under the same mapping are here already.

        `facts` come without their `batch` column. `refused` is kept as well, though no fact was made of it. `known_at`
        moves on by a microsecond where the clock did not, so that it grows strictly. People who were erased are taken out
        before anything is written; the report of the batch says in `forgotten` of how many rows of each file, and `found` is
        told which. Raises
        `StoreBusy`, `DataFolderUnusable`, `DataFolderOld`, `ForgetKeyMissing`; then nothing has been kept.
        """
        with self.writing() as attempt:
            self.compact_now(attempt)
            number = self.ledger.last_batch() + 1
            content = {**received, **(refused or {})}
            key = _key(content, mapping)
            if content and self.ledger.has_key(key):
                self._repeated(source, delivery)
                return None
            kinds = dict.fromkeys(received, RECEIVED) | dict.fromkeys(refused or {}, REFUSED)
            filled: dict[str, Facts] = {name: facts[name] for name in TABLES if name in facts}
            hidden, digests, tables = self._without_forgotten(received, refused or {}, filled, mapping)
            found(hidden.traces)
            instead = hidden.content() if hidden.traces else {}
            landing = [
                self.landing.keep(
                    batch=number,
                    position=position,
                    name=name,
                    kind=kinds[name],
                    content=instead.get(name, data),
                    attempt=attempt,
                    sha256=hashlib.sha256(data).hexdigest(),
                )
                for position, (name, data) in enumerate(content.items())
            ]
            if not received:
                landed = self._land_tables(tables, hidden, number=number, position=len(landing), attempt=attempt)
                landing += landed
                filled = {file.name: self.folder / file.path for file in landed}
            elif hidden.traces:
                made = hidden.facts()
                filled = {name: made[name] for name in TABLES if name in made}
            if not content:
                key = _key_of_tables(landing, mapping)
                if self.ledger.has_key(key):
                    attempt.undo()
                    self._repeated(source, delivery)
                    return None
            files = self.families(attempt).write_batch(facts=filled, live=self.ledger.fact_files(), number=number)
            # From here on the files may count, whatever happens to this process.
            attempt.keep()
            batch = Batch(
                number=number,
                known_at=known_at,
                key=key,
                source=source,
                complete_until=complete_until,
                mapping=mapping,
                report={**report, "tables": _rows(files), **({"forgotten": hidden.rows} if hidden.traces else {})},
            )
            return self.ledger.commit(batch, landing=landing, files=files, delivery=delivery, forgotten=sorted(digests))

    def compact(self, *, above: int = LIVE) -> int:
        """The number of tables of which the smallest files have been merged into one."""
        with self.writing() as attempt:
            return self.compact_now(attempt, above=above)

    def compact_now(self, attempt: Attempt, *, above: int = LIVE) -> int:
        """The same, by a caller that is writing already."""
        live = self.ledger.fact_files()
        merged = 0
        for name in dict.fromkeys(file.table for file in live):
            small = smallest([file for file in live if file.table == name], above=above)
            if not small:
                continue
            families = self.families(attempt)
            new = families.merge(small)
            families.forget(small)
            attempt.keep()
            self.ledger.swap(gone=[file.path for file in small], new=[new])
            merged += 1
        return merged

    def families(self, attempt: Attempt | None = None) -> Families:
        """The files as a new engine sees them, and as the attempt makes them."""
        engine = connect(limits=self.limits, folder=self.folder, queries=self.queries)
        return Families(self.folder, self.disk, engine, attempt or Attempt())

    @contextmanager
    def writing(self) -> Iterator[Attempt]:
        """An attempt, while nobody else writes; where it fails, its files are taken away again.

        Raises `StoreBusy`, `DataFolderUnusable`, `DataFolderOld`.
        """
        attempt = Attempt()
        with self._locked() as handle:
            self._refuse_old()
            try:
                remove_leftovers(self.folder, handle=handle, counting=self.counting)
                yield attempt
            except (OSError, duckdb.IOException) as error:
                attempt.undo()
                raise self._unusable(error) from error
            except BaseException:
                attempt.undo()
                raise

    def people_in(self, *, received: Mapping[str, bytes], mapping: Mapping[str, Any]) -> Mapping[str, Traces]:
        """What received files hold of people who were erased, by file; nothing is kept. Raises `ForgetKeyMissing`."""
        hidden, _, _ = self._without_forgotten(received, {}, {}, mapping)
        return hidden.traces

    def _without_forgotten(
        self, received: Mapping[str, bytes], refused: Mapping[str, bytes], facts: Mapping[str, Facts], mapping: Any
    ) -> tuple[HiddenBatch, AbstractSet[str], Mapping[str, Facts]]:
        """What the people on the list change of a batch, the hashes that come onto it, and the tables that are to be landed."""
        veil = self.forgetting.veil() if self.forgetting else None
        if self.forgetting is None or veil is None:
            return HiddenBatch(), frozenset(), facts
        tables = {} if received else {name: as_arrow(rows) for name, rows in facts.items()}
        hidden, digests = hide_batch(
            forgetting=self.forgetting, received=received, refused=refused, tables=tables, mapping=mapping, veil=veil
        )
        return hidden, digests, {**facts, **{name: tables[name] for name in hidden.tables}}

    def _land_tables(
        self, facts: Mapping[str, Facts], hidden: HiddenBatch, *, number: int, position: int, attempt: Attempt
    ) -> list[LandingFile]:
        return [
            self.landing.keep_table(
                batch=number,
                position=position + index,
                name=name,
                rows=hidden.tables.get(name, rows),
                attempt=attempt,
                sha256=sha256_of_table(as_arrow(rows)) if name in hidden.tables else None,
            )
            for index, (name, rows) in enumerate(facts.items())
        ]

    def _repeated(self, source: str, delivery: Delivery) -> None:
        if delivery != NOTHING:
            self.ledger.deliver(source=source, delivery=delivery)

    def counting(self) -> set[str]:
        """The paths of all files that count."""
        generation = self.ledger.generation()
        return {
            *(file.path for file in self.ledger.fact_files()),
            *(file.path for file in self.ledger.landing_files()),
            *(generation.paths if generation else ()),
        }

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        try:
            self.disk.make_folder(self.folder)
            handle = (self.folder / "lock").open("a")
        except OSError as error:
            raise self._unusable(error) from error
        with handle:
            self._wait_for(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB))
            yield handle

    def _wait_for(self, take: Callable[[], None]) -> None:
        until = time.monotonic() + self.patience
        while True:
            try:
                return take()
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise StoreBusy(folder=str(self.folder)) from error
            time.sleep(0.02)

    def _refuse_old(self) -> None:
        if any((self.folder / "batches").glob("*.json")):
            raise DataFolderOld(folder=str(self.folder))

    def _unusable(self, error: Exception) -> DataFolderUnusable:
        reason = file_reason(error=error)
        if isinstance(error, FileExistsError | NotADirectoryError):
            reason = Message("reason.is-file")
        elif "No space left" in str(error):
            # The engine has no error of its own for it.
            reason = Message("reason.disk-full")
        return DataFolderUnusable(folder=str(self.folder), reason=reason)


def _rows(files: Sequence[FactFile]) -> dict[str, int]:
    return {file.table: file.rows for file in files if file.table in TABLES}


def _key(content: Mapping[str, bytes], mapping: Mapping[str, Any]) -> str:
    """What makes a batch the same again: bytes, each with its own mapping, and not what the files are called."""
    parts = [hashlib.sha256(data).hexdigest() + _json(mapping.get(name)) for name, data in content.items()]
    parts += [name + _json(part) for name, part in mapping.items() if name not in content]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def _key_of_tables(landing: Sequence[LandingFile], mapping: Mapping[str, Any]) -> str:
    # Another release may write the same rows as other bytes; the batch is then kept again, and corrects itself.
    parts = [file.name + file.sha256 for file in landing if file.kind == TABLE]
    return hashlib.sha256("\n".join([*sorted(parts), _json(mapping)]).encode()).hexdigest()


def _json(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
