"""Files about customers, exchange, links, merges, deletions and pauses: by their headers, and by values where these are sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from funnelpact.adapters.connectors.files.columns import (
    Column,
    Role,
    Shape,
    ends_in_number,
    header_is,
    header_says,
    is_short,
)
from funnelpact.adapters.connectors.files.kinds.records import dates_of
from funnelpact.adapters.connectors.files.values import currency_code

CUSTOMERS, RENEWALS, RATINGS, FX = "customers", "renewals", "ratings", "fx"
LINKS, MERGES, DELETIONS, PAUSES = "links", "merges", "deletions", "pauses"
FURTHER = frozenset({CUSTOMERS, RENEWALS, RATINGS, FX, LINKS, MERGES, DELETIONS, PAUSES})
"""Kinds of files that say more than leads, deals and events do."""
Roles = dict[str, Role]

_CUSTOMER = ("customer", "client", "account", "subscriber", "musteri", "abone", "hesap", "company", "firma")
_STARTED = ("start", "since", "became", "contract date", "signed", "activated", "onboard", "created", "baslangic", "baslama", "sozlesme tarih", "kayit")  # fmt: skip
_RECURRING = ("mrr", "arr", "recurring", "subscription amount", "annual fee", "contract value", "acv", "yillik tutar", "yillik bedel", "abonelik bedel", "yinelenen")  # fmt: skip
_RENEWAL = ("renewal", "renewed", "renew", "yenileme")
_DUE = ("due", "renewal", "expir", "vade", "yenileme")
_BEFORE = ("before", "previous", "old", "prior", "onceki", "eski")
_AFTER = ("after", "new", "renewed", "next", "sonraki", "yeni")
_OUTCOME = ("outcome", "status", "result", "sonuc", "durum")
_SCORED = ("csat", "nps", "ces", "satisfaction", "rating", "survey", "memnuniyet", "puan", "anket")
_SCORE = ("score", "csat", "nps", "rating", "satisfaction", "puan", "skor", "memnuniyet")
_SCALE = ("scale", "max", "out of", "best", "olcek", "azami")
_RATE = ("rate", "kur", "fx", "exchange", "parite")
_BASE = ("base", "from", "source", "kaynak", "baz")
_QUOTE = ("quote", "to", "target", "counter", "hedef", "karsi")
_MERGED = ("merge", "merged", "duplicate", "loser", "birlestir", "yinelenen kayit")
_SURVIVING = ("into", "master", "canonical", "surviv", "winner", "primary", "kalan", "hedef", "ana kayit")
_DELETED = ("deleted", "archived", "removed", "silinme", "silindi", "arsiv")
_PAUSED = ("pause", "paused", "hold", "snooze", "suspend", "askiya", "bekletme", "duraklat")
_UNTIL = ("end", "until", "resume", "to", "bitis", "devam")
_REASON = ("reason", "why", "neden", "sebep")
_LINK_ROLE = ("role", "label", "relation", "association type", "type", "category", "rol", "iliski")
_THINGS: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.DEAL_KEY, ("deal", "opportunity", "firsat", "anlasma")),
    (Role.LEAD_KEY, ("lead", "contact", "mql", "person", "aday", "kisi", "vid")),
    (Role.COMPANY, ("company", "account", "organization", "firma", "sirket")),
    (Role.CUSTOMER, ("customer", "client", "musteri")),
)
_WORDS = frozenset({Shape.TEXT, Shape.KEY, Shape.STAGE})
_KEYS = frozenset({Shape.KEY, Shape.NUMBER, Shape.TEXT})
_MOST_COLUMNS_OF_A_LINK = 8
_FEW_COLUMNS = 12


def further_kind(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    """What else the rows of a file may be, with what each column is for; None where they are none of these.

    Rows that name a stage, an order or where somebody came from are leads and deals, whatever else they tell.
    """
    tellings: tuple[Callable[[Sequence[Column]], tuple[str, Roles] | None], ...] = (
        _fx, _merges, _pauses, _renewals, _ratings, _customers, _deletions, _links,
    )  # fmt: skip
    return next((found for tell in tellings if (found := tell(columns))), None)


def _fx(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    rate = _first(columns, _RATE, {Shape.NUMBER})
    days = dates_of(columns)
    coded = [column for column in columns if column.shape in _WORDS and _share_of_codes(column) >= 0.9]
    pair = next((column for column in columns if column.shape in _WORDS and _are_pairs(column)), None)
    if not days or rate is None or not (coded or pair) or len(columns) > _FEW_COLUMNS:
        return None
    given = {days[0].header: Role.HAPPENED, rate.header: Role.RATE}
    if pair is not None:
        return FX, {**given, pair.header: Role.PAIR}
    base = _first(coded, _BASE, _WORDS) or coded[0]
    others = [column for column in coded if column is not base]
    if _first([base], _QUOTE, _WORDS) and others:
        base, others = others[0], [base]
    return FX, {**given, base.header: Role.BASE, **{column.header: Role.QUOTE for column in others[:1]}}


def _share_of_codes(column: Column) -> float:
    return column.cells.share(lambda cell: len(cell) == 3 and currency_code(cell) is not None)


def _are_pairs(column: Column) -> bool:
    return column.cells.share(lambda cell: pair_of(cell) is not None) >= 0.9


def pair_of(cell: str) -> tuple[str, str] | None:
    """The two currencies of a pair such as EUR/TRY or EURUSD, None for anything else.

    >>> pair_of("EUR/TRY"), pair_of("eurusd"), pair_of("Lisbon")
    (('EUR', 'TRY'), ('EUR', 'USD'), None)
    """
    letters = "".join(sign for sign in cell if sign.isalpha()).upper()
    if len(letters) != 6 or len(cell) > 7:
        return None
    base, quote = currency_code(letters[:3]), currency_code(letters[3:])
    return (base, quote) if base and quote else None


def _merges(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    keys = [column for column in columns if column.shape in _KEYS and _is_key(column)]
    if len(keys) < 2 or len(columns) > _FEW_COLUMNS or not any(_says(column, _MERGED) for column in columns):
        return None
    merged = _first(keys, _MERGED, _KEYS)
    into = _first([column for column in keys if column is not merged], _SURVIVING, _KEYS)
    if merged is None and into is None:
        return None
    merged = merged or next(column for column in keys if column is not into)
    into = into or next(column for column in keys if column is not merged)
    of_deals = Role.DEAL_KEY in {_thing(merged), _thing(into)}
    days = [column for column in columns if column.shape is Shape.DATE]
    return MERGES, {merged.header: Role.RECORD, into.header: Role.INTO_DEAL if of_deals else Role.INTO, **_day(days)}


def _pauses(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    paused = [column for column in columns if _says(column, _PAUSED)]
    days = dates_of(columns)
    subject = _subject(columns)
    if not paused or not days or not subject or len(columns) > _FEW_COLUMNS:
        return None
    ends = _first(days, _UNTIL, {Shape.DATE})
    starts = [column for column in days if column is not ends] or days
    reason = _first(columns, _REASON, _WORDS)
    given = {starts[0].header: Role.HAPPENED, **subject}
    if ends is not None and ends is not starts[0]:
        given[ends.header] = Role.ENDS
    return PAUSES, given | ({reason.header: Role.REASON} if reason else {})


def _renewals(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    customer = _customer(columns)
    numbers = [column for column in columns if column.shape is Shape.NUMBER]
    before, after = _first(numbers, _BEFORE, {Shape.NUMBER}), _first(numbers, _AFTER, {Shape.NUMBER})
    named = any(_says(column, _RENEWAL) for column in columns)
    outcome = _first(columns, _OUTCOME, _WORDS)
    days = [column for column in columns if column.shape in {Shape.DATE, Shape.STAMP}]
    if customer is None or not days or not named or not (outcome or (before and after)) or _of_a_sale(columns):
        return None
    if len(columns) > _FEW_COLUMNS and not (before and after):
        return None
    before = before or next((c for c in numbers if _says(c, _RECURRING) and c is not after), None)
    due = _first(days, _DUE, {Shape.DATE, Shape.STAMP}) or days[0]
    given = {due.header: Role.HAPPENED, customer.header: Role.CUSTOMER}
    for column, role in ((before, Role.BEFORE), (after, Role.AFTER), (outcome, Role.RESULT)):
        if column is not None and column.header not in given:
            given[column.header] = role
    return RENEWALS, given


def _ratings(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    customer = _customer(columns)
    numbers = [column for column in columns if column.shape is Shape.NUMBER and column is not customer]
    scale = _first(numbers, _SCALE, {Shape.NUMBER})
    score = _first([column for column in numbers if column is not scale], _SCORE, {Shape.NUMBER})
    days = dates_of(columns)
    scored = any(_says(column, _SCORED) for column in columns)
    if customer is None or score is None or not scored or not days or _of_a_sale(columns):
        return None
    given = {days[0].header: Role.HAPPENED, customer.header: Role.CUSTOMER, score.header: Role.SCORE}
    return RATINGS, given | ({scale.header: Role.SCALE} if scale else {})


def _customers(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    customer = _customer(columns)
    recurring = _first(columns, _RECURRING, {Shape.NUMBER})
    days = dates_of(columns)
    started = _first(days, _STARTED, {Shape.DATE})
    since = any(_says(column, ("customer since", "client since", "musteri olma")) for column in days)
    if customer is None or started is None or not (recurring or since) or _of_a_sale(columns):
        return None
    given = {started.header: Role.CREATED, customer.header: Role.CUSTOMER}
    return CUSTOMERS, given | ({recurring.header: Role.RECURRING} if recurring else {})


def _deletions(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    days = [column for column in columns if column.shape in {Shape.DATE, Shape.STAMP} and _says(column, _DELETED)]
    subject = _subject(columns)
    if not days or not subject or len(dates_of(columns)) > 1 or len(columns) > _FEW_COLUMNS // 2:
        return None
    return DELETIONS, {days[0].header: Role.HAPPENED, **subject}


def _links(columns: Sequence[Column]) -> tuple[str, Roles] | None:
    filled = [column for column in columns if column.filled and not column.header.startswith("_")]
    things: Roles = {}
    for role, words in _THINGS:
        column = next(
            (c for c in filled if c.shape in _KEYS and _is_key(c) and _says(c, words) and c.header not in things), None
        )
        if column is not None:
            things[column.header] = role
    dated = [column for column in filled if column.shape is Shape.DATE]
    if len(things) != 2 or len(filled) > _MOST_COLUMNS_OF_A_LINK or len(dated) > 1:
        return None
    if _of_a_sale([column for column in filled if column.header not in things]):
        return None
    label = next((c for c in filled if c.header not in things and c.shape in _WORDS and _says(c, _LINK_ROLE)), None)
    return LINKS, {**things, **_day(dated), **({label.header: Role.REASON} if label else {})}


def _of_a_sale(columns: Sequence[Column]) -> bool:
    """Whether the rows tell of a sale: won, closed, worth so much, come from somewhere."""
    sold = {Role.WON, Role.LOST, Role.CLOSED, Role.TYPE}
    return any(column.role in sold or column.shape is Shape.STAGE for column in columns)


def _customer(columns: Sequence[Column]) -> Column | None:
    keys = [
        column
        for column in columns
        if column.shape in _KEYS and not column.cells.at_most(1) and is_short(header=column.header)
    ]
    named = [column for column in keys if _says(column, _CUSTOMER)]
    return next((column for column in named if ends_in_number(header=column.header)), next(iter(named), None))


def _subject(columns: Sequence[Column]) -> Roles:
    """The key of the lead, deal or customer that the rows are about."""
    for role, words in _THINGS:
        column = next((c for c in columns if c.shape in _KEYS and _is_key(c) and _says(c, words)), None)
        if column is not None:
            return {column.header: Role.CUSTOMER if role is Role.COMPANY else role}
    return {}


def _thing(column: Column) -> Role | None:
    return next((role for role, words in _THINGS if _says(column, words)), None)


def _is_key(column: Column) -> bool:
    return (
        ends_in_number(header=column.header)
        or any(header_is(header=column.header, words=words) for _, words in _THINGS)
        or _says(column, (*_MERGED, *_SURVIVING))
    )


def _day(columns: Sequence[Column]) -> Mapping[str, Role]:
    return {columns[0].header: Role.HAPPENED} if columns else {}


def _first(columns: Sequence[Column], words: Sequence[str], shapes: set[Shape] | frozenset[Shape]) -> Column | None:
    return next((column for column in columns if column.shape in shapes and _says(column, words)), None)


def _says(column: Column, words: Sequence[str]) -> bool:
    return header_says(header=column.header, words=words)
