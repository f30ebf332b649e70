"""Our names for types and segments, from a day on, and who brings a type."""

from __future__ import annotations

from datetime import date

from funnelpact.core.journeys.mapping import FunnelMapping, Party, Renamed
from tests.worlds import mapped

MARCH = date(2026, 3, 1)


def test_names_hold_from_their_day_on():
    """Of the day on which a pass begins, so that a lead that comes back has the name of then."""
    said = FunnelMapping(
        types=(
            Renamed(label="form", name="web", until=MARCH),
            Renamed(label="form", name="site", since=MARCH),
            Renamed(label="chat", name="site"),
        ),
        segments=(Renamed(label="S", name="small"),),
    )
    world = """
        lead a 2026-02-28 type=form segment=S
        lead b 2026-03-01 type=form segment=L
        lead c 2026-02-28 type=chat
        lead d 2026-02-28 type=fair
        lead e 2026-01-01 type=form
        lead e > Lost 2026-01-05
        lead e > SQL 2026-04-05
        lead f 2026-02-01
    """
    found = mapped(world, said)

    assert {key: row["type"] for key, row in found.items()} == {
        "a": "web",
        "b": "site",
        "c": "site",
        "d": "fair",
        "e": "web",
        "e 2": "site",
        "f": None,
    }
    assert {key: row["segment"] for key, row in found.items() if row["segment"]} == {"a": "small", "b": "L"}


def test_a_type_has_a_party_and_a_deal_without_a_lead_is_sales():
    """People's word stands above that of the words; a lead without a type is marketing's."""
    said = FunnelMapping(
        types=(Renamed(label="Outbound calls", name="Phone"),),
        parties={"fair": Party.PARTNER, "cold mail": Party.MARKETING},
    )
    world = """
        lead a 2026-01-01 type=web
        lead b 2026-01-01 type="Outbound calls"
        lead c 2026-01-01 type=fair
        lead d 2026-01-01 type="cold mail"
        lead e 2026-01-01
        deal x 2026-01-02
        deal y of nobody 2026-01-02
    """

    assert {key: row["party"] for key, row in mapped(world, said).items()} == {
        "a": "marketing",
        "b": "sdr",
        "c": "partner",
        "d": "marketing",
        "e": "marketing",
        "deal:x": "sales",
        "deal:y": "sales",
    }
