"""The pipeline of a data folder, with its denominators."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.workflows.measuring.money.pipeline import pipeline
from funnelpact.workflows.measuring.scope import scope_of
from tests.worlds import kept


def test_win_rates_ages_and_the_dead(tmp_path: Path):
    """Of 100 opportunities of January 40 are won after ten days, 30 lost, 20 closed without a decision, 10 open."""
    lines = []
    for number in range(100):
        day = date(2026, 1, 1 + number % 28)
        end = "Won" if number < 40 else "Lost" if number < 70 else '"Lost no decision"'
        lines.append(f"lead l{number} {day} type=web")
        lines.append(f"deal d{number} of l{number} {day} amount=100 currency=EUR")
        lines += [f"deal d{number} > {end} {day + timedelta(days=10)}"] * (number < 90)
    scope = scope_of(store=kept("\n".join(lines), tmp_path), as_of=date(2026, 3, 15))
    measured = pipeline(scope=scope, horizon_days=90)
    found = {one.name: one for block in measured.blocks for one in block.rows[0].findings}

    assert found["win_rate"].value == Rate(Fraction(40, 70))
    assert found["broad_win_rate"].value == Rate(Fraction(40, 90))
    # 56 of them are 60 days old, which is the longest age that enough have reached.
    assert (found["close_rate"].n, found["close_rate"].value) == (56, Rate(Fraction(26, 56)))
    assert (found["close_rate_1"].n, found["close_rate_1"].value) == (0, None)
    assert found["mean_days_to_win"].value == 10
    assert (found["dead"].value, found["dead_amount"].value) == (10, Money(Fraction(1000), "EUR"))
    assert found["win_rate_with_dead"].value == Rate(Fraction(40, 100))
    assert measured.blocks[-1].name == "dead_pipeline"
