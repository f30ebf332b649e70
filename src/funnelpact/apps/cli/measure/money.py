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
    Sql,
    currency_code,
    day,
    instant,
    print_measured,
)
from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, Why, failing_in_words, help_text
from funnelpact.apps.language import language


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
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.terms.report import Figures
    from funnelpact.workflows.measuring.money import value as money
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        kinds = [money.Worth(each.value) for each in kind or Kind]
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            by=by,
            mappings=funnel_mappings(data),
            figures=(Figures.RATES, Figures.VALUES),
            accepted=despite or (),
        )
        measured = money.value(scope=scope, horizon_days=horizon, kinds=kinds, currency=currency_code(currency))
    print_measured(measured, spoken, why=why, as_json=as_json, recorder=recorder)


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
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.terms.report import Figures
    from funnelpact.workflows.measuring.money import pipeline as money
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            by=by,
            mappings=funnel_mappings(data),
            figures=(Figures.RATES, Figures.VALUES),
            accepted=despite or (),
        )
        measured = money.pipeline(scope=scope, horizon_days=horizon, currency=currency_code(currency))
    print_measured(measured, spoken, why=why, as_json=as_json, recorder=recorder)


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
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.workflows.measuring.money import retention as money
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            mappings=funnel_mappings(data),
            accepted=despite or (),
        )
        measured = money.retention(scope=scope, by=by, currency=currency_code(currency))
    print_measured(measured, spoken, why=why, as_json=as_json, recorder=recorder)
