"""The commands that measure money: `value`, `pipeline`, `retention`."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import (
    AsOf,
    By,
    Currency,
    Despite,
    Horizon,
    KnownAt,
    Measure,
    Sql,
    answer,
    currency_code,
)
from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, Why, help_text
from funnelpact.core.terms.report import Figures


class Kind(Enum):
    """What `value` tells."""

    REVENUE = "revenue"
    MARGIN = "margin"
    CUSTOMER = "customer"
    SPEND = "spend"


Kinds = Annotated[list[Kind] | None, typer.Option("--kind", help=help_text("value.kind"))]


def value(
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    horizon: Horizon = 365,
    kind: Kinds = None,
    currency: Currency = None,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show what orders, leads and customers are worth, and what leads cost."""

    def prepare() -> Measure:
        from funnelpact.workflows.measuring.money import value as money

        kinds, code = [money.Worth(each.value) for each in kind or Kind], currency_code(currency)
        return lambda scope: money.value(scope=scope, horizon_days=horizon, kinds=kinds, currency=code)

    answer(
        prepare,
        figures=(Figures.RATES, Figures.VALUES),
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


def pipeline(
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    horizon: Horizon = 365,
    currency: Currency = None,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show win rates, velocity, ages by stage and what is probably dead."""

    def prepare() -> Measure:
        from funnelpact.workflows.measuring.money import pipeline as money

        code = currency_code(currency)
        return lambda scope: money.pipeline(scope=scope, horizon_days=horizon, currency=code)

    answer(
        prepare,
        figures=(Figures.RATES, Figures.VALUES),
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


def retention(
    by: Annotated[str | None, typer.Option(help=help_text("retention.by"))] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    currency: Currency = None,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show who stays, what stays of the recurring revenue, churn by age, and satisfaction."""

    def prepare() -> Measure:
        from funnelpact.workflows.measuring.money import retention as money

        code = currency_code(currency)
        return lambda scope: money.retention(scope=scope, by=by, currency=code)

    answer(
        prepare,
        as_of=as_of,
        known_at=known_at,
        despite=despite,
        data=data,
        sql=sql,
        why=why,
        as_json=as_json,
        lang=lang,
    )
