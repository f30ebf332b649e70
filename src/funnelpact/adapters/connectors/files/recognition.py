"""What each file is about, and how files refer to each other: by headers where they speak, by values where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, names_record, read_columns
from funnelpact.adapters.connectors.files.kinds.beside import of_currency, of_deleted, of_owners
from funnelpact.adapters.connectors.files.kinds.events import EVENTS, MOVES, event_kind, own_key, with_event_roles
from funnelpact.adapters.connectors.files.kinds.evidence import amounts_by_value, days_in_order
from funnelpact.adapters.connectors.files.kinds.further import CUSTOMERS, RENEWALS, further_kind
from funnelpact.adapters.connectors.files.kinds.log import LOG, log_roles, version_roles
from funnelpact.adapters.connectors.files.kinds.lookups import OTHER, thing_of
from funnelpact.adapters.connectors.files.kinds.records import (
    DEALS,
    KEYS,
    LEADS,
    PEOPLE,
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
from funnelpact.core.terms.problem import Problem, raise_all

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
    A file of which nothing can be said has the kind `other`. Raises `FileNotUnderstood` where that is so of all.
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
    found: dict[str, Mapping[str, Role]] = {}
    kinds = dict(told)
    for file in files:
        if file.name not in given and (kind := _special(file.name, read, values, found)):
            kinds[file.name] = kind
    # What others refer to comes last: its kind is told by who refers to it.
    records = [file for file in files if file.name not in kinds]
    told_apart = {file.name: read[file.name] for file in records}
    for file in sorted(records, key=lambda file: not dates_of(read[file.name])):
        columns = read[file.name]
        kinds[file.name] = (
            thing_of(columns)
            or kind_by_headers(columns)
            or kind_by_values(file.name, told_apart, values)
            or kind_by_use(file.name, read, values, kinds)
            or OTHER
        )
    if all(kind == OTHER for kind in kinds.values()):
        raise_all([FileNotUnderstood(file=file.name, headers=file.headers) for file in files])
    keyed = {
        file.name: tuple(read[file.name])
        if file.name in given
        else _with_given(read[file.name], kinds[file.name], found[file.name])
        if file.name in found
        else _with_roles(file, kinds[file.name], read, values)
        for file in files
    }
    _give_cases_to_leads(keyed, values, kinds)
    understood = []
    for file in files:
        if file.name in given or file.name in found or kinds[file.name] == OTHER:
            understood.append(Understood(file=file, kind=kinds[file.name], columns=tuple(keyed[file.name])))
            continue
        columns = _with_references(file.name, read=keyed, values=values, kinds=kinds)
        columns = _with_values(file, kinds[file.name], columns)
        understood.append(Understood(file=file, kind=kinds[file.name], columns=columns))
    return tuple(understood)


def _special(
    name: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], Cells],
    roles: dict[str, Mapping[str, Role]],
) -> str | None:
    """The kind of a file that is about events or further things, None where it is a record's; roles are noted beside."""
    columns = read[name]
    if (found := log_roles(columns, by_values=False)) is not None:
        roles[name] = found
        return LOG
    if (found := version_roles(columns)) is not None:
        roles[name] = found
        return MOVES
    if (further := further_kind(columns)) is not None:
        kind, roles[name] = further
        return kind
    kind_of_event = event_kind(name, read, values)
    if kind_of_event is None and (found := log_roles(columns, by_values=True)) is not None:
        roles[name] = found
        return LOG
    return kind_of_event


def _with_roles(
    file: TextFile,
    kind: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], Cells],
) -> tuple[Column, ...]:
    if kind == OTHER:
        return tuple(replace(column, role=Role.LABEL) for column in read[file.name])
    if kind in EVENTS:
        return with_event_roles(file.name, kind, read, values)
    return _with_own_key(file, kind, read, values)


def _with_given(columns: Sequence[Column], kind: str, roles: Mapping[str, Role]) -> tuple[Column, ...]:
    """The columns with the roles that were found for them; beside these only what such rows may tell, too."""
    beside = {Role.CURRENCY, Role.OWNER, Role.DEAL_KEY} if kind in {CUSTOMERS, RENEWALS} else set()
    taken = {*roles.values()}
    own = own_key(columns) if Role.RECORD not in taken else None
    found = []
    for column in columns:
        role = roles.get(column.header, column.role if column.role in beside - taken else Role.LABEL)
        if column is own and column.header not in roles:
            role = Role.RECORD
        found.append(replace(column, role=role, certainty=column.certainty if role is column.role else 0.8))
    return tuple(found)


def _give_cases_to_leads(
    keyed: dict[str, tuple[Column, ...]], values: Mapping[tuple[str, str], Cells], kinds: Mapping[str, str]
) -> None:
    """Cases of a log that are the leads, or the deals, of another file are no leads of their own."""
    for name, kind in kinds.items():
        case = next((column for column in keyed[name] if column.role is Role.CASE), None) if kind == LOG else None
        if case is None:
            continue
        for other, role in ((other, KEYS[kinds[other]]) for other in kinds if kinds[other] in {LEADS, DEALS}):
            key = next((column for column in keyed[other] if column.role is role), None)
            if key is not None and overlap(values[name, case.header], values[other, key.header]) >= REFERS:
                keyed[name] = tuple(replace(c, role=role) if c is case else c for c in keyed[name])
                break


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
        if kind not in KEYS or kind == kinds[name] or any(column.role is KEYS[kind] for column in columns):
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
    if kind == PEOPLE:
        return of_owners(columns)
    if kind not in {LEADS, DEALS}:
        return columns
    columns = of_currency(of_deleted(columns)) if kind == DEALS else of_deleted(columns)
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
