"""`funnelpact data …`: the commands about the imported facts themselves."""

from __future__ import annotations

import typer

from funnelpact.apps.cli.quality import quality
from funnelpact.apps.cli.shared import help_text

data = typer.Typer(help=help_text("data_group"), no_args_is_help=True)
data.command(help=help_text("quality.help"))(quality)
