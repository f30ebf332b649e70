"""Reads one workbook, Parquet file or event log to columns of text, in a process of its own: `python -m … KIND < file`.

Such files can ask for far more memory than they have bytes. The process limits itself before it reads, so that a
hostile file ends this process and not the one that imports. The output is one Arrow stream of text for each sheet, whose
metadata name it and say whether its columns bear headers; a refusal is one word on standard error, and the exit code 3.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeAlias
from xml.parsers import expat

from funnelpact.adapters.connectors.files.arrow import Array, pa, pc

MOST_MEMORY = 2 << 30
"""Bytes of address space that reading a file may take."""
MOST_SECONDS = 120
"""Seconds of processor time that reading a file may take."""
REFUSED = 3
_PORTION = 10_000
Batches: TypeAlias = Iterable[Sequence[Array]]
Sheet: TypeAlias = tuple[str, Sequence[str], bool, Batches]
"""The name of a sheet, of its columns, whether these are its headers, and the columns in portions."""


class Refused(Exception):
    """Why a file is not read, in a word that the importing process knows."""


def main(kind: str) -> None:
    """Limit this process, read the file from standard input and write its columns to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    pa.set_cpu_count(1)
    content = sys.stdin.buffer.read()
    try:
        for sheet in READERS[kind](content):
            _write(sheet)
        sys.stdout.buffer.flush()
    except Refused as refused:
        _refuse(str(refused))
    except MemoryError:
        _refuse("too-large")
    except Exception:  # noqa: BLE001 - whatever a parser says of a broken file, it is one thing to people: broken
        _refuse("broken")


def _refuse(word: str) -> None:
    sys.stderr.write(word)
    sys.stderr.flush()
    sys.exit(REFUSED)


def _write(sheet: Sheet) -> None:
    name, headers, are_headers, batches = sheet
    fields = [pa.field(str(place), pa.string()) for place in range(len(headers))]
    told = {"sheet": name, "headers": json.dumps(list(headers) if are_headers else None)}
    with pa.ipc.new_stream(sys.stdout.buffer, pa.schema(fields, metadata=told)) as stream:
        for columns in batches:
            stream.write_batch(pa.record_batch(list(columns), schema=pa.schema(fields)))


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
            return cell.isoformat(sep=" ", timespec="microseconds" if cell.microsecond else "seconds")
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


def _portions(rows: Iterable[Sequence[Any]], width: int, written: Callable[[Any], str]) -> Batches:
    """Rows of one width as columns of text, so many at a time."""
    rows = iter(rows)
    while portion := list(islice(rows, _PORTION)):
        columns = zip(*portion, strict=True) if width else []
        yield [pa.array([written(cell) for cell in column], pa.string()) for column in columns]


def _workbook(content: bytes) -> Iterator[Sheet]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        width = max(map(len, rows), default=0)
        yield name, [""] * width, False, _portions(rows, width, as_text)


def _parquet(content: bytes) -> Iterator[Sheet]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    batches = file.iter_batches(batch_size=_PORTION)
    yield "", file.schema_arrow.names, True, ([_texts(column) for column in batch.columns] for batch in batches)


def _texts(column: Array) -> Array:
    """A column as `as_text` writes its cells; instants as exactly as we keep them, which is to the microsecond."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string()).fill_null("")
    if pa.types.is_timestamp(kind):
        unit = "s" if not pc.any(pc.not_equal(pc.subsecond(column), 0)).as_py() else "us"
        return column.cast(pa.timestamp(unit, kind.tz), safe=False).cast(pa.string()).fill_null("")
    if pa.types.is_integer(kind) or pa.types.is_date32(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string()).fill_null("")
    return pa.array([as_text(cell) for cell in column.to_pylist()], pa.string())


def _event_log(content: bytes) -> Iterator[Sheet]:
    log = _EventLog()
    parser = expat.ParserCreate()
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    # An event log needs no declarations; entities are how an XML file grows or reaches out.
    parser.StartDoctypeDeclHandler = log.refuse
    parser.Parse(content, True)
    headers, rows = log.table()
    yield "", headers, True, _portions(rows, len(headers), str)


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

    def table(self) -> tuple[list[str], Iterator[Sequence[str]]]:
        """The headers, and one row for each event."""
        of_case = list(dict.fromkeys(key for trace, _ in self.found for key in trace if key != "concept:name"))
        of_event = list(dict.fromkeys(key for _, event in self.found for key in event if key not in self.KEYS))

        def rows() -> Iterator[Sequence[str]]:
            for trace, event in self.found:
                named = [trace.get("concept:name", ""), *(event.get(key, "") for key in self.KEYS)]
                yield [*named, *(trace.get(key, "") for key in of_case), *(event.get(key, "") for key in of_event)]

        return [*self.NAMES, *(f"case {key}" for key in of_case), *of_event], rows()


READERS = {"workbook": _workbook, "parquet": _parquet, "event-log": _event_log}


if __name__ == "__main__":
    main(sys.argv[1])
