"""One chart in findings: moves observed and expected, their ratio, a verdict, the day of an alarm, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from funnelpact.core.measure.against.drift import Chart, ObservedOverExpected, Pace, Timing
from funnelpact.core.measure.change.moves import Moves
from funnelpact.core.measure.counts.rows import Segment
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Period

ENOUGH_MOVES = 10
"""With fewer moves expected, or in the baseline, only a collapse could show: no ratio and no verdict is given."""

_PLACES = 6
"""Sums of hazards are told to the millionth; further digits are those of the machine."""


def chart_findings(
    *,
    moves: Moves,
    chart: Chart,
    times: Timing,
    segment: Segment,
    first: date,
    baseline: Period,
    may_be_chance: bool,
    paced: bool,
    about: Question,
) -> tuple[Finding, ...]:
    """This returns the findings of one chart, whose first day is `first`, in the order of `drift_findings`.

    `may_be_chance`: among all charts of the answer an alarm of this one would not stand out; `paced`: its pace does. `baseline` is the period of the
    hazards. Population: the passes of the segment under watch on the days of the chart.
    """
    one = _Chart(
        moves=moves,
        chart=chart,
        times=times,
        paced=paced,
        population=population_of(segment=segment),
        first=first,
        baseline=baseline,
        about=about,
    )
    return one.findings(may_be_chance=may_be_chance)


@dataclass(frozen=True, kw_only=True)
class _Chart:
    moves: Moves
    chart: Chart
    times: Timing
    paced: bool
    population: Message
    first: date
    baseline: Period
    about: Question

    def findings(self, *, may_be_chance: bool) -> tuple[Finding, ...]:
        few = self._few()
        outside = (Message("caution.drift_outside", moves=self.moves.outside),) if self.moves.outside else ()
        ratio = self._ratio("observed_over_expected", self.chart.ratio, few)
        early, late = (
            self._ratio(name, part, few)
            for name, part in (("early_over_expected", self.times.early), ("late_over_expected", self.times.late))
        )
        alarmed = self.chart.alarm is not None and not few
        cautions = (Message("caution.drift_many"),) if alarmed and may_be_chance else ()
        return (
            self._finding("observed_moves", self.observed, outside),
            self._finding("expected_moves", self.expected),
            ratio,
            self._finding("drift_verdict", self._verdict(few, (ratio, early, late)), (*few, *cautions)),
            self._finding("alarm_on", self._alarm(few)),
            early,
            late,
        )

    def _finding(
        self, name: str, tree: Derivation, cautions: tuple[Message, ...] = (), ratio: ObservedOverExpected | None = None
    ) -> Finding:
        value = tree.value
        not_told = isinstance(value, Message) and value.id in {"number.not_known", "drift.no_alarm"}
        if not isinstance(value, (int, Fraction, date, Message)):
            raise TypeError("a chart is told in numbers, days and verdicts")
        return self.about.finding(
            name=name,
            value=None if not_told else value,
            n=self.moves.watched,
            low=_exact(ratio.low) if ratio else None,
            high=_exact(ratio.high) if ratio else None,
            population=self.population,
            cautions=cautions,
            derivation=tree,
        )

    def _few(self) -> tuple[Message, ...]:
        moves = self.moves
        if min(moves.expected, moves.baseline_moves) >= ENOUGH_MOVES:
            return ()
        return (
            Message(
                "caution.drift_few",
                expected=_exact(moves.expected) or Fraction(0),
                baseline=moves.baseline_moves,
                needed=ENOUGH_MOVES,
            ),
        )

    @cached_property
    def observed(self) -> Derivation:
        rule = Message("rule.observed_moves", first=self.first, last=self._day(len(self.moves.by_day) - 1))
        label = Message("finding.observed_moves")
        return Derivation(name="observed_moves", label=label, value=self.moves.observed, rule=rule)

    @cached_property
    def expected(self) -> Derivation:
        base = Derivation(
            name="baseline_moves",
            label=Message("number.baseline_moves"),
            value=self.moves.baseline_moves,
            rule=Message("rule.baseline_moves", first=self.baseline.start, last=self.baseline.end - timedelta(days=1)),
        )
        watched = Derivation(
            name="passes_watched",
            label=Message("number.passes_watched"),
            value=self.moves.watched,
            rule=Message("rule.passes_watched", first=self.first),
        )
        return Derivation(
            name="expected_moves",
            label=Message("finding.expected_moves"),
            value=_exact(self.moves.expected) or Fraction(0),
            rule=Message("rule.expected_moves"),
            inputs=(watched, base),
        )

    def _ratio(self, name: str, ratio: ObservedOverExpected, few: tuple[Message, ...]) -> Finding:
        value = _exact(ratio.value)
        if few or value is None:
            why = few[0] if few else Message("caution.drift_none_expected")
            tree = not_known(name=name, why=why, counts=(self.observed, self.expected))
            return self._finding(name, tree, () if few else (why,), ratio)
        observed, expected = int(ratio.observed), _exact(ratio.expected) or Fraction(0)
        rule = Message(f"rule.{name}", observed=observed, expected=expected, age=self.times.age)
        inputs = (self.observed, self.expected) if name == "observed_over_expected" else ()
        label = Message(f"finding.{name}")
        return self._finding(name, Derivation(name=name, label=label, value=value, rule=rule, inputs=inputs), (), ratio)

    def _verdict(self, few: tuple[Message, ...], parts: tuple[Finding, ...]) -> Derivation:
        inputs = tuple(part.derivation for part in parts)
        if few:
            return not_known(name="drift_verdict", why=few[0], counts=inputs)
        found = verdict(chart=self.chart, times=self.times, paced=self.paced)
        rule = Message(f"rule.drift_verdict.{found.value}", age=self.times.age)
        value, label = Message(f"drift.verdict.{found.value}"), Message("finding.drift_verdict")
        return Derivation(name="drift_verdict", label=label, value=value, rule=rule, inputs=inputs)

    def _alarm(self, few: tuple[Message, ...]) -> Derivation:
        if few:
            return not_known(name="alarm_on", why=few[0], counts=(self.observed, self.expected))
        at, chart, label = self.chart.alarm, self.chart, Message("finding.alarm_on")
        line, limit = (chart.down, chart.fall_at) if chart.falling else (chart.up, chart.rise_at)
        if at is None:
            ends = {"down": (chart.down, chart.fall_at), "up": (chart.up, chart.rise_at)}
            told = {name: _exact(float(row.max(initial=0.0))) or Fraction(0) for name, (row, _) in ends.items()}
            limits = {f"{name}_limit": _exact(limit) or Fraction(0) for name, (_, limit) in ends.items()}
            rule = Message("rule.no_alarm", **told, **limits)
            return Derivation(name="alarm_on", label=label, value=Message("drift.no_alarm"), rule=rule)
        rule = Message(
            "rule.alarm_on", reached=_exact(float(line[at])) or Fraction(0), limit=_exact(limit) or Fraction(0)
        )
        return Derivation(name="alarm_on", label=label, value=self._day(at), rule=rule)

    def _day(self, number: int) -> date:
        return self.first + timedelta(days=number)


def verdict(*, chart: Chart, times: Timing, paced: bool) -> Pace:
    """What a chart says: another pace where young and old passes differ, another level where there was an alarm, else no change.

    Without an alarm another pace needs to be `paced`: to stand out among all charts of the answer. An alarm whose days,
    taken together, no longer stand out keeps the direction in which it was raised.
    """
    if times.pace in {Pace.FASTER, Pace.SLOWER} and (paced or chart.alarm is not None):
        return times.pace
    if chart.alarm is None:
        return Pace.UNCHANGED
    return Pace.FEWER if chart.falling else Pace.MORE


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(round(value * 10**_PLACES), 10**_PLACES)
