"""Numbers as people type them: read exactly, all problems kept until the end."""

from __future__ import annotations

from fractions import Fraction

import pytest

from funnelpact.apps.typed import (
    AOV,
    MOST_STEPS,
    QUOTA,
    RoundingUnknown,
    StepsTooMany,
    StepTwice,
    StepUnreadable,
    Typed,
)
from funnelpact.core.terms.funnel import FunnelBroken, Step
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import AmountOutOfRange, Problems, RateOutOfRange, UnreadableNumber
from funnelpact.core.terms.quantity import Rate, Rounding


@pytest.mark.parametrize(
    ("mark", "text", "amount", "currency"),
    [
        (".", "500000", 500_000, ""),
        (".", "500,000 EUR", 500_000, "EUR"),
        (".", "€2,000.50", Fraction(4001, 2), "EUR"),
        (",", "500.000,5 TL", Fraction(1_000_001, 2), "TRY"),
        (".", "  2000  ", 2_000, ""),
    ],
)
def test_money(mark, text, amount, currency):
    """An amount with the decimal mark of the language at hand."""
    typed = Typed(decimal_mark=mark)

    assert typed.money(text, name=AOV) == Money(Fraction(amount), currency)
    assert not typed.problems


@pytest.mark.parametrize(
    "text", ["", " ", "NaN", "inf", "-inf", "1e400", "٥٠٠", "５００", "0x10", "1_000", "12 34", "9" * 41, "--5", "1/3"]
)
def test_texts_that_are_no_money(text):
    """What is no plain number is refused, by the name of the input."""
    typed = Typed(decimal_mark=".")
    typed.money(text, name=QUOTA)

    assert [(type(problem), problem.data["name"]) for problem in typed.problems] == [(UnreadableNumber, QUOTA)]


@pytest.mark.parametrize("text", ["0", "-500000", "−5"])
def test_money_that_is_not_above_zero(text):
    """Every amount of the calculator must be above zero."""
    typed = Typed(decimal_mark=".")
    typed.money(text, name=QUOTA)

    assert [type(problem) for problem in typed.problems] == [AmountOutOfRange]


def test_the_advice_uses_the_mark_that_was_expected():
    """A file is read with a point in every language, so its problem must not ask for a comma."""
    typed = Typed(decimal_mark=".", certain=True)
    typed.money("2,5", name=AOV)

    assert [problem.data["mark"] for problem in typed.problems] == ["."]


@pytest.mark.parametrize(
    ("text", "step", "rate"),
    [
        ("mql:sql=34%", Step("mql", "sql"), Fraction(34, 100)),
        ("mql:sql=%34", Step("mql", "sql"), Fraction(34, 100)),
        (" MQL : SQL = 0.34 ", Step("mql", "sql"), Fraction(34, 100)),
        ("mql:sql=1/3", Step("mql", "sql"), Fraction(1, 3)),
        ("a:won=100%", Step("a", "won"), Fraction(1)),
        ("SATIŞ:won=.5", Step("SATIŞ", "won"), Fraction(1, 2)),
    ],
)
def test_rates(text, step, rate):
    """A step and a share, in each way of writing; only plain letters are made small."""
    typed = Typed(decimal_mark=".")

    assert typed.rates([text]) == {step: Rate(rate)}
    assert not typed.problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", StepUnreadable),
        ("=", StepUnreadable),
        ("mql=34%", StepUnreadable),
        ("mql:=34%", StepUnreadable),
        (":sql=34%", StepUnreadable),
        ("mql:sql", StepUnreadable),
        ("mql:sql=", StepUnreadable),
        ("m\x1b[31mql:sql=34%", StepUnreadable),
        ("mql:sql=x", UnreadableNumber),
        ("mql:sql=1/0", UnreadableNumber),
        ("mql:sql=%%34", UnreadableNumber),
        ("mql:sql=0", RateOutOfRange),
        ("mql:sql=-3%", RateOutOfRange),
        ("mql:sql=120%", RateOutOfRange),
        ("mql:sql=34", RateOutOfRange),
    ],
)
def test_rates_that_are_none(text, problem):
    """One problem for each."""
    typed = Typed(decimal_mark=".")
    typed.rates([text])

    assert [type(found) for found in typed.problems] == [problem]


def test_a_step_given_twice():
    """Two rates for one step could contradict each other, however they are spaced."""
    typed = Typed(decimal_mark=".")
    typed.rates(["mql:sql=34%", "MQL : sql=35%"])

    assert [type(problem) for problem in typed.problems] == [StepTwice]


def test_more_steps_than_a_funnel_has():
    """Told once, and not once for each."""
    typed = Typed(decimal_mark=".")

    assert typed.rates([f"s{number}:s{number + 1}=x" for number in range(MOST_STEPS + 1)]) == {}
    assert [type(problem) for problem in typed.problems] == [StepsTooMany]


@pytest.mark.parametrize(
    ("text", "rule"), [("", Rounding.UP_PER_STAGE), ("up-once", Rounding.UP_ONCE), (" Nearest ", Rounding.NEAREST)]
)
def test_rounding(text, rule):
    """The rule by its name, or the usual one."""
    assert Typed(decimal_mark=".").rounding(text) is rule


def test_an_unknown_rounding():
    """A rule that does not exist is a problem, not the usual one."""
    typed = Typed(decimal_mark=".")
    typed.rounding("up")

    assert [type(problem) for problem in typed.problems] == [RoundingUnknown]


def test_everything_is_raised_at_the_end():
    """In the order in which it was read, with what the values say together last."""
    typed = Typed(decimal_mark=".")
    typed.money("x", name=QUOTA)
    typed.rates(["mql:sql=0"])

    with pytest.raises(Problems) as raised:
        typed.finish(lambda: (_ for _ in ()).throw(FunnelBroken(steps="mql:sql")))

    assert [problem.code for problem in raised.value.problems] == [
        "unreadable-number",
        "rate-out-of-range",
        "funnel-broken",
    ]


def test_an_unread_step_leaves_the_whole_unjudged():
    """Steps of which one could not be read would look broken, too; that is not a second mistake."""
    typed = Typed(decimal_mark=".")
    typed.rates(["mql"])

    with pytest.raises(StepUnreadable):
        typed.finish(lambda: (_ for _ in ()).throw(FunnelBroken(steps="")))


def test_nothing_wrong():
    """Without a problem, the result comes back."""
    assert Typed(decimal_mark=".").finish(lambda: 3900) == 3900
