"""Erasures that are killed at a random moment, and many erasures one after the other."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from funnelpact.adapters.connectors.files.received import facts_of_received
from funnelpact.adapters.connectors.files.source import FileSource
from funnelpact.adapters.warehouse.health import folder_checks
from funnelpact.adapters.warehouse.rebuild import rebuild
from funnelpact.workflows.person import PersonUnknown
from funnelpact.workflows.sync import import_facts
from tests.residue import residue
from tests.stores import Company, company_in

# Children are copies of a process that has loaded everything, so that a kill costs no start of Python.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.recovery.erasures"])
LEARNT = datetime(2026, 11, 1, tzinfo=UTC)
LONGEST = 1.1
"""An erasure is killed within so many times the time that one takes."""


@dataclass
class Result:
    """What a loop found. All lists of faults must be empty; `ends` counts the states after the kills."""

    seed: int
    ends: Counter[str] = field(default_factory=Counter)
    residue: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unhealthy: list[str] = field(default_factory=list)
    receipts: int = 0


def names_of(number: int) -> tuple[str, str, str]:
    """The key, the address and the name of one of the people."""
    return f"L-{number:06}", f"person{number:06}@x.example", f"Surname{number:06}"


def filled(folder: Path, people: int, *, address: str | None = None) -> Company:
    """A company with so many people, in two batches: leads and deals, then calls."""
    company = company_in(folder / "data", address=address)
    leads = ["Lead ID,Full Name,Email,Lead Source,Created Date"]
    deals = ["Deal ID,Deal Name,Lead ID,Amount,Stage,Created Date,Close Date"]
    calls = ["Activity Type,Lead ID,Activity Date,Owner,Subject"]
    for number in range(people):
        key, mail, name = names_of(number)
        day = f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}"
        leads.append(f"{key},{name} Y,{mail},{('Web', 'Fair')[number % 2]},{day}")
        calls.append(f"Call,{key},{day} 10:00,ann,about {name}")
        if number % 3 == 0:
            deals.append(
                f"D-{number},{name} order,{key},{100 + number},{('Closed Won', 'Closed Lost')[number % 2]},{day},2026-01-05"
            )
    for files in ({"leads.csv": leads, "deals.csv": deals}, {"calls.csv": calls}):
        folder.mkdir(exist_ok=True, parents=True)
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        source = FileSource(paths=tuple(folder / name for name in files), currency="EUR", zone="UTC")
        import_facts(source=source, store=company.store, known_at=LEARNT)
    return company


def counts_of(company: Company) -> dict[str, int]:
    """The rows of each table of facts as they stand."""
    return {name: table.count().to_pyarrow().as_py() for name, table in company.store.facts().items()}


def kill_loop(*, kills: int, seed: int, folder: Path, address: str | None = None) -> Result:
    """What was found after so many kills: all or nothing of each erasure, and the same command again finishes it."""
    dice = random.Random(seed)
    company = filled(folder, max(kills + 1, 40), address=address)
    before, result = counts_of(company), Result(seed=seed)
    longest = LONGEST * _seconds(company, address, names_of(kills)[0])
    for number in range(kills):
        asked = names_of(number)[dice.choice((0, 1))]
        process = PROCESSES.Process(target=_erase, args=(company.store.folder, address, asked))
        process.start()
        time.sleep(dice.random() * longest)
        process.kill()
        process.join()
        _look(result, company, number=number, asked=asked, before=before)
        company.erase(asked)
        result.residue += residue(company.store.folder, *names_of(number), address=address if number % 4 == 3 else None)
    if counts_of(company) != before:
        result.changed.append("at the end")
    if not rebuild(store=company.store, facts_of_received=facts_of_received).equal:
        result.unhealthy.append("a rebuild is not equal")
    result.receipts = len(company.forgotten.receipts())
    return result


def _seconds(company: Company, address: str | None, asked: str) -> float:
    """How long an erasure takes that is not killed."""
    process = PROCESSES.Process(target=_erase, args=(company.store.folder, address, asked))
    started = time.monotonic()
    process.start()
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - started


def _erase(folder: Path, address: str | None, asked: str) -> None:
    company_in(folder, address=address).erase(asked)


def _look(result: Result, company: Company, *, number: int, asked: str, before: dict[str, int]) -> None:
    """What is there after a kill: whole, as many rows as before, the person in all of it or in none."""
    result.unhealthy += [
        f"{number} {check.code}" for check in folder_checks(store=company.store, deep=True) if not check.ok
    ]
    if counts_of(company) != before:
        result.changed.append(str(number))
    leads = set(company.store.facts()["leads"].select("lead").to_pyarrow()["lead"].to_pylist())
    there = names_of(number)[0] in leads
    try:
        found = company.export(asked)
    except PersonUnknown:
        result.ends["nothing is there"] += 1
        if there or len(company.forgotten.receipts()) != number + 2:
            result.unhealthy.append(f"{number} is half there")
        return
    result.ends["all is there"] += 1
    tables = {"leads", "touches"} | ({"deals"} if number % 3 == 0 else set())
    if not there or not tables <= found.facts.keys():
        result.unhealthy.append(f"{number} is half gone")


def many(*, people: int, seed: int, folder: Path) -> Result:
    """What is left of so many people after as many erasures, one after the other, in random order."""
    dice = random.Random(seed)
    company = filled(folder, people + 10)
    before, result = counts_of(company), Result(seed=seed)
    order = list(range(people))
    dice.shuffle(order)
    for number in order:
        company.erase(names_of(number)[dice.choice((0, 1))], by="T24")
    gone = [name for number in range(people) for name in names_of(number)]
    result.residue = residue(company.store.folder, *gone)
    if counts_of(company) != before:
        result.changed.append("at the end")
    if not rebuild(store=company.store, facts_of_received=facts_of_received).equal:
        result.unhealthy.append("a rebuild is not equal")
    result.receipts = len(company.forgotten.receipts())
    return result
