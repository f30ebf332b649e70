"""What a command that draws a picture of the funnel asks for and says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from funnelpact.apps.cli.shared import help_text, print_notes, print_sentences
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

if TYPE_CHECKING:
    from funnelpact.workflows.ports import FactStore, FunnelMappings


class Asked(TypedDict):
    """What is asked of the funnel, as for `learn_funnel`."""

    store: FactStore
    as_of: date | None
    known_at: datetime | None
    by: str | None
    horizon_days: int
    mappings: FunnelMappings | None
    accepted: Collection[str]


class Kind(Enum):
    """What can be drawn of a funnel."""

    CURVES = "curves"
    TRIANGLE = "triangle"
    FUNNEL = "funnel"


ChartFile = Annotated[Path | None, typer.Option("--chart", help=help_text("chart.file"))]
ChartKind = Annotated[Kind, typer.Option("--chart-kind", help=help_text("chart.kind"))]
Dark = Annotated[bool, typer.Option("--dark", help=help_text("chart.dark"))]


def draw(path: Path, kind: Kind, spoken: Language, *, dark: bool, asked: Asked) -> None:
    """Draw a picture into a file, and say what it shows, where it is and what must be known beside it."""
    from funnelpact.apps.wiring import write_chart

    spec, notes = spec_of(kind, spoken, dark=dark, asked=asked)
    write_chart(path=path, spec=spec)
    typer.echo(spec["description"])
    print_sentences([Message("chart.written", path=str(path))], spoken)
    print_notes(notes, spoken)


def spec_of(kind: Kind, spoken: Language, *, dark: bool, asked: Asked) -> tuple[dict[str, Any], tuple[Message, ...]]:
    """The specification of a picture, and what must be known beside it."""
    from funnelpact.core.view.charts.curves import curves_chart
    from funnelpact.core.view.charts.funnel import funnel_chart
    from funnelpact.core.view.charts.theme import DARK, LIGHT
    from funnelpact.core.view.charts.triangle import triangle_chart
    from funnelpact.workflows.learn import learn_funnel
    from funnelpact.workflows.pictures import curves_of, triangle_of

    theme = DARK if dark else LIGHT
    match kind:
        case Kind.CURVES:
            curves = curves_of(**asked)
            return curves_chart(curves=curves, language=spoken, theme=theme), curves.notes
        case Kind.TRIANGLE:
            triangle = triangle_of(**asked)
            return triangle_chart(triangle=triangle, language=spoken, theme=theme), triangle.notes
        case Kind.FUNNEL:
            findings = learn_funnel(**asked).findings
            return funnel_chart(findings=findings, language=spoken, theme=theme), findings.notes
