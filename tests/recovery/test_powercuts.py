"""What was acknowledged is there after a power cut, and a full disk breaks nothing."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelpact.adapters.records.database import RecordsUnusable
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.facts import DataFolderUnusable
from funnelpact.core.terms.message import Message
from tests.recovery.mounts import mounted, why_not
from tests.recovery.powercuts import cut_loop
from tests.recovery.writer import MAPPING, Careless, facts_of_received
from tests.stores import store_in

needs_mounts = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@needs_mounts
def test_power_cuts_lose_nothing(tmp_path: Path):
    """One during imports, one during roll-ups."""
    result = cut_loop(cuts=2, seed=random.randrange(2**32), folder=tmp_path, disk=Disk(), works=("import", "rollup"))

    assert (result.lost, result.unhealthy) == ([], []), result.seed
    assert result.acknowledged > 1


@needs_mounts
def test_the_loop_catches_a_writer_that_does_not_sync(tmp_path: Path):
    """The known-bad variant loses what it acknowledged."""
    result = cut_loop(cuts=1, seed=1, folder=tmp_path, disk=Careless(), works=("import",))

    assert result.lost


@needs_mounts
def test_a_full_disk_is_said_so_and_breaks_nothing(tmp_path: Path):
    """Nothing half is left, what was kept can be read, and imports go on when there is room again."""
    with mounted("tmpfs", tmp_path / "full", "-t", "tmpfs", "-o", "size=3m") as full:
        store = store_in(full / "data")

        def add(size: int) -> None:
            content = {"a": b'{"id": "%d"}\n' % size + os.urandom(size).hex().encode().join([b'{"id": "', b'"}'])}
            facts = facts_of_received(received=content, mapping=MAPPING)
            store.add(facts=facts, received=content, known_at=datetime.now(UTC), mapping=MAPPING, report={})

        add(1_000)
        filler = full / "filler"
        filler.write_bytes(b"x" * 2_000_000)
        kept = 1
        with pytest.raises((DataFolderUnusable, RecordsUnusable)) as caught:  # noqa: PT012 - some fit, then one does not
            for number in range(1, 500):
                add(40_000 + number)
                kept += 1
        files = {
            path.relative_to(store.folder).as_posix() for path in store.folder.rglob("*.*") if "facts" in path.parts
        }
        counting = {file.path for file in store.ledger.fact_files()}
        then = len(store.batches())
        leads = store.facts()["leads"].count().to_pyarrow().as_py()
        filler.unlink()
        add(60_000)
        after = len(store.batches())
        store.ledger.records.close()  # type: ignore[attr-defined]

    assert caught.value.data["reason"] == Message("reason.disk-full")
    assert files == counting
    assert (then, leads, after) == (kept, 2 * kept, kept + 1)
