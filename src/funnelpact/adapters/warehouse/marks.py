"""What was found out about facts and need not be found out again, as long as the same files count.

DATA/marks   the hashes of such findings, one a line, the newest last

A mark names all files of facts that counted before anybody looked. Their names never come again, so that a mark of other
files is never met; the file may be deleted at any time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

FILE = "marks"
MOST = 100
"""So many marks are kept; older ones are of files that are gone."""


def mark_of(*, paths: Iterable[str], what: str) -> str:
    """The mark of a finding about the facts in these files."""
    return sha256("\n".join([*sorted(paths), what]).encode()).hexdigest()


def marked(*, folder: Path, mark: str) -> bool:
    """Whether the mark was set."""
    return mark in _marks(folder)


def set_mark(*, folder: Path, mark: str) -> None:
    """Set a mark. Where the folder cannot be written to, it is not set, and whoever asks finds out again."""
    partial = folder / f"{FILE}-{os.getpid()}.part"
    with suppress(OSError):
        partial.write_text("".join(f"{each}\n" for each in [*_marks(folder), mark][-MOST:]), encoding="ascii")
        partial.replace(folder / FILE)


def _marks(folder: Path) -> list[str]:
    try:
        return (folder / FILE).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return []
