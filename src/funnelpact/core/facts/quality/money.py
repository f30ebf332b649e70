"""Rules about money: amounts that are missing, impossible, or in a currency that nobody can convert."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ibis.expr import types as ir

from funnelpact.core.facts.exchange import exchange_in, most_used
from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule, blank, named, tally
from funnelpact.core.terms.report import Figures, Level

TIMES_MEDIAN = 100


def _without_currency(seen: Evidence) -> Found:
    deals = seen.facts["deals"]
    deals = deals.filter(deals.amount.notnull())
    return tally(rows=deals, hit=blank(text=deals.currency), key=deals.deal)


def _without_rate(seen: Evidence) -> Found:
    deals, fx = seen.facts["deals"], seen.facts["fx"]
    deals = deals.filter(deals.amount.notnull() & ~blank(text=deals.currency))
    amounts = deals.group_by("currency").aggregate(n=deals.count())
    counts = {row["currency"]: row["n"] for row in amounts.to_pyarrow().to_pylist()}
    # The currency of most amounts is the company's.
    own = most_used(counts=counts)
    known = exchange_in(fx=fx)
    stuck = sorted(code for code in counts if own is not None and not known.joined(of=code, into=own))
    return Found(rows=sum(counts.values()), count=sum(counts[code] for code in stuck), examples=tuple(stuck[:EXAMPLES]))


def _won_without_amount(seen: Evidence) -> Found:
    won = seen.won_deals
    return tally(rows=won, hit=won.amount.isnull(), key=won.nr, names=_deals(seen))


def _not_positive(seen: Evidence) -> Found:
    won = seen.won_deals.filter(seen.won_deals.amount.notnull())
    return tally(rows=won, hit=won.amount <= 0, key=won.nr, names=_deals(seen))


def _outlier(seen: Evidence) -> Found:
    won = seen.won_deals.filter(seen.won_deals.amount > 0)
    won = won.mutate(number=won.amount.cast("float64"), code=won.currency.fill_null(""))
    usual = won.group_by(of="code").aggregate(usual=won.number.median())
    joined = won.inner_join(usual, won.code == usual.of)
    found = tally(rows=joined, hit=joined.number > TIMES_MEDIAN * joined.usual, key=joined.nr, names=_deals(seen))
    return replace(found, values={"times": TIMES_MEDIAN})


def _deals(seen: Evidence) -> ir.Table:
    return named(rows=seen.facts["deals"], nr="deal_nr", key="deal")


RULES = (
    Rule(
        code="amount-without-currency",
        level=Level.DOUBT,
        needs=("deals.amount", "deals.currency"),
        find=_without_currency,
        limit=Fraction(1, 20),
        refuses=(Figures.VALUES,),
    ),
    Rule(
        code="currency-without-rate",
        level=Level.DOUBT,
        needs=("deals.amount", "deals.currency"),
        find=_without_rate,
        limit=Fraction(0),
        refuses=(Figures.VALUES,),
    ),
    Rule(
        code="won-without-amount",
        level=Level.DOUBT,
        needs=("deals.amount", "transitions.label"),
        find=_won_without_amount,
        limit=Fraction(1, 10),
        refuses=(Figures.VALUES,),
    ),
    Rule(
        code="won-amount-not-positive",
        level=Level.DOUBT,
        needs=("deals.amount", "transitions.label"),
        find=_not_positive,
        limit=Fraction(1, 20),
        refuses=(Figures.VALUES,),
    ),
    Rule(
        code="amount-outlier",
        level=Level.DOUBT,
        needs=("deals.amount", "transitions.label"),
        find=_outlier,
        limit=Fraction(1, 100),
        refuses=(Figures.VALUES,),
    ),
)
