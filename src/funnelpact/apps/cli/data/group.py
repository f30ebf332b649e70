"""`funnelpact data`: everything about what is kept. Each command stands in a module of its own."""

from __future__ import annotations

import typer

from funnelpact.apps.cli.data.keeping import backup, doctor, rebuild, restore
from funnelpact.apps.cli.data.mapping import mapping
from funnelpact.apps.cli.data.person import person
from funnelpact.apps.cli.data.quality import quality
from funnelpact.apps.cli.shared import help_text

data = typer.Typer(help=help_text("data_group"), no_args_is_help=True)
data.command(help=help_text("quality.help"))(quality)
data.command(help=help_text("doctor.help"))(doctor)
data.command(help=help_text("rebuild.help"))(rebuild)
data.command(help=help_text("backup.help"))(backup)
data.command(help=help_text("restore.help"))(restore)
data.add_typer(mapping, name="mapping")
data.add_typer(person, name="person")
