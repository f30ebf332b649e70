"""The calculator's answer as a workbook of live formulas: change an input and the sheet calculates again.

Each formula also stores the value that we calculated, so that viewers that do not calculate show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell

from funnelpact.core.plan.demand import Demand
from funnelpact.core.plan.mix import Mix, TypeLine
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, file_reason
from funnelpact.core.terms.quantity import Rate, Rounding
from funnelpact.core.view.language import Language

# A spreadsheet divides in floating point: 145 ÷ 29 % is 500.00000000000006 there and would round up to 501. The guard is
# a share of the figure, because the error is one, too: it grows with the figure, and a fixed decimal would miss it.
ROUNDED = {
    Rounding.UP_PER_STAGE: "ROUNDUP({0}*(1-1E-14),0)",
    Rounding.UP_ONCE: "ROUNDUP({0}*(1-1E-14),0)",
    Rounding.NEAREST: "MAX(ROUND({0}*(1+1E-14),0),MIN(1,ROUNDUP({0},0)))",
}
NAME, VALUE, EXACT, RULE = range(4)


class WorkbookUnwritable(Problem):
    """A workbook that could not be saved where it was wanted."""

    code = "workbook-unwritable"


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where the figures of one chain stand, as references that other sheets may use."""

    leads: str
    value: str


def write_demand(*, path: Path, demand: Demand, language: Language) -> None:
    """Write one chain: its inputs, each stage as a formula on the one below, value per lead and check line.

    Raises `WorkbookUnwritable`, as `write_mix` does.
    """
    with _saved(path) as book:
        sheet = _Sheet(book, language.say(Message("workbook.chain")), language)
        sheet.chain(demand, quota=None)


def write_mix(*, path: Path, mix: Mix, language: Language) -> None:
    """Write a mix: one line for each type, a sheet for each chain behind it, all linked by formulas."""
    with _saved(path) as book:
        front = _Sheet(book, language.say(Message("workbook.mix")), language)
        front.mix(book, mix)


@contextmanager
def _saved(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that is written to the path in one go when all of it is there."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        yield book
    try:
        path.write_bytes(content.getvalue())
    except (OSError, ValueError) as error:
        raise WorkbookUnwritable(path=str(path), reason=file_reason(error=error)) from error


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, title: str, language: Language) -> None:
        self.language = language
        self.title = _sheet_title(title, taken=[sheet.get_name() for sheet in book.worksheets()])
        self.sheet = book.add_worksheet(self.title)
        self.row = 0
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.formats: dict[str, Format] = {
            kind: book.add_format({"num_format": pattern})
            for kind, pattern in {
                "money": "#,##0.00",
                "count": "#,##0",
                "exact": "#,##0.00####",
                "share": "0.00##%",
            }.items()
        }
        self.sheet.set_column(NAME, NAME, 34)
        self.sheet.set_column(VALUE, RULE, 16)

    def say(self, message_id: str) -> str:
        return self.language.say(Message(message_id))

    def head(self, *texts: str) -> None:
        for column, text in enumerate(texts):
            self.sheet.write_string(self.row, column, text, self.bold)
        self.row += 1

    def put(
        self, name: str, value: Money | Rate | int, *, formula: str = "", exact: tuple[str, Fraction] | None = None
    ) -> str:
        """Write one named figure on the next row and return the reference of its cell."""
        self.sheet.write_string(self.row, NAME, name)
        if exact is not None:
            self.formula(EXACT, exact[0], exact[1], "exact")
        self.cell(VALUE, value, formula)
        self.row += 1
        return _reference(self.row - 1, VALUE)

    def cell(self, column: int, value: Money | Rate | int, formula: str = "") -> None:
        kind = {Money: "money", Rate: "share"}.get(type(value), "count")
        number = (
            value.amount if isinstance(value, Money) else value.value if isinstance(value, Rate) else Fraction(value)
        )
        if formula:
            self.formula(column, formula, number, kind)
        else:
            self.sheet.write_number(self.row, column, float(number), self.formats[kind])

    def formula(self, column: int, formula: str, result: Fraction, kind: str) -> None:
        self.sheet.write_formula(self.row, column, f"={formula}", self.formats[kind], float(result))

    def chain(self, demand: Demand, *, quota: str | None) -> _Cells:
        """Write the chain; `quota` is a formula where another sheet holds the quota."""
        language = self.language
        value_tree = demand.derivation.inputs[1]
        self.head(self.say("workbook.input"), self.say("workbook.value"))
        quota_cell = self.put(self.say("number.quota"), demand.quota, formula=quota or "")
        rates = {part.name: part for part in value_tree.inputs if isinstance(part.value, Rate)}
        aov = value_tree.inputs[-1]
        aov_cell = self.put(language.say(aov.label), _money(aov))
        rate_cells = {name: self.put(language.say(part.label), _rate(part)) for name, part in rates.items()}
        self.row += 1
        self.head(self.say("workbook.step"), self.say("workbook.value"), self.say("workbook.exact"))
        need = demand.quota / _money(aov)
        below = self._stage(self.say("number.deals"), demand.deals, (f"{quota_cell}/{aov_cell}", need), demand.rounding)
        carried = Fraction(demand.deals) if demand.rounding.carries_whole else need
        for (stage, count), (name, part) in zip(demand.stages.items(), reversed(rates.items()), strict=True):
            need = carried / _rate(part).value
            label = language.say(stage_label(stage=stage))
            below = self._stage(label, count, (f"{below}/{rate_cells[name]}", need), demand.rounding)
            carried = Fraction(count) if demand.rounding.carries_whole else need
        leads_cell = _reference(self.row - 1, VALUE)
        self.row += 1
        self.head(self.say("workbook.worth"), self.say("workbook.value"))
        product = "*".join([*rate_cells.values(), aov_cell])
        value_cell = self.put(self.say("number.value_per_lead"), demand.value_per_lead, formula=product)
        self.put(self.say("number.quota_per_lead"), demand.quota_per_lead, formula=f"{quota_cell}/{leads_cell}")
        self.row += 1
        self.sheet.write_string(self.row, NAME, self.say(f"rule.rounding.{demand.rounding.value}"))
        quoted = "'" + self.title.replace("'", "''") + "'!"
        return _Cells(quoted + leads_cell, quoted + value_cell)

    def _stage(self, label: str, count: int, exact: tuple[str, Fraction], rounding: Rounding) -> str:
        exact_cell = _reference(self.row, EXACT)
        whole = self.put(label, count, formula=ROUNDED[rounding].format(exact_cell), exact=exact)
        return whole if rounding.carries_whole else exact_cell

    def mix(self, book: xlsxwriter.Workbook, mix: Mix) -> None:
        quota_cell = self.put(self.say("number.quota"), mix.quota)
        self.row += 1
        self.head(
            *(
                self.say(f"calc.column.{name}")
                for name in ("stream", "type", "share", "quota", "leads", "value", "worth")
            )
        )
        first = self.row
        for line in mix.lines:
            self._mix_line(book, line, mix, quota_cell)
        last = self.row - 1
        self.sheet.write_string(self.row, 1, self.say("workbook.sum"), self.bold)
        for column, total in ((4, mix.leads), (6, mix.worth)):
            self.cell(column, total, f"SUM({xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)})")
        self.row += 2
        self.sheet.write_string(self.row, NAME, self.say(f"rule.rounding.{mix.rounding.value}"))

    def _mix_line(self, book: xlsxwriter.Workbook, line: TypeLine, mix: Mix, quota_cell: str) -> None:
        row = self.row
        share_cell, own_cell, leads_cell, value_cell = (xl_rowcol_to_cell(row, column) for column in (2, 3, 4, 5))
        self.sheet.write_string(row, 0, line.stream)
        self.sheet.write_string(row, 1, line.lead_type)
        leads_formula = value_formula = ""
        if line.quota is not None:
            self.cell(2, Rate(line.quota / mix.quota))
            self.cell(3, line.quota, f"{quota_cell}*{share_cell}")
            leads_formula = ROUNDED[mix.rounding].format(f"{own_cell}/{value_cell}")
        if line.demand is not None:
            quoted = "'" + self.title.replace("'", "''") + "'!"
            behind = _Sheet(book, f"{line.lead_type} ({line.stream})", self.language)
            cells = behind.chain(line.demand, quota=quoted + own_cell)
            leads_formula, value_formula = cells.leads, cells.value
        self.cell(4, line.leads, leads_formula)
        self.cell(5, line.value_per_lead, value_formula)
        self.cell(6, line.worth, f"{leads_cell}*{value_cell}")
        self.row += 1


def _reference(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))


def _sheet_title(title: str, *, taken: list[str]) -> str:
    """A title that a workbook accepts: 31 characters, none of its reserved signs, unlike all others."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:27] or "–"
    number, unique = 1, plain
    while unique.lower() in {name.lower() for name in taken}:
        number += 1
        unique = f"{plain} {number}"
    return unique


def _money(part: Derivation) -> Money:
    if not isinstance(part.value, Money):
        raise TypeError(f"{part.name} is not money")
    return part.value


def _rate(part: Derivation) -> Rate:
    if not isinstance(part.value, Rate):
        raise TypeError(f"{part.name} is not a rate")
    return part.value
