"""`funnelpact reconcile`: from the figures that the CRM shows to ours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, Despite, Horizon, KnownAt, Sql, day, instant, print_queries
from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    Why,
    failing_in_words,
    help_text,
    print_json,
    print_notes,
    print_view,
    print_why,
)
from funnelpact.apps.language import language

Month = Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help=help_text("reconcile.month"))]
Records = Annotated[str, typer.Option(metavar="CHAIN:NAME", help=help_text("reconcile.records"))]


def reconcile(
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    horizon: Horizon = 365,
    records: Records = "",
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show, step by step, why the CRM's figures and ours differ."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.terms.period import Grain, period_of
    from funnelpact.core.terms.report import Figures
    from funnelpact.core.view.reconcile import headline, reconciled_data, reconciliation_tables
    from funnelpact.workflows.measuring.reconcile import month_before, records_behind
    from funnelpact.workflows.measuring.reconcile import reconcile as reconcile_month
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            mappings=funnel_mappings(data),
            figures=(Figures.RATES,),
            accepted=despite or (),
        )
        asked = period_of(day=month.date(), grain=Grain.MONTH) if month else month_before(day=scope.as_of)
        if records:
            chain, _, reason = records.partition(":")
            keys = records_behind(scope=scope, month=asked, horizon_days=horizon, chain=chain, reason=reason)
            typer.echo("\n".join(keys))
            return
        found = reconcile_month(scope=scope, month=asked, horizon_days=horizon)
    if recorder is not None:
        print_queries(recorder, as_json=as_json)
        return
    if as_json:
        print_json(reconciled_data(reconciled=found, language=spoken))
        return
    typer.echo(spoken.say(headline(reconciled=found)))
    for table in reconciliation_tables(reconciled=found):
        print_view(table, spoken)
    print_notes(found.notes, spoken)
    if why:
        for part in found.parts:
            if part.finding is not None:
                print_why(part.finding.derivation, spoken, title=part.finding.population)
                break
