"""The ledger: batches, the files behind them and the journeys in force, as rows that are committed together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from funnelpact.adapters.records import models
from funnelpact.adapters.records.database import Records, RecordsUnusable, in_parts, to_text
from funnelpact.adapters.records.forgotten import add_forgotten, add_receipts
from funnelpact.core.facts.kept import Batch, Delivery, FactFile, Generation, LandingFile, Rewriting
from funnelpact.core.terms.message import Message

STEP = timedelta(microseconds=1)


class Ledger:
    """The ledger in one database. Reading a database that is not there finds nothing and makes nothing."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The committed batches in order, those known by `known_at`."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            return [_batch(row) for row in _known(alias, known_at).order_by("number")]

    def last_batch(self, *, known_at: datetime | None = None) -> int:
        """The number of the last batch known by `known_at`, 0 where there is none."""
        if not self.records.exists:
            return 0
        with self.records.reading() as alias:
            found = _known(alias, known_at).order_by("-number").values_list("number", flat=True).first()
            return int(found or 0)

    def has_key(self, key: str) -> bool:
        """Whether a batch of that key has been committed."""
        if not self.records.exists:
            return False
        with self.records.reading() as alias:
            return bool(models.Batch.objects.using(alias).filter(key=key).exists())

    def fact_files(self) -> list[FactFile]:
        """The live files of all tables, in the order of their first batch."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            rows = models.FactFile.objects.using(alias).order_by("first_batch", "id")
            return [_fact_file(row) for row in rows]

    def landing_files(self, *, batch: int | None = None) -> list[LandingFile]:
        """The files of the landing, of one batch or of all, in the order in which they were received."""
        if not self.records.exists:
            return []
        with self.records.reading() as alias:
            rows = models.LandingFile.objects.using(alias).order_by("batch_id", "position")
            return [_landing_file(row) for row in (rows if batch is None else rows.filter(batch_id=batch))]

    def commit(
        self,
        batch: Batch,
        *,
        landing: Sequence[LandingFile],
        files: Sequence[FactFile],
        delivery: Delivery,
        forgotten: Sequence[str] = (),
    ) -> Batch:
        """The batch as committed with its files, its cursor and without the messages that are in it now.

        `known_at` moves on by a microsecond where it would not grow. Raises `RecordsUnusable` where the number is taken.
        """
        with self._changing() as alias:
            last = models.Batch.objects.using(alias).order_by("-number").first()
            if batch.number != (last.number if last else 0) + 1:
                raise self._overtaken()
            known_at = max(batch.known_at, last.known_at + STEP) if last else batch.known_at
            committed = replace(batch, known_at=known_at)
            models.Batch.objects.using(alias).create(
                number=committed.number,
                known_at=committed.known_at,
                key=committed.key,
                source=committed.source,
                complete_until=committed.complete_until,
                mapping=to_text(committed.mapping),
                report=to_text(committed.report),
            )
            models.LandingFile.objects.using(alias).bulk_create(
                models.LandingFile(
                    batch_id=file.batch,
                    position=position,
                    name=file.name,
                    kind=file.kind,
                    path=file.path,
                    sha256=file.sha256,
                    file_sha256=file.file_sha256,
                    size=file.size,
                )
                for position, file in enumerate(landing)
            )
            _add_files(alias, files)
            _move_on(alias, committed.source, delivery)
            add_forgotten(alias, forgotten)
        return committed

    def deliver(self, *, source: str, delivery: Delivery) -> None:
        """Move a source on without a new batch, because what it said is here already."""
        with self.records.writing() as alias:
            _move_on(alias, source, delivery)

    def swap(self, *, gone: Sequence[str], new: Sequence[FactFile]) -> None:
        """Let the new files count instead of those at the paths `gone`. Raises `RecordsUnusable` where one did not count."""
        with self._changing() as alias:
            deleted = 0
            for part in in_parts(gone):
                deleted += models.FactFile.objects.using(alias).filter(path__in=part).delete()[0]
            if deleted != len(gone):
                raise self._overtaken()
            _add_files(alias, new)

    def rewrite(self, rewriting: Rewriting) -> None:
        """Let what was written anew count, put hashes on the list, and write receipts. The journeys go, to be made again.

        Raises `RecordsUnusable` where a file did not count any more.
        """
        with self._changing() as alias:
            for path, file in rewriting.landing.items():
                row = models.LandingFile.objects.using(alias).filter(path=path)
                if row.update(path=file.path, file_sha256=file.file_sha256, size=file.size) != 1:
                    raise self._overtaken()
            deleted = 0
            for part in in_parts(rewriting.gone):
                deleted += models.FactFile.objects.using(alias).filter(path__in=part).delete()[0]
            if deleted != len(rewriting.gone):
                raise self._overtaken()
            _add_files(alias, rewriting.new)
            # The number stays, so that no two generations ever have the same.
            models.Generation.objects.using(alias).update(
                batch=0, base="{}", delta="{}", newest_at=None, detail=to_text({"shape": 0, "zone": ""})
            )
            for messages in in_parts(rewriting.messages):
                models.Inbox.objects.using(alias).filter(id__in=messages).delete()
            add_forgotten(alias, rewriting.forgotten)
            add_receipts(alias, rewriting.receipts)

    def generation(self) -> Generation | None:
        """The journeys in force, None where none have been built."""
        if not self.records.exists:
            return None
        with self.records.reading() as alias:
            row = models.Generation.objects.using(alias).order_by("-number").first()
            return None if row is None else _generation(row)

    def swap_generation(self, generation: Generation) -> None:
        """Let these journeys count instead of the ones before. Raises `RecordsUnusable` where the number is not the next."""
        with self._changing() as alias:
            rows = models.Generation.objects.using(alias)
            last = rows.order_by("-number").values_list("number", flat=True).first() or 0
            if generation.number != last + 1:
                raise self._overtaken()
            rows.create(
                number=generation.number,
                batch=generation.batch,
                mapping=generation.mapping,
                base=to_text(_lists(generation.base)),
                delta=to_text(_lists(generation.delta)),
                newest_at=generation.newest_at,
                detail=to_text(generation.detail),
            )
            models.Generation.objects.using(alias).exclude(number=generation.number).delete()

    def cursor(self, source: str) -> Mapping[str, Any] | None:
        """How far a source has been read, None where it never was."""
        if not self.records.exists:
            return None
        with self.records.reading() as alias:
            row = models.Cursor.objects.using(alias).filter(source=source).first()
            return None if row is None else json.loads(row.data)

    @contextmanager
    def _changing(self) -> Iterator[str]:
        with self.records.writing() as alias:
            try:
                yield alias
            except IntegrityError as error:
                raise self._overtaken() from error

    def _overtaken(self) -> RecordsUnusable:
        return RecordsUnusable(place=self.records.where.name, reason=Message("reason.overtaken"))


def _known(alias: str, known_at: datetime | None) -> Any:
    rows = models.Batch.objects.using(alias)
    return rows if known_at is None else rows.filter(known_at__lte=known_at)


def _add_files(alias: str, files: Sequence[FactFile]) -> None:
    models.FactFile.objects.using(alias).bulk_create(
        models.FactFile(
            table=file.table,
            path=file.path,
            rows=file.rows,
            first_batch=file.first_batch,
            last_batch=file.last_batch,
            sha256=file.sha256,
            size=file.size,
        )
        for file in files
    )


def _move_on(alias: str, source: str, delivery: Delivery) -> None:
    if delivery.cursor is not None:
        data = to_text(delivery.cursor)
        models.Cursor.objects.using(alias).update_or_create(source=source, defaults={"data": data})
    for part in in_parts(delivery.rolled):
        models.Inbox.objects.using(alias).filter(id__in=part).delete()


def _lists(paths: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {table: list(of_table) for table, of_table in paths.items()}


def _batch(row: models.Batch) -> Batch:
    return Batch(
        number=row.number,
        known_at=row.known_at,
        key=row.key,
        source=row.source,
        complete_until=row.complete_until,
        mapping=json.loads(row.mapping),
        report=json.loads(row.report),
    )


def _landing_file(row: models.LandingFile) -> LandingFile:
    return LandingFile(
        batch=row.batch_id,
        name=row.name,
        kind=row.kind,
        path=row.path,
        sha256=row.sha256,
        file_sha256=row.file_sha256,
        size=row.size,
    )


def _fact_file(row: models.FactFile) -> FactFile:
    return FactFile(
        table=row.table,
        path=row.path,
        rows=row.rows,
        first_batch=row.first_batch,
        last_batch=row.last_batch,
        sha256=row.sha256,
        size=row.size,
    )


def _generation(row: models.Generation) -> Generation:
    return Generation(
        number=row.number,
        batch=row.batch,
        mapping=row.mapping,
        base=json.loads(row.base),
        delta=json.loads(row.delta),
        newest_at=row.newest_at,
        detail=json.loads(row.detail),
    )
