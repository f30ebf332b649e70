"""Rates of the past held against what came: pure scoring, on counts and on findings that were made as of each day.

The later truth of a day and a horizon h: of the passes that had entered by that day, those old enough by now (h days), the
share that moved on at an age up to h. It is counted, nothing is estimated; where less than `ENOUGH_OF_THEM` of the passes
are old enough it is not known yet, because the others are the younger ones. `same` are the passes that the rate was
measured on; `newest` those of them that entered in the last quarter before the day, nearer to what comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from funnelpact.core.measure.census import PERIOD_DAYS
from funnelpact.core.measure.counts.later import EntryDay
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.answers.backtest import Came, Errors, Method, Score, Trial
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

ENOUGH_OF_THEM = Fraction(9, 10)
"""What came of passes is known when at least this part of them is old enough."""


def rate_trial(
    *,
    segment: Segment,
    table: LifeTable,
    days_of_entry: Sequence[EntryDay],
    position: int,
    horizon_days: int,
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None,
    since: date | None,
    now: date,
) -> Trial:
    """What was said of a segment as of a day, and what came of it by `now`.

    Population: `table` holds the passes of the segment as they were known then, `days_of_entry` (any segments) as they are
    known now; the horizon is number `position` of those that these count. Passes that entered before `since` are left
    out of both. The matured rate is that of `matured_rate`; won ÷ created and won ÷ closed are taken over the same passes.
    """
    told = matured_rate(
        table=table, horizon_days=horizon_days, step=step, population=population, as_of=as_of, known_at=known_at
    )
    won, left = sum(table.moved), sum(table.left)
    entered = [
        day for day in days_of_entry if segment in {ALL, day.segment} and (since or date.min) <= day.entered_on <= as_of
    ]
    youngest = max((day.entered_on for day in entered), default=as_of)
    quarter = as_of - timedelta(days=PERIOD_DAYS)
    old = now - timedelta(days=horizon_days)
    return Trial(
        as_of=as_of,
        known_at=known_at,
        segment=segment,
        horizon_days=horizon_days,
        told=told,
        answered=told.value is not None and told.horizon_days == horizon_days,
        settled=youngest + timedelta(days=horizon_days) <= as_of,
        won_of_created=Rate(Fraction(won, table.passes)) if table.passes else None,
        won_of_closed=Rate(Fraction(won, won + left)) if left else None,
        same=came(days=entered, position=position, old=old),
        newest=came(days=[day for day in entered if day.entered_on > quarter], position=position, old=old),
    )


def came(*, days: Iterable[EntryDay], position: int, old: date) -> Came:
    """What became of the passes of these days of entry; those that entered by `old` are old enough by now.

    >>> counted = [EntryDay(segment="web", entered_on=date(2026, 1, day), entered=40, moved=(4,)) for day in (1, 2, 3)]
    >>> came(days=counted, position=0, old=date(2026, 1, 3)).share
    Rate(value=Fraction(1, 10))
    >>> came(days=counted, position=0, old=date(2026, 1, 2)).share is None
    True
    """
    found = list(days)
    all_of_them = sum(day.entered for day in found)
    ready = [day for day in found if day.entered_on <= old]
    old_enough, moved = sum(day.entered for day in ready), sum(day.moved[position] for day in ready)
    known = old_enough >= FEWEST and old_enough >= ENOUGH_OF_THEM * all_of_them
    share = Rate(Fraction(moved, old_enough)) if known else None
    return Came(entered=all_of_them, old_enough=old_enough, moved=moved, share=share)


def score_rates(*, trials: Sequence[Trial]) -> tuple[Score, ...]:
    """How far each method was off, for each segment and horizon of the trials, in their order.

    Methods are compared on equal days: those on which the matured rate answered, the method said something, what came
    is known, and some pass was still too young, for otherwise the matured rate only counts what has come already.
    """
    groups: dict[tuple[Segment, int], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.segment, trial.horizon_days), []).append(trial)
    return tuple(_score(segment, horizon, group) for (segment, horizon), group in groups.items())


def _score(segment: Segment, horizon: int, trials: list[Trial]) -> Score:
    answered = [trial for trial in trials if trial.answered]
    open_then = [trial for trial in answered if not trial.settled]
    known = [trial for trial in open_then if trial.same.share is not None]
    return Score(
        segment=segment,
        horizon_days=horizon,
        asked=len(trials),
        answered=len(answered),
        known=len(known),
        covered=sum(_covers(trial) for trial in known),
        errors=tuple(_errors(method, known, open_then) for method in Method),
    )


def _covers(trial: Trial) -> bool:
    low, high, share = trial.told.low, trial.told.high, trial.same.share
    return isinstance(low, Rate) and isinstance(high, Rate) and share is not None and low <= share <= high


def _errors(method: Method, known: list[Trial], open_then: list[Trial]) -> Errors:
    off = list(_off(method, known))
    ours = list(_off(Method.MATURED, [trial for trial in known if trial.said(method) is not None]))
    newest = [
        abs(said.value - trial.newest.share.value)
        for trial in open_then
        if (said := trial.said(method)) is not None and trial.newest.share is not None
    ]
    return Errors(
        method=method,
        days=len(off),
        error=_mean([abs(one) for one in off]),
        bias=sum(off, start=Fraction(0)) / len(off) if off else None,
        nearer=sum(abs(our) < abs(their) for our, their in zip(ours, off, strict=True)),
        days_of_newest=len(newest),
        error_of_newest=_mean(newest),
    )


def _off(method: Method, trials: list[Trial]) -> Iterator[Fraction]:
    for trial in trials:
        said, share = trial.said(method), trial.same.share
        if said is not None and share is not None:
            yield said.value - share.value


def _mean(values: list[Fraction]) -> Rate | None:
    return Rate(sum(values, start=Fraction(0)) / len(values)) if values else None
