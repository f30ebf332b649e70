"""Files that are whole or absent, and still there after a power cut.

A new file is on disk only when it and the folder that names it have been synced; a new folder only when the folder above it
has. A rename without the first loses the content, without the second the name.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from funnelpact.core.terms.problem import Problem, file_reason

CHUNK = 1 << 20


class FileNotWritten(Problem):
    """A file that somebody asked for cannot be written."""

    code = "file-not-written"


class Disk:
    """The way to the disk. Everything that is kept goes through here, so that one place decides what is synced."""

    def __init__(self) -> None:
        self._certain: set[Path] = set()

    def sync(self, path: Path) -> None:
        """Wait until a file, or the names in a folder, are on disk."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it.

        One that is there already may have been made by an attempt that was killed before it synced: it is synced once.
        """
        if folder in self._certain:
            return
        if not folder.is_dir():
            self.make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            self.sync(folder.parent)
        else:
            with suppress(PermissionError):
                # A folder in which we may not look was not made by us.
                self.sync(folder.parent)
        self._certain.add(folder)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that is not there yet."""
        self.make_folder(path.parent)
        partial = partial_of(path)
        partial.write_bytes(content)
        self.put_in_place(partial, path)

    def put_in_place(self, partial: Path, path: Path) -> None:
        """Give a file that has been written its name."""
        self.sync(partial)
        partial.replace(path)
        self.sync(path.parent)


def partial_of(path: Path) -> Path:
    """This returns where a file is written before it has its name."""
    return path.with_name(path.name + ".partial")


class Attempt:
    """The names of the files that one attempt makes, so that a failed one can take them away again.

    No other attempt has the same names, not even one that was killed and is made again.
    """

    def __init__(self) -> None:
        self._made: list[Path] = []

    def new(self, folder: Path, stem: str, ending: str) -> Path:
        """A name of its own in a folder."""
        path = folder / f"{stem}-{secrets.token_hex(6)}{ending}"
        self._made.append(path)
        return path

    def undo(self) -> None:
        """Remove what has been made so far."""
        for path in self._made:
            path.unlink(missing_ok=True)
            partial_of(path).unlink(missing_ok=True)
        self.keep()

    def keep(self) -> None:
        """Let what has been made so far stay."""
        self._made.clear()


def sha256_of(path: Path) -> str:
    """This returns the SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def set_aside(path: Path) -> None:
    """Mark a file as unused from now on: it is removed some time later, because somebody may be about to open it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return


def write_private(*, path: Path, text: str) -> None:
    """Write a file that only its owner may read; one of that name is written over. Raises `FileNotWritten`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o600)
            file.write(text)
    except OSError as error:
        raise FileNotWritten(path=str(path), reason=file_reason(error=error)) from error
