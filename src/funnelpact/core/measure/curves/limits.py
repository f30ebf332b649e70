"""What the data are too few or too young to say, and the cautions that say so."""

from __future__ import annotations

from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK, Curve
from funnelpact.core.measure.curves.interval import Interval
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.quantity import Rate

FEWEST = 30
"""A rate that rests on fewer passes than these, or on the precision of fewer, is not printed; its range is."""


class HorizonOutOfRange(Problem):
    """A horizon below zero days."""

    code = "horizon-out-of-range"


def check_horizon(*, horizon_days: int) -> None:
    """Nothing; raises `HorizonOutOfRange` for a horizon below zero."""
    if horizon_days < 0:
        raise HorizonOutOfRange(days=horizon_days)


def reach(*, curve: Curve, horizon_days: int) -> int | None:
    """The age up to which a finding can speak: the horizon, or the longest identified age; None where there is none.

    Raises `HorizonOutOfRange`.
    """
    check_horizon(horizon_days=horizon_days)
    longest = curve.identified_until
    return None if longest is None else min(horizon_days, longest)


def enters_late(*, table: LifeTable) -> bool:
    """Whether some passes came under watch at an age above zero."""
    return any(table.entered[1:])


def cautions_of_age(*, curve: Curve, table: LifeTable, horizon_days: int, days: int) -> tuple[Message, ...]:
    """What the ages of the passes forbid to say: horizon not reached, still rising there, ages hardly watched."""
    cautions: tuple[Message, ...] = ()
    if days < horizon_days:
        cautions += (Message("caution.too_young", asked=horizon_days, days=days),)
        if curve.at(days=days) > 0 and curve.still_rising:
            cautions += (Message("caution.still_rising", days=days),)
    watched = curve.at_risk[: days + 1].min(initial=float(table.passes))
    if enters_late(table=table) and watched < ENOUGH_AT_RISK:
        cautions += (Message("caution.thin_ages", passes=int(watched), needed=ENOUGH_AT_RISK),)
    return cautions


def cautions_of_size(*, passes: int, interval: Interval | None) -> tuple[Message, ...]:
    """What the number of passes forbids to say; without an interval, that hardly any were watched."""
    if interval is None:
        return (Message("caution.too_few_watched", passes=passes, needed=ENOUGH_AT_RISK),)
    if interval.passes < FEWEST:
        low, high = Rate.measured(interval.low), Rate.measured(interval.high)
        return (Message("caution.too_few", passes=passes, low=low, high=high),)
    return ()


def bounds(*, interval: Interval | None) -> tuple[Rate, Rate] | tuple[None, None]:
    """The two ends of an interval as rates."""
    return (None, None) if interval is None else (Rate.measured(interval.low), Rate.measured(interval.high))
