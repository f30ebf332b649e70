"""Whole columns are read as their cells are, only faster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.adapters.connectors.files.bulk.amounts import amount_in, mark_of, read_amounts
from funnelpact.adapters.connectors.files.bulk.moments import read_moments, year_last
from funnelpact.adapters.connectors.files.reading.cells import MANY, Cells, marks_of, overlap
from funnelpact.adapters.connectors.files.reading.separated import read_rows, read_rows_by_block
from funnelpact.adapters.connectors.files.values import (
    DateOrder,
    date_order,
    decimal_mark,
    is_null,
    needs_order,
    read_moment,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = st.sampled_from(["2026", "1999", "0999", "9999", "2024", "1900", "26"])
PARTS = st.sampled_from(["01", "02", "12", "13", "00", "28", "29", "30", "31", "32", "1", "2"])
CLOCKS = st.sampled_from(
    [
        "",
        " 10:15",
        "T23:59",
        " 24:00",
        " 10:60",
        "T10:15:30",
        " 10:15:60",
        " 10:15:59.5",
        "T10:15:59.123456",
        ", 7:05 PM",
    ]
)
ZONES = st.sampled_from(["", "", "Z", "+03:00", "-0830", "+03", "+24:00", "+05:61", "z", " UTC"])
MARKS = st.sampled_from("-./")


@st.composite
def days(draw: st.DrawFn) -> str:
    """A cell that may be a day or an instant, in one of many spellings, sometimes with one sign changed."""
    year, first, second, mark = draw(YEARS), draw(PARTS), draw(PARTS), draw(MARKS)
    day = draw(st.sampled_from([f"{year}{mark}{first}{mark}{second}", f"{first}{mark}{second}{mark}{year}"]))
    text = day + draw(CLOCKS) + draw(ZONES)
    place = draw(st.integers(-len(text), len(text) - 1))
    return text if place < 0 else text[:place] + draw(st.sampled_from(" 09:xZ+-")) + text[place + 1 :]


@given(st.lists(days(), min_size=1, max_size=30), st.sampled_from([None, *DateOrder]))
def test_moments_of_a_column_are_those_of_its_cells(cells: list[str], order: DateOrder | None):
    """Instant, whether a time is known, whether its zone is."""
    found = read_moments(cells=pa.chunked_array([cells]), order=order)
    for place, cell in enumerate(cells):
        moment = read_moment(cell, order=order)
        assert bool(found.good[place]) == (moment is not None)
        if moment is not None:
            assert EPOCH + timedelta(microseconds=int(found.at[place])) == moment.at
            assert (bool(found.has_time[place]), bool(found.zoned[place])) == (moment.has_time, moment.zoned)


@given(st.lists(days(), min_size=1, max_size=30))
def test_a_column_proves_the_order_that_its_cells_prove(cells: list[str]):
    """From all of them."""
    cells = [cell.strip() for cell in cells]
    found = year_last(cells=pa.chunked_array([cells]))

    assert found.occurs == needs_order(cells)
    assert found.order == date_order(cells)


NUMBERS = st.one_of(
    st.from_regex(r"\A-?[0-9]{1,4}([.,][0-9]{1,5}){0,2}\Z"),
    st.sampled_from(["€ 5", "12 USD", "(3,50)", "1 250,5", "99999999999999999", "x", "", ".5", "0,125", "1.250"]),
)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.sampled_from(".,"))
def test_amounts_of_a_column_are_those_of_its_cells(cells: list[str], mark: str):
    """And the currencies beside them; and the mark that they prove."""
    amounts, currencies = read_amounts(cells=pa.chunked_array([cells]), mark=mark)

    assert list(zip(amounts.to_pylist(), currencies.to_pylist(), strict=True)) == [
        amount_in(cell, mark=mark) for cell in cells
    ]
    assert mark_of(cells=pa.chunked_array([cells])) == decimal_mark(cells)


def test_an_amount_has_four_places():
    """More are rounded to even, as everywhere."""
    assert amount_in("1.00005", mark=".") == (Decimal("1.0000"), None)
    assert amount_in("1.00015 EUR", mark=".") == (Decimal("1.0002"), "EUR")


TEXTS = st.text(alphabet='ab1,"\n\r \tİ', max_size=60)
LINES = st.lists(st.sampled_from(['a,b\n', 'a,"b"\r\n', '"a","b""c"\n', "\n", " , \n", "a\n", "a,b,c\n", 'x,"y\nz"\n', 'a,"b" c\r']), max_size=12)  # fmt: skip


def read(text: str, *, block: int | None) -> tuple[list[tuple[str, ...]], list[int], list[tuple[int, str, str]]]:
    """The rows of a text of two columns: at once, in blocks, or (0) line by line with care."""
    plain = text.encode()
    if block is None:
        rows = read_rows(text=plain, start=0, line=1, separator=",", width=2)
    else:
        rows = read_rows_by_block(text=plain, start=0, line=1, separator=",", width=2, block=block)
    cells = list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    return cells, rows.lines.tolist(), [(each.line, each.reason, each.example) for each in rows.rejected]


@given(st.one_of(TEXTS, LINES.map("".join)), st.integers(1, 40))
def test_the_fast_and_the_careful_reader_agree(text: str, block: int):
    """Whole, in blocks of any size, and record by record: the same rows, lines and rejects."""
    careful = read(text, block=0)

    assert read(text, block=None) == careful
    assert read(text, block=block) == careful


def test_many_bad_quotes_take_no_longer_than_their_lines():
    """Reading goes on behind each of them without looking at all lines again."""
    text = "a,b\n" + 'x,"y" z\n' * 40_000
    cells, _, rejected = read(text, block=None)

    assert len(cells) == 1
    assert len(rejected) == 40_000


CELLS = st.sampled_from(["", " ", "x", " x", "y\u00a0", "N/A", "BİLİNMİYOR", "unknown ", "0", "ş", "-", "long enough to be no word for nothing"])  # fmt: skip


@given(st.lists(CELLS, max_size=20))
def test_a_column_of_many_cells_says_what_one_of_few_says(cells: list[str]):
    """Keys are kept as cells, words as codes; what they say is the same."""
    few, many = Cells(pa.chunked_array([cells], pa.string())), Cells(pa.chunked_array([cells], pa.string()))
    many.__dict__["has_many"] = True
    said = [None if is_null(cell) else cell.strip() for cell in cells]

    for column in (few, many):
        assert column.said.to_pylist() == said
        assert (column.count, column.distinct) == (len(said) - said.count(None), len({*said} - {None}))
        assert column.are_unlike == (0 < column.count == column.distinct)
        assert column.nulls == tuple(sorted({cell.strip() for cell in cells if is_null(cell)} - {""}))
        assert sorted(column.different.to_pylist()) == sorted({cell for cell in said if cell is not None})
        codes, words = column.coded
        assert [None if code < 0 else words[code] for code in codes] == said


@given(st.lists(st.text(max_size=20), max_size=20), st.lists(st.text(max_size=300), max_size=5))
def test_equal_cells_have_equal_marks(cells: list[str], long: list[str]):
    """And others have not, however long they are."""
    texts = [*cells, *long]
    marks = marks_of(texts=pa.chunked_array([texts], pa.string()))

    assert len(np.unique(marks)) == len(set(texts))


@pytest.mark.parametrize(
    ("inner", "outer", "share"), [(["a", "b"], ["a", "c"], 0.5), (["a"], ["bb"], 0.0), ([], ["a"], 0.0)]
)
def test_how_much_of_one_column_another_says(inner: list[str], outer: list[str], share: float):
    """Of its different cells."""
    columns = [Cells(pa.chunked_array([cells], pa.string())) for cells in (inner, outer)]

    assert overlap(*columns) == share


def test_a_column_of_very_many_keys_is_compared_by_a_sample():
    """Nine tenths of them are found, and the share says so."""
    inner = Cells(pa.chunked_array([[f"K{n:06}" for n in range(3 * MANY)]]))
    outer = Cells(pa.chunked_array([[f"K{n:06}" for n in range(3 * MANY // 10, 6 * MANY)]]))

    assert inner.has_many
    assert overlap(inner, outer) == pytest.approx(0.9, abs=0.01)
