"""Which lead a deal belongs to, where there are several."""

from __future__ import annotations

import pytest

from funnelpact.core.journeys.mapping import Attribution, FunnelMapping
from tests.worlds import mapped

SEVERAL = """
    lead a 2026-01-01
    lead b 2026-01-10
    lead c 2026-01-20
    lead d 2026-02-10
    deal x of b 2026-02-01 amount=100
    link 1 2026-02-01 from_kind=lead from_key=a to_kind=deal to_key=x role=contact
    link 2 2026-02-01 from_kind=deal from_key=x to_kind=contact to_key=c role="Primary contact"
    link 3 2026-02-12 from_kind=lead from_key=d to_kind=deal to_key=x
    link 4 2026-02-01 from_kind=lead from_key=nobody to_kind=deal to_key=x role=primary
    deal x > Won 2026-03-01
    deal y of a 2026-02-01 amount=1
    deal y > Won 2026-03-02
    deal z of b 2026-02-01
"""


@pytest.mark.parametrize(
    ("attribution", "of_x", "won"),
    [
        (Attribution.FIRST, "a", {"a": 2}),
        (Attribution.LAST, "c", {"a": 1, "c": 1}),
        (Attribution.PRIMARY, "c", {"a": 1, "c": 1}),
    ],
)
def test_of_several_leads_one_has_the_deal(attribution: Attribution, of_x: str, won: dict[str, int]):
    """The first, the last before the deal was opened, or the one whose link says primary; never one that is not known."""
    found = mapped(SEVERAL, FunnelMapping(attribution=attribution))

    assert set(found) == {"a", "b", "c", "d"}
    assert {key: row["won_deals"] for key, row in found.items() if row["won_deals"]} == won
    assert found[of_x]["amount"] == (101 if won.get(of_x) == 2 else 100)
    assert {key: row["open_deals"] for key, row in found.items() if row["open_deals"]} == {"b": 1}


def test_without_a_primary_link_the_lead_that_the_deal_names_has_it():
    """Then any other that is linked; the last is, where all came after the deal, the one that came next."""
    world = """
        lead a 2026-01-01
        lead b 2026-01-10
        deal x of b 2026-02-01
        link 1 2026-02-01 from_kind=lead from_key=a to_kind=deal to_key=x role=contact
        lead c 2026-03-01
        lead d 2026-03-10
        deal y 2026-02-01
        link 2 2026-03-12 from_kind=deal from_key=y to_kind=lead to_key=d
        link 3 2026-03-12 from_kind=deal from_key=y to_kind=lead to_key=c
    """
    found = {
        attribution: {key for key, row in mapped(world, FunnelMapping(attribution=attribution)).items() if row["deals"]}
        for attribution in Attribution
    }

    assert found == {
        Attribution.PRIMARY: {"b", "c"},
        Attribution.FIRST: {"a", "c"},
        Attribution.LAST: {"b", "c"},
    }
