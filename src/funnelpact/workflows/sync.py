"""Take what a source has: show it, or keep it as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from funnelpact.core.facts.kept import Batch
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import FileReport, ImportReport, Issue, Level
from funnelpact.workflows.mapping import follow_facts
from funnelpact.workflows.ports import FactStore, FunnelMappings, Source


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
    """
    read = source.read(now=known_at)
    if dry_run:
        return ImportReport(files=read.reports, batch=None, repeated=False, mapping=read.mapping)
    batch = store.add(
        facts=read.facts,
        received=read.received,
        known_at=known_at,
        mapping=read.mapping,
        report={"counts": counts_of(read.reports)},
        complete_until=read.complete_until,
    )
    follow_facts(store=store, mappings=mappings)
    return ImportReport(
        files=with_forgotten(reports=read.reports, batch=batch),
        batch=batch.number if batch else None,
        repeated=batch is None,
        mapping=read.mapping,
    )


def with_forgotten(*, reports: Sequence[FileReport], batch: Batch | None) -> tuple[FileReport, ...]:
    """This returns the reports, each with how many of its rows are of people who were erased, and were kept without them."""
    forgotten = batch.report.get("forgotten", {}) if batch else {}
    return tuple(
        replace(report, issues=(*report.issues, _forgotten(rows))) if (rows := forgotten.get(report.name)) else report
        for report in reports
    )


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
