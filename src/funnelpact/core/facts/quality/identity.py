"""Rules about records: the same twice, merged, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule, stacked, tally
from funnelpact.core.terms.report import Figures, Level

RECORDS = {"leads": "lead", "deals": "deal", "customers": "customer"}


def withdrawn(*, seen: Evidence, kind: str) -> ir.Table:
    """This returns the keys (`key`) of the records of a kind that are merged into another or deleted, and still are."""
    merged, deleted = in_force(rows=seen.facts["merges"]), in_force(rows=seen.facts["deletions"])
    both = merged.select("kind", "key").union(deleted.select("kind", "key"))
    return both.filter(both.kind == kind).select("key").distinct()


def in_force(*, rows: ir.Table) -> ir.Table:
    """This returns what merges or deletions say last of each record, `kind` and `key`, unless it was taken back.

    Merges carry `into`, the key of the record that stays.
    """
    undone = rows.undone.fill_null(False)
    # Of two at one instant the one that takes back is the later.
    order = ibis.struct({"at": rows.happened_at, "batch": rows.batch, "undone": undone, "id": rows.source_id})
    said = {"undone": undone.argmax(order)}
    if "into" in rows.columns:
        said["into"] = rows["into"].argmax(order)
    last = rows.group_by(kind=rows.subject_kind, key=rows.subject).aggregate(**said)
    return last.filter(~last.undone).drop("undone")


def _twice(seen: Evidence) -> Found:
    rows = stacked(
        parts=[
            seen.everything[name].select("source", "batch", table=ibis.literal(name), key=key)
            for name, key in RECORDS.items()
        ]
    )
    keys = rows.group_by("table", "source", "batch", "key").aggregate(n=rows.count())
    return tally(rows=keys, hit=keys.n - 1, key=keys.key, of=keys.n)


def _leads(seen: Evidence) -> ir.Table:
    """The leads that stand, one row each."""
    leads = seen.leads
    gone = withdrawn(seen=seen, kind="lead")
    return leads.anti_join(gone, leads.lead == gone.key)


def _again(leads: ir.Table, column: str) -> Found:
    named = leads.filter(leads[column].notnull())
    last = named.lead.argmax(ibis.struct({"at": named["at"], "lead": named.lead}))
    groups = named.group_by(column).aggregate(n=named.count(), last=last)
    return tally(rows=groups, hit=groups.n - 1, key=groups["last"], of=groups.n)


def _person_twice(seen: Evidence) -> Found:
    return _again(_leads(seen), "person")


def _company_twice(seen: Evidence) -> Found:
    leads = _leads(seen)
    return _again(leads.filter(leads.person.isnull()), "company")


def _merged(seen: Evidence) -> Found:
    return _of_leads(seen, in_force(rows=seen.facts["merges"]))


def _deleted(seen: Evidence) -> Found:
    return _of_leads(seen, in_force(rows=seen.facts["deletions"]))


def _of_leads(seen: Evidence, gone: ir.Table) -> Found:
    leads = seen.leads.select("lead")
    gone = gone.filter(gone.kind == "lead").select(gone="key")
    joined = leads.left_join(gone, leads.lead == gone.gone)
    return tally(rows=joined, hit=joined.gone.notnull(), key=joined.lead)


def _astray(seen: Evidence) -> Found:
    """Merges are made by hand or by one tool, so they are few enough to be walked one by one."""
    merges, deletions = in_force(rows=seen.facts["merges"]), in_force(rows=seen.facts["deletions"])
    deletions = deletions.select(gone_kind="kind", gone="key")
    joined = merges.left_join(deletions, [merges.kind == deletions.gone_kind, merges["into"] == deletions.gone])
    rows = joined.select("kind", "key", "into", dead=joined.gone.notnull()).to_pyarrow().to_pylist()
    following = {(row["kind"], row["key"]): (row["kind"], row["into"]) for row in rows}
    ring = _in_rings(following)
    astray = sorted(row["key"] for row in rows if row["dead"] or (row["kind"], row["key"]) in ring)
    return Found(rows=len(rows), count=len(astray), examples=tuple(astray[:EXAMPLES]))


def _in_rings(following: Mapping[tuple[str, str], tuple[str, str]]) -> set[tuple[str, str]]:
    """The records from which following the merges leads back to themselves."""
    rings: set[tuple[str, str]] = set()
    done: set[tuple[str, str]] = set()
    for start in following:
        path: dict[tuple[str, str], int] = {}
        here = start
        while here in following and here not in done and here not in path:
            path[here] = len(path)
            here = following[here]
        if here in path:
            rings.update(record for record, place in path.items() if place >= path[here])
        done.update(path)
    return rings


RULES = (
    Rule(code="record-twice", level=Level.TOLD, needs=(), find=_twice),
    Rule(
        code="person-twice",
        level=Level.DOUBT,
        needs=("leads.person",),
        find=_person_twice,
        limit=Fraction(1, 10),
        refuses=(Figures.RATES, Figures.VALUES),
    ),
    Rule(code="company-twice", level=Level.TOLD, needs=("leads.company",), find=_company_twice),
    Rule(code="lead-merged", level=Level.TOLD, needs=("merges.subject",), find=_merged),
    Rule(code="lead-deleted", level=Level.TOLD, needs=("deletions.subject",), find=_deleted),
    Rule(code="merge-astray", level=Level.DOUBT, needs=("merges.subject",), find=_astray),
)
