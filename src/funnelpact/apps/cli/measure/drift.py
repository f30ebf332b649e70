"""`funnelpact drift`: whether the funnel still behaves as in a period before."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, By, Despite, KnownAt, Measure, Sql, answer
from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, Why, help_text
from funnelpact.core.terms.period import Grain, Period, period_of
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.report import Figures

SEED = 183
"""Thresholds are found by simulation: with one seed the same question has the same answer."""

BaselineDays = Annotated[str, typer.Option(metavar="FROM..TO", help=help_text("drift.baseline"))]
_DAY = r"(\d{4})-(\d{2})(?:-(\d{2}))?"


class BaselineUnreadable(Problem):
    """A text that is no period of months or days."""

    code = "baseline-unreadable"


def baseline_period(text: str) -> Period | None:
    """The period that a person wrote, both ends in it: `2025-05..2026-04`, `2025-05-01..2026-04-30`, one month alone; of nothing None.

    Raises `BaselineUnreadable`, `PeriodReversed` and `DayOutOfRange`.
    """
    if not text:
        return None
    match = re.fullmatch(rf"{_DAY}(?:\.\.{_DAY})?", text.strip(), re.ASCII)
    if not match:
        raise BaselineUnreadable(text=text)
    parts = match.groups()
    first = _days(parts[:3], text)
    last = _days(parts[3:], text) if parts[3] else first
    return Period(first.start, last.end)


def _days(parts: tuple[str | None, ...], text: str) -> Period:
    year, month, of_month = (int(part) if part else None for part in parts)
    try:
        start = date(year or 0, month or 0, of_month or 1)
    except ValueError:
        raise BaselineUnreadable(text=text) from None
    return Period(start, start + timedelta(days=1)) if of_month else period_of(day=start, grain=Grain.MONTH)


def drift(
    baseline: BaselineDays = "",
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show whether moves are as many and as fast as before."""

    def prepare() -> Measure:
        import numpy as np

        from funnelpact.workflows.measuring import measures

        period = baseline_period(baseline)
        return lambda scope: measures.drift(scope=scope, rng=np.random.default_rng(SEED), baseline=period)

    answer(
        prepare,
        figures=(Figures.RATES,),
        by=by,
        as_of=as_of,
        known_at=known_at,
        despite=despite,
        data=data,
        sql=sql,
        why=why,
        as_json=as_json,
        lang=lang,
    )
