"""From the CRM's figures to ours: each difference moves the figure, and the last one ends at ours."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from funnelpact.core.measure.against.reconcile import reconcile_counts, reconcile_rates
from funnelpact.core.measure.counts.ledger import Entry
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.terms.reconciliation import Reconciliation

DAYS = 40


def entry(chain: str, reason: str, count: int, *, ours: bool = False) -> Entry:
    """So many records of a chain with a reason."""
    return Entry(chain=chain, reason=reason, ours=ours, count=count, examples=())


def table(*, at_once: int, late: int, never: int) -> LifeTable:
    """Passes of which some win on their first day, some on day 20, and the rest never."""
    moved = [0] * (DAYS + 1)
    moved[0], moved[20] = at_once, late
    still = [0] * DAYS + [never]
    zeros = (0,) * (DAYS + 1)
    return LifeTable(
        entered=(at_once + late + never, *[0] * DAYS),
        moved=tuple(moved),
        left=zeros,
        open=tuple(still),
        amount=(Fraction(0),) * (DAYS + 1),
        amount_known=zeros,
    )


def matured(of: LifeTable) -> Finding:
    """The matured rate of a table by day 30."""
    return matured_rate(
        table=of,
        horizon_days=30,
        step=Step("mql", "won"),
        population=Message("population.all"),
        as_of=date(2026, 10, 31),
    )


def rates(entries: list[Entry], *, open_by_age: dict[int, int], of: LifeTable) -> tuple[Reconciliation, ...]:
    """Both shares of a month."""
    return reconcile_rates(
        entries=entries, open_by_age=open_by_age, curve=Curve.from_table(table=of), matured=matured(of), others=900
    )


def after(part: Reconciliation) -> list[tuple[str, int, object]]:
    """The way of a figure: reason, records, the figure after them."""
    return [(step.name, step.change, step.after) for step in part.differences]


def test_a_count_that_both_share_needs_no_difference() -> None:
    """Where all records count alike, the CRM's figure is ours."""
    created = reconcile_counts(entries=[entry("created", "kept", 12)], stages=("mql", "won"))[0]
    assert (created.shown, created.differences, created.ours) == (12, (), 12)


def test_what_the_crm_counts_goes_first_and_the_largest_before_the_small() -> None:
    """The order is: the CRM's own, by size, then ours; the figure moves by each."""
    found = [
        entry("created", "kept", 10),
        entry("created", "returned", 4, ours=True),
        entry("created", "merged", 1),
        entry("created", "excluded:staff", 3),
    ]
    created = reconcile_counts(entries=found, stages=("mql", "won"))[0]
    assert after(created) == [("excluded:staff", -3, 11), ("merged", -1, 10), ("returned", 4, 14)]
    assert created.differences[0].said == Message("reconcile.reason.excluded", why="staff")


def test_won_by_created_goes_from_the_month_to_its_own_leads_to_the_matured_rate() -> None:
    """Wins of earlier leads go out, later wins of the month's leads come in, then what the open ones will still bring."""
    of = table(at_once=100, late=300, never=600)
    entries = [
        entry("created", "kept", 100),
        entry("won", "kept", 30),
        entry("cohort", "won_earlier", 20, ours=True),
        entry("cohort", "won_later", 5, ours=True),
        entry("cohort", "open", 85, ours=True),
    ]
    part = rates(entries, open_by_age={10: 85}, of=of)[0]

    assert part.shown == Fraction(30, 100)
    assert after(part)[:2] == [("won_earlier", -20, Fraction(10, 100)), ("won_later", 5, Fraction(15, 100))]
    coming, others = part.differences[2:]
    # A pass open on day 10 wins with a chance of 300 ÷ 900.
    assert isinstance(coming.after, Fraction)
    assert abs(float(coming.after) - (15 + 85 / 3) / 100) < 1e-12
    assert (others.name, others.change) == ("others", 900)
    assert isinstance(matured(of).value, Rate)
    assert others.after == part.ours == Fraction(4, 10)


def test_won_by_closed_takes_in_those_that_are_open_still() -> None:
    """Lost of other months go out, lost without a deal and open ones come in below the line."""
    entries = [
        entry("created", "kept", 50),
        entry("won", "kept", 10),
        entry("left", "kept", 10),
        entry("left", "no_deal", 20, ours=True),
        entry("cohort", "won_earlier", 4, ours=True),
        entry("cohort", "left_earlier", 10, ours=True),
        entry("cohort", "open", 24, ours=True),
    ]
    part = rates(entries, open_by_age={0: 24}, of=table(at_once=100, late=0, never=900))[1]

    assert part.shown == Fraction(10, 20)
    assert after(part)[:4] == [
        ("no_deal", 20, Fraction(10, 40)),
        ("won_earlier", -4, Fraction(6, 36)),
        ("left_earlier", -10, Fraction(6, 26)),
        ("open", 24, Fraction(6, 50)),
    ]


def test_without_a_matured_rate_the_way_ends_at_the_month_itself() -> None:
    """Too few passes: no chance is made up for those still open."""
    part = rates(
        [entry("created", "kept", 5), entry("won", "kept", 1)], open_by_age={1: 4}, of=table(at_once=1, late=0, never=4)
    )[0]
    assert (part.differences, part.ours) == ((), None)


def test_a_month_without_leads_has_no_share() -> None:
    """Nothing is divided by nothing."""
    part = rates([entry("won", "kept", 1)], open_by_age={}, of=table(at_once=100, late=0, never=900))[0]
    assert part.shown is None
