"""What each file is about, and how files refer to each other: by headers where they speak, by values where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, names_record, read_columns
from funnelpact.adapters.connectors.files.kinds.events import EVENTS, event_kind, with_event_roles
from funnelpact.adapters.connectors.files.kinds.evidence import amounts_by_value, days_in_order
from funnelpact.adapters.connectors.files.kinds.lookups import OTHER, thing_of
from funnelpact.adapters.connectors.files.kinds.records import (
    DEALS,
    KEYS,
    LEADS,
    REFERS,
    dates_of,
    is_unique,
    kind_by_headers,
    kind_by_use,
    kind_by_values,
    part_of,
    references,
)
from funnelpact.adapters.connectors.files.reading.cells import Cells, overlap
from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.core.terms.problem import Problem

SPOKEN = 0.9
"""So sure is a role that the header gave."""
KINDS, RECURS = 40, 3
"""Lead types are at most so many words, each of which stands in so many rows on average at least."""
KEY_SHAPES = frozenset({Shape.KEY, Shape.NUMBER})


class FileNotUnderstood(Problem):
    """A file of which neither headers nor values say what its rows are."""

    code = "file-not-understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One file: what its rows are, and what each column is for."""

    file: TextFile
    kind: str
    columns: tuple[Column, ...]

    def header(self, role: Role) -> str | None:
        """The header of the column that has the role, None where none has."""
        return next((column.header for column in self.columns if column.role is role), None)


def understand(
    *, files: Sequence[TextFile], given: Mapping[str, tuple[str, Mapping[str, Role]]] | None = None
) -> tuple[Understood, ...]:
    """What all files are, together: keys that recur in another file tell what refers to what.

    `given` says of some files what they are and what their columns are for.
    Raises `FileNotUnderstood` for a file of which nothing can be said.
    """
    with ThreadPoolExecutor() as pool:
        list(pool.map(Cells.look, [file.cells(header) for file in files for header in file.headers]))
    read = {file.name: read_columns(file=file) for file in files}
    values = {(file.name, header): file.cells(header) for file in files for header in file.headers}
    given = given or {}
    for name, (_, roles) in given.items():
        read[name] = tuple(
            replace(column, role=roles.get(column.header, Role.LABEL), certainty=1.0) for column in read[name]
        )
    told = {name: kind for name, (kind, _) in given.items()}
    kinds = told | {
        file.name: kind for file in files if file.name not in given and (kind := event_kind(file.name, read, values))
    }
    # What others refer to comes last: its kind is told by who refers to it.
    records = [file for file in files if file.name not in kinds]
    for file in sorted(records, key=lambda file: not dates_of(read[file.name])):
        columns = read[file.name]
        kind = (
            thing_of(columns)
            or kind_by_headers(columns)
            or kind_by_values(file.name, read, values)
            or kind_by_use(file.name, read, values, kinds)
        )
        if kind is None:
            raise FileNotUnderstood(file=file.name, headers=file.headers)
        kinds[file.name] = kind
    for file in files:
        if kinds[file.name] == OTHER:
            raise FileNotUnderstood(file=file.name, headers=file.headers)
    keyed = {
        file.name: read[file.name]
        if file.name in given
        else with_event_roles(file.name, kinds[file.name], read, values)
        if kinds[file.name] in EVENTS
        else _with_own_key(file, kinds[file.name], read, values)
        for file in files
    }
    understood = []
    for file in files:
        if file.name in given:
            understood.append(Understood(file=file, kind=kinds[file.name], columns=tuple(read[file.name])))
            continue
        columns = _with_references(file.name, read=keyed, values=values, kinds=kinds)
        columns = _with_values(file, kinds[file.name], columns)
        understood.append(Understood(file=file, kind=kinds[file.name], columns=columns))
    return tuple(understood)


def _with_own_key(
    file: TextFile,
    kind: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], Cells],
) -> tuple[Column, ...]:
    """The columns, one of them being the key of the rows: by its header, else one whose values are all different."""
    columns = tuple(read[file.name])
    by_header = next((column for column in columns if column.role is KEYS[kind]), None)
    keys = [column for column in columns if _can_be_key(column, len(file.lines))]
    named = [column for column in keys if names_record(header=column.header)]
    if by_header is not None and (is_unique(by_header) or not named):
        return columns
    if by_header is not None or (kind == DEALS and any(column.role is Role.LEAD_KEY for column in columns)):
        keys = named

    def standing(column: Column) -> tuple[bool, bool, bool]:
        """The name of a key first; then what other files refer to, or have not got themselves; then words before numbers."""
        own = values[file.name, column.header]
        others = [other for other in read if other != file.name]
        if kind in {LEADS, DEALS}:
            fits = not any(part_of(own, values, other, read) for other in others)
        else:
            fits = any(
                overlap(values[other, c.header], own) >= REFERS for other in others for c in references(read[other])
            )
        return column in named, fits, column.shape is Shape.KEY

    best = max(keys, key=standing, default=None)
    given = {best.header: KEYS[kind]} if best else {}
    if best and by_header:
        given[by_header.header] = Role.LABEL
    return tuple(replace(c, role=given[c.header], certainty=0.7) if c.header in given else c for c in columns)


def _can_be_key(column: Column, rows: int) -> bool:
    return (
        column.role is Role.LABEL
        and column.shape in KEY_SHAPES
        and column.filled == rows > 0
        and column.cells.are_unlike
    )


def _with_references(
    name: str,
    *,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], Cells],
    kinds: Mapping[str, str],
) -> tuple[Column, ...]:
    """Columns whose values are another file's keys get the role of that key, whatever they are called."""
    columns = list(read[name])
    for other, kind in kinds.items():
        if kind in EVENTS or kind == kinds[name] or any(column.role is KEYS[kind] for column in columns):
            continue
        keys = [values[other, key.header] for key in read[other] if key.role is KEYS[kind] or is_unique(key)]
        shares = {
            position: max((overlap(values[name, column.header], key) for key in keys), default=0.0)
            for position, column in enumerate(columns)
            if column.role is Role.LABEL and column in references(columns)
        }
        # Small whole numbers are found among the keys 1, 2, 3 of anything.
        sure = [at for at, share in shares.items() if share >= (1 if columns[at].shape is Shape.NUMBER else REFERS)]
        if sure:
            best = max(sure, key=lambda at: (shares[at], columns[at].distinct))
            columns[best] = replace(columns[best], role=KEYS[kind], certainty=0.8)
    return tuple(columns)


def _with_values(file: TextFile, kind: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """What headers leave open and values decide: the days, the stage, the amount."""
    if kind not in {LEADS, DEALS}:
        return columns
    roles = {column.role for column in columns}
    given: dict[str, Role] = {}
    labels = [column for column in columns if column.role is Role.LABEL]
    if kind == DEALS and Role.STAGE not in roles:
        given |= {column.header: Role.STAGE for column in labels if column.shape is Shape.STAGE}
    dates = days_in_order(file=file, headers=[column.header for column in labels if column.shape is Shape.DATE])
    stages = bool({Role.STAGE} & {*roles, *given.values()})
    given |= dict(_days(kind, roles, dates, stages=stages))
    if kind == LEADS and all(column.certainty < SPOKEN or column.role is Role.LABEL for column in columns):
        given |= dict.fromkeys(_kinds_of_lead(labels)[:1], Role.TYPE)
    if kind == DEALS and Role.AMOUNT not in roles:
        stage = next((c.header for c in columns if Role.STAGE in {c.role, given.get(c.header)}), None)
        numbers = [column.header for column in labels if column.shape is Shape.NUMBER]
        given |= dict.fromkeys(amounts_by_value(file=file, headers=numbers, stage=stage)[:1], Role.AMOUNT)
    return tuple(
        replace(column, role=given[column.header], certainty=0.6) if column.header in given else column
        for column in columns
    )


def _kinds_of_lead(labels: Sequence[Column]) -> list[str]:
    """The columns that may hold the lead type where no header speaks: few words that recur, the fullest column first."""
    few = [
        c
        for c in labels
        if c.shape is Shape.TEXT
        and c.cells.at_most(KINDS)
        and not c.cells.at_most(1)
        and c.distinct * RECURS <= c.filled
    ]
    return [column.header for column in sorted(few, key=lambda column: (-column.filled, -column.distinct))]


def _days(kind: str, roles: set[Role], dates: Sequence[str], *, stages: bool) -> list[tuple[str, Role]]:
    """What the days are of which headers say nothing: the first the beginning, the last the end."""
    if not dates:
        return []
    begins = [] if Role.CREATED in roles else [(dates[0], Role.CREATED)]
    if kind == LEADS or {Role.WON, Role.CLOSED} & roles:
        return begins
    if len(dates) == 1 and begins:
        # One day alone is that of the win, unless stages say that the deal may still be open.
        return begins if stages else [(dates[0], Role.WON)]
    return [*begins, (dates[-1], Role.CLOSED if stages or begins else Role.WON)]
