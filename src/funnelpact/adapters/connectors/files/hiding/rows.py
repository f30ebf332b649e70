"""One row of somebody who is to be forgotten: what names them in it, and what of it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.events import FORMS
from funnelpact.adapters.connectors.files.kinds.further import CUSTOMERS, LINKS, MERGES
from funnelpact.adapters.connectors.files.kinds.log import LOG
from funnelpact.adapters.connectors.files.kinds.records import DEALS, LEADS
from funnelpact.adapters.connectors.files.making.reader import SOURCE
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.adapters.connectors.files.values import is_null
from funnelpact.core.facts.forgetting import (
    CUSTOMER,
    DEAL,
    LEAD,
    LONGEST_WORD,
    MAIL,
    PHONE,
    Name,
    Veil,
    mails_in,
    names_person,
    names_staff,
    phone_of,
)

KEYS_OF_OWN: dict[str, tuple[Role, ...]] = {
    LEADS: (Role.LEAD_KEY,),
    FORMS: (Role.LEAD_KEY,),
    LOG: (Role.CASE, Role.LEAD_KEY),
    CUSTOMERS: (Role.CUSTOMER,),
}
"""Kinds of files of which each row tells of one person, and where its key stands: an address there names that person."""
_SCOPES = {
    Role.LEAD_KEY: LEAD,
    Role.CASE: LEAD,
    Role.INTO: LEAD,
    Role.DEAL_KEY: DEAL,
    Role.BECAME: DEAL,
    Role.INTO_DEAL: DEAL,
    Role.CUSTOMER: CUSTOMER,
}
_FREE = frozenset({Role.RESULT, Role.REASON})
_STAFF = frozenset({Role.OWNER, Role.TEAM})
_SHORTEST_INSIDE = 4


class Sheet:
    """The rows of one table of text, as its mapping reads them."""

    source = SOURCE

    def __init__(self, *, file: TextFile, mapping: FileMapping, veil: Veil) -> None:
        self.file, self.mapping, self.veil = file, mapping, veil
        self._roles = {header: mapping.columns.get(header, Role.LABEL) for header in file.headers}
        self._headers: dict[Role, str] = {
            role: header for header, role in self._roles.items() if role is not Role.LABEL
        }

    def is_label(self, header: str) -> bool:
        """Whether a column is kept as it is written, whatever it says."""
        return self._roles[header] is Role.LABEL

    def is_staff(self, header: str) -> bool:
        """Whether a column names who works on the record."""
        return self._roles[header] in _STAFF

    def scope_of(self, header: str) -> str | None:
        """The kind of the records of which a column holds the keys; None for other columns."""
        role = self._roles[header]
        if role is Role.RECORD and self.mapping.kind == MERGES:
            return DEAL if Role.INTO_DEAL in self._headers else LEAD
        return _SCOPES.get(role)

    def row(self, place: int) -> dict[str, str]:
        """The cells of a row by header."""
        return {
            header: column[place].as_py() for header, column in zip(self.file.headers, self.file.columns, strict=True)
        }

    def names(self, row: Mapping[str, str]) -> Iterator[Name]:
        """The keys of the records that are the person's, of a row that is theirs."""
        kind = self.mapping.kind
        for role in KEYS_OF_OWN.get(kind, ()):
            if key := self._cell(row, role):
                yield self._name(CUSTOMER if role is Role.CUSTOMER else LEAD, key)
        if kind in {MERGES, LINKS}:
            # Whom a customer of many people is linked to is not that customer.
            ends = [header for header in self.file.headers if self.scope_of(header) == LEAD and _said(row[header])]
            if any(self._is_known_key(header, row[header]) for header in ends):
                yield from (self._name(LEAD, _said(row[header])) for header in ends)
        if kind == DEALS:
            lead, deal = self._cell(row, Role.LEAD_KEY), self._cell(row, Role.DEAL_KEY)
            # A deal that has the key of its lead, or a name: either may say who it was.
            if (deal and (deal == lead or " " in deal)) or (lead and not deal):
                yield self._name(DEAL, deal or lead)

    def addresses(self, row: Mapping[str, str]) -> Iterator[tuple[Name, Name]]:
        """The addresses in a row that tells of one person, each with the key of the record."""
        for role in KEYS_OF_OWN.get(self.mapping.kind, ()):
            if key := self._cell(row, role):
                record = self._name(CUSTOMER if role is Role.CUSTOMER else LEAD, key)
                for header in self.file.headers:
                    if self.is_label(header) and not names_staff(header=header):
                        for name in _addresses(header, row[header]):
                            yield name, record

    def edited(self, row: Mapping[str, str], *, whole: bool) -> dict[str, str]:
        """The row as it is kept: nothing of it that is personal, where the `whole` row is theirs; else only what names them."""
        keys = [_said(row[header]) for header in self.file.headers if self._is_known_key(header, row[header])]
        return {header: self._edited(header, cell, keys, whole=whole) for header, cell in row.items()}

    def _edited(self, header: str, cell: str, keys: list[str], *, whole: bool) -> str:
        role = self._roles[header]
        if role is Role.LABEL:
            # Who works on the record is not whom the row is about, but what was written freely may name anybody.
            return "" if whole or self.veil.tells(header=header, cell=cell) else cell
        if self._is_known_key(header, cell):
            return self.veil.pseudonym(_said(cell))
        if whole and role in _FREE and len(cell) > LONGEST_WORD:
            return ""
        cell = self.veil.without_mails(cell)
        if role is Role.RECORD:
            for key in keys:
                if len(key) >= _SHORTEST_INSIDE:
                    cell = re.sub(rf"(?<!\w){re.escape(key)}(?!\w)", self.veil.pseudonym(key), cell)
        return cell

    def _is_known_key(self, header: str, cell: str) -> bool:
        scope, key = self.scope_of(header), _said(cell)
        if scope is None or not key:
            return False
        mails = scope != DEAL and any(self.veil.knows(Name(MAIL, mail)) for mail in mails_in(text=key))
        return mails or self.veil.knows(self._name(scope, key))

    def _name(self, scope: str, key: str) -> Name:
        return Name(scope, key, self.source)

    def _cell(self, row: Mapping[str, str], role: Role) -> str:
        header = self._headers.get(role)
        return _said(row[header]) if header is not None else ""


def _addresses(header: str, cell: str) -> Iterator[Name]:
    for mail in mails_in(text=cell):
        yield Name(MAIL, mail)
    number = None if names_person(header=header) or cell.strip().isdigit() else phone_of(text=cell)
    if number:
        yield Name(PHONE, number)


def _said(cell: str) -> str:
    """What a cell says, as facts take it: nothing where it holds a word for nothing."""
    text = cell.strip()
    return "" if is_null(text) else text
