"""A file to facts under a mapping: pure, by whole columns, every row kept or rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from funnelpact.adapters.connectors.files.arrow import Table, pa
from funnelpact.adapters.connectors.files.kinds.events import EVENTS
from funnelpact.adapters.connectors.files.kinds.further import FURTHER
from funnelpact.adapters.connectors.files.kinds.log import LOG
from funnelpact.adapters.connectors.files.kinds.lookups import OTHER
from funnelpact.adapters.connectors.files.making.events import facts_of_events
from funnelpact.adapters.connectors.files.making.further import facts_of_further
from funnelpact.adapters.connectors.files.making.log import facts_of_log
from funnelpact.adapters.connectors.files.making.reader import Reader
from funnelpact.adapters.connectors.files.making.records import Facts, facts_of_records
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading.table import Rejected, TextFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The facts of one file, by table and without `batch`, and the rows that were not taken."""

    tables: Mapping[str, Table]
    kept: int
    rejected: tuple[Rejected, ...]
    unzoned: int = 0
    """Times that name no zone and were taken as UTC."""
    twice: int = 0
    """Local times that came twice as clocks were put back: the first was taken."""
    never: int = 0
    """Local times that never came as clocks were put forward: they were moved on."""


def facts_of_file(*, file: TextFile, mapping: FileMapping) -> FileFacts:
    """The facts of a file under a mapping. Rows in = kept + rejected."""
    reader = Reader(file=file, mapping=mapping)
    facts = _facts(reader)
    parts: dict[str, list[Table]] = {}
    for name, table in facts:
        if table.num_rows:
            parts.setdefault(name, []).append(table)
    rejected = (*file.rejected, *reader.rejected())
    return FileFacts(
        tables={name: pa.concat_tables(tables) for name, tables in parts.items()},
        kept=file.rows_in - len(rejected),
        rejected=rejected,
        unzoned=reader.unzoned,
        twice=reader.twice,
        never=reader.never,
    )


def _facts(reader: Reader) -> Facts:
    kind = reader.mapping.kind
    if kind == OTHER:
        reader.refuse(reader.kept, "no-place")
        return []
    if kind == LOG:
        return facts_of_log(reader=reader)
    if kind in EVENTS:
        return facts_of_events(reader=reader)
    return facts_of_further(reader=reader) if kind in FURTHER else facts_of_records(reader=reader)


def tables_of(*, facts: Sequence[FileFacts]) -> dict[str, Table]:
    """The facts of several files together."""
    names = dict.fromkeys(name for made in facts for name in made.tables)
    return {name: pa.concat_tables(made.tables[name] for made in facts if name in made.tables) for name in names}
