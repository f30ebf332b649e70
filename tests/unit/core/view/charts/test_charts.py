"""Charts as data: what is drawn how, in both languages, with a text for those who do not see it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from funnelpact.apps.language import language
from funnelpact.core.measure.pictures import cohorts
from funnelpact.core.terms.answers.pictures import Curves, Triangle
from funnelpact.core.terms.funnel import Step
from funnelpact.core.view.charts.curves import MOST_PANELS, curves_chart
from funnelpact.core.view.charts.funnel import funnel_chart
from funnelpact.core.view.charts.theme import DARK, LIGHT, contrast, mixed, rate_axis, readable
from funnelpact.core.view.charts.triangle import triangle_chart
from tests.lifetables import MOVED, OPEN, Pass, table_of
from tests.roads import small_road
from tests.unit.core.measure.test_pictures import AGING, line

ENGLISH, TURKISH = language("en"), language("tr")


def curves(*, segments: int = 2, horizon: int = 365) -> Curves:
    """All passes, and so many equal segments."""
    one = line(AGING, horizon=horizon)
    named = [replace(one, segment=f"type {number}") for number in range(segments)]
    return Curves(
        step=Step("mql", "won"),
        as_of=date(2026, 11, 12),
        known_at=None,
        by="type" if segments else None,
        horizon_days=horizon,
        lines=(replace(one, segment=""), *named),
    )


def triangle() -> Triangle:
    """A January that has had its time, and an April that is young at sixty days."""
    old = table_of([*[Pass(20, MOVED)] * 30, *[Pass(100, OPEN)] * 70])
    young = table_of([*[Pass(20, MOVED)] * 10, *[Pass(70, OPEN)] * 30, *[Pass(40, OPEN)] * 100])
    tables = {date(2026, 1, 1): old, date(2026, 4, 1): young}
    ages, found = cohorts(tables=tables, as_of=date(2026, 6, 10), horizon_days=365)
    return Triangle(step=Step("mql", "won"), as_of=date(2026, 6, 10), known_at=None, ages=ages, cohorts=found)


def texts(spec: Any) -> str:
    """Everything that a specification says."""
    return json.dumps(spec, ensure_ascii=False)


def test_each_segment_has_a_panel_named_with_its_rate() -> None:
    """In the order of the table, all passes behind it."""
    spec = curves_chart(curves=curves(), language=ENGLISH)
    rows = spec["data"]["values"]

    assert spec["facet"]["sort"] == [f"type {number}: 26.7\u202f% by day 60" for number in (0, 1)]
    assert {row["of"] for row in rows} == {"own", "all"}


def test_beyond_what_is_firm_the_line_is_dashed() -> None:
    """And it begins where the firm part ends, so that there is no gap."""
    rows = [row for row in curves_chart(curves=curves(), language=ENGLISH)["data"]["values"] if row["of"] == "own"]
    firm = [row["age"] for row in rows if row["firm"]]
    dashed = [row["age"] for row in rows if not row["firm"]]

    assert max(firm) == min(dashed) == 60
    assert max(dashed) == 365


def test_without_a_breakdown_there_is_one_picture() -> None:
    """Of all passes."""
    spec = curves_chart(curves=curves(segments=0), language=ENGLISH)

    assert "facet" not in spec
    assert len({row["panel"] for row in spec["data"]["values"]}) == 1


def test_segments_that_are_not_drawn_are_counted() -> None:
    """More than a dozen panels cannot be read."""
    spec = curves_chart(curves=curves(segments=MOST_PANELS + 3), language=ENGLISH)

    assert len(spec["facet"]["sort"]) == MOST_PANELS
    assert "too many segments: 3." in texts(spec["title"]["subtitle"])


def test_turkish_writes_the_sign_first_also_on_the_axis() -> None:
    """And speaks Turkish everywhere."""
    spec = curves_chart(curves=curves(), language=TURKISH)

    assert "%26,7" in spec["title"]["text"]
    assert "'%10'" in texts(spec)
    assert "gün" in texts(spec["title"]["subtitle"])
    assert "day" not in texts(spec["title"])


def test_an_axis_of_shares_ends_above_the_highest() -> None:
    """With labels that the language writes."""
    axis, end = rate_axis(highest=Fraction(23, 100), language=ENGLISH)

    assert end == Fraction(1, 4)
    assert axis["values"] == [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]
    assert "'15\u202f%'" in axis["labelExpr"]


def test_young_cells_are_outlined_and_not_filled_by_their_share() -> None:
    """A reader tells a count from an estimate without colour."""
    spec = triangle_chart(triangle=triangle(), language=ENGLISH)
    counted, young, _ = spec["layer"]
    cells = {(cell["month"], cell["age"]): cell for cell in spec["data"]["values"]}

    assert "strokeDash" in young["mark"]
    assert "strokeDash" not in counted["mark"]
    assert not cells["January 2026 (100)", "60 days"]["young"]
    assert cells["April 2026 (140)", "60 days"]["young"]
    assert cells["April 2026 (140)", "60 days"]["text"] == "7.1\u202f%"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_every_cell(theme: Any) -> None:
    """At least 4.5 to 1 on every mixture of the accent, and on the plain ground."""
    for step in range(11):
        fill = mixed(colour=theme.accent, ground=theme.surface, part=step / 10)
        assert contrast(one=readable(ground=fill, inks=(theme.ink, theme.on_accent)), other=fill) >= 4.5
    for ink in (theme.ink, theme.ink_2, theme.ink_3):
        assert contrast(one=ink, other=theme.surface) >= 4.5


def test_the_funnel_shows_the_counts_and_rates_of_the_tables() -> None:
    """A bar for each stage; between two the matured rate with its range."""
    findings = small_road().learnt.findings
    spec = funnel_chart(findings=findings, language=ENGLISH)
    whole = findings.segments[0]

    for count in whole.reached:
        assert f'"{count:,}"' in texts(spec)
    for step in whole.steps:
        assert step.matured.value is not None
        assert ENGLISH.write(step.matured.value, style="1") in texts(spec["layer"][-1])


def test_every_chart_has_a_text_for_those_who_do_not_see_it() -> None:
    """It tells the finding with its numbers."""
    drawn = (
        curves_chart(curves=curves(), language=ENGLISH),
        triangle_chart(triangle=triangle(), language=ENGLISH),
        funnel_chart(findings=small_road().learnt.findings, language=ENGLISH),
    )

    assert "26.7\u202f% within 60 days" in drawn[0]["description"]
    assert "1 of 2 months have had 90 days; of their passes 30.0\u202f%" in drawn[1]["description"]
    assert "Reached: MQLs 9," in drawn[2]["description"]
