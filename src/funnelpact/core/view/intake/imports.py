"""What an import understood and refused, as sentences and tables."""

from __future__ import annotations

from typing import Any

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.terms.report import FileReport, ImportReport
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import NONE, Table

SEPARATOR_NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    "^": "caret",
    "~": "tilde",
    "\x1f": "unit",
    "": "none",
}


def file_sentences(*, file: FileReport) -> tuple[Message, ...]:
    """This returns what a file is, how it is written, and how many of its rows were taken."""
    written = Message(
        "import.written",
        encoding=file.encoding,
        separator=Message(f"import.separator.{SEPARATOR_NAMES[file.separator]}"),
        dates=Message(f"import.dates.{file.date_order or 'year-first'}"),
        currency=file.currency or NONE,
        zone=file.zone or "UTC",
    )
    taken = Message("import.taken", kept=file.kept, rows=file.rows_in, rejected=file.rows_in - file.kept)
    return Message("import.file", file=file.name, kind=Message(f"import.kind.{file.kind}")), written, taken


def column_table(*, file: FileReport) -> Table:
    """This returns each column of a file with what it is for, how sure that is, how many cells say something, a sample."""
    names = ("column", "role", "sample", "certainty", "filled")
    rows = tuple(
        (
            column.header,
            Message(f"import.role.{column.role.replace(' ', '-')}"),
            ", ".join(column.sample)[:40],
            Rate.measured(column.certainty),
            column.filled,
        )
        for column in file.columns
    )
    head = tuple(Message(f"import.column.{name}") for name in names)
    return Table(title=Message("import.title.columns"), head=head, rows=rows, texts=3)


def issue_sentences(*, file: FileReport) -> tuple[Message, ...]:
    """This returns one sentence for each reason why rows were refused, with an example, and for each doubt."""
    rejects = tuple(
        Message(
            "import.reject",
            rows=reject.count,
            reason=Message(f"reject.{reject.reason}"),
            line=reject.examples[0][0],
            example=reject.examples[0][1],
        )
        for reject in file.rejects
    )
    return rejects + tuple(issue.sentence for issue in file.issues)


def import_sentence(*, report: ImportReport) -> Message:
    """This returns the last sentence: kept as which batch, already there, or only shown."""
    if report.repeated:
        return Message("import.repeated")
    return Message("import.preview") if report.batch is None else Message("import.batch", batch=report.batch)


def report_data(*, report: ImportReport, language: Language) -> dict[str, Any]:
    """This returns the report as plain data."""
    return {
        "batch": report.batch,
        "repeated": report.repeated,
        "files": [
            {
                "name": file.name,
                "kind": file.kind,
                "encoding": file.encoding,
                "separator": file.separator,
                "date_order": file.date_order,
                "decimal_mark": file.decimal_mark,
                "currency": file.currency,
                "zone": file.zone,
                "rows_in": file.rows_in,
                "kept": file.kept,
                "rejected": {
                    reject.reason: {
                        "rows": reject.count,
                        "examples": [{"line": line, "text": text} for line, text in reject.examples],
                    }
                    for reject in file.rejects
                },
                "columns": [
                    {
                        "header": column.header,
                        "role": column.role,
                        "certainty": column.certainty,
                        "filled": column.filled,
                        "sample": list(column.sample),
                        "nulls": list(column.nulls),
                    }
                    for column in file.columns
                ],
                "issues": [
                    {
                        "code": issue.code,
                        "level": issue.level.value,
                        "count": issue.count,
                        "sentence": language.say(issue.sentence),
                    }
                    for issue in file.issues
                ],
            }
            for file in report.files
        ],
    }
