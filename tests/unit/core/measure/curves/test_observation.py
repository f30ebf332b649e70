"""From which day a source shows closings at all."""

from __future__ import annotations

from datetime import date, timedelta

from funnelpact.core.measure.curves.observation import Entries, may_begin_late, observed_from
from tests.lifetables import LEFT, MOVED, OPEN, Pass, table_of

FIRST = date(2026, 3, 1)
QUICK = table_of([*[Pass(2, MOVED)] * 60, *[Pass(5, LEFT)] * 40])
SLOW = table_of([*[Pass(200, MOVED)] * 60, *[Pass(200, OPEN)] * 40])


def entered(*counts: int, each: int = 7, late: int = 0) -> list[Entries]:
    """So many passes on each of the weeks before the first closing, the oldest first."""
    return [
        Entries(day=FIRST - timedelta(days=each * ago), count=count, late=late)
        for ago, count in enumerate(reversed(counts), start=1)
    ]


def test_closings_that_are_missing_for_months_are_noticed():
    """A hundred passes of which all should have closed within five days did not."""
    found = observed_from(entries=entered(50, 50), first_closing=FIRST, table_after=QUICK)

    assert found == FIRST


def test_a_young_source_is_complete():
    """Nothing closed before, because nothing could have: those who entered needed their time."""
    assert observed_from(entries=entered(50, 50), first_closing=FIRST, table_after=SLOW) is None


def test_a_handful_of_passes_proves_nothing():
    """Nine expected closings that did not come may be chance; ten are the limit."""
    assert observed_from(entries=entered(9), first_closing=FIRST, table_after=QUICK) is None
    assert observed_from(entries=entered(10), first_closing=FIRST, table_after=QUICK) == FIRST


def test_who_entered_the_day_before_has_had_one_day():
    """By then 0 of 100 would have closed, as the first of the later ones did so on day 2."""
    assert observed_from(entries=entered(1_000, each=1), first_closing=FIRST, table_after=QUICK) is None
    assert observed_from(entries=entered(1_000, each=3), first_closing=FIRST, table_after=QUICK) == FIRST


def test_who_entered_later_does_not_count():
    """Only what came before the first closing can have been missed."""
    later = [Entries(day=FIRST + timedelta(days=day), count=1_000) for day in range(10)]

    assert observed_from(entries=later, first_closing=FIRST, table_after=QUICK) is None


def test_without_closings_nothing_can_be_said():
    """Nor without passes that entered afterwards."""
    assert observed_from(entries=entered(100), first_closing=None, table_after=QUICK) is None
    assert observed_from(entries=entered(100), first_closing=FIRST, table_after=None) is None


def test_who_came_under_watch_late_is_not_missed_before():
    """A hundred that entered a week before, seen from day 7 on, could not have been seen to close earlier."""
    assert observed_from(entries=entered(100, late=7), first_closing=FIRST, table_after=SLOW) is None
    assert observed_from(entries=entered(100, late=1), first_closing=FIRST, table_after=QUICK) == FIRST


def test_what_is_certain_needs_no_second_count():
    """Where even all ends together could not have brought ten closings, the answer is no; where they could, it is open."""
    many = table_of([*[Pass(2, MOVED)] * 60, *[Pass(5, LEFT)] * 40, *[Pass(90, OPEN)] * 900])

    assert not may_begin_late(entries=entered(20, each=2), first_closing=FIRST, table=many)
    assert may_begin_late(entries=entered(500), first_closing=FIRST, table=many)
    assert not may_begin_late(entries=entered(500), first_closing=None, table=many)
