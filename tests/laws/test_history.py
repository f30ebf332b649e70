"""What a store says now, and said at any time, is what a slow reading of all batches gives."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, Row, arrow_facts, rows_of

KEYS = st.sampled_from("abc")
LINES = st.one_of(
    st.builds("lead {} 2026-01-01 type={}".format, KEYS, st.sampled_from(["web", "chat"])),
    st.builds("deal {} of {} 2026-01-02".format, KEYS, KEYS),
    st.builds("lead {} > SQL 2026-01-03".format, KEYS),
    st.builds("touch {} 2026-01-04".format, KEYS),
)
BATCHES = st.lists(st.lists(LINES, min_size=1, max_size=5), min_size=1, max_size=5)
Said = list[tuple[str, str, int]]


def said_last(rows: list[tuple[str, Row]], *, upto: int) -> Said:
    """The slow way: of each key of the source, what the last batch says under it that says anything."""
    last: dict[str, int] = defaultdict(int)
    for _, row in rows:
        if row["batch"] <= upto:
            last[row["source_id"]] = max(last[row["source_id"]], row["batch"])
    return sorted(
        (table, row["source_id"], row["batch"]) for table, row in rows if row["batch"] == last[row["source_id"]]
    )


@settings(max_examples=12)
@given(batches=BATCHES, compact_after=st.integers(1, 5))
def test_what_is_said_last(batches: list[list[str]], compact_after: int):
    """At every batch, whatever was compacted in between; numbers of records are dense and never change."""
    rows = rows_of("\nbatch\n".join("\n".join(lines) for lines in batches))
    with TemporaryDirectory() as folder:
        store = store_in(Path(folder))
        seen: dict[tuple[str, str], int] = {}
        for number in range(1, len(batches) + 1):
            mine = arrow_facts((table, row) for table, row in rows if row["batch"] == number)
            facts = {name: table.drop_columns(["batch"]) for name, table in mine.items() if len(table)}
            known_at = FIRST_IMPORT + timedelta(days=number)
            store.add(facts=facts, received={}, known_at=known_at, mapping={"n": number}, report={})
            if number == compact_after:
                store.compact(above=1)
            keys = {(row["kind"], row["key"]): row["nr"] for row in store.keys().to_pyarrow().to_pylist()}
            assert sorted(keys.values()) == list(range(1, len(keys) + 1))
            assert seen.items() <= keys.items()
            seen = keys
        for number in range(len(batches) + 1):
            facts_then = store.facts(known_at=FIRST_IMPORT + timedelta(days=number))
            found: Said = []
            for name in ("leads", "deals", "transitions", "touches"):
                table = facts_then[name].select("source_id", "batch").to_pyarrow().to_pylist()
                found += [(name, row["source_id"], row["batch"]) for row in table]
            assert sorted(found) == said_last(rows, upto=number)
        store.ledger.records.close()  # type: ignore[attr-defined]
