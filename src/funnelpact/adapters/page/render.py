"""The page of the road as one file: both languages, all styles, no script, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.funnel import segment_name
from funnelpact.core.view.language import Language
from funnelpact.core.view.plan import outlook_sentences
from funnelpact.core.view.road import Opened, RoadPage, Sentence
from funnelpact.core.view.table import NONE

STYLES = ("tokens.css", "app.css", "page.css")
_HOLE = re.compile("\ue000(\\w+)\ue001")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an unfolded derivation: how deep it stands, its words, whether it is the result of those above."""

    depth: int
    label: str
    value: str
    rule: str
    is_result: bool


def write_road(*, path: Path, page: RoadPage, languages: Sequence[Language], version: str) -> None:
    """Write the page. The first language is shown, the others are a press away."""
    environment = Environment(
        loader=PackageLoader("funnelpact.adapters.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = "".join(_static(name) for name in STYLES)
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    html = environment.get_template("road.html").render(
        page=page,
        tongues=[_Tongue(page, language) for language in languages],
        styles=Markup(styles),  # noqa: S704 - our own files
        style_hash=f"sha256-{digest}",
        version=version,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")


def _static(name: str) -> str:
    return resources.files("funnelpact.adapters.page").joinpath("static", name).read_text(encoding="utf-8")


class _Tongue:
    """The page in one language: what the template asks for."""

    def __init__(self, page: RoadPage, language: Language) -> None:
        self.page = page
        self.language = language
        self.code = language.code
        self.write: Callable[[Value], str] = language.write
        self.opened: list[tuple[str, str, list[Line], str]] = []

    def say(self, message_id: str, **values: Value) -> str:
        """A sentence of the page in this language."""
        return self.language.say(Message(f"page.{message_id}", **values))

    def name(self, segment: str | None) -> str:
        """The name of a segment."""
        return self.language.write(segment_name(name=segment))

    def sentence(self, sentence: Sentence) -> Markup:
        """A sentence with its numbers as buttons that open."""
        holes = {name: f"\ue000{name}\ue001" for name in sentence.opened}
        text = self.language.say(Message(sentence.text.id, **{**dict(sentence.text.items), **holes}))
        parts = _HOLE.split(text)
        html = Markup("")
        for position, part in enumerate(parts):
            html += self.button(sentence.opened[part]) if position % 2 else escape(part)
        return html

    def button(self, opened: Opened) -> Markup:
        """A number with a dotted line that opens its arithmetic."""
        key = f"{self.code}-{opened.key}"
        shown = self.language.write(opened.shown)
        if all(key != known for known, *_ in self.opened):
            about = self.language.say(opened.about) if opened.about else ""
            self.opened.append((key, shown, lines_of(opened.derivation, self.language), about))
        return Markup('<button class="why" type="button" popovertarget="{}">{}</button>').format(key, shown)

    def finding(self, finding: Finding, key: str, *, decimals: int = 1) -> Markup:
        """The value of a finding, as a button where it is known."""
        if finding.value is None:
            return Markup('<span class="faint">{}</span>').format(NONE)
        shown: Value = finding.value
        if isinstance(finding.value, Rate):
            shown = Message(f"page.cell.rate{decimals}", rate=finding.value)
        elif isinstance(finding.value, Money):
            shown = Message("page.cell.money", money=finding.value)
        return self.button(Opened(key=key, shown=shown, derivation=finding.derivation, about=finding.population))

    def span(self, finding: Finding) -> str:
        """The interval of a finding, empty where it has none."""
        low, high = finding.low, finding.high
        if isinstance(low, Rate) and isinstance(high, Rate):
            return self.language.say(Message("funnel.cell.rates", low=low.value * 100, high=high.value * 100))
        if isinstance(low, Money) and isinstance(high, Money):
            return self.language.say(Message("funnel.cell.moneys", low=low, high=high))
        return ""

    def notes(self) -> list[str]:
        """What must be known beside the numbers."""
        sentences = (
            *outlook_sentences(outlook=self.page.outlook, findings=self.page.findings),
            *self.page.findings.notes,
        )
        return [self.language.say(sentence) for sentence in sentences]

    def sources(self) -> list[tuple[str, str, list[Line]]]:
        """The main numbers unfolded in the text: for print, and for whoever reads without pressing."""
        page, language = self.page, self.language
        trees = [need.derivation for need in (page.outlook.even, page.outlook.likely)]
        trees += [page.featured.to_won.matured.derivation, page.featured.value.derivation]
        return [(language.say(tree.label), language.write(tree.value), lines_of(tree, language)) for tree in trees]

    @staticmethod
    def share(value: Any, largest: float, width: float) -> float:
        """How long a bar is in a picture of that width."""
        amount = float(value.value if isinstance(value, Rate) else value)
        return round(min(1.0, amount / largest) * width, 1) if largest > 0 else 0.0

    def largest_rate(self) -> float:
        """The largest upper end of all matured rates, for bars of one scale."""
        highs = [segment.to_won.matured.high for segment in self.page.findings.segments]
        return max((float(high.value) for high in highs if isinstance(high, Rate)), default=1.0)

    def chance_path(self, *, width: float, height: float) -> str:
        """The curve of the chance picture as an SVG path."""
        points = [
            (self.x(point.leads, width), height - float(point.chance.value) * height)
            for point in self.page.chance.curve
        ]
        return "M" + " ".join(f"{x:.1f} {y + 8:.1f}" for x, y in points)

    def x(self, leads: int, width: float) -> float:
        """Where a number of leads stands in the chance picture."""
        first, last = self.page.chance.curve[0].leads, self.page.chance.curve[-1].leads
        return round((leads - first) / max(1, last - first) * width, 1)

    def flow_path(self) -> str:
        """The ribbon of the flow: at each stage as high as the share that reaches it."""
        shares = [1.0]
        for step in self.page.flow[:-2]:
            rate = step.matured.value if step.matured else None
            shares.append(shares[-1] * float(rate.value) if isinstance(rate, Rate) else shares[-1])
        won = self.page.featured.to_won.matured.value
        shares.append(float(won.value) if isinstance(won, Rate) else 0.0)
        return _ribbon(shares)


def lines_of(tree: Derivation, language: Language) -> list[Line]:
    """The numbers of a derivation in the order of arithmetic: inputs first, then what follows from them, each once."""
    seen: set[int] = set()
    return list(_lines(tree, language, 0, seen))


def _lines(tree: Derivation, language: Language, depth: int, seen: set[int]) -> Iterator[Line]:
    parts = [part for part in tree.inputs if id(part) not in seen]
    for part in parts:
        seen.add(id(part))
        yield from _lines(part, language, depth + 1, seen)
    yield Line(depth, language.say(tree.label), language.write(tree.value), language.say(tree.rule), bool(parts))


def _ribbon(shares: Sequence[float]) -> str:
    """An SVG path through stages at equal distances in a picture of 1000 × 96, symmetric about its middle."""
    count = len(shares)
    flat = 1000 / (2 * count - 1)
    half = [max(1.5, share * 48) for share in shares]
    upper = [f"M0 {48 - half[0]:.1f}H{flat:.1f}"]
    lower: list[str] = []
    for position in range(1, count):
        start, end = (2 * position - 1) * flat, 2 * position * flat
        middle, before, now = (start + end) / 2, half[position - 1], half[position]
        upper.append(
            f"C{middle:.1f} {48 - before:.1f} {middle:.1f} {48 - now:.1f} {end:.1f} {48 - now:.1f}H{end + flat:.1f}"
        )
        lower.insert(
            0,
            f"V{48 + now:.1f}H{end:.1f}C{middle:.1f} {48 + now:.1f} {middle:.1f} {48 + before:.1f} {start:.1f} {48 + before:.1f}",
        )
    return "".join(upper) + "".join(lower) + "H0z"
