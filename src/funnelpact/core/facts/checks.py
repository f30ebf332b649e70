"""What a look at the stores finds: each thing with whether it is as it should be, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from funnelpact.core.terms.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding. `remedy` is there where something is wrong."""

    code: str
    ok: bool
    said: Message
    remedy: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild made: batches, rows by table, and how many rows of a table are not those that were there before.

    `uncompared` names the tables of which the files before could not be read.
    """

    batches: int
    rows: Mapping[str, int] = field(default_factory=dict)
    different: Mapping[str, int] = field(default_factory=dict)
    uncompared: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether every row is there again, and no other."""
        return not self.different and not self.uncompared


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One file of a backup: its path in the data folder, its SHA-256 (None where nobody wrote it down), its size."""

    path: str
    sha256: str | None
    size: int | None
