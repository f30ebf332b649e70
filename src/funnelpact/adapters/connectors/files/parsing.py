"""Reads one workbook, Parquet file or event log to rows of text, in a process of its own: `python -m … KIND < file`.

Such files can ask for far more memory than they have bytes. The process limits itself before it reads, so that a
hostile file ends this process and not the one that imports. Each line of the output is JSON: `["sheet", name]`, then
`["row", cells]`; nothing else is ever written there.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from xml.parsers import expat

MOST_MEMORY = 2 << 30
"""Bytes of address space that reading a file may take."""
MOST_SECONDS = 120
"""Seconds of processor time that reading a file may take."""
Sheets: TypeAlias = Iterator[tuple[str, Iterable[Sequence[Any]]]]


class Refused(Exception):
    """Why a file is not read, in a word that the importing process knows."""


def main(kind: str) -> None:
    """Limit this process, read the file from standard input and write its rows to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    content = sys.stdin.buffer.read()
    try:
        for name, rows in READERS[kind](content):
            print(json.dumps(["sheet", name]))
            for row in rows:
                print(json.dumps(["row", [as_text(cell) for cell in row]], ensure_ascii=False))
    except Refused as refused:
        print(json.dumps(["refused", str(refused)]))
    except MemoryError:
        print(json.dumps(["refused", "too-large"]))
    except Exception:  # noqa: BLE001 - whatever a parser says of a broken file, it is one thing to people: broken
        print(json.dumps(["refused", "broken"]))


def as_text(cell: Any) -> str:
    """A cell as text that reads back without doubt: days and instants year first, decimals with a point.

    >>> as_text(date(2026, 1, 31)), as_text(2.0), as_text(None), as_text(True)
    ('2026-01-31', '2', '', 'TRUE')
    """
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell.total_seconds())
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case bytes():
            return cell.hex()
        case list() | tuple() | dict():
            return json.dumps(cell, ensure_ascii=False, default=str)
        case _:
            return str(cell)


def _workbook(content: bytes) -> Sheets:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=True)


def _parquet(content: bytes) -> Sheets:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(content))

    def rows() -> Iterator[Sequence[Any]]:
        yield file.schema_arrow.names
        for batch in file.iter_batches(batch_size=10_000):
            columns = [column.to_pylist() for column in batch.columns]
            yield from zip(*columns, strict=True)

    yield "", rows()


def _event_log(content: bytes) -> Sheets:
    log = _EventLog()
    parser = expat.ParserCreate()
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    # An event log needs no declarations; entities are how an XML file grows or reaches out.
    parser.StartDoctypeDeclHandler = log.refuse
    parser.Parse(content, True)
    yield "", log.rows()


class _EventLog:
    """Collects the events of an XES log: the attributes of the trace, then those of the event."""

    NAMES = ("case", "activity", "time", "resource", "lifecycle")
    KEYS = ("concept:name", "time:timestamp", "org:resource", "lifecycle:transition")

    def __init__(self) -> None:
        self.trace: dict[str, str] = {}
        self.event: dict[str, str] | None = None
        self.in_trace = False
        self.found: list[tuple[dict[str, str], dict[str, str]]] = []

    def refuse(self, *_: Any) -> None:
        raise Refused("declarations")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "trace":
            self.in_trace, self.trace = True, {}
        elif tag == "event":
            self.event = {}
        elif "key" in attributes and "value" in attributes:
            if self.event is not None:
                self.event[attributes["key"]] = attributes["value"]
            elif self.in_trace:
                self.trace[attributes["key"]] = attributes["value"]

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "event" and self.event is not None:
            self.found.append((self.trace, self.event))
            self.event = None
        elif tag == "trace":
            self.in_trace = False

    def rows(self) -> Iterator[Sequence[str]]:
        of_case = list(dict.fromkeys(key for trace, _ in self.found for key in trace if key != "concept:name"))
        of_event = list(dict.fromkeys(key for _, event in self.found for key in event if key not in self.KEYS))
        yield [*self.NAMES, *(f"case {key}" for key in of_case), *of_event]
        for trace, event in self.found:
            named = [trace.get("concept:name", ""), *(event.get(key, "") for key in self.KEYS)]
            yield [*named, *(trace.get(key, "") for key in of_case), *(event.get(key, "") for key in of_event)]


READERS = {"workbook": _workbook, "parquet": _parquet, "event-log": _event_log}


if __name__ == "__main__":
    main(sys.argv[1])
