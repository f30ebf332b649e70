"""All records as lines of JSON that belong to no database, and back.

Django's own serializers cut instants to milliseconds; these lines hold every field as the field itself writes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import Records
from funnelpact.core.facts.checks import Stored
from funnelpact.core.terms.problem import Problem

AT_ONCE = 1_000


class BackupOfOtherRelease(Problem):
    """A backup of records that have other tables or columns than those of this release."""

    code = "backup-of-other-release"


class RestoreNotEmpty(Problem):
    """There is something already where a backup is to be restored."""

    code = "restore-not-empty"


class Dump:
    """All records of one database, to be written out or read in."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def write(self, lines: IO[str]) -> list[Stored]:
        """The files that the records name; the records have been written to `lines`, all as of one moment."""
        with self.records.snapshot() as alias:
            lines.write(json.dumps({"steps": _steps(alias)}) + "\n")
            for model in _models():
                rows = model._default_manager.using(alias).order_by("pk")
                for row in rows.iterator(chunk_size=AT_ONCE):
                    lines.write(json.dumps({"model": model._meta.label_lower, "fields": _fields(row)}) + "\n")
            return _stored(alias)

    def refuse_if_filled(self) -> None:
        """Raise `RestoreNotEmpty` where the database holds any row."""
        if not self.records.exists:
            return
        with self.records.reading() as alias:
            if any(model._default_manager.using(alias).exists() for model in _models()):
                raise RestoreNotEmpty(place=self.records.where.name)

    def read(self, lines: Iterable[str], *, before_commit: Callable[[], None] = lambda: None) -> None:
        """Fill the empty database with the lines, in one transaction.

        `before_commit` is called when all is in it. Raises `RestoreNotEmpty`, `BackupOfOtherRelease`.
        """
        self.refuse_if_filled()
        known = {model._meta.label_lower: model for model in _models()}
        rows = iter(lines)
        steps = json.loads(next(rows))["steps"]
        with self.records.writing() as alias:
            if steps != _steps(alias):
                raise BackupOfOtherRelease(theirs=steps[-1], ours=_steps(alias)[-1])
            waiting: list[Model] = []
            for line in rows:
                entry = json.loads(line)
                row = _row(known[entry["model"]], entry["fields"])
                if waiting and (type(row) is not type(waiting[0]) or len(waiting) >= AT_ONCE):
                    _insert(alias, waiting)
                    waiting = []
                waiting.append(row)
            _insert(alias, waiting)
            for statement in connections[alias].ops.sequence_reset_sql(no_style(), list(known.values())):
                with connections[alias].cursor() as cursor:
                    cursor.execute(statement)
            before_commit()


def _models() -> list[Any]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _steps(alias: str) -> list[str]:
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _fields(row: Any) -> dict[str, str | None]:
    return {
        field.attname: None if field.value_from_object(row) is None else str(field.value_to_string(row))
        for field in row._meta.concrete_fields
    }


def _row(model: Any, fields: dict[str, str | None]) -> Any:
    values = {}
    for field in model._meta.concrete_fields:
        text = fields[field.attname]
        target = field.target_field if field.is_relation else field
        values[field.attname] = None if text is None else target.to_python(text)
    return model(**values)


def _insert(alias: str, rows: list[Any]) -> None:
    if rows:
        type(rows[0])._default_manager.using(alias).bulk_create(rows)


def _stored(alias: str) -> list[Stored]:
    landing = models.LandingFile.objects.using(alias).order_by("path")
    facts = models.FactFile.objects.using(alias).order_by("path")
    found = [Stored(path=row.path, sha256=row.file_sha256, size=row.size) for row in landing]
    found += [Stored(path=row.path, sha256=row.sha256, size=row.size) for row in facts]
    for row in models.Generation.objects.using(alias):
        for part in (json.loads(row.base), json.loads(row.delta)):
            found += [Stored(path=path, sha256=None, size=None) for paths in part.values() for path in paths]
    return found
