"""Whether the files of a data folder are what the ledger says."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from funnelpact.adapters.warehouse.durable import sha256_of
from funnelpact.adapters.warehouse.facts import FactFolder
from funnelpact.adapters.warehouse.leftovers import leftovers
from funnelpact.core.facts.checks import Check, Stored
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

MOST_LIVE = 200
LEAST_FREE = 0.05
SHOWN = 5


def folder_checks(*, store: FactFolder, deep: bool) -> Iterator[Check]:
    """The findings in a data folder; `deep` reads every file, otherwise their sizes decide."""
    landing, facts = store.ledger.landing_files(), store.ledger.fact_files()
    stored = [Stored(path=file.path, sha256=file.file_sha256, size=file.size) for file in landing]
    stored += [Stored(path=file.path, sha256=file.sha256, size=file.size) for file in facts]
    yield _wrong_files("landing", store.folder, stored[: len(landing)], deep=deep)
    yield _wrong_files("facts", store.folder, stored[len(landing) :], deep=deep)
    generation = store.ledger.generation()
    counting = {*(file.path for file in stored), *(generation.paths if generation else ())}
    orphans = leftovers(store.folder, counting=counting)
    yield Check(code="leftovers", ok=True, said=Message("doctor.leftovers", count=len(orphans)))
    table, most = max(Counter(file.table for file in facts).items(), key=lambda item: item[1], default=("", 0))
    if not facts:
        yield _disk(store.folder)
        return
    yield Check(
        code="live-files",
        ok=most <= MOST_LIVE,
        said=Message("doctor.live-files.found", files=len(facts), table=table, most=most),
        remedy=None if most <= MOST_LIVE else Message("doctor.live-files.do"),
    )
    yield _disk(store.folder)


def _wrong_files(place: str, folder: Path, stored: list[Stored], *, deep: bool) -> Check:
    wrong = tuple(file.path for file in stored if not _right(folder / file.path, file, deep=deep))
    if not wrong:
        kind = "deep" if deep else "sizes"
        return Check(code=place, ok=True, said=Message(f"doctor.{place}.{kind}", count=len(stored)))
    said = Message(f"doctor.{place}.wrong", count=len(wrong), of=len(stored), files=wrong[:SHOWN])
    return Check(code=place, ok=False, said=said, remedy=Message(f"doctor.{place}.do"))


def _right(path: Path, file: Stored, *, deep: bool) -> bool:
    try:
        return path.stat().st_size == file.size and (not deep or sha256_of(path) == file.sha256)
    except OSError:
        return False


def _disk(folder: Path) -> Check:
    usage = shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.exists()))
    free = usage.free / usage.total
    said = Message("doctor.disk.found", gigabytes=round(usage.free / 1e9), share=Rate.measured(free))
    remedy = None if free >= LEAST_FREE else Message("doctor.disk.do")
    return Check(code="disk", ok=free >= LEAST_FREE, said=said, remedy=remedy)
