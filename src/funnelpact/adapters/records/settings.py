"""Django, started without a settings module, and the databases that it is given while it runs.

Only the ORM is loaded. The first database of a process is Django's `default`; each further one gets a name of its own, so
that a restore can read one and write another.
"""

from __future__ import annotations

import importlib.util
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created

from funnelpact.core.terms.problem import Problem

OPEN_AT_MOST = 8
"""Databases of one process that stay open; only tests and restores have more than one."""
WAIT_SECONDS = 30
SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

_open: OrderedDict[str, str] = OrderedDict()


class DatabaseUnknown(Problem):
    """The setting of the database is no address of PostgreSQL."""

    code = "database-unknown"


class PostgresMissing(Problem):
    """PostgreSQL is asked for, and the library that speaks to it is not installed."""

    code = "postgres-missing"


class RecordsUnsafe(Problem):
    """The database does not promise that what it acknowledged is on disk."""

    code = "records-unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where records are kept: Django's entry for the database, a name for people, and the file if it is one."""

    entry: dict[str, Any]
    name: str
    file: Path | None


def start_django() -> None:
    """Start Django once; further calls do nothing, and settings that are there already stay."""
    if settings.configured:
        return
    settings.configure(
        INSTALLED_APPS=["funnelpact.adapters.records"],
        DATABASES={},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="UTC",
        USE_I18N=False,
        LOGGING_CONFIG=None,
    )
    connection_created.connect(_assert_durable, dispatch_uid="funnelpact.records")
    django.setup()


def place(*, folder: Path, address: str | None = None) -> Place:
    """The place of the records: PostgreSQL at its address, or without one a file in the data folder.

    Raises `DatabaseUnknown` and `PostgresMissing`.
    """
    if not address:
        file = folder / "records.sqlite3"
        pragmas = "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": WAIT_SECONDS, "init_command": pragmas}
        return Place(entry={"ENGINE": SQLITE, "NAME": str(file), "OPTIONS": options}, name=str(file), file=file)
    parts = urlsplit(address)
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not database:
        raise DatabaseUnknown(address=parts.scheme + "://…" if parts.scheme else "…")
    if importlib.util.find_spec("psycopg") is None:
        raise PostgresMissing(command="pip install 'funnelpact[postgres]'")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = options.pop("host", None) or unquote(parts.hostname or "")
    port = options.pop("port", None) or str(parts.port or "")
    entry = {
        "ENGINE": POSTGRESQL,
        "NAME": database,
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {"connect_timeout": str(WAIT_SECONDS), **options},
    }
    return Place(entry=entry, name=f"postgresql://{host}/{database}", file=None)


def open_database(where: Place) -> str:
    """The alias under which Django knows the database at that place; the same place has the same alias."""
    start_django()
    identity = repr(sorted(where.entry.items(), key=lambda item: item[0]))
    known = _open.get(identity)
    if known is None:
        known = f"records-{len(_open)}" if _open else "default"
        databases: dict[str, dict[str, Any]] = {"default": {}, known: dict(where.entry)}
        connections.settings[known] = connections.configure_settings(databases)[known]
        if hasattr(connections._connections, known):
            # Django made a placeholder for a default database that was not set.
            del connections[known]
        _open[identity] = known
    _open.move_to_end(identity)
    for alias in list(_open.values())[:-OPEN_AT_MOST]:
        connections[alias].close()
    return known


def _assert_durable(*, connection: Any, **_: object) -> None:
    """Refuse a connection whose commits may be lost when the power fails."""
    if connection.vendor == "sqlite":
        found = {"journal_mode": "truncate", "synchronous": "2"}
        questions = {name: f"PRAGMA {name}" for name in found}
    else:
        found = {"synchronous_commit": "on", "fsync": "on"}
        questions = {name: f"SHOW {name}" for name in found}
    for name, wanted in found.items():
        with connection.cursor() as cursor:
            cursor.execute(questions[name])
            value = str(cursor.fetchone()[0])
        if value != wanted:
            connection.close()
            raise RecordsUnsafe(setting=name, value=value, wanted=wanted)
