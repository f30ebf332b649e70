"""What each file is about, and how files refer to each other: by headers where they speak, by values where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from funnelpact.adapters.connectors.files.columns import (
    Column,
    Role,
    Shape,
    names_record,
    read_columns,
    speaks_of_person,
)
from funnelpact.adapters.connectors.files.evidence import amounts_by_value, days_in_order
from funnelpact.adapters.connectors.files.reading import TextFile
from funnelpact.adapters.connectors.files.values import is_null
from funnelpact.core.terms.problem import Problem

REFERS = 0.8
"""A column refers to another file's key where so large a share of its different values is found there."""

LEADS, DEALS, PEOPLE, COMPANIES, PRODUCTS = "leads", "deals", "people", "companies", "products"
KEYS = {LEADS: Role.LEAD_KEY, DEALS: Role.DEAL_KEY, PEOPLE: Role.OWNER, COMPANIES: Role.COMPANY, PRODUCTS: Role.PRODUCT}

KEY_SHAPES = frozenset({Shape.KEY, Shape.NUMBER})
REFERENCE_SHAPES = frozenset({Shape.KEY, Shape.TEXT, Shape.NUMBER})


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


def understand(*, files: Sequence[TextFile]) -> tuple[Understood, ...]:
    """What all files are, together: keys that recur in another file tell what refers to what.

    Raises `FileNotUnderstood` for a file of which nothing can be said.
    """
    read = {file.name: read_columns(file=file) for file in files}
    values = {
        (file.name, column.header): frozenset(cell for cell in file.column(column.header) if not is_null(cell))
        for file in files
        for column in read[file.name]
    }
    kinds: dict[str, str] = {}
    # What others refer to comes last: its kind is told by who refers to it.
    for file in sorted(files, key=lambda file: not _dates(read[file.name])):
        columns = read[file.name]
        kind = (
            _kind(columns) or _kind_by_values(file.name, read, values) or _kind_by_use(file.name, read, values, kinds)
        )
        if kind is None:
            raise FileNotUnderstood(file=file.name, headers=file.headers)
        kinds[file.name] = kind
    keyed = {file.name: _with_own_key(file, kinds[file.name], read, values) for file in files}
    understood = []
    for file in files:
        columns = _with_references(file.name, read=keyed, values=values, kinds=kinds)
        columns = _with_values(file, kinds[file.name], columns)
        understood.append(Understood(file=file, kind=kinds[file.name], columns=columns))
    return tuple(understood)


def _kind(columns: Sequence[Column]) -> str | None:
    """What the rows are, by the roles that headers gave."""
    roles: dict[Role, Column] = {column.role: column for column in columns}
    if not _dates(columns):
        unique = {role for role, column in roles.items() if _is_unique(column)}
        named = ((Role.OWNER, PEOPLE), (Role.PRODUCT, PRODUCTS), (Role.COMPANY, COMPANIES))
        return next((kind for role, kind in named if role in unique), None)
    people = Role.LEAD_KEY in roles or any(speaks_of_person(header=column.header) for column in columns)
    # Records of people name the deal that they became, and may have a closing date; a deal has an amount or its own key.
    if people and not (Role.WON in roles or Role.AMOUNT in roles or _has_own_deals(roles)):
        return LEADS
    if Role.WON in roles or Role.DEAL_KEY in roles:
        return DEALS
    if {Role.CLOSED, Role.AMOUNT} <= roles.keys() or (
        Role.STAGE in roles and {Role.CLOSED, Role.AMOUNT} & roles.keys()
    ):
        return DEALS
    return LEADS if people else None


def _has_own_deals(roles: Mapping[Role, Column]) -> bool:
    deal, lead = roles.get(Role.DEAL_KEY), roles.get(Role.LEAD_KEY)
    if deal is None or lead is None:
        return deal is not None
    return deal.filled > lead.filled or (deal.filled == lead.filled and deal.distinct >= lead.distinct)


def _kind_by_values(
    name: str, read: Mapping[str, Sequence[Column]], values: Mapping[tuple[str, str], frozenset[str]]
) -> str | None:
    """What the rows are where headers do not say: stages or an end make deals, a key in a larger file its deals."""
    columns = read[name]
    dates = _dates(columns)
    keys = [column for column in columns if _is_unique(column) and column.shape is not Shape.DATE]
    if not keys or not dates:
        return None
    part = any(
        _part_of(values[name, key.header], values, other, read) for other in read if other != name for key in keys
    )
    is_deals = part or len(dates) > 1 or any(column.shape is Shape.STAGE for column in columns)
    return DEALS if is_deals else LEADS


def _kind_by_use(
    name: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], frozenset[str]],
    kinds: Mapping[str, str],
) -> str | None:
    """What rows without a day are, by the column of another file that names them; companies where that says nothing."""
    keys = [values[name, column.header] for column in read[name] if _is_unique(column)]
    used = [
        column
        for other in kinds
        for column in read[other]
        if column.shape in REFERENCE_SHAPES
        and column.distinct > 1
        and any(_overlap(values[other, column.header], key) >= REFERS for key in keys)
    ]
    named = {role: kind for kind, role in KEYS.items() if kind in {PEOPLE, COMPANIES, PRODUCTS}}
    told = [named[column.role] for column in used if column.role in named]
    free = [kind for kind in (COMPANIES, PRODUCTS, PEOPLE) if kind not in kinds.values()]
    return next(iter(told or free), None) if used else None


def _dates(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.shape is Shape.DATE]


def _part_of(
    inner: frozenset[str],
    values: Mapping[tuple[str, str], frozenset[str]],
    other: str,
    read: Mapping[str, Sequence[Column]],
) -> bool:
    return any(
        len(inner) < len(values[other, column.header]) and _overlap(inner, values[other, column.header]) >= REFERS
        for column in read[other]
        if _is_unique(column)
    )


def _with_own_key(
    file: TextFile,
    kind: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], frozenset[str]],
) -> tuple[Column, ...]:
    """The columns, one of them being the key of the rows: by its header, else one whose values are all different."""
    columns = tuple(read[file.name])
    by_header = next((column for column in columns if column.role is KEYS[kind]), None)
    keys = [column for column in columns if _can_be_key(column, len(file.rows))]
    named = [column for column in keys if names_record(header=column.header)]
    if by_header is not None and (_is_unique(by_header) or not named):
        return columns
    if by_header is not None or (kind == DEALS and any(column.role is Role.LEAD_KEY for column in columns)):
        keys = named

    def standing(column: Column) -> tuple[bool, bool, bool]:
        """The name of a key first, then what no other file has for a key, then words before numbers."""
        elsewhere = any(
            _part_of(values[file.name, column.header], values, other, read) for other in read if other != file.name
        )
        return column in named, not elsewhere, column.shape is Shape.KEY

    best = max(keys, key=standing, default=None)
    given = {best.header: KEYS[kind]} if best else {}
    if best and by_header:
        given[by_header.header] = Role.LABEL
    return tuple(replace(c, role=given[c.header], certainty=0.7) if c.header in given else c for c in columns)


def _can_be_key(column: Column, rows: int) -> bool:
    return column.role is Role.LABEL and column.shape in KEY_SHAPES and column.distinct == column.filled == rows > 0


def _with_references(
    name: str,
    *,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], frozenset[str]],
    kinds: Mapping[str, str],
) -> tuple[Column, ...]:
    """Columns whose values are another file's keys get the role of that key, whatever they are called."""
    columns = list(read[name])
    for other, kind in kinds.items():
        if kind == kinds[name] or any(column.role is KEYS[kind] for column in columns):
            continue
        keys = [values[other, key.header] for key in read[other] if key.role is KEYS[kind] or _is_unique(key)]
        shares = {
            position: max((_overlap(values[name, column.header], key) for key in keys), default=0.0)
            for position, column in enumerate(columns)
            if column.role is Role.LABEL and column.distinct > 1 and column.shape in REFERENCE_SHAPES
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
    if kind == DEALS and Role.AMOUNT not in roles:
        stage = next((c.header for c in columns if Role.STAGE in {c.role, given.get(c.header)}), None)
        numbers = [column.header for column in labels if column.shape is Shape.NUMBER]
        given |= dict.fromkeys(amounts_by_value(file=file, headers=numbers, stage=stage)[:1], Role.AMOUNT)
    return tuple(
        replace(column, role=given[column.header], certainty=0.6) if column.header in given else column
        for column in columns
    )


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


def _is_unique(column: Column) -> bool:
    return column.filled > 0 and column.distinct == column.filled


def _overlap(inner: frozenset[str], outer: frozenset[str]) -> float:
    return len(inner & outer) / len(inner) if inner else 0.0
