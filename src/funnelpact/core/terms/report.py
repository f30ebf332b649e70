"""What an import understood, kept, refused and doubts, and what the rules of quality say of all facts together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from funnelpact.core.terms.message import Message, Value


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


class Figures(Enum):
    """Groups of figures that bad facts can spoil."""

    RATES = "rates"
    RESPONSE = "response"
    VALUES = "values"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityIssue(Issue):
    """What one rule found: `count` of the `rows` that it looked at, and up to three `examples`.

    `limit` is the share above which the rule refuses figures (None: it never does), `refuses` the groups that are
    refused now.
    """

    rows: int
    examples: tuple[Value, ...]
    limit: Fraction | None
    refuses: tuple[Figures, ...]

    @property
    def share(self) -> Fraction:
        """The share of the rows looked at that are concerned, 0 to 1."""
        return Fraction(self.count, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What all rules say of the facts up to `as_of`, as known at `known_at`.

    `issues` begin with the worst: by level, then by share. `ran` names the rules that had something to look at, `silent`
    those of which the source tells nothing. `newest` is the instant of the newest fact; it is None where there are none.
    """

    as_of: date | None
    known_at: datetime | None
    newest: datetime | None
    issues: tuple[QualityIssue, ...]
    ran: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def refused(self) -> Mapping[Figures, tuple[QualityIssue, ...]]:
        """The groups of figures that are refused, each with the issues that refuse it; empty where all may be printed."""
        return {
            figures: issues
            for figures in Figures
            if (issues := tuple(issue for issue in self.issues if figures in issue.refuses))
        }
