"""One Python object for a data folder: its answers are those of the commands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnelpact.apps.company import Company
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.finding import Block, Measured, Row
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.workflows.journeys import update_journeys
from funnelpact.workflows.measuring.scope import Scope
from tests.calculation import funnelpact
from tests.lifetables import MOVED, OPEN, Pass, table_of
from tests.unit.workflows.test_backtest import world
from tests.worlds import kept


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company."""
    place = tmp_path_factory.mktemp("company")
    update_journeys(store=kept(world(leads=90), place))
    return place


def test_the_answer_is_that_of_the_command(folder: Path):
    """As data and as text, in Turkish."""
    asked = ("funnel", "--data", str(folder), "--as-of", "2025-12-20", "--horizon", "20", "--lang", "tr")
    answer = Company(folder, lang="tr").funnel(as_of="2025-12-20", horizon=20)

    assert answer.data() == json.loads(funnelpact(*asked, "--json").stdout)
    assert str(answer) == funnelpact(*asked).stdout.rstrip("\n")
    assert "<table>" in answer._repr_html_()


def test_the_queries_of_an_answer_run(folder: Path):
    """In a DuckDB of one's own."""
    script = Company(folder).funnel(as_of=date(2025, 12, 31)).queries()

    duckdb.connect().execute(script)
    assert "-- lives_of" in script


def test_a_plan_takes_money_as_people_write_it(folder: Path):
    """In the marks of the language; the leads times their value reach it."""
    data = Company(folder, lang="tr").plan("50.000,00 EUR", aov=100, horizon=20).data()
    (even, _) = data["needs"]
    value = sum(kind["share"] * kind["value_per_lead"] for kind in data["types"])

    assert even["leads"] == pytest.approx(50_000 / value, abs=1)


def test_any_measure_can_be_asked(folder: Path):
    """A function of a scope to findings is answered in tables, with its options."""

    def measure(*, scope: Scope, moved: int) -> Measured:
        finding = matured_rate(
            table=table_of([*[Pass(1, MOVED)] * moved, *[Pass(9, OPEN)] * 40]),
            horizon_days=5,
            step=Step("mql", "won"),
            population=Message("population.all"),
            as_of=scope.as_of,
        )
        block = Block(name="rates", title=Message("finding.matured_rate"), rows=(Row(name="", findings=(finding,)),))
        return Measured(name="measured", as_of=scope.as_of, known_at=None, by=scope.by, blocks=(block,))

    answer: Any = Company(folder).ask(measure, moved=10)
    (row,) = answer.data()["blocks"][0]["rows"]

    assert row["findings"]["matured_rate"]["value"] == pytest.approx(0.2)


def test_a_picture_shows_itself(folder: Path, tmp_path: Path):
    """As SVG in a notebook, in words in a console, as a file on demand."""
    chart = Company(folder).chart("funnel", dark=True)
    chart.save(tmp_path / "a.png")

    assert chart._repr_html_().startswith("<svg")
    assert repr(chart) == chart.alt
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
