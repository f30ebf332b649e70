"""Whether a funnel mapping can be applied: what contradicts itself, and what names nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from funnelpact.core.journeys.mapping import FunnelMapping, Renamed, Span, StageLabel
from funnelpact.core.journeys.stages import EXIT
from funnelpact.core.terms.calendar import Calendar
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import time_zone
from funnelpact.core.terms.problem import Problem, Problems

RECORDS = ("lead", "deal")
NOTHING = "none"
"""How a file writes that a label means nothing."""
EXCLUDABLE = ("type", "segment", "stream", "campaign", "country", "company", "owner")
MOST_DAYS = 36_500


class StageUnknown(Problem):
    """A label that is to mean a stage which the funnel does not have."""

    code = "stage-unknown"


class StageNameTaken(Problem):
    """A stage whose name already means something else."""

    code = "stage-name-taken"


class RecordUnknown(Problem):
    """A stage label of something that is neither a lead nor a deal."""

    code = "record-unknown"


class MeaningsOverlap(Problem):
    """A label that has two meanings on one day."""

    code = "meanings-overlap"


class SpanEmpty(Problem):
    """An entry that ends before it begins, and so holds on no day."""

    code = "span-empty"


class WordsMissing(Problem):
    """An entry without a label, a name or a reason."""

    code = "words-missing"


class FieldNotExcludable(Problem):
    """An exclusion by something that passes do not have."""

    code = "field-not-excludable"


class DaysOutOfRange(Problem):
    """A number of days below 0, or of more than a century."""

    code = "days-out-of-range"


class MonthUnknown(Problem):
    """A month that is none of the twelve."""

    code = "month-unknown"


def mapping_problems(*, mapping: FunnelMapping) -> tuple[Problem, ...]:
    """This returns everything that keeps a mapping from being applied, in the order of its file; nothing where it is sound.

    An entry without a day holds from the first fact on, or for ever. Two entries of one label may follow each other and
    never hold on the same day: else a pass would be counted twice.
    """
    return (
        *_of_stages(mapping),
        *(problem for name, entries in _lists(mapping) for problem in _of_entries(name, entries)),
        *_of_exclusions(mapping),
        *_of_settings(mapping),
    )


def _lists(mapping: FunnelMapping) -> list[tuple[str, Sequence[StageLabel | Renamed]]]:
    return [
        ("labels", mapping.labels),
        ("types", mapping.types),
        ("segments", mapping.segments),
        ("streams", mapping.streams),
        ("teams", mapping.teams),
    ]


def _of_stages(mapping: FunnelMapping) -> Iterator[Problem]:
    stages = mapping.funnel.stages
    for stage in stages:
        if stage in {EXIT, NOTHING}:
            yield StageNameTaken(stage=stage)
        if not stage.strip():
            yield WordsMissing(where="stages")
    for entry in mapping.labels:
        if entry.record not in RECORDS:
            yield RecordUnknown(label=entry.label, record=entry.record, records=RECORDS)
        if entry.stage is not None and entry.stage not in {*stages, EXIT}:
            yield StageUnknown(label=entry.label, stage=entry.stage, stages=(*stages, EXIT, NOTHING))


def _of_entries(name: str, entries: Sequence[StageLabel | Renamed]) -> Iterator[Problem]:
    of_label: dict[tuple[str, str], list[Span]] = {}
    for entry in entries:
        if not entry.label.strip() or (isinstance(entry, Renamed) and not entry.name.strip()):
            yield WordsMissing(where=name)
        if _is_empty(entry):
            yield _empty(name, entry.label, entry)
        else:
            of_label.setdefault((getattr(entry, "record", ""), entry.label), []).append(entry)
    for (record, label), spans in of_label.items():
        if any(one.overlaps(other) for one, other in combinations(spans, 2)):
            where = f"{name}, {record}" if record else name
            yield MeaningsOverlap(where=where, label=label, spans=tuple(span_words(span=span) for span in spans))


def _of_exclusions(mapping: FunnelMapping) -> Iterator[Problem]:
    for entry in mapping.exclusions:
        if entry.field not in EXCLUDABLE:
            yield FieldNotExcludable(field=entry.field, fields=EXCLUDABLE)
        if not entry.reason.strip() or not entry.labels or not all(label.strip() for label in entry.labels):
            yield WordsMissing(where="exclusions")
        if _is_empty(entry):
            yield _empty("exclusions", ", ".join(entry.labels), entry)


def _of_settings(mapping: FunnelMapping) -> Iterator[Problem]:
    for name, days in (("reopen_days", mapping.reopen_days), ("silent_days", mapping.silent_days)):
        if not 0 <= days <= MOST_DAYS:
            yield DaysOutOfRange(name=name, days=days, most=MOST_DAYS)
    try:
        time_zone(mapping.zone)
        if mapping.office is not None:
            Calendar(zone=mapping.zone, week=mapping.office.week, special_days=mapping.office.special_days)
    except Problems as problem:
        yield from problem.problems
    except Problem as problem:
        yield problem
    if not 1 <= mapping.fiscal_month <= 12:
        yield MonthUnknown(month=mapping.fiscal_month)


def _is_empty(span: Span) -> bool:
    return span.since is not None and span.until is not None and span.until <= span.since


def _empty(where: str, label: str, span: Span) -> SpanEmpty:
    return SpanEmpty(where=where, label=label, since=span.since or date.min, until=span.until or date.max)


def span_words(*, span: Span) -> Message:
    """This returns the days on which an entry holds as a sentence's part; the last day is the one before `until`."""
    match span.since, span.until:
        case None, None:
            return Message("mapping.span.always")
        case date() as since, None:
            return Message("mapping.span.from", since=since)
        case None, date() as until:
            return Message("mapping.span.until", until=until)
        case since, until:
            return Message("mapping.span.both", since=since or date.min, until=until or date.max)
