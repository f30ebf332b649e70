"""What killed attempts leave behind, and what was replaced: removed when nobody can want it any more."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from funnelpact.adapters.warehouse.engines.engine import SPILL

PLACES = ("landing", "facts", "journeys")
HELD = "backup-"
"""How the folders begin in which a backup holds files while it is written; the number of the process follows."""
WAIT_SECONDS = 600
"""Replaced files stay so long, for readers that were told of them just before."""


def leftovers(folder: Path, *, counting: set[str], older_than: float = WAIT_SECONDS) -> list[Path]:
    """This returns the files that do not count, and have not been touched for so many seconds."""
    limit = time.time() - older_than
    return [
        path
        for path in _files(folder)
        if path.relative_to(folder).as_posix() not in counting and _touched(path) <= limit
    ]


def remove_leftovers(folder: Path, *, handle: IO[str], counting: Callable[[], set[str]]) -> list[Path]:
    """This returns what was removed. It looks once in ten minutes: the time of the lock file says when it did last.

    Only the holder of the lock may call it, because a file that is being written does not count yet.
    """
    if time.time() - os.fstat(handle.fileno()).st_mtime < WAIT_SECONDS:
        return []
    gone = leftovers(folder, counting=counting())
    for path in gone:
        path.unlink(missing_ok=True)
    remove_abandoned(folder, older_than=WAIT_SECONDS)
    os.utime(handle.fileno())
    return gone


def remove_abandoned(folder: Path, *, older_than: float = 0) -> None:
    """Remove the folders of engines and backups whose process is gone, untouched for so many seconds."""
    for prefix in (SPILL, HELD):
        for place in folder.glob(prefix + "*"):
            if _touched(place) <= time.time() - older_than and not _alive(place.name.removeprefix(prefix)):
                shutil.rmtree(place, ignore_errors=True)


def _files(folder: Path) -> Iterator[Path]:
    for place in PLACES:
        for path in (folder / place).rglob("*"):
            if path.is_file():
                yield path


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _alive(name: str) -> bool:
    """Whether the process that the name begins with is running."""
    number = name.partition("-")[0]
    return number.isdigit() and Path(f"/proc/{number}").exists()
