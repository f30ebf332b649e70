"""Money: exact, in one currency."""

from decimal import Decimal
from fractions import Fraction

import pytest

from funnelpact.core.terms.money import Money, one_currency
from funnelpact.core.terms.problem import CurrenciesMixed, UnknownCurrency, UnreadableNumber

EURO, LIRA = Money(Fraction(100), "EUR"), Money(Fraction(100), "TRY")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("500000", 500000, ""),
        ("500,000 EUR", 500000, "EUR"),
        ("€500,000", 500000, "EUR"),
        ("TRY 10", 10, "TRY"),
        ("10TL", 10, "TRY"),
        ("10 tl", 10, "TRY"),
        ("eur 10.50", Fraction(21, 2), "EUR"),
        ("10\u00a0CHF", 10, "CHF"),
        ("-€5", -5, "EUR"),
        ("€-5", -5, "EUR"),
        ("\u2212€5", -5, "EUR"),
        ("+5 USD", 5, "USD"),
        ("  7 ", 7, ""),
    ],
)
def test_what_people_write(text, amount, currency):
    """Symbol or code, before or after, with or without space or sign."""
    assert Money.parse(text) == Money(Fraction(amount), currency)


def test_decimal_comma():
    """With a decimal comma, the point groups thousands."""
    assert Money.parse("1.250.000,50 TL", decimal_mark=",") == Money(Fraction(2500001, 2), "TRY")


@pytest.mark.parametrize(
    "text", ["", "EUR", "500.000", "5 000 EUR", "€5 EUR", "--5", "-€-5", "5-", "1,00", "5" + " " * 9999 + "5"]
)
def test_what_is_no_amount(text):
    """What is no number, or could be two, is refused."""
    with pytest.raises(UnreadableNumber):
        Money.parse(text)


def test_the_whole_text_is_quoted():
    """The problem shows what was written, not the part at which reading stopped."""
    with pytest.raises(UnreadableNumber) as raised:
        Money.parse("500.000 EUR")

    assert raised.value.data["text"] == "500.000 EUR"


@pytest.mark.parametrize("text", ["5 EURO", "5 k", "5 %", "5 kuruş", "US$5", "5 €/month"])
def test_what_is_no_currency(text):
    """A unit that is neither a known sign nor three letters is refused, not dropped."""
    with pytest.raises(UnknownCurrency):
        Money.parse(text)


@pytest.mark.parametrize("amount", [0.5, Decimal("0.5"), "5"])
def test_only_exact_amounts(amount):
    """A float never becomes money, nor does any other kind of number."""
    with pytest.raises(TypeError):
        Money(amount, "EUR")


def test_no_float_times():
    """Money times a float is refused, because the product would no longer be exact."""
    with pytest.raises(TypeError):
        EURO * 0.5  # type: ignore[operator]


def test_arithmetic():
    """Sums, differences, multiples, quotients and shares are exact."""
    third = EURO.per(3)

    assert third + third + third == EURO
    assert EURO - third == third * 2
    assert EURO / third == 3


@pytest.mark.parametrize(
    "act",
    [
        lambda: EURO + LIRA,
        lambda: EURO - LIRA,
        lambda: EURO / LIRA,
        lambda: EURO < LIRA,
        lambda: EURO > LIRA,
        lambda: EURO <= LIRA,
        lambda: EURO + Money(Fraction(1)),
    ],
)
def test_currencies_never_mix(act):
    """Adding, subtracting, dividing and comparing across currencies is refused, a bare number being none of them."""
    with pytest.raises(CurrenciesMixed):
        act()


def test_the_same_figure_in_two_currencies_differs():
    """A hundred euros are not a hundred lira."""
    assert EURO != LIRA


def test_order():
    """Amounts of one currency are ordered."""
    small, large = Money(Fraction(1), "EUR"), Money(Fraction(2), "EUR")

    assert small < large
    assert small <= large
    assert large <= Money(Fraction(2), "EUR")
    assert max(small, large) == large


def test_one_currency():
    """Bare numbers take the currency that the others name; none if nobody names one."""
    bare = Money(Fraction(1))

    assert one_currency(bare, EURO, bare) == "EUR"
    assert one_currency(bare) == one_currency() == ""


def test_two_currencies():
    """Two named currencies are refused, and the problem names both."""
    with pytest.raises(CurrenciesMixed) as raised:
        one_currency(EURO, Money(Fraction(1)), LIRA)

    assert raised.value.data == {"first": "EUR", "second": "TRY"}
