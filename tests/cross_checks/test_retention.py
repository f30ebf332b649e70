"""Retention by three roads: the engine's expressions, plain Python over single facts, SQL written by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from functools import cache
from math import isclose
from typing import Any

import duckdb
import pytest

from funnelpact.core.facts.exchange import exchange_in
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.measure.counts.money.churn import Rated, churn_tables, due, rated
from funnelpact.core.measure.counts.money.retention import (
    Kept,
    Span,
    customers_of,
    kept,
    renewals_of,
    spans_of_all,
    spans_of_starts,
)
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.population import About
from funnelpact.core.measure.retention.retained import NOBODY, retention_findings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate, Ratio
from tests.money_worlds import customer_world
from tests.worlds import Row, arrow_facts, engine_facts, rows_of

AS_OF = date(2026, 6, 30)
YEAR = Span(name="year", first=date(2025, 6, 30), last=AS_OF)
OF: About = {"population": Message("population.all"), "as_of": AS_OF, "known_at": None}
SEEDS = range(6)


class Slow:
    """Customers of a world, one fact after the other, in euros."""

    def __init__(self, seed: int) -> None:
        rows = [(table, row) for table, row in rows_of(customer_world(seed)) if row["happened_at"].date() <= AS_OF]
        self.customers = [row for table, row in rows if table == "customers"]
        self.renewals = [row for table, row in rows if table == "renewals"]
        self.ratings = [row for table, row in rows if table == "ratings"]
        self.fx = [row for table, row in rows if table == "fx"]

    def rate(self, code: str | None, on: date) -> float | None:
        """Euros for one of a currency."""
        known = [
            (row["happened_at"], place, float(row["rate"]))
            for place, row in enumerate(self.fx)
            if row["happened_at"].date() <= on
        ]
        return 1.0 if code in {None, "EUR"} else max(known)[2] if code == "USD" and known else None

    def events(self, customer: Row) -> list[Row]:
        """The renewals of a customer in order."""
        return sorted(
            (row for row in self.renewals if row["customer"] == customer["customer"]),
            key=lambda row: (row["happened_at"], row["batch"], row["source_id"]),
        )

    def at(self, customer: Row, on: date, rate_on: date) -> tuple[bool, float | None]:
        """Whether the customer has gone by a day, and the recurring amount then."""
        events = self.events(customer)
        amount, code = customer.get("recurring"), customer.get("currency")
        if amount is None:
            before = next((row for row in events if row.get("amount_before") is not None), None)
            amount, code = (before["amount_before"], before.get("currency")) if before else (None, None)
        gone = False
        for row in (row for row in events if row["happened_at"].date() <= on):
            outcome, own = row.get("outcome") or "", row.get("currency") or customer.get("currency")
            if outcome == "churned":
                gone, amount, code = True, 0, own
            elif row.get("amount_after") is not None:
                gone, amount, code = False, row["amount_after"], own
            elif outcome in {"contracted", "expanded"}:
                gone, amount, code = False, None, own
        rate = self.rate(code, rate_on)
        return gone, None if amount is None or rate is None else round(float(amount) * rate, 4)

    def kept(self, spans: list[tuple[Row, date, date]]) -> dict[Any, dict[str, float]]:
        """The sums by owner and of all."""
        found: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for customer, first, last in spans:
            gone, start = self.at(customer, first, first)
            left, end = self.at(customer, last, first)
            if gone:
                continue
            for name in {ALL, customer.get("owner")}:
                sums = found[name]
                sums["customers"] += 1
                sums["stayed"] += not left
                if start is None or end is None:
                    continue
                sums["known"] += 1
                sums["start"] += start
                sums["end"] += end
                sums["kept"] += min(start, end)
                sums["contraction"] += start - end if 0 < end < start else 0
                sums["churn"] += start if end == 0 else 0
                sums["expansion"] += max(0.0, end - start)
                sums["start_end"] += start * end
                sums["kept_squares"] += min(start, end) ** 2
        return found


@cache
def measured(seed: int) -> tuple[Slow, Any, Any, dict[str, Any]]:
    """The same customers by both roads."""
    facts = happened_by(facts=engine_facts(rows_of(customer_world(seed))), as_of=AS_OF, zone="UTC")
    mapping = FunnelMapping()
    return (
        Slow(seed),
        customers_of(facts=facts, mapping=mapping, by="owner"),
        renewals_of(facts=facts, mapping=mapping),
        facts,
    )


def same(found: Kept, sums: dict[str, float]) -> bool:
    """Whether all sums agree."""
    return all(isclose(float(getattr(found, name)), sums[name], rel_tol=1e-9, abs_tol=0.01) for name in sums)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_of_customers_is_that_of_the_slow_road(seed: int):
    """Who was there, who stayed, and every sum of amounts, at the rate of the first day; and the laws of the quotients."""
    slow, customers, renewals, facts = measured(seed)
    found = kept(
        customers=customers,
        renewals=renewals,
        spans=spans_of_all(customers=customers, spans=[YEAR]),
        exchange=exchange_in(fx=facts["fx"]),
        into="EUR",
    )["year"]
    there = [(row, YEAR.first, YEAR.last) for row in slow.customers if row["happened_at"].date() <= YEAR.first]
    expected = slow.kept(there)

    assert found.keys() == expected.keys()
    assert all(same(found[name], sums) for name, sums in expected.items())
    for sums in found.values():
        assert sums.start - sums.contraction - sums.churn == sums.kept
        assert sums.start + sums.expansion - sums.contraction - sums.churn == sums.end
        _, gross, net = retention_findings(sums=sums, currency="EUR", of=OF)
        if isinstance(gross.value, Rate) and isinstance(net.value, Ratio):
            assert gross.value.value <= min(Fraction(1), net.value.value)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_after_the_start_is_that_of_the_slow_road(seed: int):
    """Each customer from its own day on; those whose year is not over are not in it."""
    slow, customers, renewals, facts = measured(seed)
    span = Span(name="2024", first=date(2023, 12, 31), last=date(2025, 7, 20))
    found = kept(
        customers=customers,
        renewals=renewals,
        spans=spans_of_starts(customers=customers, spans=[span], as_of=AS_OF),
        exchange=exchange_in(fx=facts["fx"]),
        into="EUR",
    ).get("2024", {})
    years = []
    for row in slow.customers:
        start = row["happened_at"].date()
        end = (
            start.replace(year=start.year + 1)
            if (start.month, start.day) != (2, 29)
            else start.replace(start.year + 1, 2, 28)
        )
        if span.first < start <= span.last and end <= AS_OF:
            years.append((row, start, end))
    expected = slow.kept(years)

    assert found.keys() == expected.keys()
    assert all(same(found[name], sums) for name, sums in expected.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_churn_renewals_and_ratings_are_those_of_the_slow_road(seed: int):
    """Customers by age and end, watched from the first renewal on; what fell due; ratings by their scale."""
    slow, customers, renewals, facts = measured(seed)
    owners = {row["customer"]: row.get("owner") for row in slow.customers}
    first = min((row["happened_at"].date() for row in slow.renewals), default=None)
    cells: Counter[tuple[int, int, bool]] = Counter()
    for row in slow.customers:
        start = row["happened_at"].date()
        churns = [event["happened_at"].date() for event in slow.events(row) if event.get("outcome") == "churned"]
        entry = max(0, (first - start).days) if first else 0
        age = ((min(churns) if churns else AS_OF) - start).days
        if age >= entry:
            cells[entry, age, bool(churns)] += 1
    table = churn_tables(customers=customers, renewals=renewals, as_of=AS_OF)[ALL]
    ended = {
        (age, gone): sum(n for (_, at, left), n in cells.items() if (at, left) == (age, gone)) for _, age, gone in cells
    }
    assert {(age, True): n for age, n in enumerate(table.moved) if n} | {
        (age, False): n for age, n in enumerate(table.open) if n
    } == ended
    assert Counter({age: n for age, n in enumerate(table.entered) if n}) == Counter(
        {age: sum(n for (entry, _, _), n in cells.items() if entry == age) for age, _, _ in cells}
    )
    fell = due(customers=customers, renewals=renewals, first=YEAR.first, last=YEAR.last)
    mine = [row for row in slow.renewals if YEAR.first < row["happened_at"].date() <= YEAR.last]
    silent = [row for row in mine if not row.get("outcome") and row.get("amount_after") is None]
    gone = [row for row in mine if row.get("outcome") == "churned"]
    if mine:
        assert (fell[ALL].renewed, fell[ALL].churned, fell[ALL].silent) == (
            len(mine) - len(gone) - len(silent), len(gone), len(silent),
        )  # fmt: skip
    told = rated(facts=facts, mapping=FunnelMapping(), customers=customers, spans=[("all", date(2025, 1, 1), AS_OF)])
    for name, ours in told["all"].items():
        rows = [row for row in slow.ratings if name in {ALL, owners[row["customer"]]}]
        scaled = [row for row in rows if row.get("scale")]
        assert ours == Rated(
            ratings=len(scaled),
            satisfied=sum(Fraction(row["score"]) / row["scale"] >= Fraction(4, 5) for row in scaled),
            customers=len({row["customer"] for row in scaled}),
            unscaled=len(rows) - len(scaled),
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_logos_are_those_of_sql(seed: int):
    """Customers there at the beginning, and of them those not churned since, written as a query by hand."""
    _, customers, renewals, facts = measured(seed)
    found = kept(
        customers=customers,
        renewals=renewals,
        spans=spans_of_all(customers=customers, spans=[YEAR]),
        exchange=exchange_in(fx=facts["fx"]),
        into="EUR",
    )["year"].get(ALL, NOBODY)
    tables = arrow_facts(rows_of(customer_world(seed)))
    with duckdb.connect() as engine:
        for name in ("customers", "renewals"):
            engine.register(name, tables[name].cast(tables[name].schema))
        row = engine.execute(
            """
            WITH told AS (
                SELECT customer, happened_at::DATE AS day, coalesce(outcome, '') = 'churned' AS gone,
                       row_number() OVER (PARTITION BY customer ORDER BY happened_at, source_id) AS nr
                FROM renewals
                WHERE coalesce(outcome, '') IN ('churned', 'contracted', 'expanded') OR amount_after IS NOT NULL
            ),
            ends AS (
                SELECT c.customer,
                       coalesce((SELECT arg_max(gone, nr) FROM told t WHERE t.customer = c.customer AND day <= ?), FALSE) AS b,
                       coalesce((SELECT arg_max(gone, nr) FROM told t WHERE t.customer = c.customer AND day <= ?), FALSE) AS a
                FROM customers c WHERE c.happened_at::DATE <= ?
            )
            SELECT count(*) FILTER (WHERE NOT b), count(*) FILTER (WHERE NOT b AND NOT a) FROM ends
            """,
            [YEAR.first, YEAR.last, YEAR.first],
        ).fetchone()

    assert row == (found.customers, found.stayed)
