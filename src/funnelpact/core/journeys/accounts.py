"""One row per customer and month: the recurring amount at its beginning and end, renewals, satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.mapping import FunnelMapping


def accounts(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping, as_of: date) -> ir.Table:
    """This returns one row for each customer and month of the reporting zone in which anything is known of them.

    `customer_nr`, `customer`, `month` (its first day; a fiscal year changes no month), `started` (in this month), `recurring_before` and `recurring_after` (the
    yearly amount at the month's beginning and end, NULL where the source tells none; 0 after churn), `currency`, `owner`,
    `renewals`, `expanded`, `contracted`, `churned`, `ratings`, `rated` (the sum of scores as shares of the best possible).
    Months run from the start of the customer to the month of `as_of`, without gap.
    """
    start = _starts(facts["customers"], mapping)
    changes = _changes(facts["renewals"], mapping)
    rated = _ratings(facts["ratings"], mapping)
    calendar = _months(start, as_of)
    joined = calendar.left_join(changes, ["customer_nr", "month"]).drop("customer_nr_right", "month_right")
    joined = joined.left_join(rated, ["customer_nr", "month"]).drop("customer_nr_right", "month_right")
    amounts = _amounts(changes, start)
    standing = [("customer_nr", "of_customer"), joined.month >= amounts.since, joined.month < amounts.until]
    both = joined.left_join(amounts, standing)
    after = ibis.coalesce(both.amount, both.recurring)
    before = ibis.ifelse(both.month == both.since, ibis.coalesce(both.amount_before, both.recurring), after)
    return both.select(
        "customer_nr",
        "customer",
        "month",
        "currency",
        "owner",
        started=both.month == both.begins,
        recurring_after=after,
        recurring_before=ibis.ifelse(both.month == both.begins, None, before),
        renewals=both.renewals.fill_null(0),
        expanded=both.expanded.fill_null(0),
        contracted=both.contracted.fill_null(0),
        churned=both.churned.fill_null(0),
        ratings=both.ratings.fill_null(0),
        rated=both.rated.fill_null(0.0),
    )


def _amounts(changes: ir.Table, start: ir.Table) -> ir.Table:
    """What a customer pays from the month of a renewal, `since`, until that of the next one, and what they paid before."""
    begun = start.select(of_customer="customer_nr", begins="begins")
    told = changes.filter(changes.last_after.notnull()).inner_join(begun, [("customer_nr", "of_customer")])
    told = told.filter(told.month >= told.begins)
    in_order = ibis.window(group_by="of_customer", order_by="month")
    return told.select(
        "of_customer",
        since="month",
        until=told.month.lead().over(in_order).fill_null(ibis.literal(date.max)),
        amount="last_after",
        amount_before=told.last_after.lag().over(in_order),
    )


def _starts(customers: ir.Table, mapping: FunnelMapping) -> ir.Table:
    dated = _in_month(customers, mapping)
    order = ibis.struct({"batch": dated.batch, "at": dated.happened_at, "id": dated.source_id})
    # Of each column what was learnt last and says anything; which engine would pass over an empty one is not sure.
    last = {name: dated[name].argmax(order, where=dated[name].notnull()) for name in ("recurring", "currency", "owner")}
    return dated.group_by("customer_nr").aggregate(customer=dated.customer.min(), begins=dated.month.min(), **last)


def _months(start: ir.Table, as_of: date) -> ir.Table:
    until = ibis.literal(as_of.replace(day=1))
    whole = start.filter(start.begins <= until)
    months = ibis.range(
        whole.begins.cast("timestamp"), (until + ibis.interval(days=1)).cast("timestamp"), ibis.interval(months=1)
    )
    return whole.mutate(month=months.unnest().date())


def _changes(renewals: ir.Table, mapping: FunnelMapping) -> ir.Table:
    dated = _in_month(renewals, mapping)
    outcome = dated.outcome.lower()
    gone = outcome.contains("churn").fill_null(False)
    after = ibis.ifelse(gone, ibis.literal(0, "decimal(18, 4)"), dated.amount_after)
    order = ibis.struct({"at": dated.happened_at, "batch": dated.batch, "id": dated.source_id})
    # Where an amount is missing, the outcome tells; whoever left has neither more nor less.
    more = ibis.coalesce(dated.amount_after > dated.amount_before, outcome.contains("expan"))
    less = ibis.coalesce(dated.amount_after < dated.amount_before, outcome.contains("contract"))
    return dated.group_by("customer_nr", "month").aggregate(
        renewals=dated.count().cast("int32"),
        expanded=(more & ~gone).sum().cast("int32"),
        contracted=(less & ~gone).sum().cast("int32"),
        churned=gone.sum().cast("int32"),
        last_after=after.argmax(order, where=after.notnull()),
    )


def _ratings(ratings: ir.Table, mapping: FunnelMapping) -> ir.Table:
    dated = _in_month(ratings, mapping)
    # A score without its scale says nothing, and must not count where shares are averaged.
    dated = dated.filter(dated.score.notnull() & (dated["scale"] > 0))
    return dated.group_by("customer_nr", "month").aggregate(
        ratings=dated.count().cast("int32"), rated=(dated.score / dated["scale"]).sum()
    )


def _in_month(rows: ir.Table, mapping: FunnelMapping) -> ir.Table:
    day = day_in(zone=mapping.zone, at=rows.happened_at, is_day=rows.precision == Precision.DAY.value)
    return rows.mutate(month=day.truncate("M"))
