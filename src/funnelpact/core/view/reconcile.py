"""From the CRM's figures to ours, as tables and as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.reconciliation import Difference, Reconciled, Reconciliation
from funnelpact.core.view.data import plain
from funnelpact.core.view.funnel import finding_data
from funnelpact.core.view.language import MINUS, Language
from funnelpact.core.view.table import NONE, Table

PLUS = "+"


def headline(*, reconciled: Reconciled) -> Message:
    """This returns the sentence that opens the page: which month, on which day."""
    return Message("reconcile.headline", month=reconciled.month.start, day=reconciled.as_of)


def reconciliation_tables(*, reconciled: Reconciled) -> tuple[Table, ...]:
    """This returns a table for each figure: the CRM's, each difference with its records and the figure after it, ours.

    A count of nothing that both agree on has no table.
    """
    return tuple(_table(part) for part in reconciled.parts if part.shown or part.differences or part.ours)


def _table(part: Reconciliation) -> Table:
    names = ("what", "records", "after", "examples")
    rows: list[tuple[Value, ...]] = [(Message("reconcile.row.shown"), NONE, _cell(part.shown), "")]
    rows += [
        (step.said, _signed(step.change), _cell(step.after), tuple(step.examples) if step.examples else "")
        for step in part.differences
    ]
    rows.append((Message("reconcile.row.ours"), NONE, _cell(part.ours), ""))
    cautions = part.finding.cautions if part.finding is not None else ()
    return Table(
        title=part.title,
        head=tuple(Message(f"reconcile.column.{name}") for name in names),
        rows=tuple(rows),
        cautions=cautions,
    )


def _cell(figure: int | Fraction | None) -> Value:
    if figure is None:
        return NONE
    return figure if isinstance(figure, int) else Message("reconcile.cell.share", share=figure)


def _signed(change: int) -> Value:
    return Message(
        "reconcile.cell.records", sign=PLUS if change > 0 else MINUS if change < 0 else "", records=abs(change)
    )


def reconciled_data(*, reconciled: Reconciled, language: Language) -> dict[str, Any]:
    """This returns all figures as plain data; `chain` and `name` of a difference find its records again."""
    return {
        "month": reconciled.month.start.isoformat()[:7],
        "as_of": reconciled.as_of.isoformat(),
        "known_at": reconciled.known_at.isoformat() if reconciled.known_at else None,
        "notes": [language.say(note) for note in reconciled.notes],
        "figures": [_part_data(part, language) for part in reconciled.parts],
    }


def _part_data(part: Reconciliation, language: Language) -> dict[str, Any]:
    return {
        "name": part.name,
        "title": language.say(part.title),
        "shown": plain(value=part.shown, language=language),
        "differences": [_difference_data(step, language) for step in part.differences],
        "ours": plain(value=part.ours, language=language),
        "finding": finding_data(finding=part.finding, language=language) if part.finding else None,
    }


def _difference_data(step: Difference, language: Language) -> dict[str, Any]:
    return {
        "chain": step.chain,
        "name": step.name,
        "said": language.say(step.said),
        "records": step.change,
        "after": plain(value=step.after, language=language),
        "examples": list(step.examples),
    }
