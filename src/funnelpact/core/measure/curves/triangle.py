"""The development triangle: a second, independent estimate of a matured rate, to hold beside the curve.

What is assumed: cohorts mature at one pace, whatever their rate. What is estimated: the share that moves within the
last development, from cohorts by month of entry and their moves so far. How: Cape Cod and Bornhuetter-Ferguson, which
weigh moves by the passes created. When it fails: few old cohorts, whose noise goes into every factor; a pace that
changes. The plain chain ladder multiplies what is there, so a cohort without a move stays without one: it is the
reference for the factors, never an estimate of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.incidence import Floats

Ints = npt.NDArray[np.int64]

DAYS = 30
"""A development is so many days of age."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Triangle:
    """Cohorts by development. `created` (cohorts,): passes; `moved` (cohorts, developments): moves so far, cumulated.

    `latest` (cohorts,): the last development that all passes of the cohort have completed, -1 where there is none; what
    stands beyond it in `moved` does not count. `days`: ages per development; a development ends with age
    (number + 1) × days - 1.
    """

    created: Floats
    moved: Floats
    latest: Ints
    days: int = DAYS

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Which cells count."""
        return np.arange(self.moved.shape[1]) <= self.latest[:, None]

    @property
    def until(self) -> int | None:
        """The age in days that the last development with a seen cohort ends with; None where there is none."""
        last = int(self.latest.max(initial=-1))
        return (last + 1) * self.days - 1 if last >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Developed:
    """What becomes of a triangle. `factors` (developments - 1,): growth of the moves from one to the next, NaN where none
    were there to grow; `share` (developments,): part of the final moves that is there by a development.

    `rate`: share of all passes that moves by the last development (Cape Cod); `chain_ladder` and `expected` (cohorts,):
    final moves of each cohort by chain ladder and by Bornhuetter-Ferguson; `chain_ladder` is NaN where nothing of the
    final moves could be there yet.
    """

    factors: Floats
    share: Floats
    rate: float | None
    chain_ladder: Floats
    expected: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """The second estimate, the curve's at the same age, and the relative difference; None where there is none."""

    days: int | None
    rate: float | None
    curve: float | None
    difference: float | None


def triangle_of(*, created: Floats, moved_by_age: Floats, youngest: Ints, days: int = DAYS) -> Triangle:
    """The triangle of cohorts that are counted by day of age.

    `created` (cohorts,); `moved_by_age` (cohorts, ages): moves at each whole day of age; `youngest` (cohorts,): the age
    on the last day seen of the pass that entered last, below 0 where it is not there yet. All cohorts are given, those
    without a move as well: a row of zeros counts.

    >>> found = triangle_of(created=np.array([9.0, 9.0]), moved_by_age=np.array([[1.0, 0, 2, 1], [0, 1, 0, 0]]),
    ...                     youngest=np.array([3, 2]), days=2)
    >>> found.moved.tolist(), found.latest.tolist()
    ([[1.0, 4.0], [1.0, 1.0]], [1, 0])
    """
    developments = -(-moved_by_age.shape[1] // days)
    padded = np.zeros((len(created), developments * days))
    padded[:, : moved_by_age.shape[1]] = moved_by_age
    steps = padded.reshape(len(created), developments, days).sum(axis=2)
    latest = np.minimum((youngest + 1) // days - 1, developments - 1)
    return Triangle(created=created, moved=np.cumsum(steps, axis=1), latest=np.maximum(latest, -1), days=days)


def developed(*, triangle: Triangle) -> Developed:
    """The final moves and the rate of a triangle.

    With N passes created, C moves so far, and g the share of the final moves there by now: factor f = ΣC(next) / ΣC over
    the cohorts seen at both, g = 1 / Πf, Cape Cod rate r = ΣC / ΣN·g, Bornhuetter-Ferguson C + N·r·(1 - g). Where a
    development has no moves in any cohort seen, g is 0 before it and nothing is divided by it. `rate` is None without any
    seen cohort. Sources: T. Mack 1993, doi:10.2143/AST.23.2.2005092; R. Bornhuetter and R. Ferguson 1972, The actuary
    and IBNR, Proceedings of the Casualty Actuarial Society 59; Cape Cod: H. Bühlmann and J. Straub 1983.

    >>> cohorts = Triangle(created=np.array([100.0, 100.0]), moved=np.array([[5.0, 10.0], [0.0, 0.0]]),
    ...                    latest=np.array([1, 0]))
    >>> answer = developed(triangle=cohorts)
    >>> answer.factors.tolist(), answer.chain_ladder.tolist(), answer.expected.round(2).tolist()
    ([2.0], [10.0, 0.0], [10.0, 3.33])
    """
    last = int(triangle.latest.max(initial=-1))
    moved, seen = np.where(triangle.seen, triangle.moved, 0.0)[:, : last + 1], triangle.seen[:, : last + 1]
    both = seen[:, 1:]
    now, then = np.where(both, moved[:, :-1], 0.0).sum(axis=0), moved[:, 1:].sum(axis=0)
    factors = np.where(now > 0, then / np.where(now > 0, now, 1.0), np.nan)
    # Backwards, as what is there of what will be: no division by a development without moves.
    part = np.where(then > 0, now / np.where(then > 0, then, 1.0), 1.0)
    share = np.concatenate((np.cumprod(part[::-1])[::-1], np.ones(1)))[: last + 1]
    there = (
        np.where(triangle.latest >= 0, share[np.maximum(triangle.latest, 0)], 0.0)
        if last >= 0
        else 0 * triangle.created
    )
    so_far = np.where(seen, moved, 0.0).max(axis=1, initial=0.0)
    used = float((triangle.created * there).sum())
    rate = float(so_far.sum()) / used if used > 0 else None
    ladder = np.where(there > 0, so_far / np.where(there > 0, there, 1.0), np.nan)
    expected = so_far + triangle.created * (1 - there) * (rate if rate is not None else np.nan)
    return Developed(
        factors=factors, share=np.asarray(share, dtype=np.float64), rate=rate, chain_ladder=ladder, expected=expected
    )


def cross_check(*, triangle: Triangle, curve: Curve) -> CrossCheck:
    """The Cape Cod rate at the longest age that is both developed and identified, beside the curve's, and how far apart.

    `difference` is rate ÷ curve - 1. All are None where no cohort is seen to the end of its first development or the
    curve identifies no age; only the difference where the curve is 0 there. In worlds without a
    change, the two differ by less than 5 % nineteen times of twenty from about a hundred wins on, by 16 % at sixty
    (docs/why/measuring.md); more than that, and the pace has changed or the counts are wrong.
    """
    longest = curve.identified_until
    if longest is None or triangle.until is None:
        return CrossCheck(days=None, rate=None, curve=None, difference=None)
    developments = min((longest + 1) // triangle.days, (triangle.until + 1) // triangle.days)
    cut = Triangle(
        created=triangle.created,
        moved=triangle.moved[:, :developments],
        latest=np.minimum(triangle.latest, developments - 1),
        days=triangle.days,
    )
    rate = developed(triangle=cut).rate if developments else None
    if rate is None:
        return CrossCheck(days=None, rate=None, curve=None, difference=None)
    days = developments * triangle.days - 1
    ours = curve.at(days=days)
    return CrossCheck(days=days, rate=rate, curve=ours, difference=rate / ours - 1 if ours > 0 else None)
