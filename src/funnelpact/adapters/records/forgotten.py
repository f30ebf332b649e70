"""The people who were erased: a list of keyed hashes, the receipts, and a database in which nothing of them is left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import connections

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import Records, in_parts, to_text
from funnelpact.core.facts.kept import Receipt, Rewritten


class Forgotten:
    """The list and the receipts in one database."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def digests(self) -> frozenset[str]:
        """The hashes of all who are to be forgotten."""
        if not self.records.exists:
            return frozenset()
        with self.records.reading() as alias, connections[alias].cursor() as cursor:
            # A list of a hundred thousand is read at each import: without a model for each row.
            cursor.execute("SELECT digest FROM records_forgotten")
            return frozenset(row[0] for row in cursor.fetchall())

    def receipts(self, *, what: str | None = None) -> list[Receipt]:
        """The receipts, the oldest first: all, or those of one thing that was asked."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            rows = models.Receipt.objects.using(alias).order_by("id")
            return [_receipt(row) for row in (rows if what is None else rows.filter(what=what))]

    def wipe(self) -> None:
        """Write the database anew, so that nothing is left in it of rows that were deleted."""
        if not self.records.exists:
            return
        with self.records.reading() as alias, connections[alias].cursor() as cursor:
            if connections[alias].vendor == "sqlite":
                cursor.execute("VACUUM")
            else:
                cursor.execute("VACUUM (FULL) records_inbox")


def add_forgotten(alias: str, digests: Sequence[str]) -> None:
    """Put hashes onto the list; those that are on it stay."""
    rows = models.Forgotten.objects.using(alias)
    for part in in_parts(digests):
        rows.bulk_create([models.Forgotten(digest=digest) for digest in part], ignore_conflicts=True)


def add_receipts(alias: str, receipts: Sequence[Receipt]) -> None:
    """Write receipts down."""
    models.Receipt.objects.using(alias).bulk_create(
        models.Receipt(what=receipt.what, at=receipt.at, counts=to_text(_counts(receipt))) for receipt in receipts
    )


def _counts(receipt: Receipt) -> dict[str, Any]:
    facts = {table: {str(batch): rows for batch, rows in counts.items()} for table, counts in receipt.facts.items()}
    return {
        "by": receipt.by,
        "facts": facts,
        "files": [asdict(file) for file in receipt.files],
        "messages": receipt.messages,
        "passes": receipt.passes,
        "not_reached": list(receipt.not_reached),
    }


def _receipt(row: models.Receipt) -> Receipt:
    said = json.loads(row.counts)
    return Receipt(
        what=row.what,
        at=row.at,
        by=said["by"],
        facts={table: {int(batch): rows for batch, rows in counts.items()} for table, counts in said["facts"].items()},
        files=tuple(Rewritten(**file) for file in said["files"]),
        messages=said["messages"],
        passes=said["passes"],
        not_reached=tuple(said["not_reached"]),
    )
