"""Files on a disk as a source of facts: read, understood together, mapped, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from funnelpact.adapters.connectors.files.arrow import Table, pa, pc
from funnelpact.adapters.connectors.files.bulk.zones import zone_named
from funnelpact.adapters.connectors.files.judging import file_report
from funnelpact.adapters.connectors.files.making.facts import facts_of_file, tables_of
from funnelpact.adapters.connectors.files.making.records import ALWAYS
from funnelpact.adapters.connectors.files.mapping import FileMapping, propose_mappings
from funnelpact.adapters.connectors.files.reading.formats import read_files
from funnelpact.adapters.connectors.files.reading.table import TextFile
from funnelpact.adapters.connectors.files.recognition import understand
from funnelpact.adapters.connectors.files.values import DateOrder
from funnelpact.core.terms.problem import Problem, file_reason
from funnelpact.core.terms.report import FileReport


class FileMissing(Problem):
    """A file that is not there or may not be read."""

    code = "file-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the files say: facts by table, a report for each file, and the bytes and mappings behind them."""

    facts: Mapping[str, Table]
    reports: tuple[FileReport, ...]
    received: Mapping[str, bytes]
    mapping: Mapping[str, object]
    complete_until: datetime | None = None
    """Up to when the files tell everything: what was given, else their newest event; None where they tell none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Files to import together. `order`, `mark`, `currency` and `zone` are what a person said of dates, decimals, amounts and times,
    `complete_until` up to when the files tell everything.

    A file takes that of the saved `mappings` which names most of its columns; the others are proposed. `done` is called with
    the name of each file when it has been read, and again when its facts are made.
    """

    paths: tuple[Path, ...]
    order: DateOrder | None = None
    mark: str | None = None
    currency: str | None = None
    zone: str | None = None
    complete_until: datetime | None = None
    mappings: tuple[FileMapping, ...] = ()
    done: Callable[[str], None] = lambda name: None  # noqa: ARG005 - nobody watches

    def read(self, *, now: datetime | None = None) -> Read:
        """Everything that the files say. Raises `FileMissing` and the problems of reading and mapping.

        What is dated after `now` is no event yet, and does not tell up to when the files are complete.
        """
        if self.zone is not None:
            zone_named(name=self.zone)
        received = {name: _bytes(path) for name, path in _names(self.paths).items()}
        files: list[TextFile] = []
        for name, content in received.items():
            files += read_files(name=name, content=content)
            self.done(name)
        given = {file.name: fitting for file in files if (fitting := self._fitting(file))}
        told = {name: (mapping.kind, mapping.columns) for name, mapping in given.items()}
        understood = understand(files=files, given=told)
        mappings = propose_mappings(
            understood=understood,
            order=self.order,
            mark=self.mark,
            currency=self.currency,
            zone=self.zone,
            given=given,
        )
        facts = []
        for entry, mapping in zip(understood, mappings, strict=True):
            facts.append(facts_of_file(file=entry.file, mapping=mapping))
            self.done(entry.file.name)
        together = tables_of(facts=facts)
        return Read(
            facts=together,
            reports=tuple(
                file_report(entry=entry, mapping=mapping, made=made, others=understood)
                for entry, mapping, made in zip(understood, mappings, facts, strict=True)
            ),
            received=received,
            mapping={entry.file.name: mapping.data() for entry, mapping in zip(understood, mappings, strict=True)},
            complete_until=self.complete_until or newest_event(facts=together, now=now),
        )

    def _fitting(self, file: TextFile) -> FileMapping | None:
        fits = [(saved.fits(headers=file.headers), saved) for saved in self.mappings]
        most = max((fit for fit, _ in fits), default=0)
        return next((saved for fit, saved in fits if fit == most > 0), None)


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


def newest_event(*, facts: Mapping[str, Table], now: datetime | None = None) -> datetime | None:
    """The instant of the newest fact that is not after `now`; what was always so is no event."""
    limit = pa.scalar(now or datetime.max.replace(tzinfo=UTC), pa.timestamp("us", "UTC"))
    found: list[datetime] = []
    for table in facts.values():
        happened = table["happened_at"]
        past = pc.and_(pc.less_equal(happened, limit), pc.greater(happened, pa.scalar(ALWAYS, happened.type)))
        newest = pc.max(happened.filter(past)).as_py()
        found += [newest] if newest else []
    return max(found, default=None)
