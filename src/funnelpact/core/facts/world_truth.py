"""What really happens in a simulated world: the curves that its parameters imply, and every pass with its whole future.

Ages are differences of calendar dates, as the life tables count them. A pass arrives at a uniformly distributed time of
its day, so a lag of length L ends at age floor(U + L), and P(age <= h) is the mean of P(L <= x) for x from h to h + 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve
from scipy.special import ndtr

from funnelpact.core.facts.world_spec import Family, Floats, Lag, LeadType, Transition, WorldSpec

Ints: TypeAlias = NDArray[np.int64]
Column: TypeAlias = NDArray[Any]

NEVER = 2**40
"""The day, counted from the first, of what never happens."""

HORIZONS = (30, 60, 90, 180, 365, 547)
"""Ages in days at which the truth states how much has happened."""

SHORTEST_DAYS = 1 / 16
"""Amounts that depend on the lag do so from here on; a power of nothing at all may have no value."""

_CELLS_A_DAY = 32
_TAIL_DAYS, _TAIL_CELLS_A_DAY = 8192, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTruth:
    """The truth of one lead type. Population: all its passes, watched for ever. Rates are shares, ages days.

    `won_by[h]`: share of all passes won by age h; `value_by[h]`: mean revenue by age h of a pass, in the company's
    currency. `win_rate` and `value_per_lead` are the same without a horizon. `advance` and `lag_median` are those of
    the three steps, `amount_mean` that of a won order.
    """

    label: str
    share: float
    advance: tuple[float, float, float]
    lag_median: tuple[float, float, float]
    win_rate: float
    won_by: Mapping[int, float]
    amount_mean: float
    value_per_lead: float
    value_by: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Chances of a yearly renewal, and the shares of recurring revenue that they imply (before new customers)."""

    logo: float
    gross: float
    net: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """One kind of bad record-keeping: the table in which it shows, and the keys of the records that it hit."""

    kind: str
    table: str
    keys: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many records were hit, each once."""
        return len(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that a test may compare with.

    `types` by label. `lives` is one row per lead, before any dirt, in the order of the (clean) leads table: `lead`, `type`, `created_on`, `sql_on`,
    `opportunity_on`, `won_on`, `left_on` (calendar days in the world's zone, NaT: never; those after the last day lie
    in the future), `amount` (in the company's currency, NaN without an opportunity). `csat` is the mean score.
    `dirt` by kind; empty in a clean world.
    """

    types: Mapping[str, TypeTruth]
    lives: Mapping[str, Column]
    retention: Retention
    csat: float
    dirt: Mapping[str, Dirt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Every pass with its whole future. Days are counted from the first day, `NEVER` if it does not happen.

    `entered` has one row per stage (MQL, SQL, opportunity, won); `left` is the day of the loss. `took` is the exact
    time from arrival to won in days (NaN: not won), `readiness` the hidden normal score behind `hotness`.
    """

    kind: Ints
    entered: Ints
    left: Ints
    took: Floats
    readiness: Floats


def lives(*, spec: WorldSpec, rng: np.random.Generator) -> Lives:
    """This returns the passes of a world in order of arrival, drawn as the research test bed does.

    Population: `spec.leads` passes over `spec.days` days. Source: `research/quantitative.md` section 1.

    >>> drawn = lives(spec=WorldSpec(leads=10, days=30), rng=np.random.Generator(np.random.PCG64(1)))
    >>> drawn.entered.shape, bool((np.diff(drawn.entered[0]) >= 0).all())
    ((4, 10), True)
    """
    count = spec.leads
    created = np.sort(rng.choice(spec.days, size=count, p=arrival_shares(spec=spec)))
    kind = rng.choice(len(spec.types), size=count, p=[lead_type.share for lead_type in spec.types])
    readiness = rng.standard_normal(count)
    started = rng.random(count)
    clock = created + started
    entered = np.full((4, count), NEVER, dtype=np.int64)
    entered[0] = created
    left = np.full(count, NEVER, dtype=np.int64)
    inside = np.arange(count)
    for step in range(3):
        steps = [lead_type.steps[step] for lead_type in spec.types]
        # Ready passes draw small numbers; the copula keeps each number uniform, so every rate stays what it is.
        pull = spec.hotness if step == 0 else 0.0
        chance = ndtr(np.sqrt(1 - pull**2) * rng.standard_normal(len(inside)) - pull * readiness[inside])
        advance = np.array([each.advance for each in steps])[kind[inside]]
        lost = np.array([each.lost for each in steps])[kind[inside]]
        moves, leaves = chance < advance, (chance >= advance) & (chance < advance + lost)
        leaving = inside[leaves]
        left[leaving] = np.floor(clock[leaving] + _draw([each.lost_lag for each in steps], kind[leaving], rng))
        inside = inside[moves]
        clock[inside] += _draw([each.advance_lag for each in steps], kind[inside], rng)
        entered[step + 1, inside] = np.floor(clock[inside])
    took = np.full(count, np.nan)
    took[inside] = clock[inside] - created[inside] - started[inside]
    return Lives(kind=kind.astype(np.int64), entered=entered, left=left, took=took, readiness=readiness)


def arrival_shares(*, spec: WorldSpec) -> Floats:
    """This returns the share of all passes that arrives on each day: growth, a yearly sine, quiet weekends.

    >>> arrival_shares(spec=WorldSpec(days=2, growth=0, season=0)).tolist()
    [0.7407407407407407, 0.25925925925925924]
    """
    day = np.arange(spec.days)
    weekday = (day + spec.first_day.weekday()) % 7
    weight = (1 + spec.growth) ** (day / 30.4) * (1 + spec.season * np.sin(2 * np.pi * day / 365))
    weight = weight * np.where(weekday >= 5, spec.weekend, 1.0)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def type_truth(*, kind: LeadType, amount_lag_power: float = 0.0) -> TypeTruth:
    """This returns what the parameters of one lead type imply, by numerical convolution of its three lags.

    Population: all passes of the type, for ever. Lags are put into cells of 1/32 day, so ages are off by less than a
    cell. With `amount_lag_power` b, the mean order won after L days is proportional to L**b.

    >>> truth = type_truth(kind=WorldSpec().types[0])
    >>> round(truth.win_rate, 6), round(truth.won_by[180] / truth.win_rate, 2), round(truth.value_per_lead, 3)
    (0.064124, 0.96, 128.248)
    """
    win_rate = float(np.prod([step.advance for step in kind.steps]))
    density = _won_density(kind.steps, HORIZONS[-1] + 2, _CELLS_A_DAY)
    days = np.maximum(np.arange(len(density)) / _CELLS_A_DAY, SHORTEST_DAYS)
    won_by = _by_age(density, _CELLS_A_DAY)
    value_by = won_by
    if amount_lag_power:
        mean_power = lag_power_mean(steps=kind.steps, power=amount_lag_power)
        value_by = _by_age(density * days**amount_lag_power / mean_power, _CELLS_A_DAY)
    return TypeTruth(
        label=kind.label,
        share=kind.share,
        advance=(kind.steps[0].advance, kind.steps[1].advance, kind.steps[2].advance),
        lag_median=(
            kind.steps[0].advance_lag.median,
            kind.steps[1].advance_lag.median,
            kind.steps[2].advance_lag.median,
        ),
        win_rate=win_rate,
        won_by={age: win_rate * share for age, share in won_by.items()},
        amount_mean=kind.amount_mean,
        value_per_lead=win_rate * kind.amount_mean,
        value_by={age: win_rate * kind.amount_mean * share for age, share in value_by.items()},
    )


def lag_power_mean(*, steps: tuple[Transition, ...], power: float) -> float:
    """This returns the mean of L**power over the won, L the days from arrival to won.

    >>> lag_power_mean(steps=WorldSpec().types[0].steps, power=0.0)
    1.0
    """
    density = _won_density(steps, _TAIL_DAYS, _TAIL_CELLS_A_DAY)
    days = np.maximum(np.arange(len(density)) / _TAIL_CELLS_A_DAY, SHORTEST_DAYS)
    return float(np.sum(density * days**power) / density.sum())


def retention_truth(*, spec: WorldSpec, kept_when_contracted: float, grown_when_expanded: float) -> Retention:
    """This returns the retention that the chances of a renewal imply, as shares of what falls due.

    >>> spec = WorldSpec(churn=0.1, contract=0.1, expand=0.2)
    >>> retention_truth(spec=spec, kept_when_contracted=0.8, grown_when_expanded=1.25).gross
    0.88
    """
    gross = 1 - spec.churn - spec.contract * (1 - kept_when_contracted)
    net = gross + spec.expand * (grown_when_expanded - 1)
    return Retention(logo=1 - spec.churn, gross=round(gross, 12), net=round(net, 12))


def calendar_days(*, first_day: date, days: Ints) -> NDArray[np.datetime64]:
    """This returns the dates of days counted from `first_day`; what never happens has no date (NaT).

    >>> calendar_days(first_day=date(2025, 1, 31), days=np.array([1, NEVER])).tolist()
    [datetime.date(2025, 2, 1), None]
    """
    happens = np.asarray(days) < NEVER
    dates = np.datetime64(first_day, "D") + np.where(happens, days, 0).astype("timedelta64[D]")
    dates[~happens] = np.datetime64("NaT", "D")
    return np.asarray(dates, dtype="datetime64[D]")


def _draw(lags: list[Lag], kind: Ints, rng: np.random.Generator) -> Floats:
    """One lag in days for each pass, from the lag of its type."""
    size = np.array([lag.size for lag in lags])[kind]
    spread = np.array([lag.spread for lag in lags])[kind]
    bell = np.array([lag.family is Family.LOG_NORMAL for lag in lags])[kind]
    normal, exponential = rng.standard_normal(len(kind)), rng.standard_exponential(len(kind))
    return np.asarray(size * np.where(bell, np.exp(spread * normal), exponential ** (1 / spread)), dtype=np.float64)


def _won_density(steps: tuple[Transition, ...], days: int, cells_a_day: int) -> Floats:
    """The share of the won whose whole way took about k cells, up to so many days; lags are rounded to whole cells."""
    edges = (np.arange(days * cells_a_day + 1) - 0.5) / cells_a_day
    whole = np.ones(1)
    for step in steps:
        whole = fftconvolve(whole, np.diff(step.advance_lag.reached(days=edges)))[: len(edges) - 1]
    return np.maximum(whole, 0.0)


def _by_age(density: Floats, cells_a_day: int) -> dict[int, float]:
    """The mass up to each horizon, averaged over the day: a pass arrives at any time of its first day."""
    reached = np.cumsum(density)
    return {age: float(reached[age * cells_a_day : (age + 1) * cells_a_day].mean()) for age in HORIZONS}
