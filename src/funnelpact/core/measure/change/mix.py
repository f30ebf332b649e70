"""How much of the change of the pooled rate came of another mix of arrivals, and how much of other rates of the segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from funnelpact.core.measure.against.drift import MixChange, mix_change
from funnelpact.core.measure.change.baseline import Baseline, merged
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.measure.curves.limits import FEWEST, reach
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Finding, Row
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

HORIZON_DAYS = 365
"""Rates are compared at this age, or at the longest one that the large segments identify in both periods."""
LARGE = 0.05
"""A segment with this share of the arrivals of both periods is large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A segment, or the small ones together, in both periods: who arrived, and what became of whom."""

    name: Segment
    label: Message | None
    arrived: tuple[int, int]
    curves: tuple[Curve, Curve]


def mix_block(*, before: Baseline, now: Baseline, step: Step, about: Question) -> tuple[Block, ...]:
    """This returns the block that splits the change of the rate of a step into mix and rate; none where it has no meaning.

    Population: arrivals of the two periods are the mix, the life tables of their days the rates, at one age for both.
    Segments of which fewer than `FEWEST` arrived in either period, or that do not identify the age, are read together as one.
    No block without a breakdown, with fewer than two parts, or where no age is identified. Points are hundredths of the
    rate; the parts of all segments add up to the change exactly. The interval of `rate_points` is that of the rates' errors
    (Greenwood), the mix being what it was. Source of the split: `mix_change`.
    """
    if about.by is None:
        return ()
    days = _common_age(before, now, step)
    if days is None:
        return ()
    parts = _parts(before, now, step, days)
    if len(parts) < 2:
        return ()
    arrived = np.array([part.arrived for part in parts], dtype=np.float64)
    rates = np.array([[curve.at(days=days) for curve in part.curves] for part in parts])
    change = mix_change(
        passes_before=arrived[:, 0], rate_before=rates[:, 0], passes_now=arrived[:, 1], rate_now=rates[:, 1]
    )
    rows = _Rows(parts=parts, change=change, days=days, about=about)
    title = Message("drift.title.mix", days=days)
    return (Block(name="mix_against_rate", title=title, rows=(rows.whole(), *rows.each())),)


def _common_age(before: Baseline, now: Baseline, step: Step) -> int | None:
    """The longest age, up to the horizon, that every large segment identifies in both periods; None without any."""
    ages = []
    for name in {**before.arrivals, **now.arrivals}:
        shares = [one.arrivals.get(name, 0) / max(1, one.arrivals.get(ALL, 0)) for one in (before, now)]
        if name == ALL or min(shares) < LARGE:
            continue
        for one in (before, now):
            table = one.table(step=step, segment=name)
            curve = Curve.from_table(table=table) if table is not None else None
            ages.append(reach(curve=curve, horizon_days=HORIZON_DAYS) if curve is not None else None)
    known = [age for age in ages if age is not None]
    return min(known) if known and len(known) == len(ages) else None


def _parts(before: Baseline, now: Baseline, step: Step, days: int) -> list[_Part]:
    names = [name for name in {**before.arrivals, **now.arrivals} if name != ALL]
    found: list[_Part] = []
    small: tuple[list[LifeTable], list[LifeTable]] = ([], [])
    arrived_small = [0, 0]
    for name in sorted(names, key=lambda name: (name is None, -now.arrivals.get(name, 0), name or "")):
        tables = [one.table(step=step, segment=name) for one in (before, now)]
        arrived = (before.arrivals.get(name, 0), now.arrivals.get(name, 0))
        curves = [Curve.from_table(table=table) for table in tables if table is not None]
        reached = [curve.identified_until for curve in curves]
        if len(curves) == 2 and min(arrived) >= FEWEST and all(age is not None and age >= days for age in reached):
            found.append(_Part(name=name, label=None, arrived=arrived, curves=(curves[0], curves[1])))
            continue
        for side, table in enumerate(tables):
            arrived_small[side] += arrived[side]
            small[side].extend([table] if table is not None else [])
    if any(arrived_small):
        both = [Curve.from_table(table=merged(tables=side)) for side in small]
        rest = Message("drift.small_segments")
        sizes = (arrived_small[0], arrived_small[1])
        found.append(_Part(name="small", label=rest, arrived=sizes, curves=(both[0], both[1])))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row before it is told: arrivals and rates before and now, the change by mix and by rate, the latter's error."""

    name: Segment
    label: Message | None
    arrived: tuple[int, int]
    rates: tuple[float, float]
    by: tuple[float, float]
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    parts: list[_Part]
    change: MixChange
    days: int
    about: Question

    def whole(self) -> Row:
        sizes = self._sizes()
        shares = [[part.arrived[side] / sizes[side] for part in self.parts] for side in (0, 1)]
        pooled = [
            sum(
                share * part.curves[side].at(days=self.days)
                for share, part in zip(shares[side], self.parts, strict=True)
            )
            for side in (0, 1)
        ]
        error = NORMAL * float(np.sqrt(sum(self._error(part) ** 2 for part in self.parts)))
        return self._row(
            _Line(
                name=ALL,
                label=None,
                arrived=sizes,
                rates=(pooled[0], pooled[1]),
                by=(self.change.mix, self.change.rate),
                error=error,
            )
        )

    def each(self) -> list[Row]:
        rows = []
        for place, part in enumerate(self.parts):
            rates = (part.curves[0].at(days=self.days), part.curves[1].at(days=self.days))
            by = (float(self.change.mix_by_segment[place]), float(self.change.rate_by_segment[place]))
            line = _Line(
                name=part.name,
                label=part.label,
                arrived=part.arrived,
                rates=rates,
                by=by,
                error=NORMAL * self._error(part),
            )
            rows.append(self._row(line))
        return rows

    def _sizes(self) -> tuple[int, int]:
        return (sum(part.arrived[0] for part in self.parts), sum(part.arrived[1] for part in self.parts))

    def _error(self, part: _Part) -> float:
        """The standard error of the part's contribution by rate."""
        sizes = self._sizes()
        share = (part.arrived[0] / sizes[0] + part.arrived[1] / sizes[1]) / 2
        variances = [curve.variance[min(self.days, len(curve.variance) - 1)] for curve in part.curves]
        return share * float(np.sqrt(sum(variances)))

    def _row(self, line: _Line) -> Row:
        whole = self._sizes()
        shares = [Rate(Fraction(line.arrived[side], whole[side])) for side in (0, 1)]
        arrived = [Message("rule.share_arrived", part=line.arrived[side], whole=whole[side]) for side in (0, 1)]
        change, mix, rate = (_points(part) for part in (sum(line.by), *line.by))
        ends = (_points(line.by[1] - line.error), _points(line.by[1] + line.error))
        by_age = Message("rule.rate_of_days" if line.name != ALL else "rule.pooled_rate", days=self.days)
        return Row(
            name=line.name,
            label=line.label,
            findings=(
                self._finding(line, "share_before", shares[0], arrived[0]),
                self._finding(line, "share_now", shares[1], arrived[1]),
                self._finding(line, "rate_before", Rate.measured(line.rates[0]), by_age),
                self._finding(line, "rate_now", Rate.measured(line.rates[1]), by_age),
                self._finding(line, "change_points", change, Message("rule.change_points", mix=mix, rate=rate)),
                self._finding(line, "mix_points", mix, Message("rule.mix_points")),
                replace(
                    self._finding(line, "rate_points", rate, Message("rule.rate_points")), low=ends[0], high=ends[1]
                ),
            ),
        )

    def _finding(self, line: _Line, name: str, value: Rate | Fraction, rule: Message) -> Finding:
        return self.about.finding(
            name=name,
            value=value,
            n=line.arrived[1],
            population=line.label or population_of(segment=line.name),
            derivation=Derivation(name=name, label=Message(f"finding.{name}"), value=value, rule=rule),
            horizon_days=self.days,
        )


def _points(change: float) -> Fraction:
    return Fraction(round(change * 10**8), 10**6)
