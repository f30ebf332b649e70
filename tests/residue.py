"""Whether any byte of a person is left: every file of a data folder read, unpacked, its columns and cells looked through."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow.parquet as pq
from django.db import connections

from funnelpact.adapters.records.dump import _models
from tests.stores import records_in


def residue(folder: Path, *texts: str, address: str | None = None) -> list[str]:
    """Where any of the texts is found, letters of any case: in which file, or in which table of the database."""
    wanted = [text.casefold() for text in texts]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _holds(path.name, wanted):
            found.append(f"name {path}")
        if path.is_file() and any(_holds(text, wanted) for text in _texts(path)):
            found.append(str(path.relative_to(folder)))
    if address is not None:
        found += _in_database(folder, address, wanted)
    return found


def _texts(path: Path) -> list[str]:
    """The bytes as they lie there, and what they mean."""
    raw = path.read_bytes()
    texts = [raw.decode("utf-8", "replace")]
    if path.suffix == ".gz":
        texts.append(gzip.decompress(raw).decode("utf-8", "replace"))
    if path.suffix == ".parquet":
        texts.append(json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False))
    return texts


def _in_database(folder: Path, address: str, wanted: list[str]) -> list[str]:
    """The rows of every table, and the bytes of the files in which the server keeps them."""
    found = []
    with records_in(folder, address=address).reading() as alias, connections[alias].cursor() as cursor:
        cursor.execute("CHECKPOINT")
        for model in _models():
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {table}")
            if any(_holds(str(row), wanted) for row in cursor.fetchall()):
                found.append(f"rows of {table}")
            cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s))", [table])
            if _holds(bytes(cursor.fetchone()[0]).decode("utf-8", "replace"), wanted):
                found.append(f"file of {table}")
    return found


def _holds(text: str, wanted: list[str]) -> bool:
    small = text.casefold()
    return any(each in small for each in wanted)
