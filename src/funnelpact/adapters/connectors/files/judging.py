"""The report on a file: what was understood, kept and refused, and what is doubtful in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Texts, pc
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.events import EVENTS
from funnelpact.adapters.connectors.files.kinds.records import DEALS, KEYS
from funnelpact.adapters.connectors.files.making.facts import FileFacts
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading.cells import Cells
from funnelpact.adapters.connectors.files.recognition import Understood
from funnelpact.core.facts.quality.unmatched import unmatched_references
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import ColumnReport, FileReport, Issue, Level, RejectReport

EXAMPLES = 3
_COMPARED = 5_000
"""A misspelt key is compared with at most so many others: those that begin like it and are about as long."""


def file_report(
    *, entry: Understood, mapping: FileMapping, made: FileFacts, others: Sequence[Understood]
) -> FileReport:
    """The report on one of several files."""
    rejects = Counter(reject.reason for reject in made.rejected)
    examples: dict[str, list[tuple[int, str]]] = {reason: [] for reason in rejects}
    for reject in made.rejected:
        if len(examples[reject.reason]) < EXAMPLES:
            examples[reject.reason].append((reject.line, reject.example))
    return FileReport(
        name=entry.file.name,
        kind=entry.kind,
        encoding=entry.file.encoding,
        separator=entry.file.separator,
        date_order=mapping.date_order.value if mapping.date_order else None,
        decimal_mark=mapping.decimal_mark,
        currency=mapping.currency,
        zone=mapping.zone,
        columns=tuple(
            ColumnReport(
                header=column.header,
                role=column.role.value,
                certainty=column.certainty,
                filled=column.filled,
                sample=column.cells.first,
                nulls=column.cells.nulls,
            )
            for column in entry.columns
        ),
        rows_in=entry.file.rows_in,
        kept=made.kept,
        rejects=tuple(
            RejectReport(reason=reason, count=count, examples=tuple(examples[reason]))
            for reason, count in rejects.most_common()
        ),
        issues=(
            *_references(entry, others),
            *_deal_issues(entry, mapping),
            *_told(entry, mapping),
            *_of_clocks(mapping, made),
        ),
    )


def _told(entry: Understood, mapping: FileMapping) -> tuple[Issue, ...]:
    """What people may want to know: keys that recur, and times that say no more than the day."""
    issues = []
    key = entry.header(KEYS[entry.kind]) if entry.kind in KEYS else None
    if key is not None and (rows := entry.file.cells(key).count - entry.file.cells(key).distinct):
        examples = tuple(_counted(entry.file.cells(key).said, at_least=2))[:EXAMPLES]
        sentence = Message("issue.keys-repeated", column=key, rows=rows, examples=examples)
        issues.append(Issue(code="keys-repeated", level=Level.TOLD, count=rows, sentence=sentence))
    for header, shift in mapping.day_shifts.items():
        if shift:
            sentence = Message("issue.times-are-days", column=header)
            issues.append(Issue(code="times-are-days", level=Level.TOLD, count=entry.file.rows_in, sentence=sentence))
    return tuple(issues)


def _of_clocks(mapping: FileMapping, made: FileFacts) -> tuple[Issue, ...]:
    """What is open about times: no zone, or a local time that came twice or never."""
    issues = []
    if made.unzoned:
        sentence = Message("issue.zone-missing", times=made.unzoned)
        issues.append(Issue(code="zone-missing", level=Level.DOUBT, count=made.unzoned, sentence=sentence))
    if made.twice or made.never:
        sentence = Message("issue.clock-changed", zone=mapping.zone or "UTC", twice=made.twice, never=made.never)
        issues.append(Issue(code="clock-changed", level=Level.TOLD, count=made.twice + made.never, sentence=sentence))
    return tuple(issues)


def _counted(texts: Texts, *, at_least: int = 1) -> dict[str, int]:
    """How often each thing is said, of those that are said so often."""
    counted = texts.drop_null().value_counts()
    often = counted.filter(pc.greater_equal(counted.field("counts"), at_least))
    return dict(zip(often.field("values").to_pylist(), often.field("counts").to_pylist(), strict=True))


def _references(entry: Understood, others: Sequence[Understood]) -> tuple[Issue, ...]:
    issues: tuple[Issue, ...] = ()
    for other in others:
        role = KEYS.get(other.kind)
        if role is None or other.kind == entry.kind or entry.kind not in {DEALS, *EVENTS}:
            continue
        here, there = entry.header(role), other.header(role)
        if here is None or there is None:
            continue
        used = _unknown(entry.file.cells(here), other.file.cells(there))
        if used:
            near = _near(used, other.file.cells(there))
            issues += unmatched_references(column=here, table=other.file.name, used=used, known=near)
    return issues


def _unknown(used: Cells, known: Cells) -> dict[str, int]:
    """The rows by value of those values that are no key of the other file."""
    keys = known.said.drop_null()
    strange = pc.and_(pc.is_valid(used.said), pc.invert(pc.is_in(used.said, value_set=keys)))
    return _counted(used.said.filter(strange))


def _near(missing: Mapping[str, int], known: Cells) -> list[str]:
    """The keys that a misspelt one may mean; all of them where they are few."""
    keys = known.different
    if len(keys) <= _COMPARED:
        return list(keys.to_pylist())
    near: list[str] = []
    for key in missing if len(missing) <= EXAMPLES * EXAMPLES + 1 else ():
        alike = pc.and_(
            pc.starts_with(keys, pattern=key[:2], ignore_case=True),
            pc.less_equal(pc.abs(pc.subtract(pc.utf8_length(keys), len(key))), 2),
        )
        near += keys.filter(alike).slice(0, _COMPARED).to_pylist()
    return near


def _deal_issues(entry: Understood, mapping: FileMapping) -> tuple[Issue, ...]:
    if entry.kind != DEALS:
        return ()
    turnover, amount = entry.header(Role.TURNOVER), entry.header(Role.AMOUNT)
    issues = []
    if not {Role.STAGE, Role.WON, Role.REACHED} & {column.role for column in entry.columns}:
        sentence = Message("issue.no-stage", file=entry.file.name)
        issues.append(Issue(code="stages-missing", level=Level.STOP, count=entry.file.rows_in, sentence=sentence))
    if turnover is not None:
        amounts, _ = entry.file.cells(turnover).amounts(mapping.decimal_mark)
        said = np.asarray(pc.not_equal(amounts, 0).fill_null(False), np.bool_)
        empty = len(said) - int(np.count_nonzero(said))
        sentence = Message("issue.turnover", column=turnover, empty=empty, rows=len(said))
        issues.append(Issue(code="turnover-no-amount", level=Level.DOUBT, count=len(said), sentence=sentence))
    if amount is None:
        sentence = Message("issue.no-amount", file=entry.file.name)
        issues.append(Issue(code="amounts-missing", level=Level.DOUBT, count=entry.file.rows_in, sentence=sentence))
    elif mapping.currency is None and entry.header(Role.CURRENCY) is None:
        sentence = Message("issue.no-currency", column=amount)
        issues.append(Issue(code="currency-missing", level=Level.TOLD, count=entry.file.rows_in, sentence=sentence))
    return tuple(issues)
