"""`funnelpact funnel`: what the imported data say of each stage, step and lead type."""

from __future__ import annotations

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
    print_queries,
)
from funnelpact.apps.cli.measure.drawing import ChartFile, ChartKind, Dark, draw
from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    Why,
    failing_in_words,
    print_json,
    print_notes,
    print_view,
    print_why,
)
from funnelpact.apps.drawing import Asked, Kind
from funnelpact.apps.language import language


def funnel(
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    horizon: Horizon = 365,
    currency: Currency = None,
    despite: Despite = None,
    chart: ChartFile = None,
    chart_kind: ChartKind = Kind.CURVES,
    dark: Dark = False,
    sql: Sql = False,
    data: DataFolder = None,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show stage counts, rates, times and values."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.view.funnel import (
        findings_data,
        headline,
        horizon_table,
        stage_table,
        step_tables,
        value_table,
    )
    from funnelpact.workflows.measuring.learn import learn_funnel

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        asked: Asked = {
            "store": fact_store(data, recorder=recorder),
            "as_of": day(as_of),
            "known_at": instant(known_at),
            "by": by,
            "horizon_days": horizon,
            "mappings": funnel_mappings(data),
            "accepted": despite or (),
        }
        if chart is not None:
            draw(chart, chart_kind, spoken, dark=dark, as_json=as_json, asked=asked)
            return
        learnt = learn_funnel(**asked, currency=currency_code(currency))
    if recorder is not None:
        print_queries(recorder, as_json=as_json)
        return
    findings = learnt.findings
    if as_json:
        print_json(findings_data(findings=findings, language=spoken))
        return
    typer.echo(spoken.say(headline(findings=findings)))
    steps = step_tables(findings=findings)
    by_age, values = horizon_table(findings=findings), value_table(findings=findings)
    for table in (stage_table(findings=findings), *steps, by_age, values):
        print_view(table, spoken)
    print_notes(findings.notes, spoken)
    if why:
        for segment in findings.segments:
            print_why(segment.to_won.matured.derivation, spoken, title=segment.to_won.matured.population)
            print_why(segment.to_won.recent.derivation, spoken)
            if segment.composed is not None:
                print_why(segment.composed.derivation, spoken)
            if segment.drawn is not None:
                print_why(segment.drawn.derivation, spoken)
            print_why(segment.value.derivation, spoken)
