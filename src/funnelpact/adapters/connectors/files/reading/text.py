"""Separated text files of any encoding and separator, read to columns of text; what cannot be read is kept aside and named."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from itertools import islice

from funnelpact.adapters.connectors.files.arrow import pa
from funnelpact.adapters.connectors.files.reading.separated import LONGEST_CELL, read_rows
from funnelpact.adapters.connectors.files.reading.table import EXAMPLE, Rejected, TextFile, distinct_headers
from funnelpact.core.terms.problem import Problem

SEPARATORS = (",", ";", "\t", "|", "^", "~", "\x1f")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FALLBACK = "cp1254"
"""Text that is not UTF-8: the Turkish code page, which writes all other letters as the western one does."""
LOOK_AHEAD = 50
PROBE = 4096
"""Bytes that are looked at to tell an encoding."""
_NOTHING = b" \t\r\n\xef\xbb\xbf"


class FileNotText(Problem):
    """A file that is empty or no separated text."""

    code = "file-not-text"


def read_text_file(*, name: str, content: bytes) -> TextFile:
    """The rows of a separated text file. Encoding and separator are found from the content, never from the name.

    A row with more or fewer cells than there are headers is rejected as `ragged`, a line with a quote that does not close
    as it should as `bad-quote`; reading goes on in the line after it. Raises `FileNotText`.
    """
    encoding, text = _decoded(name, content)
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    head = list(islice(lines, 2 * LOOK_AHEAD))
    separator = _separator(head)
    headers, below, rejected = _headers(head, separator)
    if not headers:
        head += lines
        headers, below, rejected = _headers(head, separator)
    if not headers:
        raise FileNotText(file=name)
    rows = read_rows(
        text=text,
        start=sum(len(line.encode()) for line in head[:below]),
        line=below + 1,
        separator=separator,
        width=len(headers),
    )
    return TextFile(
        name=name,
        encoding=encoding,
        separator=separator,
        headers=headers,
        columns=rows.columns,
        lines=rows.lines,
        rejected=(*rejected, *rows.rejected),
    )


def _headers(lines: list[str], separator: str) -> tuple[tuple[str, ...], int, list[Rejected]]:
    """The headers, how many lines stand above the rows, and what was damaged among these lines."""
    csv.field_size_limit(LONGEST_CELL)
    first = 1 if _names_separator(lines[0]) else 0
    rejected: list[Rejected] = []
    while first < len(lines):
        reader = csv.reader(islice(lines, first, None), delimiter=separator, strict=True)
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    return distinct_headers(cells=cells), first + reader.line_num, rejected
            break
        except csv.Error:
            rejected.append(Rejected(first + 1, "bad-quote", lines[first].strip()[:EXAMPLE]))
            first += 1
    return (), 0, rejected


def _decoded(name: str, content: bytes) -> tuple[str, bytes]:
    """The encoding, and the text in UTF-8 without any mark before it."""
    encoding = next((encoding for mark, encoding in BOMS if content.startswith(mark)), None) or _utf16(content)
    if encoding in {None, "utf-8-sig"} and _is_utf8(content):
        attempts = [(encoding or "utf-8", content[3:] if encoding else content)]
    elif encoding:
        attempts = _recoded(content, encoding)
    else:
        attempts = [
            *(_recoded(content, "utf-8", "replace") if _is_damaged(content) else []),
            *_recoded(content, FALLBACK),
        ]
    for attempt, text in attempts:
        says = text[:PROBE].strip(_NOTHING) or text.strip(_NOTHING)
        if says and b"\0" not in text:
            return attempt, text
    raise FileNotText(file=name)


def _recoded(content: bytes, encoding: str, errors: str = "strict") -> list[tuple[str, bytes]]:
    try:
        return [(encoding, content.decode(encoding, errors).encode("utf-8", "replace"))]
    except UnicodeDecodeError:
        return []


def _is_utf8(content: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    ends = pa.array([0, len(content)], pa.int64()).buffers()[1]
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(content)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _utf16(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of plain letters is 0."""
    start = content[:PROBE]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) > len(start) // 100 or max(even, odd) < max(1, len(start) // 6):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged(content: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few broken letters, not another code page: most of what is no ASCII reads well."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(text.encode("ascii", errors="ignore")) + 10 * broken < len(text)


def _names_separator(line: str) -> bool:
    """Whether a spreadsheet says in the first line what separates: `sep=;`."""
    return line.strip().lower() in {f"sep={separator}" for separator in SEPARATORS}


def _separator(lines: list[str]) -> str:
    """The separator that cuts the first lines most evenly into the most cells, the headers like the rows."""
    if _names_separator(lines[0]):
        return lines[0].strip()[-1]
    start = [line for line in lines[: 2 * LOOK_AHEAD] if line.strip()][:LOOK_AHEAD]

    def evenness(separator: str) -> tuple[bool, int, int]:
        try:
            widths = [len(cells) for cells in csv.reader(start, delimiter=separator) if cells]
        except csv.Error:
            return False, 0, 0
        cut = Counter(width for width in widths if width > 1)
        width, count = max(cut.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return widths[0] == width > 1, count, width

    return max(SEPARATORS, key=evenness)
