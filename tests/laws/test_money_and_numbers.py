"""What holds for money, and for numbers that are written and read back."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelpact.core.terms.money import Money, one_currency
from funnelpact.core.terms.problem import CurrenciesMixed, UnreadableNumber
from funnelpact.core.terms.quantity import Rate, read_number
from funnelpact.core.view.language import ENGLISH, TURKISH

languages = st.sampled_from([ENGLISH, TURKISH])
currencies = st.sampled_from(["", "EUR", "USD", "TRY", "GBP", "CHF", "JPY"])
cents = st.integers(-(10**15), 10**15).map(lambda number: Fraction(number, 100))
monies = st.builds(Money, cents, currencies)


@given(monies, monies)
def test_currencies_never_mix(one, other):
    """Two amounts add, subtract, compare and divide in one currency or not at all."""
    acts: list[Callable[[], object]] = [
        lambda: one + other,
        lambda: one - other,
        lambda: one < other,
        lambda: one <= other,
        lambda: one / (other if other.amount else Money(Fraction(1), other.currency)),
    ]
    for act in acts:
        if one.currency == other.currency:
            assert act() is not None
        else:
            with pytest.raises(CurrenciesMixed):
                act()


@given(st.lists(monies, max_size=5))
def test_one_currency_is_the_only_one_named(amounts):
    """A list of amounts has a currency if it names one at most."""
    named = {amount.currency for amount in amounts} - {""}
    if len(named) > 1:
        with pytest.raises(CurrenciesMixed):
            one_currency(*amounts)
    else:
        assert one_currency(*amounts) == "".join(named)


@given(st.builds(Money, cents, st.just("EUR")), st.integers(1, 1000))
def test_shares_of_an_amount_sum_to_it(amount, count):
    """Split evenly and put together again, an amount loses nothing."""
    assert amount.per(count) * count == amount


@given(monies, languages)
def test_money_survives_writing_and_reading(amount, language):
    """Money written by a language is read as the same amount in the same currency by that language."""
    assert Money.parse(language.write(amount), decimal_mark=language.decimal_mark) == amount


@given(cents, languages)
def test_numbers_survive_writing_and_reading(number, language):
    """So is a number with up to two decimals."""
    assert read_number(language.write(number), decimal_mark=language.decimal_mark) == number


@given(st.integers(0, 10_000), languages)
def test_rates_survive_writing_and_reading(hundredths, language):
    """So is a percentage with up to two decimals."""
    rate = Rate(Fraction(hundredths, 10_000))

    assert Rate.parse(language.write(rate), decimal_mark=language.decimal_mark) == rate


@given(st.from_regex(r"[+-]?(0|[1-9]?[0-9]{0,4})([.,][0-9]{1,4}){0,3}[.,]?", fullmatch=True))
def test_no_text_has_two_meanings(text):
    """A text that both languages read as a number is the same number in both."""
    meanings = set()
    for language in (ENGLISH, TURKISH):
        try:
            meanings.add(read_number(text, decimal_mark=language.decimal_mark))
        except UnreadableNumber:
            continue

    assert len(meanings) <= 1


@given(st.fractions(-(10**9), 10**9, max_denominator=10**6), st.integers(0, 6), languages)
def test_writing_rounds_to_the_nearest(number, places, language):
    """A number with so many decimals is off by half of the last one at most, halves going away from zero."""
    written = (
        language.number(number, places=places).replace(language.group_mark, "").replace(language.decimal_mark, ".")
    )
    error = abs(Fraction(written.replace("\u2212", "-"))) - abs(number)

    assert Fraction(-1, 2 * 10**places) < error <= Fraction(1, 2 * 10**places)
