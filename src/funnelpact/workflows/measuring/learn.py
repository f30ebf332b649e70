"""Learn the funnel from the facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from funnelpact.core.journeys.waiting import waiting
from funnelpact.core.measure.census import take_census
from funnelpact.core.measure.funnel import funnel_findings
from funnelpact.core.terms.finding import FunnelFindings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures
from funnelpact.workflows.measuring.scope import Scope, scope_of
from funnelpact.workflows.ports import FactStore, FunnelMappings

HORIZON_DAYS = 365


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
    currency: str | None = None,
) -> Learnt:
    """This returns what the facts say of the funnel up to the end of `as_of` (by default the day of the newest fact).

    What is asked of, and the errors, are those of `scope_of`; `figures` are those that the caller prints. Who waits is left
    out where response times are spoilt, and a note says why. Amounts are told in `currency`, else in that of most deals, at
    the rates of exchange of the days on which they were booked. Raises `CurrenciesMixed`, `RatesMissing` and
    `NothingToMeasure`, too.
    """
    scope = scope_of(
        store=store,
        as_of=as_of,
        known_at=known_at,
        by=by,
        mappings=mappings,
        figures=figures,
        asked=(Figures.RESPONSE,),
        accepted=accepted,
    )
    against = scope.against.get(Figures.RESPONSE, ())
    refused = tuple(Message("note.waiting_refused", rule=issue.code, said=issue.sentence) for issue in against)
    passes, money, priced = scope.in_one_currency(currency=currency)
    census = take_census(
        passes=passes, stages=scope.mapping.funnel.stages, as_of=scope.as_of, horizon_days=horizon_days
    )
    findings = funnel_findings(
        census=census,
        known_at=scope.known_at,
        currency=money,
        by=scope.by,
        notes=(*scope.notes, *priced, *refused),
    )
    return Learnt(findings=findings, waiting=None if against else _waiting(scope))


def _waiting(scope: Scope) -> Waiting | None:
    if not scope.facts["touches"].count().to_pyarrow().as_py():
        return None
    rows = waiting(passes=scope.passes, at=scope.until)
    late = rows.filter(rows.seconds > 86_400)
    found = late.group_by("by", days=(late.seconds // 86_400).cast("int64")).aggregate(n=late.count())
    segments: dict[str | None, int] = {}
    days: dict[int, int] = {}
    for row in found.to_pyarrow().to_pylist():
        segments[row["by"]] = segments.get(row["by"], 0) + row["n"]
        days[row["days"]] = days.get(row["days"], 0) + row["n"]
    return Waiting(at=scope.until, by_segment=segments, by_days=dict(sorted(days.items())))
