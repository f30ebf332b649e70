"""Rates of the past on two public data sets, held against what came; the files are never part of the repository."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from funnelpact.apps.wiring import fact_store, file_source
from funnelpact.core.terms.answers.backtest import Method, RateBacktest, Score, Trial
from funnelpact.core.terms.quantity import Rate
from funnelpact.workflows.measuring.backtest import backtest_rates
from funnelpact.workflows.sync import import_facts
from tests.golden.test_real_files import DEALS, LEADS, iso, rows
from tests.worlds import FIRST_IMPORT


def backtest_of(
    paths: Sequence[Path], folder: Path, *, first: date, last: date, horizons: Sequence[int]
) -> RateBacktest:
    """The backtest of imported files at the ends of months."""
    import_facts(source=file_source(paths=paths), store=fact_store(folder), known_at=FIRST_IMPORT)
    return backtest_rates(store=fact_store(folder), first=first, last=last, horizons=horizons)


@pytest.fixture(scope="module")
def olist(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RateBacktest:
    """The month ends from 2017-12 to 2018-10, 90 and 180 days."""
    folder = shared_data / "olist_funnel"
    paths = sorted(folder.glob("olist_marketing_*.csv"))
    place = tmp_path_factory.mktemp("olist")
    return backtest_of(paths, place, first=date(2017, 12, 1), last=date(2018, 10, 31), horizons=(90, 180))


@pytest.fixture(scope="module")
def maven(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RateBacktest:
    """The month ends of the summer of opportunities that know losses."""
    paths = sorted((shared_data / "maven_crm").glob("*.csv"))
    place = tmp_path_factory.mktemp("maven")
    return backtest_of(paths, place, first=date(2017, 5, 1), last=date(2017, 9, 30), horizons=(90,))


def of_all(backtest: RateBacktest, horizon: int) -> tuple[Score, list[Trial]]:
    """The score and the days of all passes together."""
    (score,) = [one for one in backtest.scores if one.segment == "" and one.horizon_days == horizon]
    return score, [one for one in backtest.trials if one.segment == "" and one.horizon_days == horizon]


def off(score: Score, method: Method) -> float:
    """How far a method was off on average, in points."""
    (errors,) = [one for one in score.errors if one.method is method]
    assert isinstance(errors.error, Rate)
    return float(errors.error.value) * 100


@pytest.mark.parametrize(("horizon", "counts"), [(90, (11, 9, 6)), (180, (11, 5, 5))])
def test_the_estimate_is_nearer_than_won_of_created(horizon: int, counts: tuple[int, int, int], olist: RateBacktest):
    """On the marketing funnel, at both horizons: less than half as far off on average."""
    score, _ = of_all(olist, horizon)
    created = next(errors for errors in score.errors if errors.method is Method.WON_OF_CREATED)

    assert (score.asked, score.answered, score.known) == counts
    assert created.nearer >= score.known - 1
    assert off(score, Method.MATURED) < off(score, Method.WON_OF_CREATED) / 2
    assert score.covered >= score.known - 1


@pytest.mark.parametrize("horizon", [90, 180])
def test_it_answers_wherever_the_horizon_is_identified(horizon: int, olist: RateBacktest):
    """From the day on which twenty passes were watched that long; a rate that rests on thirty is always printed."""
    _, trials = of_all(olist, horizon)

    for trial in trials:
        identified = "caution.too_young" not in {caution.id for caution in trial.told.cautions}
        assert trial.told.n >= 30
        assert trial.answered == identified
        assert trial.told.value is not None


def test_what_came_is_what_the_file_says(olist: RateBacktest, shared_data: Path):
    """Of the leads from the first closing to the end of March, those won within 90 days, counted from the bare file."""
    folder = shared_data / "olist_funnel"
    won = {row["mql_id"]: iso(row["won_date"]) for row in rows(folder / DEALS)}
    since, until = date(2017, 12, 5), date(2018, 3, 31)
    arrived = {row["mql_id"]: iso(row["first_contact_date"]) for row in rows(folder / LEADS)}
    ages = {key: (won[key] - day).days if key in won else None for key, day in arrived.items() if since <= day <= until}
    sound = [age for age in ages.values() if age is None or age >= -1]
    in_time = sum(age is not None and age <= 90 for age in sound)
    (march,) = [trial for trial in of_all(olist, 90)[1] if trial.as_of == until]

    assert (march.same.moved, march.same.old_enough) == (in_time, len(sound))


def test_the_estimate_is_nearer_than_won_of_closed(maven: RateBacktest):
    """On opportunities with losses, on every day, and four times on average."""
    score, _ = of_all(maven, 90)
    closed = next(errors for errors in score.errors if errors.method is Method.WON_OF_CLOSED)

    assert (score.asked, score.answered, score.known) == (5, 5, 5)
    assert closed.nearer == closed.days == 5
    assert 4 * off(score, Method.MATURED) < off(score, Method.WON_OF_CLOSED)
