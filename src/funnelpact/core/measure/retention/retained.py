"""Retention of customers and of their recurring revenue over a span: logos, gross, net."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from funnelpact.core.measure.counts.money.retention import Kept
from funnelpact.core.measure.curves.interval import NORMAL
from funnelpact.core.measure.population import About
from funnelpact.core.measure.share import leaf, share
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Figure, Finding
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate, Ratio

FEWEST_CUSTOMERS = 10
"""A share of recurring revenue is printed from so many customers with known amounts on; it is a sum, and one large one moves it."""

_ZERO = Fraction(0)
NOBODY = Kept(
    customers=0,
    stayed=0,
    known=0,
    start=_ZERO,
    kept=_ZERO,
    contraction=_ZERO,
    churn=_ZERO,
    expansion=_ZERO,
    end=_ZERO,
    start_squares=_ZERO,
    kept_squares=_ZERO,
    start_kept=_ZERO,
    end_squares=_ZERO,
    start_end=_ZERO,
)
"""A segment without customers."""


def retention_findings(*, sums: Kept, currency: str, of: About) -> tuple[Finding, ...]:
    """Logo retention, GRR and NRR of the customers who were there at the beginning of a span.

    Population: the customers of `sums`; who came later is not in it. Logo: those still there at the end ÷ all. GRR: (start
    - contraction - churn) ÷ start, customer by customer, so never above 1. NRR: the same with expansion, a ratio. Amounts
    are those of customers with one at both ends; how many have none is said. Intervals: Wilson's for logos; for the two
    quotients normal, of a ratio of sums over customers (W. G. Cochran 1977, Sampling Techniques, 6.4), GRR's cut at 0 and
    1. They take customers as a sample of such customers, and are too narrow where a few large ones carry the sum.

    >>> sums = Kept(customers=20, stayed=18, known=20, start=Fraction(200), kept=Fraction(175), contraction=Fraction(5),
    ...             churn=Fraction(20), expansion=Fraction(40), end=Fraction(215), start_squares=Fraction(2000),
    ...             kept_squares=Fraction(1700), start_kept=Fraction(1750), end_squares=Fraction(2700), start_end=Fraction(2150))
    >>> from datetime import date
    >>> of = {"population": Message("population.all"), "as_of": date(2026, 10, 31), "known_at": None}
    >>> [one.value for one in retention_findings(sums=sums, currency="EUR", of=of)][1:]
    [Rate(value=Fraction(7, 8)), Ratio(value=Fraction(43, 40))]
    """
    there = leaf(name="customers_at_start", value=sums.customers)
    logo = share(name="logo_retention", part=leaf(name="customers_stayed", value=sums.stayed), whole=there, **of)
    return logo, _gross(sums, currency, of), _net(sums, currency, of)


def _gross(sums: Kept, currency: str, of: About) -> Finding:
    why = _too_few(sums)
    start = _money("recurring_at_start", sums.start, currency)
    parts = (start, _money("contraction", sums.contraction, currency), _money("churned_amount", sums.churn, currency))
    if why is not None:
        return _finding("grr", None, sums, of, tree=not_known(name="grr", why=why, counts=parts), why=why)
    value = Rate(sums.kept / sums.start)
    rule = Message(
        "rule.grr",
        start=Money(sums.start, currency),
        contraction=Money(sums.contraction, currency),
        churn=Money(sums.churn, currency),
    )
    reach = _reach(sums, sums.kept, sums.kept_squares, sums.start_kept)
    low, high = Rate(max(Fraction(0), value.value - reach)), Rate(min(Fraction(1), value.value + reach))
    return _finding("grr", value, sums, of, tree=_node("grr", value, rule, parts), low=low, high=high)


def _net(sums: Kept, currency: str, of: About) -> Finding:
    why = _too_few(sums)
    start = _money("recurring_at_start", sums.start, currency)
    parts = (
        start,
        _money("expansion", sums.expansion, currency),
        _money("contraction", sums.contraction, currency),
        _money("churned_amount", sums.churn, currency),
    )
    if why is not None:
        return _finding("nrr", None, sums, of, tree=not_known(name="nrr", why=why, counts=parts), why=why)
    value = Ratio(sums.end / sums.start)
    rule = Message(
        "rule.nrr",
        start=Money(sums.start, currency),
        expansion=Money(sums.expansion, currency),
        contraction=Money(sums.contraction, currency),
        churn=Money(sums.churn, currency),
    )
    reach = _reach(sums, sums.end, sums.end_squares, sums.start_end)
    low, high = Ratio(max(Fraction(0), value.value - reach)), Ratio(value.value + reach)
    return _finding("nrr", value, sums, of, tree=_node("nrr", value, rule, parts), low=low, high=high)


def _too_few(sums: Kept) -> Message | None:
    if sums.known < FEWEST_CUSTOMERS or not sums.start:
        return Message("caution.too_few_amounts", known=sums.known, customers=sums.customers, needed=FEWEST_CUSTOMERS)
    return None


def _reach(sums: Kept, part: Fraction, squares: Fraction, product: Fraction) -> Fraction:
    """1.96 standard errors of `part` ÷ start, from the residuals of each customer."""
    n, start = sums.known, float(sums.start)
    ratio = float(part) / start
    residuals = float(squares) - 2 * ratio * float(product) + ratio**2 * float(sums.start_squares)
    return Fraction(NORMAL * sqrt(max(0.0, residuals) * n / (n - 1)) / start)


def _finding(
    name: str,
    value: Figure | None,
    sums: Kept,
    of: About,
    *,
    tree: Derivation,
    low: Figure | None = None,
    high: Figure | None = None,
    why: Message | None = None,
) -> Finding:
    cautions = () if why is None else (why,)
    if why is None and sums.known < sums.customers:
        cautions = (Message("caution.amounts_unknown", known=sums.known, customers=sums.customers),)
    return Finding(name=name, value=value, low=low, high=high, n=sums.known, **of, cautions=cautions, derivation=tree)


def _money(name: str, amount: Fraction, currency: str) -> Derivation:
    value: Value = Money(amount, currency)
    return Derivation(name=name, label=Message(f"number.{name}"), value=value, rule=Message(f"rule.{name}"))


def _node(name: str, value: Value, rule: Message, inputs: tuple[Derivation, ...]) -> Derivation:
    return Derivation(name=name, label=Message(f"finding.{name}"), value=value, rule=rule, inputs=inputs)
