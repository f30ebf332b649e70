"""A backup: one tar file with the records as lines of JSON, every file that they name, and the hashes of all.

The files are linked before they are read, so that a compaction that replaces one meanwhile takes nothing away.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

from funnelpact.adapters.warehouse.durable import CHUNK, Disk, partial_of, sha256_of
from funnelpact.adapters.warehouse.hiding.keyfile import FILE, MODE
from funnelpact.adapters.warehouse.leftovers import HELD
from funnelpact.core.facts.checks import Stored
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, file_reason

FORMAT = 1
MANIFEST = "manifest.json"
RECORDS = "records.jsonl"
FILES = "files"


class BackupImpossible(Problem):
    """A file that belongs to the backup is missing or damaged, or the backup cannot be written."""

    code = "backup-impossible"


class BackupUnusable(Problem):
    """A file that is no backup, or is not as it was written."""

    code = "backup-unusable"


def write_archive(*, folder: Path, path: Path, disk: Disk, dump: Callable[[IO[str]], Sequence[Stored]]) -> int:
    """The number of files in the backup, which is on disk. Raises `BackupImpossible`; then there is no backup."""
    held = folder / f"{HELD}{os.getpid()}-{uuid4().hex[:8]}"
    partial = partial_of(path)
    try:
        disk.make_folder(path.absolute().parent)
        held.mkdir(parents=True)
        with (held / RECORDS).open("w", encoding="ascii") as lines:
            stored = list(dump(lines))
        if (folder / FILE).exists():
            stored.append(Stored(path=FILE, sha256=None, size=None))
        for file in stored:
            _hold(folder / file.path, held / FILES / file.path)
        listed = {f"{FILES}/{file.path}": _hash(held, file) for file in stored}
        listed[RECORDS] = sha256_of(held / RECORDS)
        manifest = json.dumps({"format": FORMAT, "sha256": listed}, indent=1).encode("ascii")
        with tarfile.open(partial, "w") as tar:
            info = tarfile.TarInfo(MANIFEST)
            info.size = len(manifest)
            tar.addfile(info, io.BytesIO(manifest))
            for name in (RECORDS, *sorted(listed.keys() - {RECORDS})):
                tar.add(held / name, arcname=name, recursive=False)
        disk.put_in_place(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BackupImpossible(file=str(error.filename or path), reason=file_reason(error=error)) from error
    finally:
        shutil.rmtree(held, ignore_errors=True)
    return len(stored)


@contextmanager
def unpacked(*, path: Path, folder: Path, disk: Disk) -> Iterator[Path]:
    """A folder beside `folder` with the files of a backup, each as it was written, on disk; `RECORDS` lies in it, too.

    It is removed at the end unless it has been moved. Raises `BackupUnusable`.
    """
    target = folder.absolute().parent / f".{folder.name}-{uuid4().hex}"
    try:
        disk.make_folder(target)
        with tarfile.open(path, "r:") as tar:
            entries = iter(tar)
            wanted = _manifest(tar, next(entries, None), path)
            for entry in entries:
                _unpack(tar, entry, wanted=wanted, target=target, disk=disk, path=path)
        if wanted:
            raise BackupUnusable(file=str(path), reason=Message("backup.lacks", name=next(iter(wanted))))
        yield target
    except (tarfile.TarError, OSError) as error:
        raise BackupUnusable(file=str(path), reason=file_reason(error=error)) from error
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _hold(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        # A file system without links.
        shutil.copyfile(source, target)


def _hash(held: Path, file: Stored) -> str:
    found = sha256_of(held / FILES / file.path)
    if file.sha256 not in {None, found}:
        raise BackupImpossible(file=file.path, reason=Message("backup.changed"))
    return found


def _manifest(tar: tarfile.TarFile, entry: tarfile.TarInfo | None, path: Path) -> dict[str, str]:
    handle = tar.extractfile(entry) if entry is not None and entry.name == MANIFEST else None
    if handle is None:
        raise BackupUnusable(file=str(path), reason=Message("backup.lacks", name=MANIFEST))
    try:
        read = json.loads(handle.read())
        listed = dict(read["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(file=str(path), reason=Message("backup.changed")) from error
    if read.get("format") != FORMAT:
        raise BackupUnusable(file=str(path), reason=Message("backup.format", format=str(read.get("format"))))
    return listed


def _unpack(
    tar: tarfile.TarFile, entry: tarfile.TarInfo, *, wanted: dict[str, str], target: Path, disk: Disk, path: Path
) -> None:
    """Unpack one file of the manifest and take it off the list. What the manifest does not name is not unpacked."""
    name = PurePosixPath(entry.name)
    handle = tar.extractfile(entry) if entry.isreg() else None
    if handle is None or entry.name not in wanted or ".." in name.parts or name.is_absolute():
        raise BackupUnusable(file=str(path), reason=Message("backup.stranger", name=entry.name))
    inner = name.relative_to(FILES) if name.parts[0] == FILES else name
    place = target / inner
    disk.make_folder(place.parent)
    digest = hashlib.sha256()
    with place.open("wb") as writer:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
            writer.write(chunk)
    if digest.hexdigest() != wanted.pop(entry.name):
        raise BackupUnusable(file=str(path), reason=Message("backup.damaged", name=entry.name))
    if inner == PurePosixPath(FILE):
        place.chmod(MODE)
    disk.sync(place)
    disk.sync(place.parent)


def is_free(folder: Path) -> bool:
    """This returns whether a folder is absent or empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def move_in(*, source: Path, folder: Path, disk: Disk) -> None:
    """Let an unpacked backup be the data folder: all of it at once, by one change of a name."""
    (source / RECORDS).unlink()
    disk.sync(source)
    # An empty folder of that name gives way; one that has been filled meanwhile does not.
    source.replace(folder)
    disk.sync(folder.absolute().parent)
