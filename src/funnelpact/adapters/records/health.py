"""Whether the database of the records is what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from django.db import connections

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import Records
from funnelpact.core.facts.checks import Check
from funnelpact.core.terms.message import Message


def records_checks(*, records: Records) -> Iterator[Check]:
    """The findings in the database. Raises what opening it raises, such as `RecordsUnsafe`."""
    if not records.exists:
        yield Check(code="database", ok=True, said=Message("doctor.database.none", place=records.where.name))
        return
    with records.reading() as alias:
        yield _database(alias, records.where.name)
        if records.where.file is not None:
            yield _integrity(alias)
        rows = list(models.Batch.objects.using(alias).order_by("number").values_list("number", "known_at"))
    numbers = [number for number, _ in rows]
    ok = numbers == list(range(1, len(rows) + 1)) and all(one[1] < other[1] for one, other in pairwise(rows))
    said = Message(f"doctor.batches.{'found' if ok else 'wrong'}", count=len(rows))
    yield Check(code="batches", ok=ok, said=said, remedy=None if ok else Message("doctor.restore"))


def _database(alias: str, place: str) -> Check:
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            version = f"SQLite {cursor.fetchone()[0]}"
            settings = ("PRAGMA journal_mode", "PRAGMA synchronous")
        else:
            cursor.execute("SHOW server_version")
            version = f"PostgreSQL {cursor.fetchone()[0]}"
            settings = ("SHOW synchronous_commit", "SHOW fsync")
        found = []
        for question in settings:
            cursor.execute(question)
            found.append(f"{question.split()[1]}={cursor.fetchone()[0]}")
    return Check(
        code="database",
        ok=True,
        said=Message("doctor.database.found", version=version, place=place, settings=tuple(found)),
    )


def _integrity(alias: str) -> Check:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = [str(row[0]) for row in cursor.fetchall()]
    if found == ["ok"]:
        return Check(code="integrity", ok=True, said=Message("doctor.integrity.found"))
    said = Message("doctor.integrity.wrong", count=len(found), first=found[0])
    return Check(code="integrity", ok=False, said=said, remedy=Message("doctor.restore"))
