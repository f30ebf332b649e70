"""`funnelpact plan`: how many leads a monthly quota needs, from the company's own data."""

from __future__ import annotations

from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, By, Currency, Despite, Horizon, Sql, currency_code, print_queries
from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    Why,
    failing_in_words,
    help_text,
    print_json,
    print_notes,
    print_sentences,
    print_view,
    print_why,
)
from funnelpact.apps.language import language
from funnelpact.apps.typed import AOV, QUOTA, Typed


def plan(
    quota: Annotated[str, typer.Option(help=help_text("plan.quota"))],
    aov: Annotated[str, typer.Option(help=help_text("plan.aov"))] = "",
    by: By = None,
    as_of: AsOf = None,
    horizon: Horizon = 365,
    currency: Currency = None,
    despite: Despite = None,
    sql: Sql = False,
    data: DataFolder = None,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Plan the leads of a month from measured rates and values."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.plan.outlook import lead_outlook
    from funnelpact.core.terms.report import Figures
    from funnelpact.core.view.plan import need_sentence, need_table, outlook_data, outlook_sentences
    from funnelpact.workflows.measuring.learn import learn_funnel

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        typed = Typed(decimal_mark=spoken.decimal_mark)
        goal = typed.money(quota, name=QUOTA)
        order_value = typed.money(aov, name=AOV) if aov else None
        typed.done()
        learnt = learn_funnel(
            store=fact_store(data, recorder=recorder),
            as_of=as_of.date() if as_of else None,
            by=by,
            horizon_days=horizon,
            mappings=funnel_mappings(data),
            figures=(Figures.RATES,) if order_value else (Figures.RATES, Figures.VALUES),
            accepted=despite or (),
            currency=currency_code(currency),
        )
        outlook = lead_outlook(findings=learnt.findings, quota=goal, order_value=order_value)
    if recorder is not None:
        print_queries(recorder, as_json=as_json)
        return
    if as_json:
        print_json(outlook_data(outlook=outlook, language=spoken))
        return
    print_sentences([need_sentence(outlook=outlook)], spoken)
    print_view(need_table(outlook=outlook), spoken)
    typer.echo()
    print_sentences(outlook_sentences(outlook=outlook, findings=learnt.findings), spoken)
    print_notes(learnt.findings.notes, spoken)
    if why:
        for need in (outlook.even, outlook.likely):
            print_why(need.derivation, spoken)
        for finding in outlook.values:
            print_why(finding.derivation, spoken, title=finding.population)
