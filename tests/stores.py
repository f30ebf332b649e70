"""Data folders for tests."""

from __future__ import annotations

from pathlib import Path

from funnelpact.adapters.records.database import Records
from funnelpact.adapters.records.ledger import Ledger
from funnelpact.adapters.records.settings import place
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.engine import Limits
from funnelpact.adapters.warehouse.journeys import JourneyFolder


def records_in(folder: Path, *, address: str | None = None) -> Records:
    """The records of a data folder."""
    return Records(place(folder=folder, address=address), make_folder=Disk().make_folder)


def store_in(
    folder: Path,
    *,
    address: str | None = None,
    disk: Disk | None = None,
    limits: Limits | None = None,
    patience: float = 30.0,
) -> JourneyFolder:
    """The facts of a data folder, on SQLite or on PostgreSQL at that address."""
    ledger = Ledger(records_in(folder, address=address))
    return JourneyFolder(folder, ledger=ledger, disk=disk, limits=limits, patience=patience)
