"""What records of leads, deals and owners tell beside: that they were deleted, and an owner's role and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, header_is, header_says
from funnelpact.adapters.connectors.files.values import MOST, currency_code

_DELETED = ("is deleted", "deleted", "fivetran deleted", "archived", "is archived", "removed", "silindi", "arsivlendi")
_POST = ("role", "user role", "position", "function", "gorev", "rol", "unvan")
_STARTS = ("from", "start", "since", "joined", "hire", "valid from", "baslangic", "ise giris")
_LEAVES = ("to", "until", "end", "left", "leave", "termination", "valid to", "bitis", "ayrilis", "isten cikis")
_CURRENCIES = 200
_SAID = frozenset({Shape.TEXT, Shape.KEY})


def of_deleted(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of leads or deals, one of them telling that a record was deleted."""
    flag = next((c for c in columns if c.shape is Shape.FLAG and header_is(header=c.header, words=_DELETED)), None)
    return _given(columns, {flag.header: Role.DELETED} if flag else {})


def of_currency(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of deals, one of them holding codes of currencies, whatever its header."""
    if any(column.role is Role.CURRENCY for column in columns):
        return tuple(columns)
    free = [c for c in columns if c.role is Role.LABEL and c.shape in _SAID and c.cells.at_most(_CURRENCIES)]
    coded = next((c for c in free if c.cells.share(lambda cell: currency_code(cell) is not None) >= MOST), None)
    return _given(columns, {coded.header: Role.CURRENCY} if coded else {})


def of_owners(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of owners, with those of their role and of the time for which all that holds."""
    free = [column for column in columns if column.role in {Role.LABEL, Role.CREATED, Role.CLOSED}]
    given: dict[str, Role] = {}
    for role, words, shapes in (
        (Role.LEAVES, _LEAVES, {Shape.DATE}),
        (Role.STARTS, _STARTS, {Shape.DATE}),
        (Role.POST, _POST, _SAID),
    ):
        column = next(
            (
                c
                for c in free
                if c.shape in shapes and c.header not in given and header_says(header=c.header, words=words)
            ),
            None,
        )
        if column is not None:
            given[column.header] = role
    return _given(columns, given)


def _given(columns: Sequence[Column], given: dict[str, Role]) -> tuple[Column, ...]:
    return tuple(replace(c, role=given[c.header], certainty=0.9) if c.header in given else c for c in columns)
