"""Learn the funnel from the facts, and plan leads from what was learnt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from funnelpact.core.facts.history import newest_day, newest_fact
from funnelpact.core.journeys.dimensions import BreakdownLeaks, Dimension, available_dimensions, find_dimension
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.passes import passes as passes_of
from funnelpact.core.journeys.waiting import waiting
from funnelpact.core.measure import counts
from funnelpact.core.measure.census import take_census
from funnelpact.core.measure.funnel import funnel_findings
from funnelpact.core.terms.finding import FunnelFindings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import UNNAMED
from funnelpact.core.terms.period import Period, instants
from funnelpact.core.terms.problem import CurrenciesMixed, Problem
from funnelpact.core.terms.report import Figures
from funnelpact.workflows.journeys import journeys_now, knowing
from funnelpact.workflows.mapping import mapping_in_force
from funnelpact.workflows.ports import FactStore, FunnelMappings
from funnelpact.workflows.quality import check_once, check_quality, refuse_if_spoilt

HORIZON_DAYS = 365
LEAK = Fraction(1, 50)
"""A breakdown that less than this share of the passes not won carry, and most of the won, was written down at the win."""
LATE = Fraction(1, 10)
"""Shares that differ by more than this between won and other passes move every rate by that breakdown."""


class NothingImported(Problem):
    """There are no facts in the data folder, or none were known by then."""

    code = "nothing-imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Open leads without a first word for longer than a day, by whole days waited and by segment."""

    at: datetime
    by_segment: Mapping[str | None, int]
    by_days: Mapping[int, int]

    @property
    def leads(self) -> int:
        """All of them."""
        return sum(self.by_segment.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The findings of the funnel, and who waits; `waiting` is None where the source has no touches to tell."""

    findings: FunnelFindings
    waiting: Waiting | None


def learn_funnel(
    *,
    store: FactStore,
    as_of: date | None = None,
    known_at: datetime | None = None,
    by: str | None = None,
    horizon_days: int = HORIZON_DAYS,
    mappings: FunnelMappings | None = None,
    figures: Collection[Figures] = (Figures.RATES, Figures.VALUES),
    accepted: Collection[str] = (),
) -> Learnt:
    """This returns what the facts say of the funnel up to the end of `as_of` (by default the day of the newest fact).

    `by` breaks it down; None takes the lead type where leads have one. Labels mean what the mapping in force says, and
    days are those of its zone. Of the `figures` that the caller prints none may be spoilt by a rule of quality, unless the
    rule is `accepted`; who waits is left out where response times are spoilt, and a note says why. Raises `NothingImported`,
    `BreakdownUnknown`, `BreakdownAmbiguous`, `BreakdownLeaks`, `CurrenciesMixed`, `NothingToMeasure`, `QualityRefuses`.
    """
    snapshot = store.snapshot(known_at=known_at)
    if snapshot.known_at is None:
        raise NothingImported()
    everything = snapshot.facts
    newest = newest_fact(facts=everything, learnt_at=snapshot.known_at)
    if newest is None:
        raise NothingImported()
    version, mapping = mapping_in_force(mappings=mappings)
    day = as_of or newest_day(facts=everything, newest=newest, zone=mapping.zone)
    facts = happened_by(facts=everything, as_of=day, zone=mapping.zone)
    mapping = knowing(mapping=mapping, facts=facts)
    dimension = _dimension(facts, by)
    # Issues that refuse nothing are of use only to tell what was accepted.
    check = check_quality if accepted else check_once
    spoilt = check(store=store, as_of=day, known_at=known_at, mappings=mappings, spoiling=(*figures, Figures.RESPONSE))
    refuse_if_spoilt(report=spoilt, figures=figures, accepted=accepted)
    against = [issue for issue in spoilt.refused.get(Figures.RESPONSE, ()) if issue.code not in accepted]
    journeys = journeys_now(snapshot=snapshot, facts=facts, mapping=mapping, as_of=day, version=version)
    passes = passes_of(journeys=journeys, facts=facts, by=dimension).cache()
    notes = [*_notes_on_passes(passes, mapping), *_notes_on_breakdown(passes, mapping, dimension, by)]
    notes += [
        Message("note.accepted", rule=issue.code, said=issue.sentence)
        for issue in spoilt.issues
        if issue.code in accepted
    ]
    notes += [Message("note.waiting_refused", rule=issue.code, said=issue.sentence) for issue in against]
    findings = funnel_findings(
        census=take_census(passes=passes, stages=mapping.funnel.stages, as_of=day, horizon_days=horizon_days),
        known_at=snapshot.known_at,
        currency=_currency(facts),
        by=None if dimension is None else by or dimension.name,
        notes=notes,
    )
    waiting = None if against else _waiting(facts, passes, min(newest, _end_of(day, mapping.zone)))
    return Learnt(findings=findings, waiting=waiting)


def _dimension(facts: Mapping[str, Any], by: str | None) -> Dimension | None:
    available = available_dimensions(facts=facts)
    if by is not None:
        return find_dimension(asked=by, available=available)
    return next((entry for entry in available if (entry.table, entry.name) == ("leads", "type")), None)


def _currency(facts: Mapping[str, Any]) -> str:
    deals = facts["deals"]
    named = deals.filter(deals.amount.notnull() & deals.currency.notnull()).select("currency").distinct()
    currencies = sorted(named.to_pyarrow()["currency"].to_pylist())
    if len(currencies) > 1:
        raise CurrenciesMixed(first=currencies[0], second=currencies[1])
    return currencies[0] if currencies else UNNAMED


def _notes_on_passes(passes: Any, mapping: FunnelMapping) -> list[Message]:
    notes = []
    count, examples = counts.backwards(passes=passes)
    if count:
        notes.append(Message("note.backwards", passes=count, examples=examples))
    if mapping.unknown_lead_labels:
        notes.append(Message("note.unknown_labels", labels=mapping.unknown_lead_labels))
    return notes


def _notes_on_breakdown(
    passes: Any, mapping: FunnelMapping, dimension: Dimension | None, by: str | None
) -> list[Message]:
    if dimension is None:
        return []
    known = counts.known_shares(passes=passes, won=len(mapping.funnel.stages) - 1)
    if not known.won or not known.others:
        return []
    won, others = Fraction(known.won_known, known.won), Fraction(known.others_known, known.others)
    name = by or dimension.name
    if others < LEAK and won > Fraction(1, 2):
        raise BreakdownLeaks(asked=name, known=known.others_known, others=known.others, won=known.won_known)
    if won - others > LATE:
        return [Message("note.breakdown_late", by=name, missing=known.others - known.others_known, others=known.others)]
    return []


def _end_of(day: date, zone: str) -> datetime:
    return instants(period=Period(day, day + timedelta(days=1)), zone=zone)[1]


def _waiting(facts: Mapping[str, Any], passes: Any, at: datetime) -> Waiting | None:
    if not facts["touches"].count().to_pyarrow().as_py():
        return None
    rows = waiting(passes=passes, at=at)
    late = rows.filter(rows.seconds > 86_400)
    found = late.group_by("by", days=(late.seconds // 86_400).cast("int64")).aggregate(n=late.count())
    segments: dict[str | None, int] = {}
    days: dict[int, int] = {}
    for row in found.to_pyarrow().to_pylist():
        segments[row["by"]] = segments.get(row["by"], 0) + row["n"]
        days[row["days"]] = days.get(row["days"], 0) + row["n"]
    return Waiting(at=at, by_segment=segments, by_days=dict(sorted(days.items())))
