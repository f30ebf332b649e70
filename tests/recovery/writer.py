"""A writer that is killed: it does one thing after the other, and acknowledges each on a pipe once it is on disk.

    python -m tests.recovery.writer FOLDER ADDRESS WORK TIMES [VARIANT]

It writes one line of JSON for each acknowledgement. WORK is what it does again and again: `import`, `rollup`, `compact` or
`rebuild` (the last two import between, so that there is something to do). VARIANT `no-sync` is the known-bad one: it syncs
neither files nor folders.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.facts import FactFolder
from funnelpact.adapters.warehouse.rebuild import rebuild
from funnelpact.core.terms.report import FileReport
from funnelpact.workflows.rollup import roll_up
from tests.stores import records_in, store_in
from tests.worlds import batches_of

MAPPING = {"kind": "leads"}
Say = Callable[..., None]


class Careless(Disk):
    """The known-bad variant: what a library does that trusts the kernel."""

    def sync(self, path: Path) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Said:
    """What JSON lines say."""

    facts: Mapping[str, Any]
    received: Mapping[str, bytes]
    mapping: Mapping[str, object]
    reports: tuple[FileReport, ...] = ()
    complete_until: datetime | None = None


def facts_of_received(*, received: Mapping[str, bytes], mapping: Mapping[str, object]) -> Mapping[str, Any]:
    """A lead for each line, and a deal that every batch says again."""
    assert mapping == MAPPING
    keys = [json.loads(line)["id"] for content in received.values() for line in content.decode().splitlines()]
    return next(
        batches_of("\n".join([*(f"lead {key} 2026-01-01" for key in keys), f"deal d 2026-01-01 note={keys[-1]}"]))
    )


def read(received: Mapping[str, bytes]) -> Said:
    """The same for a roll-up."""
    return Said(facts_of_received(received=received, mapping=MAPPING), received, MAPPING)


def add(store: FactFolder, key: str, say: Say) -> None:
    """Import one file with one lead, and acknowledge it."""
    content = {"leads.jsonl": json.dumps({"id": key}).encode() + b"\n"}
    facts = facts_of_received(received=content, mapping=MAPPING)
    batch = store.add(facts=facts, received=content, known_at=datetime.now(UTC), mapping=MAPPING, report={})
    assert batch is not None
    say(lead=key)


def write(*, folder: Path, address: str | None, work: str, times: int, disk: Disk, acknowledge: int) -> None:
    """Do the work so many times, and acknowledge each thing on the pipe once it must be there, whatever happens."""

    def say(**what: object) -> None:
        os.write(acknowledge, (json.dumps(what) + "\n").encode())

    store = store_in(folder, address=address, disk=disk)
    inbox = Inbox(records_in(folder, address=address))
    start = datetime.now(UTC).timestamp()
    say(ready=True)
    for number in range(times):
        key = f"{work}-{start}-{number}"
        if work == "rollup":
            for part in range(3):
                body = json.dumps({"id": f"{key}-{part}"}).encode()
                inbox.put(source="hook", body=body, received_at=datetime.now(UTC))
                say(lead=f"{key}-{part}")
            roll_up(source="hook", inbox=inbox, store=store, read=read, now=datetime.now(UTC))
            continue
        add(store, key, say)
        if work == "compact" and store.compact(above=1):
            say(compacted=True)
        if work == "rebuild":
            assert rebuild(store=store, facts_of_received=facts_of_received).equal
            say(rebuilt=True)


def main() -> None:
    """Write to standard output what was acknowledged."""
    folder, address, work, times = sys.argv[1:5]
    disk = Careless() if sys.argv[5:] == ["no-sync"] else Disk()
    write(folder=Path(folder), address=address or None, work=work, times=int(times), disk=disk, acknowledge=1)


if __name__ == "__main__":
    main()
