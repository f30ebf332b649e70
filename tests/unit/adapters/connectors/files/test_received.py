"""Files that were received before give the same facts again, also without what must be forgotten."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from funnelpact.adapters.connectors.files.mapping import MappingUnusable
from funnelpact.adapters.connectors.files.reading.formats import FileRefused, read_files
from funnelpact.adapters.connectors.files.received import facts_of_received, rewritten
from funnelpact.adapters.connectors.files.source import FileSource, Read
from tests import exports
from tests.filefacts import read_files as read_folder


def workbook(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files as the sheets of one workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in files.items():
        sheet = book.create_sheet(name.removesuffix(".csv"))
        for line in content.decode().splitlines():
            sheet.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    return {"book.xlsx": stream.getvalue()}


EVENTS = b"case,activity,time,resource\n" + b"".join(
    b"c%d,%s,2026-01-0%d 10:00,ann\n" % (n % 4, (b"MQL", b"Call", b"Won", b"Lost")[n % 4 if n < 8 else n % 3], n % 9 + 1) for n in range(12)
)  # fmt: skip
DAMAGED = b'lead_id,created_at,lead_source\nL1,2026-01-01,Web\nL2,"x" y,Web\nL3\nL4,soon,Web\n' + b"".join(
    b"M%d,2026-01-02,Fair\n" % n for n in range(40)
)
CASES = {
    "hubspot": exports.hubspot(),
    "salesforce": exports.salesforce(),
    "turkish": exports.turkish(),
    "plain": exports.plain(),
    "workbook": workbook(exports.plain()),
    "packed": {name + ".gz": gzip.compress(content) for name, content in exports.plain().items()},
    "log": {"log.csv": EVENTS},
    "damaged": {"leads.csv": DAMAGED, "weather.csv": b"city,degrees\nIzmir,30\nIzmir,31\n"},
}


def same(row: dict[str, str]) -> dict[str, str]:
    """The row as it is."""
    return row


def mapping_of(found: Read) -> dict[str, Any]:
    """The mapping as a batch keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(found.mapping))
    return kept


@pytest.mark.parametrize("case", CASES)
def test_received_bytes_give_the_same_facts_again(case: str, tmp_path: Path):
    """Row for row, under the mapping that the batch keeps; so does the file that is written anew, and that one again."""
    found = read_folder(tmp_path, CASES[case])
    mapping = mapping_of(found)
    again = facts_of_received(received=found.received, mapping=mapping)
    anew = {
        name: rewritten(name=name, content=content, mapping=mapping, change=same)
        for name, content in found.received.items()
    }
    twice = {
        name: rewritten(name=name, content=content, mapping=mapping, change=same) for name, content in anew.items()
    }

    assert {*again} == {*found.facts}
    for made in (
        again,
        facts_of_received(received=anew, mapping=mapping),
        facts_of_received(received=twice, mapping=mapping),
    ):
        assert all(table.equals(found.facts[name]) for name, table in made.items())


def test_a_zone_and_answers_are_in_the_mapping(tmp_path: Path):
    """Nothing that a person said is needed again."""
    path = tmp_path / "leads.csv"
    path.write_text("lead_id,created_at\nL1,01/02/2026 10:00\nL2,03/02/2026 11:00\n", encoding="utf-8")
    from funnelpact.adapters.connectors.files.values import DateOrder

    found = FileSource(paths=(path,), order=DateOrder.DAY_FIRST, zone="Europe/Istanbul").read()
    again = facts_of_received(received=found.received, mapping=mapping_of(found))

    assert again["leads"].equals(found.facts["leads"])
    assert f"{again['leads']['happened_at'][0].as_py():%Y-%m-%d %H:%M}" == "2026-02-01 07:00"


def test_what_is_changed_is_changed_and_nothing_else(tmp_path: Path):
    """A name is taken out of one row; no byte of it remains, and every other fact stays."""
    found = read_folder(tmp_path, CASES["turkish"])
    mapping = mapping_of(found)

    def forget(row: dict[str, str]) -> dict[str, str]:
        return row | {"Ad Soyad": ""} if row.get("Aday No") == "A-0003" else row

    content = rewritten(name="adaylar.csv", content=found.received["adaylar.csv"], mapping=mapping, change=forget)
    (before, after) = (
        facts_of_received(received=received, mapping=mapping)["leads"].to_pylist()
        for received in (found.received, {**found.received, "adaylar.csv": content})
    )
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]

    assert 'Işıl Şahin 3"'.encode() not in content
    assert [old["lead"] for old, _ in changed] == ["A-0003"]
    assert dict(changed[0][0]["labels"]).keys() - dict(changed[0][1]["labels"]).keys() == {"Ad Soyad"}


def test_refused_rows_keep_their_number_and_lose_their_text(tmp_path: Path):
    """Of text that could not be read nobody knows whose it was."""
    found = read_folder(tmp_path, CASES["damaged"])
    content = rewritten(name="leads.csv", content=DAMAGED, mapping=mapping_of(found), change=same)
    (before,), (after,) = (read_files(name="leads.csv", content=each) for each in (DAMAGED, content))

    assert before.rows_in == after.rows_in
    assert [(each.line, each.reason) for each in after.rejected] == [(3, "bad-quote"), (4, "ragged")]
    assert b'"x\\" y' not in content


def test_a_file_without_a_mapping_is_named(tmp_path: Path):
    """Nothing is made of it by guessing."""
    found = read_folder(tmp_path, CASES["plain"])
    with pytest.raises(MappingUnusable):
        facts_of_received(received=found.received, mapping={})


@pytest.mark.parametrize("rest", [b"", b"}\n", b', "tables": [{}]}\n', b', "tables": []}\n{"table": 7, "line": 1, "cells": {}}\n', b', "tables": 3}\n'])  # fmt: skip
def test_what_only_begins_like_such_a_file_is_refused(rest: bytes):
    """In a sentence."""
    with pytest.raises(FileRefused):
        read_files(name="x", content=b'{"funnelpact": "rows"' + rest)
