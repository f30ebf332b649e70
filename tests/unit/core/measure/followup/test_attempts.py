"""What attempts bring: the policy curve is that of nobody given up, whoever was."""

from __future__ import annotations

from datetime import date

import pytest

from funnelpact.core.measure.counts.followup.cadence import Cell, Outcomes
from funnelpact.core.measure.followup.attempts import attempt_rates, attempts_block
from funnelpact.core.measure.population import Question

HOT, WARM, COLD = (Cell("web", size, "West") for size in ("hot", "warm", "cold"))
REACHED = {HOT: 0.16, WARM: 0.09, COLD: 0.03}
GOES_ON = {HOT: 0.9, WARM: 0.6, COLD: 0.3}
LEADS = 10_000_000


def company(*, attempts: int = 8) -> dict[int, dict[Cell, Outcomes]]:
    """Three kinds of leads, as many of each; reps mostly give up on the cold ones."""
    found: dict[int, dict[Cell, Outcomes]] = {}
    there = dict.fromkeys(REACHED, LEADS)
    for number in range(1, attempts + 1):
        found[number] = {}
        for cell, count in there.items():
            reached = round(count * REACHED[cell])
            followed = round((count - reached) * GOES_ON[cell]) if number < attempts else 0
            found[number][cell] = Outcomes(reached=reached, followed=followed, last=count - reached - followed)
        there = {cell: part.followed for cell, part in found[number].items()}
    return found


def truth(number: int) -> float:
    """The share reached by that attempt if nobody is given up."""
    return 1 - sum((1 - chance) ** number for chance in REACHED.values()) / len(REACHED)


def test_the_weighed_curve_is_that_of_nobody_given_up():
    """And the plain one is far above it: those who are tried an eighth time are the hot ones."""
    rates = attempt_rates(outcomes=company())
    plain, shares = 1.0, []
    for rate in rates:
        plain *= 1 - rate.reached / rate.leads
        shares.append(1 - plain)

    assert [rate.policy for rate in rates] == pytest.approx([truth(number) for number in range(1, 9)], abs=1e-4)
    assert shares[-1] - truth(8) > 0.1


def test_ranges_widen_with_the_weights():
    """Fewer leads stand for more; the range of the eighth attempt holds the truth and is wider than that of as many leads."""
    few = {
        number: {
            cell: Outcomes(reached=part.reached // 2500, followed=part.followed // 2500, last=part.last // 2500)
            for cell, part in cells.items()
        }
        for number, cells in company().items()
    }
    rates = attempt_rates(outcomes=few)

    assert all(rate.policy_low <= truth(rate.number) <= rate.policy_high for rate in rates)
    assert all(rate.leads_alike <= rate.leads for rate in rates)
    assert rates[-1].leads_alike < 0.5 * rates[-1].leads


def test_it_ends_where_leads_of_a_kind_are_never_tried_again():
    """Nobody can say what a third attempt would have brought them."""
    counts = company()
    counts[2][COLD] = Outcomes(reached=counts[2][COLD].reached, followed=0, last=50)
    counts = {
        number: {cell: part for cell, part in cells.items() if cell != WARM and (number < 3 or cell != COLD)}
        for number, cells in counts.items()
    }
    counts[2][HOT] = Outcomes(reached=10, followed=0, last=90)

    assert [rate.number for rate in attempt_rates(outcomes=counts)] == [1, 2]


def test_few_leads_end_the_table():
    """Twenty-nine had the second attempt."""
    counts = {
        1: {HOT: Outcomes(reached=10, followed=29, last=61)},
        2: {HOT: Outcomes(reached=9, followed=0, last=20)},
    }
    assert [rate.number for rate in attempt_rates(outcomes=counts)] == [1]


def test_each_share_says_whether_it_is_described_or_adjusted():
    """And the one by then unfolds into those of single attempts."""
    about = Question(as_of=date(2026, 11, 12), known_at=None, by=None)
    row = attempts_block(outcomes=company(attempts=2), about=about).rows[1]

    assert [finding.name for finding in row.findings] == ["reached_described", "reached_adjusted", "policy_adjusted"]
    assert [part.name for part in row.findings[2].derivation.inputs] == ["reached_adjusted"] * 2
