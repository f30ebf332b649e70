"""The ledger, on both databases: what is committed together, what is refused, what is read back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from funnelpact.adapters.records.database import RecordsUnusable
from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.records.ledger import Ledger
from funnelpact.core.facts.kept import NOTHING, Batch, Delivery, FactFile, Generation, LandingFile
from tests.stores import records_in

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILE = FactFile(table="leads", path="facts/a", rows=2, first_batch=1, last_batch=1, sha256="0" * 64, size=3)
LANDED = LandingFile(
    batch=1,
    name="ü\x00.csv".replace("\x00", ""),
    kind="received",
    path="landing/a",
    sha256="1" * 64,
    file_sha256="2" * 64,
    size=4,
)


@pytest.fixture
def ledger(tmp_path: Path, database: str | None) -> Ledger:
    """An empty ledger."""
    return Ledger(records_in(tmp_path / "data", address=database))


def batch(number: int, *, known_at: datetime = NOON) -> Batch:
    """A batch of that number."""
    return Batch(
        number=number,
        known_at=known_at,
        key=f"{number:064}",
        source="files",
        complete_until=NOON - timedelta(hours=1),
        mapping={"z": {"kind": "leads"}, "a": [1, 2.50, None, "\x00\ud800"]},
        report={"counts": {}},
    )


def commit(ledger: Ledger, number: int, **changes: Any) -> Batch:
    """A batch of that number, committed."""
    return ledger.commit(replace(batch(number), **changes), landing=(), files=(), delivery=NOTHING)


def test_what_was_written_is_what_is_read(ledger: Ledger):
    """Batch, files and cursor, in one commit; keys in their order, numbers and strange characters as they were."""
    given = batch(1)
    committed = ledger.commit(given, landing=[LANDED], files=[FILE], delivery=Delivery(cursor={"page": 3}))

    assert committed == given
    assert ledger.batches() == [given]
    assert list(ledger.batches()[0].mapping) == ["z", "a"]
    assert ledger.landing_files(batch=1) == ledger.landing_files() == [LANDED]
    assert ledger.fact_files() == [FILE]
    assert ledger.cursor("files") == {"page": 3}
    assert ledger.cursor("other") is None
    assert (ledger.has_key(given.key), ledger.has_key("x"), ledger.last_batch()) == (True, False, 1)


def test_known_at_grows_although_the_clock_does_not(ledger: Ledger):
    """It stands still, then runs backwards."""
    clock = [NOON, NOON, NOON - timedelta(hours=1), NOON + timedelta(hours=1)]
    for number, instant in enumerate(clock, start=1):
        commit(ledger, number, known_at=instant)
    known = [entry.known_at for entry in ledger.batches()]

    assert all(before < after for before, after in itertools.pairwise(known))
    assert (known[0], known[-1]) == (NOON, NOON + timedelta(hours=1))
    assert ledger.last_batch(known_at=NOON) == 1
    assert ledger.last_batch(known_at=NOON - timedelta(microseconds=1)) == 0
    assert [entry.number for entry in ledger.batches(known_at=known[2])] == [1, 2, 3]


@pytest.mark.parametrize("number", [1, 3])
def test_a_number_that_is_not_the_next_is_refused(number: int, ledger: Ledger):
    """And nothing of the attempt stays."""
    commit(ledger, 1)
    with pytest.raises(RecordsUnusable):
        ledger.commit(batch(number), landing=[LANDED], files=[FILE], delivery=Delivery(cursor={"page": 3}))

    assert (len(ledger.batches()), ledger.fact_files(), ledger.landing_files()) == (1, [], [])
    assert ledger.cursor("files") is None


def test_a_failing_commit_changes_nothing(ledger: Ledger):
    """The path of a file is taken: neither batch nor landing nor cursor nor inbox have changed."""
    ledger.commit(batch(1), landing=(), files=[FILE], delivery=NOTHING)
    inbox = Inbox(ledger.records)
    number = inbox.put(source="hook", body=b"{}", received_at=NOON)
    with pytest.raises(RecordsUnusable):
        ledger.commit(
            batch(2), landing=[replace(LANDED, batch=2)], files=[FILE], delivery=Delivery(cursor={}, rolled=[number])
        )

    assert (len(ledger.batches()), len(ledger.fact_files()), ledger.landing_files()) == (1, 1, [])
    assert ledger.cursor("files") is None
    assert [message.number for message in inbox.oldest(source="hook", most=9)] == [number]


def test_a_swap_is_whole_or_refused(ledger: Ledger):
    """Files that do not count cannot be replaced."""
    other, merged = replace(FILE, path="facts/b"), replace(FILE, path="facts/c", rows=4)
    ledger.commit(batch(1), landing=(), files=[FILE, other], delivery=NOTHING)
    ledger.swap(gone=["facts/a", "facts/b"], new=[merged])
    with pytest.raises(RecordsUnusable):
        ledger.swap(gone=["facts/a"], new=[replace(FILE, path="facts/d")])

    assert ledger.fact_files() == [merged]


def test_many_rows_fit(ledger: Ledger):
    """More than a database takes in one statement."""
    files = [replace(FILE, path=f"facts/{number}") for number in range(2_500)]
    ledger.commit(batch(1), landing=(), files=files, delivery=NOTHING)
    ledger.swap(gone=[file.path for file in files], new=[FILE])

    assert ledger.fact_files() == [FILE]


def test_one_generation_is_in_force(ledger: Ledger):
    """The next one takes the place of the one before; another number is refused."""
    first = Generation(
        number=1, batch=4, mapping=2, base={"passes": ["journeys/a"]}, delta={}, newest_at=NOON, detail={"rows": 7}
    )
    second = replace(first, number=2, delta={"passes": ["journeys/b"]}, newest_at=None)
    before = ledger.generation()
    ledger.swap_generation(first)
    read = ledger.generation()
    ledger.swap_generation(second)
    with pytest.raises(RecordsUnusable):
        ledger.swap_generation(second)

    assert before is None
    assert read == first
    assert ledger.generation() == second
    assert second.paths == ("journeys/a", "journeys/b")


def test_messages_wait_until_they_are_taken(ledger: Ledger):
    """By source, in their order, byte for byte."""
    inbox = Inbox(ledger.records)
    numbers = [
        inbox.put(source=source, body=body, received_at=NOON + timedelta(seconds=second))
        for second, (source, body) in enumerate([("hook", b"{}"), ("form", b"\x00\xff"), ("hook", b"not json")])
    ]
    waiting = inbox.waiting()
    first = inbox.oldest(source="hook", most=1)
    ledger.deliver(source="hook", delivery=Delivery(rolled=[numbers[0]]))

    assert [(entry.source, entry.count, entry.oldest_at) for entry in waiting] == [
        ("form", 1, NOON + timedelta(seconds=1)),
        ("hook", 2, NOON),
    ]
    assert [(message.number, message.body) for message in first] == [(numbers[0], b"{}")]
    assert [message.body for message in inbox.oldest(source="hook", most=9)] == [b"not json"]
    assert [message.body for message in inbox.oldest(source="form", most=9)] == [b"\x00\xff"]


def test_looking_makes_nothing(tmp_path: Path):
    """A folder without records has none, and is still not there."""
    ledger = Ledger(records_in(tmp_path / "data"))
    found = (ledger.batches(), ledger.fact_files(), ledger.landing_files(), ledger.generation(), ledger.last_batch())

    assert found == ([], [], [], None, 0)
    assert Inbox(ledger.records).waiting() == []
    assert not (tmp_path / "data").exists()
