"""Vega-Lite specifications to files: SVG and PNG, drawn in this process without a browser and without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from funnelpact.core.terms.problem import Problem

SUFFIXES = (".svg", ".png", ".json")
VEGA_LITE = "6.4"
PIXELS = 2.0
"""A PNG has so many pixels for each point of the picture: sharp on good screens and in print."""


class ChartFormatUnknown(Problem):
    """A picture was asked for in a format that is not drawn."""

    code = "chart-format-unknown"


class ChartsMissing(Problem):
    """A picture was asked for, and what draws it is not installed."""

    code = "charts-missing"


def check_chart(*, path: Path) -> None:
    """Whether a picture can be drawn into a file of that name; before the work of measuring.

    Raises `ChartFormatUnknown`, `ChartsMissing`.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ChartFormatUnknown(path=str(path), formats=SUFFIXES)
    if suffix != ".json":
        _renderer()


def write_chart(*, path: Path, spec: Mapping[str, Any]) -> None:
    """Write a specification as the suffix says: a picture (`.svg`, `.png`), or the specification itself (`.json`).

    An SVG carries the description as its title. Raises `ChartFormatUnknown`, `ChartsMissing`.
    """
    check_chart(path=path)
    suffix = path.suffix.lower()
    content = _json(spec) if suffix == ".json" else _svg(spec) if suffix == ".svg" else _png(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def svg_of(*, spec: Mapping[str, Any]) -> str:
    """The picture as SVG, with its description for those who do not see it. Raises `ChartsMissing`."""
    return _svg(spec).decode("utf-8")


def _json(spec: Mapping[str, Any]) -> bytes:
    return (json.dumps(spec, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _svg(spec: Mapping[str, Any]) -> bytes:
    drawn: str = _renderer().vegalite_to_svg(dict(spec), vl_version=VEGA_LITE)
    alt = escape(str(spec.get("description", "")), quote=True)
    head, _, rest = drawn.partition(">")
    head = head.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)
    return f"{head}><title>{alt}</title>{rest}\n".encode()


def _png(spec: Mapping[str, Any]) -> bytes:
    drawn: bytes = _renderer().vegalite_to_png(dict(spec), vl_version=VEGA_LITE, scale=PIXELS)
    return drawn


def _renderer() -> Any:
    try:
        import vl_convert  # noqa: PLC0415 - an extra: most installations draw nothing
    except ModuleNotFoundError as missing:
        raise ChartsMissing(command="pip install 'funnelpact[charts]'") from missing
    return vl_convert
