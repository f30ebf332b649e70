"""Which records are one: merges, which may be undone, and deletions, which may be, too."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.facts.keys import KEY_COLUMNS

_NUMBERS = {"merges": (), "deletions": ("subject_nr",)}


def merged_into(*, merges: ir.Table) -> dict[int, int]:
    """This returns, for each record that is merged now, the number of the record that stays at the end of the chain.

    What was said last of a record counts: a merge that is taken back is none. Of records that name each other in a ring
    the smallest number stays.

    >>> rows = {"subject_nr": [1, 2, 5], "into_nr": [2, 3, 6], "undone": [False, False, True], "batch": [1, 1, 1]}
    >>> merged_into(merges=ibis.memtable(pa.table({**rows, "happened_at": ["2026-01-01"] * 3})))
    {1: 3, 2: 3}
    """
    said = merges.select("subject_nr", "into_nr", "happened_at", "batch", undone=merges.undone.fill_null(False))
    rows = said.distinct().order_by("happened_at", "batch", "undone", "into_nr").to_pyarrow().to_pylist()
    step = {row["subject_nr"]: None if row["undone"] else row["into_nr"] for row in rows}
    return {record: end for record in step if (end := _end(record, step)) != record}


def _end(record: int, step: Mapping[int, int | None]) -> int:
    seen = [record]
    while (following := step.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


def as_one(*, facts: Mapping[str, ir.Table], into: Mapping[int, int]) -> dict[str, ir.Table]:
    """This returns the facts with every merged record's number replaced by that of the record that stays.

    Rows of leads then say in `was_merged` whether they are those of another record.
    """
    if not into:
        return dict(facts)
    columns = {"merged_nr": pa.array(into.keys(), pa.int64()), "stays_nr": pa.array(into.values(), pa.int64())}
    stays = ibis.memtable(pa.table(columns))
    return {name: _replaced(name, table, stays) for name, table in facts.items()}


def _replaced(name: str, table: ir.Table, stays: ir.Table) -> ir.Table:
    for number in _NUMBERS.get(name, tuple(KEY_COLUMNS.get(name, {}))):
        if name == "deletions":
            # The record that went into another may be deleted after; the one that stays is not.
            return table.anti_join(stays, table.subject_nr == stays.merged_nr)
        joined = table.left_join(stays, table[number] == stays.merged_nr)
        merged = {"was_merged": joined.merged_nr.notnull()} if name == "leads" else {}
        both = joined.mutate(**{number: ibis.coalesce(joined.stays_nr, joined[number])}, **merged)
        table = both.drop("merged_nr", "stays_nr")
    return table


def deleted(*, deletions: ir.Table) -> ir.Table:
    """This returns the records that are deleted now: `record`, and `gone`. Of one instant's sayings the deletion stands."""
    said = deletions.select("subject_nr", "happened_at", undone=deletions.undone.fill_null(False))
    last = said.group_by(record=said.subject_nr).aggregate(
        at=said.happened_at.max(where=~said.undone), back_at=said.happened_at.max(where=said.undone)
    )
    stands = last.filter(last["at"].notnull() & (last.back_at.isnull() | (last["at"] >= last.back_at)))
    return stands.select("record", gone=ibis.literal(True))
