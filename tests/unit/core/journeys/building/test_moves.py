"""What a stage label means, from a day on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa

from funnelpact.core.journeys.building.moves import entered
from funnelpact.core.journeys.mapping import FunnelMapping, StageLabel
from funnelpact.core.terms.funnel import Funnel
from tests.worlds import days, mapped

MARCH = date(2026, 3, 1)


def label(text: str, stage: str | None, *, record: str = "lead", **span: date) -> StageLabel:
    """What people say of a label."""
    return StageLabel(record=record, label=text, stage=stage, since=span.get("since"), until=span.get("until"))


def test_a_label_changes_its_meaning_on_a_day():
    """The day itself has the new meaning; the day before has the old one."""
    said = FunnelMapping(labels=(label("Demo", "mql", until=MARCH), label("Demo", "sql", since=MARCH)))
    world = """
        lead a 2026-02-01
        lead a > Demo 2026-02-28T23:00
        lead b 2026-02-01
        lead b > Demo 2026-03-01T00:00
        lead c 2026-02-01
        lead c > Demo 2026-02-28
        lead d 2026-02-01
        lead d > Demo 2026-03-01
    """
    found = mapped(world, said)

    assert {key: days(row)[1] for key, row in found.items()} == {"a": None, "b": "03-01", "c": None, "d": "03-01"}


def test_the_day_is_that_of_the_zone():
    """22:00 in UTC is the next day in Istanbul; a day without a time is no evening of anywhere."""
    labels = (label("Demo", None, until=MARCH), label("Demo", "sql", since=MARCH))
    world = """
        lead a 2026-02-01
        lead a > Demo 2026-02-28T22:00
        lead b 2026-02-01
        lead b > Demo 2026-02-28
    """

    assert {key: days(row)[1] for key, row in mapped(world, FunnelMapping(labels=labels)).items()} == {
        "a": None,
        "b": None,
    }
    assert {
        key: days(row)[1] for key, row in mapped(world, FunnelMapping(labels=labels, zone="Europe/Istanbul")).items()
    } == {"a": "03-01", "b": None}


def test_what_people_say_stands_above_what_the_words_say():
    """Of leads and of deals, ends included; a deal label that means nothing leaves the deal as it is."""
    said = FunnelMapping(
        labels=(
            label("SQL", "mql"),
            label("Won", None, record="deal"),
            label("Signed", "won", record="deal"),
            label("Asleep", "exit", record="deal"),
        )
    )
    world = """
        lead a 2026-01-01
        lead a > SQL 2026-01-02
        deal d 2026-01-03
        deal d > Won 2026-01-04
        deal e 2026-01-03
        deal e > Signed 2026-01-05
        deal f 2026-01-03
        deal f > Asleep 2026-01-06
        deal f > Won 2026-01-07
    """
    found = mapped(world, said)

    assert {key: days(row) for key, row in found.items()} == {
        "a": ["01-01", None, None, None],
        "deal:d": [None, None, "01-03", None],
        "deal:e": [None, None, "01-03", "01-05"],
        "deal:f": [None, None, "01-03", None],
    }
    assert found["deal:f"]["left_on"] == date(2026, 1, 6)


def test_stages_of_our_own():
    """As many as there are; a deal opens the last before won where none is called opportunity."""
    said = FunnelMapping(
        funnel=Funnel(("enquiry", "meeting", "offer", "contract", "won")),
        labels=(label("Met", "meeting"), label("Offered", "offer", record="deal")),
    )
    world = """
        lead a 2026-01-01
        lead a > Met 2026-01-03
        deal a1 of a 2026-01-10
        deal a1 > Offered 2026-01-08
        deal a1 > Won 2026-01-20
    """

    assert days(mapped(world, said)["a"]) == ["01-01", "01-03", "01-08", "01-10", "01-20"]


def test_where_no_move_is_known_to_the_day_only_nothing_is_looked_at_twice():
    """The same is found as where days are looked for."""
    days = [1, 4, 2, 9, 5, 3]
    table = pa.table(
        {
            "nr": [1, 1, 1, 1, 2, 2],
            "at": pa.array([datetime(2026, 3, day, 7, tzinfo=UTC) for day in days], pa.timestamp("us", "UTC")),
            "is_day": [False] * 6,
            "position": [0, 2, 1, -1, 3, -1],
        }
    )
    moves = ibis.memtable(table)
    with_days, without = (
        entered(moves=moves, by=["nr"], positions=range(4), with_days=looked_for) for looked_for in (True, False)
    )
    rows = without.select(*with_days.columns).order_by("nr").to_pyarrow().to_pylist()

    assert rows == with_days.order_by("nr").to_pyarrow().to_pylist()
    assert [row["left_exactly"] for row in rows] == [datetime(2026, 3, day, 7, tzinfo=UTC) for day in (9, 3)]
