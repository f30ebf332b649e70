"""Cohorts by month and age as a heat map in which the young cells are told apart by their outline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from funnelpact.core.terms.answers.pictures import Cohort, CohortCell, Triangle
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message
from funnelpact.core.view.charts.theme import LIGHT, Spec, Theme, chart, mixed, readable
from funnelpact.core.view.language import Language

CELL_WIDTH, CELL_HEIGHT = 62, 26
MOST_COHORTS = 24
"""So many months at most are drawn, the newest."""
PALEST, DEEPEST = 0.08, 0.95
"""How thickly the accent lies on the cells of the smallest and of the largest share."""


def triangle_chart(*, triangle: Triangle, language: Language, theme: Theme = LIGHT) -> Spec:
    """This returns the picture of what became of each month's passes: rows are months, columns ages, cells shares.

    A counted cell is filled; a young one, estimated from the part of the month that has had its time, is outlined in
    dashes on a pale ground. Where too few have had it there is no cell.
    """
    rows = triangle.cohorts[-MOST_COHORTS:]
    shares = [cell.share.value for row in rows for cell in row.cells if cell.share is not None]
    highest = max(shares, default=Fraction(0)) or Fraction(1)
    values = [
        _cell(row, cell, highest, language=language, theme=theme)
        for row in rows
        for cell in row.cells
        if cell.share is not None
    ]
    ages = [language.say(Message("chart.within", days=age)) for age in triangle.ages]
    months = [_row_name(row, language) for row in rows]
    body: Spec = {
        "data": {"values": values},
        "width": CELL_WIDTH * max(1, len(ages)),
        "height": CELL_HEIGHT * max(1, len(months)),
        "layer": _layers(ages, months, theme),
    }
    return chart(
        body=body,
        title=language.say(_title(triangle)),
        below=[
            language.say(Message("chart.triangle.below", day=triangle.as_of)),
            language.say(Message("chart.triangle.young")),
        ],
        alt=language.say(_alt(triangle, rows)),
        theme=theme,
    )


def _layers(ages: list[str], months: list[str], theme: Theme) -> list[Spec]:
    axis = {"title": None, "domain": False, "grid": False}
    across, down = {**axis, "orient": "top", "labelAngle": 0}, {**axis, "labelLimit": 240}
    place = {
        "x": {"field": "age", "type": "ordinal", "scale": {"domain": ages}, "axis": across},
        "y": {"field": "month", "type": "ordinal", "scale": {"domain": months}, "axis": down},
    }
    box = {"type": "rect", "cornerRadius": 3, "width": CELL_WIDTH - 4, "height": CELL_HEIGHT - 4}
    dashed = {"fill": theme.surface_2, "stroke": theme.control, "strokeDash": [3, 2], "strokeWidth": 1}

    def own(field: str) -> Spec:
        return {"field": field, "type": "nominal", "scale": None}

    return [
        {"transform": [{"filter": "!datum.young"}], "mark": box, "encoding": {**place, "fill": own("fill")}},
        {"transform": [{"filter": "datum.young"}], "mark": {**box, **dashed}, "encoding": place},
        {
            "mark": {"type": "text", "fontSize": 12},
            "encoding": {**place, "text": {"field": "text"}, "color": own("ink")},
        },
    ]


def _title(triangle: Triangle) -> Message:
    start, end = (stage_label(stage=stage) for stage in (triangle.step.start, triangle.step.end))
    return Message("chart.triangle.title", start=start, end=end)


def _alt(triangle: Triangle, rows: tuple[Cohort, ...]) -> Message:
    counted = [(row, cell) for row in rows for cell in row.cells if cell.share is not None and not cell.young]
    if not counted:
        return Message("chart.triangle.alt.young", finding=_title(triangle), day=triangle.as_of)
    # The longest age that half of the months have had, so that more than the oldest is spoken of.
    had = {age: [cell.share for _, cell in counted if cell.age == age] for age in {cell.age for _, cell in counted}}
    age = max((age for age, found in had.items() if 2 * len(found) >= len(rows)), default=min(had))
    shares = [share for share in had[age] if share is not None]
    return Message(
        "chart.triangle.alt.counted",
        finding=_title(triangle),
        day=triangle.as_of,
        months=len(shares),
        all=len(rows),
        days=age,
        low=min(shares),
        high=max(shares),
    )


def _row_name(row: Cohort, language: Language) -> str:
    month = f"{language.months[row.month.month - 1]} {row.month.year}"
    return language.say(Message("chart.triangle.row", month=month, passes=row.passes))


def _cell(row: Cohort, cell: CohortCell, highest: Fraction, *, language: Language, theme: Theme) -> dict[str, Any]:
    share = cell.share.value if cell.share is not None else Fraction(0)
    part = PALEST + (DEEPEST - PALEST) * float(share / highest)
    fill = theme.surface_2 if cell.young else mixed(colour=theme.accent, ground=theme.surface, part=part)
    return {
        "month": _row_name(row, language),
        "age": language.say(Message("chart.within", days=cell.age)),
        "share": round(float(share), 6),
        "young": cell.young,
        "text": language.percent(share, places=1),
        "fill": fill,
        "ink": theme.ink_2 if cell.young else readable(ground=fill, inks=(theme.ink, theme.on_accent)),
    }
