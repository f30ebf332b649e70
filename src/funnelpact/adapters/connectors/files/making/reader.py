"""The columns of a file as its mapping reads them: texts, moments and amounts by role, and the rows that are refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from funnelpact.adapters.connectors.files.arrow import Array, Column, Schema, Table, Texts, pa, pc
from funnelpact.adapters.connectors.files.bulk.moments import DAY, Flags, Moments
from funnelpact.adapters.connectors.files.bulk.zones import to_utc, zone_named
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading.cells import Cells
from funnelpact.adapters.connectors.files.reading.table import Rejected, TextFile
from funnelpact.core.facts.arrow import arrow_schema
from funnelpact.core.facts.tables import TABLES, Precision

SOURCE = "files"
"""One source, whatever its files are called: the next export of the same rows corrects the one before."""
_LABELLED_AT_ONCE = 200_000
Said: TypeAlias = Mapping[str, Any]
"""Columns of a fact table, each with one value for each row of the file, or with one for all."""


class Reader:
    """Reads a file by the roles of its columns. A row is refused for the first reason that is found."""

    def __init__(self, *, file: TextFile, mapping: FileMapping) -> None:
        self.file, self.mapping = file, mapping
        self.count = len(file.lines)
        self.headers: dict[Role, str] = {
            role: header
            for header, role in mapping.columns.items()
            if role is not Role.LABEL and header in set(file.headers)
        }
        self._reasons = [""]
        self._refused = np.zeros(self.count, np.int8)
        self._zone = zone_named(name=mapping.zone) if mapping.zone else None
        self._placed: dict[str, Moments] = {}
        self.twice, self.never, self.unzoned = 0, 0, 0

    def refuse(self, rows: Flags, reason: str) -> None:
        """Take no fact from these rows, unless another reason was found before."""
        if reason not in self._reasons:
            self._reasons.append(reason)
        self._refused[rows & (self._refused == 0)] = self._reasons.index(reason)

    @property
    def kept(self) -> Flags:
        """The rows that are not refused."""
        return np.asarray(self._refused == 0, np.bool_)

    def rejected(self) -> list[Rejected]:
        """The refused rows, each with its line, reason and text."""
        places = np.flatnonzero(self._refused)
        return [
            Rejected(int(self.file.lines[place]), self._reasons[self._refused[place]], self.file.example(int(place)))
            for place in places
        ]

    def cells(self, role: Role) -> Cells | None:
        """The column of a role."""
        header = self.headers.get(role)
        return self.file.cells(header) if header is not None else None

    def text(self, role: Role) -> Texts:
        """What the column of a role says, null where nothing does."""
        cells = self.cells(role)
        return cells.said if cells else pa.chunked_array([pa.nulls(self.count, pa.string())])

    def filled(self, role: Role) -> Flags:
        """Where the column of a role says something."""
        cells = self.cells(role)
        return cells.filled if cells else np.zeros(self.count, np.bool_)

    def words(self, role: Role) -> tuple[NDArray[np.int32], Sequence[str]]:
        """The column of a role as codes and words; -1 where nothing is said."""
        cells = self.cells(role)
        return cells.coded if cells else (np.full(self.count, -1, np.int32), ())

    def moments_of(self, role: Role) -> Moments:
        """The moments in the column of a role. Reason: `bad-date`."""
        header = self.headers.get(role)
        if header is None:
            none = np.zeros(self.count, np.bool_)
            return Moments(at=np.zeros(self.count, np.int64), good=none, has_time=none, zoned=none)
        return self.moments(header)

    def moments(self, header: str) -> Moments:
        """The moments in a column. Reason: `bad-date`."""
        cells = self.file.cells(header)
        found = cells.moments(self.mapping.date_order)
        self.refuse(cells.filled & ~found.good, "bad-date")
        shift = self.mapping.day_shifts.get(header)
        return self._at_home(header, found) if shift is None else _days_of(found, shift)

    def _at_home(self, header: str, found: Moments) -> Moments:
        """The moments with the times that name no zone taken as times of the file's zone."""
        local = found.good & found.has_time & ~found.zoned
        if header in self._placed or not local.any():
            return self._placed.get(header, found)
        if self._zone is None:
            self.unzoned += int(np.count_nonzero(local))
            self._placed[header] = found
            return found
        placed = to_utc(local=found.at[local], zone=self._zone)
        self.twice += int(np.count_nonzero(placed.twice))
        self.never += int(np.count_nonzero(placed.never))
        at = found.at.copy()
        at[local] = placed.at
        self._placed[header] = replace(found, at=at)
        return self._placed[header]

    def when(self, role: Role) -> dict[str, Column]:
        """The columns of a fact that say when it happened. Reasons: `no-date`, `bad-date`."""
        moments = self.moments_of(role)
        self.refuse(~moments.good, "no-date")
        return at(moments=moments)

    def amounts(self, role: Role) -> tuple[Array, Array]:
        """The amounts in the column of a role, and the currencies beside them. Reason: `bad-amount`."""
        cells = self.cells(role)
        if cells is None:
            return pa.nulls(self.count, pa.decimal128(18, 4)), pa.nulls(self.count, pa.string())
        amounts, currencies = cells.amounts(self.mapping.decimal_mark)
        self.refuse(cells.filled & ~np.asarray(amounts.is_valid()), "bad-amount")
        return amounts, currencies

    def headers_beside(self, roles: Collection[Role]) -> list[str]:
        """The columns that have another role than these: they stay labels."""
        present = set(self.file.headers)
        return [header for header, role in self.mapping.columns.items() if role not in roles and header in present]

    def labels(self, headers: Sequence[str], rows: Flags) -> Column:
        """What these columns say, under their headers, for some of the rows."""
        places = np.flatnonzero(rows)
        parts = [
            self._labels(headers, places[start : start + _LABELLED_AT_ONCE])
            for start in range(0, max(len(places), 1), _LABELLED_AT_ONCE)
        ]
        return pa.chunked_array(parts)

    def _labels(self, headers: Sequence[str], places: NDArray[np.int64]) -> Array:
        kind = pa.map_(pa.string(), pa.string())
        if not headers or not len(places):
            return pa.MapArray.from_arrays(
                pa.array(np.zeros(len(places) + 1, np.int32)), pa.array([], pa.string()), pa.array([], pa.string())
            ).cast(kind)
        columns = [_whole(self.file.cells(header).said.take(pa.array(places))) for header in headers]
        filled = np.column_stack([np.asarray(column.is_valid()) for column in columns])
        row, column = np.nonzero(filled)
        ends = np.concatenate([[0], np.cumsum(filled.sum(axis=1))]).astype(np.int32)
        items = pa.concat_arrays(columns).take(pa.array(column * len(places) + row))
        keys = pa.array(headers, pa.string()).take(pa.array(column))
        return pa.MapArray.from_arrays(pa.array(ends), keys, items).cast(kind)

    def table(self, name: str, said: Said, rows: Flags, *, labels: Sequence[str] | None = None) -> Table:
        """The facts of some rows. What is not said is null; `labels` are the headers that are kept as written."""
        schema = fact_schema(name=name)
        count = int(np.count_nonzero(rows))
        chosen = None if count == self.count else pa.array(rows)
        arrays: list[Column] = []
        for field in schema:
            value = said.get(field.name)
            if field.name == "labels" and labels is not None:
                arrays.append(self.labels(labels, rows))
            elif value is None:
                arrays.append(pa.nulls(count, field.type))
            elif isinstance(value, (str, bool)) or not hasattr(value, "__len__"):
                arrays.append(pa.repeat(pa.scalar(value, field.type), count))
            else:
                arrays.append((value if chosen is None else value.filter(chosen)).cast(field.type))
        return Table.from_arrays(arrays, schema=schema)


def fact_schema(*, name: str) -> Schema:
    """The schema of a fact table without `batch`."""
    schema = arrow_schema(table=TABLES[name])
    return schema.remove(schema.get_field_index("batch"))


def at(*, moments: Moments) -> dict[str, Column]:
    """When something happened, and how exactly that is known, as columns of a fact."""
    precision = pa.DictionaryArray.from_arrays(
        pa.array(moments.has_time.astype(np.int8)), [Precision.DAY.value, Precision.INSTANT.value]
    )
    return {"happened_at": instants(moments=moments), "precision": precision}


def instants(*, moments: Moments) -> Array:
    """The moments as instants, null where there are none."""
    return pa.array(moments.at.view("datetime64[us]"), mask=~moments.good).cast(pa.timestamp("us", "UTC"))


def chosen(*, where: Flags, first: Moments, other: Moments) -> Moments:
    """The one moment where a row is marked, the other elsewhere."""
    return Moments(
        at=np.where(where, first.at, other.at),
        good=np.where(where, first.good, other.good),
        has_time=np.where(where, first.has_time, other.has_time),
        zoned=np.where(where, first.zoned, other.zoned),
    )


def source_ids(*, kind: str, keys: Column) -> Column:
    """What names the rows of a kind of file among all that the source says."""
    return pc.binary_join_element_wise(kind, keys, "/")


def _days_of(moments: Moments, minutes: int) -> Moments:
    """The days on which instants lie that are only somebody's midnight."""
    shifted = moments.at + minutes * (DAY // 1_440)
    days = np.where(moments.has_time, shifted - shifted % DAY, moments.at)
    return Moments(at=days, good=moments.good, has_time=np.zeros(len(days), np.bool_), zoned=moments.zoned)


def _whole(texts: Texts) -> Array:
    whole = texts.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
