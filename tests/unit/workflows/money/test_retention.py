"""Retention of a data folder, by owner and in one currency."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from funnelpact.core.journeys.dimensions import BreakdownUnknown
from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.core.terms.quantity import Rate, Ratio
from funnelpact.workflows.measuring.money.retention import NoCustomers, retention
from funnelpact.workflows.measuring.scope import scope_of
from tests.worlds import kept


def company(count: int = 40) -> str:
    """Customers of 2024, half of them Ayşe’s; on their second anniversary in 2026 every fourth churns, every other fourth grows."""
    lines = ["lead a 2024-01-01"]
    for number in range(count):
        lines.append(
            f"customer k{number} 2024-03-01 recurring=100 currency=EUR owner={'ben' if number % 2 else 'ayse'}"
        )
        outcome, after = (("churned", 0), ("renewed", 100), ("expanded", 150), ("renewed", 100))[number % 4]
        lines.append(
            f"renewal r{number} 2026-03-01 customer=k{number} outcome={outcome} amount_after={after} currency=EUR"
        )
    return "\n".join(lines)


def told(folder: Path, world: str, **asked: str) -> Measured:
    """What retention says of a world."""
    scope = scope_of(store=kept(world, folder), as_of=date(2026, 6, 30))
    return retention(scope=scope, **asked)


def row(measured: Measured, block: str, name: str | None) -> dict[str, Finding]:
    """The findings of one row."""
    found = next(each for each in measured.blocks if each.name == block)
    return {one.name: one for one in next(each for each in found.rows if each.name == name).findings}


def test_the_year_to_the_day_and_by_owner(tmp_path: Path):
    """All 40: three of four stay, with 75 % of the money, and with growth 87.5 %; those who churned were all Ayşe’s."""
    measured = told(tmp_path, company(), by="Owner")
    whole, ayse, ben = (row(measured, "retention", name) for name in ("", "ayse", "ben"))

    assert whole["logo_retention"].value == whole["grr"].value == Rate(Fraction(3, 4))
    assert whole["nrr"].value == Ratio(Fraction(7, 8))
    assert whole["renewal_rate"].value == Rate(Fraction(3, 4))
    assert ayse["grr"].value == Rate(Fraction(1, 2))
    assert ben["grr"].value == Rate(Fraction(1))
    assert {block.name for block in measured.blocks} == {"retention", "retention_by_quarter", "churn"}
    assert row(measured, "retention_by_quarter", "2025-12-31")["logo_retention"].value == Rate(Fraction(1))


def test_a_rate_of_exchange_is_neither_growth_nor_loss(tmp_path: Path):
    """Dollars that double in price between both ends."""
    dollars = company().replace("currency=EUR", "currency=USD")
    rates = "fx a 2025-06-01 base=USD quote=EUR rate=1\nfx b 2026-06-01 base=USD quote=EUR rate=2"
    measured = told(tmp_path, f"{dollars}\n{rates}", currency="EUR")

    assert row(measured, "retention", "")["nrr"].value == Ratio(Fraction(7, 8))


def test_what_cannot_be_told(tmp_path: Path):
    """Nobody to retain, and a breakdown that customers do not have."""
    with pytest.raises(NoCustomers):
        told(tmp_path / "a", "lead a 2026-01-01")
    with pytest.raises(BreakdownUnknown) as caught:
        told(tmp_path / "b", company(2), by="planet")

    assert caught.value.data["names"] == ("owner", "team")
