"""A backtest of rates as tables and as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from funnelpact.core.terms.answers.backtest import Came, Errors, Method, RateBacktest, Score, Trial
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.data import plain
from funnelpact.core.view.funnel import finding_data, segment_name
from funnelpact.core.view.language import Language
from funnelpact.core.view.measured import figure_cell, range_cell
from funnelpact.core.view.table import NONE, Table


def backtest_sentences(*, backtest: RateBacktest) -> tuple[Message, ...]:
    """This returns what was tried, what counts as come, and for each horizon how it ended."""
    step = backtest.step
    opening = Message(
        "backtest.headline",
        start=stage_label(stage=step.start),
        end=stage_label(stage=step.end),
        days=len({trial.as_of for trial in backtest.trials}),
        day=backtest.as_of,
    )
    return (opening, Message("backtest.came"), *(_ending(score) for score in _of_all(backtest)))


def _ending(score: Score) -> Message:
    values: dict[str, Value] = {"horizon": score.horizon_days, "asked": score.asked, "answered": score.answered}
    if not score.known:
        return Message("backtest.ending.unknown", **values)
    ours = score.errors[0].error or Rate(Fraction(0))
    return Message("backtest.ending.known", **values, known=score.known, off=_points(ours), covered=score.covered)


def backtest_tables(*, backtest: RateBacktest) -> tuple[Table, ...]:
    """This returns for each horizon how far each method was off, and day by day what was said and what came.

    With a breakdown, a table of each horizon's scores by segment follows.
    """
    tables = []
    for score in _of_all(backtest):
        tables += [_methods(score), _days(backtest, score)]
    if backtest.by is not None:
        tables += [_segments(backtest, horizon) for horizon in backtest.horizons]
    return tuple(tables)


def _of_all(backtest: RateBacktest) -> tuple[Score, ...]:
    return tuple(score for score in backtest.scores if score.segment == "")


def _methods(score: Score) -> Table:
    names = ("method", "judged", "error", "bias", "nearer", "judged_newest", "error_newest")
    rows = tuple(
        (
            Message(f"backtest.method.{errors.method.value}"),
            errors.days,
            _points(errors.error),
            _signed(errors.bias),
            NONE if errors.method is Method.MATURED else errors.nearer,
            errors.days_of_newest,
            _points(errors.error_of_newest),
        )
        for errors in score.errors
    )
    return Table(
        title=Message("backtest.title.methods", horizon=score.horizon_days),
        head=tuple(Message(f"backtest.column.{name}") for name in names),
        rows=rows,
    )


def _days(backtest: RateBacktest, score: Score) -> Table:
    names = ("day", "passes", "matured", "range", "reach", "created", "closed", "came", "newest")
    trials = [trial for trial in backtest.trials if trial.segment == "" and trial.horizon_days == score.horizon_days]
    rows = tuple(
        (
            trial.as_of,
            trial.told.n,
            figure_cell(figure=trial.told.value),
            range_cell(finding=trial.told),
            trial.told.horizon_days if trial.told.value is not None and trial.told.horizon_days else NONE,
            figure_cell(figure=trial.won_of_created),
            figure_cell(figure=trial.won_of_closed),
            figure_cell(figure=trial.same.share),
            figure_cell(figure=trial.newest.share),
        )
        for trial in trials
    )
    cautions = tuple(
        Message(f"backtest.caution.{name}", days=tuple(days))
        for name, days in (
            ("settled", [trial.as_of for trial in trials if trial.settled and trial.answered]),
            ("young", [trial.as_of for trial in trials if trial.told.value is not None and not trial.answered]),
        )
        if days
    )
    return Table(
        title=Message("backtest.title.days", horizon=score.horizon_days),
        head=tuple(Message(f"backtest.column.{name}") for name in names),
        rows=rows,
        cautions=cautions,
    )


def _segments(backtest: RateBacktest, horizon: int) -> Table:
    names = ("segment", "asked", "answered", "judged", "covered")
    scores = [score for score in backtest.scores if score.horizon_days == horizon and score.segment != ""]
    rows = tuple(
        (
            segment_name(name=score.segment),
            score.asked,
            score.answered,
            score.known,
            score.covered,
            *(_points(errors.error) for errors in score.errors),
        )
        for score in scores
    )
    return Table(
        title=Message("backtest.title.segments", horizon=horizon),
        head=(
            *(Message(f"backtest.column.{name}") for name in names),
            *(Message(f"backtest.method.{method.value}") for method in Method),
        ),
        rows=rows,
    )


def _points(share: Rate | None) -> Value:
    """A distance between two shares, in points."""
    return NONE if share is None else Message("backtest.cell.points", points=share.value * 100)


def _signed(share: Fraction | None) -> Value:
    if share is None:
        return NONE
    name = "more" if share > 0 else "points"
    return Message(f"backtest.cell.{name}", points=share * 100)


def backtest_data(*, backtest: RateBacktest, language: Language) -> dict[str, Any]:
    """This returns a backtest as plain data; rates, errors and biases are shares (0.01 is a point)."""
    return {
        "backtest": "rates",
        "step": {"start": backtest.step.start, "end": backtest.step.end},
        "as_of": backtest.as_of.isoformat(),
        "known_at": backtest.known_at.isoformat() if backtest.known_at else None,
        "by": backtest.by,
        "horizons": list(backtest.horizons),
        "notes": [language.say(note) for note in backtest.notes],
        "scores": [_score_data(score, language) for score in backtest.scores],
        "trials": [_trial_data(trial, language) for trial in backtest.trials],
    }


def _named(segment: str | None) -> dict[str, Any]:
    return {"segment": segment if segment != "" else None, "all": segment == ""}


def _score_data(score: Score, language: Language) -> dict[str, Any]:
    return {
        **_named(score.segment),
        "horizon_days": score.horizon_days,
        "asked": score.asked,
        "answered": score.answered,
        "share_answered": score.answered / score.asked if score.asked else None,
        "known": score.known,
        "covered": score.covered,
        "methods": {errors.method.value: _errors_data(errors, language) for errors in score.errors},
    }


def _errors_data(errors: Errors, language: Language) -> dict[str, Any]:
    return {
        "days": errors.days,
        "error": plain(value=errors.error, language=language),
        "bias": plain(value=errors.bias, language=language),
        "matured_nearer": None if errors.method is Method.MATURED else errors.nearer,
        "days_of_newest": errors.days_of_newest,
        "error_of_newest": plain(value=errors.error_of_newest, language=language),
    }


def _trial_data(trial: Trial, language: Language) -> dict[str, Any]:
    return {
        "as_of": trial.as_of.isoformat(),
        "known_at": trial.known_at.isoformat() if trial.known_at else None,
        **_named(trial.segment),
        "horizon_days": trial.horizon_days,
        "matured_rate": finding_data(finding=trial.told, language=language),
        "answered": trial.answered,
        "settled": trial.settled,
        "won_of_created": plain(value=trial.won_of_created, language=language),
        "won_of_closed": plain(value=trial.won_of_closed, language=language),
        "came": _came_data(trial.same, language),
        "came_of_newest": _came_data(trial.newest, language),
    }


def _came_data(came: Came, language: Language) -> dict[str, Any]:
    return {
        "entered": came.entered,
        "old_enough": came.old_enough,
        "moved": came.moved,
        "share": plain(value=came.share, language=language),
    }
