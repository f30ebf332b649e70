"""What the rows of a file are: leads, deals, people, companies or products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, ends_in_number, speaks_of_person
from funnelpact.adapters.connectors.files.reading.cells import Cells, overlap

REFERS = 0.8
"""A column refers to another file's key where so large a share of its different values is found there."""

LEADS, DEALS, PEOPLE, COMPANIES, PRODUCTS = "leads", "deals", "people", "companies", "products"
KEYS = {LEADS: Role.LEAD_KEY, DEALS: Role.DEAL_KEY, PEOPLE: Role.OWNER, COMPANIES: Role.COMPANY, PRODUCTS: Role.PRODUCT}
_OF_SALES = frozenset(
    {Role.TYPE, Role.CAMPAIGN, Role.SEGMENT, Role.AMOUNT, Role.LEAD_KEY, Role.DEAL_KEY, Role.WON, Role.CLOSED}
)
REFERENCE_SHAPES = frozenset({Shape.KEY, Shape.TEXT, Shape.NUMBER})


def kind_by_headers(columns: Sequence[Column]) -> str | None:
    """What the rows are, by the roles that headers gave."""
    roles: dict[Role, Column] = {column.role: column for column in columns}
    if not dates_of(columns):
        unique = {role for role, column in roles.items() if is_unique(column)}
        named = ((Role.OWNER, PEOPLE), (Role.PRODUCT, PRODUCTS), (Role.COMPANY, COMPANIES))
        return next((kind for role, kind in named if role in unique), None)
    people = bool({Role.LEAD_KEY, Role.BECAME} & roles.keys()) or any(
        speaks_of_person(header=column.header) for column in columns
    )
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


def kind_by_values(
    name: str, read: Mapping[str, Sequence[Column]], values: Mapping[tuple[str, str], Cells]
) -> str | None:
    """What the rows are where headers do not say: stages or an end make deals, a key in a larger file its deals."""
    columns = read[name]
    dates = dates_of(columns)
    unique = [column for column in columns if is_unique(column)]
    keys = [column for column in unique if ends_in_number(header=column.header)] or unique
    if not keys or not dates:
        return None
    part = any(
        part_of(values[name, key.header], values, other, read) for other in read if other != name for key in keys
    )
    roles = {column.role for column in columns}
    stages = any(column.shape is Shape.STAGE for column in columns)
    # Headers that we can read, and that say nothing of a sale, speak against one.
    if not part and not stages and roles - {Role.LABEL} and not roles & _OF_SALES:
        return None
    return DEALS if part or len(dates) > 1 or stages else LEADS


def kind_by_use(
    name: str,
    read: Mapping[str, Sequence[Column]],
    values: Mapping[tuple[str, str], Cells],
    kinds: Mapping[str, str],
) -> str | None:
    """What rows without a day are, by the column of another file that names them; companies where that says nothing."""
    keys = [values[name, column.header] for column in read[name] if is_unique(column)]
    used = [
        column
        for other, kind in kinds.items()
        for column in (references(read[other]) if kind in {LEADS, DEALS} else ())
        if any(overlap(values[other, column.header], key) >= REFERS for key in keys)
    ]
    named = {role: kind for kind, role in KEYS.items() if kind in {PEOPLE, COMPANIES, PRODUCTS}}
    told = [named[column.role] for column in used if column.role in named]
    free = [kind for kind in (COMPANIES, PRODUCTS, PEOPLE) if kind not in kinds.values()]
    return next(iter(told or free), None) if used else None


def part_of(
    inner: Cells,
    values: Mapping[tuple[str, str], Cells],
    other: str,
    read: Mapping[str, Sequence[Column]],
) -> bool:
    """Whether the values are most of a part of another file's keys."""
    return any(
        inner.distinct < values[other, column.header].distinct
        and overlap(inner, values[other, column.header]) >= REFERS
        for column in read[other]
        if is_unique(column)
    )


def references(columns: Sequence[Column]) -> list[Column]:
    """The columns that may refer to another file: words and numbers, more than one of them."""
    return [column for column in columns if column.shape in REFERENCE_SHAPES and not column.cells.at_most(1)]


def dates_of(columns: Sequence[Column]) -> list[Column]:
    """The columns that hold days."""
    return [column for column in columns if column.shape is Shape.DATE]


def is_unique(column: Column) -> bool:
    """Whether every cell that says something says something else. Days are no keys, however they differ."""
    return column.shape not in {Shape.DATE, Shape.STAMP} and column.cells.are_unlike
