"""How many passes move on, and when: matured, period and cohort rates as findings, each with its arithmetic.

All functions take counts, never facts. `population` names the passes, `as_of` is the last day whose events count,
`known_at` the instant by which they had been learnt. A finding without value says in a caution why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.interval import share_interval
from funnelpact.core.measure.curves.limits import bounds, cautions_of_age, cautions_of_size, check_horizon, reach
from funnelpact.core.measure.unfold import caution, counted, counts_so_far, matured_derivation, not_known, rule
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate


def matured_rate(
    *,
    table: LifeTable,
    horizon_days: int,
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The share of passes that move on within the horizon, corrected for those that have not had their time.

    Population: the passes of `table`, watched until `as_of`. Value: a rate; `horizon_days` of the finding is the age it
    holds for, the one asked for or, with a caution, the longest one that the data identify. No value, with a caution:
    never enough passes watched, or a precision of fewer than `FEWEST` passes (then `low` and `high` still stand). No move
    at all: 0 with an upper bound. Without delayed entry the derivation is moved so far + expected of those still open,
    divided by the passes, which is the same number (B. Efron 1967, The two sample problem with censored data); with
    delayed entry it goes age by age. Raises `HorizonOutOfRange`, `LifeTableBroken`.

    >>> nothing = (0,) * 40
    >>> table = LifeTable(entered=(100, *nothing), moved=(10, *nothing), left=(0, *nothing), open=(30, *nothing[1:], 60),
    ...                   amount=(Fraction(0),) * 41, amount_known=(0, *nothing))
    >>> rate = matured_rate(table=table, horizon_days=40, step=Step("mql", "won"), population=Message("type.web"),
    ...                     as_of=date(2026, 11, 12))
    >>> rate.value, [float(part.value) for part in rate.derivation.inputs]
    (Rate(value=Fraction(1, 10)), [10.0, 100.0])
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    interval = None if days is None else curve.interval(days=days)
    low, high = bounds(interval=interval)
    cautions = cautions_of_size(passes=table.passes, interval=interval)
    if days is None or cautions:
        tree = not_known(name="matured_rate", why=cautions[0], counts=counts_so_far(table=table, step=step))
    else:
        tree = matured_derivation(table=table, curve=curve, days=days, step=step)
        cautions = cautions_of_age(curve=curve, table=table, horizon_days=horizon_days, days=days)
        cautions += _caution_of_none(moved=curve.at(days=days), passes=table.passes, high=high, step=step)
    return Finding(
        name="matured_rate",
        value=tree.value if isinstance(tree.value, Rate) else None,
        low=low,
        high=high,
        n=table.passes,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=days if days is not None else horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def recent_rate(
    *,
    table: LifeTable,
    first_on: date,
    horizon_days: int,
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The matured rate of what happened from `first_on` to `as_of`: the curve that passes would follow if these days lasted.

    Population: `table` counts the passes under watch in those days, each from the age at which it came into them; what moved
    or left before is not in it. It follows a change as soon as it shows, and scatters more than `matured_rate`, from which
    value, interval, cautions and errors are the same. Demographers call it the period life table.
    """
    found = matured_rate(
        table=table, horizon_days=horizon_days, step=step, population=population, as_of=as_of, known_at=known_at
    )
    tree, days = found.derivation, found.horizon_days or 0
    label = (
        Message("finding.recent_rate")
        if found.value is None
        else Message("number.recent_rate", days=days, first=first_on)
    )
    return replace(found, name="recent_rate", derivation=replace(tree, name="recent_rate", label=label))


def period_rate(
    *,
    moved: int,
    left: int,
    first_on: date,
    last_on: date,
    step: Step,
    population: Message,
    known_at: datetime | None = None,
) -> Finding:
    """The share of a period's closings that moved on, the others having left.

    Population: the passes that moved or left from `first_on` to `last_on`, both included, whenever they had entered;
    `as_of` is `last_on`. It is the rate of a CRM's monthly report and no forecast: passes that never close are not in
    it, and in a growing funnel the end that comes sooner weighs too much. No value where fewer than `FEWEST` closed; the interval is that of `share_interval`.

    >>> rate = period_rate(moved=30, left=70, first_on=date(2026, 10, 1), last_on=date(2026, 10, 31),
    ...                    step=Step("opportunity", "won"), population=Message("type.web"))
    >>> rate.name, rate.value, rate.n
    ('period_rate', Rate(value=Fraction(3, 10)), 100)
    """
    closed = moved + left
    inputs = (
        counted(name="moved_in_period", count=moved, step=step),
        counted(name="closed_in_period", count=closed, step=step),
    )
    return _proportion(
        name="period_rate",
        moved=moved,
        passes=closed,
        title=Message("number.period_rate"),
        reason=rule(name="period_rate", step=step, moved=moved, closed=closed, first=first_on, last=last_on),
        inputs=inputs,
        step=step,
        population=population,
        as_of=last_on,
        known_at=known_at,
    )


def cohort_rate(
    *,
    entered: int,
    moved: int,
    horizon_days: int,
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None = None,
) -> Finding:
    """The share of old enough passes that moved on within the horizon.

    Population: the `entered` passes that entered at least `horizon_days` before `as_of`; `moved` of them moved on at an
    age up to the horizon. Every pass counted has had its time, so nothing is estimated, but the young ones are not heard.
    No value where fewer than `FEWEST` are old enough; the interval is that of `share_interval`. Raises `HorizonOutOfRange`.

    >>> rate = cohort_rate(entered=200, moved=13, horizon_days=90, step=Step("mql", "won"),
    ...                    population=Message("type.web"), as_of=date(2026, 11, 12))
    >>> rate.value, rate.horizon_days
    (Rate(value=Fraction(13, 200)), 90)
    """
    check_horizon(horizon_days=horizon_days)
    inputs = (
        counted(name="moved_in_time", count=moved, step=step, days=horizon_days),
        counted(name="old_enough", count=entered, step=step, days=horizon_days),
    )
    return _proportion(
        name="cohort_rate",
        moved=moved,
        passes=entered,
        title=Message("number.cohort_rate", days=horizon_days),
        reason=rule(name="cohort_rate", step=step, moved=moved, passes=entered, days=horizon_days),
        inputs=inputs,
        step=step,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=horizon_days,
    )


def _proportion(
    *,
    name: str,
    moved: int,
    passes: int,
    title: Message,
    reason: Message,
    inputs: tuple[Derivation, ...],
    step: Step,
    population: Message,
    as_of: date,
    known_at: datetime | None,
    horizon_days: int | None = None,
) -> Finding:
    """A plain share of counted passes with its interval."""
    interval = share_interval(share=moved / passes, passes=passes) if passes else None
    low, high = bounds(interval=interval)
    cautions = cautions_of_size(passes=passes, interval=interval) if passes else (Message("caution.none_counted"),)
    if cautions:
        value, tree = None, not_known(name=name, why=cautions[0], counts=inputs)
    else:
        value = Rate(Fraction(moved, passes))
        tree = Derivation(name=name, label=title, value=value, rule=reason, inputs=inputs)
        cautions = _caution_of_none(moved=moved, passes=passes, high=high, step=step)
    return Finding(
        name=name,
        value=value,
        low=low,
        high=high,
        n=passes,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def _caution_of_none(*, moved: float, passes: int, high: Rate | None, step: Step) -> tuple[Message, ...]:
    if moved > 0 or high is None:
        return ()
    return (caution(name="none_moved", step=step, passes=passes, high=high),)
