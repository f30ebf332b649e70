"""The pipeline from its counts: win rates, velocity, ages by stage, and what is probably dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.counts.lives import Orders
from funnelpact.core.measure.counts.money.opportunities import Ends, OpenAmounts
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.measure.pipeline.stuck import age_findings, dead_findings, won_age
from funnelpact.core.measure.pipeline.velocity import velocity_findings
from funnelpact.core.measure.pipeline.winning import NO_ENDS, Won
from funnelpact.core.measure.population import About, about
from funnelpact.core.measure.value import Amounts
from funnelpact.core.terms.finding import Block, Finding, Row
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

_NOTHING = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))
_NO_ORDERS = Orders(won=0, count=0, total=Fraction(0), squares=Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What is counted of a pipeline. Positions are those of the funnel; `at` is that of opportunities.

    `to_won` has for each position before won the life tables from there to won, by segment; `in_stage` the ages of the
    passes that are in it; `since_opening` the ages of all open opportunities since they became one; `amounts` their open
    deals by the same age; `ended` how all opportunities ended so far. `stages` are the names of the positions for
    people, `step` is that from opportunity to won.
    """

    won: Won
    at: int
    step: Step
    stages: Mapping[int, Message]
    to_won: Mapping[int, Mapping[Segment, LifeTable]]
    in_stage: Mapping[int, Mapping[Segment, Mapping[int, int]]]
    since_opening: Mapping[Segment, Mapping[int, int]]
    amounts: Mapping[Segment, Mapping[int, OpenAmounts]]
    ended: Mapping[Segment, Ends]
    orders: Mapping[Segment, Orders]
    currency: str
    horizon_days: int
    as_of: date
    known_at: datetime | None

    def blocks(self, *, segments: Sequence[Segment]) -> tuple[Block, ...]:
        """This returns all blocks, each with a row for each segment."""
        velocity = tuple(Row(name=name, findings=self._velocity(name)) for name in segments)
        dead = tuple(Row(name=name, findings=self._dead(name)) for name in segments)
        return (
            *self.won.blocks(segments=segments),
            Block(name="velocity", title=Message("block.velocity", horizon=self.horizon_days), rows=velocity),
            *(self._ages(place, segments) for place in self.stages),
            Block(name="dead_pipeline", title=Message("block.dead_pipeline"), rows=dead),
        )

    def _of(self, name: Segment) -> About:
        return about(segment=name, as_of=self.as_of, known_at=self.known_at)

    def _limit(self, place: int, name: Segment) -> int | None:
        table = self.to_won[place].get(name, _NOTHING)
        return won_age(table=table, horizon_days=self.horizon_days)

    def _velocity(self, name: Segment) -> tuple[Finding, ...]:
        orders = self.orders.get(name, _NO_ORDERS)
        return velocity_findings(
            open_now=sum(self.since_opening.get(name, {}).values()),
            amounts=Amounts(count=orders.count, total=Money(orders.total, self.currency), squares=orders.squares),
            table=self.to_won[self.at].get(name, _NOTHING),
            step=self.step,
            horizon_days=self.horizon_days,
            of=self._of(name),
        )

    def _ages(self, place: int, segments: Sequence[Segment]) -> Block:
        rows = tuple(
            Row(
                name=name,
                findings=age_findings(
                    ages=self.in_stage[place].get(name, {}), limit=self._limit(place, name), of=self._of(name)
                ),
            )
            for name in segments
        )
        title = Message("block.stage_age", stage=self.stages[place])
        return Block(name=f"stage_age_{place}", title=title, rows=rows)

    def _dead(self, name: Segment) -> tuple[Finding, ...]:
        return dead_findings(
            open_ages=self.since_opening.get(name, {}),
            amounts=self.amounts.get(name, {}),
            ends=self.ended.get(name, NO_ENDS),
            limit=self._limit(self.at, name),
            currency=self.currency,
            of=self._of(name),
        )
