"""Retention: who stays, what stays of their recurring revenue, when they churn, how satisfied they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from funnelpact.core.facts.exchange import exchange_in
from funnelpact.core.journeys.dimensions import OTHER_NAMES, BreakdownUnknown
from funnelpact.core.journeys.stages import plain_words
from funnelpact.core.measure.counts.money.churn import Due, Rated, churn_tables, due, rated
from funnelpact.core.measure.counts.money.retention import (
    Kept,
    Span,
    customer_currency,
    customers_of,
    kept,
    labels_of,
    renewals_of,
    spans_of_all,
    spans_of_starts,
)
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.population import About, about
from funnelpact.core.measure.retention.churned import YEARS, churned_by, csat, raters, renewal_rate
from funnelpact.core.measure.retention.retained import NOBODY, retention_findings
from funnelpact.core.terms.finding import Block, Finding, Measured, Row
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Grain, Period, period_of
from funnelpact.core.terms.problem import Problem
from funnelpact.workflows.measuring.scope import Scope

QUARTERS = 8
"""Quarters that are told one by one."""
_NO_DUE = Due(renewed=0, churned=0, silent=0)
_NOBODY_WATCHED = LifeTable(entered=(0,), moved=(0,), left=(0,), open=(0,), amount=(Fraction(0),), amount_known=(0,))
_NO_RATINGS = Rated(ratings=0, satisfied=0, customers=0, unscaled=0)


class NoCustomers(Problem):
    """There are no customers in the facts, so nothing can have been retained."""

    code = "no-customers"


def retention(*, scope: Scope, by: str | None = None, currency: str | None = None) -> Measured:
    """This returns logo, gross and net retention over the year to `as_of`, by quarter and by cohort, churn and satisfaction.

    Population: customers of the facts; `by` is `owner`, `team` or a label of the customers. Recurring amounts are told in
    `currency`, else in that of most customers, at the rate of the first day of each span. Raises `NoCustomers` and
    `BreakdownUnknown`.
    """
    facts, mapping = scope.facts, scope.mapping
    names = ("owner", "team", *labels_of(customers=facts["customers"]))
    wanted = None if by is None else _named(by, names)
    customers = customers_of(facts=facts, mapping=mapping, by=wanted)
    own = customer_currency(customers=customers)
    if own is None:
        raise NoCustomers(as_of=scope.as_of)
    asked = _Retention(
        scope=scope,
        customers=customers,
        renewals=renewals_of(facts=facts, mapping=mapping),
        currency=currency or own,
        by=wanted,
    )
    return Measured(
        name="retention",
        as_of=scope.as_of,
        known_at=scope.known_at,
        by=wanted,
        blocks=asked.blocks(),
        notes=(*(note for note in scope.notes if note.id == "note.accepted"), *asked.notes()),
    )


def _named(asked: str, names: tuple[str, ...]) -> str:
    """The name that a person means, whatever its case and signs. Raises `BreakdownUnknown`."""
    plain = "".join(plain_words(label=asked))
    key = plain_words(label=OTHER_NAMES.get(plain, asked))
    for name in names:
        if plain_words(label=name) == key:
            return name
    raise BreakdownUnknown(asked=asked, names=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retention:
    """What all blocks of one answer share."""

    scope: Scope
    customers: Any
    renewals: Any
    currency: str
    by: str | None

    def blocks(self) -> tuple[Block, ...]:
        as_of, first = self.scope.as_of, _year_before(self.scope.as_of)
        year = Span(name="year", first=first, last=as_of)
        ends = [quarter.end - timedelta(days=1) for quarter in self._quarters()]
        spans = [Span(name=end.isoformat(), first=_year_before(end), last=end) for end in ends if end <= as_of]
        sums = self._kept(spans_of_all(customers=self.customers, spans=[year, *spans]))
        segments = self._segments(sums.get("year", {}))
        fell_due = due(customers=self.customers, renewals=self.renewals, first=first, last=as_of)
        whole = Message("block.retention", first=first, last=as_of)
        return (
            self._block(
                "retention",
                whole,
                segments,
                lambda name, of: (
                    *self._told(sums.get("year", {}).get(name, NOBODY), of),
                    renewal_rate(counts=fell_due.get(name, _NO_DUE), of=of),
                ),
            ),
            *self._over_time("retention_by_quarter", {span.name: sums.get(span.name, {}) for span in spans}),
            *self._over_time("start_cohorts", self._cohorts()),
            *self._churn(segments),
            *self._satisfaction(segments),
        )

    def notes(self) -> tuple[Message, ...]:
        return (Message("note.retention_currency", currency=self.currency),) if self.currency else ()

    def _kept(self, spans: Any) -> Mapping[str, Mapping[Segment, Kept]]:
        return kept(
            customers=self.customers,
            renewals=self.renewals,
            spans=spans,
            exchange=exchange_in(fx=self.scope.facts["fx"]),
            into=self.currency,
        )

    def _told(self, sums: Kept, of: About) -> tuple[Finding, ...]:
        return retention_findings(sums=sums, currency=self.currency, of=of)

    def _segments(self, sums: Mapping[Segment, Kept]) -> tuple[Segment, ...]:
        if self.by is None:
            return (ALL,)
        names = [name for name in sums if name != ALL]
        return (ALL, *sorted(names, key=lambda name: (name is None, -sums[name].customers, name or "")))

    def _quarters(self) -> tuple[Period, ...]:
        """The last quarters of the fiscal year up to that of `as_of`, in order."""
        found: list[Period] = []
        day = self.scope.as_of
        while len(found) < QUARTERS:
            found.append(period_of(day=day, grain=Grain.QUARTER, first_month=self.scope.mapping.fiscal_month))
            day = found[-1].start - timedelta(days=1)
        return tuple(reversed(found))

    def _cohorts(self) -> Mapping[str, Mapping[Segment, Kept]]:
        """Who started in each quarter, a year after their own start."""
        spans = [
            Span(
                name=f"{quarter.start:%Y-%m} – {quarter.end - timedelta(days=1):%Y-%m}",
                first=quarter.start - timedelta(days=1),
                last=quarter.end - timedelta(days=1),
            )
            for quarter in self._quarters()
        ]
        sums = self._kept(spans_of_starts(customers=self.customers, spans=spans, as_of=self.scope.as_of))
        return {span.name: sums.get(span.name, {}) for span in spans}

    def _block(
        self,
        name: str,
        title: Message,
        segments: tuple[Segment, ...],
        findings: Callable[[Segment, About], tuple[Finding, ...]],
    ) -> Block:
        rows = []
        for segment in segments:
            of = about(segment=segment, as_of=self.scope.as_of, known_at=self.scope.known_at)
            rows.append(Row(name=segment, findings=findings(segment, of)))
        return Block(name=name, title=title, rows=tuple(rows))

    def _over_time(self, name: str, sums: Mapping[str, Mapping[Segment, Kept]]) -> tuple[Block, ...]:
        """A row for each span in which any customer was there."""
        spans = tuple(span for span, parts in sums.items() if parts.get(ALL, NOBODY).customers)
        if not spans:
            return ()
        return (
            self._block(name, Message(f"block.{name}"), spans, lambda span, of: self._told(sums[span or ""][ALL], of)),
        )

    def _churn(self, segments: tuple[Segment, ...]) -> tuple[Block, ...]:
        tables = churn_tables(customers=self.customers, renewals=self.renewals, as_of=self.scope.as_of)
        if not sum(tables[ALL].moved):
            return ()
        years = range(1, len(YEARS) + 1)

        def findings(name: Segment, of: About) -> tuple[Finding, ...]:
            table = tables.get(name, _NOBODY_WATCHED)
            return tuple(churned_by(table=table, years=number, of=of) for number in years)

        return (self._block("churn", Message("block.churn"), segments, findings),)

    def _satisfaction(self, segments: tuple[Segment, ...]) -> tuple[Block, ...]:
        as_of = self.scope.as_of
        spans = [
            (
                f"{quarter.start:%Y-%m} – {quarter.end - timedelta(days=1):%Y-%m}",
                quarter.start,
                quarter.end - timedelta(days=1),
            )
            for quarter in self._quarters()
        ]
        year = ("year", _year_before(as_of) + timedelta(days=1), as_of)
        counts = rated(
            facts=self.scope.facts, mapping=self.scope.mapping, customers=self.customers, spans=[year, *spans]
        )
        if not any(parts[ALL].ratings + parts[ALL].unscaled for parts in counts.values()):
            return ()

        def of_year(name: Segment, of: About) -> tuple[Finding, ...]:
            ours = counts["year"].get(name, _NO_RATINGS)
            return csat(counts=ours, of=of), raters(counts=ours, of=of)

        def of_quarter(name: Segment, of: About) -> tuple[Finding, ...]:
            ours = counts[name or ""][ALL]
            return csat(counts=ours, of=of), raters(counts=ours, of=of)

        told = tuple(name for name, _, _ in spans if counts[name][ALL].ratings)
        title = Message("block.csat", first=year[1], last=as_of)
        by_quarter = self._block("csat_by_quarter", Message("block.csat_by_quarter"), told, of_quarter)
        return self._block("csat", title, segments, of_year), by_quarter


def _year_before(day: date) -> date:
    """The same day a year before; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
