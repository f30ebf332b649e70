"""What each file is about, and how files refer to each other: by headers where they speak, by values where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, read_columns
from funnelpact.adapters.connectors.files.reading import TextFile
from funnelpact.adapters.connectors.files.values import is_null
from funnelpact.core.terms.problem import Problem

REFERS = 0.8
"""A column refers to another file's key where so large a share of its different values is found there."""

LEADS, DEALS, PEOPLE, COMPANIES, PRODUCTS = "leads", "deals", "people", "companies", "products"
KEYS = {LEADS: Role.LEAD_KEY, DEALS: Role.DEAL_KEY, PEOPLE: Role.OWNER, COMPANIES: Role.COMPANY, PRODUCTS: Role.PRODUCT}


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
    kinds = {file.name: _kind(read[file.name]) for file in files}
    for file in files:
        if kinds[file.name] is None:
            kinds[file.name] = _kind_by_values(file.name, read, values)
    understood = []
    for file in files:
        kind = kinds[file.name]
        if kind is None:
            raise FileNotUnderstood(file=file.name, headers=file.headers)
        columns = _with_references(file.name, read=read, values=values, kinds=kinds)
        understood.append(Understood(file=file, kind=kind, columns=_with_values(kind, columns)))
    return tuple(understood)


def _kind(columns: Sequence[Column]) -> str | None:
    """What the rows are, by the roles that headers gave."""
    roles = {column.role: column for column in columns if column.role is not Role.LABEL}
    dated = any(column.shape is Shape.DATE for column in columns)
    if not dated:
        if Role.OWNER in roles and _is_unique(roles[Role.OWNER]):
            return PEOPLE
        if Role.PRODUCT in roles and _is_unique(roles[Role.PRODUCT]):
            return PRODUCTS
        if Role.COMPANY in roles and _is_unique(roles[Role.COMPANY]):
            return COMPANIES
    if dated and (Role.WON in roles or Role.DEAL_KEY in roles):
        return DEALS
    if dated and Role.CLOSED in roles and {Role.AMOUNT, Role.STAGE} & roles.keys():
        return DEALS
    if dated and Role.LEAD_KEY in roles:
        return LEADS
    return None


def _kind_by_values(
    name: str, read: Mapping[str, Sequence[Column]], values: Mapping[tuple[str, str], frozenset[str]]
) -> str | None:
    """What the rows are where headers do not say: stages or an end make deals, a key in a larger file its deals."""
    columns = read[name]
    dates = [column for column in columns if column.shape is Shape.DATE]
    keys = [column for column in columns if _is_unique(column) and column.shape is not Shape.DATE]
    if not keys:
        return None
    if dates:
        larger = [
            other
            for other in read
            if other != name and any(_part_of(values[name, key.header], values, other, read) for key in keys)
        ]
        is_deals = len(dates) > 1 or any(column.shape is Shape.STAGE for column in columns) or bool(larger)
        return DEALS if is_deals else LEADS
    return None


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


def _with_references(
    name: str,
    *,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], frozenset[str]],
    kinds: Mapping[str, str | None],
) -> tuple[Column, ...]:
    """Columns whose values are another file's keys get the role of that key, whatever they are called."""
    columns = list(read[name])
    for other, other_kind in kinds.items():
        if (
            other == name
            or other_kind is None
            or other_kind == kinds[name]
            or any(c.role is KEYS[other_kind] for c in columns)
        ):
            continue
        for position, column in enumerate(columns):
            if column.role is not Role.LABEL or column.distinct < 2:
                continue
            keys = [key for key in read[other] if _is_unique(key)]
            if any(_overlap(values[name, column.header], values[other, key.header]) >= REFERS for key in keys):
                columns[position] = replace(column, role=KEYS[other_kind], certainty=0.8)
                break
    return tuple(columns)


def _with_values(kind: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """What headers leave open and values decide: the key, the days, the stage, the amount."""
    wanted: list[tuple[Role, Shape]] = []
    roles = {column.role for column in columns}
    if KEYS[kind] not in roles and not (kind == DEALS and Role.LEAD_KEY in roles):
        wanted.append((KEYS[kind], Shape.KEY))
    if kind == DEALS and Role.STAGE not in roles:
        wanted.append((Role.STAGE, Shape.STAGE))
    if kind in {LEADS, DEALS}:
        dates = [column for column in columns if column.shape is Shape.DATE and column.role is Role.LABEL]
        fuller = sorted(dates, key=lambda column: -column.filled)
        open_roles = [role for role in _date_roles(kind, roles, len(dates)) if role not in roles]
        for role, column in zip(open_roles, fuller, strict=False):
            columns = tuple(replace(c, role=role, certainty=0.6) if c is column else c for c in columns)
    for role, shape in wanted:
        found = next((c for c in columns if c.role is Role.LABEL and c.shape is shape), None)
        if found is not None:
            columns = tuple(replace(c, role=role, certainty=0.7) if c is found else c for c in columns)
    return columns


def _date_roles(kind: str, roles: set[Role], dates: int) -> tuple[Role, ...]:
    if kind == LEADS:
        return (Role.CREATED,)
    if Role.WON in roles:
        return (Role.CREATED,)
    ends = Role.CLOSED if Role.STAGE in roles or dates > 1 else Role.WON
    return (Role.CREATED, ends) if dates > 1 else (ends,)


def _is_unique(column: Column) -> bool:
    return column.filled > 0 and column.distinct == column.filled


def _overlap(inner: frozenset[str], outer: frozenset[str]) -> float:
    return len(inner & outer) / len(inner) if inner else 0.0
