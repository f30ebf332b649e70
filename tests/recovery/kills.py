"""The kill loop: a writer is killed at a random moment, again and again; then everything that it acknowledged must be there.

python -m tests.recovery.kills 300        # `make kills`: writes docs/why/figures/kills.json
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from funnelpact.adapters.records.health import records_checks
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.facts import FactFolder
from funnelpact.adapters.warehouse.health import folder_checks
from funnelpact.adapters.warehouse.leftovers import leftovers
from funnelpact.adapters.warehouse.rebuild import rebuild
from scripts.setup import ROOT
from tests.recovery.writer import facts_of_received, write
from tests.stores import store_in

# Writers are copies of a process that has loaded everything, so that a kill costs no start of Python.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.recovery.writer"])
WORKS = ("import", "rollup", "compact", "rebuild")
LONGEST = {"import": 2.0, "rollup": 2.0, "compact": 3.0, "rebuild": 6.0}
"""Seconds within which a writer is killed: a few times as long as the work takes."""
ROUND = 20
"""Kills in one folder; then it is looked at, and the next ones have a new folder."""


@dataclass
class Result:
    """What a loop found. `leads` are those acknowledged; all lists of faults must be empty."""

    seed: int
    database: str
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    rebuilt: int = 0
    leftovers: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unhealthy: list[str] = field(default_factory=list)
    seconds: float = 0.0


def kill_loop(*, kills: int, seed: int, folder: Path, address: str | None = None) -> Result:
    """What was found after so many kills, by turns during import, roll-up, compaction and rebuild.

    On PostgreSQL, where the database stays, there is one round.
    """
    assert address is None or kills <= ROUND
    dice = random.Random(seed)
    result = Result(seed=seed, database="postgresql" if address else "sqlite")
    acknowledged: set[str] = set()
    started = time.monotonic()
    for number in range(kills):
        place = folder / str(number // ROUND)
        work = WORKS[number % len(WORKS)]
        # Half of the writers are killed at their first work, the others after they have acknowledged something.
        lines, after = dice.choice((1, 2)), dice.random() * LONGEST[work]
        for line in _killed(place, address, work, lines=lines, after=after):
            if "lead" in line:
                acknowledged.add(line["lead"])
            result.rebuilt += "rebuilt" in line
        result.kills[work] += 1
        if number % ROUND == ROUND - 1 or number == kills - 1:
            _compare(result, store_in(place, address=address), acknowledged)
            result.acknowledged += len(acknowledged)
            acknowledged.clear()
            if result.lost or result.doubled or result.unhealthy:
                break
    result.seconds = round(time.monotonic() - started, 1)
    return result


def _killed(folder: Path, address: str | None, work: str, *, lines: int, after: float) -> list[dict[str, str]]:
    """What a writer acknowledged before it was killed, so many seconds after so many lines."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_write, args=(folder, address, work, theirs))
    process.start()
    theirs.close()
    with os.fdopen(os.dup(ours.fileno()), "rb", buffering=0) as pipe:
        first = b"".join(pipe.readline() for _ in range(lines))
        time.sleep(after)
        process.kill()
        rest = pipe.read()
    ours.close()
    process.join()
    assert process.exitcode == -signal.SIGKILL, work
    return [json.loads(line) for line in (first + rest).splitlines() if line.endswith(b"}")]


def _write(folder: Path, address: str | None, work: str, pipe: Connection) -> None:
    write(folder=folder, address=address, work=work, times=1_000_000, disk=Disk(), acknowledge=pipe.fileno())


def _compare(result: Result, store: FactFolder, acknowledged: set[str]) -> None:
    """Look at what is there, as the next process would find it."""
    records = store.ledger.records  # type: ignore[attr-defined]
    checks = [*records_checks(records=records), *folder_checks(store=store, deep=True)]
    result.unhealthy += [f"{check.code}: {check.said}" for check in checks if not check.ok]
    leads = Counter(store.facts()["leads"].select("lead").to_pyarrow()["lead"].to_pylist())
    waiting = {json.loads(message.body)["id"] for message in Inbox(records).oldest(source="hook", most=1_000_000)}
    result.lost += sorted(acknowledged - leads.keys() - waiting)
    result.doubled += sorted(lead for lead, count in leads.items() if count > 1)
    result.doubled += sorted(leads.keys() & waiting)
    deals = store.facts()["deals"].count().to_pyarrow().as_py()
    result.doubled += ["deal d"] * max(0, deals - 1)
    keys = store.keys().to_pyarrow()["nr"].to_pylist()
    if sorted(keys) != list(range(1, len(keys) + 1)):
        result.unhealthy.append("numbers of records are not dense")
    counting = {file.path for file in store.ledger.fact_files()} | {file.path for file in store.ledger.landing_files()}
    result.leftovers += len(leftovers(store.folder, counting=counting, older_than=0))
    if not rebuild(store=store, facts_of_received=facts_of_received).equal:
        result.unhealthy.append("a rebuild is not equal")
    records.close()


def main() -> None:
    """Run the loop on SQLite and print what was found."""
    kills = int(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else random.randrange(2**32)
    with tempfile.TemporaryDirectory(prefix="fp-kills-") as folder:
        result = kill_loop(kills=kills, seed=seed, folder=Path(folder) / "data")
    found = {**asdict(result), "kills": dict(result.kills)}
    print(json.dumps(found, indent=1))
    figures = ROOT / "docs" / "why" / "figures" / "kills.json"
    figures.parent.mkdir(exist_ok=True)
    figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.exit(bool(result.lost or result.doubled or result.unhealthy))


if __name__ == "__main__":
    main()
