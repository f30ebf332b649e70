"""What is synced, and what is removed when nobody can want it any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from funnelpact.adapters.warehouse.durable import Attempt, Disk, partial_of, sha256_of
from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, batches_of


class Noted(Disk):
    """A disk that also notes what it synced."""

    def __init__(self) -> None:
        super().__init__()
        self.synced: list[Path] = []

    def sync(self, path: Path) -> None:
        """As always, noted."""
        super().sync(path)
        self.synced.append(path)


def test_a_new_file_is_synced_before_and_its_folder_after_it_has_its_name(tmp_path: Path):
    """And every new folder in the one above it."""
    disk, path = Noted(), tmp_path / "a" / "b" / "file"
    disk.write(path, b"content")
    first = list(disk.synced)
    disk.write(path.with_name("other"), b"content")

    assert first == [tmp_path.parent, tmp_path, tmp_path / "a", partial_of(path), path.parent]
    assert disk.synced[len(first) :] == [partial_of(path.with_name("other")), path.parent]
    assert path.read_bytes() == b"content"


def test_a_folder_that_somebody_else_made_is_synced_once(tmp_path: Path):
    """Whoever made it may have been killed before the sync."""
    (tmp_path / "a").mkdir()
    disk = Noted()
    disk.make_folder(tmp_path / "a")
    disk.make_folder(tmp_path / "a")

    assert disk.synced == [tmp_path]


def test_an_attempt_takes_back_only_what_it_made(tmp_path: Path):
    """Also what has no name yet; after `keep` nothing."""
    attempt = Attempt()
    one, two = (attempt.new(tmp_path, "000001", ".gz") for _ in range(2))
    (tmp_path / "other").write_bytes(b"")
    one.write_bytes(b"")
    partial_of(two).write_bytes(b"")
    attempt.undo()
    three = attempt.new(tmp_path, "000001", ".gz")
    three.write_bytes(b"")
    attempt.keep()
    attempt.undo()

    assert one != two
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["other", three.name])


def test_a_hash_is_that_of_the_whole_file(tmp_path: Path):
    """Of a known text."""
    (tmp_path / "abc").write_bytes(b"abc")

    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_dead_processes_left_is_removed(tmp_path: Path):
    """Folders of engines and backups; those of running processes stay."""
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    store = store_in(tmp_path)
    store.add(facts=next(batches_of("lead a 2026-01-01")), received={}, known_at=FIRST_IMPORT, mapping={}, report={})
    for kind in ("spill", "backup"):
        for number in (dead.stdout.strip(), os.getpid()):
            (tmp_path / f"{kind}-{number}-x").mkdir()
            os.utime(tmp_path / f"{kind}-{number}-x", (0, 0))
    os.utime(tmp_path / "lock", (0, 0))
    store.add(facts=next(batches_of("lead b 2026-01-01")), received={}, known_at=FIRST_IMPORT, mapping={}, report={})

    assert {path.name for path in tmp_path.iterdir() if "-x" in path.name} == {
        f"spill-{os.getpid()}-x",
        f"backup-{os.getpid()}-x",
    }
