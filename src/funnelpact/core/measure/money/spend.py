"""What leads cost, up to the won order, and what comes back: spend beside the cohort of leads that came with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.counts.lives import StepCounts
from funnelpact.core.measure.counts.money.spend import Spent
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.measure.value import value_per_lead
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Figure, Finding, Row
from funnelpact.core.terms.funnel import WON, Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate

_NOTHING = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))
NO_COUNTS = StepCounts(table=_NOTHING, squares=(Fraction(0),))
"""A segment without passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The leads that came in the days of the spend: for each step from the first stage on, the life tables by segment.

    The last step leads to won.
    """

    steps: Mapping[Step, Mapping[Segment, StepCounts]]

    @property
    def segments(self) -> frozenset[Segment]:
        """All segments of any lead."""
        return frozenset(name for tables in self.steps.values() for name in tables)


def spend_block(
    *,
    spent: Spent,
    cohort: Cohort,
    segments: Sequence[Segment],
    currency: str,
    horizon_days: int,
    as_of: date,
    known_at: datetime | None,
) -> Block:
    """This returns spend, cost per lead, per stage and per won order, and return, for each segment.

    Population: the leads created from the first to the last day of the spend. Spend without leads and leads without spend
    have rows of their own.
    """
    about = Question(as_of=as_of, known_at=known_at, by=None)
    frame = _Frame(spent=spent, cohort=cohort, currency=currency, horizon_days=horizon_days, about=about)
    return Block(
        name="spend",
        title=Message("block.spend", first=spent.first_on, last=spent.last_on, horizon=horizon_days),
        rows=tuple(Row(name=name, findings=frame.findings(name, population_of(segment=name))) for name in segments),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all findings of one block share."""

    spent: Spent
    cohort: Cohort
    currency: str
    horizon_days: int
    about: Question

    def findings(self, name: Segment, population: Message) -> tuple[Finding, ...]:
        amount = self.spent.amounts.get(name)
        money = Money(amount or Fraction(0), self.currency)
        *before, last = self.cohort.steps
        leads = self.cohort.steps[last].get(name, NO_COUNTS).table.passes
        told = self._told(money, leads, known=amount is not None, population=population)
        each = self._per_lead(told, leads, population)
        return (
            told,
            each,
            *(self._per_move(each, step, name, population) for step in before),
            self._per_move(each, last, name, population),
            self._return(each, last, name, population),
        )

    def _told(self, money: Money, leads: int, *, known: bool, population: Message) -> Finding:
        """The spend itself; n counts the leads of its days."""
        cautions: tuple[Message, ...] = ()
        if not known:
            cautions = (Message("caution.leads_without_spend", leads=leads),)
        elif not leads:
            cautions = (Message("caution.spend_without_leads", spend=money),)
        tree = leaf(name="spend", value=money)
        return self.about.finding(
            name="spend", value=money, n=leads, population=population, derivation=tree, cautions=cautions
        )

    def _per_lead(self, told: Finding, leads: int, population: Message) -> Finding:
        """The cost of one lead: no estimate, so no interval. None where there are no leads or nothing is told of spend."""
        spend = told.value
        parts = (told.derivation, leaf(name="leads_of_spend", value=leads))
        if not isinstance(spend, Money) or told.cautions:
            why = told.cautions[0]
            tree = not_known(name="cost_per_lead", why=why, counts=parts)
            return self.about.finding(name="cost_per_lead", value=None, n=leads, population=population, derivation=tree)
        value = spend.per(leads)
        rule = Message("rule.cost_per_lead", spend=spend, leads=leads)
        tree = _node("cost_per_lead", value, rule, parts)
        return self.about.finding(name="cost_per_lead", value=value, n=leads, population=population, derivation=tree)

    def _per_move(self, each: Finding, step: Step, name: Segment, population: Message) -> Finding:
        """The cost of one lead ÷ the share of leads that get there within the horizon; its interval is that of the share."""
        key = "cost_per_won" if step.end == WON else f"cost_per_{step.end}"
        rate = matured_rate(
            table=self.cohort.steps[step].get(name, NO_COUNTS).table,
            horizon_days=self.horizon_days,
            step=step,
            population=population,
            as_of=self.about.as_of,
            known_at=self.about.known_at,
        )
        label = cost_label(stage=step.end)
        cost = each.value
        if not isinstance(cost, Money) or not isinstance(rate.value, Rate) or not rate.value.value:
            why = rate.cautions[0] if isinstance(cost, Money) and rate.cautions else Message("caution.no_cost")
            tree = replace(not_known(name=key, why=why, counts=(each.derivation, rate.derivation)), label=label)
            cautions = rate.cautions if isinstance(cost, Money) else ()
            return self.about.finding(
                name=key,
                value=None,
                n=rate.n,
                population=population,
                derivation=tree,
                cautions=cautions,
                horizon_days=rate.horizon_days,
            )
        value = cost.per(rate.value.value)
        tree = Derivation(
            name=key,
            label=label,
            value=value,
            rule=Message("rule.cost_per_move", cost=cost, rate=rate.value),
            inputs=(each.derivation, rate.derivation),
        )
        low, high = _turned(cost, rate.low, rate.high)
        return self.about.finding(
            name=key,
            value=value,
            n=rate.n,
            population=population,
            derivation=tree,
            low=low,
            high=high,
            cautions=rate.cautions,
            horizon_days=rate.horizon_days,
        )

    def _return(self, each: Finding, step: Step, name: Segment, population: Message) -> Finding:
        """Revenue of one lead within the horizon ÷ its cost; the interval is that of the value."""
        counts = self.cohort.steps[step].get(name, NO_COUNTS)
        value = value_per_lead(
            table=counts.table,
            squares=counts.squares,
            currency=self.currency,
            horizon_days=self.horizon_days,
            population=population,
            as_of=self.about.as_of,
            known_at=self.about.known_at,
        )
        parts, cost = (value.derivation, each.derivation), each.value
        if not isinstance(cost, Money) or not cost.amount or not isinstance(value.value, Money):
            why = value.cautions[0] if isinstance(cost, Money) and value.cautions else Message("caution.no_cost")
            tree = not_known(name="return_on_spend", why=why, counts=parts)
            return self.about.finding(
                name="return_on_spend",
                value=None,
                n=value.n,
                population=population,
                derivation=tree,
                horizon_days=value.horizon_days,
            )
        times = value.value / cost
        tree = _node("return_on_spend", times, Message("rule.return_on_spend", value=value.value, cost=cost), parts)
        low = value.low / cost if isinstance(value.low, Money) else None
        high = value.high / cost if isinstance(value.high, Money) else None
        return self.about.finding(
            name="return_on_spend",
            value=times,
            n=value.n,
            population=population,
            derivation=tree,
            low=low,
            high=high,
            cautions=value.cautions,
            horizon_days=value.horizon_days,
        )


def cost_label(*, stage: str) -> Message:
    """What the cost of one pass that reaches a stage is called; a stage of one's own keeps its key."""
    return Message(f"finding.cost_per_{stage}") if stage in _NAMED else Message("finding.cost_per_stage", stage=stage)


_NAMED = frozenset({"sql", "opportunity", WON})


def _turned(cost: Money, low: Figure | None, high: Figure | None) -> tuple[Money, Money] | tuple[None, None]:
    """The range of cost ÷ rate: the higher the rate, the lower the cost. None where the rate may be zero."""
    if isinstance(low, Rate) and isinstance(high, Rate) and low.value > 0:
        return cost.per(high.value), cost.per(low.value)
    return None, None


def _node(name: str, value: Value, rule: Message, inputs: tuple[Derivation, ...]) -> Derivation:
    return Derivation(name=name, label=Message(f"finding.{name}"), value=value, rule=rule, inputs=inputs)
