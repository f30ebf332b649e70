"""The inbox: messages as they came, on disk before anybody is told that they arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import AT_ONCE, Records
from funnelpact.core.facts.kept import Arrived, Waiting


class Inbox:
    """The inbox in one database."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def put(self, *, source: str, body: bytes, received_at: datetime) -> int:
        """The number of a message that is on disk now."""
        with self.records.writing() as alias:
            row = models.Inbox.objects.using(alias).create(source=source, body=body, received_at=received_at)
            return int(row.pk)

    def waiting(self) -> list[Waiting]:
        """What waits, by source."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            found = models.Inbox.objects.using(alias).values("source").annotate(n=Count("id"), since=Min("received_at"))
            return [
                Waiting(source=row["source"], count=row["n"], oldest_at=row["since"])
                for row in found.order_by("source")
            ]

    def oldest(self, *, source: str, most: int) -> list[Arrived]:
        """The messages of a source that have waited longest, in the order in which they came."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            rows = models.Inbox.objects.using(alias).filter(source=source).order_by("id")[:most]
            return [
                Arrived(number=row.pk, source=row.source, body=bytes(row.body), received_at=row.received_at)
                for row in rows
            ]

    def everything(self) -> Iterator[Arrived]:
        """All messages that wait, in the order in which they came."""
        if not self.records.exists:
            return
        with self.records.reading() as alias:
            for row in models.Inbox.objects.using(alias).order_by("id").iterator(chunk_size=AT_ONCE):
                yield Arrived(number=row.pk, source=row.source, body=bytes(row.body), received_at=row.received_at)
