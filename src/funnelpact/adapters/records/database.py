"""One database of records: brought up to date at its first use, read in the plain, written in transactions."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import Error, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from funnelpact.adapters.records.settings import Place, open_database
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, file_reason

MIGRATING = 7_305_021_774
"""The advisory lock under which one process of many brings a PostgreSQL database up to date: any number, always this one."""
AT_ONCE = 500
"""How many rows one statement names; SQLite allows fewer than a thousand."""


class RecordsUnusable(Problem):
    """The database of the records cannot be opened, read or written."""

    code = "records-unusable"


class RecordsNewer(Problem):
    """The database was brought up to date by a later release."""

    code = "records-newer"


class Records:
    """One database. `make_folder` makes a folder and those above it so that they are still there after a power cut."""

    def __init__(self, where: Place, *, make_folder: Callable[[Path], None]) -> None:
        self.where = where
        self._make_folder = make_folder
        self._ready = False

    @property
    def alias(self) -> str:
        """The name under which Django knows this database."""
        return open_database(self.where)

    @property
    def exists(self) -> bool:
        """Whether there is anything to read; a file that is not there yet is not made by looking."""
        return self.where.file is None or self.where.file.exists()

    @contextmanager
    def reading(self) -> Iterator[str]:
        """The alias to read from. Raises `RecordsUnusable`, `RecordsNewer` and `RecordsUnsafe`."""
        with self._in_words():
            self._prepare()
            yield self.alias

    @contextmanager
    def writing(self) -> Iterator[str]:
        """The alias to write to, in one transaction that is on disk at the end. Raises what `reading` raises."""
        with self._in_words():
            self._prepare()
            with transaction.atomic(using=self.alias, durable=True):
                yield self.alias

    @contextmanager
    def snapshot(self) -> Iterator[str]:
        """The alias to read from, in one transaction that sees one state however many statements it takes."""
        with self._in_words():
            self._prepare()
            with transaction.atomic(using=self.alias, durable=True):
                if self.where.file is None:
                    with connections[self.alias].cursor() as cursor:
                        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield self.alias

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        connections[self.alias].close()
        self._ready = False

    def _prepare(self) -> None:
        if self._ready and self.exists:
            return
        if self.where.file is not None:
            self._make_folder(self.where.file.parent)
        if self.alias in connections and not self.exists:
            connections[self.alias].close()
        self._bring_up_to_date()
        self._ready = True

    def _bring_up_to_date(self) -> None:
        if not self._to_do():
            return
        with self._alone():
            executor = MigrationExecutor(connections[self.alias])
            executor.migrate(executor.loader.graph.leaf_nodes())

    def _to_do(self) -> bool:
        executor = MigrationExecutor(connections[self.alias])
        loader = executor.loader
        unknown = sorted(
            f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in loader.disk_migrations
        )
        if unknown:
            raise RecordsNewer(place=self.where.name, steps=tuple(unknown))
        return bool(executor.migration_plan(loader.graph.leaf_nodes()))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self.where.file is not None:
            with self.where.file.with_suffix(".lock").open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            return
        with connections[self.alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except Error as error:
            # A server that was away for a moment leaves a connection that will never work again.
            connections[self.alias].close()
            raise RecordsUnusable(place=self.where.name, reason=_reason(error)) from error
        except OSError as error:
            raise RecordsUnusable(place=self.where.name, reason=file_reason(error=error)) from error


def _reason(error: Error) -> Message | str:
    text = str(error)
    if "disk is full" in text or "No space left" in text:
        return Message("reason.disk-full")
    if "database is locked" in text:
        return Message("reason.locked")
    return text.partition("\n")[0]


def to_text(data: Any) -> str:
    """This returns plain data as the text that the records keep: ASCII, keys in their order."""
    return json.dumps(data)


def in_parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """This returns the values in parts that fit into one statement."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
