"""A folder that keeps batches: the bytes as received, the facts made of them, and a manifest that commits both.

DATA/landing/<batch>-<position>.gz    what was received, compressed, never changed
DATA/facts/<table>/<batch>.parquet    the facts of one batch
DATA/batches/<batch>.json             written last: a batch without it does not exist
DATA/lock                             held while a batch is written
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr import types as ir

from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.history import said_last
from funnelpact.core.facts.keys import number_facts
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, file_reason


class StoreBusy(Problem):
    """Another process is writing to the same data folder."""

    code = "store-busy"


class DataFolderUnusable(Problem):
    """The data folder cannot be written to: it is a file, or not ours."""

    code = "data-folder-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One committed import: its number, when it became known (UTC), its key, the tables it has facts of, its manifest."""

    number: int
    known_at: datetime
    key: str
    tables: tuple[str, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)


class FactFolder:
    """The facts of one company in one folder. Many processes may read while one writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The committed batches in order, those known by `known_at`."""
        found = [_read_batch(path) for path in (self.folder / "batches").glob("*.json")]
        known = [batch for batch in found if known_at is None or batch.known_at <= known_at]
        return sorted(known, key=lambda batch: batch.number)

    def facts(self, *, known_at: datetime | None = None) -> dict[str, ir.Table]:
        """Every fact table as an expression: what the batches known by `known_at` say last of each row."""
        engine = ibis.duckdb.connect()
        batches = self.batches(known_at=known_at)
        return number_facts(facts={name: self._table(engine, name, batches) for name in TABLES})

    def add(
        self,
        *,
        facts: Mapping[str, pa.Table],
        received: Mapping[str, bytes],
        known_at: datetime,
        mapping: Mapping[str, Any],
        report: Mapping[str, Any],
    ) -> Batch | None:
        """Write one batch and commit it; None where the same bytes under the same mapping are here already.

        `facts` come without their `batch` column. `known_at` moves on by a microsecond where the clock did not, so that
        it grows strictly. Raises `StoreBusy` and `DataFolderUnusable`.
        """
        key = _key(received, mapping, facts)
        with self._lock():
            before = self.batches()
            if any(batch.key == key for batch in before):
                return None
            number = before[-1].number + 1 if before else 1
            latest = before[-1].known_at + timedelta(microseconds=1) if before else known_at
            files = []
            for position, (name, content) in enumerate(received.items()):
                landing = f"{number:06}-{position}.gz"
                _write(self.folder / "landing" / landing, gzip.compress(content, mtime=0))
                files.append({"name": name, "landing": landing, "sha256": hashlib.sha256(content).hexdigest()})
            filled = {name: rows for name, rows in facts.items() if len(rows)}
            for name, rows in filled.items():
                _write(self._file(name, number), _parquet(name, rows, number))
            manifest = {
                **report,
                "batch": number,
                "known_at": max(known_at, latest).isoformat(),
                "key": key,
                "files": files,
                "tables": {name: len(rows) for name, rows in filled.items()},
                "mapping": dict(mapping),
            }
            # The commit: until this file has its name, nothing of the batch is seen.
            path = self.folder / "batches" / f"{number:06}.json"
            _write(path, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            return _read_batch(path)

    def _file(self, table: str, number: int) -> Path:
        return self.folder / "facts" / table / f"{number:06}.parquet"

    def _table(self, engine: ibis.BaseBackend, name: str, batches: list[Batch]) -> ir.Table:
        # Named by the manifests: a batch that was never committed may have left files under its number.
        files = [str(self._file(name, batch.number)) for batch in batches if name in batch.tables]
        if files:
            table = engine.read_parquet(files, table_name=name)
            return table if len(files) == 1 else said_last(table=table)
        return engine.create_table(name, schema=ibis.Schema.from_pyarrow(arrow_schema(table=TABLES[name])))

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = (self.folder / "lock").open("w")
        except OSError as error:
            reason = Message("reason.is-file") if isinstance(error, FileExistsError) else file_reason(error=error)
            raise DataFolderUnusable(folder=str(self.folder), reason=reason) from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StoreBusy(folder=str(self.folder)) from error
            yield


def _key(received: Mapping[str, bytes], mapping: Mapping[str, Any], facts: Mapping[str, pa.Table]) -> str:
    """What makes a batch the same again: bytes, each with its own mapping, and not what the files are called."""
    parts = [hashlib.sha256(content).hexdigest() + _json(mapping.get(name)) for name, content in received.items()]
    parts += [name + _json(part) for name, part in mapping.items() if name not in received]
    digest = hashlib.sha256("\n".join(sorted(parts)).encode())
    if not received:
        for name in sorted(facts):
            digest.update(_parquet(name, facts[name], 0))
    return digest.hexdigest()


def _json(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def _parquet(name: str, rows: pa.Table, number: int) -> bytes:
    rows = rows.append_column("batch", pa.array([number] * len(rows), pa.int64()))
    schema = arrow_schema(table=TABLES[name])
    sink = pa.BufferOutputStream()
    pq.write_table(rows.select(schema.names).cast(schema), sink, compression="zstd")
    return bytes(sink.getvalue())


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, and still there after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".partial")
    with partial.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_batch(path: Path) -> Batch:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    known_at = datetime.fromisoformat(manifest["known_at"]).astimezone(UTC)
    return Batch(
        number=manifest["batch"],
        known_at=known_at,
        key=manifest["key"],
        tables=tuple(manifest["tables"]),
        manifest=manifest,
    )
