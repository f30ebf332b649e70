"""Runs all benchmarks, or those named: `make bench` or `python -m benchmarks start`.

A benchmark is a module `bench_<name>.py` with a function `run()` that returns rows. Ours and the other are measured in one
run on one machine, so the ratio can be compared between machines when the seconds cannot.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks.rows import Row


def main() -> None:
    """Print a table, and end badly if a ratio is above its limit."""
    modules = sorted(file.stem for file in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in modules if not sys.argv[1:] or name.removeprefix("bench_") in sys.argv[1:]]
    if not chosen:
        sys.exit(f"There is no such benchmark. There are: {', '.join(name.removeprefix('bench_') for name in modules)}")
    print(f"{'what':<44}{'ours':>12}{'other':>12}{'ratio':>8}{'limit':>8}  other")
    broken = []
    for name in chosen:
        rows: list[Row] = importlib.import_module(f"benchmarks.{name}").run()
        for row in rows:
            limit = "" if row.at_most is None else f"{row.at_most:g}"
            figures = f"{row.ours:>10.3f} {row.unit}{row.other:>10.3f} {row.unit}{row.ratio:>8.2f}{limit:>8}"
            print(f"{row.what:<44}{figures}  {row.other_name}", flush=True)
            if not row.is_kept:
                broken.append(row.what)
    if broken:
        sys.exit(f"Slower than allowed: {'; '.join(broken)}")


if __name__ == "__main__":
    main()
