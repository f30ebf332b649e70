"""What each column of a file is for: proposed from its header, English or Turkish, and from its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from funnelpact.adapters.connectors.files.reading.cells import Cells
from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.adapters.connectors.files.values import MOST, is_date, is_number
from funnelpact.core.journeys.stages import EXIT, plain_words, stage_of
from funnelpact.core.terms.funnel import WON


class Shape(Enum):
    """What the values of a column look like."""

    EMPTY = "empty"
    DATE = "date"
    STAMP = "stamp"
    NUMBER = "number"
    FLAG = "flag"
    STAGE = "stage"
    KEY = "key"
    TEXT = "text"


class Role(Enum):
    """What a column says of its row."""

    LEAD_KEY = "lead key"
    DEAL_KEY = "deal key"
    COMPANY = "company"
    PRODUCT = "product"
    OWNER = "owner"
    TEAM = "team"
    CREATED = "created"
    CLOSED = "closed"
    WON = "won"
    LOST = "lost"
    STAGE = "stage"
    REACHED = "stage date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    TYPE = "lead type"
    SEGMENT = "segment"
    CAMPAIGN = "campaign"
    COUNTRY = "country"
    PRICE = "list price"
    TURNOVER = "turnover"
    HAPPENED = "happened on"
    RECORD = "record key"
    ACTIVITY = "activity"
    DIRECTION = "direction"
    RESULT = "result"
    PROPERTY = "property"
    SPEND = "spend"
    CUSTOMER = "customer key"
    RECURRING = "recurring amount"
    BEFORE = "amount before"
    AFTER = "amount after"
    SCORE = "score"
    SCALE = "best score"
    BASE = "base currency"
    QUOTE = "quote currency"
    PAIR = "currency pair"
    RATE = "rate"
    INTO = "remaining key"
    INTO_DEAL = "remaining deal"
    ENDS = "ends on"
    REASON = "reason"
    DELETED = "deleted"
    CASE = "case key"
    LIFECYCLE = "lifecycle"
    POST = "role"
    STARTS = "from"
    LEAVES = "until"
    FIRST_STAGE = "first stage"
    BECAME = "converted deal"
    LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as it was understood. `certainty` is 1 where header and values agree, less where only one speaks."""

    header: str
    shape: Shape
    role: Role
    certainty: float
    cells: Cells = field(repr=False, compare=False)

    @property
    def filled(self) -> int:
        """How many cells say something."""
        return self.cells.count

    @property
    def distinct(self) -> int:
        """How many different things they say."""
        return self.cells.distinct


_TRUTHS = frozenset("true false yes no evet hayır hayir doğru yanlış".split())

_SHORT = 3
_SOFTENED = {"k": "g", "t": "d", "p": "b"}

_NUMBERED = ("id", "ids", "no", "number", "key", "guid", "uuid", "kod", "kodu", "numara", "numarasi", "kimlik")


def _keys(*things: str) -> tuple[str, ...]:
    """The ways in which a header names the key of a thing: lead id, lead no, aday numarası."""
    return tuple(f"{thing} {word}" for thing in things for word in _NUMBERED)


# Each role with the words that a header must hold (all words of one alternative), and the shapes its values may have.
_DATES, _WORDS = (Shape.DATE,), (Shape.TEXT, Shape.KEY)
_HEADERS: tuple[tuple[Role, tuple[str, ...], tuple[Shape, ...]], ...] = (
    (Role.TURNOVER, ("declared revenue", "monthly revenue", "annual revenue", "turnover", "ciro", "aylik gelir", "yillik gelir"), (Shape.NUMBER,)),
    (Role.WON, ("won date", "won time", "won at", "won on", "date won", "kazanma tarih", "kazanildi tarih", "kazanim tarih"), _DATES),
    (Role.LOST, ("lost date", "lost time", "lost at", "lost on", "date lost", "kaybetme tarih", "kaybedildi tarih", "kayip tarih"), _DATES),
    (Role.CLOSED, ("close", "closed", "closing", "closedate", "kapanis", "kapanma", "kapatma", "bitis"), _DATES),
    (
        Role.CREATED,
        ("create", "created", "createdate", "createdat", "first contact", "engage", "open date", "opened", "start", "added", "inquiry",
         "olusturma", "olusturulma", "ilk temas", "kayit", "acilis", "baslangic", "giris"),
        _DATES,
    ),
    (Role.FIRST_STAGE, ("initial stage", "first stage", "original stage", "starting stage", "opening stage", "ilk asama", "acilis asama"), (Shape.STAGE, *_WORDS)),
    (Role.STAGE, ("stage", "status", "outcome", "asama", "durum", "sonuc"), (Shape.STAGE, *_WORDS)),
    (Role.CURRENCY, ("currency", "para birimi", "doviz"), _WORDS),
    (Role.PRICE, ("price", "list price", "fiyat"), (Shape.NUMBER,)),
    (Role.AMOUNT, ("amount", "value", "deal size", "tutar", "bedel", "deger"), (Shape.NUMBER,)),
    (Role.TYPE, ("origin", "source", "channel", "lead type", "kaynak", "kanal", "lead turu", "kanali"), _WORDS),
    (Role.CAMPAIGN, ("campaign", "landing", "kampanya"), _WORDS),
    (Role.SEGMENT, ("segment", "size class", "musteri sinifi"), _WORDS),
    (Role.COUNTRY, ("country", "ulke"), _WORDS),
    (Role.TEAM, ("team", "manager", "ekip", "takim", "yonetici", "mudur"), _WORDS),
    (Role.OWNER, ("owner", "agent", "rep", "salesperson", "sdr", "sr", "assigned", "sahibi", "temsilci", "sorumlu", "satici"), _WORDS),
    (Role.PRODUCT, ("product", "urun"), _WORDS),
    (Role.LEAD_KEY, (*_keys("lead", "mql", "contact", "prospect", "person", "who", "aday", "kisi"), "lead", "leads", "mql", "contact", "aday"), (*_WORDS, Shape.NUMBER)),
    (Role.BECAME, ("converted opportunity", "converted deal", "donusen firsat"), (*_WORDS, Shape.NUMBER)),
    (Role.DEAL_KEY, (*_keys("opportunity", "deal", "opp", "firsat", "anlasma", "satis"), "opportunity", "deal", "firsat", "opportunity name", "deal name", "firsat adi"), (*_WORDS, Shape.NUMBER)),
    (Role.COMPANY, ("account", "company", "organization", "organisation", "firma", "sirket", "kurum", "musteri", "hesap"), _WORDS),
)  # fmt: skip


_PERSON = (
    "firstname", "lastname", "surname", "email", "phone", "jobtitle", "leadstatus", "leadsource", "leadowner", "lifecycle",
    "soyad", "eposta", "telefon", "unvan", "adsoyad", "leaddurum", "leadkaynag", "adaydurum",
)  # fmt: skip
_TIMES = (
    "date", "time", "timestamp", "datetime", "day", "at", "on", "created", "createdate", "closedate", "tarih", "zaman", "gun"
)  # fmt: skip
# Days that copying, looking and planning leave behind: no lead begins and no deal ends with them.
_RECORD = frozenset("last latest next due son sonraki modstamp reminder".split())
_RECORD_STEMS = ("sync", "fivetran", "modif", "lastmodif", "updat", "viewed", "refresh", "export", "guncel", "degistir")
_RECORD_WORDS = frozenset({"record", "row", "object", "kayit", "sira", "unique"})
_KEYS = {Role.LEAD_KEY, Role.DEAL_KEY}
_NUMBERED_ROLES = frozenset({Role.OWNER, Role.COMPANY, Role.PRODUCT, Role.TEAM})
MANY = {Role.LABEL, Role.REACHED}
"""Roles that several columns of a file may have."""


def read_columns(*, file: TextFile) -> tuple[Column, ...]:
    """The columns of a file, in its order, each role but those of `MANY` at most once; the surer column keeps it."""
    columns = [_column(file, header) for header in file.headers]
    taken: dict[Role, Column] = {}
    for column in sorted(columns, key=_standing, reverse=True):
        taken.setdefault(column.role, column)
    return tuple(
        column if column.role in MANY or taken[column.role] is column else _as_label(column) for column in columns
    )


def _standing(column: Column) -> tuple[bool, float, bool, int]:
    """What decides between columns that could have one role: stages that end, the surer, a key that is one, the fuller."""
    ends = column.role is Role.STAGE and column.shape is Shape.STAGE
    unlike = column.role in _KEYS and column.cells.are_unlike
    return ends, column.certainty, unlike, column.filled


def _column(file: TextFile, header: str) -> Column:
    cells = file.cells(header)
    shape = _shape(cells, header)
    role, certainty = _role_by_header(header, shape)
    return Column(header=header, shape=shape, role=role, certainty=certainty, cells=cells)


def _as_label(column: Column) -> Column:
    return replace(column, role=Role.LABEL, certainty=column.certainty / 2)


def _shape(cells: Cells, header: str) -> Shape:
    if not cells.count:
        return Shape.EMPTY
    digits = names_time(header=header)
    if cells.share(lambda cell: is_date(cell, digits=digits)) >= MOST:
        return Shape.STAMP if tells_of_record(header=header) else Shape.DATE
    words, _ = cells.looked
    if {word.lower() for word in words} <= _TRUTHS:
        return Shape.FLAG
    if holds_stages(words):
        return Shape.STAGE
    if cells.share(is_number) >= MOST:
        return Shape.NUMBER
    return Shape.KEY if cells.are_unlike and cells.count > 1 else Shape.TEXT


def holds_stages(words: Sequence[str]) -> bool:
    """Whether few different labels stand in the column, a won and a lost one among them."""
    return len(words) <= 30 and {WON, EXIT} <= {stage_of(label=word) for word in words}


def _role_by_header(header: str, shape: Shape) -> tuple[Role, float]:
    words = plain_words(label=_spaced(header))
    joined = " ".join(words)
    for role, alternatives, shapes in _HEADERS:
        # What a lead was converted to is no key of the lead, and a field that a customer added to their CRM is no key at all.
        if (role is Role.LEAD_KEY and words[:1] == ("converted",)) or (role in _KEYS and words[-1:] == ("c",)):
            continue
        for alternative in alternatives:
            parts = alternative.split()
            # "Lead" alone is the lead; "lead score" is something about it.
            whole = len(parts) > 1 or len(words) == 1 or (role not in _KEYS and _stands_out(parts[0], words))
            if whole and (_holds(words, parts, adjacent=role in _KEYS) or joined == "".join(parts)):
                if shape in shapes or (role in _NUMBERED_ROLES and shape is Shape.NUMBER and words[-1] in _NUMBERED):
                    return role, 1.0 if len(parts) > 1 or len(words) == 1 else 0.9
                break
    # A date under the name of a stage, such as "Became an SQL on", says when it was reached.
    reached = shape is Shape.DATE and stage_of(label=_spaced(header)) is not None
    return (Role.REACHED, 0.8) if reached else (Role.LABEL, 0.5)


def _holds(words: Sequence[str], parts: Sequence[str], *, adjacent: bool) -> bool:
    """Whether a header holds all the words. The key of a lead is a lead id, but no id of a lead's campaign."""
    if not adjacent:
        return all(any(_same_word(word, part) for word in words) for part in parts)
    said = [word for word in words if word not in _RECORD_WORDS or word in parts]
    starts = range(len(said) - len(parts) + 1)
    return any(all(map(_same_word, said[start : start + len(parts)], parts)) for start in starts)


def _stands_out(part: str, words: Sequence[str]) -> bool:
    """Whether one word may speak for a whole header: a short one, or one that begins or ends with it."""
    return len(words) <= 3 or _same_word(words[0], part) or _same_word(words[-1], part)


def header_says(*, header: str, words: Sequence[str]) -> bool:
    """Whether a header holds all words of one of the alternatives.

    >>> header_says(header="Activity Date", words=("sent", "activity date")), header_says(header="Aktivite Türü", words=("tur",))
    (True, False)
    """
    found = plain_words(label=_spaced(header))
    return any(all(any(_same_word(word, part) for word in found) for part in each.split()) for each in words)


def header_is(*, header: str, words: Sequence[str]) -> bool:
    """Whether a header is one of the alternatives and nothing more.

    >>> header_is(header="new_value", words=("value", "new value")), header_is(header="Deal Value", words=("value",))
    (True, False)
    """
    return " ".join(plain_words(label=_spaced(header))) in words


def is_short(*, header: str) -> bool:
    """Whether a header has so few words that it means what it says; longer ones hold words of many things."""
    return len(plain_words(label=_spaced(header))) <= _SHORT


def ends_in_number(*, header: str) -> bool:
    """Whether a header names a key, not a name: Deal ID, Fırsat No."""
    return plain_words(label=_spaced(header))[-1:] in {(word,) for word in _NUMBERED}


def names_record(*, header: str) -> bool:
    """Whether a header names the key of its own rows and nothing more: ID, Record ID, Kayıt No."""
    words = plain_words(label=_spaced(header))
    return bool(words) and words[-1] in _NUMBERED and set(words[:-1]) <= _RECORD_WORDS


def names_time(*, header: str) -> bool:
    """Whether a header speaks of a day or a time: Create Date, closed_at, Kayıt Tarihi."""
    return any(_same_word(word, part) for word in plain_words(label=_spaced(header)) for part in _TIMES)


def tells_of_record(*, header: str) -> bool:
    """Whether a day under this header tells of the record, not of the sale: when it was last changed, seen or copied."""
    words = plain_words(label=_spaced(header))
    return header.startswith("_") or any(word in _RECORD or word.startswith(_RECORD_STEMS) for word in words)


def speaks_of_person(*, header: str) -> bool:
    """Whether a header tells something of a person, so that the rows may be people: first name, e-mail, lead status."""
    words = plain_words(label=_spaced(header))
    joined = "".join(words[1:] if words[:1] in {("property",), ("properties",)} else words)
    return joined.startswith(_PERSON)


def _same_word(word: str, part: str) -> bool:
    # Turkish hangs its endings on the word and softens its last letter: tarihi, aşaması, kaynağı, kaydı.
    soft = part[:-1] + _SOFTENED[part[-1]] if part[-1] in _SOFTENED else part
    return word == part or (len(part) >= 4 and word.startswith((part, soft)) and len(word) - len(part) <= 4)


def _spaced(header: str) -> str:
    """Words of a header written as one, such as createDate, apart."""
    letters = [
        f" {sign}" if sign.isupper() and before.islower() else sign
        for before, sign in zip(" " + header, header, strict=False)
    ]
    return "".join(letters)
