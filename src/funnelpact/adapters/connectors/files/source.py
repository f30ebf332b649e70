"""Files on a disk as a source of facts: read, understood together, mapped, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.facts import FileFacts, facts_of_file
from funnelpact.adapters.connectors.files.formats import read_files
from funnelpact.adapters.connectors.files.kinds.events import EVENTS
from funnelpact.adapters.connectors.files.kinds.records import DEALS, KEYS
from funnelpact.adapters.connectors.files.mapping import FileMapping, propose_mappings, saved_mapping
from funnelpact.adapters.connectors.files.recognition import Understood, understand
from funnelpact.adapters.connectors.files.values import DateOrder, is_null, read_amount
from funnelpact.core.facts.quality.unmatched import unmatched_references
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, file_reason
from funnelpact.core.terms.report import ColumnReport, FileReport, Issue, Level, RejectReport

EXAMPLES = 3


class FileMissing(Problem):
    """A file that is not there or may not be read."""

    code = "file-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the files say: facts by table, a report for each file, and the bytes and mappings behind them."""

    facts: Mapping[str, pa.Table]
    reports: tuple[FileReport, ...]
    received: Mapping[str, bytes]
    mapping: Mapping[str, object]
    complete_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Files to import together. `order`, `mark` and `currency` are what a person said of dates, decimals and amounts.

    A file takes the first of the saved `mappings` whose columns it has; the others are proposed.
    """

    paths: tuple[Path, ...]
    order: DateOrder | None = None
    mark: str | None = None
    currency: str | None = None
    mappings: tuple[FileMapping, ...] = ()

    def read(self) -> Read:
        """Everything that the files say. Raises `FileMissing` and the problems of reading and mapping."""
        received = {name: _bytes(path) for name, path in _names(self.paths).items()}
        files = [file for name, content in received.items() for file in read_files(name=name, content=content)]
        given = {
            file.name: mapping
            for file in files
            if (mapping := next((saved for saved in self.mappings if saved.fits(headers=file.headers)), None))
        }
        told = {name: (mapping.kind, mapping.columns) for name, mapping in given.items()}
        understood = understand(files=files, given=told)
        mappings = propose_mappings(
            understood=understood, order=self.order, mark=self.mark, currency=self.currency, given=given
        )
        facts = [
            facts_of_file(file=entry.file, mapping=mapping) for entry, mapping in zip(understood, mappings, strict=True)
        ]
        return Read(
            facts=_together(facts),
            reports=tuple(
                _report(entry, mapping, made, understood)
                for entry, mapping, made in zip(understood, mappings, facts, strict=True)
            ),
            received=received,
            mapping={entry.file.name: mapping.data() for entry, mapping in zip(understood, mappings, strict=True)},
        )


def facts_of_received(*, received: Mapping[str, bytes], mapping: Mapping[str, object]) -> dict[str, pa.Table]:
    """The facts of files as they were received, under the mappings that were kept with them: always the same."""
    files = [file for name, content in received.items() for file in read_files(name=name, content=content)]
    return _together(
        [
            facts_of_file(file=file, mapping=saved_mapping(data=cast("Mapping[str, Any]", mapping[file.name])))
            for file in files
        ]
    )


def _names(paths: Sequence[Path]) -> dict[str, Path]:
    """Each file once, under its name, or under its path where two files have one name."""
    once = list(dict.fromkeys(paths))
    names = Counter(path.name for path in once)
    return {path.name if names[path.name] == 1 else str(path): path for path in once}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(path=str(path), reason=file_reason(error=error)) from error


def _together(facts: Sequence[FileFacts]) -> dict[str, pa.Table]:
    names = dict.fromkeys(name for made in facts for name in made.tables)
    return {name: pa.concat_tables(made.tables[name] for made in facts if name in made.tables) for name in names}


def _report(entry: Understood, mapping: FileMapping, made: FileFacts, others: Sequence[Understood]) -> FileReport:
    rejects = Counter(reject.reason for reject in made.rejected)
    examples = {
        reason: tuple((r.line, r.example) for r in made.rejected if r.reason == reason)[:EXAMPLES] for reason in rejects
    }
    return FileReport(
        name=entry.file.name,
        kind=entry.kind,
        encoding=entry.file.encoding,
        separator=entry.file.separator,
        date_order=mapping.date_order.value if mapping.date_order else None,
        decimal_mark=mapping.decimal_mark,
        currency=mapping.currency,
        columns=tuple(
            ColumnReport(
                header=column.header,
                role=column.role.value,
                certainty=column.certainty,
                filled=column.filled,
                sample=column.sample,
                nulls=column.nulls,
            )
            for column in entry.columns
        ),
        rows_in=entry.file.rows_in,
        kept=made.kept,
        rejects=tuple(
            RejectReport(reason=reason, count=count, examples=examples[reason])
            for reason, count in rejects.most_common()
        ),
        issues=(*_references(entry, others), *_deal_issues(entry, mapping), *_told(entry, mapping)),
    )


def _told(entry: Understood, mapping: FileMapping) -> tuple[Issue, ...]:
    """What people may want to know: keys that recur, and times that say no more than the day."""
    issues = []
    key = entry.header(KEYS[entry.kind]) if entry.kind in KEYS else None
    if key is not None:
        seen = Counter(cell for cell in entry.file.column(key) if not is_null(cell))
        again = {cell: count for cell, count in seen.items() if count > 1}
        if again:
            rows = sum(again.values()) - len(again)
            sentence = Message("issue.keys-repeated", column=key, rows=rows, examples=tuple(again)[:EXAMPLES])
            issues.append(Issue(code="keys-repeated", level=Level.TOLD, count=rows, sentence=sentence))
    for header, shift in mapping.day_shifts.items():
        if shift:
            sentence = Message("issue.times-are-days", column=header)
            issues.append(Issue(code="times-are-days", level=Level.TOLD, count=entry.file.rows_in, sentence=sentence))
    return tuple(issues)


def _references(entry: Understood, others: Sequence[Understood]) -> tuple[Issue, ...]:
    issues: tuple[Issue, ...] = ()
    for other in others:
        role = KEYS.get(other.kind)
        if role is None or other.kind == entry.kind or entry.kind not in {DEALS, *EVENTS}:
            continue
        here, there = entry.header(role), other.header(role)
        if here is None or there is None:
            continue
        used = Counter(cell for cell in entry.file.column(here) if not is_null(cell))
        known = [cell for cell in other.file.column(there) if not is_null(cell)]
        issues += unmatched_references(column=here, table=other.file.name, used=used, known=known)
    return issues


def _deal_issues(entry: Understood, mapping: FileMapping) -> tuple[Issue, ...]:
    if entry.kind != DEALS:
        return ()
    turnover, amount = entry.header(Role.TURNOVER), entry.header(Role.AMOUNT)
    issues = []
    if not {Role.STAGE, Role.WON, Role.REACHED} & {column.role for column in entry.columns}:
        sentence = Message("issue.no-stage", file=entry.file.name)
        issues.append(Issue(code="stages-missing", level=Level.STOP, count=entry.file.rows_in, sentence=sentence))
    if turnover is not None:
        cells = entry.file.column(turnover)
        empty = sum(1 for cell in cells if is_null(cell) or not read_amount(cell, mark=mapping.decimal_mark))
        sentence = Message("issue.turnover", column=turnover, empty=empty, rows=len(cells))
        issues.append(Issue(code="turnover-no-amount", level=Level.DOUBT, count=len(cells), sentence=sentence))
    if amount is None:
        sentence = Message("issue.no-amount", file=entry.file.name)
        issues.append(Issue(code="amounts-missing", level=Level.DOUBT, count=entry.file.rows_in, sentence=sentence))
    elif mapping.currency is None and entry.header(Role.CURRENCY) is None:
        sentence = Message("issue.no-currency", column=amount)
        issues.append(Issue(code="currency-missing", level=Level.TOLD, count=entry.file.rows_in, sentence=sentence))
    return tuple(issues)
