"""Days, instants and amounts in the many ways in which they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.values import (
    DateOrder,
    currency_code,
    date_order,
    decimal_mark,
    is_null,
    looks_like_dates,
    looks_like_numbers,
    read_amount,
    read_moment,
    strip_currency,
)

DAY_FIRST, MONTH_FIRST = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


def moment(text: str, order: DateOrder | None = None) -> str | None:
    """The instant in UTC, with a `T` only where the cell knew more than the day."""
    found = read_moment(text, order=order)
    if found is None:
        return None
    return f"{found.at:%Y-%m-%dT%H:%M:%S}" if found.has_time else f"{found.at:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-02-26", "2018-02-26"),
        ("2018.02.26 19:58", "2018-02-26T19:58:00"),
        ("2018/2/6", "2018-02-06"),
        ("2018-02-26T19:58:01Z", "2018-02-26T19:58:01"),
        ("2018-02-26T01:30:00+03:00", "2018-02-25T22:30:00"),
        ("2018-02-26T23:30:00-0800", "2018-02-27T07:30:00"),
        ("2018-02-26 9:05", "2018-02-26T09:05:00"),
        ("2018-02-26T19:58:01.123456Z", "2018-02-26T19:58:01"),
        ("2018-02-26 24:00", "2018-02-27T00:00:00"),
        (" 2018-02-26 ", "2018-02-26"),
    ],
)
def test_days_with_the_year_first_need_no_order(text: str, expected: str):
    """Days stay days, instants are taken to UTC."""
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("2/1/2018", "2018-01-02", "2018-02-01"),
        ("31.12.2025", "2025-12-31", None),
        ("12/31/2025", None, "2025-12-31"),
        ("2/1/2018 7:05 PM", "2018-01-02T19:05:00", "2018-02-01T19:05:00"),
        ("2/1/2018, 12:05 am", "2018-01-02T00:05:00", "2018-02-01T00:05:00"),
        ("29.02.2024", "2024-02-29", None),
        ("29.02.2025", None, None),
    ],
)
def test_the_order_decides_where_the_year_is_last(text: str, day_first: str | None, month_first: str | None):
    """A day that does not exist in an order is no day, and is never turned round."""
    assert moment(text, DAY_FIRST) == day_first
    assert moment(text, MONTH_FIRST) == month_first


@pytest.mark.parametrize(
    "text",
    ["", "20.máj", "05.jan", "2018-13-01", "2018-02-30", "0000-01-01", "2018-02-26 25:61", "1/2/3/4", "12", "2018"],
)
def test_what_is_no_day_is_none(text: str):
    """Impossible days, words, bare numbers."""
    assert moment(text, DAY_FIRST) is None


def test_some_part_above_12_proves_the_order():
    """Of a whole column; none and both prove nothing."""
    assert date_order(["1/2/2018", "26/2/2018"]) is DAY_FIRST
    assert date_order(["1/2/2018", "2/26/2018"]) is MONTH_FIRST
    assert date_order(["1/2/2018", "3/4/2018"]) is None
    assert date_order(["26/2/2018", "2/26/2018"]) is None
    assert date_order(["2018-02-26"]) is None


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "-",
        "Unknown",
        "Select",
        "N/A",
        "NULL",
        "(not set)",
        "Bilinmiyor",
        "BİLİNMİYOR",
        "Seçiniz",
        "SEÇİNİZ",
        "yok",
    ],
)
def test_words_that_say_nothing(word: str):
    """In both languages and any case."""
    assert is_null(word)


@pytest.mark.parametrize("word", ["0", "other", "no", "direct", "Hiçbiri değil"])
def test_words_that_say_something(word: str):
    """A zero is a number, other is a value."""
    assert not is_null(word)


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1054", ".", "1054"),
        ("$1,234.50", ".", "1234.50"),
        ("1.250,50 TL", ",", "1250.50"),
        ("₺1.250", ",", "1250"),
        ("1 250,5 €", ",", "1250.5"),
        ("1\u202f250,5", ",", "1250.5"),
        ("-$5.00", ".", "-5"),
        ("($1,000.00)", ".", "-1000"),
        ("−7", ".", "-7"),
        ("1,23,456.5", ".", "123456.5"),
        ("USD 12", ".", "12"),
        (".5", ".", "0.5"),
        ("12.", ".", "12"),
    ],
)
def test_amounts_in_many_hands(text: str, mark: str, amount: str):
    """Signs, codes, thousands, brackets for what is owed."""
    assert read_amount(text, mark=mark) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,5", "."),
        ("1.5", ","),
        ("1,2,3", "."),
        ("12 apples", "."),
        ("abc", "."),
        ("", "."),
        ("1.2.3", "."),
        ("$", "."),
    ],
)
def test_what_does_not_fit_is_no_amount(text: str, mark: str):
    """One and a half is not fifteen, whatever the column says of its marks."""
    assert read_amount(text, mark=mark) is None


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from([".", ","]))
def test_an_amount_that_is_written_is_read_again(amount: Decimal, mark: str):
    """With thousands apart, in both ways of marking, and the column proves its mark."""
    text = f"{amount:,.2f}".replace(",", "T").replace(".", mark).replace("T", "," if mark == "." else ".")

    assert decimal_mark([text]) == mark
    assert read_amount(text, mark=mark) == amount


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.250,50", "3"], ","),
        (["1,250.50", "3"], "."),
        (["1.250.000"], ","),
        (["1,250,000"], "."),
        (["12.5"], "."),
        (["12,5"], ","),
        (["0.125"], "."),
        (["1.250"], None),
        (["1,250", "7"], None),
        (["12", "7"], "."),
        (["12.5", "12,5"], None),
        (["12,5", "12.5"], None),
    ],
)
def test_a_column_proves_its_decimal_mark(cells: list[str], mark: str | None):
    """By any number that can be read in one way only; where two contradict, by none, in whatever order they stand."""
    assert decimal_mark(cells) == mark


def test_the_currency_beside_an_amount():
    """Signs and codes; other words make it no number."""
    assert strip_currency("€ 1.250,50") == ("1.250,50", "EUR")
    assert strip_currency("12 tl") == ("12", "TRY")
    assert strip_currency("12 apples") == ("12 apples", None)
    assert [currency_code(text) for text in ("₺", "usd", "US Dollar", "")] == ["TRY", "USD", None, None]


def test_a_column_is_what_nearly_all_of_its_cells_are():
    """One slip in twenty is rejected by itself; more make it words."""
    assert looks_like_dates(["2018-02-01"] * 19 + ["soon"])
    assert not looks_like_dates(["2018-02-01"] * 9 + ["soon"])
    assert looks_like_numbers(["$1,000.50"] * 19 + ["x"])
    assert not looks_like_numbers(["20-50", "05.jan", "5"])
    assert not looks_like_dates([])


@given(st.text(max_size=30))
def test_no_text_is_a_surprise(text: str):
    """Whatever stands in a cell, it is read or it is not."""
    found = read_moment(text, order=DAY_FIRST)
    amount = read_amount(text, mark=",")

    assert found is None or found.at <= datetime.max.replace(tzinfo=UTC)
    assert amount is None or amount.is_finite()
