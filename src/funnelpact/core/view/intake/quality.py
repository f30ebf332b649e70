"""What the rules of quality say: sentences, a table, and plain data."""

from __future__ import annotations

from typing import Any

from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.terms.report import Level, QualityIssue, QualityReport
from funnelpact.core.view.data import plain
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import NONE, Table


def quality_sentences(*, report: QualityReport) -> tuple[Message, ...]:
    """This returns what was looked at and found in one sentence, and which figures are not printed because of which rules."""
    headline = Message(
        "quality.headline",
        day=report.as_of or NONE,
        newest=report.newest or NONE,
        ran=len(report.ran),
        found=len(report.issues),
        silent=len(report.silent),
    )
    refused = tuple(
        Message(
            "quality.refused",
            figures=Message(f"quality.figures.{figures.value}"),
            rules=tuple(issue.code for issue in issues),
        )
        for figures, issues in report.refused.items()
    )
    calm = all(issue.level is Level.TOLD for issue in report.issues)
    return headline, *(refused or (Message("quality.clean" if calm else "quality.printable"),))


def quality_table(*, report: QualityReport) -> Table | None:
    """This returns one row for each issue, the worst first; None where there is none.

    Each shows the rule, its level, the figures it refuses, how many rows of how many looked at, their share, and the share
    above which figures are refused.
    """
    if not report.issues:
        return None
    names = ("rule", "level", "refuses", "count", "rows", "share", "limit")
    return Table(
        title=Message("quality.title.issues"),
        head=tuple(Message(f"quality.column.{name}") for name in names),
        rows=tuple(_row(issue) for issue in report.issues),
        texts=3,
    )


def _row(issue: QualityIssue) -> tuple[Value, ...]:
    return (
        issue.code,
        Message(f"quality.level.{issue.level.value}"),
        tuple(Message(f"quality.group.{figures.value}") for figures in issue.refuses) or NONE,
        issue.count,
        issue.rows,
        Rate(issue.share),
        NONE if issue.limit is None else Rate(issue.limit),
    )


def quality_notes(*, report: QualityReport) -> tuple[Message, ...]:
    """This returns one sentence for each issue, the worst first; with why and what to do where it is more than told."""
    return tuple(_note(issue) for issue in report.issues)


def _note(issue: QualityIssue) -> Message:
    said: dict[str, Value] = {
        "code": issue.code,
        "said": issue.sentence,
        "share": Rate(issue.share),
        "examples": issue.examples or NONE,
    }
    if issue.level is Level.TOLD:
        return Message("quality.line", **said)
    return Message(
        "quality.advice", why=Message(f"quality.why.{issue.code}"), next=Message(f"quality.next.{issue.code}"), **said
    )


def quality_data(*, report: QualityReport, language: Language) -> dict[str, Any]:
    """This returns the report as plain data: shares from 0 to 1, rules by code."""
    return {
        "as_of": plain(value=report.as_of, language=language),
        "known_at": plain(value=report.known_at, language=language),
        "newest": plain(value=report.newest, language=language),
        "refused": {figures.value: [issue.code for issue in issues] for figures, issues in report.refused.items()},
        "ran": list(report.ran),
        "silent": list(report.silent),
        "issues": [
            {
                "code": issue.code,
                "level": issue.level.value,
                "count": issue.count,
                "rows": issue.rows,
                "share": plain(value=issue.share, language=language),
                "limit": plain(value=issue.limit, language=language),
                "refuses": [figures.value for figures in issue.refuses],
                "examples": plain(value=issue.examples, language=language),
                "sentence": language.say(issue.sentence),
                "why": language.say(Message(f"quality.why.{issue.code}")),
                "next": language.say(Message(f"quality.next.{issue.code}")),
            }
            for issue in report.issues
        ],
    }
