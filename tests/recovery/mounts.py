"""Small file systems of the tests' own: one that can be copied as the disk has it, and one that is soon full."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOOLS = ("mount", "umount", "mkfs.ext4")


def why_not() -> str | None:
    """Why no file system can be mounted here, None where one can."""
    if os.geteuid() != 0:
        return "mounting file systems needs the rights of root"
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"{', '.join(missing)} missing (on Debian: apt-get install mount e2fsprogs)"
    return None


def make_disk(image: Path, *, megabytes: int) -> None:
    """An empty ext4 in a file."""
    with image.open("wb") as handle:
        handle.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)


@contextmanager
def mounted(source: str | Path, place: Path, *options: str) -> Iterator[Path]:
    """The file system at that place."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *options, str(source), str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        # A process that was killed a moment ago may still hold it.
        subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True)
