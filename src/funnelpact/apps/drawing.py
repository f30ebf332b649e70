"""What can be drawn of a funnel, and the specification of it; shared by commands and notebooks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypedDict

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


def spec_of(kind: Kind, spoken: Language, *, dark: bool, asked: Asked) -> tuple[dict[str, Any], tuple[Message, ...]]:
    """The specification of a picture, and what must be known beside it."""
    from funnelpact.core.view.charts.curves import curves_chart
    from funnelpact.core.view.charts.funnel import funnel_chart
    from funnelpact.core.view.charts.theme import DARK, LIGHT
    from funnelpact.core.view.charts.triangle import triangle_chart
    from funnelpact.workflows.measuring.learn import learn_funnel
    from funnelpact.workflows.measuring.pictures import curves_of, triangle_of

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
