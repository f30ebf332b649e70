"""The second estimate: silent where cohorts mature at one pace, a note where the early ones were slower."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from funnelpact.core.measure.beside.second import second_opinion
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

AS_OF = date(2026, 12, 31)


def notes(*, early_days: float, late_days: float, share: float = 0.3, late: int = 0) -> tuple[Message, ...]:
    """What is said of two years of leads, eight a day, half of the wins after `early_days` or, in the second year, `late_days`."""
    dice = np.random.default_rng(3)
    cohorts: dict[date, list[Pass]] = {}
    for day in (AS_OF - timedelta(days=ago) for ago in range(730)):
        half = late_days if day > AS_OF - timedelta(days=300) else early_days
        for _ in range(8):
            wins = dice.random() < share
            age, open_days = int(dice.exponential(half / np.log(2) if wins else 90)), (AS_OF - day).days
            what = OPEN if age > open_days else MOVED if wins else LEFT
            cohorts.setdefault(day.replace(day=1), []).append(Pass(max(late, min(age, open_days)), what, late))
    tables: dict[date, LifeTable] = {month: table_of(part) for month, part in cohorts.items()}
    whole = table_of([one for part in cohorts.values() for one in part])
    return second_opinion(cohorts=tables, table=whole, as_of=AS_OF)


def test_one_pace_leaves_nothing_to_say() -> None:
    """Curve and cohorts agree while only chance moves them."""
    assert notes(early_days=40, late_days=40) == ()


def test_wins_that_come_much_sooner_than_before_are_noted() -> None:
    """The triangle grows the quick moves of the second year as it did the slow ones of the first, the curve does not."""
    (said,) = notes(early_days=150, late_days=15)

    assert said.id == "note.second_opinion"
    assert said.values["other"] > said.values["ours"]  # type: ignore[operator]


def test_passes_that_came_under_watch_late_have_no_triangle() -> None:
    """Their moves before that are nowhere, so cohorts cannot be held beside a curve."""
    assert notes(early_days=150, late_days=15, late=2) == ()
