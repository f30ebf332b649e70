"""One measured number, with all that a reader needs to trust or distrust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TypeAlias

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.funnel import Funnel, Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate, Ratio

Figure: TypeAlias = "Rate | Ratio | Money | int | Fraction | timedelta | date | Message"
"""What a measured number can be: a share, a ratio that may exceed 1, an amount, a count or number of days, a mean, a duration, a day,
a verdict.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rate, an amount, a number or a duration that was measured.

    `value` is None when it cannot be known yet; then a caution says why. `low` and `high` bound the 95 % interval, None
    where there is none. `n` counts the passes (or deals) behind it, `population` names them, `as_of` is the last day
    whose events count, `known_at` the instant by which they had been learnt, `horizon_days` the age up to which a
    matured rate or value counts.
    """

    name: str
    value: Figure | None
    low: Figure | None = None
    high: Figure | None = None
    n: int
    population: Message
    as_of: date
    known_at: datetime | None
    horizon_days: int | None = None
    cautions: tuple[Message, ...] = ()
    derivation: Derivation


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFindings:
    """What is known of one step (or of the whole way to won) for one segment.

    `matured` is the rate of all passes, `recent` that of what happened in the last half year; `horizons` are the rates at
    printed ages, the last one at the longest age that the data identify.
    """

    step: Step
    matured: Finding
    recent: Finding
    cohort: Finding
    period: Finding
    median_days: Finding
    p90_days: Finding
    horizons: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFindings:
    """What is known of one segment: its passes, its steps, the whole way to won, and what a lead of it is worth.

    `name` is the value of the breakdown as the source writes it, None where the source says nothing, `""` for all passes
    together. `reached` counts the passes by stage, first to last. `value` and `spread` are the mean and the standard
    deviation of the revenue of one lead within the horizon; `spread` is None where `value` is not known. `composed` is the
    rate of the whole way as its steps one by one give it, None where there is only one. `drawn` is the rate of the way of a
    segment too small to have one of its own, drawn toward that of all; None for the others.
    """

    name: str | None
    reached: tuple[int, ...]
    steps: tuple[StepFindings, ...]
    to_won: StepFindings
    order_value: Finding
    value: Finding
    spread: Money | None
    arrivals: int
    """Passes of the last `ARRIVAL_DAYS` days in which any arrived: the mix of today."""
    composed: Finding | None = None
    drawn: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelFindings:
    """What a company's data say of its funnel on one day.

    `cohort_days` is the age at which cohort rates are taken: the horizon, or less where no pass is that old.
    `period` is the span of period rates, `window` that of recent rates. `segments` begins with all passes together, then the parts by size. `notes` are what the reader must know before any
    number: what was left out, what the data cannot show.
    """

    funnel: Funnel
    as_of: date
    known_at: datetime | None
    horizon_days: int
    cohort_days: int
    by: str | None
    currency: str
    period: tuple[date, date]
    window: tuple[date, date]
    observed_from: date | None
    segments: tuple[SegmentFindings, ...]
    notes: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The findings of one segment, named as in `SegmentFindings`; of something else, `label` is its name for people."""

    name: str | None
    findings: tuple[Finding, ...]
    label: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Findings of one kind, side by side and by segment; the rows have findings of the same names in the same order."""

    name: str
    title: Message
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured for one question, `name`, on one day.

    `by` names the breakdown, None for none. `notes` are what the reader must know before any number.
    """

    name: str
    as_of: date
    known_at: datetime | None
    by: str | None
    blocks: tuple[Block, ...]
    notes: tuple[Message, ...] = ()
