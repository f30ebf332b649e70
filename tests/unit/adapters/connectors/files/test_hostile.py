"""Broken and hostile files: refused in a sentence or read as far as they can be, and never a crash."""

from __future__ import annotations

import gzip
import io
import os
import random
import time
import zipfile
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.reading.formats import FileRefused, read_files
from funnelpact.adapters.connectors.files.reading.text import FileNotText
from funnelpact.adapters.connectors.files.source import FileSource
from funnelpact.core.terms.problem import Problem
from tests import exports

RUNS = int(os.environ.get("FUNNELPACT_RUNS", "2000"))
"""Mutated files that are tried; more by hand: FUNNELPACT_RUNS=100000."""
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
)
WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": SHEET,
}


def packed(parts: dict[str, str]) -> bytes:
    """Parts as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def laughs() -> bytes:
    """Ten entities, each ten times the one before."""
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE log [{entities}]><log><trace><string key="a" value="&l9;"/></trace></log>'.encode()


HOSTILE = {
    "a kibibyte that asks for half a tebibyte": packed(WORKBOOK),
    "an archive that is no workbook": packed({"a.txt": "a,b\n1,2\n"}),
    "an archive in an archive": packed({"xl/workbook.xml": packed({"a": "b"}).hex()}),
    "a billion laughs": laughs(),
    "an entity from outside": b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><trace>&x;</trace></log>',
    "a log without end": b"<log><trace><event>",
    "elements within elements": b"<log>" + b"<trace>" * 200_000,
    "half a Parquet file": b"PAR1" + bytes(range(256)) * 40,
    "half an archive": packed(WORKBOOK)[:200],
    "a gigabyte of nothing": gzip.compress(gzip.compress(bytes(1 << 26)) * 20),
    "two gigabytes of nothing": gzip.compress(bytes(1 << 24)) * 130,
    "half a packed file": gzip.compress(bytes(range(256)) * 400)[:-9],
    "lists in lists": b"[" * 500_000,
    "a hundred thousand columns": ",".join(f"c{n}" for n in range(100_000)).encode() + b"\n1,2\n",
    "zeros between letters": b"lead_id,created_at\nL\x001,2026-01-01\n",
    "nothing but zeros": bytes(5_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(case: str):
    """Soon, and the next file is read."""
    begun = time.monotonic()
    with pytest.raises((FileRefused, FileNotText)):
        read_files(name="x", content=HOSTILE[case])

    assert time.monotonic() - begun < 120
    assert read_files(name="next", content=b"a,b\n1,2\n")[0].rows_in == 1


def good(*between: bytes) -> bytes:
    """A hundred good rows of leads, something in their midst."""
    rows = [b"L%d,2026-01-%02d,Web\n" % (n, n % 28 + 1) for n in range(100)]
    return b"lead_id,created_at,lead_source\n" + b"".join([*rows[:50], *between, *rows[50:]])


@pytest.mark.parametrize(
    ("between", "kept", "rejected"),
    [
        (b'X,"' + b"no end " * 50 + b"\n", 100, 1),
        (b'X,"' + b"y" * 10_000_000 + b'",Web\n', 100, 1),
        (b"X,2026-01-01," + b"y" * 10_000_000 + b"\n", 100, 1),
        (b"X,2026-01-01,Web\r\nY,2026-01-02,Web\rZ,2026-01-03,Web\n", 103, 0),
        (b"X,2026-01-01+99:00,Web\nY,2026-01-01 10:00+99:99,Web\n", 100, 2),
        (b"X,2026-01-01,Web,,,\nY\n,,\n\n", 101, 1),
        (b"X,0001-01-01 00:00+14:00,Web\nY,9999-12-31 23:59-14:00,Web\n", 100, 2),
        ("Ｘ,２０２６-０１-０１,Web\n".encode(), 101, 0),
    ],
    ids=["endless quote", "long quoted cell", "long cell", "mixed line ends", "zones beyond a day", "empty cells", "ends of time", "wide digits"],
)  # fmt: skip
def test_what_is_damaged_costs_its_own_rows(tmp_path: Path, between: bytes, kept: int, rejected: int):
    """Nothing good is lost around it."""
    path = tmp_path / "leads.csv"
    path.write_bytes(good(between))
    (report,) = FileSource(paths=(path,)).read().reports

    assert (report.kept, report.rows_in - report.kept) == (kept, rejected)


def test_a_file_that_was_cut_keeps_what_is_whole(tmp_path: Path):
    """Anywhere, also within a letter or a quoted cell."""
    whole = "lead_id,created_at,lead_source,ad\n" + "".join(
        f'L{n},2026-01-{n % 28 + 1:02d},Web,"Işıl ""ş"""\n' for n in range(60)
    )
    content = whole.encode()
    path = tmp_path / "leads.csv"
    for end in range(len(content) - 80, len(content)):
        path.write_bytes(content[:end])
        (report,) = FileSource(paths=(path,)).read().reports
        assert report.kept >= 57


TOKENS = [
    b",", b";", b"\n", b"\r", b"\r\n", b'"', b'""', b"\t", b"|", b"\xef\xbb\xbf", b"\xff", b"\xc5", b"2026-02-30", b"31/12/2025", b"12/31/2025",
    b"1.250,50", b"99999999999999999999999", b"-", b"unknown", b"Won", b"Lost", b"+99:99", b" 25:61", b"0001-01-01", b"\xe2\x80\xa8", b"sep=;\n",
    b"1e400", b"nan", b"\x1f", b"{", b"[", b"=1+1", b"\xc4\xb0", b"\x7f", b"TL", b"$", b"()",
]  # fmt: skip


LOG = b"case;activity;time;resource;lifecycle\n" + b"".join(
    b"c%d;%s;%02d.01.2026 10:%02d;ann;%s\n" % (n % 6, step, n % 28 + 1, n, (b"start", b"complete")[n % 2])
    for n, step in enumerate([b"MQL", b"Call", b"SQL", b"Won", b"Lost", b"Form", b"Note"] * 6)
)


def mutated(content: bytes, dice: random.Random) -> bytes:
    """The content with some bytes changed, lost, doubled, moved or replaced by what readers stumble over."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        place = dice.randrange(len(data) + 1)
        end = min(len(data), place + dice.randint(0, 40))
        match dice.randrange(6):
            case 0:
                data[place:place] = dice.choice(TOKENS)
            case 1:
                del data[place:end]
            case 2:
                data[place:place] = data[place:end]
            case 3 if place < len(data):
                data[place] = dice.randrange(1, 256)
            case 4:
                moved = data[place:end]
                del data[place:end]
                other = dice.randrange(len(data) + 1)
                data[other:other] = moved
            case _:
                data[place:end] = dice.choice(TOKENS)
    return bytes(data)


def test_no_mutation_is_a_crash(tmp_path: Path):
    """Of exports of several kinds: facts and a report that adds up, or a problem in words; never anything else."""
    dice = random.Random(20261101)
    seeds = [
        *exports.hubspot().values(),
        *exports.salesforce().values(),
        *exports.turkish().values(),
        *exports.plain().values(),
    ]
    kept = 0
    for run in range(RUNS):
        content = mutated(dice.choice(seeds), dice)
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        try:
            found = FileSource(paths=(path,), mark=dice.choice([None, ","])).read()
        except Problem:
            continue
        except Exception as error:
            raise AssertionError(f"run {run}: {error!r} of {content[:200]!r}") from error
        for report in found.reports:
            assert report.rows_in == report.kept + sum(reject.count for reject in report.rejects)
            kept += report.kept

    assert kept > RUNS
