"""Customers to sums by age: how many were watched for how long after their first order, and what they ordered by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.journeys.building.tables import held
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of

_WATCHED, _ORDERED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Customers watched for the same number of days: how many, and sums over them of what makes up the interval.

    Each order counts 1 ÷ the customers watched at its age in `orders`, its amount ÷ the same in `amounts`; the squares are
    those of each customer's sum.
    """

    customers: int
    orders: float
    order_squares: float
    amounts: float
    amount_squares: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSums:
    """The customers of a segment by days since their first order, both up to the horizon.

    `watched` by days watched; `orders` and `amounts` by the age at which they came, first orders at 0. An order without an
    amount counts with the mean of the others; `known` of all orders carry one.
    """

    watched: Mapping[int, Watched]
    orders: Mapping[int, int]
    amounts: Mapping[int, float]
    known: int

    @property
    def customers(self) -> int:
        """All of them."""
        return sum(part.customers for part in self.watched.values())

    def at_risk(self, age: int) -> int:
        """Customers watched to that age or longer."""
        return _at_risk({days: part.customers for days, part in self.watched.items()}, age)

    def longest(self, *, enough: int) -> int | None:
        """The longest age to which so many customers were watched; None where there is none."""
        return longest_watched(watched={days: part.customers for days, part in self.watched.items()}, enough=enough)


def customer_orders(*, sold: ir.Table, facts: Mapping[str, ir.Table]) -> ir.Table:
    """This returns the won orders with their customer: `customer`, `by` (of its first order), `first_on`, `age`, `worth`.

    A customer is the company that the deal names, else that of the lead, else the customer to which the deal is linked,
    else the lead itself. `age` counts days from the customer's first order.
    """
    linked = _linked(facts)
    joined = sold.left_join(linked, sold.deal_nr == linked.linked_nr)
    customer = ibis.coalesce(
        ibis.literal("c:") + ibis.coalesce(joined.order_company, joined.company),
        ibis.literal("k:") + joined.linked_to.cast("string"),
        ibis.literal("r:") + joined.record.cast("string"),
    )
    # Held by the engine, because a join on what a join computed compares the column with itself.
    named = joined.select("deal_nr", "by", "won_on", "worth", customer=customer).cache()
    order = ibis.struct({"on": named.won_on, "nr": named.deal_nr, "by": named.by.fill_null("")})
    known = ibis.struct({"on": named.won_on, "nr": named.deal_nr, "silent": named.by.isnull()})
    first = named.group_by(first_of="customer").aggregate(
        first_on=named.won_on.min(), first_by=order.min()["by"], silent=known.min()["silent"]
    )
    both = named.inner_join(first, named.customer == first.first_of)
    return both.select(
        "customer",
        "first_on",
        by=ibis.ifelse(both.silent, None, both.first_by),
        age=both.won_on.delta(both.first_on, unit="day"),
        worth=both.worth.cast("float64"),
    )


def customer_sums(*, orders: ir.Table, as_of: date, horizon_days: int, enough: int) -> dict[Segment, CustomerSums]:
    """This returns the sums of customers for each segment and `ALL`; `orders` are `customer_orders`.

    Population: every customer with a won order by `as_of`, watched from its first one on. The sums of `Watched` go up to
    the longest age at which `enough` customers are watched.
    """
    seen = ibis.literal(as_of).delta(orders.first_on, unit="day")
    timed = orders.mutate(seen=ibis.least(seen, horizon_days)).filter(lambda row: row.age <= horizon_days)
    every = ibis.union(timed, timed.mutate(by=ibis.literal(ALL)).cast(timed.schema()))
    every = every.mutate(amount=every.worth.fill_null(every.worth.mean().over(ibis.window(group_by="by")))).cache()
    by_age = every.group_by("by", days="age").aggregate(
        n=every.count(), amount=every.amount.sum(), known=every.worth.count()
    )
    one = every.select("by", "customer", days="seen").distinct()
    by_seen = (
        one.group_by("by", "days")
        .aggregate(n=one.count())
        .mutate(amount=ibis.null("float64"), known=ibis.null("int64"))
    )
    columns = ("what", "by", "days", "n", "amount", "known")
    told = ibis.union(
        by_age.mutate(what=ibis.literal(_ORDERED, "int64")).select(columns),
        by_seen.mutate(what=ibis.literal(_WATCHED, "int64")).select(columns),
    )
    rows = rows_of(table=told)
    spread = _spread(every, rows, enough)
    return _by_segment(rows, spread)


def longest_watched(*, watched: Mapping[int, int], enough: int) -> int | None:
    """This returns the longest age to which at least `enough` customers were watched, None where there is none.

    >>> longest_watched(watched={10: 3, 30: 2}, enough=3)
    10
    """
    return max((days for days in watched if _at_risk(watched, days) >= enough), default=None)


def _at_risk(watched: Mapping[int, int], age: int) -> int:
    return sum(n for days, n in watched.items() if days >= age)


def _linked(facts: Mapping[str, ir.Table]) -> ir.Table:
    links, customers = facts["links"], facts["customers"]
    there = links.filter((links.from_kind == "deal") & (links.to_kind == "customer"))
    back = links.filter((links.from_kind == "customer") & (links.to_kind == "deal"))
    schema = {"deal": "int64", "customer": "int64"}
    pairs = ibis.union(
        there.select(deal="from_nr", customer="to_nr").cast(schema),
        back.select(deal="to_nr", customer="from_nr").cast(schema),
        customers.filter(customers.deal_nr.notnull()).select(deal="deal_nr", customer="customer_nr").cast(schema),
    )
    return pairs.group_by(linked_nr="deal").aggregate(linked_to=pairs.customer.min())


def _spread(every: ir.Table, rows: list[dict[str, Any]], enough: int) -> list[dict[str, Any]]:
    """For each segment and days watched: each customer's orders and amounts over those watched at their age, and squares."""
    watched: dict[Segment, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row["what"] == _WATCHED:
            watched[row["by"]][row["days"]] = row["n"]
    longest = {name: longest_watched(watched=ours, enough=enough) or 0 for name, ours in watched.items()}
    ordered = [(row["by"], row["days"]) for row in rows if row["what"] == _ORDERED]
    ages = [(name, age) for name, age in ordered if age <= longest[name]]
    table = pa.table(
        {
            # An engine does not find nothing equal to nothing.
            "of": pa.array([_named(name) for name, _ in ages], pa.string()),
            "of_age": pa.array([age for _, age in ages], pa.int64()),
            "share": pa.array([1 / _at_risk(watched[name], age) for name, age in ages], pa.float64()),
        }
    )
    shares = held(rows=table, beside=every)
    named = every.mutate(named=ibis.ifelse(every.by.isnull(), "?", ibis.literal("=") + every.by))
    joined = named.inner_join(shares, (named.named == shares["of"]) & (named.age == shares.of_age))
    one = joined.group_by("by", "customer", days="seen").aggregate(
        orders=joined.share.sum(), amounts=(joined.share * joined.amount).sum()
    )
    summed = one.group_by("by", "days").aggregate(
        orders=one.orders.sum(),
        order_squares=(one.orders * one.orders).sum(),
        amounts=one.amounts.sum(),
        amount_squares=(one.amounts * one.amounts).sum(),
    )
    return rows_of(table=summed)


def _named(segment: Segment) -> str:
    return "?" if segment is None else f"={segment}"


def _by_segment(rows: list[dict[str, Any]], spread: list[dict[str, Any]]) -> dict[Segment, CustomerSums]:
    sums = {(row["by"], row["days"]): row for row in spread}
    found = {}
    for name in {row["by"] for row in rows}:
        ours = [row for row in rows if row["by"] == name]
        ordered = {row["days"]: row for row in ours if row["what"] == _ORDERED}
        parts = ("orders", "order_squares", "amounts", "amount_squares")
        found[name] = CustomerSums(
            watched={
                row["days"]: Watched(
                    customers=row["n"], **{part: sums[name, row["days"]][part] or 0.0 for part in parts}
                )
                for row in ours
                if row["what"] == _WATCHED
            },
            orders={age: row["n"] for age, row in ordered.items()},
            amounts={age: row["amount"] or 0.0 for age, row in ordered.items()},
            known=sum(row["known"] for row in ordered.values()),
        )
    return found
