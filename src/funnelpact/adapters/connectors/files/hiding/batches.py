"""Received files without the people on a list: their rows found, their keys replaced, what is personal emptied."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Table, Texts, pa, pc
from funnelpact.adapters.connectors.files.bulk.moments import Flags
from funnelpact.adapters.connectors.files.hiding.rows import KEYS_OF_OWN, Sheet
from funnelpact.adapters.connectors.files.making.facts import facts_of_file, tables_of
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.mapping_file import saved_mapping
from funnelpact.adapters.connectors.files.reading.formats import GZIP, read_files
from funnelpact.adapters.connectors.files.reading.rewritten import write_rows
from funnelpact.adapters.connectors.files.reading.table import Rejected, TextFile
from funnelpact.core.facts.forgetting import (
    MAIL,
    PERSON,
    PHONE,
    WORD,
    Traces,
    Veil,
    mails_in,
    message_tells,
    names_person,
    names_staff,
)

_PHONE_LIKE = r"^[+(]?[0-9][0-9 ().+/-]{5,}[0-9]$"
_PLAIN_MAIL = r"^[A-Za-z0-9_+%-][A-Za-z0-9_.+%-]*@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$"
REFUSED = "refused"
"""The name under which rows are counted that could not be read as rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFiles:
    """What was received in one batch, without the people on the list. `traces` tells what was found, by table."""

    traces: dict[str, Traces]
    files: Mapping[str, list[tuple[TextFile, FileMapping]]]
    changed: frozenset[str]

    def content(self) -> dict[str, bytes]:
        """The received files that change, written anew, by name."""
        return {
            name: write_rows(
                name=name, files=[self._without_refused(*each) for each in self.files[name]], change=lambda row: row
            )
            for name in self.changed
        }

    def facts(self) -> dict[str, Table]:
        """The facts by table of all files of the batch."""
        return tables_of(
            facts=[facts_of_file(file=file, mapping=mapping) for each in self.files.values() for file, mapping in each]
        )

    def _without_refused(self, file: TextFile, mapping: FileMapping) -> TextFile:
        """The file without any cell of those rows of theirs of which no fact is made: nobody reads them again."""
        theirs = {line for line, _ in self.traces[file.name].rows} if file.name in self.traces else set()
        if not theirs:
            return file
        refused = {each.line for each in facts_of_file(file=file, mapping=mapping).rejected} & theirs
        places = np.flatnonzero(np.isin(file.lines, list(refused))).tolist()
        return _with_rows(file, {place: dict.fromkeys(file.headers, "") for place in places})


def hide(*, received: dict[str, bytes], mapping: Mapping[str, Any], veil: Veil) -> HiddenFiles:
    """What was received in one batch, without the people on the list. Raises the problems of reading."""
    traces: dict[str, Traces] = {}
    kept: dict[str, list[tuple[TextFile, FileMapping]]] = {}
    changed = set()
    for name, content in received.items():
        kept[name] = []
        for file in read_files(name=name, content=content):
            if file.name not in mapping:
                continue
            saved = saved_mapping(data=mapping[file.name])
            without, found = _hide_file(file, saved, veil, content)
            kept[name].append((without, saved))
            if without is not file:
                traces[file.name] = found
                changed.add(name)
    return HiddenFiles(traces=traces, files=kept, changed=frozenset(changed))


def hide_refused(*, content: bytes, veil: Veil) -> tuple[bytes, int]:
    """What no mapping could read (lines of `reason` and `body`) without the bodies that name people on the list; how many."""
    lines, emptied = [], 0
    for line in content.splitlines():
        row = json.loads(line)
        if row["body"] and message_tells(veil=veil, body=base64.b64decode(row["body"])):
            row["body"] = ""
            emptied += 1
        lines.append(json.dumps(row).encode("ascii") + b"\n")
    return (b"".join(lines), emptied) if emptied else (content, 0)


def _hide_file(file: TextFile, mapping: FileMapping, veil: Veil, content: bytes) -> tuple[TextFile, Traces]:
    """The file as it is to be kept – the same one where nobody on the list is in it – and what was found."""
    sheet = Sheet(file=file, mapping=mapping, veil=veil)
    own, told, cells = (np.zeros(len(file.lines), np.bool_) for _ in range(3))
    for header in file.headers:
        whole, addressed, elsewhere = _hits(file, header, sheet, veil)
        own |= whole
        if mapping.kind in KEYS_OF_OWN:
            own |= addressed
        told |= addressed
        cells |= elsewhere
    lines = _refused_lines(file, veil, content)
    places = np.flatnonzero(own | told | cells)
    if not len(places) and not lines:
        return file, Traces()
    rows = [(int(place), sheet.row(int(place))) for place in places]
    edited = {place: sheet.edited(row, whole=bool(own[place] or told[place])) for place, row in rows}
    mine = [row for place, row in rows if own[place]]
    traces = Traces(
        rows=[
            *((int(file.lines[place]), row) for place, row in rows),
            *((line, {REFUSED: text}) for line, text in lines),
        ],
        names=frozenset(name for row in mine for name in sheet.names(row)),
        addresses=frozenset(pair for row in mine for pair in sheet.addresses(row)),
    )
    return _with_rows(file, edited), traces


def _hits(file: TextFile, header: str, sheet: Sheet, veil: Veil) -> tuple[Flags, Flags, Flags]:
    """Where a column holds the key of a record on the list, an address that makes the row theirs, and any other name of them."""
    said: Texts = file.cells(header).said
    none = np.zeros(len(said), np.bool_)
    if not len(said):
        return none, none, none
    keys, addressed, elsewhere = none, none, none
    scope = sheet.scope_of(header)
    if scope is not None:
        known = veil.known(scope, texts=said.unique().drop_null().to_pylist(), source=sheet.source)
        keys = _among(said, known)
    mails = _mails(said, veil)
    if names_staff(header=header) or sheet.is_staff(header):
        elsewhere = elsewhere | mails
    elif scope is not None and scope != "deal":
        keys = keys | mails
    else:
        addressed = addressed | mails
    if sheet.is_label(header):
        if not names_person(header=header):
            phones = _phones(said, veil)
            addressed, elsewhere = (
                (addressed, elsewhere | phones) if names_staff(header=header) else (addressed | phones, elsewhere)
            )
        words = _words(said, header)
        elsewhere = elsewhere | _among(said, veil.known(WORD, texts=words))
        addressed = addressed | _among(said, veil.known(PERSON, texts=words))
    return (none, addressed, elsewhere | keys) if scope == "deal" else (keys, addressed, elsewhere)


def _mails(said: Texts, veil: Veil) -> Flags:
    marked = pc.match_substring(said, "@").fill_null(False)
    if not pc.any(marked).as_py():
        return np.zeros(len(said), np.bool_)
    cells = said.filter(marked).unique()
    # Nearly all are plain addresses, which are compared as whole columns.
    plain = pc.match_substring_regex(cells, _PLAIN_MAIL)
    small = pc.ascii_lower(cells.filter(plain))
    hits = cells.filter(plain).filter(pc.is_in(small, value_set=_texts_of(veil.known(MAIL, texts=small.to_pylist()))))
    others = [
        cell for cell in cells.filter(pc.invert(plain)).to_pylist() if veil.known(MAIL, texts=mails_in(text=cell))
    ]
    return _among(said, [*hits.to_pylist(), *others])


def _phones(said: Texts, veil: Veil) -> Flags:
    marked = pc.match_substring_regex(said, _PHONE_LIKE).fill_null(False)
    if not pc.any(marked).as_py():
        return np.zeros(len(said), np.bool_)
    cells = said.filter(marked).unique()
    # The same as `phone_of`, by whole columns.
    digits = pc.ascii_ltrim(pc.replace_substring_regex(cells, "[^0-9]", ""), characters="0")
    known = veil.known(PHONE, texts=digits.filter(pc.greater_equal(pc.binary_length(digits), 7)).to_pylist())
    return _among(said, cells.filter(pc.is_in(digits, value_set=_texts_of(known))).to_pylist())


def _texts_of(known: list[str]) -> Any:
    return pa.array(known, pa.string())


def _words(said: Texts, header: str) -> list[str]:
    """The cells that may be keys of records or persons, each once."""
    if names_person(header=header):
        return list(said.unique().drop_null().to_pylist())
    # The same as `is_telling`, by whole columns.
    sizes = pc.binary_length(said)
    marked = pc.and_(pc.greater_equal(sizes, 5), pc.less_equal(sizes, 64)).fill_null(False)
    marked = pc.and_(marked, pc.match_substring_regex(said, r"^[^\s@]*[0-9][^\s@]*$").fill_null(False))
    marked = pc.and_(marked, pc.match_substring_regex(said, r"[\pL]|^[0-9]{9,}$").fill_null(False))
    return list(said.filter(marked).unique().to_pylist()) if pc.any(marked).as_py() else []


def _among(said: Texts, known: Iterable[str]) -> Flags:
    values = list(known)
    if not values:
        return np.zeros(len(said), np.bool_)
    return np.asarray(pc.is_in(said, value_set=pa.array(values, pa.string())), np.bool_)


def _refused_lines(file: TextFile, veil: Veil, content: bytes) -> list[tuple[int, str]]:
    """The lines that could not be read as rows and name somebody on the list."""
    if not file.rejected:
        return []
    lines = _text(file, content).split("\n")
    begins = np.sort(np.concatenate([file.lines, [each.line for each in file.rejected], [len(lines) + 1]]))
    found = []
    for each in file.rejected:
        end = int(begins[np.searchsorted(begins, each.line, side="right")]) if each.line < begins[-1] else each.line
        text = "\n".join([each.example, *lines[each.line - 1 : end - 1]])
        if message_tells(veil=veil, body=text.encode()):
            found.append((each.line, text))
    return found


def _text(file: TextFile, content: bytes) -> str:
    """The text of a file of lines; of a workbook nothing that could be compared."""
    if content.startswith(GZIP):
        content = gzip.decompress(content)
    try:
        return content.decode(file.encoding, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _with_rows(file: TextFile, edited: Mapping[int, Mapping[str, str]]) -> TextFile:
    """The file with some rows as they are now, and no text of rows that were refused."""
    places = sorted(edited)
    mask = np.zeros(len(file.lines), np.bool_)
    mask[places] = True
    columns = []
    for header, column in zip(file.headers, file.columns, strict=True):
        cells = [edited[place][header] for place in places]
        whole = column.combine_chunks() if len(column) else pa.array([], pa.string())
        whole = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
        if places and whole.take(pa.array(places)).to_pylist() != cells:
            whole = pc.replace_with_mask(whole, pa.array(mask), pa.array(cells, pa.string()))
        columns.append(pa.chunked_array([whole]))
    rejected = tuple(Rejected(each.line, each.reason, "") for each in file.rejected)
    return replace(file, columns=tuple(columns), rejected=rejected)
