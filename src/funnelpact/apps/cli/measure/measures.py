"""`funnelpact response` and its like: what was measured for one question."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from funnelpact.apps.cli.measure.asking import AsOf, By, Despite, KnownAt, Measure, Sql, answer
from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, Why, help_text
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.report import Figures

if TYPE_CHECKING:
    from funnelpact.workflows.measuring.scope import Scope

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

    def prepare() -> Measure:
        from funnelpact.workflows.measuring import measures

        promise, whole = duration(within), everything or as_json

        def measure(scope: Scope) -> Measured:
            found = measures.response(scope=scope, within=promise)
            return found if whole else without_details(found)

        return measure

    answer(
        prepare,
        figures=(Figures.RESPONSE,),
        by=by,
        as_of=as_of,
        known_at=known_at,
        despite=despite,
        data=data,
        sql=sql,
        why=why,
        as_json=as_json,
        lang=lang,
    )


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

    def prepare() -> Measure:
        from funnelpact.workflows.measuring import measures

        asked = steps_of(steps)
        return lambda scope: measures.cadence(scope=scope, steps=asked, accept_days=accept)

    answer(
        prepare,
        figures=(Figures.RATES,),
        by=by,
        as_of=as_of,
        known_at=known_at,
        despite=despite,
        data=data,
        sql=sql,
        why=why,
        as_json=as_json,
        lang=lang,
    )
