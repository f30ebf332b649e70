"""Records as dense numbers: every lead, deal and customer that facts name gets one at import, so that joins are of integers.

A contact is the same record as a lead of that key in that source: CRMs that know both link them, and one that knows only
contacts calls them leads in its reports.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

KEY_COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "leads": {"lead_nr": ("=lead", "lead")},
    "engagements": {"lead_nr": ("=lead", "lead")},
    "handovers": {"subject_nr": ("subject_kind", "subject")},
    "transitions": {"subject_nr": ("subject_kind", "subject")},
    "touches": {"subject_nr": ("subject_kind", "subject")},
    "deals": {"deal_nr": ("=deal", "deal"), "lead_nr": ("=lead", "lead")},
    "links": {"from_nr": ("from_kind", "from_key"), "to_nr": ("to_kind", "to_key")},
    "merges": {"subject_nr": ("subject_kind", "subject"), "into_nr": ("subject_kind", "into")},
    "deletions": {"subject_nr": ("subject_kind", "subject")},
    "pauses": {"subject_nr": ("subject_kind", "subject")},
    "customers": {"customer_nr": ("=customer", "customer"), "deal_nr": ("=deal", "deal")},
    "renewals": {"customer_nr": ("=customer", "customer")},
    "ratings": {"customer_nr": ("=customer", "customer")},
}
"""For each fact table its number columns: where the kind of the record stands (`=kind` where it is always that), and the key."""

OWN_RECORDS = ("leads", "deals", "customers")
"""The tables with a row for each record of their kind: most records are named there first."""
KEY_ORDER = tuple(dict.fromkeys((*OWN_RECORDS, *KEY_COLUMNS)))
"""The tables in the order in which they give numbers, so that the later ones name few records that have none yet."""

NO_RECORD, NO_NUMBER = 0, -1
"""What stands for the number where a row names no record, and where it names one that has none yet."""

SAME_KIND = {"contact": "lead"}
"""Kinds of records that are others under another name."""


def keys_in(*, facts: Mapping[str, ir.Table]) -> ir.Table:
    """This returns every record that the facts name, as often as they name it: `kind`, `source`, `key`."""
    named = [
        facts[table]
        .select(kind=_kind(facts[table], kind), source=facts[table].source, key=facts[table][key])
        .cast(dict.fromkeys(("kind", "source", "key"), "string"))
        for table, columns in KEY_COLUMNS.items()
        if table in facts
        for kind, key in columns.values()
    ]
    rows = ibis.union(*named) if len(named) > 1 else named[0]
    return rows.filter(rows.key.notnull())


def new_keys(*, facts: Mapping[str, ir.Table], known: ir.Table, first: int) -> ir.Table:
    """This returns the records that the facts name and `known` (with `kind`, `source`, `key`) does not, numbered from `first`.

    The order of kind, source and key decides, so that the same batches always give the same numbers.
    """
    named = keys_in(facts=facts).anti_join(known, ["kind", "source", "key"]).distinct()
    return named.mutate(nr=ibis.row_number().over(order_by=["kind", "source", "key"]) + first)


def numbered(*, name: str, table: ir.Table, keys: ir.Table) -> ir.Table:
    """This returns the rows of a fact table with its number columns, NULL where the row names no record.

    `keys` has `kind`, `source`, `key`, `nr`, each record once.
    """
    for number, (kind, key) in KEY_COLUMNS.get(name, {}).items():
        of_kind = keys.select(key_kind=keys.kind, key_source=keys.source, key_key=keys.key, **{number: keys.nr})
        table = table.left_join(
            of_kind,
            [
                _kind(table, kind) == of_kind.key_kind,
                table.source == of_kind.key_source,
                table[key] == of_kind.key_key,
            ],
        ).drop("key_kind", "key_source", "key_key")
    return table


def numbers_of_rows(*, name: str, table: ir.Table, keys: ir.Table, row: str) -> ir.Table:
    """This returns the column `row` of a fact table with its number columns; `NO_RECORD` and `NO_NUMBER` stand for missing ones."""
    named = [column for names in KEY_COLUMNS[name].values() for column in names if not column.startswith("=")]
    found = numbered(name=name, table=table.select(*dict.fromkeys((row, "source", *named))), keys=keys)
    return found.select(
        row,
        **{
            number: ibis.coalesce(found[number], ibis.ifelse(found[key].isnull(), NO_RECORD, NO_NUMBER).cast("int64"))
            for number, (_, key) in KEY_COLUMNS[name].items()
        },
    )


def number_facts(*, facts: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """This returns all tables with numbers that begin at 1, for facts that are not kept anywhere."""
    named = keys_in(facts=facts).distinct()
    keys = named.mutate(nr=ibis.row_number().over(order_by=["kind", "source", "key"]) + 1).cache()
    return {name: numbered(name=name, table=table, keys=keys) for name, table in facts.items()}


def _kind(table: ir.Table, kind: str) -> ir.Value:
    if kind.startswith("="):
        return ibis.literal(kind[1:])
    return table[kind].cases(*SAME_KIND.items(), else_=table[kind])
