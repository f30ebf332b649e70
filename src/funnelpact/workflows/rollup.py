"""Roll messages that wait in the inbox into batches: one for each source, every few seconds."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from funnelpact.core.facts.kept import Arrived, Delivery, Inbox
from funnelpact.workflows.mapping import follow_facts
from funnelpact.workflows.ports import FactStore, FunnelMappings, Read
from funnelpact.workflows.sync import counts_of

LEAST_AGE = timedelta(seconds=10)
"""Messages are rolled when the oldest has waited so long …"""
MOST = 50_000
"""… or when so many wait; a batch holds no more."""
NO_OBJECT = "bad-json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """What became of messages: the batch (None where all of it was here already), how many, how many were refused, and how many
    rows are of people who were erased and were kept without them.
    """

    source: str
    batch: int | None
    messages: int
    refused: int
    forgotten: int = 0


def due_sources(*, inbox: Inbox, now: datetime) -> list[str]:
    """This returns the sources of which messages are due to be rolled."""
    return [
        waiting.source for waiting in inbox.waiting() if waiting.count >= MOST or now - waiting.oldest_at >= LEAST_AGE
    ]


def roll_up(
    *,
    source: str,
    inbox: Inbox,
    store: FactStore,
    read: Callable[[Mapping[str, bytes]], Read],
    now: datetime,
    mappings: FunnelMappings | None = None,
) -> Rolled | None:
    """This returns what became of the oldest messages of a source, None where none wait.

    They become JSON lines of one file, which `read` makes facts of. A message that is no JSON object is refused, counted
    and kept beside them: it never holds the others up. Batch and inbox change together, or not at all.
    """
    arrived = inbox.oldest(source=source, most=MOST)
    if not arrived:
        return None
    good = [message for message in arrived if _is_object(message.body)]
    bad = [message for message in arrived if not _is_object(message.body)]
    name = f"{source}.jsonl"
    received = {name: _lines(good)} if good else {}
    made = read(received) if good else None
    report = counts_of(made.reports if made else ())
    if bad:
        report[f"{source}.refused"] = {"rows_in": len(bad), "kept": 0, "rejected": {NO_OBJECT: len(bad)}}
    batch = store.add(
        facts=made.facts if made else {},
        received=received,
        refused={f"{source}.refused.jsonl": _refused(bad)} if bad else {},
        known_at=now,
        mapping=made.mapping if made else {},
        report={"counts": report},
        source=source,
        complete_until=made.complete_until if made else None,
        delivery=Delivery(rolled=[message.number for message in arrived]),
    )
    follow_facts(store=store, mappings=mappings)
    forgotten = sum(batch.report.get("forgotten", {}).values()) if batch else 0
    return Rolled(
        source=source,
        batch=batch.number if batch else None,
        messages=len(arrived),
        refused=len(bad),
        forgotten=forgotten,
    )


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body.decode("utf-8"), parse_constant=_no_constant), dict)
    except (ValueError, RecursionError):
        return False


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _lines(messages: Sequence[Arrived]) -> bytes:
    # A line break inside an object can only stand between its parts: a space says the same.
    lines = (message.body.replace(b"\r", b" ").replace(b"\n", b" ") for message in messages)
    return b"".join(line + b"\n" for line in lines)


def _refused(messages: Sequence[Arrived]) -> bytes:
    rows = ({"reason": NO_OBJECT, "body": base64.b64encode(message.body).decode("ascii")} for message in messages)
    return "".join(json.dumps(row) + "\n" for row in rows).encode("ascii")
