"""How many passes have moved on by printed ages: 30 to 365 days, and the longest age that the data identify."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.measure.unfold import counts_so_far, not_known
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message

HORIZONS = (30, 60, 90, 180, 365)
"""Ages in days at which every rate is given."""


def rates_by_age(
    *, table: LifeTable, step: Step, population: Message, as_of: date, known_at: datetime | None = None
) -> tuple[Finding, ...]:
    """The matured rates at the `HORIZONS`, then the one at the longest identified age.

    Population: the passes of `table`. An age that the data do not identify has no value and a caution that says how far
    they reach; the last finding says whether more will follow. Where no age is identified the last one is left out.
    Interval, cautions and errors are those of `matured_rate`.

    >>> from fractions import Fraction
    >>> nothing = (0,) * 40
    >>> table = LifeTable(entered=(100, *nothing), moved=(10, *nothing), left=(0, *nothing), open=(30, *nothing[1:], 60),
    ...                   amount=(Fraction(0),) * 41, amount_known=(0, *nothing))
    >>> found = rates_by_age(table=table, step=Step("mql", "won"), population=Message("type.web"), as_of=date(2026, 11, 12))
    >>> [(rate.horizon_days, rate.value and float(rate.value.value)) for rate in found]
    [(30, 0.1), (60, None), (90, None), (180, None), (365, None), (40, 0.1)]
    """
    curve = Curve.from_table(table=table)
    longest = curve.identified_until

    def rate(days: int) -> Finding:
        return matured_rate(
            table=table, horizon_days=days, step=step, population=population, as_of=as_of, known_at=known_at
        )

    found = [
        rate(days)
        if longest is not None and days <= longest
        else _not_identified(rate(days), table=table, days=days, longest=longest, step=step)
        for days in HORIZONS
    ]
    if longest is None:
        return tuple(found)
    last = rate(longest)
    if last.value is not None and curve.still_rising:
        last = replace(last, cautions=(*last.cautions, Message("caution.still_rising", days=longest)))
    return (*found, last)


def _not_identified(found: Finding, *, table: LifeTable, days: int, longest: int | None, step: Step) -> Finding:
    too_young = Message("caution.not_identified", asked=days, days=longest or 0)
    why = found.cautions[0] if longest is None else too_young
    tree = not_known(name="matured_rate", why=why, counts=counts_so_far(table=table, step=step))
    return replace(found, value=None, low=None, high=None, horizon_days=days, cautions=(why,), derivation=tree)
