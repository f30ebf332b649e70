"""What is kept, as plain data: batches, the files behind them, and the ledger in which both are written down.

The records adapter keeps the ledger, the warehouse adapter the files; they share these words and nothing else. A file
counts from the moment at which the ledger names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

RECEIVED = "received"
"""A file as the source sent it, compressed."""
REFUSED = "refused"
"""What a source sent and no mapping can read, kept so that nobody has to ask for it again."""
TABLE = "table"
"""The facts of one table, where nothing was received from which they could be made again."""

KEYS = "keys"
"""The family of files that number every record: kind, source, key, nr, batch."""
CORRECTIONS = "corrections"
"""The family of files that name what a batch says again: source, source_id, batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One committed import. `complete_until` is the instant up to which its source had told everything, if it says so."""

    number: int
    known_at: datetime
    key: str
    source: str
    complete_until: datetime | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingFile:
    """One file of the landing. `sha256` is that of what was received, `file_sha256` and `size` are those of the file."""

    batch: int
    name: str
    kind: str
    path: str
    sha256: str
    file_sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFile:
    """One live Parquet file of a fact table, of `keys` or of `corrections`, with the first and last batch in it."""

    table: str
    path: str
    rows: int
    first_batch: int
    last_batch: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One state of the journeys: paths of their base and delta files by table, and up to which batch they hold.

    `mapping` is the version of the funnel mapping, `newest_at` the newest fact, `detail` whatever else their builder needs.
    """

    number: int
    batch: int
    mapping: int
    base: Mapping[str, Sequence[str]]
    delta: Mapping[str, Sequence[str]]
    newest_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """All its files."""
        return tuple(path for part in (self.base, self.delta) for paths in part.values() for path in paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message in the inbox, as it came."""

    number: int
    source: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many messages of a source wait in the inbox, and since when."""

    source: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What becomes known with a batch: how far its source has been read, and the messages that are in it now."""

    cursor: Mapping[str, Any] | None = None
    rolled: Sequence[int] = ()


NOTHING = Delivery()
"""A batch that moves nothing on."""


NOT_REACHED = ("backups", "exports", "server-log")
"""What an erasure never reaches: backups, what was given away before, and the log and replicas of a database server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """One file of the landing that was written anew: how many rows of it were the person's, and the file's hashes."""

    batch: int
    name: str
    rows: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That somebody was erased. `what` is a keyed hash of what was asked, `facts` the rows by table and batch.

    Nothing in it says who it was.
    """

    what: str
    at: datetime
    by: str = ""
    facts: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    files: Sequence[Rewritten] = ()
    messages: int = 0
    passes: int = 0
    not_reached: Sequence[str] = NOT_REACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """What changes in the ledger in one transaction. `landing` holds the new files by the paths of those before.

    The journeys in force go with it: they hold numbers of records that may be others now, and are made again.
    """

    landing: Mapping[str, LandingFile] = field(default_factory=dict)
    gone: Sequence[str] = ()
    new: Sequence[FactFile] = ()
    forgotten: Sequence[str] = ()
    messages: Sequence[int] = ()
    receipts: Sequence[Receipt] = ()


class Inbox(Protocol):
    """Where messages wait until they are rolled into a batch."""

    def put(self, *, source: str, body: bytes, received_at: datetime) -> int:
        """Keep a message; when this returns its number, it is on disk."""

    def waiting(self) -> list[Waiting]:
        """What waits, by source."""

    def oldest(self, *, source: str, most: int) -> list[Arrived]:
        """The messages of a source that have waited longest, in the order in which they came."""

    def everything(self) -> Iterator[Arrived]:
        """All messages that wait, in the order in which they came."""


class Ledger(Protocol):
    """The place of record of batches and files. Every call that writes is one transaction, on disk when it returns."""

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The committed batches in order, those known by `known_at`."""

    def last_batch(self, *, known_at: datetime | None = None) -> int:
        """The number of the last batch known by `known_at`, 0 where there is none."""

    def has_key(self, key: str) -> bool:
        """Whether a batch of that key has been committed."""

    def fact_files(self) -> list[FactFile]:
        """The live files of all tables, in the order of their first batch."""

    def landing_files(self, *, batch: int | None = None) -> list[LandingFile]:
        """The files of the landing, of one batch or of all, in the order in which they were received."""

    def commit(
        self,
        batch: Batch,
        *,
        landing: Sequence[LandingFile],
        files: Sequence[FactFile],
        delivery: Delivery,
        forgotten: Sequence[str] = (),
    ) -> Batch:
        """The batch as committed with its files, and further hashes of people to forget; `known_at` is moved on where it would
        not grow.
        """

    def deliver(self, *, source: str, delivery: Delivery) -> None:
        """Move a source on without a new batch, because what it said is here already."""

    def swap(self, *, gone: Sequence[str], new: Sequence[FactFile]) -> None:
        """Let the new files count instead of those at the paths `gone`."""

    def rewrite(self, rewriting: Rewriting) -> None:
        """Let what was written anew count, put hashes on the list, and write receipts down; the journeys go."""

    def generation(self) -> Generation | None:
        """The journeys in force, None where none have been built."""

    def swap_generation(self, generation: Generation) -> None:
        """Let these journeys count instead of the ones before; the number must be the next one."""
