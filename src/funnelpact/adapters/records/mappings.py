"""What people said about their data: what labels mean, which column is which; every version stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import Records, to_text


class Mappings:
    """The mappings in one database."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def save_funnel(self, data: Mapping[str, Any], *, saved_at: datetime) -> int:
        """The number of a new version of the funnel mapping."""
        with self.records.writing() as alias:
            rows = models.FunnelMapping.objects.using(alias)
            number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
            rows.create(number=number, data=to_text(data), saved_at=saved_at)
            return int(number)

    def funnel(self, *, number: int | None = None) -> tuple[int, Mapping[str, Any]] | None:
        """A version of the funnel mapping with its number, by default the newest; None where there is none."""
        if not self.records.exists:
            return None
        with self.records.reading() as alias:
            rows = models.FunnelMapping.objects.using(alias).order_by("-number")
            row = (rows if number is None else rows.filter(number=number)).first()
            return None if row is None else (row.number, json.loads(row.data))

    def funnel_versions(self, *, only_newest: bool = False) -> list[tuple[int, datetime, Mapping[str, Any]]]:
        """All versions of the funnel mapping, oldest first, or the newest: number, when it was saved, data."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            rows = models.FunnelMapping.objects.using(alias)
            chosen = rows.order_by("-number")[:1] if only_newest else rows.order_by("number")
            return [(row.number, row.saved_at, json.loads(row.data)) for row in chosen]

    def save_columns(self, name: str, data: Mapping[str, Any], *, saved_at: datetime) -> int:
        """The version under which the mapping of that name is kept now; the same data again are no new version."""
        with self.records.writing() as alias:
            rows = models.ColumnMapping.objects.using(alias).filter(name=name)
            last = rows.order_by("-version").first()
            if last is not None and json.loads(last.data) == data:
                return int(last.version)
            version = (last.version if last else 0) + 1
            models.ColumnMapping.objects.using(alias).create(
                name=name, version=version, data=to_text(data), saved_at=saved_at
            )
            return int(version)

    def columns(self, name: str, *, version: int | None = None) -> Mapping[str, Any] | None:
        """The mapping of that name, by default its newest version; None where there is none."""
        if not self.records.exists:
            return None
        with self.records.reading() as alias:
            rows = models.ColumnMapping.objects.using(alias).filter(name=name).order_by("-version")
            row = (rows if version is None else rows.filter(version=version)).first()
            return None if row is None else json.loads(row.data)

    def column_names(self) -> dict[str, int]:
        """The names of all column mappings, each with its newest version."""
        if not self.records.exists:
            return {}
        with self.records.reading() as alias:
            found = models.ColumnMapping.objects.using(alias).values("name").annotate(last=Max("version"))
            return {row["name"]: row["last"] for row in found.order_by("name")}
