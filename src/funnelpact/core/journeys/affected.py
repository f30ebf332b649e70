"""Which records a change of facts reaches, so that only their journeys need to be made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr import types as ir
from numpy.typing import NDArray

from funnelpact.core.facts.keys import KEY_COLUMNS

Numbers: TypeAlias = NDArray[np.int64]

_WHEN = ("happened_at", "precision", "batch")
WHOSE: dict[str, tuple[str, tuple[str, ...]]] = {
    "leads": ("lead_nr", ("lead", "type", "segment", "stream", "campaign", "country", "company")),
    "engagements": ("lead_nr", ()),
    "handovers": ("subject_nr", ("subject_kind", "owner", "team")),
    "transitions": ("subject_nr", ("subject_kind", "label", "reason")),
    "touches": ("subject_nr", ("subject_kind", "kind", "direction", "level", "human", "owner")),
    "deals": (
        "deal_nr",
        ("deal", "lead_nr", "amount", "currency", "margin", "outcome", "reason", "owner", "product"),
    ),
    # Both ends of a link share a fate.
    "links": ("from_nr", ("to_nr", "from_kind", "to_kind", "role")),
    "merges": ("subject_nr", ("into_nr", "undone")),
    "deletions": ("subject_nr", ("undone",)),
    "customers": ("customer_nr", ("source_id", "deal_nr", "customer", "recurring", "currency", "owner")),
    "renewals": ("customer_nr", ("source_id", "outcome", "amount_before", "amount_after")),
    "ratings": ("customer_nr", ("score", "scale")),
}
"""The number of the record whose journey a row of each table is part of, and what journeys take from the row beside."""
OFTEN = ("leads", "engagements", "handovers", "transitions", "touches", "deals")
"""Tables that the journeys of a few records are made of in several steps."""
EVERYBODY = ("people",)
"""Tables of which a change may reach any pass: then all journeys are made again."""


def affected_records(*, changed: Mapping[str, ir.Table], facts: Mapping[str, ir.Table]) -> Numbers:
    """This returns the numbers of all records that the changed rows name, and of those that share a fate with them.

    `changed` are rows that are new or stand no more, `facts` all rows that stand, both with numbers. Leads and deals that
    name each other share a fate, and so do records that were ever merged.
    """
    named = [table.select(nr=table[column]) for name, table in changed.items() for column in KEY_COLUMNS.get(name, {})]
    told = ibis.union(*named, distinct=True).to_pyarrow()["nr"].drop_null()
    edges = [
        _pairs(tables[name], first, second)
        for tables in (facts, changed)
        for name, first, second in (("deals", "deal_nr", "lead_nr"), ("merges", "subject_nr", "into_nr"))
    ]
    edges += [_pairs(tables["links"].filter(_ties(tables["links"])), "from_nr", "to_nr") for tables in (facts, changed)]
    pairs = ibis.union(*edges).to_pyarrow()
    return _reached(_values(told), np.column_stack([_values(pairs["first"]), _values(pairs["second"])]))


def facts_of_records(*, facts: Mapping[str, ir.Table], records: ir.Table) -> dict[str, ir.Table]:
    """This returns the rows that are part of the journeys of some records (`nr`), those that are read often in the engine's
    memory; of the tables that nobody's journey is made of, and of `people`, all rows. Only the columns that journeys take
    come along.
    """
    found = dict(facts)
    for name, (column, beside) in WHOSE.items():
        rows = facts[name].select(column, *_WHEN, *beside)
        theirs = rows.semi_join(records, [(column, "nr")])
        found[name] = theirs.cache() if name in OFTEN else theirs
    return found


def as_records(*, numbers: Numbers, like: ir.Table) -> ir.Table:
    """This returns the numbers as a table `nr` of the engine to which the table `like` belongs."""
    column = next(name for name in like.columns if name.endswith("_nr"))
    here = ibis.memtable(pa.table({"nr": pa.array(numbers, pa.int64())}))
    # The union makes the engine keep the numbers itself: one that only looks at them cannot push filters into them.
    return like.filter(ibis.literal(False)).select(nr=like[column]).union(here).cache()


def _ties(links: ir.Table) -> ir.Value:
    person = ["lead", "contact"]
    return (links.from_kind.isin(person) & (links.to_kind == "deal")) | (
        (links.from_kind == "deal") & links.to_kind.isin(person)
    )


def _pairs(table: ir.Table, first: str, second: str) -> ir.Table:
    both = table.filter(table[first].notnull() & table[second].notnull())
    return both.select(first=both[first], second=both[second])


def _values(column: Any) -> Numbers:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _reached(start: Numbers, edges: Numbers) -> Numbers:
    reached = start
    while True:
        near = np.isin(edges, reached)
        onto = edges[near.any(axis=1)]
        grown = np.union1d(reached, onto)
        if len(grown) == len(reached):
            return reached
        reached = grown
