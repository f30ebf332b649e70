"""`funnelpact import`: files of a CRM into the data folder, with what was understood and what was refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    failing_in_words,
    help_text,
    print_json,
    print_notes,
    print_sentences,
    print_view,
)
from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.view.language import Language


class Dates(Enum):
    """How a person answers the question of day and month."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Decimals(Enum):
    """How a person answers the question of the decimal mark."""

    POINT = "point"
    COMMA = "comma"


def import_files(
    files: Annotated[list[Path], typer.Argument(help=help_text("import.files"))],
    dates: Annotated[Dates | None, typer.Option(help=help_text("import.dates"))] = None,
    decimals: Annotated[Decimals | None, typer.Option(help=help_text("import.decimals"))] = None,
    currency: Annotated[str | None, typer.Option(help=help_text("import.currency"))] = None,
    zone: Annotated[str | None, typer.Option(help=help_text("import.zone"))] = None,
    complete_until: Annotated[
        datetime | None, typer.Option("--complete-until", formats=["%Y-%m-%d"], help=help_text("import.complete_until"))
    ] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help=help_text("import.mapping"))] = None,
    save: Annotated[Path | None, typer.Option("--save-mapping", help=help_text("import.save_mapping"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("import.dry_run"))] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Import files that belong together."""
    from funnelpact.apps.wiring import fact_store, file_source, funnel_mappings, save_mapping
    from funnelpact.core.view.intake.imports import (
        column_table,
        file_sentences,
        import_sentence,
        issue_sentences,
        report_data,
    )
    from funnelpact.workflows.sync import import_facts

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        complete = _last_instant(complete_until) if complete_until else _asked(spoken, as_json=as_json)
        with _progress(steps=2 * len(files), shown=not as_json) as done:
            source = file_source(
                paths=files,
                dates=dates.value if dates else None,
                decimals=decimals.value if decimals else None,
                currency=Money.parse(f"1 {currency}").currency if currency else None,
                zone=zone,
                complete_until=complete,
                mapping=mapping,
                done=done,
            )
            report = import_facts(
                source=source,
                store=fact_store(data),
                known_at=datetime.now(UTC),
                dry_run=dry_run,
                mappings=funnel_mappings(data),
            )
        if save is not None:
            save_mapping(path=save, mapping=report.mapping)
    if as_json:
        print_json(report_data(report=report, language=spoken))
        return
    for file in report.files:
        print_sentences(file_sentences(file=file), spoken)
        print_view(column_table(file=file), spoken)
        print_notes(issue_sentences(file=file), spoken)
        typer.echo()
    print_sentences([import_sentence(report=report)], spoken)


@contextmanager
def _progress(*, steps: int, shown: bool) -> Iterator[Callable[[str], None]]:
    """A bar on standard error that moves with each file, where somebody sits before the screen."""
    if not shown or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)
        yield lambda name: bar.update(task, advance=1, description=name)


def _asked(spoken: Language, *, as_json: bool) -> datetime | None:
    """The last day of which the files tell everything, asked once where somebody sits before the screen."""
    if as_json or not sys.stdin.isatty():
        return None
    day = typer.prompt(spoken.say(Message("import.ask-complete")), default="", show_default=False, err=True)
    try:
        return _last_instant(datetime.strptime(day.strip(), "%Y-%m-%d")) if day.strip() else None  # noqa: DTZ007 - a day
    except ValueError:
        return _asked(spoken, as_json=as_json)


def _last_instant(day: datetime) -> datetime:
    return day.replace(tzinfo=UTC) + timedelta(days=1) - timedelta(microseconds=1)
