"""How charts look: the colours and the type of the design system as a Vega-Lite configuration, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from funnelpact.core.view.language import Language

Spec: TypeAlias = dict[str, Any]
"""A Vega-Lite specification, or a part of one, as plain data."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of one scheme; the names are those of the design tokens."""

    surface: str
    surface_2: str
    line: str
    line_2: str
    control: str
    ink: str
    ink_2: str
    ink_3: str
    accent: str
    on_accent: str
    accent_soft: str


LIGHT = Theme(
    surface="#ffffff",
    surface_2="#edf0ed",
    line="#dfe4e0",
    line_2="#c5cdc8",
    control="#7f8a85",
    ink="#15201d",
    ink_2="#46534e",
    ink_3="#616d68",
    accent="#0a6762",
    on_accent="#ffffff",
    accent_soft="#dcefec",
)
DARK = Theme(
    surface="#151c1a",
    surface_2="#1d2623",
    line="#27322f",
    line_2="#3a4743",
    control="#74847e",
    ink="#e9efec",
    ink_2="#b5c1bc",
    ink_3="#93a19b",
    accent="#5fcdc0",
    on_accent="#04201d",
    accent_soft="#16322f",
)


def chart(*, body: Mapping[str, Any], title: str, below: Sequence[str], alt: str, theme: Theme) -> Spec:
    """This returns a whole specification: the finding as its title, what is shown `below` it, and the text for those who
    do not see it.
    """
    return {
        "$schema": SCHEMA,
        "description": alt,
        "background": theme.surface,
        "padding": 20,
        "title": {
            "text": title,
            "subtitle": list(below),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 18,
            "fontWeight": 600,
            "color": theme.ink,
            "subtitleColor": theme.ink_2,
            "subtitleFontSize": 12.5,
            "subtitleLineHeight": 17,
            "subtitlePadding": 6,
            "offset": 16,
        },
        **body,
        "config": _config(theme),
    }


def _config(theme: Theme) -> Spec:
    small = {"labelFontSize": 12, "titleFontSize": 12, "labelFontWeight": "normal", "titleFontWeight": "normal"}
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **small,
            "labelColor": theme.ink_3,
            "titleColor": theme.ink_3,
            "gridColor": theme.line,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": theme.line_2},
        "header": {**small, "labelColor": theme.ink, "labelFontWeight": 600, "labelAnchor": "start", "labelPadding": 6},
        "legend": {"disable": True},
        "text": {"color": theme.ink_2, "fontSize": 12},
    }


def rate_axis(*, highest: Fraction, language: Language) -> tuple[Spec, Fraction]:
    """This returns the axis of shares from 0 to a little above the highest, and where it ends.

    The labels are written by the language: Turkish puts the sign first, for which no format of the renderer exists.
    """
    step = next(
        (size for size in (Fraction(place, 1000) for place in (2, 5, 10, 20, 50, 100, 200)) if highest <= 5 * size),
        Fraction(1, 4),
    )
    ticks = [step * number for number in range(-(-highest // step) + 1)] if highest else [Fraction(0), step]
    end = ticks[-1]
    labels = {float(tick): language.percent(tick) for tick in ticks}
    return {"values": list(labels), "labelExpr": label_expression(labels=labels)}, end


def label_expression(*, labels: Mapping[float, str]) -> str:
    """This returns the expression that gives each value of an axis its label."""
    tests = (f"abs(datum.value - {value!r}) < 1e-9 ? {_quoted(text)}" for value, text in labels.items())
    return " : ".join([*tests, "''"])


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def mixed(*, colour: str, ground: str, part: float) -> str:
    """This returns a colour laid on a ground so thickly: 0 is the ground, 1 the colour.

    >>> mixed(colour="#000000", ground="#ffffff", part=0.5)
    '#808080'
    """
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(part * over + (1 - part) * under):02x}" for over, under in pairs)


def readable(*, ground: str, inks: Sequence[str]) -> str:
    """This returns the first ink that can be read on a ground (4.5 to 1, as WCAG 2 asks for); black or white where none can.

    >>> readable(ground="#0a6762", inks=("#15201d", "#ffffff"))
    '#ffffff'
    """
    enough = (ink for ink in inks if contrast(one=ink, other=ground) >= 4.5)
    return next(enough, max(("#000000", "#ffffff"), key=lambda ink: contrast(one=ink, other=ground)))


def contrast(*, one: str, other: str) -> float:
    """This returns the contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted(_luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
