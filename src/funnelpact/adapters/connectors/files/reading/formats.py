"""Files of any format that we know, as rows of text: what a file is says its content, never its name."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Table, pa, pc
from funnelpact.adapters.connectors.files.reading import parsing
from funnelpact.adapters.connectors.files.reading.rewritten import START, rows_written
from funnelpact.adapters.connectors.files.reading.separated import LONGEST_CELL, without_blank
from funnelpact.adapters.connectors.files.reading.table import EXAMPLE, Rejected, TextFile, distinct_headers
from funnelpact.adapters.connectors.files.reading.text import read_text_file
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem

STARTS = ((b"PK\x03\x04", "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"), (b"PAR1", "parquet"), (b"<", "event-log"))
GZIP = b"\x1f\x8b"
MOST_UNPACKED = 1 << 30
"""Bytes that a packed file may unfold to."""
SECONDS = 2 * parsing.MOST_SECONDS
MOST_COLUMNS = 5_000
"""No CRM keeps so many fields of one thing; looking at more would take longer than anybody waits."""
_LOOK = 100


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
        found = [
            (_told(sheet)[0], _from_sheet(name, kind, sheet)) for sheet in _apart(name, content, kind) if sheet.num_rows
        ]
        sheets = [(title, file) for title, file in found if file is not None]
        if not sheets:
            raise FileRefused(file=name, reason=Message("reason.no-rows"))
        return [replace(file, name=f"{name}#{title}") if len(sheets) > 1 else file for title, file in sheets]
    if content.startswith(START):
        try:
            return rows_written(name=name, content=content)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise FileRefused(file=name, reason=Message("reason.broken")) from error
    if head[:1] in {b"{", b"["}:
        return [_from_json(name, content)]
    file = read_text_file(name=name, content=content)
    if len(file.headers) > MOST_COLUMNS:
        raise FileRefused(file=name, reason=Message("reason.too-wide"))
    return [file]


def _unpacked(name: str, content: bytes) -> bytes:
    """What a gzip file holds, all its members; refused where it unfolds beyond all measure."""
    parts: list[bytes] = []
    room = MOST_UNPACKED
    while content.startswith(GZIP):
        plain = zlib.decompressobj(wbits=31)
        try:
            parts.append(plain.decompress(content, room))
        except zlib.error as error:
            raise FileRefused(file=name, reason=Message("reason.broken")) from error
        room -= len(parts[-1])
        if plain.unconsumed_tail or room <= 0:
            raise FileRefused(file=name, reason=Message("reason.too-large"))
        if not plain.eof:
            raise FileRefused(file=name, reason=Message("reason.broken"))
        content = plain.unused_data
    return b"".join(parts)


def _apart(name: str, content: bytes, kind: str) -> list[Table]:
    """The sheets of a file as another process reads them."""
    command = [sys.executable, "-m", parsing.__name__, kind]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise FileRefused(file=name, reason=Message("reason.too-slow")) from error
    if done.returncode == parsing.REFUSED:
        raise FileRefused(file=name, reason=Message(f"reason.{done.stderr.decode()}"))
    if done.returncode:
        # The limits ended it before it could say why.
        raise FileRefused(file=name, reason=Message("reason.too-large"))
    sheets = []
    stream = pa.BufferReader(done.stdout)
    while stream.tell() < stream.size():
        sheets.append(pa.ipc.open_stream(stream).read_all())
        sheets[-1].validate(full=True)
    return sheets


def _told(sheet: Table) -> tuple[str, list[str] | None]:
    """The name of a sheet, and its headers where its format has them."""
    metadata = sheet.schema.metadata or {}
    return metadata[b"sheet"].decode(), json.loads(metadata[b"headers"])


def _from_sheet(name: str, kind: str, sheet: Table) -> TextFile | None:
    """The rows of a sheet below its headers, which are its first row with more than one cell; None where there are none."""
    _, headers = _told(sheet)
    line = 2
    if headers is None:
        first, cells = _header_row(sheet)
        headers, line, sheet = cells, first + 2, sheet.slice(first + 1)
    if len(headers) > MOST_COLUMNS:
        raise FileRefused(file=name, reason=Message("reason.too-wide"))
    rows = without_blank(columns=list(sheet.columns), line=line)
    if not len(rows.lines):
        return None
    long = np.zeros(len(rows.lines), np.bool_)
    for column in rows.columns:
        long |= np.asarray(pc.greater(pc.binary_length(column), LONGEST_CELL), np.bool_)
    found = TextFile(
        name=name,
        encoding=kind,
        separator="",
        headers=distinct_headers(cells=headers),
        columns=rows.columns,
        lines=rows.lines,
        rejected=(),
    )
    if not long.any():
        return found
    refused = tuple(
        Rejected(int(found.lines[place]), "too-long", found.example(place)) for place in np.flatnonzero(long).tolist()
    )
    kept = pa.array(~long)
    columns = tuple(column.filter(kept) for column in found.columns)
    return replace(found, columns=columns, lines=found.lines[~long], rejected=refused)


def _header_row(sheet: Table) -> tuple[int, list[str]]:
    """The place and the cells of the first row with more than one cell; the first row where none has."""
    for start in range(0, sheet.num_rows, _LOOK):
        rows = zip(*(column.to_pylist() for column in sheet.slice(start, _LOOK).columns), strict=True)
        for place, row in enumerate(rows, start=start):
            if sum(1 for cell in row if cell.strip()) > 1:
                return place, list(row)
    return 0, [column[0].as_py() for column in sheet.columns]


def _from_json(name: str, content: bytes) -> TextFile:
    lines: list[int] = []
    columns: dict[str, list[str]] = {}
    rejected: list[Rejected] = []
    for line, record in _json_records(content):
        try:
            flat = dict(_flat(record)) if isinstance(record, dict) else None
        except RecursionError:
            flat = None
        if flat is None:
            rejected.append(Rejected(line, "bad-json", _start(record)))
        elif any(len(cell) > LONGEST_CELL for cell in flat.values()):
            rejected.append(Rejected(line, "too-long", _start(flat)))
        else:
            lines.append(line)
            for header, cell in flat.items():
                column = columns.setdefault(header, [])
                column += [""] * (len(lines) - 1 - len(column))
                column.append(cell)
            if len(columns) > MOST_COLUMNS:
                raise FileRefused(file=name, reason=Message("reason.too-wide"))
    if not columns:
        raise FileRefused(file=name, reason=Message("reason.broken"))
    filled = [
        pa.chunked_array([pa.array([*cells, *[""] * (len(lines) - len(cells))], pa.string())])
        for cells in columns.values()
    ]
    return TextFile(
        name=name,
        encoding="json",
        separator="",
        headers=tuple(columns),
        columns=tuple(filled),
        lines=np.asarray(lines, np.int64),
        rejected=tuple(rejected),
    )


def _start(record: Any) -> str:
    """The beginning of a record that was not taken; how deep it is must not matter."""
    try:
        return str(record)[:EXAMPLE]
    except RecursionError:
        return "{…}"


def _json_records(content: bytes) -> Iterator[tuple[int, Any]]:
    """Each record with its line; a line that is no JSON object comes as its text."""
    text = content.decode(json.detect_encoding(content), errors="replace").lstrip("\ufeff")
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), start=1)
            return
        except (ValueError, RecursionError):
            pass
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, line.strip()


def _flat(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The values of a record, those of records inside it under both names."""
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            # A lone half of a letter of two halves is legal in JSON and nowhere else.
            yield _whole(prefix + key), _whole(parsing.as_text(value))


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
