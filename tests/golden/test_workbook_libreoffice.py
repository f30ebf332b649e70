"""The workbook recalculated by LibreOffice: what its formulas say is what we say.

All stored results are dropped first, so that every figure that comes back was worked out there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from funnelpact.adapters.workbook.calculation import write_demand, write_mix
from funnelpact.apps.language import language
from funnelpact.core.plan.demand import Demand, lead_demand
from funnelpact.core.plan.mix import Mix
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.quantity import Rate, Rounding
from tests.calculation import AOV, article, money, rates, two_streams

ENGLISH = language("en")
Sheets = dict[str, dict[str, float]]
Changes = Mapping[tuple[str, str], float]
Recalculate = Callable[[Mapping[Path, Changes]], list[Sheets]]


@pytest.fixture(scope="module")
def recalculate(program, tmp_path_factory) -> Recalculate:
    """Change some inputs, drop all stored results, let LibreOffice calculate, and read every number back."""
    office, home = program("LibreOffice Calc"), tmp_path_factory.mktemp("office")

    def run(paths: Mapping[Path, Changes]) -> list[Sheets]:
        bare = [_without_results(path, changes) for path, changes in paths.items()]
        output = bare[0].parent / "calculated"
        command = [office, f"-env:UserInstallation={home.as_uri()}", "--headless", "--convert-to", "xlsx"]
        subprocess.run([*command, "--outdir", output, *bare], capture_output=True, timeout=200, check=True)
        return [_numbers(output / path.name) for path in bare]

    return run


def _without_results(path: Path, changes: Changes) -> Path:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    bare = path.with_name(f"bare-{path.name}")
    book.save(bare)  # formulas are kept, their results are not
    return bare


def _numbers(path: Path) -> Sheets:
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, (int, float))
        }
        for sheet in openpyxl.load_workbook(path, data_only=True).worksheets
    }


def column(sheet: dict[str, float], letter: str) -> list[float]:
    """The numbers of a column from top to bottom."""
    return [value for place, value in sheet.items() if place.startswith(letter)]


def figures(demand: Demand) -> list[float]:
    """The figures of a chain below its inputs, as the sheet has them."""
    values = (demand.value_per_lead, demand.quota_per_lead)
    return [demand.deals, *demand.stages.values(), *(float(value.amount) for value in values)]


def written(folder: Path, demands: Mapping[str, Demand]) -> list[Path]:
    """One workbook for each demand."""
    paths = [folder / f"{name}.xlsx" for name in demands]
    for path, demand in zip(paths, demands.values(), strict=True):
        write_demand(path=path, demand=demand, language=ENGLISH)
    return paths


def test_a_chain_under_each_rule(tmp_path, recalculate):
    """The article's figures, its needs before rounding included."""
    demands = {rule.value: article(rule) for rule in Rounding}
    books = recalculate({path: {} for path in written(tmp_path, demands)})

    for demand, book in zip(demands.values(), books, strict=True):
        chain: list[Any] = [step.rule.values["need"] for step in demand.derivation.inputs[0].steps() if step.inputs]
        assert column(book["Calculation"], "B")[5:] == pytest.approx(figures(demand), rel=1e-12)
        assert column(book["Calculation"], "C") == pytest.approx([float(need) for need in reversed(chain)], rel=1e-12)


def test_changed_inputs(tmp_path, recalculate):
    """Another quota and another rate typed into the sheet give what the calculator gives for them."""
    changes = {("Calculation", "B2"): 333_333, ("Calculation", "B5"): 0.61}
    paths = written(tmp_path, {rule.value: article(rule) for rule in Rounding})
    books = recalculate({path: dict(changes) for path in paths})

    for rule, book in zip(Rounding, books, strict=True):
        expected = lead_demand(quota=money("333333"), aov=AOV, rates=rates("0.34", "0.61", "0.23"), rounding=rule)
        assert column(book["Calculation"], "B")[5:] == pytest.approx(figures(expected), rel=1e-12)


def test_the_trap(tmp_path, recalculate):
    """145 deals at 29 % are 500, not 501, and the same holds for figures a thousand and a million times as large."""
    steps = {Step("opportunity", "won"): Rate(Fraction(29, 100))}
    cases = [(rule, 145 * 1000**power) for rule in Rounding for power in range(4)]
    demands = {
        f"{rule.value}-{deals}": lead_demand(quota=money(str(deals)), aov=money("1"), rates=steps, rounding=rule)
        for rule, deals in cases
    }
    books = recalculate({path: {} for path in written(tmp_path, demands)})

    assert [column(book["Calculation"], "B")[3:5] for book in books] == [
        [deals, deals * 100 // 29] for _, deals in cases
    ]


def test_a_need_that_is_never_rounded_away(tmp_path, recalculate):
    """A third of a deal is one deal under the nearest as well."""
    steps = {Step("opportunity", "won"): Rate(Fraction(1, 2))}
    demand = lead_demand(quota=money("1"), aov=money("3"), rates=steps, rounding=Rounding.NEAREST)
    (path,) = written(tmp_path, {"least": demand})
    (book,) = recalculate({path: {}})

    assert column(book["Calculation"], "B")[3:5] == [1, 2]


def test_a_mix_under_each_rule(tmp_path, recalculate):
    """Chains, agreed values and sums, linked across sheets."""
    mixes = {tmp_path / f"{rule.value}.xlsx": two_streams(rule) for rule in Rounding}
    for path, mix in mixes.items():
        write_mix(path=path, mix=mix, language=ENGLISH)
    books = recalculate({path: {} for path in mixes})

    for mix, book in zip(mixes.values(), books, strict=True):
        check_mix(book["Mix"], mix)
        for line in (mix.lines[0], mix.lines[2]):
            assert line.demand is not None
            assert column(book[f"web ({line.stream})"], "B")[5:] == pytest.approx(figures(line.demand), rel=1e-12)


def check_mix(sheet: dict[str, float], mix: Mix) -> None:
    """Quota, leads, value and worth of each line, and the two sums."""
    quotas = [float(line.quota.amount) for line in mix.lines if line.quota]

    assert column(sheet, "D") == pytest.approx(quotas, rel=1e-12)
    assert column(sheet, "E") == [*(line.leads for line in mix.lines), mix.leads]
    assert column(sheet, "F") == pytest.approx([float(line.value_per_lead.amount) for line in mix.lines], rel=1e-12)
    assert column(sheet, "G") == pytest.approx(
        [*(float(line.worth.amount) for line in mix.lines), float(mix.worth.amount)]
    )


def test_another_quota_runs_through_a_mix(tmp_path, recalculate):
    """Doubling the quota on the first sheet reaches the chains behind it."""
    path = tmp_path / "mix.xlsx"
    write_mix(path=path, mix=two_streams(Rounding.UP_ONCE), language=ENGLISH)
    (sheets,) = recalculate({path: {("Mix", "B1"): 1_000_000}})

    # 350,000 ÷ 128.248 = 2,729.09, and 350,000 ÷ 187 = 1,871.66
    assert column(sheets["Mix"], "E")[:2] == [2730, 1872]
