"""A file written anew as JSON lines: its tables, then each row by header, so that it reads like the file it was made of.

Rows that were refused keep their line and reason, and lose their text: nobody can tell what stood where in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from funnelpact.adapters.connectors.files.arrow import pa
from funnelpact.adapters.connectors.files.reading.table import Rejected, TextFile

START = b'{"funnelpact": "rows"'
"""How such a file begins."""
Change = Callable[[dict[str, str]], dict[str, str]]
_AT_ONCE = 10_000
# One encoder for all lines: making one costs as much as a line.
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def write_rows(*, name: str, files: Sequence[TextFile], change: Change) -> bytes:
    """The tables of a received file as JSON lines, each row passed through `change`: header to cell, the same headers."""
    tables = [
        {
            "name": file.name.removeprefix(name),
            "headers": list(file.headers),
            "encoding": file.encoding,
            "separator": file.separator,
        }
        for file in files
    ]
    lines = [_line({"funnelpact": "rows", "tables": tables})]
    for place, file in enumerate(files):
        lines += [_line({"table": place, "line": line, "cells": change(row)}) for line, row in _rows(file)]
        lines += [_line({"table": place, "line": each.line, "rejected": each.reason}) for each in file.rejected]
    return b"".join(lines)


def _rows(file: TextFile) -> Iterator[tuple[int, dict[str, str]]]:
    for start in range(0, len(file.lines), _AT_ONCE):
        cells = zip(*(column.slice(start, _AT_ONCE).to_pylist() for column in file.columns), strict=True)
        for line, row in zip(file.lines[start : start + _AT_ONCE].tolist(), cells, strict=True):
            yield line, dict(zip(file.headers, row, strict=True))


def _line(data: Any) -> bytes:
    return _ENCODE(data).encode() + b"\n"


def rows_written(*, name: str, content: bytes) -> list[TextFile]:
    """The tables of a file that `write_rows` wrote. Raises `ValueError`, `KeyError`, `TypeError` or `IndexError` for any other."""
    first, *lines = content.decode().rstrip("\n").split("\n")
    tables = json.loads(first)["tables"]
    rows: list[list[list[str]]] = [[] for _ in tables]
    numbers: list[list[int]] = [[] for _ in tables]
    rejected: list[list[Rejected]] = [[] for _ in tables]
    for line in lines:
        told = json.loads(line)
        table = told["table"]
        if "rejected" in told:
            rejected[table].append(Rejected(int(told["line"]), str(told["rejected"]), ""))
        else:
            rows[table].append([str(told["cells"].get(header, "")) for header in tables[table]["headers"]])
            numbers[table].append(int(told["line"]))
    return [
        TextFile(
            name=name + table["name"],
            encoding=table["encoding"],
            separator=table["separator"],
            headers=tuple(table["headers"]),
            columns=_columns(rows[place], len(table["headers"])),
            lines=np.asarray(numbers[place], np.int64),
            rejected=tuple(rejected[place]),
        )
        for place, table in enumerate(tables)
    ]


def _columns(rows: list[list[str]], width: int) -> tuple[Any, ...]:
    columns = list(zip(*rows, strict=True)) or [()] * width
    return tuple(pa.chunked_array([pa.array(column, pa.string())]) for column in columns)
