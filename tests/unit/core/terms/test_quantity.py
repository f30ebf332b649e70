"""Rates, rounding, and numbers read without guessing."""

from fractions import Fraction

import pytest

from funnelpact.core.terms.problem import RateOutOfRange, UnreadableNumber
from funnelpact.core.terms.quantity import LONGEST_NUMBER, Rate, Rounding, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("34%", Fraction(34, 100)),
        ("%34", Fraction(34, 100)),
        ("34 %", Fraction(34, 100)),
        ("34\u202f%", Fraction(34, 100)),
        ("0.34", Fraction(34, 100)),
        (".5", Fraction(1, 2)),
        ("0,34", Fraction(34, 100)),
        ("12.345%", Fraction(12345, 100000)),
        ("1/3", Fraction(1, 3)),
        (" 1 / 3 ", Fraction(1, 3)),
        ("0", Fraction(0)),
        ("100%", Fraction(1)),
    ],
)
@pytest.mark.parametrize("decimal_mark", [".", ","])
def test_rates_as_people_write_them(text, value, decimal_mark):
    """A percentage, a decimal of either mark, or a fraction, in either language."""
    assert Rate.parse(text, decimal_mark=decimal_mark).value == value


@pytest.mark.parametrize("text", ["34", "120%", "-5%", "1.01", "4/3", "\u22121%"])
def test_no_share(text):
    """A number below 0 or above 1 is refused: 34 may be a slip for 0.34 or for 34 %."""
    with pytest.raises(RateOutOfRange):
        Rate.parse(text)


@pytest.mark.parametrize(
    "text", ["", "%", "abc", "34%%", "%34%", "3 4%", "1/0", "1/3%", "1/2/3", "1e-2", "٣٤%", "0.3.4"]
)
def test_no_rate(text):
    """What is no number is refused, and the whole text is quoted."""
    with pytest.raises(UnreadableNumber) as raised:
        Rate.parse(text)

    assert raised.value.data["text"] == text


def test_no_float_rate():
    """A float is no rate; an estimate says so by `measured`."""
    with pytest.raises(TypeError):
        Rate(0.34)  # type: ignore[arg-type]


def test_a_measured_rate_stays_a_share():
    """Noise of floating point beyond 0 and 1 is cut; all else keeps its exact binary value."""
    assert Rate.measured(1.0000000000000002) == Rate(Fraction(1))
    assert Rate.measured(-1e-17) == Rate(Fraction(0))
    assert Rate.measured(0.25) == Rate(Fraction(1, 4))


def test_rates_of_a_chain_multiply():
    """The rate of two steps is the product of theirs, exactly."""
    assert Rate(Fraction(1, 3)) * Rate(Fraction(3, 4)) == Rate(Fraction(1, 4))


@pytest.mark.parametrize(
    ("need", "up", "nearest"),
    [
        (145 / Fraction(29, 100), 500, 500),
        (Fraction(250) / Fraction(23, 100), 1087, 1087),
        (Fraction(12, 5), 3, 2),
        (Fraction(5, 2), 3, 3),
        (Fraction(7, 2), 4, 4),
        (Fraction(0), 0, 0),
        (Fraction(10**30, 3), (10**30 + 2) // 3, (10**30 - 1) // 3),
    ],
)
def test_whole_numbers(need, up, nearest):
    """Up is the next whole number and never one more; nearest takes halves up; both are exact at any size."""
    assert Rounding.UP_PER_STAGE.whole(need) == Rounding.UP_ONCE.whole(need) == up
    assert Rounding.NEAREST.whole(need) == nearest


def test_what_the_next_stage_starts_from():
    """Only rounding once hands the unrounded figure on."""
    assert [rule.carries_whole for rule in Rounding] == [True, False, True]


@pytest.mark.parametrize(
    ("text", "decimal_mark", "value"),
    [
        ("500000", ".", 500000),
        ("500,000", ".", 500000),
        ("500.000", ",", 500000),
        ("1,234,567.89", ".", Fraction(123456789, 100)),
        ("1.234.567,89", ",", Fraction(123456789, 100)),
        ("0.125", ".", Fraction(1, 8)),
        ("1234.125", ".", Fraction(9873, 8)),
        ("5.", ".", 5),
        (",5", ",", Fraction(1, 2)),
        ("-1,000", ".", -1000),
        ("\u22121.000", ",", -1000),
        ("+7", ".", 7),
        ("007", ".", 7),
    ],
)
def test_numbers(text, decimal_mark, value):
    """Digits, groups of three, one decimal mark and a sign."""
    assert read_number(text, decimal_mark=decimal_mark) == value


@pytest.mark.parametrize(
    ("text", "decimal_mark"),
    [
        ("500.000", "."),  # half a million to half of the world
        ("500,000", ","),
        ("0,500", "."),  # no group starts with a zero: this is a decimal comma
        ("0.500", ","),
        ("1.5", ","),
        ("1,5", "."),
        ("1500.250", ","),
        ("1,23,456", "."),
        ("12,34", "."),
        ("1,000,00", "."),
        ("1.000.000", "."),
        ("1.000,5", "."),
        ("1 000", "."),
        ("1e6", "."),
        ("1_000", "."),
        ("٥٠٠", "."),
        ("NaN", "."),
        ("--1", "."),
        ("", "."),
        (".", "."),
    ],
)
def test_no_guessing(text, decimal_mark):
    """A text that is no number, or that has its marks where this language does not, is refused."""
    with pytest.raises(UnreadableNumber):
        read_number(text, decimal_mark=decimal_mark)


def test_a_pasted_novel_is_no_number():
    """Very long digits are refused, and the problem quotes only their beginning."""
    with pytest.raises(UnreadableNumber) as raised:
        read_number("9" * 10**6)

    assert raised.value.data["text"] == "9" * LONGEST_NUMBER
