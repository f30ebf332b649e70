"""`funnelpact data quality`: whether the imported facts carry the figures that people want to print from them."""

from __future__ import annotations

import typer

from funnelpact.apps.cli.measure.asking import AsOf, KnownAt, instant
from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    failing_in_words,
    print_json,
    print_notes,
    print_sentences,
    print_view,
)
from funnelpact.apps.language import language

REFUSED = 1
"""The exit code where a figure is refused."""


def quality(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show what the rules of quality find, and which figures are not printed because of it."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings
    from funnelpact.core.view.intake.quality import quality_data, quality_notes, quality_sentences, quality_table
    from funnelpact.workflows.measuring.scope import NothingImported
    from funnelpact.workflows.quality import check_quality

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        day = as_of.date() if as_of else None
        mappings = funnel_mappings(data)
        report = check_quality(store=fact_store(data), as_of=day, known_at=instant(known_at), mappings=mappings)
        if report.newest is None:
            raise NothingImported()
    if as_json:
        print_json(quality_data(report=report, language=spoken))
    else:
        print_sentences(quality_sentences(report=report), spoken)
        table = quality_table(report=report)
        if table is not None:
            print_view(table, spoken)
        print_notes(quality_notes(report=report), spoken)
    if report.refused:
        raise typer.Exit(REFUSED)
