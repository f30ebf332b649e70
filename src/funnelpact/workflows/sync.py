"""Take what a source has: show it, or keep it as one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from funnelpact.core.facts.forgetting import Traces
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import FileReport, ImportReport, Issue, Level
from funnelpact.workflows.mapping import follow_facts
from funnelpact.workflows.ports import FactStore, FunnelMappings, Source

SHORTEST = 4
"""A cell of fewer characters, such as a number of two digits, tells nothing of anybody and is in many sentences."""


def import_facts(
    *,
    source: Source,
    store: FactStore,
    known_at: datetime,
    dry_run: bool = False,
    mappings: FunnelMappings | None = None,
) -> ImportReport:
    """This returns what was understood, kept and refused; the facts are kept as one batch unless `dry_run`.

    The journeys follow, under the mapping in force.

    The same bytes under the same mapping again change nothing, and the report says so. Raises what reading and mapping
    raise; then nothing has been kept.

    People who were erased are left out, also of what is shown of the files.
    """
    read = source.read(now=known_at)
    people: dict[str, Traces] = {}
    if dry_run:
        people.update(store.people_in(received=read.received, mapping=read.mapping))
        files = without_people(reports=read.reports, people=people)
        return ImportReport(files=files, batch=None, repeated=False, mapping=read.mapping)
    batch = store.add(
        facts=read.facts,
        received=read.received,
        known_at=known_at,
        mapping=read.mapping,
        report={"counts": counts_of(read.reports)},
        complete_until=read.complete_until,
        found=people.update,
    )
    if batch is None:
        people.update(store.people_in(received=read.received, mapping=read.mapping))
    follow_facts(store=store, mappings=mappings)
    return ImportReport(
        files=without_people(reports=read.reports, people=people),
        batch=batch.number if batch else None,
        repeated=batch is None,
        mapping=read.mapping,
    )


def without_people(*, reports: Sequence[FileReport], people: Mapping[str, Traces]) -> tuple[FileReport, ...]:
    """This returns the reports without what rows of people who were erased say, each with how many of its rows those are."""
    return tuple(
        _without(report, found) if (found := people.get(report.name)) and found.rows else report for report in reports
    )


def _without(report: FileReport, found: Traces) -> FileReport:
    lines = {line for line, _ in found.rows}
    cells = {text for _, row in found.rows for cell in row.values() if (text := str(cell).strip())}
    telling = [cell for cell in cells if len(cell) >= SHORTEST]
    columns = (
        replace(column, sample=tuple(text for text in column.sample if text.strip() not in cells))
        for column in report.columns
    )
    rejects = (
        replace(reject, examples=tuple((line, "" if line in lines else text) for line, text in reject.examples))
        for reject in report.rejects
    )
    issues = (replace(issue, sentence=_masked(issue.sentence, telling)) for issue in report.issues)
    return replace(
        report, columns=tuple(columns), rejects=tuple(rejects), issues=(*issues, _forgotten(len(found.rows)))
    )


def _masked(sentence: Message, cells: Sequence[str]) -> Message:
    """The sentence without values that hold a cell of theirs, such as an example."""

    def masked(value: Any) -> Any:
        if isinstance(value, str):
            return "…" if any(cell in value for cell in cells) else value
        return tuple(map(masked, value)) if isinstance(value, tuple) else value

    return Message(sentence.id, **{name: masked(value) for name, value in sentence.values.items()})


def _forgotten(rows: int) -> Issue:
    sentence = Message("issue.forgotten-rows", rows=rows)
    return Issue(code="forgotten-rows", level=Level.TOLD, count=rows, sentence=sentence)


def counts_of(reports: Sequence[FileReport]) -> dict[str, dict[str, Any]]:
    """This returns the counts of each file, as they are kept with a batch."""
    return {
        report.name: {
            "rows_in": report.rows_in,
            "kept": report.kept,
            "rejected": {reject.reason: reject.count for reject in report.rejects},
        }
        for report in reports
    }
