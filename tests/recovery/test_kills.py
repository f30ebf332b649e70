"""A writer that is killed at any moment loses nothing that it acknowledged, and doubles nothing."""

from __future__ import annotations

import random
from pathlib import Path

from tests.recovery.kills import WORKS, kill_loop


def test_kills_lose_and_double_nothing(tmp_path: Path):
    """Sixteen kills, by turns during import, roll-up, compaction and rebuild; a rebuild afterwards is equal."""
    result = kill_loop(kills=16, seed=random.randrange(2**32), folder=tmp_path / "data")

    assert (result.lost, result.doubled, result.unhealthy) == ([], [], []), result.seed
    assert dict(result.kills) == dict.fromkeys(WORKS, 4)
    assert result.acknowledged > 4


def test_kills_on_postgresql(tmp_path: Path, postgres):
    """Four more: the same promise with the other database."""
    result = kill_loop(kills=4, seed=random.randrange(2**32), folder=tmp_path / "data", address=postgres.new_database())

    assert (result.lost, result.doubled, result.unhealthy) == ([], [], []), result.seed
    assert result.acknowledged
