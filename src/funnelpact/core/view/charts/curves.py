"""Curves by age as small pictures of one scale: one for each segment, with its band, all passes behind it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from funnelpact.core.terms.answers.pictures import CurveLine, CurvePoint, Curves
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.charts.theme import LIGHT, Spec, Theme, chart, label_expression, rate_axis
from funnelpact.core.view.funnel import segment_name
from funnelpact.core.view.language import Language

MOST_PANELS = 12
"""So many segments at most are drawn, the largest; the tables have all."""
IN_A_ROW = 3
ROOM_ABOVE = Fraction(23, 20)
"""The axis ends this much above the highest curve; a band may be cut there, and the subtitle says so."""


def curves_chart(*, curves: Curves, language: Language, theme: Theme = LIGHT) -> Spec:
    """This returns the picture of the share that has moved on by age, with its 95 % band, for each segment.

    Solid up to the age on which enough passes were watched, dashed beyond. With a breakdown each segment has a panel in which
    the curve of all passes stands behind its own. Segments without a rate are left out; the text below tells how many.
    """
    drawn = [line for line in curves.lines if line.points]
    parts = drawn[1:] if curves.by is not None and len(drawn) > 1 else drawn
    shown = parts[:MOST_PANELS]
    peaks = [point.share.value for line in (*drawn[:1], *shown) for point in line.points]
    highest = max(peaks, default=Fraction(0)) * ROOM_ABOVE
    axis, end = rate_axis(highest=highest, language=language)
    panels = len(shown) > 1
    size = {"width": 220, "height": 130} if panels else {"width": 640, "height": 300}
    layers = _layers(curves, axis, float(end), language=language, theme=theme, panels=panels)
    inner: Spec = {**size, "layer": layers}
    rows = [row for line in shown for row in _rows(line, drawn[0] if panels else None, language)]
    body: Spec = {"data": {"values": rows}, **inner}
    if panels:
        names = [_panel(line, language) for line in shown]
        facet = {"field": "panel", "type": "nominal", "sort": names, "header": {"title": None}}
        body = {"data": {"values": rows}, "facet": facet, "columns": IN_A_ROW, "spacing": 22, "spec": inner}
        body["resolve"] = {"axis": {"x": "independent"}}
    cut = any(point.high.value > end for line in shown for point in line.points)
    below = _below(curves, left_out=len(curves.lines) - len(drawn) + len(parts) - len(shown), cut=cut)
    return chart(
        body=body,
        title=language.say(_title(curves)),
        below=[language.say(sentence) for sentence in below],
        alt=language.say(_alt(curves, shown, language)),
        theme=theme,
    )


def _title(curves: Curves) -> Message:
    step, rate = curves.step, curves.lines[0].rate if curves.lines else None
    start, end = stage_label(stage=step.start), stage_label(stage=step.end)
    if rate is None or not isinstance(rate.value, Rate):
        return Message("chart.curves.unknown", start=start, end=end)
    return Message("chart.curves.title", start=start, end=end, rate=rate.value, days=rate.horizon_days or 0)


def _below(curves: Curves, *, left_out: int, cut: bool) -> tuple[Message, ...]:
    sentences = [Message("chart.curves.below", day=curves.as_of)]
    if curves.by is not None:
        sentences.append(Message("chart.curves.by", by=curves.by))
    if cut:
        sentences.append(Message("chart.curves.cut"))
    if left_out:
        sentences.append(Message("chart.curves.left_out", count=left_out))
    return tuple(sentences)


def _alt(curves: Curves, shown: list[CurveLine], language: Language) -> Message:
    parts = tuple(_panel(line, language) for line in shown)
    return Message("chart.curves.alt", finding=_title(curves), day=curves.as_of, segments=parts)


def _panel(line: CurveLine, language: Language) -> str:
    name = language.write(segment_name(name=line.segment))
    rate, days = line.rate.value, line.rate.horizon_days or 0
    if not isinstance(rate, Rate):
        return name
    return language.say(Message("chart.curves.panel", name=name, rate=rate, days=days))


def _rows(line: CurveLine, behind: CurveLine | None, language: Language) -> list[dict[str, Any]]:
    panel = _panel(line, language)
    rows = [_row(panel, "own", point) for point in line.points]
    if line.firm_until is not None:
        # The last firm point begins the dashed part, so that the line has no gap.
        rows = [{**row, "firm": row["age"] <= line.firm_until} for row in rows]
        rows += [{**row, "firm": False} for row in rows if row["age"] == line.firm_until]
    if behind is not None:
        rows += [
            {**_row(panel, "all", point), "firm": True}
            for point in behind.points
            if behind.firm_until is not None and point.age <= behind.firm_until
        ]
    return rows


def _row(panel: str, of: str, point: CurvePoint) -> dict[str, Any]:
    numbers = {"share": point.share, "low": point.low, "high": point.high}
    return {
        "panel": panel,
        "of": of,
        "age": point.age,
        **{key: round(float(rate.value), 6) for key, rate in numbers.items()},
    }


def _layers(curves: Curves, axis: Spec, end: float, *, language: Language, theme: Theme, panels: bool) -> list[Spec]:
    ticks = _ages(max((point.age for line in curves.lines for point in line.points), default=curves.horizon_days))
    if panels:
        ticks = ticks[::2] if len(ticks) > 4 else ticks
    labels = {float(age): language.say(Message("chart.day", day=age)) for age in ticks}
    x = {
        "field": "age",
        "type": "quantitative",
        "scale": {"nice": False},
        "axis": {"values": ticks, "labelExpr": label_expression(labels=labels), "title": None},
    }
    scale = {"domain": [0, end], "clamp": True}

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": scale, "axis": {**axis, "title": None}}

    own, firm = "datum.of === 'own'", "datum.firm"
    line = {"type": "line", "interpolate": "step-after", "color": theme.accent, "strokeWidth": 2.25, "clip": True}
    layers: list[Spec] = [
        {
            "transform": [{"filter": own}],
            "mark": {"type": "area", "interpolate": "step-after", "color": theme.accent, "opacity": 0.16, "clip": True},
            "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": "datum.of === 'all'"}],
            "mark": {**line, "color": theme.control, "strokeWidth": 1.25},
            "encoding": {"x": x, "y": y("share")},
        },
        {"transform": [{"filter": f"{own} && {firm}"}], "mark": line, "encoding": {"x": x, "y": y("share")}},
        {
            "transform": [{"filter": f"{own} && !{firm}"}],
            "mark": {**line, "strokeDash": [3, 3]},
            "encoding": {"x": x, "y": y("share")},
        },
    ]
    return layers if panels else [layers[0], *layers[2:]]


def _ages(last: int) -> list[int]:
    """Ages to write on the axis: five to eight of them, months where they are many."""
    step = next((days for days in (1, 5, 10, 30, 60, 90, 180, 365) if last <= 7 * days), 730)
    return list(range(0, last + 1, step))
