"""A backtest in words: what was tried, how it ended, day by day, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from funnelpact.apps.language import language
from funnelpact.core.measure.against.backtest import score_rates
from funnelpact.core.terms.answers.backtest import RateBacktest
from funnelpact.core.terms.funnel import Step
from funnelpact.core.view.past.backtest import backtest_data, backtest_sentences, backtest_tables
from tests.unit.core.measure.test_backtest import trial

ENGLISH, TURKISH = language("en"), language("tr")


def backtest(**asked: Any) -> RateBacktest:
    """One day of one segment, shown as that of all passes too."""
    found = trial(**asked)
    trials = (replace(found, segment=""), found)
    return RateBacktest(
        step=Step("mql", "won"),
        as_of=date(2026, 12, 31),
        known_at=None,
        by="type",
        horizons=(20,),
        trials=trials,
        scores=score_rates(trials=trials),
        notes=(),
    )


def test_the_share_answered_and_the_distance_are_said() -> None:
    """In both languages."""
    english = [ENGLISH.say(sentence) for sentence in backtest_sentences(backtest=backtest())]
    turkish = [TURKISH.say(sentence) for sentence in backtest_sentences(backtest=backtest())]

    assert "answered on 1 of 1 days" in english[-1]
    assert "0.00 points off" in english[-1]
    assert "0,00 puan" in turkish[-1]


def test_a_backtest_without_a_truth_yet_says_so() -> None:
    """Nothing is scored then."""
    sentences = backtest_sentences(backtest=backtest(now=date(2026, 2, 9)))

    assert sentences[-1].id == "backtest.ending.unknown"


def test_a_day_shows_what_each_method_said_and_what_came() -> None:
    """Matured 20 %, won ÷ created 10 %, won ÷ closed 33.3 %, and 20 % came."""
    _, days, _ = backtest_tables(backtest=backtest())
    cells = [ENGLISH.write(cell).replace("\u202f", " ") for cell in days.rows[0]]

    assert cells[0] == "30 January 2026"
    assert cells[2] == "20.0 %"
    assert cells[5:8] == ["10.0 %", "33.3 %", "20.0 %"]


def test_a_day_that_is_not_judged_is_named() -> None:
    """Every pass was old enough already."""
    _, days, _ = backtest_tables(backtest=backtest(as_of=date(2026, 3, 31)))

    assert [caution.id for caution in days.cautions] == ["backtest.caution.settled"]


def test_segments_have_a_table_of_their_own() -> None:
    """With the distance of each method in points."""
    segments = backtest_tables(backtest=backtest())[-1]
    cells = [ENGLISH.write(cell) for cell in segments.rows[0]]

    assert cells == ["web", "1", "1", "1", "1", "0.00", "10.00", "13.33"]


def test_data_carry_every_trial_and_score() -> None:
    """Shares as numbers."""
    data = backtest_data(backtest=backtest(), language=ENGLISH)

    assert data["scores"][0]["share_answered"] == 1
    assert data["scores"][0]["methods"]["won_of_created"]["bias"] == -0.1
    assert data["trials"][1]["came"] == {"entered": 300, "old_enough": 300, "moved": 60, "share": 0.2}
