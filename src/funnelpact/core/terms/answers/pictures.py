"""What pictures are drawn of: curves by age and cohorts by month, as numbers with their limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """The share that has moved on by an age in days, and its 95 % interval."""

    age: int
    share: Rate
    low: Rate
    high: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveLine:
    """The curve of one segment (named as in `SegmentFindings`).

    `points` are in the order of age, up to the oldest pass or the horizon; empty where too few passes were watched for a
    rate. Up to `firm_until` enough passes were watched; what follows rests on a few, None where nothing is firm. `rate` is
    the matured rate that the table prints.
    """

    segment: str | None
    points: tuple[CurvePoint, ...]
    firm_until: int | None
    rate: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The curves of a step by segment, all passes first; `horizon_days` as asked for."""

    step: Step
    as_of: date
    known_at: datetime | None
    by: str | None
    horizon_days: int
    lines: tuple[CurveLine, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCell:
    """The share of a month's passes that has moved on by an age.

    `young`: some of them are younger than that, and the share is estimated; otherwise it is counted. `share` is None where
    too few of them were watched at that age.
    """

    age: int
    share: Rate | None
    young: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The passes that entered in a month (its first day), and what became of them by each age."""

    month: date
    passes: int
    cells: tuple[CohortCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle:
    """The cohorts of a step, oldest first, all with cells of the same `ages`."""

    step: Step
    as_of: date
    known_at: datetime | None
    ages: tuple[int, ...]
    cohorts: tuple[Cohort, ...]
    notes: tuple[Message, ...] = ()
