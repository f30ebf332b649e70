"""Money by two roads: the engine's expressions, and plain Python over single facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from math import floor, isclose, sqrt
from typing import Any

import pytest

from funnelpact.core.facts.exchange import exchange_in, exchange_of
from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.orders import orders_of
from funnelpact.core.journeys.pricing import Prices, passes_in, priced, sold
from funnelpact.core.measure.counts.money.customers import customer_orders, customer_sums
from funnelpact.core.measure.counts.money.orders import order_sums
from funnelpact.core.measure.counts.money.spend import spent
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.money.customers import course
from tests.money_worlds import AS_OF, money_world
from tests.worlds import Row, engine_facts, mapping_of, passes_of, rows_of

BY_TYPE = Dimension("leads", "type", labelled=False)
SEEDS = range(5)


class Slow:
    """Everything about the money of a world, one fact after the other."""

    def __init__(self, world: str) -> None:
        self.rows = rows_of(world)
        self.types = {row["lead"]: row.get("type") for table, row in self.rows if table == "leads"}
        self.deals = [row for table, row in self.rows if table == "deals"]
        self.fx = [row for table, row in self.rows if table == "fx"]
        self.won = self._days("Won")
        counts = Counter(
            deal["currency"] for deal in self.deals if (deal.get("amount") or 0) > 0 and deal.get("currency")
        )
        self.currency = min(counts, key=lambda code: (-counts[code], code), default="")
        kinds = {deal.get("amount_kind") for deal in self.orders() if deal["deal"] in self.won}
        self.mixed = {"annual", "total"} <= kinds

    def _days(self, label: str) -> dict[str, date]:
        found: dict[str, date] = {}
        for table, row in self.rows:
            if table == "transitions" and row["label"] == label:
                found[row["subject"]] = min(found.get(row["subject"], date.max), row["happened_at"].date())
        return found

    def orders(self) -> list[Row]:
        """The deals with an amount above zero."""
        return [deal for deal in self.deals if (deal.get("amount") or 0) > 0]

    def told(self, one: str, other: str, on: date) -> tuple[date, Fraction] | None:
        """The newest rate of a pair by a day, either way round."""
        found = []
        for place, row in enumerate(self.fx):
            day, rate = row["happened_at"].date(), Fraction(str(row["rate"]))
            if day <= on and (row["base"], row["quote"]) == (one, other):
                found.append((day, 1, place, rate))
            if day <= on and (row["quote"], row["base"]) == (one, other):
                found.append((day, 0, place, 1 / rate))
        return (max(found)[0], max(found)[3]) if found else None

    def rate(self, code: str | None, on: date) -> Fraction | None:
        """What one of a currency costs in the reporting one."""
        if not code or code == self.currency:
            return Fraction(1)
        direct = self.told(code, self.currency, on)
        if direct:
            return direct[1]
        ways = []
        for third in ("EUR", "GBP", "JPY", "TRY", "USD"):
            if third not in {code, self.currency}:
                legs = self.told(code, third, on), self.told(third, self.currency, on)
                if legs[0] and legs[1]:
                    ways.append((min(legs[0][0], legs[1][0]), legs[0][1] * legs[1][1]))
        newest = max((day for day, _ in ways), default=None)
        return next((rate for day, rate in ways if day == newest), None)

    def booked(self, deal: Row) -> date:
        """The day at whose rate a deal counts."""
        said = deal.get("booked_on")
        day = said.date() if isinstance(said, datetime) else self.won.get(deal["deal"])
        return day or deal["happened_at"].date()

    def amount(self, deal: Row, name: str = "amount") -> float | None:
        """The amount or margin in the reporting currency."""
        if (deal.get("amount") or 0) <= 0 or deal.get(name) is None:
            return None
        rate = self.rate(deal.get("currency"), self.booked(deal))
        return None if rate is None else round(float(deal[name]) * float(rate), 4)

    def worth(self, deal: Row, name: str = "amount") -> float | None:
        """What it counts in sums over kinds of amount."""
        amount = self.amount(deal, name)
        if amount is None or not self.mixed or deal.get("amount_kind") != "total":
            return amount
        term = deal.get("term_months")
        return None if term is None else round(amount * 12 / max(12, term), 4)

    def segment(self, deal: Row) -> str | None:
        """The type of the lead of a deal."""
        return self.types.get(deal.get("lead") or "")

    def customer(self, deal: Row) -> str:
        """Who ordered."""
        linked = [row for table, row in self.rows if table == "customers" and row.get("deal") == deal["deal"]]
        first = min(linked, key=lambda row: row["customer"], default=None)
        return deal.get("company") or (first["customer"] if first else "") or deal.get("lead") or deal["deal"]


@cache
def measured(seed: int) -> tuple[Slow, Prices, Any, dict[str, Any]]:
    """The same world by both roads."""
    world = money_world(seed)
    rows = rows_of(world)
    facts, mapping = engine_facts(rows), mapping_of(rows)
    orders = orders_of(facts=facts, mapping=mapping).cache()
    prices = priced(orders=orders, exchange=exchange_in(fx=facts["fx"]))
    return Slow(world), prices, passes_of(rows, as_of=AS_OF, by=BY_TYPE), facts


def near(one: Any, other: Any) -> bool:
    """Whether two sums agree to a hundredth."""
    if one is None or other is None:
        return one is other
    return isclose(float(one), float(other), rel_tol=1e-9, abs_tol=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_are_exchanged_as_the_slow_road_does(seed: int):
    """Currency, day, amount, margin and worth of each deal, and what has no rate."""
    slow, prices, passes, _ = measured(seed)
    found = prices.orders.filter(prices.orders.won_on.notnull()).to_pyarrow().to_pylist()
    won = [deal for deal in slow.deals if deal["deal"] in slow.won]

    def cells(values: list[Any]) -> list[tuple[float, ...]]:
        return sorted(tuple(-1.0 if one is None else round(float(one), 3) for one in each) for each in values)

    assert prices.currency == slow.currency
    assert prices.mixed == slow.mixed
    assert cells([[row["amount"], row["margin"], row["worth"], row["worth_margin"]] for row in found]) == cells(
        [[slow.amount(deal), slow.amount(deal, "margin"), slow.worth(deal), slow.worth(deal, "margin")] for deal in won]
    )
    unpriced = Counter(deal["currency"] for deal in won if (deal.get("amount") or 0) > 0 and slow.amount(deal) is None)
    assert dict(prices.missing) == dict(unpriced)
    of_passes = passes_in(passes=passes, prices=prices)
    assert near(of_passes.amount.sum().to_pyarrow().as_py() or 0, sum(slow.worth(deal) or 0 for deal in won))


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_by_kind_are_those_of_the_slow_road(seed: int):
    """Counts, totals, squares and margins, and contracts told for a year."""
    slow, prices, passes, _ = measured(seed)
    found = order_sums(sold=sold(passes=passes, prices=prices))
    expected: dict[tuple[Any, Any], list[tuple[float | None, float | None]]] = defaultdict(list)
    for deal in (deal for deal in slow.deals if deal["deal"] in slow.won):
        amount, margin, kind = slow.amount(deal), slow.amount(deal, "margin"), deal.get("amount_kind")
        kind = "one_off" if kind == "one-off" else kind
        for segment in {ALL, slow.segment(deal)}:
            expected[kind, segment].append((amount, margin))
            if kind == "total":
                term = deal.get("term_months")
                yearly = [
                    None if one is None or term is None else round(one * 12 / term, 4) for one in (amount, margin)
                ]
                expected["yearly", segment].append((yearly[0], yearly[1]))

    assert {(kind, name) for kind, parts in found.items() for name in parts} == set(expected)
    for (kind, name), pairs in expected.items():
        sums, amounts = found[kind][name], [amount for amount, _ in pairs if amount is not None]
        both = [(amount, margin) for amount, margin in pairs if amount is not None and margin is not None]
        assert (sums.won, sums.count, sums.both) == (len(pairs), len(amounts), len(both))
        assert near(sums.total, sum(amounts))
        # Squares are taken of whole cents, so that their sum has no order.
        assert near(sums.squares, sum((floor(amount * 100 + 0.5) / 100) ** 2 for amount in amounts))
        assert near(sums.margins, sum(margin for _, margin in both))
        assert near(sums.products, sum(amount * margin for amount, margin in both))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_customers_order_is_that_of_the_slow_road(seed: int):
    """The mean by each age and its error, customer by customer."""
    horizon = 60
    slow, prices, passes, facts = measured(seed)
    orders = customer_orders(sold=sold(passes=passes, prices=prices, columns=("company",)), facts=facts)
    found = customer_sums(orders=orders, as_of=AS_OF, horizon_days=horizon, enough=1)[ALL]
    by_customer: dict[str, list[Row]] = defaultdict(list)
    for deal in (deal for deal in slow.deals if deal["deal"] in slow.won):
        by_customer[slow.customer(deal)].append(deal)
    lives = []
    for deals in by_customer.values():
        first = min(slow.won[deal["deal"]] for deal in deals)
        aged = [((slow.won[deal["deal"]] - first).days, slow.worth(deal)) for deal in deals]
        lives.append((min(horizon, (AS_OF - first).days), [(age, worth) for age, worth in aged if age <= horizon]))
    known = [worth for _, aged in lives for _, worth in aged if worth is not None]
    mean_known = sum(known) / len(known)
    reach = min(horizon, max(seen for seen, _ in lives))

    def at(age: int, aged: list[tuple[int, float | None]]) -> float:
        return sum(mean_known if worth is None else worth for day, worth in aged if day == age)

    watched = [[aged for seen, aged in lives if seen >= age] for age in range(reach + 1)]
    means = [sum(at(age, aged) for aged in here) / len(here) for age, here in enumerate(watched)]
    errors = [
        sum((at(age, aged) - means[age]) / len(watched[age]) for age in range(min(seen, reach) + 1))
        for seen, aged in lives
    ]
    result = course(sums=found, days=reach, of="amounts")

    assert found.customers == len(lives)
    assert near(result.mean[-1], sum(means))
    assert isclose(result.error, sqrt(sum(error**2 for error in errors)), rel_tol=1e-6, abs_tol=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_spend_is_that_of_the_slow_road(seed: int):
    """By type, at the rate of its day; what has no rate is counted and in no sum."""
    slow, _, _, facts = measured(seed)
    rows = rows_of(money_world(seed))
    found = spent(
        facts=facts, mapping=mapping_of(rows), by="type", exchange=exchange_in(fx=facts["fx"]), into=slow.currency
    )
    sums: dict[Any, float] = defaultdict(float)
    unpriced: Counter[str] = Counter()
    days = []
    for row in (row for table, row in rows if table == "spend"):
        day = row["happened_at"].date()
        days.append(day)
        rate = slow.rate(row.get("currency"), day)
        if rate is None:
            unpriced[row["currency"]] += 1
        for name in {ALL, row.get("type")}:
            sums[name] += float(row["amount"]) * float(rate or 0)

    assert found is not None
    assert (found.first_on, found.last_on) == (min(days), max(days))
    assert dict(found.unpriced) == dict(unpriced)
    assert found.amounts.keys() == sums.keys()
    assert all(near(found.amounts[name], amount) for name, amount in sums.items())


def test_a_rate_that_cannot_be_is_none():
    """Zero, less and infinity are no prices, and a currency costs one of itself."""
    day = date(2026, 1, 1)
    rows = [("USD", "EUR", day, rate) for rate in (0.0, -1.0, float("inf"))]

    assert exchange_of(rows=rows).rate(of="USD", into="EUR", on=day) is None
    assert exchange_of(rows=rows).rate(of="USD", into="USD", on=day) == 1
