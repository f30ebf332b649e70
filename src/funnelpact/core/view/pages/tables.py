"""Tables and sentences of an answer as a fragment of HTML and as plain text, for notebooks and consoles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import Table

_RIGHT = ' style="text-align:right;font-variant-numeric:tabular-nums"'
_LEFT = ' style="text-align:left"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An answer as it is shown: sentences first, then tables, then what must be known beside the numbers."""

    sentences: tuple[Message, ...]
    tables: tuple[Table, ...]
    notes: tuple[Message, ...] = ()


def sheet_html(*, sheet: Sheet, language: Language) -> str:
    """This returns an answer as HTML: the language named, each table with its caption, heads of columns and of rows.

    Everything that comes from data is escaped. Nothing is loaded, no script is needed, and colours are those of the page
    around it.
    """
    return f'<section lang="{language.code}">' + "".join(_html_parts(sheet, language)) + "</section>"


def _html_parts(sheet: Sheet, language: Language) -> Iterator[str]:
    for sentence in sheet.sentences:
        yield f"<p><strong>{escape(language.say(sentence))}</strong></p>"
    for table in sheet.tables:
        yield _html_table(table, language)
        if table.cautions:
            yield _html_list(table.cautions, language)
    if sheet.notes:
        yield _html_list(sheet.notes, language)


def _html_table(table: Table, language: Language) -> str:
    head = "".join(
        f'<th scope="col"{_LEFT if place < table.texts else _RIGHT}>{escape(language.say(cell))}</th>'
        for place, cell in enumerate(table.head)
    )
    body = "".join(f"<tr>{''.join(_html_cells(row, table.texts))}</tr>" for row in _written(table, language))
    caption = f'<caption style="text-align:left;caption-side:top">{escape(language.say(table.title))}</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_cells(row: Sequence[str], texts: int) -> Iterator[str]:
    yield f'<th scope="row"{_LEFT if texts else _RIGHT}>{escape(row[0])}</th>'
    for place, cell in enumerate(row[1:], start=1):
        yield f"<td{_LEFT if place < texts else _RIGHT}>{escape(cell)}</td>"


def _html_list(sentences: Sequence[Message], language: Language) -> str:
    return "<ul>" + "".join(f"<li>{escape(language.say(sentence))}</li>" for sentence in sentences) + "</ul>"


def sheet_text(*, sheet: Sheet, language: Language) -> str:
    """This returns an answer as plain text, its columns as wide as they need."""
    return "\n".join(_text_lines(sheet, language))


def _text_lines(sheet: Sheet, language: Language) -> Iterator[str]:
    for sentence in sheet.sentences:
        yield language.say(sentence)
    for table in sheet.tables:
        yield ""
        yield language.say(table.title)
        rows = [[language.say(cell) for cell in table.head], *_written(table, language)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(table.head))]
        for row in rows:
            cells = (
                cell.ljust(width) if place < table.texts else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield ("  " + "  ".join(cells)).rstrip()
        yield from (f"  ! {language.say(caution)}" for caution in table.cautions)
    if sheet.notes:
        yield ""
        yield from (f"! {language.say(note)}" for note in sheet.notes)


def _written(table: Table, language: Language) -> list[list[str]]:
    return [[language.write(cell) for cell in row] for row in table.rows]
