"""What a simulated company is like: its lead types, its people, its customers, and how badly its records are kept.

The funnel figures of the five lead types are the test bed of the project's research: per transition the chance to
advance, the chance to be lost (whoever does neither never moves), and the two lags as distributions in days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats: TypeAlias = NDArray[np.float64]


class Family(Enum):
    """The shape of a lag."""

    LOG_NORMAL = "log-normal"
    WEIBULL = "weibull"


@dataclass(frozen=True, slots=True)
class Lag:
    """The time between two stages in days: log-normal (`size` the median, `spread` sigma) or Weibull (scale, shape).

    >>> round(log_normal(median=6, sigma=1.0).median, 2), round(weibull(scale=10, shape=0.9).median, 2)
    (6, 6.65)
    """

    family: Family
    size: float
    spread: float

    @property
    def median(self) -> float:
        """Half of those who make the step have made it by then, in days."""
        return self.size if self.family is Family.LOG_NORMAL else float(self.size * np.log(2) ** (1 / self.spread))

    def reached(self, *, days: Floats) -> Floats:
        """The share of those who make the step who have made it within so many days (0 at and below zero)."""
        days = np.maximum(days, 1e-300)
        if self.family is Family.LOG_NORMAL:
            return np.asarray(ndtr(np.log(days / self.size) / self.spread), dtype=np.float64)
        return np.asarray(-np.expm1(-((days / self.size) ** self.spread)), dtype=np.float64)


def log_normal(*, median: float, sigma: float) -> Lag:
    """A log-normal lag, by its median in days and sigma."""
    return Lag(Family.LOG_NORMAL, median, sigma)


def weibull(*, scale: float, shape: float) -> Lag:
    """A Weibull lag, by its scale in days and shape."""
    return Lag(Family.WEIBULL, scale, shape)


@dataclass(frozen=True, slots=True)
class Transition:
    """What becomes of a pass in one stage: it advances, is lost, or (the remainder) never moves."""

    advance: float
    lost: float
    advance_lag: Lag
    lost_lag: Lag

    def __post_init__(self) -> None:
        if min(self.advance, self.lost) < 0 or self.advance + self.lost > 1:
            raise ValueError("the chances to advance and to be lost are shares, and together at most 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadType:
    """One lead type. `steps` are MQL→SQL, SQL→opportunity, opportunity→won.

    `amount_mean` and `amount_cv` describe one order in the company's currency. `engagement` is what the person did
    (None: nothing, the company wrote first). `response_minutes` is the median of working minutes from hand-over to
    first human touch, `assign_seconds` the median from creation to hand-over. `lead_cost` is spend for one lead.
    """

    label: str
    share: float
    steps: tuple[Transition, Transition, Transition]
    amount_mean: float = 2000.0
    amount_cv: float = 0.8
    engagement: str | None = "form"
    campaigns: tuple[str, ...] = ("General",)
    response_minutes: float = 60.0
    assign_seconds: float = 240.0
    lead_cost: float = 40.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A customer size class: its share of companies, how many people work there, and how its orders compare."""

    label: str
    share: float
    employees: tuple[int, int]
    amount_factor: float


TYPES = (
    LeadType(
        label="Website form",
        share=0.34,
        steps=(
            Transition(0.34, 0.46, log_normal(median=6, sigma=1.0), log_normal(median=20, sigma=0.8)),
            Transition(0.82, 0.12, weibull(scale=10, shape=0.9), weibull(scale=25, shape=1.2)),
            Transition(0.23, 0.67, log_normal(median=45, sigma=0.7), log_normal(median=55, sigma=0.8)),
        ),
        campaigns=("Brand search", "Generic search", "Retargeting", "Organic"),
        lead_cost=46,
    ),
    LeadType(
        label="Outbound",
        share=0.22,
        steps=(
            Transition(0.30, 0.50, log_normal(median=12, sigma=0.9), log_normal(median=30, sigma=0.9)),
            Transition(0.70, 0.20, weibull(scale=18, shape=1.1), weibull(scale=30, shape=1.0)),
            Transition(0.32, 0.58, log_normal(median=70, sigma=0.6), log_normal(median=60, sigma=0.7)),
        ),
        amount_mean=2783,
        engagement=None,
        campaigns=("Finance list", "Logistics list", "Partner list"),
        response_minutes=150,
        assign_seconds=20,
        lead_cost=71,
    ),
    LeadType(
        label="Content",
        share=0.26,
        steps=(
            Transition(0.12, 0.38, log_normal(median=30, sigma=1.2), log_normal(median=45, sigma=1.0)),
            Transition(0.60, 0.25, weibull(scale=20, shape=0.8), weibull(scale=30, shape=1.1)),
            Transition(0.20, 0.65, log_normal(median=60, sigma=0.8), log_normal(median=60, sigma=0.8)),
        ),
        engagement="download",
        campaigns=("SLA guide", "Benchmark report", "Webinar", "Newsletter"),
        response_minutes=600,
        assign_seconds=3600,
        lead_cost=9,
    ),
    LeadType(
        label="Demo request",
        share=0.06,
        steps=(
            Transition(0.62, 0.28, log_normal(median=1.5, sigma=0.9), log_normal(median=8, sigma=0.9)),
            Transition(0.88, 0.08, weibull(scale=4, shape=1.0), weibull(scale=12, shape=1.0)),
            Transition(0.35, 0.57, log_normal(median=30, sigma=0.7), log_normal(median=40, sigma=0.8)),
        ),
        amount_mean=2400,
        campaigns=("Brand search", "Review sites"),
        response_minutes=20,
        assign_seconds=90,
        lead_cost=120,
    ),
    LeadType(
        label="Live chat",
        share=0.12,
        steps=(
            Transition(0.25, 0.60, log_normal(median=2, sigma=1.1), log_normal(median=6, sigma=1.0)),
            Transition(0.75, 0.18, weibull(scale=6, shape=0.8), weibull(scale=15, shape=1.0)),
            Transition(0.25, 0.68, log_normal(median=25, sigma=0.8), log_normal(median=35, sigma=0.8)),
        ),
        amount_mean=1850,
        engagement="chat",
        campaigns=("Pricing page", "Help pages"),
        response_minutes=8,
        assign_seconds=15,
        lead_cost=24,
    ),
)
"""The five lead types of the research test bed, with orders, campaigns and pace of a small software company."""

SEGMENTS = (
    Segment("Small", 0.55, (5, 49), 0.7),
    Segment("Mid-market", 0.33, (50, 499), 1.1),
    Segment("Enterprise", 0.12, (500, 20_000), 1.9),
)

STREAMS = (("Platform", 0.7), ("Services", 0.3))

COUNTRIES = (
    ("Türkiye", 0.38),
    ("Germany", 0.2),
    ("United Kingdom", 0.18),
    ("Netherlands", 0.13),
    ("United States", 0.11),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSpec:
    """Everything that a simulated company depends on, beside the dice.

    Time: `days` calendar days from `first_day` in `zone`; the last one is complete, nothing later is in the facts.
    Arrivals: `growth` per 30.4 days, a yearly sine of `season`, `weekend` the factor of a Saturday or Sunday.
    Money: `currency`; `foreign` names other currencies with the share of deals and the mean rate (units for one of
    ours). `amount_lag_power` lets orders grow with the days from lead to won (0: independent of it); the mean stays.
    People: `capacity` passes a rep and month; `reps` None derives their number from it. `never_assigned` and
    `never_touched` are shares of leads. `hotness` (0 to 1, off) is the correlation of a hidden readiness with both
    a quick first touch and MQL→SQL: answering fast then looks effective and is not, while all rates stay as they are.
    Customers: `customers` exist before the first day; `churn`, `contract`, `expand` are chances at each yearly
    renewal; `csat` the chances of the scores 1 to 5. `sales_sourced` is the number of deals without a lead, as a
    share of those with one (none by default). `zipf` is the exponent of the sizes of campaigns, owners and companies
    (0: much alike). `dirt` is the share of the eligible rows that each kind of bad record-keeping hits.

    With the defaults the last months bring about 200 thousand a month; 47 000 leads bring about 500 thousand.

    >>> WorldSpec(leads=100).last_day
    datetime.date(2026, 10, 31)
    """

    types: tuple[LeadType, ...] = TYPES
    first_day: date = date(2025, 5, 2)
    days: int = 548
    leads: int = 20_000
    growth: float = 0.05
    season: float = 0.15
    weekend: float = 0.35
    zone: str = "UTC"
    office_hours: tuple[int, int] = (9, 18)
    holidays: tuple[date, ...] = ()
    currency: str = "EUR"
    foreign: tuple[tuple[str, float, float], ...] = ()
    amount_lag_power: float = 0.0
    segments: tuple[Segment, ...] = SEGMENTS
    streams: tuple[tuple[str, float], ...] = STREAMS
    countries: tuple[tuple[str, float], ...] = COUNTRIES
    leads_per_company: float = 1.6
    reps: int | None = None
    capacity: float = 120.0
    never_assigned: float = 0.01
    never_touched: float = 0.04
    paused: float = 0.01
    hotness: float = 0.0
    sales_sourced: float = 0.0
    customers: int = 400
    churn: float = 0.11
    contract: float = 0.07
    expand: float = 0.22
    csat: tuple[float, float, float, float, float] = (0.03, 0.05, 0.12, 0.38, 0.42)
    zipf: float = 0.0
    dirt: float = 0.0
    source: str = "simulated"

    def __post_init__(self) -> None:
        shares = {
            "types": [kind.share for kind in self.types],
            "segments": [segment.share for segment in self.segments],
            "streams": [share for _, share in self.streams],
            "countries": [share for _, share in self.countries],
            "csat": list(self.csat),
        }
        for name, parts in shares.items():
            if not np.isclose(sum(parts), 1, atol=1e-9):
                raise ValueError(f"the shares of {name} sum to 1")
        if self.leads < 1 or self.days < 1 or self.customers < 0 or self.leads_per_company < 1:
            raise ValueError(
                "a world has at least one lead, one day, no negative number of customers, and a lead a company"
            )
        if not (0 <= self.dirt <= 1 and 0 <= self.hotness <= 1 and self.zipf >= 0):
            raise ValueError("dirt and hotness lie between 0 and 1, zipf is not negative")
        if self.churn + self.contract + self.expand > 1:
            raise ValueError("churn, contraction and expansion are together at most 1")

    @property
    def last_day(self) -> date:
        """The last complete day; facts after it are cut off."""
        return self.first_day + timedelta(days=self.days - 1)


def zipf_types(*, base: tuple[LeadType, ...] = TYPES, count: int, exponent: float = 1.0) -> tuple[LeadType, ...]:
    """This returns `count` lead types made from those of `base` in turn, with shares that fall by rank (Zipf's law).

    The k-th has a share proportional to k**-exponent; its label carries its rank, all else is that of its model.

    >>> [(kind.label, round(kind.share, 3)) for kind in zipf_types(count=3)]
    [('Website form 1', 0.545), ('Outbound 2', 0.273), ('Content 3', 0.182)]
    """
    shares = rank_shares(count=count, exponent=exponent)
    models = [base[rank % len(base)] for rank in range(count)]
    return tuple(
        replace(model, label=f"{model.label} {rank + 1}", share=float(shares[rank]))
        for rank, model in enumerate(models)
    )


def rank_shares(*, count: int, exponent: float) -> Floats:
    """This returns the shares of `count` ranks under Zipf's law, largest first; they sum to 1 exactly enough to draw.

    >>> rank_shares(count=3, exponent=0.0).round(3).tolist()
    [0.333, 0.333, 0.333]
    """
    weights = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return np.asarray(weights / weights.sum(), dtype=np.float64)
