"""Days of the past are measured with what was known then, exactly as a question of that day is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from funnelpact.adapters.warehouse.journeys import JourneyFolder
from funnelpact.core.terms.answers.backtest import RateBacktest
from funnelpact.core.terms.period import Grain
from funnelpact.workflows.measuring.backtest import NoDayToTest, backtest_rates
from funnelpact.workflows.measuring.learn import learn_funnel
from tests.worlds import FIRST_IMPORT, kept


def world(*, first: date = date(2025, 10, 1), leads: int = 150) -> str:
    """A lead each day; every fifth is won after eight days, every third of the others lost after fifteen."""
    lines = []
    for number in range(leads):
        day = first + timedelta(days=number)
        lines.append(f"lead l{number} {day} type={'web' if number % 2 else 'chat'}")
        if number % 5 == 0:
            lines.append(f"deal d{number} of l{number} {day} amount=100")
            lines.append(f"deal d{number} > Won {day + timedelta(days=8)}")
        elif number % 3 == 0:
            lines.append(f"lead l{number} > Disqualified {day + timedelta(days=15)}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Tried:
    """A company, its backtest over three month ends, and what the progress said."""

    store: JourneyFolder
    backtest: RateBacktest
    seen: list[tuple[int, int]]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """October to December, at twenty days."""
    store = kept(world(), tmp_path_factory.mktemp("world"))
    seen: list[tuple[int, int]] = []
    found = backtest_rates(
        store=store,
        horizons=(20,),
        last=date(2025, 12, 31),
        progress=lambda done, total: seen.append((done, total)),
    )
    return Tried(store, found, seen)


def test_a_day_is_measured_as_a_question_of_that_day_is(tried: Tried):
    """Every rate of every segment is that of `funnel --as-of`; what is lost or won later moves nothing."""
    then = learn_funnel(store=tried.store, as_of=date(2025, 11, 30), horizon_days=20).findings
    trials = [trial for trial in tried.backtest.trials if trial.as_of == date(2025, 11, 30)]

    assert len(trials) == 3
    for trial, segment in zip(trials, then.segments, strict=True):
        assert trial.segment == segment.name
        assert trial.told.value == segment.to_won.matured.value
        assert (trial.told.low, trial.told.high) == (segment.to_won.matured.low, segment.to_won.matured.high)


def test_what_came_is_counted_today(tried: Tried):
    """Of the 92 leads up to the end of the year every fifth was won within twenty days."""
    trials = [trial for trial in tried.backtest.trials if trial.segment == ""]
    last = trials[-1].same

    assert [trial.as_of for trial in trials] == [date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31)]
    assert (last.entered, last.old_enough, last.moved) == (92, 92, 19)


def test_before_the_first_import_days_are_reconstructed(tried: Tried):
    """And a note says so."""
    assert {trial.known_at for trial in tried.backtest.trials} == {None}
    assert "note.reconstructed" in {note.id for note in tried.backtest.notes}


def test_progress_counts_the_days(tried: Tried):
    """One call for each, with how many there are."""
    assert tried.seen == [(1, 3), (2, 3), (3, 3)]


def test_what_was_learnt_later_was_not_known_then(tmp_path: Path):
    """Three batches: on the evening of the first import, the wins that the second brought are not known."""
    told = world(first=date(2029, 7, 1))
    wins = [line for line in told.splitlines() if line.startswith("deal")]
    before = "\n".join(line for line in told.splitlines() if not line.startswith("deal"))
    later = "lead z 2030-01-02 type=web"
    store = kept("\n".join([before, "batch", *wins, "batch", later]), tmp_path)
    found = backtest_rates(
        store=store, horizons=(20,), first=FIRST_IMPORT.date(), last=FIRST_IMPORT.date(), every=Grain.DAY
    )
    (then,) = [trial for trial in found.trials if trial.segment == ""]

    assert then.known_at == FIRST_IMPORT
    assert then.won_of_created is not None
    assert then.won_of_created.value == 0
    assert then.same.moved > 0
    assert "note.reconstructed" not in {note.id for note in found.notes}


def test_days_that_are_not_over_are_refused(tmp_path: Path):
    """From a month that has not ended."""
    with pytest.raises(NoDayToTest):
        backtest_rates(store=kept(world(), tmp_path), first=date(2026, 7, 1))
