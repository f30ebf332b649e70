"""The findings of a funnel as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings, StepFindings
from funnelpact.core.terms.funnel import Step, stage_label
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.data import derivation_data, plain
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import NONE, Table

PRINTED_AGES = 5
"""Of the rates by age so many are at ages that every funnel has; the one after them is at the longest."""


def segment_name(*, name: Message | str | None) -> Value:
    """This returns a segment's name for people: all, unknown, or as the source writes it; what is in words already stays."""
    if name is None:
        return Message("population.unknown")
    return name or Message("population.all")


def headline(*, findings: FunnelFindings) -> Message:
    """This returns the sentence that opens the funnel: its day, its horizon, its breakdown."""
    values: dict[str, Value] = {"day": findings.as_of, "horizon": findings.horizon_days}
    if findings.by is None:
        return Message("funnel.headline.all", **values)
    return Message("funnel.headline.by", **values, by=findings.by)


def stage_table(*, findings: FunnelFindings) -> Table:
    """This returns how many passes reached each stage, by segment."""
    head = (Message("funnel.column.segment"), *(stage_label(stage=stage) for stage in findings.funnel.stages))
    rows = tuple((segment_name(name=segment.name), *segment.reached) for segment in findings.segments)
    return Table(title=Message("funnel.title.stages"), head=head, rows=rows)


def step_tables(*, findings: FunnelFindings) -> tuple[Table, ...]:
    """This returns a table for each step and one for the whole way: matured, cohort and period rates, times."""
    count = len(findings.segments[0].steps)
    of_steps = [_step_table(findings, [(seg, seg.steps[index]) for seg in findings.segments]) for index in range(count)]
    if count == 1:
        return tuple(of_steps)
    return (*of_steps, _step_table(findings, [(segment, segment.to_won) for segment in findings.segments]))


def horizon_table(*, findings: FunnelFindings) -> Table:
    """This returns the share won by printed ages and by the longest age that the data identify, and what the stages give."""
    parts = [(segment, segment.to_won.horizons) for segment in findings.segments]
    ages = [rate.horizon_days or 0 for rate in parts[0][1][:PRINTED_AGES]]
    head = [Message("funnel.column.segment"), *(Message("funnel.column.day", day=age) for age in ages)]
    head += [Message("funnel.column.longest"), Message("funnel.column.composed")]
    drawn = any(segment.drawn is not None for segment, _ in parts)
    head += [Message("funnel.column.drawn"), Message("funnel.column.range")] if drawn else []
    rows = tuple(
        (
            segment_name(name=segment.name),
            *(_cell_of_age(rate) for rate in rates[: len(ages)]),
            _cell_of_longest(rates[len(ages) :]),
            NONE if segment.composed is None else _cell(segment.composed),
            *(_drawn_cells(segment) if drawn else ()),
        )
        for segment, rates in parts
    )
    return Table(
        title=Message("funnel.title.horizons"),
        head=tuple(head),
        rows=rows,
        cautions=cautions_of_rows(
            rows=(
                (segment.name, tuple(c for c in segment.composed.cautions if c.id == "caution.not_composed"))
                for segment, _ in parts
                if segment.composed is not None
            )
        ),
    )


def _drawn_cells(segment: SegmentFindings) -> tuple[Value, Value]:
    return (NONE, NONE) if segment.drawn is None else (_cell(segment.drawn), _range(segment.drawn))


def _cell_of_age(rate: Finding) -> Value:
    if any(caution.id == "caution.not_identified" for caution in rate.cautions):
        return Message("funnel.cell.not_identified")
    return _cell(rate)


def _cell_of_longest(rates: tuple[Finding, ...]) -> Value:
    if not rates or not isinstance(rates[0].value, Rate):
        return NONE
    rising = any(caution.id == "caution.still_rising" for caution in rates[0].cautions)
    name = "rising" if rising else "by_day"
    return Message(f"funnel.cell.{name}", rate=rates[0].value, days=rates[0].horizon_days or 0)


def value_table(*, findings: FunnelFindings) -> Table:
    """This returns the order value and the value of a lead by segment, each with its range."""
    names = ("segment", "orders", "aov", "range", "value", "range")
    rows = tuple(
        (
            segment_name(name=segment.name),
            segment.order_value.n,
            _cell(segment.order_value),
            _range(segment.order_value),
            _cell(segment.value),
            _range(segment.value),
        )
        for segment in findings.segments
    )
    return Table(
        title=Message("funnel.title.value", horizon=findings.horizon_days),
        head=tuple(Message(f"funnel.column.{name}") for name in names),
        rows=rows,
        cautions=cautions_of_rows(
            rows=(
                (segment.name, tuple(c for c in segment.value.cautions if c not in segment.to_won.matured.cautions))
                for segment in findings.segments
            )
        ),
    )


def _step_table(findings: FunnelFindings, parts: list[tuple[SegmentFindings, StepFindings]]) -> Table:
    names = ("segment", "passes", "matured", "range", "by_day", "recent", "cohort", "period", "half", "most")
    step = parts[0][1].step
    rows = tuple(
        (
            segment_name(name=segment.name),
            found.matured.n,
            _cell(found.matured),
            _range(found.matured),
            found.matured.horizon_days or 0,
            _cell(found.recent),
            _cell(found.cohort),
            _cell(found.period),
            _cell(found.median_days),
            _cell(found.p90_days),
        )
        for segment, found in parts
    )
    return Table(
        title=_step_title(step, findings),
        head=tuple(Message(f"funnel.column.{name}") for name in names),
        rows=rows,
        cautions=cautions_of_rows(rows=((segment.name, found.matured.cautions) for segment, found in parts)),
    )


def _step_title(step: Step, findings: FunnelFindings) -> Message:
    first, last = findings.period
    return Message(
        "funnel.title.step",
        start=stage_label(stage=step.start),
        end=stage_label(stage=step.end),
        horizon=findings.horizon_days,
        cohort=findings.cohort_days,
        first=first,
        last=last,
        since=findings.window[0],
    )


def cautions_of_rows(*, rows: Iterable[tuple[Message | str | None, tuple[Message, ...]]]) -> tuple[Message, ...]:
    """This returns each caution once, with the names of all segments that it is about; what holds of all is not said of each."""
    names: dict[Message, list[Value]] = {}
    # A column says of every row how far its data reach.
    said_of_all = {"caution.too_young"}
    for name, cautions in rows:
        for caution in cautions:
            if caution.id not in said_of_all:
                who = names.setdefault(caution, [])
                who += [segment_name(name=name)] if segment_name(name=name) not in who else []
        if name == "":
            said_of_all |= {caution.id for caution in cautions}
    return tuple(Message("funnel.caution", who=tuple(who), what=caution) for caution, who in names.items())


def _cell(finding: Finding) -> Value:
    if isinstance(finding.value, Rate):
        return Message("funnel.cell.rate", rate=finding.value)
    if isinstance(finding.value, Money):
        return Message("funnel.cell.money", money=finding.value)
    return NONE if finding.value is None else finding.value


def _range(finding: Finding) -> Value:
    if isinstance(finding.low, Rate) and isinstance(finding.high, Rate):
        return Message("funnel.cell.rates", low=finding.low.value * 100, high=finding.high.value * 100)
    if isinstance(finding.low, Money) and isinstance(finding.high, Money):
        return Message("funnel.cell.moneys", low=finding.low, high=finding.high)
    return NONE


def finding_data(*, finding: Finding, language: Language) -> dict[str, Any]:
    """This returns a finding as plain data: value, interval, n, horizon, cautions, derivation."""
    return {
        "name": finding.name,
        "value": plain(value=finding.value, language=language),
        "low": plain(value=finding.low, language=language),
        "high": plain(value=finding.high, language=language),
        "n": finding.n,
        "population": language.say(finding.population),
        "as_of": finding.as_of.isoformat(),
        "known_at": finding.known_at.isoformat() if finding.known_at else None,
        "horizon_days": finding.horizon_days,
        "cautions": [language.say(caution) for caution in finding.cautions],
        "derivation": derivation_data(tree=finding.derivation, language=language),
    }


def findings_data(*, findings: FunnelFindings, language: Language) -> dict[str, Any]:
    """This returns all findings of a funnel as plain data, one entry for each segment; the first is all passes."""
    return {
        "as_of": findings.as_of.isoformat(),
        "known_at": findings.known_at.isoformat() if findings.known_at else None,
        "horizon_days": findings.horizon_days,
        "cohort_days": findings.cohort_days,
        "by": findings.by,
        "currency": findings.currency or None,
        "stages": list(findings.funnel.stages),
        "period": [day.isoformat() for day in findings.period],
        "window": [day.isoformat() for day in findings.window],
        "observed_from": findings.observed_from.isoformat() if findings.observed_from else None,
        "notes": [language.say(note) for note in findings.notes],
        "segments": [
            {
                "name": segment.name if segment.name != "" else None,
                "all": segment.name == "",
                "reached": dict(zip(findings.funnel.stages, segment.reached, strict=True)),
                "steps": [_step_data(step, language) for step in segment.steps],
                "to_won": _step_data(segment.to_won, language),
                "composed_rate": finding_data(finding=segment.composed, language=language)
                if segment.composed
                else None,
                "drawn_rate": finding_data(finding=segment.drawn, language=language) if segment.drawn else None,
                "average_order_value": finding_data(finding=segment.order_value, language=language),
                "value_per_lead": finding_data(finding=segment.value, language=language),
            }
            for segment in findings.segments
        ],
    }


def _step_data(found: StepFindings, language: Language) -> dict[str, Any]:
    parts = {
        "matured_rate": found.matured,
        "recent_rate": found.recent,
        "cohort_rate": found.cohort,
        "period_rate": found.period,
        "median_days": found.median_days,
        "p90_days": found.p90_days,
    }
    data: dict[str, Any] = {name: finding_data(finding=finding, language=language) for name, finding in parts.items()}
    data["rates_by_age"] = [finding_data(finding=finding, language=language) for finding in found.horizons]
    return {"start": found.step.start, "end": found.step.end, **data}
