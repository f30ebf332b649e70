"""Rules about money, each where it fires and where it must not."""

from __future__ import annotations

from tests.quality_worlds import counted, found


def won(*amounts: str, currency: str = "EUR") -> str:
    """Won deals with these amounts; an empty one is missing."""
    deals = [
        f"deal {currency}{number} 2026-01-01{f' amount={amount} currency={currency}' if amount else ''}\n"
        f"deal {currency}{number} > Won 2026-02-01"
        for number, amount in enumerate(amounts)
    ]
    return "\n".join(deals)


def test_amounts_without_currency():
    """One of two amounts; where no amount has a currency, the company has one and does not name it."""
    world = "deal a 2026-01-01 amount=5\ndeal b 2026-01-01 amount=5 currency=EUR\ndeal c 2026-01-01"

    assert counted("amount-without-currency", world) == (1, 2)
    assert counted("amount-without-currency", "deal a 2026-01-01 amount=5") is None


def test_currencies_that_nobody_can_convert():
    """Liras beside more euros and no rate between them; dollars have one, whichever way round."""
    world = won("1", "2", "3") + won("4", "5", currency="TRY") + won("6", currency="USD")
    world = world.replace("deal TRY0 2", "\ndeal TRY0 2").replace("deal USD0 2", "\ndeal USD0 2")
    said = found("currency-without-rate", world + "\nfx USD EUR")

    assert said is not None
    assert (said.count, said.rows, said.examples) == (2, 6, ("TRY",))
    assert counted("currency-without-rate", world + "\nfx EUR USD\nfx TRY EUR") == (0, 6)


def test_won_deals_without_an_amount():
    """One of two; lost ones need none; where no deal has an amount, the source does not tell."""
    world = won("5", "") + "\ndeal c 2026-01-01\ndeal c > Lost 2026-01-05"

    assert counted("won-without-amount", world) == (1, 2)
    assert counted("won-without-amount", won("", "")) is None


def test_won_amounts_of_nothing_and_less():
    """Zero and minus; those of lost deals do not matter."""
    world = won("5", "0", "-3", "") + "\ndeal c 2026-01-01 amount=0\ndeal c > Lost 2026-01-05"

    assert counted("won-amount-not-positive", world) == (2, 3)


def test_amounts_far_beyond_the_median():
    """101 times the median, of the same currency; 100 times is none yet."""
    world = won("10", "10", "10", "1000", "1010") + "\n" + won("5000", "5000", currency="JPY")
    said = found("amount-outlier", world)

    assert said is not None
    assert (said.count, said.rows, said.examples) == (1, 7, ("EUR4",))
