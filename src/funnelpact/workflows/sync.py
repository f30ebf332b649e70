"""Take what a source has: show it, or keep it as one batch."""

from __future__ import annotations

from datetime import datetime

from funnelpact.core.terms.report import ImportReport
from funnelpact.workflows.ports import FactStore, Source


def import_facts(*, source: Source, store: FactStore, known_at: datetime, dry_run: bool = False) -> ImportReport:
    """This returns what was understood, kept and refused; the facts are kept as one batch unless `dry_run`.

    The same bytes under the same mapping again change nothing, and the report says so. Raises what reading and mapping
    raise; then nothing has been kept.
    """
    read = source.read(now=known_at)
    if dry_run:
        return ImportReport(files=read.reports, batch=None, repeated=False, mapping=read.mapping)
    counts = {
        "counts": {
            report.name: {
                "rows_in": report.rows_in,
                "kept": report.kept,
                "rejected": {reject.reason: reject.count for reject in report.rejects},
            }
            for report in read.reports
        },
        "complete_until": read.complete_until.isoformat() if read.complete_until else None,
    }
    batch = store.add(facts=read.facts, received=read.received, known_at=known_at, mapping=read.mapping, report=counts)
    return ImportReport(
        files=read.reports, batch=batch.number if batch else None, repeated=batch is None, mapping=read.mapping
    )
