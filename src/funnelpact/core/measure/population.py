"""What all findings of one question, or of one segment of it, share, and what its population is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.share import leaf, share
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Figure, Finding
from funnelpact.core.terms.message import Message


class About(TypedDict):
    """The population of a finding, up to which day its events count, and by when they were known."""

    population: Message
    as_of: date
    known_at: datetime | None


def about(*, segment: Segment, as_of: date, known_at: datetime | None) -> About:
    """This returns what all findings of a segment share."""
    return {"population": population_of(segment=segment), "as_of": as_of, "known_at": known_at}


def population_of(*, segment: Segment) -> Message:
    """This returns the name of a segment for people: all, unknown, or as the source writes it.

    >>> population_of(segment=None).id
    'population.unknown'
    """
    if segment == ALL:
        return Message("population.all")
    return Message("population.unknown") if segment is None else Message("population.segment", name=segment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The day of a question, what was known, and its breakdown; None for none."""

    as_of: date
    known_at: datetime | None
    by: str | None

    def segments(self, *, sizes: Iterable[tuple[Segment, int]]) -> tuple[Segment, ...]:
        """`ALL`, then with a breakdown the segments by size, the unknown one last."""
        named = [(name, size) for name, size in sizes if name != ALL and self.by is not None]
        ordered = sorted(named, key=lambda pair: (pair[0] is None, -pair[1], pair[0] or ""))
        return (ALL, *(name for name, _ in ordered))

    def finding(
        self,
        *,
        name: str,
        value: Figure | None,
        n: int,
        population: Message,
        derivation: Derivation,
        low: Figure | None = None,
        high: Figure | None = None,
        cautions: tuple[Message, ...] = (),
        horizon_days: int | None = None,
    ) -> Finding:
        """A finding of the question."""
        return Finding(
            name=name,
            value=value,
            low=low,
            high=high,
            n=n,
            population=population,
            as_of=self.as_of,
            known_at=self.known_at,
            horizon_days=horizon_days,
            cautions=cautions,
            derivation=derivation,
        )

    def count(self, *, name: str, count: int, n: int, population: Message) -> Finding:
        """How many leads that is, of `n`."""
        tree = leaf(name=name, value=count)
        return self.finding(name=name, value=count, n=n, population=population, derivation=tree)

    def share(
        self,
        *,
        name: str,
        count: Derivation,
        of: Derivation,
        population: Message,
        cautions: tuple[Message, ...] = (),
    ) -> Finding:
        """The share of counted leads that is a part of them, `count` of `of`, as in `share.share`."""
        return share(
            name=name,
            part=count,
            whole=of,
            population=population,
            as_of=self.as_of,
            known_at=self.known_at,
            cautions=cautions,
        )
