"""Leads of five types with known truth: how often they are won and how long it takes, cut off on day 548."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve
from scipy.special import ndtr

from funnelpact.core.terms.lifetable import LifeTable

Days = npt.NDArray[np.float64]
Lag = Callable[[np.random.Generator, int], Days]

WATCHED_DAYS = 548
NEVER = np.inf
CELLS_A_DAY = 32


def log_normal(generator: np.random.Generator, size: int, *, median: float, sigma: float) -> Days:
    """Log-normal lags with that median."""
    return median * np.exp(sigma * generator.standard_normal(size))


def weibull(generator: np.random.Generator, size: int, *, scale: float, shape: float) -> Days:
    """Weibull lags."""
    return scale * generator.weibull(shape, size)


def ln(median: float, sigma: float) -> Lag:
    """A log-normal lag."""
    return partial(log_normal, median=median, sigma=sigma)


def wb(scale: float, shape: float) -> Lag:
    """A Weibull lag."""
    return partial(weibull, scale=scale, shape=shape)


class Stage(NamedTuple):
    """Chances of advancing and of being lost, and the days either takes; the rest stays where it is for ever."""

    advances: float
    is_lost: float
    until_advance: Lag
    until_loss: Lag


class LeadType(NamedTuple):
    share: float
    stages: tuple[Stage, ...]


TYPES = {
    "web": LeadType(0.34, (
        Stage(0.34, 0.46, ln(6, 1.0), ln(20, 0.8)),
        Stage(0.82, 0.12, wb(10, 0.9), wb(25, 1.2)),
        Stage(0.23, 0.67, ln(45, 0.7), ln(55, 0.8)),
    )),
    "outbound": LeadType(0.22, (
        Stage(0.30, 0.50, ln(12, 0.9), ln(30, 0.9)),
        Stage(0.70, 0.20, wb(18, 1.1), wb(30, 1.0)),
        Stage(0.32, 0.58, ln(70, 0.6), ln(60, 0.7)),
    )),
    "content": LeadType(0.26, (
        Stage(0.12, 0.38, ln(30, 1.2), ln(45, 1.0)),
        Stage(0.60, 0.25, wb(20, 0.8), wb(30, 1.1)),
        Stage(0.20, 0.65, ln(60, 0.8), ln(60, 0.8)),
    )),
    "demo": LeadType(0.06, (
        Stage(0.62, 0.28, ln(1.5, 0.9), ln(8, 0.9)),
        Stage(0.88, 0.08, wb(4, 1.0), wb(12, 1.0)),
        Stage(0.35, 0.57, ln(30, 0.7), ln(40, 0.8)),
    )),
    "chat": LeadType(0.12, (
        Stage(0.25, 0.60, ln(2, 1.1), ln(6, 1.0)),
        Stage(0.75, 0.18, wb(6, 0.8), wb(15, 1.0)),
        Stage(0.25, 0.68, ln(25, 0.8), ln(35, 0.8)),
    )),
}  # fmt: skip


class Leads(NamedTuple):
    """Leads of one type: instant of arrival, days until won and until lost (never is infinite)."""

    arrival: Days
    won: Days
    lost: Days

    @property
    def won_age(self) -> Days:
        """Age at the win in calendar days."""
        return np.floor(self.arrival + self.won) - np.floor(self.arrival)


def simulated(*, generator: np.random.Generator, lead_type: LeadType, size: int) -> Leads:
    """Leads that arrive ever more often, by 5 % a month, less on weekends and with the season."""
    day = np.arange(WATCHED_DAYS)
    volume = 1.05 ** (day / 30.4) * (1 + 0.15 * np.sin(2 * np.pi * day / 365)) * np.where(day % 7 >= 5, 0.35, 1.0)
    arrival = generator.choice(day, size, p=volume / volume.sum()) + generator.random(size)
    spent, lost, alive = np.zeros(size), np.full(size, NEVER), np.ones(size, dtype=bool)
    for stage in lead_type.stages:
        dice = generator.random(size)
        loses = alive & (dice >= stage.advances) & (dice < stage.advances + stage.is_lost)
        lost = np.where(loses, spent + stage.until_loss(generator, size), lost)
        alive &= dice < stage.advances
        spent = spent + stage.until_advance(generator, size)
    return Leads(arrival, np.where(alive, spent, NEVER), lost)


def watched(leads: Leads, *, amounts: npt.NDArray[np.int64] | None = None) -> LifeTable:
    """The life table of the leads as known at the end of the last day; `amounts` are those of the deals, if won."""
    cut = WATCHED_DAYS - 1 - np.floor(leads.arrival)
    lost_age = np.floor(leads.arrival + leads.lost) - np.floor(leads.arrival)
    won, lost = leads.won_age <= cut, lost_age <= cut
    paid = np.zeros(len(cut), dtype=np.int64) if amounts is None else amounts
    sums = np.bincount(leads.won_age[won].astype(int), paid[won], WATCHED_DAYS)

    def count(ages: Days) -> tuple[int, ...]:
        return tuple(np.bincount(ages.astype(int), minlength=WATCHED_DAYS).tolist())

    moved = count(leads.won_age[won])
    return LifeTable(
        entered=(len(cut), *[0] * (WATCHED_DAYS - 1)),
        moved=moved,
        left=count(lost_age[lost]),
        open=count(cut[~won & ~lost]),
        amount=tuple(Fraction(int(total)) for total in sums),
        amount_known=moved if amounts is not None else (0,) * WATCHED_DAYS,
    )


def true_curve(*, lead_type: LeadType) -> Days:
    """The share won by each age in calendar days, exact to about six digits: the lags of the stages folded together.

    A lead arrives at any hour of its day, so it is won by age `a` when that hour and the lags come to less than a + 1 days.
    """
    cells = 2 * WATCHED_DAYS * CELLS_A_DAY
    edges = np.arange(cells + 1) / CELLS_A_DAY
    mass = np.full(CELLS_A_DAY, 1 / CELLS_A_DAY)
    rate = 1.0
    for stage in lead_type.stages:
        lag = np.diff(share_by(stage.until_advance, edges))
        mass = fftconvolve(mass, lag)[:cells]
        rate *= stage.advances
    # Each fold adds up two cells by their lower ends; their middles lie half a cell higher.
    by_edge = np.concatenate((np.zeros(1), np.cumsum(mass)))
    late = 0.5 * len(lead_type.stages) / CELLS_A_DAY
    return np.asarray(rate * np.interp(np.arange(1, 2 * WATCHED_DAYS + 1) - late, edges, by_edge))


def share_by(lag: Lag, days: Days) -> Days:
    """The share of lags that are over by so many days."""
    assert isinstance(lag, partial)
    with np.errstate(divide="ignore"):
        if lag.func is log_normal:
            return np.asarray(ndtr(np.log(days / lag.keywords["median"]) / lag.keywords["sigma"]))
        return np.asarray(1 - np.exp(-((days / lag.keywords["scale"]) ** lag.keywords["shape"])))
