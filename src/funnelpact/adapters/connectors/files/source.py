"""Files on a disk as a source of facts: read, understood together, mapped, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from funnelpact.adapters.connectors.files.arrow import Table, pa
from funnelpact.adapters.connectors.files.judging import file_report
from funnelpact.adapters.connectors.files.making.facts import FileFacts, facts_of_file
from funnelpact.adapters.connectors.files.mapping import FileMapping, propose_mappings, saved_mapping
from funnelpact.adapters.connectors.files.reading.formats import read_files
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
                file_report(entry=entry, mapping=mapping, made=made, others=understood)
                for entry, mapping, made in zip(understood, mappings, facts, strict=True)
            ),
            received=received,
            mapping={entry.file.name: mapping.data() for entry, mapping in zip(understood, mappings, strict=True)},
        )


def facts_of_received(*, received: Mapping[str, bytes], mapping: Mapping[str, object]) -> dict[str, Table]:
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


def _together(facts: Sequence[FileFacts]) -> dict[str, Table]:
    names = dict.fromkeys(name for made in facts for name in made.tables)
    return {name: pa.concat_tables(made.tables[name] for made in facts if name in made.tables) for name in names}
