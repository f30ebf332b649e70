"""What orders, leads and customers are worth, and what leads cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any

from funnelpact.core.facts.exchange import exchange_in
from funnelpact.core.journeys.pricing import Prices, passes_in, sold
from funnelpact.core.measure.census import Census, take_census
from funnelpact.core.measure.counts.money.customers import customer_orders, customer_sums
from funnelpact.core.measure.counts.money.orders import in_margins, order_sums
from funnelpact.core.measure.counts.money.spend import OF_SPEND, Spent, came_with, spent
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.counts.ways import ways
from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK
from funnelpact.core.measure.money.customers import NO_CUSTOMERS, customer_value, orders_per_customer
from funnelpact.core.measure.money.orders import in_margin, order_blocks
from funnelpact.core.measure.money.spend import NO_COUNTS, Cohort, spend_block
from funnelpact.core.measure.population import About, about
from funnelpact.core.measure.value import value_per_lead
from funnelpact.core.terms.finding import Block, Measured, Row
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.workflows.measuring.scope import Scope, notes_on_prices


class Worth(Enum):
    """What `value` can tell."""

    REVENUE = "revenue"
    MARGIN = "margin"
    CUSTOMER = "customer"
    SPEND = "spend"


def value(
    *, scope: Scope, horizon_days: int, kinds: Collection[Worth] = tuple(Worth), currency: str | None = None
) -> Measured:
    """This returns what orders, leads and customers are worth and what leads cost, in one currency.

    Blocks: order values and margins by kind of amount, value per lead in revenue and in margin, customer value, spend. Raises
    `CurrenciesMixed` and `NothingToMeasure`.
    """
    prices = scope.prices(currency=currency)
    passes = passes_in(passes=scope.passes, prices=prices).cache()
    stages = scope.mapping.funnel.stages
    census = take_census(passes=passes, stages=stages, as_of=scope.as_of, horizon_days=horizon_days)
    asked = _Worths(scope=scope, prices=prices, passes=passes, census=census, horizon_days=horizon_days)
    blocks: list[Block] = []
    notes = [*scope.notes, *notes_on_prices(prices=prices, asked=currency)]
    if Worth.REVENUE in kinds:
        blocks += [*asked.orders(margin=False), asked.per_lead(margin=False)]
    if Worth.MARGIN in kinds:
        blocks += [*asked.orders(margin=True), asked.per_lead(margin=True)]
    if Worth.CUSTOMER in kinds:
        blocks += [asked.customers()]
    if Worth.SPEND in kinds:
        found, said = asked.spend()
        blocks += found
        notes += said
    return Measured(
        name="value",
        as_of=scope.as_of,
        known_at=scope.known_at,
        by=scope.by,
        blocks=tuple(blocks),
        notes=tuple(dict.fromkeys(notes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worths:
    """What all blocks of one `value` share."""

    scope: Scope
    prices: Prices
    passes: Any
    census: Census
    horizon_days: int

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.census.segments if self.scope.by is not None else (ALL,)

    def about(self, name: Segment) -> About:
        return about(segment=name, as_of=self.scope.as_of, known_at=self.scope.known_at)

    def orders(self, *, margin: bool) -> tuple[Block, ...]:
        sums = order_sums(sold=sold(passes=self.passes, prices=self.prices))
        return order_blocks(
            sums=sums,
            segments=self.segments,
            currency=self.prices.currency,
            margin=margin,
            as_of=self.scope.as_of,
            known_at=self.scope.known_at,
        )

    def per_lead(self, *, margin: bool) -> Block:
        """Value per lead from the value-marked curve of the whole way, in revenue or in margin."""
        census = self.census
        tables = census.way.tables
        if margin:
            kept = [self.scope.mapping.funnel.stages.index(stage) for stage in census.funnel.stages]
            (tables,) = ways(
                passes=in_margins(passes=self.passes),
                steps=[(kept[0], kept[-1])],
                as_of=self.scope.as_of,
                observed_from=census.observed_from,
            ).values()
        rows = []
        for name in self.segments:
            counts = tables.get(name, NO_COUNTS)
            found = value_per_lead(
                table=counts.table,
                squares=counts.squares,
                currency=self.prices.currency,
                horizon_days=self.horizon_days,
                **self.about(name),
            )
            rows.append(
                Row(name=name, findings=(in_margin(finding=found, name="margin_per_lead") if margin else found,))
            )
        what = "margin_per_lead" if margin else "value_per_lead"
        return Block(name=what, title=Message(f"block.{what}", horizon=self.horizon_days), rows=tuple(rows))

    def customers(self) -> Block:
        bought = sold(passes=self.passes, prices=self.prices, columns=("company",))
        orders = customer_orders(sold=bought, facts=self.scope.facts)
        sums = customer_sums(
            orders=orders, as_of=self.scope.as_of, horizon_days=self.horizon_days, enough=ENOUGH_AT_RISK
        )
        rows = []
        for name in self.segments:
            ours = sums.get(name, NO_CUSTOMERS)
            value_of = customer_value(
                sums=ours, currency=self.prices.currency, horizon_days=self.horizon_days, **self.about(name)
            )
            per = orders_per_customer(sums=ours, horizon_days=self.horizon_days, **self.about(name))
            rows.append(Row(name=name, findings=(value_of, per)))
        title = Message("block.customers", horizon=self.horizon_days)
        return Block(name="customers", title=title, rows=tuple(rows))

    def spend(self) -> tuple[tuple[Block, ...], tuple[Message, ...]]:
        """Spend beside the leads of its days, by type or campaign, else of all leads together."""
        scope, census = self.scope, self.census
        by = scope.by if scope.by in OF_SPEND else None
        found = spent(
            facts=scope.facts,
            mapping=scope.mapping,
            by=by,
            exchange=exchange_in(fx=scope.facts["fx"]),
            into=self.prices.currency,
            since=census.observed_from,
        )
        if found is None:
            return (), (Message("note.no_spend"),)
        stages = scope.mapping.funnel.stages
        first, *later = [stages.index(stage) for stage in census.funnel.stages]
        counted = ways(
            passes=came_with(passes=self.passes, spent=found),
            steps=[(first, place) for place in later],
            as_of=scope.as_of,
            observed_from=census.observed_from,
        )
        cohort = Cohort(steps={Step(stages[start], stages[end]): tables for (start, end), tables in counted.items()})
        block = spend_block(
            spent=found,
            cohort=cohort,
            segments=self._of_both(found, cohort) if by else (ALL,),
            currency=self.prices.currency,
            horizon_days=self.horizon_days,
            as_of=scope.as_of,
            known_at=scope.known_at,
        )
        return (block,), _notes_on_spend(found, scope.by, self.prices.currency)

    def _of_both(self, found: Spent, cohort: Cohort) -> tuple[Segment, ...]:
        """The segments of the leads, then those that only money was spent for."""
        ours = [name for name in self.segments if name in cohort.segments or name in found.amounts]
        others = sorted((name for name in found.amounts if name not in ours), key=lambda name: (name is None, name))
        return (*ours, *others)


def _notes_on_spend(found: Spent, by: str | None, into: str) -> tuple[Message, ...]:
    notes = []
    if by is not None and by not in OF_SPEND:
        notes.append(Message("note.spend_not_by", by=by))
    if found.converted:
        notes.append(Message("note.spend_converted", currencies=tuple(found.converted), into=into))
    if found.unpriced:
        rows = sum(found.unpriced.values())
        notes.append(Message("note.spend_unpriced", rows=rows, currencies=tuple(found.unpriced), into=into))
    return tuple(notes)
