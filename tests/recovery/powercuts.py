"""The power-cut loop: what a disk holds at a random moment, without what the kernel had yet to write, is mounted and looked at.

A writer works in an ext4 that lies in a file. It is stopped, and the file is copied as it is: what was not synced is in the
memory of the kernel only, and not in the copy. The copy is then what would be found after a power cut.

    python -m tests.recovery.powercuts 30     # `make powercuts`: writes docs/why/figures/powercuts.json
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from funnelpact.adapters.records.health import records_checks
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.health import folder_checks
from funnelpact.core.terms.problem import Problem
from scripts.setup import ROOT
from tests.recovery.kills import PROCESSES, WORKS
from tests.recovery.mounts import make_disk, mounted, why_not
from tests.recovery.writer import Careless, write
from tests.stores import store_in

LONGEST = 4.0
MEGABYTES = 64


@dataclass
class Cuts:
    """What was found after the cuts. With everything synced both lists are empty."""

    variant: str
    seed: int
    cuts: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    unhealthy: list[str] = field(default_factory=list)
    seconds: float = 0.0


def cut_loop(*, cuts: int, seed: int, folder: Path, disk: Disk, works: tuple[str, ...] = WORKS) -> Cuts:
    """What was found after so many power cuts, by turns during import, roll-up, compaction and rebuild."""
    dice = random.Random(seed)
    result = Cuts(variant="no-sync" if isinstance(disk, Careless) else "synced", seed=seed)
    started = time.monotonic()
    for number in range(cuts):
        work = works[number % len(works)]
        image, copy = folder / "disk", folder / "copy"
        make_disk(image, megabytes=MEGABYTES)
        with mounted(image, folder / "before", "-o", "loop"):
            acknowledged = _cut(folder / "before" / "data", image, copy, work, disk, 0.5 + dice.random() * LONGEST)
        with mounted(copy, folder / "after", "-o", "loop"):
            _compare(result, folder / "after" / "data", acknowledged)
        result.cuts[work] += 1
        result.acknowledged += len(acknowledged)
    result.seconds = round(time.monotonic() - started, 1)
    return result


def _cut(data: Path, image: Path, copy: Path, work: str, disk: Disk, after: float) -> set[str]:  # noqa: PLR0917
    """What had been acknowledged when the power failed."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_write, args=(data, work, disk, theirs))
    process.start()
    theirs.close()
    said = b""
    try:
        # The first acknowledgement is awaited, so that there is something to lose.
        while said.count(b"\n") < 2:
            said += os.read(ours.fileno(), 65_536)
        time.sleep(after)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        while select.select([ours.fileno()], [], [], 0.1)[0]:
            said += os.read(ours.fileno(), 65_536)
        shutil.copyfile(image, copy)
    finally:
        process.kill()
        process.join()
        ours.close()
    lines = [json.loads(line) for line in said.splitlines() if line.endswith(b"}")]
    return {line["lead"] for line in lines if "lead" in line}


def _write(data: Path, work: str, disk: Disk, pipe: object) -> None:
    number = pipe.fileno()  # type: ignore[attr-defined]
    write(folder=data, address=None, work=work, times=1_000_000, disk=disk, acknowledge=number)


def _compare(result: Cuts, data: Path, acknowledged: set[str]) -> None:
    store = store_in(data)
    records = store.ledger.records  # type: ignore[attr-defined]
    try:
        checks = [*records_checks(records=records), *folder_checks(store=store, deep=True)]
        result.unhealthy += [f"{check.code}: {check.said}" for check in checks if not check.ok]
        leads = set(store.facts()["leads"].select("lead").to_pyarrow()["lead"].to_pylist())
        waiting = {json.loads(message.body)["id"] for message in Inbox(records).oldest(source="hook", most=1_000_000)}
        result.lost += sorted(acknowledged - leads - waiting)
    except (Problem, OSError, ValueError) as error:
        # What cannot be read is lost.
        result.lost += sorted(acknowledged)
        result.unhealthy.append(str(error)[:200])
    except Exception as error:  # noqa: BLE001 - the engine has errors of its own for files that are cut off
        result.lost += sorted(acknowledged)
        result.unhealthy.append(str(error)[:200])
    finally:
        records.close()


def main() -> None:
    """Run the loop, and a fifth as often the known-bad variant, and write down what was found."""
    if reason := why_not():
        sys.exit(f"Not here: {reason}.")
    cuts = int(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else random.randrange(2**32)
    found = []
    for disk, times in ((Disk(), cuts), (Careless(), max(2, cuts // 5))):
        with tempfile.TemporaryDirectory(prefix="fp-cuts-") as folder:
            result = cut_loop(cuts=times, seed=seed, folder=Path(folder), disk=disk)
        found.append({**asdict(result), "cuts": dict(result.cuts), "lost": len(result.lost)})
        found[-1]["unhealthy"] = len(result.unhealthy)
    print(json.dumps(found, indent=1))
    figures = ROOT / "docs" / "why" / "figures" / "powercuts.json"
    figures.parent.mkdir(exist_ok=True)
    figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    good, bad = found
    sys.exit(bool(good["lost"] or good["unhealthy"] or not bad["lost"]))


if __name__ == "__main__":
    main()
