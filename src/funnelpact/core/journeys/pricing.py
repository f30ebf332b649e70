"""Orders in one currency: dated rates of exchange, and totals of contracts beside yearly amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.exchange import Exchange, most_used
from funnelpact.core.journeys.building.tables import held
from funnelpact.core.journeys.orders import AmountKind
from funnelpact.core.terms.money import UNNAMED

EXACT = "decimal(38, 4)"
YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Orders in `currency`, as `core.journeys.orders` has them, with two columns more.

    `worth` and `worth_margin` are what an order brings in its first year, of which sums over different kinds of amount are
    made: the amount as told, and the total of a contract longer than a year as its share of one year where some amounts
    are yearly (`mixed`). `converted` names the currencies that were exchanged, each with its won orders, `missing` those
    of which some won orders have no rate on their day: these have no amount. `termless` counts the won totals of which
    the years are not known where kinds are mixed: they have no worth.
    """

    orders: ir.Table
    currency: str
    mixed: bool
    converted: Mapping[str, int]
    missing: Mapping[str, int]
    termless: int

    @property
    def as_told(self) -> bool:
        """Whether every amount counts as the source says it."""
        return not (self.converted or self.missing or self.mixed)


def priced(*, orders: ir.Table, exchange: Exchange, into: str | None = None) -> Prices:
    """This returns the orders with all amounts in one currency, `into` or the one that most amounts are in.

    The rate is that of the day on which the order was booked, or the last before it. An amount without a currency is in the
    one of the others. Amounts are rounded to four places after the exchange.
    """
    group = orders.filter(orders.amount.notnull()).mutate(termless=orders.term_months.isnull())
    counted = group.group_by("currency", "booked_on", "amount_kind", "termless", won=group.won_on.notnull()).aggregate(
        n=group.count()
    )
    rows = counted.to_pyarrow().to_pylist()
    currency = into or reporting_currency(rows=rows)
    needed = {(row["currency"], row["booked_on"]) for row in rows}
    found = rates_needed(needed=needed, exchange=exchange, into=currency)
    won = [row for row in rows if row["won"]]
    foreign = [row for row in won if row["currency"] not in {None, currency}]
    kinds = {row["amount_kind"] for row in won}
    mixed = {AmountKind.ANNUAL.value, AmountKind.TOTAL.value} <= kinds
    totals = (row for row in won if row["amount_kind"] == AmountKind.TOTAL.value)
    return Prices(
        orders=_worth(
            in_one(rows=orders, amounts=("amount", "margin"), on="booked_on", rates=found, into=currency), mixed=mixed
        ),
        currency=currency,
        mixed=mixed,
        converted=_by_currency(row for row in foreign if found[row["currency"], row["booked_on"]] is not None),
        missing=_by_currency(row for row in foreign if found[row["currency"], row["booked_on"]] is None),
        termless=sum(row["n"] for row in totals if row["termless"]) if mixed else 0,
    )


def rates_needed(
    *, needed: Collection[tuple[str | None, date]], exchange: Exchange, into: str
) -> dict[tuple[str, date], Fraction | None]:
    """This returns the rate of each currency and day that is needed, None where there is none on that day or before."""
    foreign = sorted((code, day) for code, day in needed if code and code != into)
    return {(code, day): exchange.rate(of=code, into=into, on=day) for code, day in foreign}


def in_one(
    *,
    rows: ir.Table,
    amounts: Sequence[str],
    on: str,
    rates: Mapping[tuple[str, date], Fraction | None],
    into: str,
) -> ir.Table:
    """This returns the rows with their `amounts`, which are in `currency`, at the rate of the day `on`; NULL without one."""
    if not rates:
        return rows
    known = [(code, day, float(rate)) for (code, day), rate in rates.items() if rate is not None]
    codes, days, values = zip(*known, strict=True) if known else ((), (), ())
    columns = {
        "of_currency": pa.array(codes, pa.string()),
        "of_day": pa.array(days, pa.date32()),
        "rate": pa.array(values, pa.float64()),
    }
    daily = held(rows=pa.table(columns), beside=rows)
    joined = rows.left_join(daily, (rows.currency == daily.of_currency) & (rows[on] == daily.of_day))
    own = joined.currency.isnull() | (joined.currency == into)
    told = {
        name: ibis.ifelse(own, joined[name], (joined[name].cast("float64") * joined.rate).round(4).cast(EXACT))
        for name in amounts
    }
    return joined.mutate(**told).drop("of_currency", "of_day", "rate")


def reporting_currency(*, rows: Sequence[Mapping[str, Any]]) -> str:
    """This returns the `currency` that most of the rows are in, each weighing `n`; unnamed where none is named."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row["currency"]:
            counts[row["currency"]] += row["n"]
    return most_used(counts=counts) or UNNAMED


def passes_in(*, passes: ir.Table, prices: Prices) -> ir.Table:
    """This returns the passes with `amount` and `margin` as what their won orders are worth together.

    Passes of which no won order has a known worth have no amount, as in `core.journeys.building.rows`.
    """
    if prices.as_told:
        return passes
    ours = sold(passes=passes, prices=prices)
    sums = ours.group_by(of_record="record", of_number="pass").aggregate(
        worth=ours.worth.sum(), worth_margin=ours.worth_margin.sum()
    )
    plain = passes.drop("amount", "margin", "currency")
    joined = plain.left_join(sums, (plain.record == sums.of_record) & (plain["pass"] == sums.of_number))
    named = joined.mutate(
        amount=joined.worth.cast(EXACT),
        margin=joined.worth_margin.cast(EXACT),
        currency=ibis.literal(prices.currency, "string"),
    )
    return named.drop("of_record", "of_number", "worth", "worth_margin")


def sold(*, passes: ir.Table, prices: Prices, columns: Sequence[str] = ()) -> ir.Table:
    """This returns the won orders of the passes: `record`, `pass`, `by` and the `columns` of the pass, then those of orders."""
    return _with_orders(passes, prices, columns).filter(lambda row: row.won_on.notnull()).cache()


def pending(*, passes: ir.Table, prices: Prices, columns: Sequence[str] = ()) -> ir.Table:
    """This returns the open orders of the passes, with the same columns."""
    return _with_orders(passes, prices, columns).filter(lambda row: row.open).cache()


def _with_orders(passes: ir.Table, prices: Prices, columns: Sequence[str]) -> ir.Table:
    ours = passes.select("record", "pass", "by", *columns, nr=passes.deal_numbers.unnest())
    orders = prices.orders.rename(order_company="company")
    return ours.inner_join(orders, ours.nr == orders.deal_nr).drop("nr")


def _by_currency(rows: Any) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["currency"]] += row["n"]
    return dict(sorted(counts.items()))


def _worth(orders: ir.Table, *, mixed: bool) -> ir.Table:
    if not mixed:
        return orders.mutate(worth=orders.amount, worth_margin=orders.margin)
    total = (orders.amount_kind == AmountKind.TOTAL.value).fill_null(False)
    years = ibis.greatest(orders.term_months, YEAR)

    def of_a_year(amount: ir.Value) -> ir.Value:
        yearly = (amount.cast("float64") * YEAR / years).round(4).cast(EXACT)
        return ibis.ifelse(total, ibis.ifelse(orders.term_months.notnull(), yearly, None), amount)

    return orders.mutate(worth=of_a_year(orders.amount), worth_margin=of_a_year(orders.margin))
