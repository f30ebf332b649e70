"""`funnelpact funnel --chart`, as a person types it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from funnelpact.core.terms.quantity import Rate
from funnelpact.workflows.measuring.learn import learn_funnel
from funnelpact.workflows.measuring.pictures import curves_of, triangle_of
from tests.calculation import funnelpact
from tests.unit.workflows.test_backtest import world
from tests.worlds import kept


def test_a_picture_is_drawn_and_told(tmp_path: Path):
    """Its finding, where it lies, and nothing else; the picture holds both."""
    kept(world(), tmp_path / "data")
    run = funnelpact("funnel", "--data", str(tmp_path / "data"), "--chart", str(tmp_path / "a.svg"), "--horizon", "30")

    assert (run.returncode, run.stderr) == (0, "")
    assert "MQLs → deals won: 20" in run.stdout
    assert str(tmp_path / "a.svg") in run.stdout
    assert "chat" in (tmp_path / "a.svg").read_text("utf-8")


def test_another_suffix_is_refused_in_words(tmp_path: Path):
    """Exit code 2 and what to write instead, before anything is measured: the folder need not even hold facts."""
    run = funnelpact("funnel", "--data", str(tmp_path / "data"), "--chart", "a.gif", "--chart-kind", "funnel")

    assert run.returncode == 2
    assert "let the name end in .svg or .png" in run.stderr


def test_the_specification_carries_the_numbers_of_the_tables(tmp_path: Path):
    """The curve at the horizon is the matured rate, and a month that has had its time is a plain share."""
    store = kept(world(), tmp_path)
    whole = learn_funnel(store=store, horizon_days=30).findings.segments[0].to_won.matured
    curve = curves_of(store=store, horizon_days=30).lines[0]
    months = {cohort.month: cohort for cohort in triangle_of(store=store).cohorts}
    october = months[date(2025, 10, 1)]

    assert isinstance(whole.value, Rate)
    assert float(curve.points[-1].share.value) == pytest.approx(float(whole.value.value), abs=1e-12)
    assert october.passes == 31
    assert not october.cells[0].young
    assert october.cells[0].share is not None
    assert float(october.cells[0].share.value) == pytest.approx(7 / 31)
