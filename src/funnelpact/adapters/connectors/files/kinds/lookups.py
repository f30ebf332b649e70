"""Files that are about neither leads nor deals though they have days: people, companies, products, and what has no place."""

from __future__ import annotations

from collections.abc import Sequence

from funnelpact.adapters.connectors.files.columns import (
    Column,
    Role,
    Shape,
    ends_in_number,
    header_is,
    header_says,
    is_short,
)
from funnelpact.adapters.connectors.files.kinds.records import COMPANIES, PEOPLE, PRODUCTS, dates_of, is_unique

OTHER = "other"
"""Rows that no fact table is made for."""

_PERSON = ("first name", "last name", "firstname", "lastname", "surname", "email", "soyad", "eposta", "ad soyad")
_COMPANY = ("industry", "sector", "employees", "annual revenue", "annualrevenue", "website", "domain", "sektor", "calisan", "vergi")  # fmt: skip
_PEOPLE = ("username", "role", "team", "profile", "manager", "alias", "time zone", "department", "quota", "kullanici", "unvan", "ekip")  # fmt: skip
_PRODUCT = ("product code", "sku", "unit price", "list price", "urun kodu", "birim fiyat", "stok kodu")
_NO_PLACE = ("ticket", "pipeline", "list", "contact list", "form", "property", "team", "role", "stage", "engagement", "campaign", "email campaign", "template", "field", "case")  # fmt: skip
_KEY_WORDS = ("id", "guid", "no", "key")
_FIELD, _VALUE = (
    ("name", "field", "property", "property name", "field name", "alan"),
    ("value", "new value", "yeni deger"),
)
_SALE = frozenset({Role.LEAD_KEY, Role.DEAL_KEY, Role.AMOUNT, Role.WON, Role.CLOSED})


def thing_of(columns: Sequence[Column]) -> str | None:
    """What the rows are where their headers name something else than a sale: a kind of lookup, `OTHER`, or None."""
    roles = {column.role: column for column in columns}
    persons = _count(columns, _PERSON)
    if _has_no_place(columns, roles, persons):
        return OTHER
    if _SALE & roles.keys() or any(column.shape is Shape.STAGE for column in columns):
        return None
    owner = roles.get(Role.OWNER)
    sourced = Role.TYPE in roles and bool(dates_of(columns))
    told = {
        PEOPLE: not sourced
        and (_count(columns, _PEOPLE) > 1 or (owner is not None and is_unique(owner) and persons > 0)),
        PRODUCTS: _count(columns, _PRODUCT) > 0 and not persons,
        COMPANIES: _count(columns, _COMPANY) > 1 and not persons and not sourced,
    }
    kind = next((kind for kind, is_told in told.items() if is_told), None)
    return OTHER if kind is None and not persons and any(map(_is_keyed_elsewhere, columns)) else kind


def _has_no_place(columns: Sequence[Column], roles: dict[Role, Column], persons: int) -> bool:
    """Whether the rows are changes of fields, links, merges, list entries, lines of an order, tickets or people undated."""
    keyed = {
        role for role in (Role.LEAD_KEY, Role.DEAL_KEY) if role in roles and ends_in_number(header=roles[role].header)
    }
    days = bool(dates_of(columns))
    return (
        (days and _named(columns, _FIELD) and _named(columns, _VALUE))
        or (not days and bool(keyed))
        or (not days and persons > 1 and Role.TYPE in roles)
        or _count(columns, ("merge", "merged", "birlestir")) > 0
        or (bool(keyed) and _named(columns, ("list id", "contact list id")))
        or (Role.DEAL_KEY in keyed and Role.PRODUCT in roles and _count(columns, ("quantity", "adet", "miktar")) > 0)
        or (not keyed and _count(columns, ("ticket",)) > 0)
    )


def _named(columns: Sequence[Column], words: Sequence[str]) -> bool:
    return any(header_is(header=column.header, words=words) for column in columns)


def _count(columns: Sequence[Column], words: Sequence[str]) -> int:
    """How many short headers hold one of the words."""
    plain = [column.header.removeprefix("property_") for column in columns]
    return sum(1 for header in plain if is_short(header=header) and header_says(header=header, words=words))


def _is_keyed_elsewhere(column: Column) -> bool:
    """Whether the rows have a key of their own that is the key of something without a place."""
    keys = tuple(f"{thing} {key}" for thing in _NO_PLACE for key in _KEY_WORDS)
    return is_unique(column) and header_is(header=column.header, words=keys)
