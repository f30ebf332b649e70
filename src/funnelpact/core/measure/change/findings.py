"""Whether the funnel still behaves as its baseline: for each step a chart of every segment, and mix against rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np

from funnelpact.core.measure.against.drift import FALSE_ALARMS, Chart, Timing, benjamini_hochberg, chart_of, timing
from funnelpact.core.measure.change.baseline import Baseline, Counted, tables_in
from funnelpact.core.measure.change.mix import mix_block
from funnelpact.core.measure.change.moves import Moves, moves_against, together
from funnelpact.core.measure.change.said import ENOUGH_MOVES, chart_findings
from funnelpact.core.measure.counts.exposures import BySegment
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.population import Question
from funnelpact.core.terms.finding import Block, Measured, Row
from funnelpact.core.terms.funnel import Step, stage_label
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Period

YEAR = 365
"""A baseline of fewer days has not seen every season."""


_Place: TypeAlias = tuple[Step, Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is compared with what."""

    counted: Counted
    baseline: Baseline
    watched: Period
    about: Question

    def mix(self) -> tuple[Block, ...]:
        """The change of the rate of the whole way, split into mix and rate."""
        step, passes = self.counted.way
        now = Baseline(
            period=self.watched,
            tables={step: tables_in(passes=passes, period=self.watched)},
            arrivals={name: one.arrivals(period=self.watched) for name, one in passes.items()},
        )
        return mix_block(before=self.baseline, now=now, step=step, about=self.about)

    def moves(self, step: Step, passes: BySegment) -> dict[Segment, Moves]:
        """The moves of a step against its baseline, by segment; all together as the sum of the segments."""

        def against(name: Segment) -> Moves:
            table = self.baseline.table(step=step, segment=name)
            return moves_against(passes=passes[name], baseline=table, period=self.watched)

        if not passes:
            return {}
        parts = {name: against(name) for name in passes if name != ALL and self.about.by is not None}
        whole = together(parts=list(parts.values())) if parts else against(ALL)
        sizes = [(name, moves.watched) for name, moves in parts.items() if moves.watched]
        return {name: whole if name == ALL else parts[name] for name in self.about.segments(sizes=sizes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """One chart and what it is of."""

    step: Step
    segment: Segment
    moves: Moves
    chart: Chart
    times: Timing


def drift_findings(
    *,
    counted: Counted,
    baseline: Baseline,
    watched: Period,
    about: Question,
    rng: np.random.Generator,
    notes: Sequence[Message] = (),
) -> Measured:
    """This returns for each step, and the way to won, whether the moves of the watched days are those that were expected.

    Population: the passes of `counted` under watch on those days; each segment is held against its own baseline, and all
    together against the sum of these, so that another mix is no drift. Findings of a row: `observed_moves`,
    `expected_moves`, `observed_over_expected` with its interval, `drift_verdict` (a sentence), `alarm_on` (the first day
    of an alarm), `early_over_expected` and `late_over_expected` (ages before and after half of the moves were expected).
    Below `ENOUGH_MOVES` moves expected or in the baseline only intervals are given. With a breakdown a last block splits
    the change of the pooled rate into mix and rate. `rng` gives the same thresholds for the same seed. Method: `drift`.
    """
    question = _Question(counted=counted, baseline=baseline, watched=watched, about=about)
    charts = _charts(question, rng)
    judged = [one for one in charts if _enough(one.moves)]
    sure = _standing_out(judged, [one.chart.chance for one in judged])
    paced = _standing_out(judged, [one.times.chance for one in judged])
    alarms = [(one.step, one.segment) for one in judged if one.chart.alarm is not None]
    further = (
        _days("note.drift_baseline", baseline.period),
        _days("note.drift_watched", watched),
        *([Message("note.drift_season", days=baseline.period.days)] if baseline.period.days < YEAR else []),
        Message("note.drift_charts", charts=len(judged), alarms=len(alarms), kept=len(sure.intersection(alarms))),
    )
    return Measured(
        name="drift",
        as_of=about.as_of,
        known_at=about.known_at,
        by=about.by,
        blocks=(*_step_blocks(question, charts, sure, paced), *question.mix()),
        notes=(*notes, *further),
    )


def _step_blocks(question: _Question, charts: Sequence[_Watched], sure: set[_Place], paced: set[_Place]) -> list[Block]:
    blocks = []
    for step in dict.fromkeys(one.step for one in charts):
        rows = tuple(
            Row(
                name=one.segment,
                findings=chart_findings(
                    moves=one.moves,
                    chart=one.chart,
                    times=one.times,
                    segment=one.segment,
                    first=question.watched.start,
                    baseline=question.baseline.period,
                    may_be_chance=(one.step, one.segment) not in sure,
                    paced=(one.step, one.segment) in paced,
                    about=question.about,
                ),
            )
            for one in charts
            if one.step == step
        )
        start, end = (stage_label(stage=stage) for stage in (step.start, step.end))
        title = Message("drift.title.step", start=start, end=end)
        blocks.append(Block(name=f"{step.start}_{step.end}", title=title, rows=rows))
    return blocks


def _charts(question: _Question, rng: np.random.Generator) -> list[_Watched]:
    found = []
    charted = question.counted.charted
    # Dice of their own for each step, all segments first: then a further segment changes no threshold of the whole.
    for (step, passes), dice in zip(charted, rng.spawn(len(charted)), strict=True):
        for segment, moves in question.moves(step, passes).items():
            chart = chart_of(
                observed=moves.by_day,
                expected=moves.expected_by_day,
                baseline_moves=moves.baseline_moves,
                rng=dice,
            )
            times = timing(observed=moves.by_age, expected=moves.expected_by_age, baseline_moves=moves.baseline_moves)
            found.append(_Watched(step=step, segment=segment, moves=moves, chart=chart, times=times))
    return found


def _enough(moves: Moves) -> bool:
    return moves.expected >= ENOUGH_MOVES and moves.baseline_moves >= ENOUGH_MOVES


def _standing_out(judged: Sequence[_Watched], chances: Sequence[float]) -> set[_Place]:
    """The charts whose chance is small even for so many of them."""
    adjusted = benjamini_hochberg(chances=chances)
    return {(one.step, one.segment) for one, chance in zip(judged, adjusted, strict=True) if chance <= FALSE_ALARMS}


def _days(message: str, period: Period) -> Message:
    return Message(message, first=period.start, last=period.end - timedelta(days=1))
