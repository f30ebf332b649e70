"""From the figure that a CRM shows to ours, difference by difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One reason why two figures differ: what it is, how many records are behind it, the figure after it.

    `change` counts the records, below zero where the CRM counts them and we do not. `after` is a count, or a share as a
    fraction, which may exceed 1 where wins of a month are divided by leads of that month. `chain` and `name` find all the
    records again; `examples` are the keys of some.
    """

    chain: str
    name: str
    said: Message
    change: int
    after: int | Fraction | None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One figure of a CRM and ours, and all that lies between; the last difference ends at `ours`.

    `shown` is what the CRM shows, None where it would divide by nothing. `finding` is our figure where it is a finding.
    """

    name: str
    title: Message
    shown: int | Fraction | None
    differences: tuple[Difference, ...]
    ours: int | Fraction | None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """All reconciliations of one month on one day."""

    month: Period
    as_of: date
    known_at: datetime | None
    parts: tuple[Reconciliation, ...]
    notes: tuple[Message, ...] = ()
