"""What an import understood, kept, refused and doubts: the preview, and the record of the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from funnelpact.core.terms.message import Message


class Level(Enum):
    """How much an issue matters: told, doubtful, or in the way of a number."""

    TOLD = "told"
    DOUBT = "doubt"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One finding about the quality of facts: a code, how much it matters, how often it occurs, and a sentence."""

    code: str
    level: Level
    count: int
    sentence: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One column of a file: what it is for, how sure that is (0 to 1), how many cells say something, and some of them."""

    header: str
    role: str
    certainty: float
    filled: int
    sample: tuple[str, ...]
    nulls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReport:
    """Rows refused for one reason, with up to three examples: line and text."""

    reason: str
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file of an import. Rows in = kept + all rejects."""

    name: str
    kind: str
    encoding: str
    separator: str
    date_order: str | None
    decimal_mark: str
    currency: str | None
    zone: str | None
    columns: tuple[ColumnReport, ...]
    rows_in: int
    kept: int
    rejects: tuple[RejectReport, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """An import of files that belong together; `batch` is None for a preview or where nothing was new."""

    files: tuple[FileReport, ...]
    batch: int | None
    repeated: bool
    mapping: Mapping[str, object] = field(default_factory=dict)
    """How the facts of each file were made, as plain data."""
