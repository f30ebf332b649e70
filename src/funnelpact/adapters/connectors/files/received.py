"""Files that were received before: the same facts again, and the file without what must be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from funnelpact.adapters.connectors.files.arrow import Table
from funnelpact.adapters.connectors.files.making.facts import facts_of_file, tables_of
from funnelpact.adapters.connectors.files.mapping import MappingUnusable
from funnelpact.adapters.connectors.files.mapping_file import saved_mapping
from funnelpact.adapters.connectors.files.reading.formats import read_files
from funnelpact.adapters.connectors.files.reading.rewritten import write_rows


def facts_of_received(*, received: Mapping[str, bytes], mapping: Mapping[str, Any]) -> dict[str, Table]:
    """The facts by table of the bytes of a batch under the mapping that was stored with it, row for row as at its import.

    Raises the problems of reading, and `MappingUnusable` for a file without a mapping.
    """
    made = []
    for name, content in received.items():
        for file in read_files(name=name, content=content):
            if file.name not in mapping:
                raise MappingUnusable(what=f"nothing of {file.name}")
            made.append(facts_of_file(file=file, mapping=saved_mapping(data=mapping[file.name])))
    return tables_of(facts=made)


def rewritten(
    *, name: str, content: bytes, mapping: Mapping[str, Any], change: Callable[[dict[str, str]], dict[str, str]]
) -> bytes:
    """The received file as JSON lines, each row (header to cell) passed through `change`.

    `facts_of_received` makes the same facts of it under the same mapping, but for the cells that were changed. Tables
    without a mapping are left out; of rows that were refused only line and reason remain.
    """
    files = [file for file in read_files(name=name, content=content) if file.name in mapping]
    return write_rows(name=name, files=files, change=change)
