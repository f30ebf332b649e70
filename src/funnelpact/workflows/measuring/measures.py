"""What is measured of the funnel, one function for each question: counts from the engine, then findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from funnelpact.core.journeys.office import calendar_of
from funnelpact.core.measure.census import WINDOW_DAYS, take_census
from funnelpact.core.measure.change.baseline import Baseline, Counted, baseline_of
from funnelpact.core.measure.change.findings import drift_findings
from funnelpact.core.measure.change.mix import HORIZON_DAYS as MIX_HORIZON_DAYS
from funnelpact.core.measure.counts.exposures import exposures
from funnelpact.core.measure.counts.followup import cadence as following
from funnelpact.core.measure.counts.followup import clocks
from funnelpact.core.measure.counts.followup import fates as outcomes
from funnelpact.core.measure.counts.followup import response as counting
from funnelpact.core.measure.counts.followup.worktime import instant_number
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.followup.cadence import ACCEPT_DAYS, STEPS, CadenceCounts, cadence_findings
from funnelpact.core.measure.followup.fates import HORIZON_DAYS
from funnelpact.core.measure.followup.response import ResponseCounts, response_findings
from funnelpact.core.measure.population import Question
from funnelpact.core.measure.worktime import Worktime
from funnelpact.core.terms.finding import Measured
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Period
from funnelpact.core.terms.problem import Problem
from funnelpact.workflows.measuring.scope import Scope

PROMISE = timedelta(hours=1)
STEP_PAIRS = tuple((step.days, step.attempts) for step in STEPS)
_HOUR, _MONTH, _SECOND = timedelta(hours=1), timedelta(days=30), timedelta(seconds=1)


class PromiseUnfit(Problem):
    """A response time that was promised and cannot be counted: no time at all, too long, or finer than waits are counted."""

    code = "promise-unfit"


def response(*, scope: Scope, within: timedelta = PROMISE) -> Measured:
    """This returns how fast leads were answered, and what became of the promise to answer `within` so much working time.

    Working time is that of the mapping's office. Raises `PromiseUnfit` and `HolidaysUnknown`.
    """
    if not _SECOND <= within <= _MONTH or within % (_SECOND if within <= _HOUR else timedelta(minutes=1)):
        raise PromiseUnfit(promise=within)
    mapping = scope.mapping
    rows = clocks.lead_clocks(
        passes=scope.passes,
        touches=scope.touches,
        won=len(mapping.funnel.stages) - 1,
        qualified=mapping.qualified_position,
        zone=mapping.zone,
        as_of=scope.as_of,
    ).cache()
    first, last = clocks.days_of_clocks(rows=rows, until=scope.until)
    calendar = calendar_of(office=mapping.office, zone=mapping.zone, first=first, last=last)
    worktime = Worktime.of(calendar=calendar, first=first, last=last)
    rows = clocks.with_waits(rows=rows, worktime=worktime, until=scope.until).cache()
    promised = within // timedelta.resolution
    by_hour, out_of_hours = counting.promises_by_hour(rows=rows, within=promised)
    counts = ResponseCounts(
        within=within,
        waits=counting.waits(rows=rows),
        levels=counting.waits_for_levels(rows=rows),
        promises=counting.promises(rows=rows, within=promised),
        by_hour=by_hour,
        out_of_hours=out_of_hours,
        by_month=counting.promises_by_month(rows=rows, within=promised),
        owned=counting.owned(rows=rows, people=scope.facts["people"], until=instant_number(at=scope.until)),
        by_day=counting.by_day(rows=rows),
        bands=outcomes.fates_by_band(rows=rows, horizon_days=HORIZON_DAYS, as_of=scope.as_of),
        fates=outcomes.fates(rows=rows, within=promised, horizon_days=HORIZON_DAYS, as_of=scope.as_of),
    )
    return response_findings(counts=counts, about=_about(scope), notes=(*scope.notes, *_notes_on_hours(scope)))


class CadenceBroken(Problem):
    """A cadence that asks for nothing, or for fewer attempts by a later day."""

    code = "cadence-broken"


def cadence(*, scope: Scope, steps: Sequence[tuple[int, int]] = STEP_PAIRS, accept_days: int = ACCEPT_DAYS) -> Measured:
    """This returns how leads are followed up: `steps` are attempts that are due by a day of a pass's age, as (day, attempts),
    `accept_days` the days in which sales accepts a lead or gives it back. Raises `CadenceBroken`.
    """
    asked = [following.Step(days, attempts) for days, attempts in sorted(steps)]
    rising = all(one.days < two.days and one.attempts <= two.attempts for one, two in pairwise(asked))
    if not asked or not rising or any(step.days < 0 or step.attempts < 1 for step in asked) or accept_days < 0:
        raise CadenceBroken(steps=tuple(f"{days}:{attempts}" for days, attempts in steps))
    passes = following.worked_passes(passes=scope.passes, qualified=scope.mapping.qualified_position).cache()
    attempts = following.attempts_of(passes=passes, touches=scope.touches, zone=scope.mapping.zone).cache()
    counts = CadenceCounts(
        steps=following.attempts_by(passes=passes, attempts=attempts, steps=asked, as_of=scope.as_of),
        gaps=following.gaps(attempts=attempts, as_of=scope.as_of),
        touched=following.touched(passes=passes),
        outcomes=following.outcomes(attempts=attempts, touches=scope.touches, as_of=scope.as_of),
        decisions=following.decisions(passes=passes, as_of=scope.as_of),
        rejections=following.rejections(passes=passes, window_days=accept_days),
        accept_days=accept_days,
    )
    return cadence_findings(counts=counts, about=_about(scope), notes=scope.notes)


class BaselineUnfit(Problem):
    """A baseline that leaves no day to watch after it, or of which the source has no day."""

    code = "baseline-unfit"


def drift(*, scope: Scope, rng: np.random.Generator, baseline: Baseline | Period | None = None) -> Measured:
    """This returns whether the funnel of the last `WINDOW_DAYS` days still behaves as in the baseline, step by step.

    `baseline` is one that was kept (the pact's) or a period whose days become one; by default all days before the watched
    ones. Days of the baseline are not watched. `rng` seeds the thresholds. Raises `BaselineUnfit` and `NothingToMeasure`.
    """
    asked = baseline.period if isinstance(baseline, Baseline) else baseline
    first = scope.as_of - timedelta(days=WINDOW_DAYS - 1)
    watched_from = max(first, asked.end) if asked else first
    counted = _counted(scope, min(asked.start, watched_from) if asked else None)
    begun = counted.way[1][ALL].first_entry if ALL in counted.way[1] else watched_from
    asked = asked or Period(min(begun, watched_from), watched_from)
    if watched_from > scope.as_of or begun >= asked.end:
        raise BaselineUnfit(first=begun, last=scope.as_of)
    watched = Period(watched_from, scope.as_of + timedelta(days=1))
    if not isinstance(baseline, Baseline):
        baseline = baseline_of(counted=counted, period=Period(max(asked.start, begun), asked.end))
    return drift_findings(
        counted=counted, baseline=baseline, watched=watched, about=_about(scope), rng=rng, notes=scope.notes
    )


def _counted(scope: Scope, first: date | None) -> Counted:
    """The steps of the source's funnel, with the passes that had not ended before `first`."""
    stages = scope.mapping.funnel.stages
    census = take_census(passes=scope.passes, stages=stages, as_of=scope.as_of, horizon_days=MIX_HORIZON_DAYS)
    steps = [*(one.step for one in census.steps), census.way.step]
    taken = exposures(
        passes=scope.passes,
        steps=[(stages.index(step.start), stages.index(step.end)) for step in steps],
        as_of=scope.as_of,
        since=census.observed_from,
        first=first,
    )
    named = tuple(zip(steps, taken, strict=True))
    return Counted(steps=named[:-1], way=named[-1])


def _about(scope: Scope) -> Question:
    return Question(as_of=scope.as_of, known_at=scope.known_at, by=scope.by)


def _notes_on_hours(scope: Scope) -> tuple[Message, ...]:
    if scope.mapping.office is not None:
        return (Message("note.office", office=str(scope.mapping.office), zone=scope.mapping.zone),)
    return (Message("note.office_assumed", zone=scope.mapping.zone),)
