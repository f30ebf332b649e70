"""Files of any format that we know, as rows of text: what a file is says its content, never its name."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from funnelpact.adapters.connectors.files import parsing
from funnelpact.adapters.connectors.files.reading import (
    EXAMPLE,
    LONGEST_CELL,
    Rejected,
    Row,
    TextFile,
    distinct_headers,
    read_text_file,
)
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem

STARTS = ((b"PK\x03\x04", "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"), (b"PAR1", "parquet"), (b"<", "event-log"))
GZIP = b"\x1f\x8b"
MOST_UNPACKED = 1 << 30
"""Bytes that a packed file may unfold to."""
SECONDS = 2 * parsing.MOST_SECONDS


class FileRefused(Problem):
    """A workbook, Parquet file or event log that is broken, or asks for more than its rows can need."""

    code = "file-refused"


def read_files(*, name: str, content: bytes) -> list[TextFile]:
    """The rows of a file; a workbook gives one entry for each sheet with rows, named `file#sheet` where there are several.

    Knows separated text, XLSX and XLS, Parquet, JSON lines (or one JSON list) and XES, each also packed by gzip. All but text and JSON are read in a
    process of their own with limits on memory and time. Raises `FileRefused` and `FileNotText`.
    """
    if content.startswith(GZIP):
        content = _unpacked(name, content)
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = next((kind for start, kind in STARTS if head.startswith(start)), None)
    if kind is not None:
        sheets = [(sheet, rows) for sheet, rows in _apart(name, content, kind) if len(rows) > 1]
        if not sheets:
            raise FileRefused(file=name, reason=Message("reason.no-rows"))
        titles = [f"{name}#{sheet}" if len(sheets) > 1 else name for sheet, _ in sheets]
        return [_from_rows(title, kind, rows) for title, (_, rows) in zip(titles, sheets, strict=True)]
    if head[:1] in {b"{", b"["}:
        return [_from_json(name, content)]
    return [read_text_file(name=name, content=content)]


def _unpacked(name: str, content: bytes) -> bytes:
    """What a gzip file holds, refused where it unfolds beyond all measure."""
    try:
        plain = zlib.decompressobj(wbits=31)
        whole = plain.decompress(content, MOST_UNPACKED)
    except zlib.error as error:
        raise FileRefused(file=name, reason=Message("reason.broken")) from error
    if plain.unconsumed_tail:
        raise FileRefused(file=name, reason=Message("reason.too-large"))
    return whole


def _apart(name: str, content: bytes, kind: str) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a file as another process reads them."""
    command = [sys.executable, "-m", parsing.__name__, kind]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise FileRefused(file=name, reason=Message("reason.too-slow")) from error
    sheets: list[tuple[str, list[list[str]]]] = []
    for line in done.stdout.splitlines():
        what, value = json.loads(line)
        if what == "refused":
            raise FileRefused(file=name, reason=Message(f"reason.{value}"))
        if what == "sheet":
            sheets.append((value, []))
        else:
            sheets[-1][1].append(value)
    if done.returncode:
        # The limits ended it before it could say why.
        raise FileRefused(file=name, reason=Message("reason.too-large"))
    return sheets


def _from_rows(name: str, kind: str, rows: Sequence[Sequence[str]]) -> TextFile:
    first = next((place for place, row in enumerate(rows) if sum(1 for cell in row if cell.strip()) > 1), 0)
    headers = distinct_headers(cells=rows[first])
    kept, rejected = [], []
    for line, row in enumerate(rows[first + 1 :], start=first + 2):
        cells = [*row, *[""] * (len(headers) - len(row))]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(headers) or any(len(cell) > LONGEST_CELL for cell in cells):
            rejected.append(Rejected(line, "ragged", " ".join(cells)[:EXAMPLE]))
        else:
            kept.append(Row(line, tuple(cells)))
    return TextFile(name=name, encoding=kind, separator="", headers=headers, rows=tuple(kept), rejected=tuple(rejected))


def _from_json(name: str, content: bytes) -> TextFile:
    records: list[tuple[int, dict[str, str]]] = []
    rejected: list[Rejected] = []
    for line, record in _json_records(content):
        if isinstance(record, dict):
            records.append((line, dict(_flat(record))))
        else:
            rejected.append(Rejected(line, "bad-json", str(record)[:EXAMPLE]))
    headers = tuple(dict.fromkeys(key for _, record in records for key in record))
    if not headers:
        raise FileRefused(file=name, reason=Message("reason.broken"))
    rows = tuple(Row(line, tuple(record.get(header, "") for header in headers)) for line, record in records)
    return TextFile(name=name, encoding="json", separator="", headers=headers, rows=rows, rejected=tuple(rejected))


def _json_records(content: bytes) -> Iterator[tuple[int, Any]]:
    """Each record with its line; a line that is no JSON object comes as its text."""
    text = content.decode("utf-8-sig", errors="replace")
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), start=1)
            return
        except (ValueError, RecursionError):
            pass
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, line


def _flat(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The values of a record, those of records inside it under both names."""
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, parsing.as_text(value)
