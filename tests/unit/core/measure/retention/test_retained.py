"""Logo, gross and net retention from sums of customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from funnelpact.core.measure.population import About
from funnelpact.core.measure.retention.retained import NOBODY, retention_findings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate, Ratio

OF: About = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}
# Forty customers of 10 each: 4 churn, 6 shrink by half, 10 double.
SUMS = replace(
    NOBODY,
    customers=40,
    stayed=36,
    known=40,
    start=Fraction(400),
    kept=Fraction(330),
    contraction=Fraction(30),
    churn=Fraction(40),
    expansion=Fraction(100),
    end=Fraction(430),
    start_squares=Fraction(4_000),
    kept_squares=Fraction(3_150),
    start_kept=Fraction(3_300),
    end_squares=Fraction(6_150),
    start_end=Fraction(4_300),
)


def test_the_three_quotients():
    """GRR counts no expansion, NRR does and may exceed one; all have a range around them."""
    logo, gross, net = retention_findings(sums=SUMS, currency="EUR", of=OF)

    assert (logo.value, gross.value, net.value) == (
        Rate(Fraction(9, 10)),
        Rate(Fraction(33, 40)),
        Ratio(Fraction(43, 40)),
    )
    assert isinstance(gross.low, Rate)
    assert isinstance(gross.high, Rate)
    assert gross.low < gross.value < gross.high  # type: ignore[operator]
    # Residuals of 40 customers: each customer’s end - 1.075 × 10, squared, over 39, times 40, over 400.
    residuals = 4 * 10.75**2 + 6 * 5.75**2 + 10 * 9.25**2 + 20 * 0.75**2
    assert isinstance(net.high, Ratio)
    assert abs(float(net.high.value) - (1.075 + 1.959964 * (residuals * 40 / 39) ** 0.5 / 400)) < 1e-6


def test_gross_retention_never_exceeds_one():
    """Not even its range, where nobody shrinks."""
    kept = replace(SUMS, stayed=40, kept=Fraction(400), contraction=Fraction(0), churn=Fraction(0), end=Fraction(500))
    _, gross, _ = retention_findings(
        sums=replace(kept, kept_squares=Fraction(4_100), start_kept=Fraction(4_000)), currency="EUR", of=OF
    )

    assert gross.value == gross.high == Rate(Fraction(1))


def test_customers_without_an_amount_are_said():
    """They are logos, and in no sum; with fewer than ten known ones there is no quotient."""
    some = retention_findings(sums=replace(SUMS, customers=45), currency="EUR", of=OF)[1]
    few = retention_findings(sums=replace(SUMS, known=9), currency="EUR", of=OF)[1]

    assert [caution.id for caution in some.cautions] == ["caution.amounts_unknown"]
    assert (few.value, [caution.id for caution in few.cautions]) == (None, ["caution.too_few_amounts"])
