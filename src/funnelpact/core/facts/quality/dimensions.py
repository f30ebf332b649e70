"""Rules about breakdowns: types that are missing or spelt in several ways, and what only the won carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
    return spellings(rows=stacked(parts=[part.mutate(column=ibis.literal(name)) for name, part in counts.items()]))


def _of_winners(seen: Evidence) -> Found:
    """Rows are the dimensions that say anything."""
    moves = seen.moves.filter(seen.moves.position == seen.won)
    won_deals = moves.filter(moves.subject_kind == "deal").select(winner="subject").distinct()
    won_leads = moves.filter(moves.subject_kind == "lead").select(winner="subject")
    deals = seen.facts["deals"]
    of_leads = deals.inner_join(won_deals, deals.deal == won_deals.winner).select(winner="lead")
    won_leads = won_leads.union(of_leads.filter(of_leads.winner.notnull()), distinct=True)
    rows = _said(seen.facts["leads"], "leads", won_leads).union(_said(deals, "deals", won_deals))
    counts: dict[tuple[str, str], dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    for row in rows.to_pyarrow().to_pylist():
        counts[row["table"], row["name"]][row["won"]] += row["n"]
    all_of = {table: counts.pop((table, ""), {True: 0, False: 0}) for table in COLUMNS}
    told = {of: said for of, said in counts.items() if any(said.values()) and all_of[of[0]][True] >= FEWEST_WON}
    leaks = sorted(of for of, said in told.items() if _leaks(said, all_of[of[0]]))
    return Found(rows=len(told), count=len(leaks), examples=tuple(name for _, name in leaks[:EXAMPLES]))


def _leaks(said: Mapping[bool, int], everything: Mapping[bool, int]) -> bool:
    return said[False] < LEAK * everything[False] and 2 * said[True] > everything[True]


def _said(rows: ir.Table, table: str, won: ir.Table) -> ir.Table:
    """How many won and how many other records say something under each `name`; under an empty name all of them."""
    key = {"leads": "lead", "deals": "deal"}[table]
    joined = rows.left_join(won, rows[key] == won.winner)
    marked = joined.mutate(won=joined.winner.notnull())
    filled = {name: (~blank(text=marked[name])).sum() for name in COLUMNS[table]}
    counted = marked.group_by("won").aggregate(every=marked.count(), **filled)
    labels = marked.select("won", "labels", name=marked.labels.keys().unnest())
    labels = labels.filter((labels.name != "") & ~blank(text=labels.labels.get(labels.name)))
    names = {"": "every", **{column: column for column in COLUMNS[table]}}
    parts = [labels.group_by("name", "won").aggregate(n=labels.count())]
    parts += [counted.select(name=ibis.literal(name), won="won", n=column) for name, column in names.items()]
    return stacked(parts=parts).mutate(table=ibis.literal(table))


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
