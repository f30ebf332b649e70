"""The command line. Commands load what they need when they run, so that the calculator starts at once."""

from __future__ import annotations

import typer

from funnelpact.apps.cli.calc import calc
from funnelpact.apps.cli.shared import help_text

app = typer.Typer(
    name="funnelpact", help=help_text("app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command(help=help_text("calc.help"))(calc)


@app.callback()
def root() -> None:
    """Keep the commands as subcommands even while there is only one."""


def run() -> None:
    """The entry point of the installed command."""
    app()
