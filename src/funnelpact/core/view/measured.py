"""What was measured for a question, as tables and as plain data."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from funnelpact.core.terms.finding import Block, Figure, Finding, Measured
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate, Ratio
from funnelpact.core.view.funnel import cautions_of_rows, finding_data, segment_name
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import NONE, Table


def title_of(*, measured: Measured) -> Message:
    """This returns the sentence that opens the answer: its question, its day, its breakdown."""
    what = Message(f"measured.{measured.name}")
    if measured.by is None:
        return Message("measured.headline.all", what=what, day=measured.as_of)
    return Message("measured.headline.by", what=what, day=measured.as_of, by=measured.by)


def block_tables(*, measured: Measured) -> tuple[Table, ...]:
    """This returns a table for each block: a row for each segment, a column for each finding, beside it its range.

    A column of ranges stands only where some finding of that name has one; `n` counts what is behind the first finding.
    """
    return tuple(_table(block) for block in measured.blocks)


def _table(block: Block) -> Table:
    columns = range(len(block.rows[0].findings)) if block.rows else range(0)
    ranged = {column for column in columns if any(row.findings[column].low is not None for row in block.rows)}
    head = [Message("funnel.column.segment"), Message("measured.column.n")]
    for column in columns:
        head.append(_head(block.rows[0].findings[column]))
        head += [Message("funnel.column.range")] if column in ranged else []
    rows = []
    for row in block.rows:
        cells: list[Value] = [segment_name(name=row.label or row.name), row.findings[0].n if row.findings else 0]
        for column in columns:
            finding = row.findings[column]
            cells.append(figure_cell(figure=finding.value, worked=finding.name.endswith(WORKED)))
            cells += [range_cell(finding=finding)] if column in ranged else []
        rows.append(tuple(cells))
    said = (
        (row.label or row.name, tuple(caution for one in row.findings for caution in one.cautions))
        for row in block.rows
    )
    return Table(title=block.title, head=tuple(head), rows=tuple(rows), cautions=cautions_of_rows(rows=said))


def _head(finding: Finding) -> Message:
    """What a column is called; the costs of stages bear the name of their stage."""
    return finding.derivation.label if finding.name.startswith("cost_per_") else Message(f"finding.{finding.name}")


WORKED = "_working"
"""How the names of durations in working time end; they are told in hours, for a day of work is no day."""


def figure_cell(*, figure: Figure | None, worked: bool = False) -> Value:
    """This returns a measured number as a cell: rates with a decimal, money with its sign, nothing where it is not known.

    Working time, `worked`, is told in hours, however long.
    """
    match figure:
        case None:
            return NONE
        case Rate() | Ratio():
            return Message("funnel.cell.rate", rate=figure)
        case Money():
            return Message("funnel.cell.money", money=figure)
        case timedelta() if worked:
            return Message("measured.cell.worked", time=figure)
    return figure


def range_cell(*, finding: Finding) -> Value:
    """This returns the 95 % interval of a finding as a cell."""
    match finding.low, finding.high:
        case (Rate() | Ratio()) as low, (Rate() | Ratio()) as high:
            return Message("funnel.cell.rates", low=low.value * 100, high=high.value * 100)
        case Money() as low, Money() as high:
            return Message("funnel.cell.moneys", low=low, high=high)
        case None, None:
            return NONE
        case low, high:
            ends = (figure_cell(figure=end, worked=finding.name.endswith(WORKED)) for end in (low, high))
            return Message("measured.cell.range", **dict(zip(("low", "high"), ends, strict=True)))
    raise TypeError("an interval has two ends of one kind")


def unit_of(*, figure: Figure | None) -> str | None:
    """This returns in what a number is told in data: share, a currency (or money), seconds, number; None for no number."""
    match figure:
        case Rate() | Ratio():
            return "share"
        case Money():
            return figure.currency or "money"
        case timedelta():
            return "seconds"
        case int() | Fraction():
            return "number"
    return None


def measured_data(*, measured: Measured, language: Language) -> dict[str, Any]:
    """This returns an answer as plain data: blocks, in each a row for each segment, in each row its findings by name."""
    return {
        "measure": measured.name,
        "as_of": measured.as_of.isoformat(),
        "known_at": measured.known_at.isoformat() if measured.known_at else None,
        "by": measured.by,
        "notes": [language.say(note) for note in measured.notes],
        "blocks": [
            {
                "name": block.name,
                "title": language.say(block.title),
                "rows": [
                    {
                        "name": row.name if row.name != "" else None,
                        "label": language.write(segment_name(name=row.label or row.name)),
                        "all": row.name == "",
                        "findings": {
                            finding.name: {
                                **finding_data(finding=finding, language=language),
                                "unit": unit_of(figure=finding.value),
                            }
                            for finding in row.findings
                        },
                    }
                    for row in block.rows
                ],
            }
            for block in measured.blocks
        ],
    }
