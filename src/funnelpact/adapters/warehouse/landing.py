"""The landing: every batch as it was received, compressed, never changed."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr import types as ir

from funnelpact.adapters.warehouse.durable import Attempt, Disk, partial_of, sha256_of
from funnelpact.core.facts.kept import TABLE, LandingFile
from funnelpact.core.terms.problem import Problem

FOLDER = "landing"
Facts: TypeAlias = "pa.Table | ir.Table | Path"
"""The facts of one table: in memory, as an expression of any engine, or a Parquet file."""


class LandingDamaged(Problem):
    """A file of the landing is not what was received."""

    code = "landing-damaged"


class Landing:
    """The landing of one data folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self.disk = disk

    def keep(
        self,
        *,
        batch: int,
        position: int,
        name: str,
        kind: str,
        content: bytes,
        attempt: Attempt,
        sha256: str | None = None,
    ) -> LandingFile:
        """What was written down of a file as received; `sha256` is that of what was received, where `content` is not all of it."""
        path = attempt.new(self.folder / FOLDER, f"{batch:06}-{position}", ".gz")
        packed = gzip.compress(content, compresslevel=6, mtime=0)
        self.disk.write(path, packed)
        known = sha256 or hashlib.sha256(content).hexdigest()
        return self._noted(path, batch=batch, name=name, kind=kind, sha256=known)

    def keep_table(
        self, *, batch: int, position: int, name: str, rows: Facts, attempt: Attempt, sha256: str | None = None
    ) -> LandingFile:
        """What was written down of facts that were not made of anything received."""
        path = attempt.new(self.folder / FOLDER, f"{batch:06}-{position}", ".parquet")
        self.disk.make_folder(path.parent)
        partial = partial_of(path)
        if isinstance(rows, pa.Table):
            pq.write_table(rows, partial, compression="zstd")
        elif isinstance(rows, Path):
            shutil.copyfile(rows, partial)
        else:
            rows.to_parquet(partial, compression="zstd")
        self.disk.put_in_place(partial, path)
        return self._noted(path, batch=batch, name=name, kind=TABLE, sha256=sha256)

    def content(self, file: LandingFile) -> bytes:
        """The bytes as received, or what an erasure left of them. Raises `LandingDamaged` where they are not those any more."""
        try:
            packed = (self.folder / file.path).read_bytes()
            content = gzip.decompress(packed)
        except (OSError, EOFError) as error:
            raise LandingDamaged(file=file.path, batch=file.batch) from error
        # After an erasure the bytes are not those that were received, of which the other hash goes on to speak.
        if hashlib.sha256(packed).hexdigest() != file.file_sha256:
            raise LandingDamaged(file=file.path, batch=file.batch)
        return content

    def table(self, file: LandingFile) -> Path:
        """The Parquet file of a table. Raises `LandingDamaged` where it is not the one that was kept."""
        path = self.folder / file.path
        try:
            whole = sha256_of(path) == file.file_sha256
        except OSError:
            whole = False
        if not whole:
            raise LandingDamaged(file=file.path, batch=file.batch)
        return path

    def _noted(self, path: Path, *, batch: int, name: str, kind: str, sha256: str | None) -> LandingFile:
        found = sha256_of(path)
        return LandingFile(
            batch=batch,
            name=name,
            kind=kind,
            path=path.relative_to(self.folder).as_posix(),
            sha256=sha256 or found,
            file_sha256=found,
            size=path.stat().st_size,
        )


def as_arrow(rows: Facts) -> pa.Table:
    """This returns the facts of one table in memory."""
    if isinstance(rows, pa.Table):
        return rows
    return pq.read_table(rows) if isinstance(rows, Path) else rows.to_pyarrow()


def sha256_of_table(rows: pa.Table) -> str:
    """This returns the hash of the file that `keep_table` would make of rows in memory."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return hashlib.sha256(sink.getvalue()).hexdigest()
