"""Rules about breakdowns: types that are missing or spelt in several ways, and what only the won carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule, blank, stacked, tally
from funnelpact.core.facts.quality.spelling import spellings
from funnelpact.core.terms.report import Figures, Level

SPELT = ("type", "segment", "stream", "country")
COLUMNS = {
    "leads": ("type", "segment", "stream", "campaign", "country", "company"),
    "deals": ("product", "owner", "company"),
}
LEAK = Fraction(1, 50)
"""Of the records that were not won fewer than this share carry what most of the won do."""
FEWEST_WON = 10
"""Fewer won records tell nothing of who carries what."""


def _without_type(seen: Evidence) -> Found:
    leads = seen.facts["leads"]
    return tally(rows=leads, hit=blank(text=leads.type), key=leads.lead)


def _spelt(seen: Evidence) -> Found:
    leads = seen.facts["leads"]
    counts = {name: leads.group_by(label=leads[name]).aggregate(n=leads.count()) for name in SPELT}
    rows = stacked(parts=[part.mutate(column=ibis.literal(name)) for name, part in counts.items()]).to_pyarrow()
    return spellings(counts=((row["column"], row["label"], row["n"]) for row in rows.to_pylist()))


def _of_winners(seen: Evidence) -> Found:
    """Rows are the dimensions that say anything."""
    won = seen.entered.filter(seen.entered[f"at{seen.won}"].notnull())
    won_deals, won_leads = (won.filter(rows).select(winner="nr") for rows in (won.is_deal, ~won.is_deal))
    deals = seen.facts["deals"]
    of_leads = deals.inner_join(won_deals, deals.deal_nr == won_deals.winner).select(winner="lead_nr")
    won_leads = won_leads.union(of_leads.filter(of_leads.winner.notnull()), distinct=True)
    counts: dict[tuple[str, str], dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    for table, winners in (("leads", won_leads), ("deals", won_deals)):
        for name, is_won, count in _said(seen.facts[table], table, winners):
            counts[table, name][is_won] += count
    all_of = {table: counts.pop((table, ""), {True: 0, False: 0}) for table in COLUMNS}
    told = {of: said for of, said in counts.items() if any(said.values()) and all_of[of[0]][True] >= FEWEST_WON}
    leaks = sorted(of for of, said in told.items() if _leaks(said, all_of[of[0]]))
    return Found(rows=len(told), count=len(leaks), examples=tuple(name for _, name in leaks[:EXAMPLES]))


def _leaks(said: Mapping[bool, int], everything: Mapping[bool, int]) -> bool:
    return said[False] < LEAK * everything[False] and 2 * said[True] > everything[True]


def _said(rows: ir.Table, table: str, won: ir.Table) -> Iterator[tuple[str, bool, int]]:
    """How many won and how many other records say something under each name; under an empty name all of them."""
    key = {"leads": "lead_nr", "deals": "deal_nr"}[table]
    joined = rows.left_join(won, rows[key] == won.winner)
    marked = joined.mutate(won=joined.winner.notnull())
    filled = {name: (~blank(text=marked[name])).sum() for name in COLUMNS[table]}
    # Two questions: in one the engine would keep all columns of all rows for both.
    for row in marked.group_by("won").aggregate(every=marked.count(), **filled).to_pyarrow().to_pylist():
        yield "", row["won"], row["every"]
        yield from ((name, row["won"], row[name]) for name in filled)
    labels = marked.filter(marked.labels.length() > 0).select("won", "labels")
    labels = labels.select("won", "labels", name=labels.labels.keys().unnest())
    labels = labels.filter((labels.name != "") & ~blank(text=labels.labels.get(labels.name)))
    for row in labels.group_by("name", "won").aggregate(n=labels.count()).to_pyarrow().to_pylist():
        yield row["name"], row["won"], row["n"]


RULES = (
    Rule(
        code="type-missing",
        level=Level.DOUBT,
        needs=("leads.type",),
        find=_without_type,
        limit=Fraction(1, 5),
        refuses=(Figures.VALUES,),
    ),
    Rule(
        code="type-spelling",
        level=Level.DOUBT,
        needs=("leads.lead",),
        find=_spelt,
        limit=Fraction(1, 5),
        refuses=(Figures.VALUES,),
    ),
    Rule(code="only-winners-have-it", level=Level.DOUBT, needs=("transitions.label",), find=_of_winners),
)
