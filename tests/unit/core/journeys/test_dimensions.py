"""By what passes are broken down: columns, labels, and what other tables say of a company, a product or an owner."""

from __future__ import annotations

import pytest

from funnelpact.core.journeys.dimensions import (
    BreakdownAmbiguous,
    BreakdownUnknown,
    Dimension,
    available_dimensions,
    find_dimension,
)
from tests.worlds import engine_facts, journeys, rows_of

WORLD = """
    lead a 2026-01-01 type=web company=acme grade=A
    lead b 2026-01-02 type=chat
    lead c 2026-01-03
    deal a1 of a 2026-01-05 product=X owner=ayse company=acme pipeline=new
    deal b1 of b 2026-01-06 product=Y owner=bora
    deal d 2026-01-07 product=X owner=bora company=acme pipeline=old
    company acme sector=retail
    product X series=big
    product Y series=small
    person ayse team=north regional_office=West
    person bora team=south regional_office=East
"""


def by(asked: str) -> dict[str, str | None]:
    """The value of a breakdown for each pass of the world."""
    dimension = find_dimension(asked=asked, available=available_dimensions(facts=engine_facts(rows_of(WORLD))))
    return {key: row["by"] for key, row in journeys(WORLD, by=dimension).items()}


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ("type", {"a": "web", "b": "chat", "c": None, "deal:d": None}),
        ("grade", {"a": "A", "b": None, "c": None, "deal:d": None}),
        ("product", {"a": "X", "b": "Y", "c": None, "deal:d": "X"}),
        ("pipeline", {"a": "new", "b": None, "c": None, "deal:d": "old"}),
        ("sector", {"a": "retail", "b": None, "c": None, "deal:d": "retail"}),
        ("series", {"a": "big", "b": "small", "c": None, "deal:d": "big"}),
        ("team", {"a": "north", "b": "south", "c": None, "deal:d": "south"}),
        ("region", {"a": "West", "b": "East", "c": None, "deal:d": "East"}),
    ],
)
def test_each_kind_of_breakdown(asked: str, values: dict[str, str | None]):
    """A column or label of leads or deals, and one that is looked up by company, product or owner."""
    assert by(asked) == values


def test_a_lead_with_several_deals_takes_what_the_first_says():
    """The deal that was opened first; of two opened together the smaller word, whatever the order of the rows."""
    lines = ["lead a 2026-01-01", "deal a1 of a 2026-01-09 product=Z", "deal a2 of a 2026-01-05 product=Y"]
    lines += ["deal a3 of a 2026-01-05 product=X"]

    for order in (lines, lines[::-1]):
        found = journeys("\n".join(order), by=Dimension("deals", "product", labelled=False))
        assert found["a"]["by"] == "X"


def test_an_empty_value_is_none():
    """It is not the name of a part, nor that of all passes together."""
    found = journeys('lead a 2026-01-01 "type="', by=Dimension("leads", "type", labelled=False))

    assert found["a"]["by"] is None


@pytest.mark.parametrize("asked", ["type", "Type", "lead type", "origin", "Kaynak", "lead türü"])
def test_names_for_the_lead_type(asked: str):
    """In both languages, and by the names that sources give it."""
    assert by(asked)["a"] == "web"


def test_the_name_in_the_source_stands_above_other_names_for_a_column():
    """Where a source has a label `lead type` of its own, that is meant."""
    available = [Dimension("leads", "type", labelled=False), Dimension("deals", "lead type", labelled=True)]

    assert find_dimension(asked="Lead Type", available=available).table == "deals"


def test_an_unknown_name_is_answered_with_those_there_are():
    """All of them, once each."""
    with pytest.raises(BreakdownUnknown) as caught:
        by("weather")

    assert caught.value.data["names"] == (
        "company",
        "grade",
        "owner",
        "pipeline",
        "product",
        "regional_office",
        "sector",
        "series",
        "team",
        "type",
    )


def test_a_beginning_that_two_names_share_is_asked_back():
    """`se` begins sector and series."""
    with pytest.raises(BreakdownAmbiguous) as caught:
        by("se")

    assert caught.value.data["names"] == ("sector", "series")


def test_nothing_asked_is_unknown():
    """An empty name begins every name, and is none."""
    with pytest.raises(BreakdownUnknown):
        find_dimension(asked=" – ", available=[Dimension("leads", "type", labelled=False)])
