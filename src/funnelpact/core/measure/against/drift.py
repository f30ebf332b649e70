"""Whether the funnel still behaves as when its rates were agreed: moves observed against moves expected, day by day.

What is assumed: that a pass of some type and age moves with the hazard of the baseline; then observed less expected is
noise around zero, however the funnel grows, ages or shifts its mix. What is estimated: the ratio of observed to
expected, when it began to differ, and whether level or pace differs. How: cumulative sums with a threshold by simulation
that counts the baseline as the estimate it is. When it fails: a baseline shorter than a season takes a season for drift; a day
of bulk closing looks like drift (watch losses and moves on charts of their own).

The caller supplies counts: `observed` moves and `expected` = Σ over types and ages of passes at risk × baseline hazard,
both only at the ages that the baseline identifies.
Sources: P. Biswas and J. D. Kalbfleisch 2008, A risk-adjusted CUSUM in continuous time based on the Cox model,
doi:10.1002/sim.3216; R. J. Sun and J. D. Kalbfleisch 2013, doi:10.1111/j.1541-0420.2012.01822.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import erfc, fdtri

from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import NORMAL, TAIL

SQRT2 = float(np.sqrt(2))

FALL, RISE = 0.8, 1.25
"""The ratios that the two sums are tuned to find."""

FALSE_FALLS, FALSE_RISES = 0.035, 0.01
"""The chances that an unchanged chart raises an alarm over its whole length: most of the 5 % goes to what costs money."""
FALSE_ALARMS = 0.05
"""The chance that any of several charts is called changed although none is, after Benjamini and Hochberg."""

CHART_DAYS = 183
"""A chart runs for half a year; then rates are looked at anew in any case."""

SIMULATED = 2_000
"""Charts that are simulated to find a threshold: it is exact to half a point of false alarms."""

RECENT_DAYS = 28
"""Days to come are expected to be like the mean of so many last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedOverExpected:
    """Observed ÷ expected with its 95 % interval, which counts the error of the baseline too. None where nothing was expected."""

    observed: float
    expected: float
    value: float | None
    low: float | None
    high: float | None

    @property
    def changed(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.low is not None and self.high is not None and not self.low <= 1 <= self.high


def observed_over_expected(*, observed: float, expected: float, baseline_moves: float) -> ObservedOverExpected:
    """The ratio of moves observed to moves expected over some days.

    Population: the passes behind the counts. `baseline_moves`: how many moves the baseline hazards were estimated from.
    The interval is that of a Poisson count with half a move added (Gamma(O + ½)), divided by the error of the baseline
    (Gamma(O_base) / O_base): together a quantile of F. With an endless baseline it is the gamma interval alone.

    >>> ratio = observed_over_expected(observed=75, expected=100, baseline_moves=400)
    >>> ratio.value, round(ratio.low, 2), round(ratio.high, 2), ratio.changed
    (0.75, 0.58, 0.96, True)
    """
    if expected <= 0 or baseline_moves <= 0:
        return ObservedOverExpected(observed=observed, expected=expected, value=None, low=None, high=None)
    above = (observed + 0.5) / expected
    low, high = (float(fdtri(2 * observed + 1, 2 * baseline_moves, part)) * above for part in (TAIL, 1 - TAIL))
    value = observed / expected
    return ObservedOverExpected(
        observed=observed,
        expected=expected,
        value=value,
        low=min(low, value) if observed > 0 else 0.0,
        high=max(high, value),
    )


def cusum(*, observed: Floats, expected: Floats, ratio: float) -> Floats:
    """The cumulative sum of evidence for that ratio against 1, by day: W = max(0, W + O·ln ratio - E·(ratio - 1)).

    The last axis is the day. It stays near 0 while nothing has changed and climbs once the true ratio lies beyond about half way.

    >>> cusum(observed=np.array([0.0, 0, 9]), expected=np.array([2.0, 2, 2]), ratio=0.8).round(2).tolist()
    [0.4, 0.8, 0.0]
    """
    steps = np.cumsum(observed * np.log(ratio) - expected * (ratio - 1), axis=-1)
    lowest = np.minimum(np.minimum.accumulate(steps, axis=-1), 0.0)
    return np.asarray(steps - lowest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """One chart of moves against a baseline, over days. `down`, `up` (days,): the two sums; `fall_at`, `rise_at`: thresholds.

    `alarm`: the first day, 0 first, on which a sum is above its threshold, None where there is none; `falling`: whether it is
    the one for a fall. `chance`: how often an unchanged chart gets as far as the further of the two by now, for
    `benjamini_hochberg` over several charts. `ratio`: observed ÷ expected over all days.
    """

    down: Floats
    up: Floats
    fall_at: float
    rise_at: float
    alarm: int | None
    falling: bool
    chance: float
    ratio: ObservedOverExpected


def chart_of(
    *,
    observed: Floats,
    expected: Floats,
    baseline_moves: float,
    rng: np.random.Generator,
    days: int = CHART_DAYS,
    simulated: int = SIMULATED,
) -> Chart:
    """The chart of so many days of moves, with thresholds for `FALSE_FALLS` and `FALSE_RISES` over `days`.

    `observed`, `expected` (days so far,), `baseline_moves` as in `observed_over_expected`. The days still to come are
    expected to be like the last ones, so that looking daily costs nothing. Unchanged charts are simulated as
    Poisson(E × g), g from Gamma(O_base, O_base): g is the error of the baseline, without which there are half as many
    false alarms again. `rng` gives the same thresholds for the same seed. Without any expected move there is no alarm.
    """
    ahead = max(0, days - len(expected))
    recent = float(expected[-RECENT_DAYS:].mean()) if len(expected) else 0.0
    whole = np.concatenate((expected, np.full(ahead, recent)))
    down, up = (cusum(observed=observed, expected=expected, ratio=ratio) for ratio in (FALL, RISE))
    ratio = observed_over_expected(
        observed=float(observed.sum()), expected=float(expected.sum()), baseline_moves=baseline_moves
    )
    if baseline_moves <= 0 or whole.sum() <= 0:
        return Chart(
            down=down, up=up, fall_at=np.inf, rise_at=np.inf, alarm=None, falling=False, chance=1.0, ratio=ratio
        )
    error = rng.gamma(baseline_moves, 1 / baseline_moves, size=(simulated, 1))
    moves = rng.poisson(whole * error).astype(np.float64)
    paths = [cusum(observed=moves, expected=whole, ratio=each) for each in (FALL, RISE)]
    fall_at, rise_at = (
        float(np.quantile(path.max(axis=1), 1 - chance))
        for path, chance in zip(paths, (FALSE_FALLS, FALSE_RISES), strict=True)
    )
    fallen, risen = down > fall_at, up > rise_at
    alarms = np.flatnonzero(fallen | risen)
    far = [np.asarray(path[:, : len(expected)].max(axis=1, initial=0.0)) for path in paths]
    chances = [
        (1 + int((reached >= float(line.max(initial=0.0))).sum())) / (simulated + 1)
        for reached, line in zip(far, (down, up), strict=True)
    ]
    return Chart(
        down=down,
        up=up,
        fall_at=fall_at,
        rise_at=rise_at,
        alarm=int(alarms[0]) if len(alarms) else None,
        falling=bool(len(alarms) and fallen[alarms[0]]),
        chance=min(1.0, 2 * min(chances)),
        ratio=ratio,
    )


class Pace(Enum):
    """What early and late moves say together."""

    UNCHANGED = "unchanged"
    MORE = "more"
    FEWER = "fewer"
    FASTER = "faster"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Observed ÷ expected among young and among old passes, split at `age` in days, and what it means.

    `chance`: how often the two would be as far apart if nothing had changed, for `benjamini_hochberg` over several charts.
    """

    age: int
    early: ObservedOverExpected
    late: ObservedOverExpected
    pace: Pace
    chance: float


def timing(*, observed: Floats, expected: Floats, baseline_moves: float) -> Timing:
    """Whether more move, or the same ones sooner.

    `observed`, `expected` (ages,): moves by whole day of age over some days. They are split at the age below which half of the
    moves were expected. Where the two ratios differ by more than chance (z of their logarithms, half a move added), and lie on either
    side of the whole (one at or above 1, one at or below), the pace has changed: early up and late down is faster. Else, where the ratio of
    all leaves out 1, the level has: more or fewer. Each half was estimated from half of the baseline.

    >>> flat = np.full(10, 40.0)
    >>> timing(observed=np.array([60.0] * 5 + [20.0] * 5), expected=flat, baseline_moves=1000).pace
    <Pace.FASTER: 'faster'>
    """
    total = float(expected.sum())
    age = int(np.searchsorted(np.cumsum(expected), total / 2)) + 1 if total > 0 else 0
    parts = [slice(0, age), slice(age, None)]
    early, late = (
        observed_over_expected(
            observed=float(observed[part].sum()),
            expected=float(expected[part].sum()),
            baseline_moves=baseline_moves * float(expected[part].sum()) / total if total > 0 else 0.0,
        )
        for part in parts
    )
    whole = observed_over_expected(observed=float(observed.sum()), expected=total, baseline_moves=baseline_moves)
    apart = _apart(early, late, baseline_moves=baseline_moves)
    return Timing(
        age=age,
        early=early,
        late=late,
        pace=_pace(early, late, whole, apart=apart),
        chance=float(erfc(abs(apart) / SQRT2)),
    )


def _apart(early: ObservedOverExpected, late: ObservedOverExpected, *, baseline_moves: float) -> float:
    """By how many standard errors the early ratio is above the late one; 0 where there are not two ratios."""
    if early.value is None or late.value is None:
        return 0.0
    first, second = early.observed + 0.5, late.observed + 0.5
    apart = np.log(first / early.expected) - np.log(second / late.expected)
    shares = early.expected / (early.expected + late.expected)
    error = np.sqrt(1 / first + 1 / second + 1 / (baseline_moves * shares) + 1 / (baseline_moves * (1 - shares)))
    return float(apart / error)


def _pace(
    early: ObservedOverExpected, late: ObservedOverExpected, whole: ObservedOverExpected, *, apart: float
) -> Pace:
    if early.value is not None and late.value is not None:
        if apart > NORMAL and early.value >= 1 >= late.value:
            return Pace.FASTER
        if apart < -NORMAL and early.value <= 1 <= late.value:
            return Pace.SLOWER
    if not whole.changed or whole.value is None:
        return Pace.UNCHANGED
    return Pace.MORE if whole.value > 1 else Pace.FEWER


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixChange:
    """How a pooled rate changed from before to now: `total` = `mix` + `rate`, exactly; both also by segment, (segments,)."""

    total: float
    mix: float
    rate: float
    mix_by_segment: Floats
    rate_by_segment: Floats


def mix_change(*, passes_before: Floats, rate_before: Floats, passes_now: Floats, rate_now: Floats) -> MixChange:
    """The change of a pooled rate, split into what came of another mix and what of other rates.

    All (segments,). Mix: change of share × (mean rate of the segment - mean pooled rate); rate: mean share × change of
    rate. A segment without passes on one side has its rate of the other side there, so it counts as mix alone. All zero where there are no passes
    on either side. Source: E. M. Kitagawa 1955, Components of a difference between two rates,
    doi:10.1080/01621459.1955.10501299.

    >>> change = mix_change(passes_before=np.array([80.0, 20]), rate_before=np.array([0.1, 0.3]),
    ...                     passes_now=np.array([50.0, 50]), rate_now=np.array([0.1, 0.3]))
    >>> round(change.total, 3), round(change.mix, 3), change.rate
    (0.06, 0.06, 0.0)
    """
    sizes = float(passes_before.sum()), float(passes_now.sum())
    if min(sizes) <= 0:
        none = np.zeros(len(passes_before))
        return MixChange(total=0.0, mix=0.0, rate=0.0, mix_by_segment=none, rate_by_segment=none.copy())
    before = np.where(passes_before > 0, rate_before, rate_now)
    now = np.where(passes_now > 0, rate_now, rate_before)
    shares = passes_before / sizes[0], passes_now / sizes[1]
    pooled = float((shares[0] * before).sum()), float((shares[1] * now).sum())
    # Shares change by zero in sum, so that taking off the pooled rate changes no total and tells who gained.
    by_mix = (shares[1] - shares[0]) * ((before + now) / 2 - sum(pooled) / 2)
    by_rate = (shares[0] + shares[1]) / 2 * (now - before)
    return MixChange(
        total=pooled[1] - pooled[0],
        mix=float(by_mix.sum()),
        rate=float(by_rate.sum()),
        mix_by_segment=by_mix,
        rate_by_segment=by_rate,
    )


def benjamini_hochberg(*, chances: Sequence[float] | Floats) -> Floats:
    """The chances of several charts, adjusted for their number: calling those below q leaves a share q of false ones.

    In the order given. Source: Y. Benjamini and Y. Hochberg 1995, Controlling the false discovery rate,
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    >>> benjamini_hochberg(chances=[0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    given = np.asarray(chances, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    raised = given[order] * len(given) / np.arange(1, len(given) + 1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted
