"""The funnel as bars: how many passes reached each stage, and the share of them that goes on to the next."""

from __future__ import annotations

from typing import Any

from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.charts.theme import LIGHT, Spec, Theme, chart
from funnelpact.core.view.language import Language

WIDTH, ROW, BAR = 520, 92, 40


def funnel_chart(*, findings: FunnelFindings, language: Language, theme: Theme = LIGHT) -> Spec:
    """This returns the picture of all passes together: a bar and its count for each stage, the matured rate between two.

    The bars are counts of what has been reached so far; the rates count to the horizon and wait for the young ones, so that
    two neighbouring bars need not divide into the rate between them, and the text below says so.
    """
    whole = findings.segments[0]
    stages = findings.funnel.stages
    names = [language.say(stage_label(stage=stage)) for stage in stages]
    bars = [
        {
            "start": 0,
            "y": ROW * place,
            "end": ROW * place + BAR,
            "name": names[place],
            "count": count,
            "text": language.write(count),
        }
        for place, count in enumerate(whole.reached)
    ]
    between = [
        {"start": 0, "y": ROW * place + BAR + (ROW - BAR) / 2, "text": f"↓  {_rate_text(step.matured, language)}"}
        for place, step in enumerate(whole.steps)
    ]
    body: Spec = {
        "width": WIDTH,
        "height": ROW * (len(stages) - 1) + BAR,
        "layer": [*_bars(bars, max(whole.reached, default=1) or 1, theme), _rates(between, theme)],
    }
    return chart(
        body=body,
        title=language.say(_title(findings, whole)),
        below=[
            language.say(Message("chart.funnel.bars", day=findings.as_of)),
            language.say(Message("chart.funnel.arrows", horizon=findings.horizon_days)),
        ],
        alt=language.say(_alt(findings, whole, names, language)),
        theme=theme,
    )


def _title(findings: FunnelFindings, whole: SegmentFindings) -> Message:
    start, end = stage_label(stage=findings.funnel.first), stage_label(stage=findings.funnel.stages[-1])
    rate = whole.to_won.matured
    if not isinstance(rate.value, Rate):
        return Message("chart.curves.unknown", start=start, end=end)
    return Message("chart.curves.title", start=start, end=end, rate=rate.value, days=rate.horizon_days or 0)


def _alt(findings: FunnelFindings, whole: SegmentFindings, names: list[str], language: Language) -> Message:
    counts = tuple(f"{name} {language.write(count)}" for name, count in zip(names, whole.reached, strict=True))
    rates = tuple(_rate_text(step.matured, language) for step in whole.steps)
    return Message("chart.funnel.alt", finding=_title(findings, whole), day=findings.as_of, counts=counts, rates=rates)


def _rate_text(finding: Finding, language: Language) -> str:
    value, low, high = finding.value, finding.low, finding.high
    if isinstance(value, Rate) and isinstance(low, Rate) and isinstance(high, Rate):
        span = language.say(Message("funnel.cell.rates", low=low.value * 100, high=high.value * 100))
        return language.say(Message("chart.funnel.rate", rate=value, span=span, days=finding.horizon_days or 0))
    return language.say(Message("chart.funnel.no_rate"))


def _bars(rows: list[dict[str, Any]], most: int, theme: Theme) -> list[Spec]:
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"reverse": True, "nice": False, "zero": True}}
    x = {"field": "count", "type": "quantitative", "axis": None, "scale": {"domain": [0, most * 1.18], "nice": False}}
    named = {**y, "field": "middle"}
    middle = [{**row, "middle": (row["y"] + row["end"]) / 2} for row in rows]
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rect", "fill": theme.accent, "cornerRadius": 3, "opacity": 0.9},
            "encoding": {
                "y": y,
                "y2": {"field": "end"},
                "x": {"field": "start", "type": "quantitative", "axis": None},
                "x2": {"field": "count"},
            },
        },
        {
            "data": {"values": middle},
            "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": 15, "fontWeight": 600, "color": theme.ink},
            "encoding": {"y": named, "x": x, "text": {"field": "text"}},
        },
        {
            "data": {"values": middle},
            "mark": {"type": "text", "align": "right", "dx": -10, "fontSize": 13.5, "color": theme.ink},
            "encoding": {"y": named, "x": {**x, "field": "start"}, "text": {"field": "name"}},
        },
    ]


def _rates(rows: list[dict[str, Any]], theme: Theme) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "dx": 2, "fontSize": 12.5, "color": theme.ink_2},
        "encoding": {
            "y": {"field": "y", "type": "quantitative", "axis": None},
            "x": {"field": "start", "type": "quantitative", "axis": None},
            "text": {"field": "text"},
        },
    }
