"""What the commands that measure share: their options, and how an answer is printed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from funnelpact.apps.cli.shared import failing_in_words, help_text, print_json, print_notes, print_view, print_why
from funnelpact.apps.language import language
from funnelpact.core.terms.answers.queries import Recorder
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.money import SYMBOLS, Money
from funnelpact.core.terms.report import Figures
from funnelpact.core.view.language import Language

if TYPE_CHECKING:
    from funnelpact.workflows.measuring.scope import Scope

Measure: TypeAlias = "Callable[[Scope], Measured]"
"""What is asked of a scope."""

By = Annotated[str | None, typer.Option(help=help_text("by"))]
Horizon = Annotated[int, typer.Option(help=help_text("horizon"), min=1)]
Despite = Annotated[list[str] | None, typer.Option(help=help_text("despite"))]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=help_text("as_of"))]
_INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
KnownAt = Annotated[datetime | None, typer.Option("--known-at", formats=_INSTANTS, help=help_text("known_at"))]
Currency = Annotated[
    str | None, typer.Option("--currency", envvar="FUNNELPACT_CURRENCY", help=help_text("reporting_currency"))
]

Sql = Annotated[bool, typer.Option("--sql", help=help_text("sql"))]


def day(given: datetime | None) -> date | None:
    """The day that an option names."""
    return given.date() if given else None


def instant(given: datetime | None) -> datetime | None:
    """The instant that an option names, in UTC where it names no zone."""
    return given if given is None or given.tzinfo else given.replace(tzinfo=UTC)


def currency_code(given: str | None) -> str | None:
    """The currency that an option names, by its sign or three letters; None for none. Raises `UnknownCurrency`."""
    text = (given or "").strip().upper()
    return Money(Fraction(0), SYMBOLS.get(text, text)).currency or None


def answer(
    prepare: Callable[[], Measure],
    *,
    figures: Collection[Figures] = (),
    by: str | None = None,
    as_of: datetime | None,
    known_at: datetime | None,
    despite: list[str] | None,
    data: Path | None,
    sql: bool,
    why: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Ask a measure of what the options name, and print its answer, or in words why there is none.

    `prepare` reads the options of the one command, before anything is counted, and returns the measure.
    """
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        measure = prepare()
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            by=by,
            mappings=funnel_mappings(data),
            figures=figures,
            accepted=despite or (),
        )
        measured = measure(scope)
    if recorder is not None:
        print_queries(recorder, as_json=as_json)
    else:
        print_measured(measured, spoken, why=why, as_json=as_json)


def print_queries(recorder: Recorder, *, as_json: bool = False) -> None:
    """Print the queries behind an answer in place of it: a script, each count under its name."""
    statements = recorder.statements()
    if as_json:
        print_json({"queries": [{"name": one.name, "makes": one.makes, "sql": one.text} for one in statements]})
        return
    for one in statements:
        typer.echo(f"-- {one.name}\n{one.text};\n")


def print_measured(measured: Measured, spoken: Language, *, why: bool = False, as_json: bool = False) -> None:
    """Print an answer: its headline, a table for each block, notes, and the arithmetic where it is asked for."""
    from funnelpact.core.view.measured import block_tables, measured_data, title_of

    if as_json:
        print_json(measured_data(measured=measured, language=spoken))
        return
    typer.echo(spoken.say(title_of(measured=measured)))
    for table in block_tables(measured=measured):
        print_view(table, spoken)
    print_notes(measured.notes, spoken)
    if why:
        for block in measured.blocks:
            for row in block.rows:
                for finding in row.findings:
                    print_why(finding.derivation, spoken, title=finding.population)
