"""Whom to forget: the names under which people are found, as keyed hashes, and what stands in their place.

A list that could be read would keep the very addresses that had to go. So each name – an e-mail address, a phone number, the
key of a record – is kept as a hash under a secret key, and the cells of an import are hashed in the same way.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Protocol, TypeVar

MAIL, PHONE, PERSON, WORD = "mail", "phone", "person", "word"
"""Scopes of names beside the kinds of records: addresses, keys of persons, and keys of records where they stand as text."""
LEAD, DEAL, CUSTOMER = "lead", "deal", "customer"
ASKED = "asked"
"""The scope of what a person typed, for receipts."""
KEY_BYTES = 32
PSEUDONYM = "forgotten-"
LONGEST_WORD = 40
"""An outcome or a reason that is longer was written freely, and may say anything of anybody."""

_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"[+(]?\d[\d ().+/-]*\d")
_FEWEST_DIGITS = 7
_REMEMBERED = 500_000
_PERSON_WORDS = frozenset(
    "lead leads contact contacts mql prospect person people who whoid vid visitor aday adayi kisi kisinin ilgili".split()
)
_STAFF_WORDS = frozenset(
    "owner owners agent rep reps sdr salesperson assigned assignee manager creator modifier createdby modifiedby user "
    "sahip sahibi temsilci temsilcisi sorumlu sorumlusu satici olusturan guncelleyen yonetici mudur".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a person: its scope, the normalised text, and for keys of records the source that gave it."""

    scope: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """What is on the list, and the key under which it was hashed."""

    key: bytes = field(repr=False)
    digests: AbstractSet[str] = field(repr=False)
    memo: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Hashes that were computed: the same cells are looked at again for each name that they lead to."""

    def digest(self, name: Name) -> str:
        """The keyed hash of a name."""
        said = f"{name.scope}\x1f{name.source}\x1f{name.text}".encode("utf-8", "surrogatepass")
        return blake2b(said, key=self.key, digest_size=32).hexdigest()

    def knows(self, name: Name) -> bool:
        """Whether a name is on the list."""
        return self.digest(name) in self.digests

    def known(self, scope: str, *, texts: Iterable[str], source: str = "") -> list[str]:
        """Those of the texts, each as a name of that scope, that are on the list."""
        begin = f"{scope}\x1f{source}\x1f"
        key, digests, memo = self.key, self.digests, self.memo
        found = []
        for text in texts:
            said = begin + text
            digest = memo.get(said)
            if digest is None:
                digest = blake2b(said.encode("utf-8", "surrogatepass"), key=key, digest_size=32).hexdigest()
                if len(memo) < _REMEMBERED:
                    memo[said] = digest
            if digest in digests:
                found.append(text)
        return found

    def pseudonym(self, text: str) -> str:
        """What stands for a text from now on: always the same, and nothing that leads back without the key."""
        said = text.encode("utf-8", "surrogatepass")
        return PSEUDONYM + blake2b(said, key=self.key, digest_size=12, person=b"pseudonym").hexdigest()

    def knowing(self, names: Iterable[Name]) -> Veil:
        """The same with further names on the list."""
        return replace(self, digests=self.digests | {self.digest(name) for name in names})

    def addresses(self, *, header: str, cell: str) -> bool:
        """Whether a cell under a header is an address or a person's key on the list."""
        word = cell.strip()
        if any(self.knows(Name(MAIL, mail)) for mail in mails_in(text=word)):
            return True
        if (number := phone_of(text=word)) and not names_person(header=header) and self.knows(Name(PHONE, number)):
            return True
        return may_be_key(header=header, word=word) and self.knows(Name(PERSON, word))

    def tells(self, *, header: str, cell: str) -> bool:
        """Whether a cell under a header names somebody on the list: as `addresses`, or by the key of a record."""
        word = cell.strip()
        named = may_be_key(header=header, word=word) and self.knows(Name(WORD, word))
        return named or self.addresses(header=header, cell=cell)

    def without_mails(self, text: str) -> str:
        """The text with each address on the list replaced by its pseudonym."""
        if "@" not in text:
            return text
        if self.knows(Name(MAIL, normal_mail(text=text))):
            return self.pseudonym(normal_mail(text=text))
        return _MAIL.sub(lambda found: self._mail(found.group()), text)

    def _mail(self, written: str) -> str:
        mail = normal_mail(text=written)
        return self.pseudonym(mail) if self.knows(Name(MAIL, mail)) else written


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What one table of a batch holds of people on the list.

    `rows` are the rows as they are, each with its line; `names` the keys of their records; `addresses` the addresses in rows
    that tell of one record, with these records.
    """

    rows: Sequence[tuple[int, dict[str, Any]]] = ()
    names: frozenset[Name] = frozenset()
    addresses: frozenset[tuple[Name, Name]] = frozenset()


class Hidden(Protocol):
    """What was received in one batch, without the people on the list."""

    @property
    def traces(self) -> dict[str, Traces]:
        """What is held of them, by table, where anything is."""

    def content(self) -> dict[str, bytes]:
        """The received files that change, written anew, by name."""

    def facts(self) -> dict[str, Any]:
        """The facts by table of all files of the batch."""


class Hide(Protocol):
    """Looks through what was received in a batch for people on the list."""

    def __call__(self, *, received: dict[str, bytes], mapping: Any, veil: Veil) -> Hidden:
        """What the batch is without them."""


Seen = TypeVar("Seen")


def followed(
    *, veil: Veil, look: Callable[[Veil], Seen], names: Callable[[Seen], AbstractSet[Name]]
) -> tuple[Veil, Seen, AbstractSet[Name]]:
    """This returns the list with all names to which those on it lead, what was seen with it, and the names that are new.

    A record is found by an address, then what was merged into it by its key: so `look` is asked until nothing is new.
    """
    new: AbstractSet[Name] = frozenset()
    while True:
        seen = look(veil)
        further = frozenset(name for name in with_words(names=names(seen)) if not veil.knows(name))
        if not further:
            return veil, seen, new
        veil, new = veil.knowing(further), new | further


def with_words(*, names: Iterable[Name]) -> frozenset[Name]:
    """This returns the names, and the keys of leads and customers among them as they may stand anywhere as text."""
    known = frozenset(names)
    return known | {Name(WORD, name.text) for name in known if name.scope in {LEAD, CUSTOMER}}


def address_of(*, typed: str) -> Name | None:
    """This returns what a person typed as an address, None where it can only be a key.

    >>> address_of(typed=" Ayse@X.example "), address_of(typed="+90 532 123 45 67"), address_of(typed="L-17")
    (Name(scope='mail', text='ayse@x.example', source=''), Name(scope='phone', text='905321234567', source=''), None)
    """
    text = typed.strip()
    if "@" in text and not any(sign.isspace() for sign in text):
        return Name(MAIL, normal_mail(text=text))
    # Digits alone are as likely the number of a record.
    number = phone_of(text=text)
    return Name(PHONE, number) if number and not text.isdigit() else None


def normal_mail(*, text: str) -> str:
    """This returns an address as it is compared: without blanks around it, in small letters."""
    return unicodedata.normalize("NFC", text).strip().strip(".'").casefold()


def phone_of(*, text: str) -> str | None:
    """This returns the digits of a phone number without leading zeros, None where a text is none.

    >>> phone_of(text="00 90 (532) 123-45-67"), phone_of(text="12.50"), phone_of(text="A1234567")
    ('905321234567', None, None)
    """
    if not _PHONE.fullmatch(text.strip()):
        return None
    digits = "".join(sign for sign in text if sign.isdecimal()).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else None


def mails_in(*, text: str) -> list[str]:
    """This returns the addresses in a cell, normalised; the whole cell where it may be one.

    >>> mails_in(text="Ayse Y. <Ayse@x.example>, b@y.example")
    ['ayse@x.example', 'b@y.example']
    """
    if "@" not in text:
        return []
    whole = [] if any(sign.isspace() for sign in text.strip()) else [normal_mail(text=text)]
    return list(dict.fromkeys([*whole, *(normal_mail(text=mail) for mail in _MAIL.findall(text))]))


def is_telling(*, word: str) -> bool:
    """This returns whether a word is so particular that it names one record wherever it stands; “5001” may be an amount.

    Addresses are names of their own.
    """
    if len(word) > 64 or "@" in word or any(sign.isspace() for sign in word):
        return False
    digits = sum(sign.isdecimal() for sign in word)
    if digits == len(word):
        return digits >= 9
    return len(word) >= 5 and digits > 0 and any(sign.isalpha() for sign in word)


def may_be_key(*, header: str, word: str) -> bool:
    """This returns whether a cell may be the key of a lead or a person, by its header or by itself."""
    return names_person(header=header) or is_telling(word=word)


def names_person(*, header: str) -> bool:
    """This returns whether the cells below a header are keys of leads or persons: Contact ID, Parent Lead, Aday No."""
    return bool(_PERSON_WORDS & set(_words(header)))


def names_staff(*, header: str) -> bool:
    """This returns whether the cells below a header name somebody who works here: Contact owner, Created by, Temsilci."""
    words = _words(header)
    by = any(one in {"created", "modified", "updated"} and other == "by" for one, other in pairwise(words))
    return by or bool(_STAFF_WORDS & set(words))


def message_tells(*, veil: Veil, body: bytes) -> bool:
    """This returns whether a message names somebody on the list."""
    text = body.decode("utf-8", "replace")
    try:
        cells = list(_flat("", json.loads(text)))
    except (ValueError, RecursionError):
        cells = []
    cells += [("", word) for word in re.split(r"[\s,;|\"'<>{}\[\]]+", text)]
    return any(veil.tells(header=header, cell=cell) for header, cell in cells)


def _flat(header: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(header, inner)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield header, str(value)


def _words(header: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header.replace("İ", "i").replace("ı", "i"))
    plain = unicodedata.normalize("NFKD", apart.casefold()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z]+", plain)
