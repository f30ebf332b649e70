"""The workbook as it is stored: live formulas, each with the value that we calculated."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from funnelpact.adapters.workbook.calculation import ROUNDED, WorkbookUnwritable, write_demand, write_mix
from funnelpact.apps.language import language
from funnelpact.core.plan.demand import lead_demand
from funnelpact.core.plan.mix import LeadType, Stream, mixed_demand
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.quantity import Rate, Rounding
from tests.calculation import AOV, QUOTA, WHOLE, article, money, two_streams

ENGLISH, TURKISH = language("en"), language("tr")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the workbook is written."""
    return tmp_path / "calculation.xlsx"


def cells(path: Path, *, stored: bool) -> dict[str, dict[str, object]]:
    """All cells that are not empty, by sheet: their formulas, or the values that are stored with them."""
    book = openpyxl.load_workbook(path, data_only=stored)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book.worksheets
    }


def rows(path: Path, title: str) -> dict[str, object]:
    """The stored values of a sheet's second column by the names in its first."""
    sheet = openpyxl.load_workbook(path, data_only=True)[title]
    return {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2) if isinstance(row[1].value, (int, float))}


def test_the_stored_values_are_ours(path):
    """A viewer that does not calculate shows the article's figures."""
    write_demand(path=path, demand=article(), language=ENGLISH)

    assert rows(path, "Calculation") == {
        "quota": 500_000,
        "order value": 2_000,
        "rate mql:sql": 0.34,
        "rate sql:opportunity": 0.82,
        "rate opportunity:won": 0.23,
        "deals": 250,
        "opportunities": 1_087,
        "SQLs": 1_326,
        "MQLs": 3_900,
        "value per lead": 128.248,
        "quota per lead (check)": pytest.approx(500_000 / 3_900),
    }


def test_only_inputs_are_numbers(path):
    """Everything that follows from something is a formula."""
    write_demand(path=path, demand=article(), language=ENGLISH)
    (sheet,) = cells(path, stored=False).values()

    assert [value for value in sheet.values() if isinstance(value, (int, float))] == [500_000, 2_000, 0.34, 0.82, 0.23]
    assert sum(isinstance(value, str) and value.startswith("=") for value in sheet.values()) == 10


def test_every_formula_has_a_stored_value(path):
    """In a mix as well, on all its sheets."""
    write_mix(path=path, mix=two_streams(), language=ENGLISH)
    formulas, values = cells(path, stored=False), cells(path, stored=True)
    found = [
        (title, place)
        for title, sheet in formulas.items()
        for place, value in sheet.items()
        if isinstance(value, str) and value.startswith("=")
    ]

    assert found
    assert all(isinstance(values[title][place], (int, float)) for title, place in found)


@pytest.mark.parametrize("rounding", Rounding)
def test_the_rule_is_in_the_formulas(path, rounding):
    """Rounding up per stage goes on from the whole figure, rounding once from the need; nearest rounds to the nearest."""
    write_demand(path=path, demand=article(rounding), language=ENGLISH)
    sheet = cells(path, stored=False)["Calculation"]
    (row,) = [int(place[1:]) for place, value in sheet.items() if value == "SQLs"]
    whole, need = str(sheet[f"B{row}"]), str(sheet[f"C{row}"])

    assert whole.startswith("=MAX(ROUND(" if rounding is Rounding.NEAREST else "=ROUNDUP(")
    assert need.startswith("=$C$" if rounding is Rounding.UP_ONCE else "=$B$")


# The functions of a spreadsheet, taken literally. LibreOffice smooths the last digits by itself; not every program does.
PLAIN = {
    "ROUNDUP": lambda number, _: math.ceil(number),
    "ROUND": lambda number, _: math.floor(number + 0.5),
    "MAX": max,
    "MIN": min,
}


@pytest.mark.parametrize("rounding", Rounding)
def test_the_formulas_hold_in_plain_floating_point(rounding):
    """Need ÷ rate as a float, through the formula, is the exact figure: small needs, and 145 up to 145 billion.

    Rounded up without a guard, 145 at 29 % is one too many; so are 145 million, which a fixed decimal would not catch.
    """
    formula = compile(ROUNDED[rounding].format("(need/rate)"), "formula", "eval")
    wrong = [
        (need, percent)
        for percent in range(1, 101)
        for need in (*range(1, 1_001), *(145 * 10**zeros for zeros in range(10)))
        if eval(formula, {**PLAIN, "need": need, "rate": percent / 100})
        != rounding.whole(Fraction(need * 100, percent))
    ]

    assert not wrong


def test_names_are_in_the_language(path):
    """Sheet and figures in Turkish."""
    write_demand(path=path, demand=article(), language=TURKISH)

    assert rows(path, "Hesap")["fırsat"] == 1_087


def test_a_mix_has_a_sheet_for_each_chain(path):
    """An agreed value needs none; two chains of one name get names of their own."""
    write_mix(path=path, mix=two_streams(), language=ENGLISH)

    assert list(cells(path, stored=True)) == ["Mix", "web (boxes)", "web (tapes)"]


def test_the_chains_hang_on_the_mix(path):
    """The quota of a chain is the quota of its line, and the line's leads are those of the chain."""
    write_mix(path=path, mix=two_streams(), language=ENGLISH)
    sheets = cells(path, stored=False)

    assert sheets["web (boxes)"]["B2"] == "='Mix'!D4" or sheets["web (boxes)"]["B2"] == "=Mix!D4"
    assert str(sheets["Mix"]["E4"]).startswith("='web (boxes)'!$B$")
    assert sheets["Mix"]["E7"] == "=SUM(E4:E6)"


def test_given_leads_are_inputs(path):
    """Leads that were given are numbers that people change; their worth follows."""
    types = (
        LeadType(name="web", basis=money("128.248"), leads=1950),
        LeadType(name="out", basis=money("187"), leads=1337),
    )
    mix = mixed_demand(quota=QUOTA, streams=[Stream(name="all", share=WHOLE, types=types)])
    write_mix(path=path, mix=mix, language=ENGLISH)
    sheet, stored = cells(path, stored=False)["Mix"], cells(path, stored=True)["Mix"]

    assert (sheet["E4"], sheet["E5"]) == (1950, 1337)
    assert (sheet["G6"], stored["G6"]) == ("=SUM(G4:G5)", 500_102.6)


@pytest.mark.parametrize("name", ["a/b", "a" * 60, "=1+1", "it's", "'", "[x]", "SATIŞ İ", "@sum"])
def test_names_that_a_workbook_does_not_take(path, name):
    """A sheet's title is cut and cleaned, and a name is never a formula."""
    chain = two_streams().lines[0].demand
    assert chain is not None
    mix = mixed_demand(
        quota=QUOTA,
        streams=[Stream(name=name, share=WHOLE, types=(LeadType(name=name, basis=money("187"), share=WHOLE),))],
    )
    write_mix(path=path, mix=mix, language=ENGLISH)

    assert cells(path, stored=False)["Mix"]["A4"] == name
    assert openpyxl.load_workbook(path)["Mix"]["A4"].data_type == "s"


def test_a_stage_called_as_a_figure(path):
    """A stage may be called deals or quota."""
    steps = {Step("quota", "deals"): Rate(Fraction(1, 2)), Step("deals", "won"): Rate(Fraction(1, 2))}
    write_demand(path=path, demand=lead_demand(quota=QUOTA, aov=AOV, rates=steps), language=ENGLISH)
    sheet = openpyxl.load_workbook(path, data_only=True)["Calculation"]

    assert [sheet.cell(row, 2).value for row in range(8, 11)] == [250, 500, 1000]


def test_an_older_workbook_is_replaced(path):
    """Writing again gives the new figures."""
    path.write_text("old", encoding="utf-8")
    write_demand(path=path, demand=article(Rounding.UP_ONCE), language=ENGLISH)

    assert rows(path, "Calculation")["MQLs"] == 3_899


@pytest.mark.parametrize(
    ("place", "reason"),
    [("none/a.xlsx", "reason.not-there"), (".", "reason.is-folder"), ("file/a.xlsx", "reason.not-there")],
)
def test_where_nothing_can_be_written(tmp_path, place, reason):
    """The place and the reason are told."""
    (tmp_path / "file").touch()

    with pytest.raises(WorkbookUnwritable) as raised:
        write_demand(path=tmp_path / place, demand=article(), language=ENGLISH)

    assert raised.value.data["reason"].id == reason  # type: ignore[union-attr]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk():
    """What the system says of it is passed on."""
    with pytest.raises(WorkbookUnwritable):
        write_demand(path=Path("/dev/full"), demand=article(), language=ENGLISH)
