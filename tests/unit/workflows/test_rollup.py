"""Messages become batches: all of them, once, and bad ones hold nobody up."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from funnelpact.adapters.records.inbox import Inbox
from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.core.terms.report import FileReport
from funnelpact.workflows.rollup import due_sources, roll_up
from tests.stores import store_in
from tests.worlds import batches_of

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
POISON = [b"", b"[1]", b"{", b"\xff{}", b'{"a": NaN}', b"[" * 100_000, b'"{}"']


@dataclass(frozen=True)
class Said:
    """What the messages say: a lead for each."""

    facts: Mapping[str, Any]
    received: Mapping[str, bytes]
    mapping: Mapping[str, object]
    reports: tuple[FileReport, ...] = ()
    complete_until: datetime | None = field(default=None)


def read(received: Mapping[str, bytes]) -> Said:
    """Facts of JSON lines."""
    rows = [json.loads(line) for content in received.values() for line in content.decode().splitlines()]
    facts = next(batches_of("\n".join(f"lead {row['id']} 2026-01-01" for row in rows)))
    return Said(facts=facts, received=received, mapping={"hook.jsonl": {"kind": "leads"}}, complete_until=NOON)


@pytest.fixture
def store(tmp_path: Path, database: str | None) -> JourneyFolder:
    """An empty store, on both databases."""
    return store_in(tmp_path / "data", address=database)


def put(store: JourneyFolder, *bodies: bytes, at: datetime = NOON) -> Inbox:
    """The inbox of the store with these messages."""
    inbox = Inbox(store.ledger.records)  # type: ignore[attr-defined]
    for body in bodies:
        inbox.put(source="hook", body=body, received_at=at)
    return inbox


def test_messages_become_one_batch(store: JourneyFolder):
    """In their order; what was rolled is out of the inbox, what came later waits."""
    inbox = put(store, b'{"id": "a"}', b'{\n "id":\r\n "b"}')
    rolled = roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)
    put(store, b'{"id": "c"}')
    (batch,) = store.batches()
    (file,) = store.ledger.landing_files()

    assert rolled is not None
    assert (rolled.batch, rolled.messages, rolled.refused) == (1, 2, 0)
    assert (batch.source, batch.known_at, batch.complete_until) == ("hook", NOON, NOON)
    assert [json.loads(line)["id"] for line in store.landing.content(file).splitlines()] == ["a", "b"]
    assert sorted(store.facts()["leads"].to_pyarrow()["lead"].to_pylist()) == ["a", "b"]
    assert [message.body for message in inbox.oldest(source="hook", most=9)] == [b'{"id": "c"}']


def test_poison_is_refused_with_its_reason_and_kept(store: JourneyFolder):
    """Beside good messages, and when there is nothing else."""
    inbox = put(store, *POISON, b'{"id": "a"}')
    first = roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)
    put(store, b"worse")
    second = roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)
    landed = {file.name: store.landing.content(file) for file in store.ledger.landing_files(batch=1)}
    refused = [json.loads(line) for line in landed["hook.refused.jsonl"].splitlines()]

    assert first is not None
    assert second is not None
    assert (first.messages, first.refused, second.messages, second.refused) == (8, 7, 1, 1)
    assert [base64.b64decode(row["body"]) for row in refused] == POISON
    assert store.batches()[0].report["counts"]["hook.refused"]["rejected"] == {"bad-json": 7}
    assert [file.kind for file in store.ledger.landing_files()] == ["received", "refused", "refused"]
    assert inbox.waiting() == []


def test_the_same_messages_again_are_taken_out_and_change_nothing(store: JourneyFolder):
    """A sender that repeats itself fills no inbox."""
    inbox = put(store, b'{"id": "a"}')
    roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)
    put(store, b'{"id": "a"}')
    again = roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)

    assert again is not None
    assert again.batch is None
    assert (len(store.batches()), inbox.waiting()) == (1, [])


def test_where_reading_fails_the_messages_stay(store: JourneyFolder):
    """Nothing is lost by a mapping that does not fit."""
    inbox = put(store, b'{"name": "a"}')
    with pytest.raises(KeyError):
        roll_up(source="hook", inbox=inbox, store=store, read=read, now=NOON)

    assert store.batches() == []
    assert len(inbox.oldest(source="hook", most=9)) == 1


def test_messages_are_due_by_age(store: JourneyFolder):
    """Ten seconds after the first came."""
    inbox = put(store, b"{}")

    assert due_sources(inbox=inbox, now=NOON + timedelta(seconds=9)) == []
    assert due_sources(inbox=inbox, now=NOON + timedelta(seconds=10)) == ["hook"]


def test_an_empty_inbox_rolls_to_nothing(store: JourneyFolder):
    """None, and no batch."""
    assert roll_up(source="hook", inbox=put(store), store=store, read=read, now=NOON) is None
    assert store.batches() == []
