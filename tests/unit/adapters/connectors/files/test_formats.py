"""Workbooks, Parquet files, JSON lines and event logs, read to the same rows as text; hostile ones refused in a sentence."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from funnelpact.adapters.connectors.files.reading.formats import FileRefused, read_files
from funnelpact.core.terms.message import Message


def workbook(**sheets: list[list[object]]) -> bytes:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def reason_of(content: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as refused:
        read_files(name="file", content=content)
    reason = refused.value.data["reason"]
    assert isinstance(reason, Message)
    return reason.id


def test_a_workbook_reads_like_the_table_it_shows():
    """Days and instants year first, whole numbers without a point, empty cells empty."""
    content = workbook(
        Leads=[
            ["Lead ID", "Created", "Value"],
            ["a", date(2026, 1, 31), 12.0],
            ["b", datetime(2026, 2, 1, 9, 30), None],
        ]
    )
    (file,) = read_files(name="export.bin", content=content)

    assert file.headers == ("Lead ID", "Created", "Value")
    assert [row.cells for row in file.rows] == [("a", "2026-01-31", "12"), ("b", "2026-02-01 09:30:00", "")]


def test_each_sheet_with_rows_is_a_table_of_its_own():
    """Two filled sheets and an empty one give two files, named after the sheets."""
    content = workbook(Leads=[["Lead"], ["a"]], Notes=[], Deals=[["Deal"], ["d"]])

    assert [file.name for file in read_files(name="x.xlsx", content=content)] == ["x.xlsx#Leads", "x.xlsx#Deals"]


def test_a_title_above_the_headers_is_no_header():
    """Exports often carry a line of title; the first row with more than one cell names the columns."""
    content = workbook(Report=[["Leads of January"], ["Lead ID", "Created"], ["a", "2026-01-31"]])
    (file,) = read_files(name="x.xlsx", content=content)

    assert file.headers == ("Lead ID", "Created")
    assert file.rows[0].line == 3


def test_a_parquet_file_keeps_its_values():
    """Text, whole numbers and instants come as they are."""
    table = pa.table({"lead": ["a", "b"], "n": [1, None], "at": [datetime(2026, 1, 1, 8), None]})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    (file,) = read_files(name="x", content=stream.getvalue())

    assert [row.cells for row in file.rows] == [("a", "1", "2026-01-01 08:00:00"), ("b", "", "")]


def test_json_lines_spread_what_lies_inside():
    """A record within a record gives columns under both names; a line that is no object is kept aside."""
    content = b'{"id": 1, "properties": {"stage": "MQL"}}\nnot json\n{"id": 2, "new": true}\n'
    (file,) = read_files(name="x.jsonl", content=content)

    assert file.headers == ("id", "properties.stage", "new")
    assert [row.cells for row in file.rows] == [("1", "MQL", ""), ("2", "", "TRUE")]
    assert [(reject.line, reject.reason) for reject in file.rejected] == [(2, "bad-json")]
    assert file.rows_in == 3


def test_an_event_log_gives_one_row_for_each_event():
    """Case, activity, time, resource and lifecycle first, further attributes after them."""
    content = b"""<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">
      <trace><string key="concept:name" value="c1"/><string key="type" value="web"/>
        <event><string key="concept:name" value="Created"/><date key="time:timestamp" value="2026-01-01T08:00:00Z"/></event>
        <event><string key="concept:name" value="Won"/><date key="time:timestamp" value="2026-02-01T08:00:00Z"/>
          <string key="org:resource" value="Ay\xc5\x9fe"/><string key="lifecycle:transition" value="complete"/></event></trace></log>"""
    (file,) = read_files(name="log", content=content)

    assert file.headers == ("case", "activity", "time", "resource", "lifecycle", "case type")
    assert file.rows[1].cells == ("c1", "Won", "2026-02-01T08:00:00Z", "Ayşe", "complete", "web")


def test_an_event_log_that_declares_entities_is_refused():
    """Entities are how a small XML file grows without bound, or reads other files."""
    content = b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">]><log>&a;</log>'

    assert reason_of(content) == "reason.declarations"


def test_a_small_workbook_that_unfolds_without_bound_ends_only_its_own_process():
    """A sheet of four gigabytes in a few megabytes is refused as too large, and the next file reads."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(S=[["a", "b"], ["1", "2"]]))) as plain,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for entry in plain.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                bomb.writestr(entry.filename, plain.read(entry.filename))
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
            )
            for _ in range(4_096):
                sheet.write(b"A" * 1_048_576)

    assert reason_of(stream.getvalue()) == "reason.too-large"
    assert read_files(name="next.csv", content=b"a,b\n1,2\n")[0].rows_in == 1


def test_a_workbook_that_claims_a_cell_at_the_far_corner_is_refused_or_read_small():
    """One cell at row a million, column sixteen thousand asks for half a terabyte if it is taken at its word."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(S=[["a", "b"], ["1", "2"]]))) as plain,
        zipfile.ZipFile(stream, "w") as bomb,
    ):
        for entry in plain.infolist():
            content = plain.read(entry.filename)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = (
                    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
                )
            bomb.writestr(entry.filename, content)

    assert reason_of(stream.getvalue()) == "reason.too-large"


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04nonsense", b"PAR1nonsensePAR1", b"<html><p>no log</html>", b"[1, 2"],
    ids=["zip", "parquet", "xml", "json"],
)
def test_a_broken_file_is_refused_as_broken(content: bytes):
    """A file that begins like one kind and is none ends in a sentence."""
    assert reason_of(content) == "reason.broken"


def test_a_packed_file_reads_like_the_file_inside():
    """A CSV packed by gzip is a CSV."""
    (file,) = read_files(name="x.csv.gz", content=gzip.compress(b"a;b\n1;2\n"))

    assert file.separator == ";"
    assert file.rows[0].cells == ("1", "2")


def test_a_packed_file_that_unfolds_beyond_a_gigabyte_is_refused():
    """Two gigabytes of nothing in two megabytes."""
    block = gzip.compress(bytes(1 << 24), compresslevel=1)

    assert len(block) < 100_000
    assert reason_of(gzip.compress(bytes((1 << 30) + 1), compresslevel=1)) == "reason.too-large"


def test_a_packed_file_may_have_several_parts():
    """Some packers write one member after the other; all of them count."""
    (file,) = read_files(name="x.csv.gz", content=gzip.compress(b"a;b\n1;2\n") + gzip.compress(b"3;4\n"))

    assert [row.cells for row in file.rows] == [("1", "2"), ("3", "4")]


def test_a_packed_file_that_was_cut_is_refused():
    """What is missing cannot be known."""
    assert reason_of(gzip.compress(b"a;b\n" + bytes(range(256)) * 99)[:-20]) == "reason.broken"


def test_parquet_keeps_microseconds_and_zones():
    """An instant comes as exactly as it was kept, nothing is cut to seconds."""
    instants = [datetime(2026, 1, 1, 8, 0, 0, 123_456), datetime(2026, 1, 1, 8)]
    table = pa.table({"at": instants, "zoned": pa.array(instants, pa.timestamp("ns", "UTC")), "price": [1.5, 2.0]})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    (file,) = read_files(name="x", content=stream.getvalue())

    assert file.rows[0].cells == ("2026-01-01 08:00:00.123456", "2026-01-01 08:00:00.123456Z", "1.5")
    assert file.rows[1].cells[2] == "2"


def test_a_record_too_deep_for_anybody_is_kept_aside():
    """Lists in lists in lists cost one line, not the import."""
    deep = b"[" * 100_000 + b"]" * 100_000
    (file,) = read_files(
        name="x", content=b'{"a": 1}\n{"a": ' + deep + b"}\n" + b'{"b":' * 400 + b"1" + b"}" * 400 + b"\n"
    )

    assert file.rows_in == 3
    assert (file.rejected[0].line, file.rejected[0].reason) == (2, "bad-json")


def test_too_many_columns_are_refused():
    """Nobody keeps so many fields; looking at each would take hours."""
    lines = "\n".join(f'{{"k{n}": 1}}' for n in range(6_000))

    assert reason_of(lines.encode()) == "reason.too-wide"
    assert reason_of((",".join(f"c{n}" for n in range(100_000)) + "\n").encode()) == "reason.too-wide"
