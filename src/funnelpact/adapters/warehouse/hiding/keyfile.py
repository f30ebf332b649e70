"""The secret key of the list of people to forget: 32 random bytes in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from funnelpact.adapters.warehouse.durable import Disk, partial_of
from funnelpact.core.facts.checks import Check
from funnelpact.core.facts.forgetting import KEY_BYTES
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem

FILE = "forget.key"
MODE = 0o600


class ForgetKeyMissing(Problem):
    """People have been erased, and the key by which they are known again is gone or is none."""

    code = "forget-key-missing"


def read_key(folder: Path) -> bytes | None:
    """The key of a data folder, None where none was made. Raises `ForgetKeyMissing` where the file is no key."""
    try:
        key = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != KEY_BYTES:
        raise ForgetKeyMissing(file=str(folder / FILE))
    return key


def make_key(folder: Path, disk: Disk) -> bytes:
    """A new key, on disk."""
    disk.make_folder(folder)
    key, path = secrets.token_bytes(KEY_BYTES), folder / FILE
    partial = partial_of(path)
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        os.write(handle, key)
    finally:
        os.close(handle)
    disk.put_in_place(partial, path)
    return key


def key_checks(*, folder: Path, listed: int) -> Iterator[Check]:
    """Whether the key is there and hidden; nothing where nobody was ever erased."""
    path = folder / FILE
    if not path.exists():
        if listed:
            said = Message("doctor.forget-key.missing", file=str(path), count=listed)
            yield Check(code="forget-key", ok=False, said=said, remedy=Message("doctor.forget-key.restore"))
        return
    if path.stat().st_mode & 0o077:
        said = Message("doctor.forget-key.open", file=str(path))
        yield Check(code="forget-key", ok=False, said=said, remedy=Message("doctor.forget-key.close", file=str(path)))
    elif path.stat().st_size != KEY_BYTES:
        said = Message("doctor.forget-key.missing", file=str(path), count=listed)
        yield Check(code="forget-key", ok=False, said=said, remedy=Message("doctor.forget-key.restore"))
    else:
        yield Check(code="forget-key", ok=True, said=Message("doctor.forget-key.found", count=listed))
