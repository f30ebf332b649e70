"""Rates of small segments: which are drawn, where to, and which are left alone."""

from __future__ import annotations

from datetime import date

from funnelpact.core.measure.beside.drawn import drawn_rates
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.quantity import Rate
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

AS_OF = date(2026, 11, 12)


def passes(count: int, moved: int) -> list[Pass]:
    """Passes that moved on day 5, others that left on day 10."""
    return [Pass(5, MOVED)] * moved + [Pass(10, LEFT)] * (count - moved)


def drawn(parts: dict[Segment, list[Pass]]) -> dict[Segment, Rate | None]:
    """The drawn rates, by segment."""
    tables: dict[Segment, LifeTable] = {name: table_of(part) for name, part in parts.items()}
    tables[ALL] = table_of([one for part in parts.values() for one in part])
    found = drawn_rates(tables=tables, horizon_days=30, as_of=AS_OF)
    return {name: one.value for name, one in found.items() if isinstance(one.value, Rate)}


def test_a_small_segment_lies_between_its_own_rate_and_that_of_all() -> None:
    """Twelve passes with six moves among segments of about a tenth: above these, far below a half; large ones have none."""
    found = drawn({"web": passes(900, 90), "chat": passes(400, 60), "fair": passes(12, 6)})

    assert set(found) == {"fair"}
    assert found["fair"] is not None
    assert 0.11 < found["fair"].value < 0.4


def test_a_segment_whose_passes_are_all_too_young_has_no_rate() -> None:
    """Nobody of it was watched to the age that all identify, so nothing is known at it."""
    young = [Pass(3, OPEN)] * 12

    assert drawn({"web": passes(900, 90), "chat": passes(400, 60), "fair": passes(12, 6), "new": young}).keys() == {
        "fair"
    }


def test_two_segments_are_too_few_to_be_drawn_together() -> None:
    """How far apart segments lie cannot be seen from two."""
    assert not drawn({"web": passes(900, 90), "fair": passes(12, 6)})
