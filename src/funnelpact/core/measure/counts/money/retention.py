"""Customers to sums: who was there at the beginning of a span and at its end, with which recurring amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.exchange import Exchange
from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.tables import held
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.pricing import EXACT, in_one, rates_needed, reporting_currency
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of

_UNKNOWN = -1
"""Stands for a recurring amount that changed to nobody knows what; no amount is below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span from the end of the day `first` to the end of the day `last`, and what it is called."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Customers who were there at the beginning of a span: how many, how many `stayed`, and sums of recurring amounts.

    `known` of them have an amount at both ends; the sums are over these: amounts at the beginning (`start`), of that what
    was `kept` (never more than it was), what went by `contraction` and by `churn`, what came by `expansion`, amounts at the end, and the
    squares and products that an interval of the quotients needs.
    """

    customers: int
    stayed: int
    known: int
    start: Fraction
    kept: Fraction
    contraction: Fraction
    churn: Fraction
    expansion: Fraction
    end: Fraction
    start_squares: Fraction
    kept_squares: Fraction
    start_kept: Fraction
    end_squares: Fraction
    start_end: Fraction


def customers_of(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping, by: str | None) -> ir.Table:
    """This returns one row for each customer: `customer_nr`, `started_on`, `recurring`, `currency`, `by`.

    What the newest batch says counts. `by` is the `owner`, the `team` of the owner, or a label of the customers; NULL where
    nothing is said.
    """
    rows = facts["customers"]
    value = ibis.null("string")
    if by is not None:
        value = rows.owner if by in {"owner", "team"} else rows.labels.get(by)
    day = day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
    rows = rows.mutate(on=day, value=value.nullif(""))

    def said(column: ir.Value) -> ir.Value:
        return column.argmax(ibis.struct({"batch": rows.batch, "said": column.notnull(), "value": column}))

    one = rows.group_by("customer_nr").aggregate(
        started_on=rows["on"].min(),
        recurring=said(rows.recurring).cast(EXACT),
        currency=said(rows.currency).nullif(""),
        by=said(rows["value"]),
    )
    if by != "team":
        return one.cache()
    people = facts["people"]
    order = ibis.struct({"batch": people.batch, "at": people.happened_at, "team": people.team.fill_null("")})
    teams = people.group_by(of_owner="owner").aggregate(team=people.team.argmax(order))
    one = one.cache()
    return one.left_join(teams, one.by == teams.of_owner).mutate(by=ibis._.team).drop("of_owner", "team").cache()


def labels_of(*, customers: ir.Table) -> tuple[str, ...]:
    """This returns the names of the further labels that the source gives its customers; `customers` is the fact table."""
    names = customers.select(name=customers.labels.keys().unnest()).distinct().order_by("name")
    return tuple(names.to_pyarrow()["name"].to_pylist())


def customer_currency(*, customers: ir.Table) -> str | None:
    """This returns the currency of most recurring amounts, unnamed where none is named; None where there is no customer."""
    counted = rows_of(
        table=customers.group_by("currency").aggregate(n=customers.recurring.count(), customers=customers.count())
    )
    return reporting_currency(rows=counted) if counted else None


def renewals_of(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping) -> ir.Table:
    """This returns one row for each renewal: `customer_nr`, `on`, `seq` in the order in which they count, `churned`, `told`.

    `effect` is the recurring amount from then on: 0 for a churn, `amount_after` where it is said, -1 where an amount
    changed to nobody knows what, NULL where nothing changes. `told` says whether anything is said of what became of it.
    """
    rows = facts["renewals"]
    outcome = rows.outcome.lower().fill_null("")
    churned = outcome.contains("churn")
    changed = outcome.contains("contract") | outcome.contains("expand")
    effect = ibis.cases(
        (churned, ibis.literal(0).cast(EXACT)),
        (rows.amount_after.notnull(), rows.amount_after.cast(EXACT)),
        (changed, ibis.literal(_UNKNOWN).cast(EXACT)),
        else_=ibis.null(EXACT),
    )
    order = ibis.window(order_by=[rows.happened_at, rows.batch, rows.source_id])
    return rows.select(
        "customer_nr",
        on=day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value),
        seq=ibis.row_number().over(order),
        churned=churned,
        effect=effect,
        before=rows.amount_before.cast(EXACT),
        currency=rows.currency.nullif(""),
        told=(outcome != "") | rows.amount_after.notnull(),
    ).cache()


def spans_of_starts(*, customers: ir.Table, spans: Sequence[Span], as_of: date) -> ir.Table:
    """This returns a span of a year for each customer who started in one of the `spans`, where the year is over by `as_of`."""
    table = _named(spans, customers)
    joined = customers.cross_join(table)
    mine = joined.filter((joined.started_on > joined.first) & (joined.started_on <= joined.last))
    own = mine.mutate(start_on=mine.started_on, end_on=(mine.started_on + ibis.interval(years=1)).cast("date"))
    return own.filter(own.end_on <= ibis.literal(as_of)).select("customer_nr", "span", "start_on", "end_on").cache()


def spans_of_all(*, customers: ir.Table, spans: Sequence[Span]) -> ir.Table:
    """This returns each of the spans for each customer who had started by its beginning."""
    table = _named(spans, customers)
    joined = customers.cross_join(table)
    there = joined.filter(joined.started_on <= joined.first)
    return there.select("customer_nr", "span", start_on=there.first, end_on=there.last).cache()


def kept(
    *, customers: ir.Table, renewals: ir.Table, spans: ir.Table, exchange: Exchange, into: str
) -> dict[str, dict[Segment, Kept]]:
    """This returns the sums of each span for each segment and `ALL`.

    Population: customers there at the beginning: started, and not churned. Both amounts are told in the currency `into` at
    the rate of the first day, so that no rate of exchange passes for growth.
    """
    both = _at_both_ends(customers, renewals, spans, exchange=exchange, into=into)
    there = both.filter(~both.gone_before)
    known = there.start.notnull() & there.end.notnull()
    start, end = (ibis.ifelse(known, column.cast("float64"), None) for column in (there.start, there.end))
    least = ibis.ifelse(known, ibis.least(there.start, there.end), None)
    less, more = start - end, end - start
    counted = there.group_by("span", "by").aggregate(
        customers=there.count(),
        stayed=(~there.gone_after).sum(),
        known=known.sum(),
        start=ibis.ifelse(known, there.start, None).sum(),
        kept=least.sum(),
        contraction=ibis.ifelse((less > 0) & (end > 0), there.start - there.end, None).sum(),
        churn=ibis.ifelse(known & (end == 0), there.start, None).sum(),
        expansion=ibis.ifelse(more > 0, there.end - there.start, None).sum(),
        end=ibis.ifelse(known, there.end, None).sum(),
        start_squares=(start * start).sum(),
        kept_squares=(least.cast("float64") * least.cast("float64")).sum(),
        start_kept=(start * least.cast("float64")).sum(),
        end_squares=(end * end).sum(),
        start_end=(start * end).sum(),
    )
    found: dict[str, dict[Segment, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(table=counted):
        for name in {ALL, row["by"]}:
            found[row["span"]][name].append(row)
    return {span: {name: _added(rows) for name, rows in parts.items()} for span, parts in found.items()}


def _at_both_ends(
    customers: ir.Table, renewals: ir.Table, spans: ir.Table, *, exchange: Exchange, into: str
) -> ir.Table:
    """Each customer and span with the recurring amounts in one currency, and whether the customer had gone."""
    events = renewals.rename(of_customer="customer_nr", of_currency="currency")
    joined = spans.left_join(events, spans.customer_nr == events.of_customer)
    before, after = joined["on"] <= joined.start_on, joined["on"] <= joined.end_on
    told = joined.effect.notnull()

    def last(value: ir.Value, where: ir.Value) -> ir.Value:
        return value.argmax(joined.seq, where=where & told)

    states = joined.group_by("customer_nr", "span", "start_on").aggregate(
        start_effect=last(joined.effect, before),
        start_currency=last(joined.of_currency, before),
        end_effect=last(joined.effect, after),
        end_currency=last(joined.of_currency, after),
        gone_before=last(joined.churned, before),
        gone_after=last(joined.churned, after),
        # Where the customer's own row is silent, the first renewal says what was paid until then.
        first_before=joined.before.argmin(joined.seq, where=joined.before.notnull()),
        first_currency=joined.of_currency.argmin(joined.seq, where=joined.before.notnull()),
    )
    states = states.cache()
    own = customers.rename(own_nr="customer_nr", own_currency="currency")
    rows = states.left_join(own, states.customer_nr == own.own_nr)
    initial = ibis.coalesce(rows.recurring, rows.first_before)
    initial_currency = ibis.ifelse(rows.recurring.notnull(), rows.own_currency, rows.first_currency)

    def end_of(name: str) -> dict[str, ir.Value]:
        effect = rows[f"{name}_effect"]
        amount = ibis.ifelse(effect.isnull(), initial, ibis.ifelse(effect < 0, None, effect))
        code = ibis.ifelse(
            effect.isnull(), initial_currency, ibis.coalesce(rows[f"{name}_currency"], rows.own_currency)
        )
        return {name: amount.cast(EXACT), f"{name}_code": code}

    ends = rows.select(
        "span",
        "start_on",
        "by",
        gone_before=rows.gone_before.fill_null(False),
        gone_after=rows.gone_after.fill_null(False),
        **end_of("start"),
        **end_of("end"),
    ).cache()
    for name in ("start", "end"):
        ends = _in_one(ends, name, exchange, into)
    return ends


def _in_one(rows: ir.Table, name: str, exchange: Exchange, into: str) -> ir.Table:
    named = rows.rename(currency=f"{name}_code")
    days = rows_of(table=named.filter(named.currency != into).select("currency", "start_on").distinct())
    rates = rates_needed(needed={(row["currency"], row["start_on"]) for row in days}, exchange=exchange, into=into)
    return in_one(rows=named, amounts=(name,), on="start_on", rates=rates, into=into).drop("currency").cache()


def _named(spans: Sequence[Span], beside: ir.Table) -> ir.Table:
    columns = {
        "span": pa.array([span.name for span in spans], pa.string()),
        "first": pa.array([span.first for span in spans], pa.date32()),
        "last": pa.array([span.last for span in spans], pa.date32()),
    }
    return held(rows=pa.table(columns), beside=beside)


def _added(rows: Sequence[Mapping[str, Any]]) -> Kept:
    sums = {each.name: sum((Fraction(row[each.name] or 0) for row in rows), Fraction(0)) for each in fields(Kept)}
    counts = {name: int(sums[name]) for name in ("customers", "stayed", "known")}
    return Kept(**{**sums, **counts})  # type: ignore[arg-type]
