"""What the workflows need from outside: a place that keeps facts, one for what people say of their labels,
and a source that has some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from funnelpact.core.facts.kept import NOTHING, Batch, Delivery
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
        """The instant up to which the source has told everything, where it says so."""


class Source(Protocol):
    """Something that facts are read from."""

    def read(self) -> Read:
        """Everything that the source has now."""


class FactStore(Protocol):
    """Where facts are kept, by batch."""

    def batches(self, *, known_at: datetime | None = None) -> list[Batch]:
        """The batches in order, those known by `known_at`."""

    def facts(self, *, known_at: datetime | None = None) -> dict[str, Any]:
        """Every fact table as an expression: what the batches known by `known_at` say last of each row."""

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
    ) -> Batch | None:
        """Keep one batch; None where it is here already. What is `refused` is kept, though no fact was made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """One version of what people say of their labels."""

    number: int
    saved_at: datetime
    mapping: FunnelMapping


class FunnelMappings(Protocol):
    """Where the versions of the funnel mapping are kept; the newest is in force."""

    def newest(self) -> FunnelMapping | None:
        """The mapping in force; None where nobody has saved one."""

    def versions(self) -> list[SavedMapping]:
        """All versions, oldest first."""

    def save(self, mapping: FunnelMapping, *, saved_at: datetime) -> int:
        """The number of a new version."""
