"""What the mapping says of a whole pass: its stream and team, whether it counts, since when it is watched."""

from __future__ import annotations

from datetime import date

from funnelpact.core.journeys.mapping import Exclusion, FunnelMapping, Renamed
from tests.worlds import journeys, mapped, mapping_of, passes_of, rows_of

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def test_the_stream_is_the_leads_else_that_of_the_product():
    """A product has a stream where the mapping says so, on those days, also where both have one name."""
    said = FunnelMapping(
        streams=(
            Renamed(label="hw", name="boxes"),
            Renamed(label="GTX", name="boxes", since=MARCH),
            Renamed(label="tapes", name="tapes"),
        )
    )
    world = """
        lead a 2026-04-01 stream=hw
        deal a1 of a 2026-04-02 product=tapes
        lead b 2026-04-01
        deal b1 of b 2026-04-02 product=GTX
        lead c 2026-02-01
        deal c1 of c 2026-04-02 product=GTX
        deal d 2026-04-02 product=tapes
        deal e 2026-04-02 product=other
        lead f 2026-04-01 stream=other
    """

    assert {key: row["stream"] for key, row in mapped(world, said).items()} == {
        "a": "boxes",
        "b": "boxes",
        "c": None,
        "deal:d": "tapes",
        "deal:e": None,
        "f": "other",
    }


def test_excluded_passes_count_nowhere_and_stay():
    """By our name of a type, by a stream that the product gave, by owner, and only on the days of the rule."""
    said = FunnelMapping(
        types=(Renamed(label="t1", name="test"),),
        streams=(Renamed(label="GTX", name="boxes"),),
        exclusions=(
            Exclusion(field="type", labels=("test", "trial"), reason="no customers"),
            Exclusion(field="type", labels=("test",), reason="never reached"),
            Exclusion(field="stream", labels=("boxes",), reason="sold off"),
            Exclusion(field="owner", labels=("ayse",), reason="on leave", since=MARCH, until=MAY),
        ),
    )
    world = """
        lead a 2026-01-01 type=t1
        lead b 2026-01-01 type=web
        deal c 2026-01-01 product=GTX
        lead d 2026-02-28
        handover d 2026-02-28 owner=ayse
        lead e 2026-03-01
        handover e 2026-05-02 owner=ayse
        lead f 2026-05-01
        handover f 2026-05-02 owner=ayse
        lead g 2026-01-01 type=trial
        deletion g 2026-01-02
    """
    rows = rows_of(world)

    assert {key: row["excluded"] for key, row in mapped(world, said).items()} == {
        "a": "no customers",
        "b": None,
        "deal:c": "sold off",
        "d": None,
        "e": "on leave",
        "f": None,
        "g": "deleted",
    }
    counted = passes_of(rows, as_of=date(2026, 12, 31), said=said).to_pyarrow()["key"].to_pylist()
    assert sorted(counted) == ["b", "d", "f"]


def test_the_team_is_the_mappings_else_the_hand_overs_else_the_persons():
    """The owner is whom it was given to last, else the deal's; the mapping's team holds from its day on."""
    said = FunnelMapping(teams=(Renamed(label="ayse", name="West", since=MARCH), Renamed(label="solo", name="solo")))
    world = """
        person ayse team=North
        person can team=South
        lead a 2026-02-28
        handover a 2026-03-02 owner=ayse team=East
        lead b 2026-03-01
        handover b 2026-03-02 owner=ayse team=East
        lead c 2026-02-01
        handover c 2026-02-02 owner=ayse
        lead d 2026-03-01
        deal d1 of d 2026-03-02 owner=can
        lead e 2026-03-01
        handover e 2026-03-02 owner=solo team=East
        lead f 2026-03-01
    """

    assert {key: row["team"] for key, row in mapped(world, said).items()} == {
        "a": "East",
        "b": "West",
        "c": "North",
        "d": "South",
        "e": "solo",
        "f": None,
    }


def test_passes_are_watched_from_the_day_on_which_closings_are_shown():
    """Later ones from their own beginning."""
    found = mapped("lead a 2026-01-01\nlead b 2026-03-05", FunnelMapping(observed_from=MARCH))

    assert {key: row["observed_from"] for key, row in found.items()} == {"a": MARCH, "b": date(2026, 3, 5)}


def test_without_a_word_the_mapping_is_that_of_the_words():
    """Saying nothing is what happens where nobody has saved a mapping."""
    world = "lead a 2026-01-01 type=web\nlead a > SQL 2026-01-02\ndeal a1 of a 2026-01-03\ndeal a1 > Won 2026-01-04"
    said = mapped(world, mapping_of(rows_of(world)))["a"]

    assert journeys(world)["a"].items() >= {name: value for name, value in said.items() if name != "deals"}.items()
