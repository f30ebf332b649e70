"""What a process synced before it acknowledged, read from a record of its system calls."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from scripts.setup import ROOT

CALLS = "fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,write"
_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_TEXTS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Audit:
    """Acknowledgements that were given, and what was not yet on disk when one was given."""

    acknowledged: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


def audit(*, strace: str, place: Path, work: str, times: int, variant: tuple[str, ...] = ()) -> Audit:
    """What a writer synced at its work in a new folder in that place, judged call by call."""
    record, folder = place / "calls", place / "new" / "data"
    command = [sys.executable, "-m", "tests.recovery.writer", str(folder), "", work, str(times), *variant]
    tracer = [strace, "--follow-forks", "--decode-fds=path", f"--trace={CALLS}", "--string-limit=200"]
    run = subprocess.run(
        [*tracer, f"--output={record}", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return _judge(_calls(record.read_text("utf-8", errors="replace")), str(folder.parent))


def _calls(record: str) -> list[tuple[str, str]]:
    """Name and arguments of every call that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    found = []
    for line in record.splitlines():
        process, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[process] = rest.removesuffix("<unfinished ...>").rstrip()
            continue
        resumed = _RESUMED.match(rest)
        if resumed:
            rest = begun.pop(process, "") + resumed[2]
        call = _CALL.match(rest)
        if call and int(call[3]) >= 0:
            found.append((call[1], call[2]))
    return found


def _judge(calls: list[tuple[str, str]], folder: str) -> Audit:
    result = Audit()
    synced: set[str] = set()
    owed: dict[str, str] = {}
    database = False
    for name, arguments in calls:
        texts = _TEXTS.findall(arguments)
        if name in {"fsync", "fdatasync"}:
            path = arguments.partition("<")[2].rstrip(">")
            synced.add(path)
            owed = {what: by for what, by in owed.items() if by != path}
            # The commit must come after the files that it lets count.
            database = path.endswith("records.sqlite3") or (database and "/facts" not in path)
        elif name.startswith("rename") and texts[0].startswith(folder):
            result.files += 1
            if texts[0] not in synced:
                result.missing.append(f"content of {texts[1]}")
            owed[f"name of {texts[1]}"] = str(Path(texts[1]).parent)
        elif name.startswith("mkdir") and texts[0].startswith(folder):
            owed[f"folder {texts[0]}"] = str(Path(texts[0]).parent)
        elif name == "write" and arguments.startswith("1<") and "ready" not in arguments:
            result.acknowledged += 1
            result.missing += owed
            if not database:
                result.missing.append("commit of the database")
            owed, database = {}, False
    return result
