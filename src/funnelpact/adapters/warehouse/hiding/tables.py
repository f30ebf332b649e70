"""Tables of facts without the people on a list: where nothing was received, the rows themselves are what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from funnelpact.core.facts.forgetting import (
    CUSTOMER,
    DEAL,
    LEAD,
    LONGEST_WORD,
    MAIL,
    PERSON,
    PHONE,
    Name,
    Traces,
    Veil,
    mails_in,
    names_person,
    names_staff,
    phone_of,
)
from funnelpact.core.facts.keys import KEY_COLUMNS, SAME_KIND
from funnelpact.core.facts.tables import TABLES, Kind

OF_ONE = {"leads": "lead", "engagements": "lead", "customers": "customer"}
"""Tables of which each row tells of one person, and the column of its key."""
FORGETTABLE = (LEAD, DEAL, CUSTOMER)
STAFF, FREE = frozenset({"owner", "team"}), frozenset({"outcome", "reason"})
_APART = "\x1f"
Row = dict[str, Any]
Flags = NDArray[np.bool_]
_compute: Any = pc


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenTables:
    """The tables of a batch without the people on the list: those that change, and what was found in them."""

    tables: Mapping[str, pa.Table]
    traces: dict[str, Traces]


def hide_tables(*, tables: Mapping[str, pa.Table], veil: Veil) -> HiddenTables:
    """The facts of one batch without the people on the list."""
    changed, traces = {}, {}
    for name, table in tables.items():
        without, found = _hide_table(name, table, veil)
        if without is not table:
            changed[name], traces[name] = without, found
    return HiddenTables(tables=changed, traces=traces)


def _hide_table(name: str, table: pa.Table, veil: Veil) -> tuple[pa.Table, Traces]:
    told, cells = _told(table, name, veil)
    own = _keyed(name, table, veil)
    if name in OF_ONE:
        own |= told
    places = np.flatnonzero(own | told | cells)
    if not len(places):
        return table, Traces()
    rows = list(zip(places.tolist(), table.take(places).to_pylist(), strict=True))
    mine = [row for place, row in rows if own[place]]
    traces = Traces(
        rows=[(place + 1, row) for place, row in rows],
        names=frozenset(found for row in mine for found in _names(name, row, veil)),
        addresses=frozenset(pair for row in mine for pair in _addresses(name, row)),
    )
    edited = [_edited(name, row, veil, whole=bool(own[place] or told[place])) for place, row in rows]
    order = np.arange(table.num_rows)
    order[places] = table.num_rows + np.arange(len(places))
    both = pa.concat_tables([table, pa.Table.from_pylist(edited, schema=table.schema)])
    return both.take(order), traces


def _keyed(name: str, table: pa.Table, veil: Veil) -> Flags:
    """Where a row names a record that is on the list."""
    found = np.zeros(table.num_rows, np.bool_)
    columns = [key for _, key in KEY_COLUMNS.get(name, {}).values()]
    for column in columns:
        keys = table[column]
        source_of: Any = table["source"]
        for source in source_of.unique().to_pylist():
            texts: list[Any] = keys.filter(_compute.equal(source_of, source)).unique().drop_null().to_pylist()
            known = {key for scope in FORGETTABLE for key in veil.known(scope, texts=texts, source=source)}
            known |= {key for key in texts if "@" in key and veil.known(MAIL, texts=mails_in(text=key))}
            maybe = np.flatnonzero(_among(keys, known))
            # A key may be that of a lead here and that of a deal there.
            for place in maybe:
                row = {each: table[each][int(place)].as_py() for each in _naming(name)}
                found[place] |= any(_is_known(record, veil) for record in _records(name, row))
    if name == "leads" and "person" in table.column_names:
        persons: Any = table["person"]
        found |= _among(persons, veil.known(PERSON, texts=persons.unique().drop_null().to_pylist()))
    return found


def _naming(name: str) -> set[str]:
    parts = {part for pair in KEY_COLUMNS.get(name, {}).values() for part in pair if not part.startswith("=")}
    return parts | {"source"}


def _told(table: pa.Table, name: str, veil: Veil) -> tuple[Flags, Flags]:
    """Where a row holds an address of somebody on the list, and where it names them otherwise."""
    told, cells = np.zeros(table.num_rows, np.bool_), np.zeros(table.num_rows, np.bool_)
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            continue
        texts = table[column.name]
        if column.kind is Kind.TEXT:
            marked = _compute.match_substring(texts, "@").fill_null(False)
            if _compute.any(marked).as_py():
                each: list[Any] = texts.filter(marked).unique().to_pylist()
                hits = _among(texts, [text for text in each if veil.known(MAIL, texts=mails_in(text=text))])
                told, cells = (told, cells | hits) if column.name in STAFF else (told | hits, cells)
        elif column.kind is Kind.LABELS:
            hits, others = _labelled(texts, veil)
            told, cells = told | hits, cells | others
    return told, cells


def _labelled(texts: Any, veil: Veil) -> tuple[Flags, Flags]:
    """The same of the labels of each row; each different label is looked at once."""
    told, cells = [np.zeros(0, np.bool_)], [np.zeros(0, np.bool_)]
    for chunk in texts.chunks:
        offsets = chunk.offsets.to_numpy()
        items = slice(int(offsets[0]), int(offsets[-1]))
        pairs = _compute.binary_join_element_wise(chunk.keys[items], _compute.fill_null(chunk.items[items], ""), _APART)
        judged = {pair: _label(pair, veil) for pair in pairs.unique().to_pylist()}
        row = np.repeat(np.arange(len(chunk)), np.diff(offsets))
        for place, found in enumerate((told, cells)):
            hit = _among(pairs, [pair for pair, hits in judged.items() if hits[place]])
            found.append(np.bincount(row[hit], minlength=len(chunk)) > 0)
    return np.concatenate(told), np.concatenate(cells)


def _label(pair: str, veil: Veil) -> tuple[bool, bool]:
    header, _, cell = pair.partition(_APART)
    addressed = veil.addresses(header=header, cell=cell)
    if addressed and not names_staff(header=header):
        return True, False
    return False, addressed or veil.tells(header=header, cell=cell)


def _among(cells: Any, known: Iterable[str]) -> Flags:
    values = list(known)
    if not values:
        return np.zeros(len(cells), np.bool_)
    return np.asarray(_compute.is_in(cells, value_set=pa.array(values, pa.string())), np.bool_)


def _records(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Name]]:
    """The records that a row names, each with the column in which its key stands."""
    for kind, key in KEY_COLUMNS.get(name, {}).values():
        scope = kind[1:] if kind.startswith("=") else row[kind]
        if row[key] is not None and scope is not None:
            yield key, Name(SAME_KIND.get(scope, scope), row[key], row["source"])


def _is_known(record: tuple[str, Name], veil: Veil) -> bool:
    _, name = record
    if name.scope not in FORGETTABLE:
        return False
    mails = name.scope != DEAL and any(veil.knows(Name(MAIL, mail)) for mail in mails_in(text=name.text))
    return mails or veil.knows(name)


def _names(name: str, row: Row, veil: Veil) -> Iterator[Name]:
    """The keys of the records that are the person's, of a row that is theirs."""
    records = [record for _, record in _records(name, row)]
    if name in OF_ONE:
        yield Name(OF_ONE[name], row[OF_ONE[name]], row["source"])
    if name == "leads" and row.get("person"):
        yield Name(PERSON, row["person"])
    if name in {"merges", "links"} and not row.get("undone"):
        people = [record for record in records if record.scope == LEAD]
        if any(_is_known(("", record), veil) for record in people):
            yield from people
    if name == "deals" and row["deal"] == row.get("lead"):
        yield Name(DEAL, row["deal"], row["source"])


def _addresses(name: str, row: Row) -> Iterator[tuple[Name, Name]]:
    if name not in OF_ONE:
        return
    record = Name(OF_ONE[name], row[OF_ONE[name]], row["source"])
    for header, cell in row.get("labels") or ():
        if cell and not names_staff(header=header):
            for mail in mails_in(text=cell):
                yield Name(MAIL, mail), record
            number = None if names_person(header=header) or cell.strip().isdigit() else phone_of(text=cell)
            if number:
                yield Name(PHONE, number), record


def _edited(name: str, row: Row, veil: Veil, *, whole: bool) -> Row:
    """The row as it is kept: nothing of it that is personal, where the `whole` row is theirs; else only what names them."""
    kept = dict(row)
    known = {column: record.text for column, record in _records(name, row) if _is_known((column, record), veil)}
    for column, key in known.items():
        kept[column] = veil.pseudonym(key)
    for said in TABLES[name].columns:
        cell = kept.get(said.name)
        if cell is None or said.name in known:
            continue
        if said.kind is Kind.LABELS:
            kept[said.name] = (
                [] if whole else [pair for pair in cell if not veil.tells(header=pair[0], cell=pair[1] or "")]
            )
        elif whole and (said.name == "url" or (said.name in FREE and len(cell) > LONGEST_WORD)):
            kept[said.name] = None
        elif whole and said.name == "person":
            kept[said.name] = veil.pseudonym(cell)
        elif said.kind is Kind.TEXT:
            kept[said.name] = veil.without_mails(cell)
    for key in known.values():
        inside = rf"(?<![^\W_]){re.escape(key)}(?![^\W_])"
        kept["source_id"] = re.sub(inside, veil.pseudonym(key), kept["source_id"])
    return kept
