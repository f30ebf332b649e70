"""A table as data: what terminal, page and document show alike."""

from __future__ import annotations

from dataclasses import dataclass

from funnelpact.core.terms.message import Message, Value

NONE = "–"
"""What stands in a cell of which nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of values under a head. The first `texts` columns are words, the others numbers that end flush.

    `cautions` go below: what must be known of single rows, each named.
    """

    title: Message
    head: tuple[Message, ...]
    rows: tuple[tuple[Value, ...], ...]
    texts: int = 1
    cautions: tuple[Message, ...] = ()
