"""Acknowledged means on disk: what is synced before, call by call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.recovery.syncs import audit


@pytest.mark.parametrize(("work", "acknowledged"), [("import", 2), ("rollup", 6), ("compact", 3), ("rebuild", 4)])
def test_all_is_synced_before_it_is_acknowledged(
    work: str, acknowledged: int, tmp_path: Path, program: Callable[[str], str]
):
    """Every file before it has its name, every name, every new folder, and then the commit."""
    found = audit(strace=program("strace"), place=tmp_path, work=work, times=2)

    assert found.missing == []
    assert found.acknowledged == acknowledged
    assert found.files > 2


def test_the_audit_catches_a_writer_that_does_not_sync(tmp_path: Path, program: Callable[[str], str]):
    """The known-bad variant: files, names and folders are missing, while the database does its part."""
    found = audit(strace=program("strace"), place=tmp_path, work="import", times=1, variant=("no-sync",))

    kinds = {what.partition(" ")[0] for what in found.missing}
    assert kinds == {"content", "name", "folder"}
