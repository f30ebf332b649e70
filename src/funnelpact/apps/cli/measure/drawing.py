"""What a command that draws a picture of the funnel asks for and says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import help_text, print_json, print_notes, print_sentences
from funnelpact.apps.drawing import Asked, Kind, spec_of
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

ChartFile = Annotated[Path | None, typer.Option("--chart", help=help_text("chart.file"))]
ChartKind = Annotated[Kind, typer.Option("--chart-kind", help=help_text("chart.kind"))]
Dark = Annotated[bool, typer.Option("--dark", help=help_text("chart.dark"))]


def draw(path: Path, kind: Kind, spoken: Language, *, dark: bool, as_json: bool, asked: Asked) -> None:
    """Draw a picture into a file, and say what it shows, where it is and what must be known beside it."""
    from funnelpact.apps.wiring import check_chart, write_chart

    check_chart(path=path)
    spec, notes = spec_of(kind, spoken, dark=dark, asked=asked)
    write_chart(path=path, spec=spec)
    if as_json:
        shown = {"chart": str(path), "kind": kind.value, "shows": spec["description"]}
        print_json({**shown, "notes": [spoken.say(note) for note in notes]})
        return
    typer.echo(spec["description"])
    print_sentences([Message("chart.written", path=str(path))], spoken)
    print_notes(notes, spoken)
