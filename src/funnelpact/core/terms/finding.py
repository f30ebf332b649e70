"""One measured number, with all that a reader needs to trust or distrust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rate, an amount or a number of days that was measured.

    `value` is None when it cannot be known yet; then a caution says why. `low` and `high` bound the 95 % interval, None
    where there is none. `n` counts the passes (or deals) behind it, `population` names them, `as_of` is the last day
    whose events count, `known_at` the instant by which they had been learnt, `horizon_days` the age up to which a
    matured rate or value counts.
    """

    name: str
    value: Rate | Money | int | None
    low: Rate | Money | int | None = None
    high: Rate | Money | int | None = None
    n: int
    population: Message
    as_of: date
    known_at: datetime | None
    horizon_days: int | None = None
    cautions: tuple[Message, ...] = ()
    derivation: Derivation
