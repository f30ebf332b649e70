"""Small random companies with money: several currencies, kinds of amount, margins, customers, rates with gaps, spend."""

from __future__ import annotations

import random
from datetime import date, timedelta

FIRST = date(2026, 1, 1)
AS_OF = date(2026, 6, 30)


def money_world(seed: int) -> str:
    """A company of some leads and deals; the same seed gives the same one."""
    dice = random.Random(seed)
    leads = [f"l{number}" for number in range(12)]
    lines = [f"lead {lead} {_day(dice, 60)} {_maybe(dice, 'type=', 'web', 'chat')}" for lead in leads]
    for number in range(18):
        opened = _day(dice, 90)
        of = f"of {dice.choice(leads)}" if dice.random() < 0.9 else ""
        said = " ".join(
            (
                _maybe(dice, "amount=", "100", "250.5", "0", "99999.99", "730"),
                _maybe(dice, "margin=", "40", "-5", "300.25"),
                _maybe(dice, "currency=", "EUR", "EUR", "USD", "TRY", "JPY"),
                _maybe(dice, "amount_kind=", "annual", "total", "one-off"),
                _maybe(dice, "term_months=", "6", "24", "36"),
                _maybe(dice, "company=", "A", "B", "C", "D"),
            )
        )
        booked = f"booked_on={opened + timedelta(days=dice.randint(0, 90))}" if dice.random() < 0.5 else ""
        lines.append(f"deal d{number} {of} {opened} {said} {booked}")
        if dice.random() < 0.8:
            end = dice.choice(["Won", "Won", "Won", "Lost", '"Lost no decision"'])
            lines.append(f"deal d{number} > {end} {opened + timedelta(days=dice.randint(0, 80))}")
    for number in range(dice.randint(0, 10)):
        base, quote = dice.sample(["EUR", "USD", "TRY", "GBP"], 2)
        lines.append(
            f"fx f{number} {_day(dice, 120)} base={base} quote={quote} rate={dice.choice([0.5, 1.25, 40, 0.03])}"
        )
    for number in range(dice.randint(1, 6)):
        said = _maybe(dice, "type=", "web", "chat", "fair") + _maybe(dice, " currency=", "EUR", "USD", "JPY")
        lines.append(f"spend s{number} {_day(dice, 120)} amount={dice.choice([10, 25.5, 300])} {said}")
    for number in range(dice.randint(0, 4)):
        lines.append(f"customer k{number} {_day(dice, 120)} deal=d{dice.randint(0, 17)}")
    return "\n".join(lines)


def _day(dice: random.Random, days: int) -> date:
    return FIRST + timedelta(days=dice.randint(0, days))


def _maybe(dice: random.Random, before: str, *words: str) -> str:
    return before + dice.choice(words) if dice.random() < 0.8 else ""


def customer_world(seed: int) -> str:
    """Customers of three years with renewals, ratings and rates that have gaps; the same seed gives the same ones."""
    dice = random.Random(seed)
    lines = []
    for number in range(16):
        start = date(2023, 1, 1) + timedelta(days=dice.randint(0, 900))
        said = f"{_maybe(dice, 'recurring=', '100', '250.5', '0')} {_maybe(dice, 'owner=', 'ayse', 'ben')}"
        lines.append(f"customer k{number} {start} {said} {_maybe(dice, 'currency=', 'EUR', 'EUR', 'USD', 'JPY')}")
        for turn in range(dice.randint(0, 4)):
            day = start + timedelta(days=365 * (turn + 1) + dice.randint(-20, 20))
            outcome = dice.choice(["renewed", "contracted", "expanded", "churned", ""])
            amounts = (
                f"{_maybe(dice, 'amount_before=', '100', '90')} {_maybe(dice, 'amount_after=', '80', '130', '100')}"
            )
            currency = _maybe(dice, "currency=", "EUR", "USD")
            lines.append(
                f"renewal r{number}-{turn} {day} customer=k{number} {f'outcome={outcome}' if outcome else ''} {amounts} {currency}"
            )
            if outcome == "churned":
                break
        for turn in range(dice.randint(0, 3)):
            day = date(2025, 6, 1) + timedelta(days=dice.randint(0, 500))
            score = dice.choice(
                ["score=4 scale=5", "score=3 scale=5", "score=8 scale=10", "score=7 scale=10", "score=5"]
            )
            lines.append(f"rating q{number}-{turn} {day} customer=k{number} {score}")
    for number in range(dice.randint(0, 5)):
        day = date(2023, 1, 1) + timedelta(days=dice.randint(0, 1000))
        lines.append(f"fx f{number} {day} base=USD quote=EUR rate={dice.choice([0.5, 0.9, 1.1])}")
    return "\n".join(lines)
