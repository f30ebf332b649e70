"""What rates of the past said, next to what came: the usual ones and ours, day by day, and how far each was off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate


class Method(Enum):
    """How a rate was told on a day of the past: matured, or one of the two that CRMs print."""

    MATURED = "matured_rate"
    WON_OF_CREATED = "won_of_created"
    WON_OF_CLOSED = "won_of_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of passes: of those that `entered`, so many are old enough by now, and so many of these moved in time.

    `share` is None where too few are old enough, or too small a part of all of them: then nobody knows yet what came.
    """

    entered: int
    old_enough: int
    moved: int
    share: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One day, one horizon, one segment (named as in `SegmentFindings`): what was said, and what came.

    `told` is the matured rate as of that day; `answered` whether it has a value at the very horizon asked for. `known_at`
    is None where no batch was known by then, so that later edits cannot be told apart. The two rates of CRMs count wins
    so far; they are None without a pass, and without a loss. `settled`: every pass was old enough on that day already, so that
    nothing was left to foretell. `same` is about the passes that the rate was measured on,
    `newest` about those of them that entered in the last quarter before that day.
    """

    as_of: date
    known_at: datetime | None
    segment: str | None
    horizon_days: int
    told: Finding
    answered: bool
    settled: bool
    won_of_created: Rate | None
    won_of_closed: Rate | None
    same: Came
    newest: Came

    def said(self, method: Method) -> Rate | None:
        """What a method said on that day; None where it said nothing of this horizon."""
        match method:
            case Method.WON_OF_CREATED:
                return self.won_of_created
            case Method.WON_OF_CLOSED:
                return self.won_of_closed
        return self.told.value if self.answered and isinstance(self.told.value, Rate) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How far a method was off, over the days on which it, the matured rate and what came are all known, and not settled.

    `error` is the mean distance to what came, `bias` the mean of said less came, both as shares (0.01 is a point); `same`
    and `newest` as in `Trial`. `nearer` counts the days of `same` on which the matured rate was nearer than this method.
    None where there is no such day.
    """

    method: Method
    days: int
    error: Rate | None
    bias: Fraction | None
    nearer: int
    days_of_newest: int
    error_of_newest: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All days of one horizon and one segment: `asked`, of these `answered`, of these `known` what came.

    `known` leaves out days on which nothing was left to foretell. `covered` counts those of them on which what came of the
    same passes lay inside the printed range.
    """

    segment: str | None
    horizon_days: int
    asked: int
    answered: int
    known: int
    covered: int
    errors: tuple[Errors, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBacktest:
    """The backtest of rates of one company, by horizon and segment; `as_of` and `known_at` are those of what came."""

    step: Step
    as_of: date
    known_at: datetime | None
    by: str | None
    horizons: tuple[int, ...]
    trials: tuple[Trial, ...]
    scores: tuple[Score, ...]
    notes: tuple[Message, ...]
