"""The commands of the repository, where they do not do what people hoped for: they say why, in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scripts.parts import PARTS
from scripts.setup import fingerprint
from tests.repo_rules.sources import ROOT

Run = Callable[[Sequence[str]], subprocess.CompletedProcess[str]]


@pytest.fixture
def bare(tmp_path: Path) -> Run:
    """Run a command on a machine that has a shell and make, and a Python that is too old."""
    for tool in ("sh", "echo", "sed", "make"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tmp_path / "python3").chmod(0o755)

    def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        # The variables that make leaves for the makes below it do not belong to that machine.
        env = {"PATH": str(tmp_path), "HOME": str(tmp_path), "FUNNELPACT_SYSTEM": str(tmp_path)}
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    return run


def test_help_lists_the_commands_and_needs_nothing(bare: Run):
    """`make` alone shows what there is."""
    listed = bare(["make"]).stdout

    for target in ("help", "demo", "test", "check", "bench", "docs", "clean", "lock"):
        assert f"make {target} " in listed


def test_without_a_python_that_is_new_enough(bare: Run):
    """One sentence, and nothing is installed."""
    run = bare(["make", "demo"])

    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stderr


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_missing_part_is_named_with_its_package(part, bare: Run):
    """Where there is no apt-get, people read what to install and what is skipped until then."""
    run = bare([sys.executable, "-m", "scripts.parts"])

    assert run.returncode == 0
    assert f"{part.name} is missing" in run.stdout
    assert all(package in run.stdout for package in part.packages)
    assert "skipped" in run.stdout


def test_a_changed_lock_is_noticed(tmp_path: Path):
    """By what it says, not by when it was written."""
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1", encoding="utf-8")
    before = fingerprint(lock)
    os.utime(lock, (0, 0))

    assert fingerprint(lock) == before

    lock.write_text("one==2", encoding="utf-8")

    assert fingerprint(lock) != before
