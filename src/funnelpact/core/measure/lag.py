"""How long passes take to move on, counted over all that will, not only over those that already have."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.limits import cautions_of_age, reach
from funnelpact.core.measure.curves.many import NONE, Counts, Curves
from funnelpact.core.measure.unfold import caution, counts_so_far, label, not_known, rule
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

HALF = Fraction(1, 2)
MOST = Fraction(9, 10)
"""The shares of those who move on that a time is given for: the median, and the slow end."""

FEWEST_MOVES = 5
"""A time is given from so many moves on."""


def time_to_move(
    *,
    table: LifeTable,
    share: Fraction,
    horizon_days: int,
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The age in days by which that share of those who move on within the horizon have done so.

    Population: the passes of `table` that move on within the horizon, including those that have not done so yet; a
    mean over deals already won misses the slow ones. `share` is `HALF` for the median, `MOST` for the 90th percentile.
    Value: whole days; None where fewer than `FEWEST_MOVES` moved or too few were watched. Horizon, cautions and errors
    as in `matured_rate`. The interval holds the ages whose share of the moves differs from `share` by no more than
    chance allows (R. Brookmeyer and J. Crowley 1982, A confidence interval for the median survival time,
    doi:10.2307/2530286), on an effective number of moves: what Greenwood's variance gives, at most (Σw)² / Σw² with the
    weight w of a move of each age (L. Kish 1965, Survey Sampling). Where few moves are known it ends at the horizon.

    >>> none = Fraction(0)
    >>> table = LifeTable(entered=(60, 0, 0), moved=(10, 20, 10), left=(0, 0, 20), open=(0, 0, 0),
    ...                   amount=(none,) * 3, amount_known=(0,) * 3)
    >>> time_to_move(table=table, share=HALF, horizon_days=2, step=Step("mql", "sql"),
    ...              population=Message("type.web"), as_of=date(2026, 11, 12)).value
    1
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    value = None if days is None else curve.quantile(share=float(share), until=days)
    name = "median_time_to_move" if share == HALF else f"p{int(share * 100)}_time_to_move"
    low = high = None
    if days is None or value is None or sum(table.moved[: days + 1]) < FEWEST_MOVES:
        value = None
        cautions: tuple[Message, ...] = (caution(name="no_time_yet", step=step, passes=table.passes),)
        tree = not_known(name=name, why=cautions[0], counts=counts_so_far(table=table, step=step))
    else:
        cautions = cautions_of_age(curve=curve, table=table, horizon_days=horizon_days, days=days)
        low, high = time_interval(table=table, share=float(share), days=days)
        tree = _time_derivation(name=name, curve=curve, share=share, value=value, days=days, step=step)
    return Finding(
        name=name,
        value=value,
        low=low,
        high=high,
        n=sum(table.moved),
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=days if days is not None else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def time_interval(*, table: LifeTable, share: float, days: int) -> tuple[int | None, int | None]:
    """The 95 % interval of the age by which that share of those who move on by `days` have; None where nobody does."""
    found = Curves.from_counts(counts=Counts.from_tables(tables=[table])).quantile_interval(share=share, days=days)
    low, high = (int(ends[0]) for ends in found)
    return (None, None) if NONE in (low, high) else (low, high)


def _time_derivation(*, name: str, curve: Curve, share: Fraction, value: int, days: int, step: Step) -> Derivation:
    by_then, by_end = Rate.measured(curve.at(days=value)), Rate.measured(curve.at(days=days))
    return Derivation(
        name=name,
        label=Message("number.time_to_move", share=Rate(share)),
        value=value,
        rule=rule(
            name="time_to_move", step=step, value=value, share=Rate(share), by_then=by_then, by_end=by_end, days=days
        ),
        inputs=tuple(
            Derivation(
                name=key,
                label=label(name="moved_by", step=step, days=day),
                value=rate,
                rule=Message("rule.read_off_curve", days=day),
            )
            for key, day, rate in (("moved_by_then", value, by_then), ("moved_by_horizon", days, by_end))
        ),
    )
