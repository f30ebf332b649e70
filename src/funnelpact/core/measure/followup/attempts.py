"""What the first, second … attempt brings: described as it was, and adjusted for who is given up.

Reps give up on leads that look cold, so those who get a fourth attempt are warmer than those who would have got it: a plain
life table over attempts is too high from the second on. Each lead that goes on therefore counts for those like it that were
given up: by the inverse of the share of leads like it that went on (J. M. Robins and D. M. Finkelstein 2000, Correcting for
noncompliance and dependent censoring in an AIDS clinical trial with inverse probability of censoring weighted log-rank tests,
doi:10.1111/j.0006-341X.2000.00779.x). What reps see and the source does not say is not adjusted for, and is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log

from funnelpact.core.measure.counts.followup.cadence import Cell, Outcomes
from funnelpact.core.measure.curves.interval import NORMAL, share_interval
from funnelpact.core.measure.curves.limits import FEWEST, bounds
from funnelpact.core.measure.population import Question
from funnelpact.core.measure.share import leaf
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Finding, Row
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

ENOUGH_ALIKE = 20
"""The share that goes on is taken of leads alike in all respects, where at least so many decided; else in fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRate:
    """One attempt: how many leads had it, how many were reached, and the share reached, plain and `adjusted`.

    `leads_alike` is the effective number of leads behind the adjusted share, (Σw)² ÷ Σw² (L. Kish 1965, Survey Sampling).
    `policy` is the adjusted share reached by then if nobody is given up before, its interval by Greenwood's variance
    on a complementary log-log scale; the weights are taken as known, so it is a little too narrow.
    """

    number: int
    leads: int
    reached: int
    adjusted: float
    leads_alike: float
    policy: float
    policy_low: float
    policy_high: float


def attempt_rates(*, outcomes: Mapping[int, Mapping[Cell, Outcomes]]) -> tuple[AttemptRate, ...]:
    """The attempts in order, up to the last that at least `FEWEST` leads (effectively, too) had.

    Population: that of the counts. Ends before an attempt that no lead of some kind ever had although such leads were
    waiting for it: nobody can say what it would have brought them.

    >>> alike = Cell("web", None, None)
    >>> rates = attempt_rates(outcomes={1: {alike: Outcomes(reached=20, followed=60, last=20)},
    ...                                 2: {alike: Outcomes(reached=12, followed=0, last=48)}})
    >>> [(rate.number, rate.leads, round(rate.adjusted, 3), round(rate.policy, 3)) for rate in rates]
    [(1, 100, 0.2, 0.2), (2, 60, 0.2, 0.36)]
    """
    weights: dict[Cell, float] = {}
    found: list[AttemptRate] = []
    still, variance = 1.0, 0.0
    for number in sorted(outcomes):
        cells = outcomes[number]
        if number == 1:
            weights = dict.fromkeys(cells, 1.0)
        leads, reached = sum(part.all for part in cells.values()), sum(part.reached for part in cells.values())
        weighed = [(weights[cell], part) for cell, part in cells.items() if cell in weights]
        total = sum(weight * part.all for weight, part in weighed)
        squares = sum(weight**2 * part.all for weight, part in weighed)
        if leads < FEWEST or not squares or (alike := total**2 / squares) < FEWEST:
            break
        share = sum(weight * part.reached for weight, part in weighed) / total
        if share >= 1:
            break
        still *= 1 - share
        variance += share / (alike * (1 - share))
        low, high = _policy_interval(still, variance)
        found.append(
            AttemptRate(
                number=number,
                leads=leads,
                reached=reached,
                adjusted=share,
                leads_alike=alike,
                policy=1 - still,
                policy_low=low,
                policy_high=high,
            )
        )
        going_on = {cell: _share_going_on(cell, cells) for cell in cells}
        if any(not chance and part.last for cell, part in cells.items() for chance in [going_on[cell]]):
            break
        weights = {cell: weights[cell] / chance for cell, chance in going_on.items() if chance and cell in weights}
    return tuple(found)


def _share_going_on(cell: Cell, cells: Mapping[Cell, Outcomes]) -> float:
    """Of leads like this one that were not reached, the share that got another attempt."""
    followed = decided = 0
    # What leads must share to be alike: all that is known, then less.
    for names in (("type", "size", "team"), ("type", "size"), ("type",), ()):
        own = [getattr(cell, name) for name in names]
        parts = [part for other, part in cells.items() if [getattr(other, name) for name in names] == own]
        followed = sum(part.followed for part in parts)
        decided = followed + sum(part.last for part in parts)
        if decided >= ENOUGH_ALIKE and followed:
            break
    return followed / decided if decided else 1.0


def _policy_interval(still: float, variance: float) -> tuple[float, float]:
    """The interval of 1 − still, `variance` being that of its logarithm."""
    if not 0 < still < 1:
        return 0.0, 1.0
    reach = NORMAL * variance**0.5 / abs(log(still))
    return 1 - still ** exp(-reach), 1 - still ** exp(reach)


def attempts_block(*, outcomes: Mapping[int, Mapping[Cell, Outcomes]], about: Question) -> Block:
    """The attempts as rows: the share reached as described, as adjusted, and the adjusted share reached by then."""
    rows, trees = [], []
    for rate in attempt_rates(outcomes=outcomes):
        label = Message("cadence.attempt_number", number=rate.number)
        described = about.share(
            name="reached_described",
            count=leaf(name="reached", value=rate.reached),
            of=leaf(name="had_attempt", value=rate.leads),
            population=label,
        )
        low, high = bounds(interval=share_interval(share=rate.adjusted, passes=rate.leads_alike))
        tree = Derivation(
            name="reached_adjusted",
            label=Message("number.reached_adjusted", number=rate.number),
            value=Rate.measured(rate.adjusted),
            rule=Message("rule.reached_adjusted"),
            inputs=(leaf(name="reached", value=rate.reached), leaf(name="had_attempt", value=rate.leads)),
        )
        trees.append(tree)
        adjusted = about.finding(
            name="reached_adjusted",
            value=Rate.measured(rate.adjusted),
            low=low,
            high=high,
            n=rate.leads,
            population=label,
            derivation=tree,
        )
        findings = (described, adjusted, _policy(rate, tuple(trees), label, about))
        rows.append(Row(name=str(rate.number), label=label, findings=findings))
    return Block(name="attempts", title=Message("cadence.title.attempts"), rows=tuple(rows))


def _policy(rate: AttemptRate, trees: tuple[Derivation, ...], label: Message, about: Question) -> Finding:
    value = Rate.measured(rate.policy)
    tree = Derivation(
        name="policy_adjusted",
        label=Message("number.policy_adjusted", number=rate.number),
        value=value,
        rule=Message("rule.policy_adjusted", left=Fraction(round(1 - rate.policy, 9))),
        inputs=trees,
    )
    return about.finding(
        name="policy_adjusted",
        value=value,
        low=Rate.measured(rate.policy_low),
        high=Rate.measured(rate.policy_high),
        n=rate.leads,
        population=label,
        derivation=tree,
    )
