"""`funnelpact backtest`: what our figures said on days of the past, held against what came."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, By, Despite, day
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
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

backtest = typer.Typer(help=help_text("backtest.help"), no_args_is_help=True)

_Month = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m"], help=help_text("backtest.from"))]
_To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m"], help=help_text("backtest.to"))]
_Horizons = Annotated[list[int] | None, typer.Option("--horizon", min=1, help=help_text("backtest.horizon"))]


class Every(Enum):
    """At the ends of which periods rates are asked for."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@backtest.command(help=help_text("backtest.rates"))
def rates(
    by: By = None,
    first: _Month = None,
    last: _To = None,
    every: Annotated[Every, typer.Option(help=help_text("backtest.every"))] = Every.MONTH,
    horizon: _Horizons = None,
    as_of: AsOf = None,
    despite: Despite = None,
    data: DataFolder = None,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Hold the matured rates of the past, and those of a CRM, against what came."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings
    from funnelpact.core.terms.period import Grain
    from funnelpact.core.view.past.backtest import backtest_data, backtest_sentences, backtest_tables
    from funnelpact.workflows.measuring.backtest import HORIZONS, backtest_rates

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json), _progress(spoken, shown=not as_json) as progress:
        tested = backtest_rates(
            store=fact_store(data),
            first=day(first),
            last=_last_day(last) if last else None,
            every=Grain(every.value),
            horizons=tuple(dict.fromkeys(horizon or HORIZONS)),
            as_of=day(as_of),
            by=by,
            mappings=funnel_mappings(data),
            accepted=despite or (),
            progress=progress,
        )
    if as_json:
        print_json(backtest_data(backtest=tested, language=spoken))
        return
    print_sentences(backtest_sentences(backtest=tested), spoken)
    for table in backtest_tables(backtest=tested):
        print_view(table, spoken)
    print_notes(tested.notes, spoken)
    if why:
        for trial in tested.trials:
            if trial.segment == "":
                print_why(trial.told.derivation, spoken, title=Message("backtest.on", day=trial.as_of))


def _last_day(month: datetime) -> date:
    return (month.date().replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@contextmanager
def _progress(spoken: Language, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that moves with each day, where somebody sits before the screen."""
    if not shown or not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005 - the names are those of the protocol
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(spoken.say(Message("backtest.progress")), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
