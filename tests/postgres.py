"""A PostgreSQL of the tests' own: in a temporary folder, as a user without rights, on a socket and no network."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Cluster:
    """A running server and the folder of its socket."""

    programs: Path
    folder: Path
    user: str | None
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the user of the cluster."""
        command = [str(self.programs / program), *arguments]
        # The server goes on running: it must not hold a pipe that somebody waits for.
        run = subprocess.run(
            command,
            cwd=self.folder,
            user=self.user,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert run.returncode == 0, command

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"funnelpact{next(self.numbers)}"
        self.run("createdb", "--host", str(self.folder), "--username", "funnelpact", name)
        return f"postgresql:///{name}?host={quote(str(self.folder), safe='')}&user=funnelpact"


@contextmanager
def cluster(initdb: str) -> Iterator[Cluster]:
    """A new cluster, running; stopped and removed at the end."""
    # The path of a socket must be short.
    folder = Path(mkdtemp(prefix="fp-pg-"))
    user = None
    if os.geteuid() == 0:
        known = {entry.pw_name for entry in pwd.getpwall()}
        user = next(name for name in UNPRIVILEGED if name in known)
        shutil.chown(folder, user)
    made = Cluster(programs=Path(initdb).resolve().parent, folder=folder, user=user)
    data = str(folder / "data")
    try:
        made.run(
            "initdb", "--pgdata", data, "--username", "funnelpact", "--auth", "trust", "--encoding", "UTF8", "--no-sync"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200"
        log = str(folder / "log")
        made.run("pg_ctl", "--pgdata", data, "--log", log, "--options", options, "--wait", "start")
        try:
            yield made
        finally:
            made.run("pg_ctl", "--pgdata", data, "--mode", "immediate", "--wait", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
