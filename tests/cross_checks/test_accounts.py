"""Accounts by the engine and by plain Python, in companies of random customers."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from funnelpact.core.journeys.accounts import accounts
from funnelpact.core.journeys.building.identity import as_one, merged_into
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.mapping import FunnelMapping
from tests.cross_checks.slow_accounts import Row, slow_accounts
from tests.worlds import engine_facts

AS_OF = date(2026, 5, 20)
BEGUN = datetime(2025, 10, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Istanbul", "America/New_York", "Pacific/Auckland")
CUSTOMERS = ("k", "l", "m", "n")
SEEDS = int(os.environ.get("FUNNELPACT_ACCOUNTS", "16"))
OUTCOMES = (None, "Renewed", "expanded", "Contracted", "Churned", "CHURN")


def amount(dice: random.Random) -> Decimal | None:
    """None, or one of few, so that equal ones meet."""
    return dice.choice([None, Decimal(0), Decimal(100), Decimal("120.5"), Decimal(300)])


def world(dice: random.Random) -> list[tuple[str, Row]]:
    """Customers of one or two rows, some merged, with renewals and ratings before, at and after the turn of months."""
    rows: list[tuple[str, Row]] = []

    def add(table: str, **said: Any) -> None:
        # Most of what is wrong with months is wrong at their edges.
        month = datetime(2025 + dice.randint(10, 18) // 13, dice.randint(1, 12), 1, tzinfo=UTC)
        at = dice.choice(
            [BEGUN + timedelta(hours=dice.randint(0, 24 * 260)), month + timedelta(hours=dice.randint(-14, 14))]
        )
        precision = dice.choice(["day", "instant"])
        at = at.replace(hour=0) if precision == "day" else at
        common = {"source": "test", "source_id": f"{table}{len(rows)}", "happened_at": at, "precision": precision}
        rows.append((table, {**common, "batch": dice.randint(1, 3), **said}))

    for customer in CUSTOMERS:
        for _ in range(dice.randint(0, 2)):
            said = {"currency": dice.choice([None, "EUR", "TRY"]), "owner": dice.choice([None, "ayse", "bora"])}
            add("customers", customer=customer, recurring=amount(dice), labels=[], **said)
    for _ in range(dice.randint(0, 14)):
        money = {"amount_before": amount(dice), "amount_after": amount(dice)}
        add("renewals", customer=dice.choice(CUSTOMERS), outcome=dice.choice(OUTCOMES), **money)
    for _ in range(dice.randint(0, 10)):
        score = {"score": dice.choice([None, 1.0, 4.0, 5.0]), "scale": dice.choice([None, 0, 5, 10])}
        add("ratings", customer=dice.choice(CUSTOMERS), **score)
    if dice.random() < 0.3:
        add("merges", subject="l", subject_kind="customer", into="k", undone=False)
    return rows


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_column_of_every_month_is_that_of_the_slow_count(seed: int):
    """Zone and fiscal year differ from seed to seed; the fiscal year changes nothing, because its months are the calendar's."""
    dice = random.Random(seed)
    rows, zone = world(dice), ZONES[seed % len(ZONES)]
    mapping = FunnelMapping(zone=zone, fiscal_month=1 + seed % 12)
    known = happened_by(facts=engine_facts(rows), as_of=AS_OF, zone=zone)
    known = as_one(facts=known, into=merged_into(merges=known["merges"]))
    found = accounts(facts=known, mapping=mapping, as_of=AS_OF).to_pyarrow().to_pylist()
    numbers = {row.pop("customer_nr"): row["customer"] for row in found}
    slow = slow_accounts(rows, AS_OF, zone)

    assert len(set(numbers.values())) == len(numbers)
    assert in_order(found) == in_order(slow)


def in_order(rows: list[Row]) -> list[Row]:
    """The rows as they can be compared: by customer and month, sums of shares to the ninth decimal."""
    ordered = sorted(rows, key=lambda row: (row["customer"], row["month"]))
    return [{**row, "rated": round(row["rated"], 9)} for row in ordered]


def test_the_worlds_hold_what_goes_wrong():
    """In them there is everything that accounts count."""
    told = [row for seed in range(SEEDS) for row in slow_accounts(world(random.Random(seed)), AS_OF, ZONES[seed % 4])]

    for column in ("renewals", "expanded", "contracted", "churned", "ratings", "rated"):
        assert sum(1 for row in told if row[column]) >= 5, column
    assert any(row["recurring_before"] is None and not row["started"] for row in told)
    assert any(row["recurring_after"] == 0 != row["recurring_before"] for row in told)
