"""What the workflows need from outside: a place that keeps facts, one for what people say of their labels,
and a source that has some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from funnelpact.core.facts.forgetting import Name, Traces, Veil
from funnelpact.core.facts.kept import NOTHING, Batch, Delivery, Generation, Receipt, Rewritten
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.terms.report import FileReport


class Read(Protocol):
    """What a source said: facts by table (Arrow, without `batch`), a report for each file, bytes and mappings."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts by table."""

    @property
    def reports(self) -> tuple[FileReport, ...]:
        """What was understood of each file."""

    @property
    def received(self) -> Mapping[str, bytes]:
        """The bytes as received, by name."""

    @property
    def mapping(self) -> Mapping[str, object]:
        """How the facts were made of them, as plain data."""

    @property
    def complete_until(self) -> datetime | None:
        """Up to when the source tells everything; None where it tells nothing that happened."""


class Source(Protocol):
    """Something that facts are read from."""

    def read(self, *, now: datetime | None = None) -> Read:
        """Everything that the source has; what it dates after `now` has not happened yet."""


class Snapshot(Protocol):
    """What one engine sees of the facts up to a batch, and of the journeys in force."""

    @property
    def batch(self) -> int:
        """The number of the last batch, 0 where there is none."""

    @property
    def known_at(self) -> datetime | None:
        """When that batch was learnt."""

    @property
    def generation(self) -> Generation | None:
        """The journeys in force; None where there are none, or where the snapshot is of an earlier time."""

    @property
    def facts(self) -> dict[str, Any]:
        """Every fact table, with numbers, as what was said last of each row."""

    def changed(self, *, since: int, happened: tuple[datetime, datetime]) -> dict[str, Any]:
        """The rows that batches after `since` brought, those that they replace, and those that happened in that span."""

    def journeys(self) -> dict[str, Any]:
        """The journey tables of the generation in force. Raises `LookupError` where there is none."""


class FactStore(Protocol):
    """Where facts are kept, by batch, and the journeys made of them."""

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The batches in order, those known by `known_at`."""

    def facts(self, *, known_at: datetime | None = None) -> dict[str, Any]:
        """Every fact table as an expression: what the batches known by `known_at` say last of each row."""

    def mark(self, *, what: str) -> str:
        """The mark of a finding about the facts as they are now; of other facts it is another."""

    def is_marked(self, mark: str) -> bool:
        """Whether that was found out before."""

    def set_mark(self, mark: str) -> None:
        """Remember what was found out."""

    def add(
        self,
        *,
        facts: Mapping[str, Any],
        received: Mapping[str, bytes],
        known_at: datetime,
        mapping: Mapping[str, Any],
        report: Mapping[str, Any],
        source: str = "files",
        complete_until: datetime | None = None,
        refused: Mapping[str, bytes] | None = None,
        delivery: Delivery = NOTHING,
        found: Callable[[Mapping[str, Traces]], None] = ...,
    ) -> Batch | None:
        """Keep one batch; None where it is here already. What is `refused` is kept, though no fact was made of it.

        `found` is told what was found of people who were erased, by file or table.
        """

    def people_in(self, *, received: Mapping[str, bytes], mapping: Mapping[str, Any]) -> Mapping[str, Traces]:
        """What received files hold of people who were erased, by file; nothing is kept."""

    def snapshot(self, *, known_at: datetime | None = None) -> Snapshot:
        """What is known now, or was known then."""

    def keep_base(self, *, snapshot: Any, tables: Mapping[str, Any], said: Mapping[str, Any]) -> Generation:
        """The generation that these tables are from now on."""

    def keep_delta(
        self, *, snapshot: Any, tables: Mapping[str, Any], records: Any, said: Mapping[str, Any]
    ) -> Generation:
        """The generation in which `tables` stand for the journeys of some records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """One version of what people say of their labels."""

    number: int
    saved_at: datetime
    mapping: FunnelMapping


class FunnelMappings(Protocol):
    """Where the versions of the funnel mapping are kept; the newest is in force."""

    def newest(self) -> SavedMapping | None:
        """The version in force; None where nobody has saved one."""

    def versions(self) -> list[SavedMapping]:
        """All versions, oldest first."""

    def save(self, mapping: FunnelMapping, *, saved_at: datetime) -> int:
        """The number of a new version."""


class Erasing(Protocol):
    """An erasure under way, while nobody else writes."""

    def veil(self) -> Veil:
        """The list of people to forget with its key, which is made where there is none."""

    def counts(self, records: AbstractSet[Name]) -> dict[str, dict[int, int]]:
        """How many rows of facts name the records, by table and batch."""

    def commit(
        self,
        *,
        veil: Veil,
        names: AbstractSet[Name],
        messages: Sequence[int],
        receipts: Callable[[Sequence[Rewritten]], Sequence[Receipt]],
    ) -> Sequence[Receipt]:
        """The receipts, written down with all that changes in one transaction; the files before are gone then."""


class People(Protocol):
    """The people in everything that is kept."""

    def veil(self) -> Veil | None:
        """The list of people to forget with its key, None where nobody was erased."""

    def nobody(self) -> Veil:
        """A list with nobody on it, under a key that is kept nowhere, to search with."""

    def look(self, veil: Veil) -> Mapping[int, Mapping[str, Traces]]:
        """What was received of the people on a list, by batch, then by file or table."""

    def kinds_of(self, key: str) -> AbstractSet[tuple[str, str]]:
        """The kind and source of every record that has a key."""

    def facts(self, records: AbstractSet[Name]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Every row of facts that names one of the records, or a deal of one."""

    def passes(self, records: AbstractSet[Name]) -> Sequence[Mapping[str, Any]]:
        """The passes of the records."""

    def erasing(self) -> AbstractContextManager[Erasing]:
        """An erasure."""

    def finish(self) -> None:
        """Take away what is left of what counts no more."""


class Receipts(Protocol):
    """Where receipts are kept."""

    def receipts(self, *, what: str | None = None) -> Sequence[Receipt]:
        """The receipts, the oldest first: all, or those of one thing that was asked."""
