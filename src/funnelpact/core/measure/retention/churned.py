"""Churn by age of the customer, renewals of what fell due, and satisfaction."""

from __future__ import annotations

from funnelpact.core.measure.counts.money.churn import Due, Rated
from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK, Curve
from funnelpact.core.measure.population import About
from funnelpact.core.measure.share import leaf, share, total
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

YEARS = (366, 731, 1096)
"""Days by which the first, second and third anniversary have come, leap years included."""


def churned_by(*, table: LifeTable, years: int, of: About) -> Finding:
    """The share of customers that has churned by an anniversary, young customers not taken as faithful.

    Population: the customers of `table`. Value: a rate from the matured curve (Aalen-Johansen with churn as the only end);
    None where fewer than `ENOUGH_AT_RISK` customers were watched on that anniversary. Interval: Wilson's on effective customers.

    >>> from fractions import Fraction
    >>> from datetime import date
    >>> nothing = (0,) * 366
    >>> table = LifeTable(entered=(100, *nothing), moved=(*nothing, 10), left=(0, *nothing), open=(*nothing, 90),
    ...                   amount=(Fraction(0),) * 367, amount_known=(0, *nothing))
    >>> of = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}
    >>> churned_by(table=table, years=1, of=of).value.value.limit_denominator(100)
    Fraction(1, 10)
    """
    name, days = f"churned_by_{years}", YEARS[years - 1]
    curve = Curve.from_table(table=table)
    watched = int(curve.at_risk[days]) if len(curve.at_risk) > days else 0
    counts = (
        leaf(name="customers", value=table.passes),
        leaf(name="churned", value=sum(table.moved[: days + 1])),
    )
    if watched < ENOUGH_AT_RISK:
        why = Message("caution.too_few_of_age", customers=watched, needed=ENOUGH_AT_RISK)
        return Finding(
            name=name,
            value=None,
            n=table.passes,
            **of,
            horizon_days=days,
            cautions=(why,),
            derivation=not_known(name=name, why=why, counts=counts),
        )
    interval = curve.interval(days=days)
    value = Rate.measured(curve.at(days=days))
    tree = Derivation(
        name=name,
        label=Message(f"finding.{name}"),
        value=value,
        rule=Message("rule.churned_by", days=days, watched=watched),
        inputs=counts,
    )
    return Finding(
        name=name,
        value=value,
        low=Rate.measured(interval.low),
        high=Rate.measured(interval.high),
        n=table.passes,
        **of,
        horizon_days=days,
        derivation=tree,
    )


def renewal_rate(*, counts: Due, of: About) -> Finding:
    """The share of renewals that fell due and were renewed, in whatever amount.

    Population: renewals of the span of which the source says what became of them; the others are told in a caution.
    Value: a rate, None where fewer than `FEWEST` fell due. Interval: Wilson's.
    """
    renewed = leaf(name="renewed", value=counts.renewed)
    whole = total(name="fell_due", parts=(renewed, leaf(name="not_renewed", value=counts.churned)))
    silent = (Message("caution.renewals_silent", renewals=counts.silent),) if counts.silent else ()
    return share(name="renewal_rate", part=renewed, whole=whole, cautions=silent, **of)


def csat(*, counts: Rated, of: About) -> Finding:
    """The share of ratings that are satisfied: 4 and 5 of 5, and what is as high on any other scale.

    Population: ratings with a scale. Value: a rate, None under `FEWEST`. Interval: Wilson's, as if every rating were of another
    customer. Nothing says how many were asked, so there is no response rate, and who does not answer is not in it.
    """
    satisfied = leaf(name="satisfied", value=counts.satisfied)
    whole = leaf(name="ratings", value=counts.ratings)
    cautions = (Message("caution.unscaled", ratings=counts.unscaled),) if counts.unscaled else ()
    return share(name="csat", part=satisfied, whole=whole, cautions=cautions, **of)


def raters(*, counts: Rated, of: About) -> Finding:
    """How many customers the ratings are of."""
    tree = leaf(name="raters", value=counts.customers)
    return Finding(name="raters", value=counts.customers, n=counts.ratings, **of, derivation=tree)
