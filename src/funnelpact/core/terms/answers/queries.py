"""The queries behind an answer, as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of SQL, without a semicolon.

    `name` is that of the count that it gives, or of the table that it makes for the statements below (`makes`).
    """

    name: str
    text: str
    makes: bool


class Recorder(Protocol):
    """Something that has seen the queries of an answer."""

    def statements(self) -> tuple[Statement, ...]:
        """The statements in an order in which they can be run, tables before the counts that read them."""
