"""What the commands that measure share: their options, and how an answer is printed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import help_text, print_json, print_notes, print_view, print_why
from funnelpact.core.terms.answers.queries import Recorder
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.money import SYMBOLS, Money
from funnelpact.core.view.language import Language

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


def print_queries(recorder: Recorder, *, as_json: bool = False) -> None:
    """Print the queries behind an answer in place of it: a script, each count under its name."""
    statements = recorder.statements()
    if as_json:
        print_json({"queries": [{"name": one.name, "makes": one.makes, "sql": one.text} for one in statements]})
        return
    for one in statements:
        typer.echo(f"-- {one.name}\n{one.text};\n")


def print_measured(
    measured: Measured, spoken: Language, *, why: bool = False, as_json: bool = False, recorder: Recorder | None = None
) -> None:
    """Print an answer: its headline, a table for each block, notes, and the arithmetic where it is asked for.

    A recorder that has seen how it was counted prints the queries instead.
    """
    from funnelpact.core.view.measured import block_tables, measured_data, title_of

    if recorder is not None:
        print_queries(recorder, as_json=as_json)
        return

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
