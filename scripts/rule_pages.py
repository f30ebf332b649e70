"""The heads of the pages in `docs/rules`, written from the rules themselves; the prose below them is by hand."""

from __future__ import annotations

from pathlib import Path

from funnelpact.apps.language import language
from funnelpact.core.facts.quality.rule import Rule
from funnelpact.core.facts.quality.rules import RULES
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from scripts.setup import ROOT

FOLDER = ROOT / "docs" / "rules" / "quality"
BEGIN, END = "<!-- rule -->", "<!-- /rule -->"
HEADINGS = ("What it says", "Why it matters", "How it is counted", "When it refuses figures", "What to do")


def rule_head(rule: Rule) -> str:
    """The table of what the rule's object says: level, limit, figures, needs."""
    english = language("en")
    figures = [english.say(Message(f"quality.figures.{group.value}")) for group in rule.refuses]
    limit = "–" if rule.limit is None else f"more than {english.write(Rate(rule.limit))} of the rows looked at"
    rows = {
        "level": rule.level.value,
        "refuses figures at": limit,
        "figures": "; ".join(figures) or "none",
        "silent without": ", ".join(f"`{need}`" for need in rule.needs) or "any row to look at",
    }
    table = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join([BEGIN, f"| `{rule.code}` | |", "|---|---|", *table, END])


def rule_page(rule: Rule) -> tuple[Path, str]:
    """The path and the text of a rule's page, its head as the object has it; without a page, one to be filled in."""
    path = FOLDER / f"{rule.code}.md"
    if path.exists():
        text = path.read_text(encoding="utf-8")
    else:
        text = "\n".join([f"# {rule.code}", "", BEGIN, END, *(f"\n## {heading}\n" for heading in HEADINGS)])
    before, _, rest = text.partition(BEGIN)
    return path, before + rule_head(rule) + rest.partition(END)[2]


def rule_index() -> tuple[Path, str]:
    """The path and the text of the list of all rules."""
    english = language("en")
    lines = ["# Rules of quality", "", "<!-- Written by `make docs`; change the code instead. -->", ""]
    lines += ["| rule | level | limit | figures |", "|---|---|---|---|"]
    for rule in sorted(RULES, key=lambda rule: rule.code):
        limit = "–" if rule.limit is None else english.write(Rate(rule.limit))
        figures = ", ".join(group.value for group in rule.refuses) or "–"
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.level.value} | {limit} | {figures} |")
    return FOLDER / "README.md", "\n".join(lines) + "\n"


def rule_pages() -> dict[Path, str]:
    """All pages as they ought to be."""
    return dict([rule_index(), *map(rule_page, RULES)])
