"""Problems: code, data and three sentences."""

import pickle
from datetime import date, datetime
from fractions import Fraction

import pytest

from funnelpact.apps.language import CODES, language
from funnelpact.core.terms.calendar import (
    DayGivenTwice,
    DueOutOfRange,
    DurationNegative,
    IntervalReversed,
    IntervalsOverlap,
    NoWorkingTime,
    UnreadableHours,
)
from funnelpact.core.terms.funnel import FunnelBroken
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import DayOutOfRange, InstantWithoutZone, PeriodReversed, UnknownZone
from funnelpact.core.terms.problem import (
    AmountOutOfRange,
    CurrenciesMixed,
    Problem,
    Problems,
    RateOutOfRange,
    UnknownCurrency,
    UnreadableNumber,
    raise_all,
)

TERMS = [
    AmountOutOfRange(name="AOV", amount=0),
    CurrenciesMixed(first="EUR", second="TRY"),
    DayGivenTwice(day=date(2026, 10, 29)),
    DayOutOfRange(day=date(1, 1, 1)),
    DueOutOfRange(hours=Fraction(9_000_000)),
    DurationNegative(hours=Fraction(-3, 2)),
    FunnelBroken(steps="mql:sql"),
    InstantWithoutZone(instant=datetime(2026, 11, 13, 9)),
    IntervalReversed(interval="22:00-06:00"),
    IntervalsOverlap(first="09:00-13:00", second="12:00-18:00"),
    NoWorkingTime(),
    PeriodReversed(start=date(2026, 7, 1), end=date(2026, 6, 1)),
    RateOutOfRange(rate=Fraction(6, 5)),
    UnknownCurrency(text="EURO"),
    UnknownZone(zone="Istanbul"),
    UnreadableHours(text="9-18"),
    UnreadableNumber(text="abc"),
]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("problem", TERMS, ids=lambda problem: problem.code)
def test_every_problem_speaks_every_language(problem, code):
    """Each problem of the terms has its three sentences in each language, with all values filled in."""
    (sentence,) = language(code).explain(problem)

    assert sentence.count("; ") >= 2
    assert "{" not in sentence


def test_sentences_carry_the_data():
    """What a problem was raised with reaches each of its three sentences."""
    problem = CurrenciesMixed(first="EUR", second="TRY")

    assert problem.found == Message("problem.currencies-mixed.found", first="EUR", second="TRY")
    assert problem.why.values == problem.next.values == {"first": "EUR", "second": "TRY"}


def test_nothing_to_raise():
    """No problems: nothing is raised and the caller goes on."""
    problems: list[Problem] = []
    raise_all(problems)

    assert not problems


def test_one_problem_is_raised_itself():
    """A single problem is raised as what it is, not wrapped."""
    with pytest.raises(UnknownCurrency):
        raise_all([UnknownCurrency(text="EURO")])


def test_several_problems_are_raised_together():
    """Two problems arrive as one exception that keeps both, in order."""
    found = [UnknownCurrency(text="EURO"), UnreadableNumber(text="abc")]

    with pytest.raises(Problems) as raised:
        raise_all(found)

    assert list(raised.value.problems) == found
    assert str(raised.value) == "; ".join(str(problem) for problem in found)


@pytest.mark.parametrize("problem", TERMS, ids=lambda problem: problem.code)
def test_a_problem_crosses_a_process(problem):
    """A problem that was pickled, as between processes, arrives with its data."""
    arrived = pickle.loads(pickle.dumps(problem))

    assert (type(arrived), arrived.data) == (type(problem), problem.data)


def test_several_problems_cross_a_process():
    """So do several at once."""
    arrived = pickle.loads(pickle.dumps(Problems((UnknownCurrency(text="EURO"), NoWorkingTime()))))

    assert [problem.code for problem in arrived.problems] == ["unknown-currency", "no-working-time"]
