"""How the database of the records is found, made safe and brought up to date."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from funnelpact.adapters.records.database import RecordsNewer, RecordsUnusable
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.records.settings import DatabaseUnknown, RecordsUnsafe, place, start_django
from tests.postgres import Cluster
from tests.stores import records_in

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[4]


def test_sqlite_promises_what_it_acknowledges(tmp_path: Path):
    """A journal that is cut off, everything synced, write locks taken at the beginning."""
    records = records_in(tmp_path)
    with records.writing() as alias, connections[alias].cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
        other = sqlite3.connect(tmp_path / "records.sqlite3", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()

    assert found == {"journal_mode": "truncate", "synchronous": 2, "busy_timeout": 30_000}


def test_a_sqlite_that_keeps_another_journal_is_refused(tmp_path: Path):
    """Somebody holds the file open in another mode, so that ours cannot be set."""
    records = records_in(tmp_path)
    with records.writing():
        pass
    records.close()
    other = sqlite3.connect(tmp_path / "records.sqlite3")
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM records_batch").fetchone()
    records.where.entry["OPTIONS"]["timeout"] = 0.1
    with pytest.raises((RecordsUnsafe, RecordsUnusable)), records.writing():
        pass
    other.close()


def test_a_postgresql_that_acknowledges_early_is_refused(postgres: Cluster):
    """Until its setting is right."""
    address = postgres.new_database()
    name = address.removeprefix("postgresql:///").partition("?")[0]
    with psycopg.connect(host=str(postgres.folder), user="funnelpact", dbname=name, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        with pytest.raises(RecordsUnsafe, match="synchronous_commit"), records_in(Path(), address=address).writing():
            pass
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        number = Inbox(records_in(Path(), address=address)).put(source="s", body=b"", received_at=NOON)

    assert number == 1


@pytest.mark.parametrize("address", ["mysql://host/db", "postgresql://host", "records.sqlite3"])
def test_other_databases_are_not_known(address: str, tmp_path: Path):
    """Said in words, without showing a password."""
    with pytest.raises(DatabaseUnknown):
        place(folder=tmp_path, address=address)


def test_an_address_has_its_parts():
    """As everywhere else where PostgreSQL is named; names and passwords may be escaped, sockets named by folder."""
    entry = place(folder=Path(), address="postgresql://ay%40se:p%2Fw@db.example:6543/pact?sslmode=require").entry
    socket = place(folder=Path(), address="postgresql:///pact?host=%2Frun%2Fpg&user=u").entry

    assert {name: entry[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "pact",
        "USER": "ay@se",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6543",
    }
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert (socket["HOST"], socket["USER"], socket["PORT"]) == ("/run/pg", "u", "")


def test_a_database_of_a_later_release_is_left_alone(tmp_path: Path, database: str | None):
    """It has been changed in a way that this release does not know."""
    records = records_in(tmp_path, address=database)
    with records.writing() as alias:
        MigrationRecorder(connections[alias]).record_applied("records", "9999_later")
    records.close()

    with pytest.raises(RecordsNewer, match="9999_later"), records_in(tmp_path, address=database).reading():
        pass


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path):
    """And left as it is."""
    (tmp_path / "records.sqlite3").write_bytes(b"something else" * 100)
    with pytest.raises(RecordsUnusable), records_in(tmp_path).reading():
        pass

    assert (tmp_path / "records.sqlite3").read_bytes() == b"something else" * 100


def test_many_processes_may_be_the_first(tmp_path: Path, database: str | None):
    """One brings the database up to date, the others wait for it."""
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC;"
        "from tests.stores import records_in; from funnelpact.adapters.records.inbox import Inbox;"
        "Inbox(records_in(Path(sys.argv[1]), address=sys.argv[2] or None))"
        ".put(source='s', body=b'', received_at=datetime.now(UTC))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), database or ""], stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(3)
    ]
    said = [process.communicate()[1] for process in started]

    assert [process.returncode for process in started] == [0] * 3, said
    (waiting,) = Inbox(records_in(tmp_path, address=database)).waiting()
    assert waiting.count == 3


def test_records_are_ready_soon():
    """Django with these models starts in well under half a second (five times that here, for busy machines)."""
    code = (
        "import time; start = time.perf_counter(); import funnelpact.adapters.records.models, sys;"
        "print(time.perf_counter() - start, 'django.contrib.auth' in sys.modules, 'ibis' in sys.modules)"
    )
    seconds, auth, engine = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert float(seconds) < 2.5
    assert (auth, engine) == ("False", "False")


def test_the_models_are_what_the_migrations_make():
    """A change of a model without a migration would fail at the first use."""
    start_django()
    loader = MigrationLoader(None)
    wanted = ProjectState.from_apps(apps)
    changes = MigrationAutodetector(loader.project_state(), wanted).changes(graph=loader.graph)

    assert changes == {}
