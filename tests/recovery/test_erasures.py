"""An erasure that is killed has happened or has not, and what is erased leaves no byte."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.recovery.erasures import kill_loop, many

KILLS = int(os.environ.get("FUNNELPACT_ERASURE_KILLS", "20"))
SUBJECTS = int(os.environ.get("FUNNELPACT_ERASURES", "30"))


def test_a_killed_erasure_is_all_or_nothing(tmp_path: Path):
    """Twenty kills at random moments; the same command again finishes each."""
    result = kill_loop(kills=KILLS, seed=random.randrange(2**32), folder=tmp_path)

    assert (result.residue, result.changed, result.unhealthy) == ([], [], []), result.seed
    assert sum(result.ends.values()) == result.receipts - 1 == KILLS
    assert len(result.ends) == 2


def test_a_killed_erasure_on_postgresql(tmp_path: Path, postgres):
    """Four more: the same promise with the other database."""
    result = kill_loop(kills=4, seed=random.randrange(2**32), folder=tmp_path, address=postgres.new_database())

    assert (result.residue, result.changed, result.unhealthy) == ([], [], []), result.seed
    assert result.receipts == 5


@pytest.mark.timeout(max(300, 20 * SUBJECTS))
def test_many_people_leave_nothing(tmp_path: Path):
    """Thirty one after the other (FUNNELPACT_ERASURES: more): no residue, equal counts, a receipt for each."""
    result = many(people=SUBJECTS, seed=random.randrange(2**32), folder=tmp_path)

    assert (result.residue, result.changed, result.unhealthy) == ([], [], []), result.seed
    assert result.receipts == SUBJECTS
