"""What the workflows need from outside: a place that keeps facts, and a source that has some."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

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


class Batch(Protocol):
    """One committed import."""

    @property
    def number(self) -> int:
        """Its number; later batches have higher ones."""

    @property
    def known_at(self) -> datetime:
        """The instant (UTC) at which it was learnt."""


class FactStore(Protocol):
    """Where facts are kept, by batch."""

    def batches(self, *, known_at: datetime | None = None) -> list[Any]:
        """The batches in order, those known by `known_at`."""

    def facts(self, *, known_at: datetime | None = None) -> dict[str, Any]:
        """Every fact table as an expression over the batches known by `known_at`."""

    def add(
        self,
        *,
        facts: Mapping[str, Any],
        received: Mapping[str, bytes],
        known_at: datetime,
        mapping: Mapping[str, Any],
        report: Mapping[str, Any],
    ) -> Batch | None:
        """Keep one batch; None where it is here already."""
