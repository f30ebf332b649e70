"""How long three large exports take from their files to facts, beside a pandas script that makes the same columns."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.rows import Row

RUNS = 3
WRITE = """\
import sys
from pathlib import Path

from benchmarks.import_files import write_exports

write_exports(folder=Path(sys.argv[1]))
"""
END = """
import resource
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
OURS = """\
import sys
import time
from pathlib import Path

from funnelpact.adapters.connectors.files.source import FileSource

start = time.perf_counter()
read = FileSource(paths=tuple(map(Path, sys.argv[1:]))).read()
assert {name: len(table) for name, table in read.facts.items()}.keys() == {"leads", "transitions", "touches"}
"""
# Everything that ours finds out by itself is given here: which column is what, and that days have their year first.
OTHER = """\
import sys
import time

import pandas as pd

start = time.perf_counter()
nulls = ["", "-", "n/a", "N/A", "null", "none", "unknown", "Unknown"]
facts = []
for path, key, when, kind in zip(
    sys.argv[1:], ["Lead ID", None, "Activity ID"], ["Created At", "Changed At", "Activity Date"], ["leads", "moves", "activities"]
):
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=nulls)
    for column in frame:
        frame[column] = frame[column].str.strip()
    said = frame[key] if key else frame[when] + "/" + frame["Lead ID"] + "/" + frame["New Stage"]
    facts.append(frame.assign(source="files", source_id=kind + "/" + said, happened_at=pd.to_datetime(frame[when], utc=True)))
"""


def measured(script: str, files: tuple[Path, ...]) -> tuple[float, float]:
    """Seconds and gibibytes of one run in a process of its own."""
    command = [sys.executable, "-c", script + END, *map(str, files)]
    seconds, memory = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    return float(seconds), float(memory)


def run() -> list[Row]:
    """The best of alternating runs; 1,000,000 leads, 1,600,000 stage entries, 4,000,000 touches."""
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what runs next would else count the memory that this one has taken.
        subprocess.run([sys.executable, "-c", WRITE, folder], check=True)
        files = tuple(Path(folder) / f"{name}.csv" for name in ("leads", "history", "activities"))
        pairs = [(measured(OURS, files), measured(OTHER, files)) for _ in range(RUNS)]
    ours, other = (tuple(map(min, zip(*runs, strict=True))) for runs in zip(*pairs, strict=True))
    name = "pandas, told what each column is"
    return [
        Row(what="6.6 million rows of CSV to facts", ours=ours[0], other=other[0], other_name=name, at_most=1.5),
        Row(what="memory for that", ours=ours[1], other=other[1], unit="GiB", other_name=name),
    ]
