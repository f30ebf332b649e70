"""Files in memory as a source of facts, for tests of what is understood of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from funnelpact.adapters.connectors.files.source import FileSource, Read
from funnelpact.adapters.connectors.files.values import DateOrder
from funnelpact.core.terms.report import FileReport


def read_files(
    folder: Path,
    files: dict[str, bytes],
    *,
    order: DateOrder | None = None,
    mark: str | None = None,
    currency: str | None = None,
) -> Read:
    """What the files say, written to a folder first."""
    paths = []
    for name, content in files.items():
        paths.append(folder / name)
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_bytes(content)
    return FileSource(paths=tuple(paths), order=order, mark=mark, currency=currency).read()


def rows(read: Read, table: str) -> list[dict[str, Any]]:
    """The facts of one table as dictionaries, labels as one, too."""
    if table not in read.facts:
        return []
    found = read.facts[table].to_pylist()
    return [{**row, "labels": dict(row["labels"])} if row.get("labels") is not None else row for row in found]


def report(read: Read, name: str) -> FileReport:
    """The report on one file."""
    return next(report for report in read.reports if report.name == name)


def roles(read: Read, name: str) -> dict[str, str]:
    """What each column of a file was taken for; plain labels left out."""
    return {column.header: column.role for column in report(read, name).columns if column.role != "label"}


def moves(read: Read) -> list[tuple[str, str, str]]:
    """Who was given which label on which day, in order."""
    return sorted((row["subject"], row["label"], f"{row['happened_at']:%Y-%m-%d}") for row in rows(read, "transitions"))
