"""The command line. Commands load what they need when they run, so that the calculator starts at once."""

from __future__ import annotations

import io
import sys

import typer

from funnelpact.apps.cli.calc import calc
from funnelpact.apps.cli.data.group import data
from funnelpact.apps.cli.demo import demo
from funnelpact.apps.cli.imports import import_files
from funnelpact.apps.cli.measure.backtest import backtest
from funnelpact.apps.cli.measure.drift import drift
from funnelpact.apps.cli.measure.funnel import funnel
from funnelpact.apps.cli.measure.measures import cadence, response
from funnelpact.apps.cli.measure.money import pipeline, retention, value
from funnelpact.apps.cli.measure.reconcile import reconcile
from funnelpact.apps.cli.plan import plan
from funnelpact.apps.cli.shared import help_text

app = typer.Typer(
    name="funnelpact", help=help_text("app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command(help=help_text("calc.help"))(calc)
app.command("import", help=help_text("import.help"))(import_files)
app.command(help=help_text("funnel.help"))(funnel)
app.command(help=help_text("plan.help"))(plan)
app.command(help=help_text("response.help"))(response)
app.command(help=help_text("cadence.help"))(cadence)
app.command(help=help_text("drift.help"))(drift)
app.command(help=help_text("reconcile.help"))(reconcile)
app.command(help=help_text("value.help"))(value)
app.command(help=help_text("pipeline.help"))(pipeline)
app.command(help=help_text("retention.help"))(retention)
app.command(help=help_text("demo.help"))(demo)
app.add_typer(backtest, name="backtest")
app.add_typer(data, name="data")


def run() -> None:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Where a terminal or a pipe cannot carry "÷" or "€", a question mark stands in for it.
            stream.reconfigure(errors="replace")
    app()
