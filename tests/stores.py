"""Data folders for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from funnelpact.adapters.connectors.files.hiding.batches import hide, hide_refused
from funnelpact.adapters.connectors.files.received import facts_of_received
from funnelpact.adapters.records.database import Records
from funnelpact.adapters.records.forgotten import Forgotten
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.records.ledger import Ledger
from funnelpact.adapters.records.settings import place
from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.engines.engine import Limits
from funnelpact.adapters.warehouse.erasure import People
from funnelpact.adapters.warehouse.hiding.batches import Forgetting
from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.workflows.person import Erased, Export, erase_people, export_person


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
    records = records_in(folder, address=address)
    forgetting = Forgetting(folder=folder, listed=Forgotten(records), hide=hide, hide_refused=hide_refused)
    return JourneyFolder(
        folder, ledger=Ledger(records), disk=disk, limits=limits, patience=patience, forgetting=forgetting
    )


@dataclass(frozen=True)
class Company:
    """Everything that an erasure needs, of one data folder."""

    store: JourneyFolder
    people: People
    inbox: Inbox
    forgotten: Forgotten

    def erase(self, *identifiers: str, by: str = "", source: str | None = None) -> Erased:
        """Erase people."""
        return erase_people(
            identifiers=identifiers,
            people=self.people,
            inbox=self.inbox,
            store=self.store,
            receipts=self.forgotten,
            now=datetime.now(UTC),
            by=by,
            source=source,
        )

    def export(self, identifier: str, *, source: str | None = None) -> Export:
        """What is kept about somebody."""
        return export_person(identifier=identifier, people=self.people, inbox=self.inbox, source=source)


def company_in(folder: Path, *, address: str | None = None, disk: Disk | None = None) -> Company:
    """A data folder with everything that an erasure needs."""
    store = store_in(folder, address=address, disk=disk)
    records = records_in(folder, address=address)
    forgotten = Forgotten(records)
    people = People(store=store, facts_of_received=facts_of_received, wipe=forgotten.wipe)
    return Company(store=store, people=people, inbox=Inbox(records), forgotten=forgotten)
