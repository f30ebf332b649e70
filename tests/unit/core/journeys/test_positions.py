"""Stage labels as positions."""

from __future__ import annotations

from funnelpact.core.journeys.building.moves import positioned
from tests.worlds import engine_facts, mapping_of, rows_of


def positions(world: str) -> dict[tuple[str, str], int | None]:
    """The position of each label of each kind of record."""
    rows = rows_of(world)
    placed = positioned(transitions=engine_facts(rows)["transitions"], mapping=mapping_of(rows))
    return {(row["subject_kind"], row["label"]): row["position"] for row in placed.to_pyarrow().to_pylist()}


def test_leads_and_deals_are_placed_by_their_own_labels():
    """An unknown word of a lead is nowhere, of a deal it is the deal's stage; an exit is -1."""
    found = positions(
        """
        lead a > MQL 2026-01-01
        lead a > SQL 2026-01-02
        lead a > Parked 2026-01-03
        lead a > Disqualified 2026-01-04
        deal d > Parked 2026-01-03
        deal d > SQL 2026-01-03
        deal d > Won 2026-01-04
        deal d > Lost 2026-01-05
        """
    )

    assert found == {
        ("lead", "MQL"): 0,
        ("lead", "SQL"): 1,
        ("lead", "Parked"): None,
        ("lead", "Disqualified"): -1,
        ("deal", "Parked"): 2,
        ("deal", "SQL"): 2,
        ("deal", "Won"): 3,
        ("deal", "Lost"): -1,
    }


def test_no_moves_have_no_positions():
    """An empty table keeps its columns."""
    assert positions("lead a 2026-01-01") == {}
