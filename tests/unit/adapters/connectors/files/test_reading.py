"""Separated text in any encoding, to rows; what cannot be read is kept aside."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.adapters.connectors.files.reading.text import FileNotText, read_text_file

TURKISH = "Ad;Şehir\nIşıl;İzmir\nGüneş;Muğla\n"


def read(content: str | bytes) -> TextFile:
    """A file of that content, in UTF-8 if it is text."""
    return read_text_file(name="f.csv", content=content.encode() if isinstance(content, str) else content)


def cells(content: str | bytes) -> list[tuple[str, ...]]:
    """The rows below the headers."""
    return [row.cells for row in read(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1254"])
def test_turkish_in_every_encoding(encoding: str):
    """With and without a mark at the beginning; the old code page, too."""
    found = read(TURKISH.encode(encoding))

    assert found.headers == ("Ad", "Şehir")
    assert [row.cells for row in found.rows] == [("Işıl", "İzmir"), ("Güneş", "Muğla")]
    assert found.encoding == encoding


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^", "~", "\x1f"])
def test_every_separator(separator: str):
    """Found from the content."""
    found = read(separator.join("abc") + "\n" + separator.join("123") + "\n")

    assert found.separator == separator
    assert [row.cells for row in found.rows] == [("1", "2", "3")]


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("id;name\n1;Acme, Inc.\n2;Umbrella, Ltd.\n", ";"),
        ("id;amount\n1;5,5\n2;6,5\n3;7,5\n", ";"),
        ("id;a;b\n1;5,5;1,0\n2;6,5;2,0\n", ";"),
        ('id,note\n1,"a;b;c"\n2,"d;e;f"\n', ","),
        ("sep=;\nid;x,y,z\n1;2,3,4\n", ";"),
        ("id;name\n1;a;b\n2;c\n3;d\n", ";"),
    ],
)
def test_the_headers_are_cut_as_the_rows_are(content: str, separator: str):
    """Decimal commas, names with commas and quoted cells do not mislead."""
    assert read(content).separator == separator


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end(newline: str):
    """One in a quoted cell belongs to the cell."""
    content = newline.join(["id,note", '1,"two', 'lines"', "2,x", ""])

    assert cells(content) == [("1", f"two{newline}lines"), ("2", "x")]


def test_quotes_within_quotes():
    """Doubled, as is usual."""
    assert cells('id,note\n1,"she said ""no"", twice"\n') == [("1", 'she said "no", twice')]


def test_rows_with_too_few_or_too_many_cells_are_kept_aside():
    """With their line; empty cells at the end are no cells, blank lines no rows."""
    found = read("a,b\n1,2\n\n1\n1,2,3\n1,2,,\n , \n")

    assert [row.cells for row in found.rows] == [("1", "2"), ("1", "2")]
    assert [(reject.line, reject.reason) for reject in found.rejected] == [(4, "ragged"), (5, "ragged")]
    assert found.rows_in == 4


def test_a_quote_that_never_closes_costs_one_line():
    """Not all that follow it."""
    found = read('a,b\n1,2\n3,"4\n' + "5,6\n" * 100)

    assert len(found.rows) == 101
    assert [(reject.line, reject.reason, reject.example) for reject in found.rejected] == [(3, "bad-quote", '3,"4')]


def test_text_after_a_closing_quote_costs_one_line():
    """It is not guessed what was meant."""
    found = read('a,b\n1,"x" y\n3,4\n')

    assert [row.cells for row in found.rows] == [("3", "4")]
    assert [reject.line for reject in found.rejected] == [2]


def test_a_cell_without_end_is_no_crash():
    """Millions of letters and no separator."""
    found = read('a,b\n1,"' + "x" * 3_000_000 + "\n3,4\n")

    assert [row.cells for row in found.rows] == [("3", "4")]
    assert len(found.rejected) == 1
    assert len(found.rejected[0].example) <= 120


def test_headers_are_unlike_each_other():
    """A repeated or an empty one gets its position."""
    assert read("a,a,,a 2\n1,2,3,4\n").headers == ("a", "a 2", "column 3", "a 2 4")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbfa\xff;b\n",
        b"PK\x03\x04\x00\x00rest of a workbook",
        gzip.compress(b"a,b\n1,2\n", mtime=0),
        b"\xff\xfea",
        "a,b\n".encode("utf-32"),
        b"\x81\x8d\x8f",
    ],
)
def test_what_is_no_text_is_said_so(content: bytes):
    """Empty, cut, packed or from a spreadsheet."""
    with pytest.raises(FileNotText):
        read(content)


def test_lines_are_those_of_the_file():
    """Counted as an editor counts them, also after a cell of several lines."""
    found = read('a,b\n1,"x\ny"\n3,4\n')

    assert [row.line for row in found.rows] == [2, 4]


@given(st.lists(st.text(alphabet='ab12,;"\n\r |\tİş', max_size=12), min_size=1, max_size=12))
def test_no_line_is_lost(lines: list[str]):
    """Of any text: what is not blank is a header, a row, part of a row of several lines, or kept aside."""
    content = "id,name\n" + "\n".join(lines)
    found = read(content)

    assert found.rows_in == len(found.rows) + len(found.rejected)
    assert all(len(row.cells) == len(found.headers) for row in found.rows)
    starts = [row.line for row in found.rows] + [reject.line for reject in found.rejected]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(encoding: str):
    """Zeros beside plain letters tell it."""
    text = "lead_id\tKayıt\nL1\t2026-01-01\nL2\tğüşİ\n"

    assert read_text_file(name="x", content=text.encode(encoding)).encoding == encoding
    assert read_text_file(name="x", content=text.encode(encoding)).column("Kayıt")[1] == "ğüşİ"


def test_one_broken_letter_does_not_change_the_code_page():
    """A file cut or glued in the middle of a letter is read as what all its other letters are."""
    text = "lead_id,ad\n" + "".join(f"L{n},Şükrü Öğüt\n" for n in range(20))
    file = read_text_file(name="x", content=text.encode() + b"Z,\xc5\n")

    assert file.encoding == "utf-8"
    assert file.column("ad")[0] == "Şükrü Öğüt"


def test_zeros_alone_are_no_text():
    """Neither are bytes of another kind of file."""
    for content in (b"\0" * 400, bytes(range(256)) * 20):
        with pytest.raises(FileNotText):
            read_text_file(name="x", content=content)
