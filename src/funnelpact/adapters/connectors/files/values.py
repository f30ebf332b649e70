"""What the cells of a column are: days, instants, amounts, or words. The whole column decides, never one cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

from funnelpact.adapters.connectors.files.days import counted_instant, is_plain_digits, spelt_day, whole_year
from funnelpact.core.terms.problem import Problem

NULL_WORDS = frozenset(
    "|null|none|nil|n/a|na|nan|-|--|–|unknown|select|(none)|(not set)|not set|undefined|bilinmiyor|yok|seçiniz|belirsiz".split(
        "|"
    )
)
MOST = 0.95
"""A column is what so large a share of its cells can be read as; the others are rejected row by row."""

_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ]+(.+))?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4}|(?<=[./])\d{2})(?:[, T]+(.+))?")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([AaPp]\.?[Mm]\.?|ÖÖ|ÖS)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_NUMBER = re.compile(r"[-+\u2212]?[\d.,\u00a0\u202f ]*\d")
# The whole part, in groups of three or not (the groups before the last may have two digits, as in India), and the decimals.
_AMOUNTS = {
    mark: re.compile(
        rf"([-+]?(?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+|(?={re.escape(mark)}\d)))(?:{re.escape(mark)}(\d*))?"
    )
    for mark, group in ((".", "[,\u00a0\u202f ]"), (",", "[.\u00a0\u202f ]"))
}
_AFTERNOON = {"pm", "p.m.", "p.m", "pm.", "ös"}
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "₺": "TRY", "TL": "TRY"}
# ISO 4217. Any three letters would make amounts of "Box 12" and "Day 3".
_CODES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD "
    "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF "
    "XPF YER ZAR ZMW ZWG".split()
)


class DatesAmbiguous(Problem):
    """A column of dates that can be read day first and month first."""

    code = "dates-ambiguous"


class DatesMixed(Problem):
    """A file in which some dates can only be read day first and others only month first."""

    code = "dates-mixed"


class NumbersAmbiguous(Problem):
    """A column of numbers whose only mark may group thousands or begin decimals."""

    code = "numbers-ambiguous"


class DateOrder(Enum):
    """Which of day and month stands first where the year stands last."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, whether the cell knew more than the day, and whether it named the zone of its time."""

    at: datetime
    has_time: bool
    zoned: bool = False


def is_null(cell: str) -> bool:
    """Whether a cell says nothing: empty, or a word for nothing in English or Turkish.

    >>> is_null(" Unknown "), is_null("0")
    (True, False)
    """
    # Python's small letter of İ is two signs.
    return cell.strip().replace("İ", "i").lower() in NULL_WORDS


def read_moment(cell: str, *, order: DateOrder | None) -> Moment | None:
    """The moment in a cell, None where it is no date. Times without a zone are taken as UTC.

    >>> read_moment("2/26/2018 19:58", order=DateOrder.MONTH_FIRST).at.isoformat()
    '2018-02-26T19:58:00+00:00'
    """
    text = cell.strip()
    parts = _day_parts(text, order)
    if parts is None:
        counted = counted_instant(text)
        return Moment(counted, has_time=True, zoned=True) if counted else None
    year, month, day, rest = parts
    time = _read_time(rest)
    if time is None:
        return None
    offset, zone = time
    try:
        midnight = datetime(year, month, day, tzinfo=zone or UTC)
        return Moment((midnight + offset).astimezone(UTC), has_time=rest is not None, zoned=zone is not None)
    except (ValueError, OverflowError):
        return None


def _day_parts(text: str, order: DateOrder | None) -> tuple[int, int, int, str | None] | None:
    """Year, month, day, and what stands behind them."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day, rest = match.groups()
    elif match := _YEAR_LAST.fullmatch(text):
        first, second, year, rest = match.groups()
        day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
    else:
        return spelt_day(text)
    return whole_year(year), int(month), int(day), rest


def _read_time(text: str | None) -> tuple[timedelta, timezone | None] | None:
    """The time since midnight and its zone, None where it names none; None for what is no time."""
    if text is None:
        return timedelta(0), None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second, fraction, half, zone = match.groups()
    hours = int(hour) % 12 + (12 if half.lower() in _AFTERNOON else 0) if half else int(hour)
    if hours > 24 or int(minute) > 59 or int(second or 0) > 60 or (zone and not _is_offset(zone)):
        return None
    seconds = float(f"{second or 0}.{fraction or 0}")
    return timedelta(hours=hours, minutes=int(minute), seconds=seconds), _zone(zone)


def _is_offset(text: str) -> bool:
    """Whether a zone is UTC or within a day of it."""
    return text[0] not in "+-" or (int(text[1:3]) < 24 and int(text[3:].strip(":") or 0) < 60)


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:].strip(":") or 0))
    return timezone(offset if text[0] == "+" else -offset)


def is_date(cell: str, *, digits: bool) -> bool:
    """Whether a cell holds a date, in whatever order of day and month. Plain digits do only where `digits` count."""
    return (digits or not is_plain_digits(cell)) and any(read_moment(cell, order=order) for order in DateOrder)


def looks_like_dates(cells: Sequence[str], *, digits: bool = False) -> bool:
    """Whether a column of cells (without nulls) holds dates, in whatever order of day and month.

    Plain digits (20260203, or seconds since 1970) are also numbers and keys: they count only with `digits`.
    """
    good = sum(1 for cell in cells if is_date(cell, digits=digits))
    return bool(cells) and good >= MOST * len(cells)


def date_order(cells: Sequence[str]) -> DateOrder | None:
    """The order that a column of dates proves: some first part above 12, or some second one. None where none does.

    Both at once prove that the column mixes orders; then it is None, too, and must be asked.

    >>> date_order(["2/1/2018", "2/26/2018"]), date_order(["2/1/2018"])
    (<DateOrder.MONTH_FIRST: 'month-first'>, None)
    """
    found = [match.groups()[:2] for cell in cells if (match := _YEAR_LAST.fullmatch(cell.strip()))]
    parts = [(int(first), int(second)) for first, second in found]
    # What is no day in any order, such as 13/13/2026, proves nothing.
    day_first = any(first > 12 >= second and first <= 31 for first, second in parts)
    month_first = any(second > 12 >= first and second <= 31 for first, second in parts)
    if day_first == month_first:
        return None
    return DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST


def needs_order(cells: Sequence[str]) -> bool:
    """Whether any cell of a column of dates has its year last, so that the order of day and month matters."""
    return any(_YEAR_LAST.fullmatch(cell.strip()) for cell in cells)


def currency_code(text: str) -> str | None:
    """The three letters of a currency that is written as a sign or a code, None where it is neither.

    >>> currency_code("tl"), currency_code("€"), currency_code("box")
    ('TRY', 'EUR', None)
    """
    unit = text.strip().upper()
    return _SIGNS.get(unit, unit if unit in _CODES else None)


def strip_currency(cell: str) -> tuple[str, str | None]:
    """The number part of a cell and the currency that stands beside it, None where none does.

    >>> strip_currency("€ 1.250,50"), strip_currency("12 USD"), strip_currency("-$5")
    (('1.250,50', 'EUR'), ('12', 'USD'), ('-5', 'USD'))
    """
    match = _NUMBER.search(cell)
    if match is None:
        return cell.strip(), None
    unit, number = (cell[: match.start()] + cell[match.end() :]).strip(), match[0].strip()
    # Bookkeepers write what is owed in brackets; a sign may stand before the currency.
    if unit[:1] in {"-", "\u2212"} or (unit[:1] == "(" and unit[-1:] == ")"):
        unit, number = unit.strip("-\u2212()").strip(), f"-{number}"
    known = currency_code(unit)
    return (number, known) if known or not unit else (cell.strip(), None)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number or an amount."""
    return _NUMBER.fullmatch(strip_currency(cell)[0]) is not None


def looks_like_numbers(cells: Sequence[str]) -> bool:
    """Whether a column of cells (without nulls) holds numbers or amounts."""
    return bool(cells) and sum(map(is_number, cells)) >= MOST * len(cells)


def decimal_mark(cells: Sequence[str]) -> str | None:
    """The decimal mark that a column of numbers proves; None where nothing does, or two numbers prove two marks.

    >>> decimal_mark(["1.250,50", "3"]), decimal_mark(["1.250"]), decimal_mark(["12", "7"])
    (',', None, '.')
    """
    if not any(mark in strip_currency(cell)[0] for cell in cells for mark in ".,"):
        return "."
    proved = decimals_say(cells)
    return proved.pop() if len(proved) == 1 else None


def decimals_say(cells: Iterable[str]) -> set[str]:
    """The decimal marks that cells with numbers prove."""
    return {mark for cell in cells if (mark := _proved_mark(strip_currency(cell)[0]))}


def _proved_mark(number: str) -> str | None:
    positions = [(number.rfind(mark), mark) for mark in ".," if mark in number]
    if len(positions) == 2:
        return max(positions)[1]
    for position, mark in positions:
        if number.count(mark) > 1:
            return "," if mark == "." else "."
        if len(number) - position - 1 != 3 or number.lstrip("-+\u2212").startswith(("0" + mark, mark)):
            return mark
    return None


def read_amount(cell: str, *, mark: str) -> Decimal | None:
    """The number in a cell, None where it is none. Whatever groups thousands stands before three digits at the end.

    >>> read_amount("€ 1.250,50", mark=","), read_amount("1,5", mark=".")
    (Decimal('1250.50'), None)
    """
    number = strip_currency(cell)[0].replace("\u2212", "-")
    match = _AMOUNTS[mark].fullmatch(number)
    if match is None:
        return None
    return Decimal(re.sub(r"[^-+\d]", "", match[1]) + "." + (match[2] or "0"))
