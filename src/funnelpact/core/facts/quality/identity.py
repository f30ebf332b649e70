"""Rules about records: the same twice, merged, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule, blank, named, stacked, tally
from funnelpact.core.terms.report import Figures, Level

RECORDS = {"leads": "lead", "deals": "deal", "customers": "customer"}


def withdrawn(*, seen: Evidence) -> ir.Table:
    """This returns the numbers (`nr`) of the records that are merged into another or deleted, and still are."""
    merged, deleted = in_force(rows=seen.facts["merges"]), in_force(rows=seen.facts["deletions"])
    return merged.select("nr").union(deleted.select("nr"), distinct=True)


def in_force(*, rows: ir.Table) -> ir.Table:
    """This returns what merges or deletions say last of each record, unless it was taken back: its number `nr`, its `key`.

    Merges carry `into`, the number of the record that stays.
    """
    undone = rows.undone.fill_null(False)
    # Of two at one instant the one that takes back is the later.
    order = ibis.struct({"at": rows.happened_at, "batch": rows.batch, "undone": undone, "id": rows.source_id})
    said = {"undone": undone.argmax(order), "key": rows.subject.min()}
    if "into_nr" in rows.columns:
        said["into"] = rows["into_nr"].argmax(order)
    last = rows.group_by(nr=rows.subject_nr).aggregate(**said)
    return last.filter(~last.undone).drop("undone")


def _twice(seen: Evidence) -> Found:
    parts, names = [], []
    for name, key in RECORDS.items():
        table = seen.everything[name]
        parts.append(table.select("batch", nr=f"{key}_nr"))
        names.append(named(rows=table, nr=f"{key}_nr", key=key))
    rows = stacked(parts=parts)
    keys = rows.group_by("batch", "nr").aggregate(n=rows.count())
    return tally(rows=keys, hit=keys.n - 1, key=keys.nr, of=keys.n, names=stacked(parts=names))


def _leads(seen: Evidence) -> ir.Table:
    """The leads that stand, one row each: `nr`, `at`, `person` and `company` if named."""
    rows = seen.facts["leads"].anti_join(withdrawn(seen=seen), [("lead_nr", "nr")])
    person, company = (ibis.ifelse(blank(text=rows[name]), None, rows[name]) for name in ("person", "company"))
    return rows.group_by(nr="lead_nr").aggregate(
        lead=rows.lead.min(), at=rows.happened_at.min(), person=person.max(), company=company.max()
    )


def _again(leads: ir.Table, column: str) -> Found:
    said = leads.filter(leads[column].notnull())
    last = said.lead.argmax(ibis.struct({"at": said["at"], "lead": said.lead}))
    groups = said.group_by(column).aggregate(n=said.count(), last=last)
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
    leads = seen.leads.select("nr")
    gone = gone.select(gone="nr", key="key")
    joined = leads.left_join(gone, leads.nr == gone.gone)
    return tally(rows=joined, hit=joined.gone.notnull(), key=joined.key)


def _astray(seen: Evidence) -> Found:
    """Merges are made by hand or by one tool, so they are few enough to be walked one by one."""
    merges, deletions = in_force(rows=seen.facts["merges"]), in_force(rows=seen.facts["deletions"])
    deletions = deletions.select(gone="nr")
    joined = merges.left_join(deletions, merges["into"] == deletions.gone)
    rows = joined.select("nr", "key", "into", dead=joined.gone.notnull()).to_pyarrow().to_pylist()
    ring = _in_rings({row["nr"]: row["into"] for row in rows})
    astray = sorted(row["key"] for row in rows if row["dead"] or row["nr"] in ring)
    return Found(rows=len(rows), count=len(astray), examples=tuple(astray[:EXAMPLES]))


def _in_rings(following: Mapping[int, int]) -> set[int]:
    """The records from which following the merges leads back to themselves."""
    rings: set[int] = set()
    done: set[int] = set()
    for start in following:
        path: dict[int, int] = {}
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
