"""What rates of the past said against what came: which days count, and how far each method was off."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from funnelpact.core.measure.against.backtest import came, rate_trial, score_rates
from funnelpact.core.measure.counts.later import EntryDay
from funnelpact.core.terms.answers.backtest import Errors, Method, Trial
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

JANUARY = date(2026, 1, 1)
DAYS = [EntryDay(segment="web", entered_on=JANUARY + timedelta(days=day), entered=10, moved=(2,)) for day in range(30)]
"""Ten passes a day of January, two of each ten won within the horizon."""
HALF_YOUNG = table_of([*[Pass(0, OPEN)] * 150, *[Pass(5, MOVED)] * 30, *[Pass(5, LEFT)] * 60, *[Pass(30, OPEN)] * 60])
"""Of 300 passes half arrived today; of the other half a fifth was won."""


def trial(*, as_of: date = date(2026, 1, 30), now: date = date(2026, 12, 31), since: date | None = None) -> Trial:
    """What the young funnel said at the end of January."""
    return rate_trial(
        segment="web",
        table=HALF_YOUNG,
        days_of_entry=DAYS,
        position=0,
        horizon_days=20,
        step=Step("mql", "won"),
        population=Message("population.segment", name="web"),
        as_of=as_of,
        known_at=None,
        since=since,
        now=now,
    )


def errors(found: Trial, method: Method) -> Errors:
    """How far a method was off on that one day."""
    (score,) = score_rates(trials=[found])
    return next(one for one in score.errors if one.method is method)


def test_each_method_says_what_it_says() -> None:
    """A fifth of those who have had their time; a tenth of all; a third of the closed. A fifth came."""
    found = trial()

    assert found.answered
    assert found.told.value == Rate(Fraction(1, 5))
    assert found.won_of_created == Rate(Fraction(1, 10))
    assert found.won_of_closed == Rate(Fraction(1, 3))
    assert found.same.share == Rate(Fraction(1, 5))


def test_errors_are_distances_in_shares() -> None:
    """Nothing for the matured rate, ten points too low, and thirteen too high."""
    found = trial()

    assert errors(found, Method.MATURED).error == Rate(Fraction(0))
    assert errors(found, Method.WON_OF_CREATED).bias == Fraction(-1, 10)
    assert errors(found, Method.WON_OF_CLOSED).error == Rate(Fraction(1, 3) - Fraction(1, 5))
    assert errors(found, Method.WON_OF_CREATED).nearer == 1


def test_what_came_inside_the_range_is_counted() -> None:
    """The range of 150 passes around a fifth holds a fifth."""
    (score,) = score_rates(trials=[trial()])

    assert (score.asked, score.answered, score.known, score.covered) == (1, 1, 1, 1)


def test_what_came_is_of_passes_old_enough_by_now() -> None:
    """Nine of ten days are enough; with fewer nobody knows yet, because the rest are the younger ones."""
    assert came(days=DAYS, position=0, old=date(2026, 1, 27)).old_enough == 270
    assert came(days=DAYS, position=0, old=date(2026, 1, 27)).share == Rate(Fraction(1, 5))
    assert came(days=DAYS, position=0, old=date(2026, 1, 26)).share is None


def test_a_day_whose_truth_is_not_known_yet_is_not_judged() -> None:
    """Ten days later the young ones have not had their twenty days."""
    (score,) = score_rates(trials=[trial(now=date(2026, 2, 9))])

    assert (score.answered, score.known, score.errors[0].error) == (1, 0, None)


def test_a_day_without_anything_to_foretell_is_not_judged() -> None:
    """In March every pass of January was old enough: the rate only counts what has come."""
    found = trial(as_of=date(2026, 3, 31))
    (score,) = score_rates(trials=[found])

    assert found.settled
    assert (score.answered, score.known) == (1, 0)


def test_passes_before_the_first_closing_are_left_out_of_what_came() -> None:
    """As they are left out of the rate: ten days of January are a hundred passes less."""
    assert trial(since=date(2026, 1, 11)).same.entered == 200


def test_a_horizon_that_is_not_reached_is_no_answer() -> None:
    """Thirty days are watched; a rate for ninety speaks of day thirty, and is not held against ninety."""
    found = rate_trial(
        segment="",
        table=HALF_YOUNG,
        days_of_entry=DAYS,
        position=0,
        horizon_days=90,
        step=Step("mql", "won"),
        population=Message("population.all"),
        as_of=date(2026, 1, 30),
        known_at=None,
        since=None,
        now=date(2026, 12, 31),
    )

    assert found.told.value is not None
    assert not found.answered
    assert found.said(Method.MATURED) is None
    assert score_rates(trials=[found])[0].answered == 0


def test_the_newest_quarter_is_told_apart() -> None:
    """Passes of the last 91 days before the day, which are nearer to those that come next."""
    found = trial(as_of=date(2026, 4, 12))

    assert found.same.entered == 300
    assert found.newest.entered == 190


def test_without_a_loss_there_is_no_rate_of_closings() -> None:
    """It would always be 100 %."""
    found = rate_trial(
        segment="web",
        table=table_of([*[Pass(0, OPEN)] * 40, *[Pass(5, MOVED)] * 10]),
        days_of_entry=DAYS,
        position=0,
        horizon_days=5,
        step=Step("mql", "won"),
        population=Message("population.all"),
        as_of=date(2026, 1, 30),
        known_at=None,
        since=None,
        now=date(2026, 12, 31),
    )

    assert found.won_of_closed is None
    assert errors(found, Method.WON_OF_CLOSED).days == 0
