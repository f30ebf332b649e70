"""Rates of segments too small to have one of their own, drawn toward the rate of all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.limits import FEWEST, reach
from funnelpact.core.measure.curves.shrinkage import shrunk
from funnelpact.core.measure.population import population_of
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

FEWEST_SEGMENTS = 3
"""With fewer segments there is no telling how far apart they are."""


def drawn_rates(
    *, tables: Mapping[Segment, LifeTable], horizon_days: int, as_of: date, known_at: datetime | None = None
) -> dict[Segment, Finding]:
    """This returns a rate for each segment whose own rests on the precision of fewer than `FEWEST` passes.

    Population: the passes of each life table; `ALL` gives the age, the longest up to the horizon that all identify. A segment
    takes part where somebody in it was watched to that age, or nobody is open any more; the others have no rate at it.
    Value and interval: `shrinkage`, an empirical Bayes estimate, which is not the segment's own rate and is named apart.
    Empty where there are fewer than `FEWEST_SEGMENTS` segments or nothing is identified.
    """
    whole = Curve.from_table(table=tables[ALL]) if ALL in tables else None
    days = reach(curve=whole, horizon_days=horizon_days) if whole else None
    if days is None:
        return {}
    curves = {name: Curve.from_table(table=table) for name, table in tables.items() if name != ALL}
    curves = {name: curve for name, curve in curves.items() if _speaks(curve, days)}
    share = np.array([curve.at(days=days) for curve in curves.values()])
    passes = np.array([curve.effective_passes(days=days) for curve in curves.values()])
    found = shrunk(share=share, passes=passes) if len(curves) >= FEWEST_SEGMENTS else None
    if found is None:
        return {}
    drawn = {}
    for place, name in enumerate(curves):
        if passes[place] >= FEWEST:
            continue
        value = Rate.measured(float(found.share[place]))
        drawn[name] = Finding(
            name="drawn_rate",
            value=value,
            low=Rate.measured(float(found.low[place])),
            high=Rate.measured(float(found.high[place])),
            n=tables[name].passes,
            population=population_of(segment=name),
            as_of=as_of,
            known_at=known_at,
            horizon_days=days,
            derivation=_derivation(
                value=value,
                own=float(share[place]),
                mean=found.mean,
                weight=float(found.weight[place]),
                days=days,
            ),
        )
    return drawn


def _speaks(curve: Curve, days: int) -> bool:
    watched = days < len(curve.at_risk) and curve.at_risk[days] > 0
    return bool(len(curve.at_risk) and (watched or curve.open_at(days=days) == 0))


def _derivation(*, value: Rate, own: float, mean: float, weight: float, days: int) -> Derivation:
    parts = (("own_rate", own), ("rate_of_segments", mean), ("own_weight", weight))
    inputs = tuple(
        Derivation(
            name=name,
            label=Message(f"number.{name}"),
            value=Rate.measured(part),
            rule=Message(f"rule.{name}", days=days),
        )
        for name, part in parts
    )
    rates = [Rate.measured(part) for part in (own, mean, weight, 1 - weight)]
    rule = Message("rule.drawn_rate", own=rates[0], all=rates[1], weight=rates[2], rest=rates[3])
    label = Message("number.drawn_rate", days=days)
    return Derivation(name="drawn_rate", label=label, value=value, rule=rule, inputs=inputs)
