"""`funnelpact response` and its like: what was measured for one question."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, By, Despite, KnownAt, Sql, day, instant, print_measured
from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, Why, failing_in_words, help_text
from funnelpact.apps.language import language
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem

_UNITS = {"s": "seconds", "min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
Steps = Annotated[str, typer.Option(help=help_text("cadence.steps"))]
Accept = Annotated[int, typer.Option(help=help_text("cadence.accept"), min=0)]
Within = Annotated[str, typer.Option(help=help_text("response.within"))]
All = Annotated[bool, typer.Option("--all", help=help_text("response.all"))]

_DETAILS = re.compile(r"(human|system|total)_(working|wall)_shares|by_.*")
"""Blocks that answer a second question; the first is how long it takes, and whether the promise is kept."""


class DurationUnreadable(Problem):
    """A text that is no duration."""

    code = "duration-unreadable"


def duration(text: str) -> timedelta:
    """The duration that a person wrote: `90s`, `15min`, `1h`, `2d`. Raises `DurationUnreadable`."""
    match = re.fullmatch(r"(\d{1,5})\s*(s|min|m|h|d)", text.strip().lower(), re.ASCII)
    if not match:
        raise DurationUnreadable(text=text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


class StepsUnreadable(Problem):
    """A text that is no cadence."""

    code = "cadence-unreadable"


def steps_of(text: str) -> list[tuple[int, int]]:
    """The attempts due by a day that a person wrote: `14:3,28:5`. Raises `StepsUnreadable`."""
    found = [re.fullmatch(r"(\d{1,4}):(\d{1,3})", part.strip(), re.ASCII) for part in text.split(",")]
    if not all(found):
        raise StepsUnreadable(text=text)
    return [(int(match[1]), int(match[2])) for match in found if match]


def without_details(measured: Measured) -> Measured:
    """The answer without the blocks that most people do not ask for, and a note that says how many there are."""
    shown = tuple(block for block in measured.blocks if not _DETAILS.fullmatch(block.name))
    more = Message("note.more_tables", tables=len(measured.blocks) - len(shown))
    return replace(measured, blocks=shown, notes=(*measured.notes, more))


def response(
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    within: Within = "1h",
    everything: All = False,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show how fast leads are answered."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.terms.report import Figures
    from funnelpact.workflows.measuring import measures
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        promise = duration(within)
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            by=by,
            mappings=funnel_mappings(data),
            figures=(Figures.RESPONSE,),
            accepted=despite or (),
        )
        measured = measures.response(scope=scope, within=promise)
    if not everything and not as_json:
        measured = without_details(measured)
    print_measured(measured, spoken, why=why, as_json=as_json, recorder=recorder)


def cadence(
    by: By = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    steps: Steps = "14:3,28:5,56:7",
    accept: Accept = 14,
    despite: Despite = None,
    data: DataFolder = None,
    sql: Sql = False,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show how leads are followed up."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings, query_recorder
    from funnelpact.core.terms.report import Figures
    from funnelpact.workflows.measuring import measures
    from funnelpact.workflows.measuring.scope import scope_of

    spoken, recorder = language(lang), query_recorder() if sql else None
    with failing_in_words(spoken, as_json=as_json):
        asked = steps_of(steps)
        scope = scope_of(
            store=fact_store(data, recorder=recorder),
            as_of=day(as_of),
            known_at=instant(known_at),
            by=by,
            mappings=funnel_mappings(data),
            figures=(Figures.RATES,),
            accepted=despite or (),
        )
        measured = measures.cadence(scope=scope, steps=asked, accept_days=accept)
    print_measured(measured, spoken, why=why, as_json=as_json, recorder=recorder)
