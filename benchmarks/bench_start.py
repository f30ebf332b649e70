"""How long `funnelpact calc` takes from a cold start, beside a Typer program that does nothing."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row

RUNS = 15
BARE = """\
import typer

app = typer.Typer()


@app.command()
def hello(name: str) -> None:
    typer.echo(f"Hello {name}")


app()
"""
CALC = "calc --quota 500000 --aov 2000 --rate mql:sql=34% --rate sql:opportunity=82% --rate opportunity:won=23%"


def seconds(command: list[str]) -> float:
    """One run, with compiled files as an installed program has them."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def run() -> list[Row]:
    """Medians of alternating runs, so that a busy moment of the machine hits both."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "hello.py"
        script.write_text(BARE, encoding="utf-8")
        bare = [sys.executable, str(script), "Ada"]
        ours = [str(Path(sys.executable).with_name("funnelpact")), *CALC.split()]
        for command in (bare, ours):
            seconds(command)
        pairs = [(seconds(bare), seconds(ours)) for _ in range(RUNS)]
    bare_median, our_median = (statistics.median(times) for times in zip(*pairs, strict=True))
    return [
        Row(
            what="cold start of funnelpact calc",
            ours=our_median,
            other=bare_median,
            other_name="a Typer hello-world",
            at_most=3,
        )
    ]
