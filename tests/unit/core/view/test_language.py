"""How English and Turkish write values and fill sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import CurrenciesMixed, Problems, UnknownCurrency
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.language import ENGLISH, TURKISH


@pytest.mark.parametrize(
    ("value", "english", "turkish"),
    [
        (1087, "1,087", "1.087"),
        (0, "0", "0"),
        (-1234567, "\u22121,234,567", "\u22121.234.567"),
        (10**18, "1,000,000,000,000,000,000", "1.000.000.000.000.000.000"),
        (Fraction(128248, 1000), "128.25", "128,25"),
        (Fraction(4, 2), "2", "2"),
        (Decimal("1.5"), "1.50", "1,50"),
        (Rate(Fraction(34, 100)), "34\u202f%", "%34"),
        (Rate(Fraction(886, 1000)), "88.6\u202f%", "%88,6"),
        (Rate(Fraction(1, 3)), "33.33\u202f%", "%33,33"),
        (Money(Fraction(206166), "EUR"), "€206,166", "€206.166"),
        (Money(Fraction(374, 2), "EUR"), "€187", "€187"),
        (Money(Fraction(1282, 10), "TRY"), "₺128.20", "₺128,20"),
        (Money(Fraction(-5), "EUR"), "\u2212€5", "\u2212€5"),
        (Money(Fraction(5000), "CHF"), "5,000\u00a0CHF", "5.000\u00a0CHF"),
        (Money(Fraction(5000)), "5,000", "5.000"),
        (date(2026, 11, 13), "13 November 2026", "13 Kasım 2026"),
        (datetime(2026, 2, 1, 9, 5, tzinfo=UTC), "1 February 2026 09:05", "1 Şubat 2026 09:05"),
        (("mql", 1000), "mql, 1,000", "mql, 1.000"),
        ("İstanbul", "İstanbul", "İstanbul"),
    ],
)
def test_values(value, english, turkish):
    """Each kind of value as each language writes it."""
    assert (ENGLISH.write(value), TURKISH.write(value)) == (english, turkish)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 2), 0, "1"),  # halves away from zero
        (Fraction(-1, 2), 0, "\u22121"),
        (Fraction(-1, 4), 0, "0"),  # no minus before a zero
        (Fraction(1005, 1000), 2, "1.01"),  # 1.005 in floating point is less
        (Fraction(9999, 1000), 2, "10.00"),
        (Fraction(1999999, 2), 0, "1,000,000"),
        (Fraction(2), 3, "2.000"),
    ],
)
def test_decimals(value, places, text):
    """A number with a set count of decimals is rounded exactly, halves away from zero."""
    assert ENGLISH.number(value, places=places) == text


def test_as_many_decimals_as_needed():
    """Without a set count, zeros at the end are left away."""
    written = [ENGLISH.number(Fraction(text), places=None) for text in ("1.5", "1.25", "1.256", "1")]

    assert written == ["1.5", "1.25", "1.26", "1"]


def test_a_float_is_refused():
    """A float has no place in a sentence; it is refused, not left out."""
    with pytest.raises(TypeError, match="float"):
        ENGLISH.write(0.34)  # type: ignore[arg-type]


def test_a_sentence():
    """Named values fill the template, with decimals where it asks for them; nested messages are translated first."""
    english = replace(ENGLISH, sentences={"stage.mql": "MQLs", "need": "{leads} {stage} at {rate:1}"})
    need = Message("need", leads=3900, stage=Message("stage.mql"), rate=Rate(Fraction(64, 1000)))

    assert english.say(need) == "3,900 MQLs at 6.4\u202f%"


def test_braces_in_a_value_stay():
    """A value that looks like a slot is text, not a template."""
    english = replace(ENGLISH, sentences={"found": "{text} found"})

    assert english.say(Message("found", text="{secret}")) == "{secret} found"


def test_problems_one_by_one():
    """Several problems become one sentence each, those inside others too."""
    parts = ("found", "why", "next")
    sentences = {f"problem.{code}.{part}": part for code in ("unknown-currency", "currencies-mixed") for part in parts}
    inner = Problems((UnknownCurrency(text="EURO"), CurrenciesMixed(first="EUR", second="TRY")))

    told = replace(ENGLISH, sentences=sentences).explain(Problems((inner, UnknownCurrency(text="k"))))

    assert told == ("found; why; next.",) * 3
