"""Win rates, each with its denominator in its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from funnelpact.core.measure.counts.money.opportunities import QUARTER_DAYS, Ends, Ripe
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.measure.population import about
from funnelpact.core.measure.share import leaf, share, total
from funnelpact.core.terms.finding import Block, Finding, Row
from funnelpact.core.terms.message import Message

QUARTERS = 4
"""Quarters after the opening for which a close rate is told."""
NO_ENDS = Ends(won=0, lost=0, derailed=0)
_NONE_RIPE = Ripe(opened=0, won=0)


def quarters() -> tuple[tuple[int, int], ...]:
    """The ages in days of each quarter after the opening, both ends included.

    >>> quarters()[:2]
    ((0, 90), (91, 181))
    """
    return tuple((QUARTER_DAYS * number, QUARTER_DAYS * (number + 1) - 1) for number in range(QUARTERS))


def cohort_age(*, ages: Sequence[int], counted: Mapping[tuple[int, int], Mapping[Segment, Ripe]]) -> int:
    """The longest of the ages that enough opportunities have reached; the shortest where none is."""
    for age in sorted(ages, reverse=True):
        if counted[0, age].get(ALL, _NONE_RIPE).opened >= FEWEST:
            return age
    return min(ages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """What win rates are told of: ends of a period, opportunities by span of ages, and when."""

    ends: Mapping[Segment, Ends]
    ripe: Mapping[tuple[int, int], Mapping[Segment, Ripe]]
    period: tuple[date, date]
    age: int
    as_of: date
    known_at: datetime | None

    def blocks(self, *, segments: Sequence[Segment]) -> tuple[Block, Block]:
        """Win rates of the period and of the cohort, and the close rates by quarter after the opening."""
        first, last = self.period
        title = Message("block.win_rates", first=first, last=last, age=self.age)
        return (
            Block(
                name="win_rates",
                title=title,
                rows=tuple(
                    Row(name=name, findings=(self.narrow(name), self.broad(name), self.cohort(name)))
                    for name in segments
                ),
            ),
            Block(
                name="close_rates",
                title=Message("block.close_rates", days=QUARTER_DAYS),
                rows=tuple(
                    Row(
                        name=name,
                        findings=tuple(self.in_quarter(name, number=number) for number in range(1, QUARTERS + 1)),
                    )
                    for name in segments
                ),
            ),
        )

    def narrow(self, name: Segment) -> Finding:
        """Won ÷ (won + lost) of what ended in the period: what is decided, and open and derailed ones are not in it."""
        ends = self.ends.get(name, NO_ENDS)
        won = leaf(name="won", value=ends.won)
        whole = total(name="won_or_lost", parts=(won, leaf(name="lost", value=ends.lost)))
        return share(
            name="win_rate",
            part=won,
            whole=whole,
            **about(segment=name, as_of=self.period[1], known_at=self.known_at),
        )

    def broad(self, name: Segment) -> Finding:
        """Won ÷ (won + lost + without a decision) of what ended in the period."""
        ends = self.ends.get(name, NO_ENDS)
        won = leaf(name="won", value=ends.won)
        parts = (won, leaf(name="lost", value=ends.lost), leaf(name="derailed", value=ends.derailed))
        return share(
            name="broad_win_rate",
            part=won,
            whole=total(name="closed", parts=parts),
            **about(segment=name, as_of=self.period[1], known_at=self.known_at),
        )

    def cohort(self, name: Segment) -> Finding:
        """Won by an age ÷ all opportunities that have reached it, whatever became of the others."""
        ripe = self.ripe[0, self.age].get(name, _NONE_RIPE)
        return share(
            name="close_rate",
            part=leaf(name="won_by_age", value=ripe.won),
            whole=leaf(name="opportunities_of_age", value=ripe.opened),
            horizon_days=self.age,
            **about(segment=name, as_of=self.as_of, known_at=self.known_at),
        )

    def in_quarter(self, name: Segment, *, number: int) -> Finding:
        """Won in the quarter of that number after the opening ÷ all opportunities that have had it; unfinished ones are left out."""
        span = quarters()[number - 1]
        ripe = self.ripe[span].get(name, _NONE_RIPE)
        return share(
            name=f"close_rate_{number}",
            part=leaf(name="won_in_quarter", value=ripe.won),
            whole=leaf(name="opportunities_of_age", value=ripe.opened),
            horizon_days=span[1],
            **about(segment=name, as_of=self.as_of, known_at=self.known_at),
        )
