"""Cells of passes to life tables and small counts: who is watched from when, and what follows by adding."""

from __future__ import annotations

from datetime import date

from ibis.expr import types as ir

from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.measure.counts.cells import Marks
from funnelpact.core.measure.counts.lives import Lives
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.counts.taken import lives_of, overview, step_counts
from tests.worlds import passes_of, rows_of

AS_OF = date(2026, 3, 31)
MARKS = Marks(as_of=AS_OF, period_days=10, window_days=31, ripe_days=(30, 60))

WORLD = """
lead a 2026-01-01
lead b 2026-01-01
lead c 2026-02-01
lead d 2026-03-01
deal da of a 2026-01-05 amount=100.25
deal da > "Closed Won" 2026-01-11
deal db of b 2026-03-01 amount=40
deal db > "Closed Won" 2026-03-12
deal dc of c 2026-02-02
deal dc > Lost 2026-03-31
"""
"""a won before February, b in March on day 70, c was lost on the last day, d is open."""


def passes(world: str = WORLD, *, observed_from: date | None = None) -> ir.Table:
    """The passes of a world of which the source shows closings from a day on."""
    said = FunnelMapping(observed_from=observed_from)
    return passes_of(rows_of(world), as_of=AS_OF, said=said)


def way(rows: ir.Table) -> Lives:
    """The whole way of all passes."""
    (found,) = lives_of(passes=rows, steps=[(0, 3)], marks=MARKS)
    return found[ALL]


def filled(row: tuple[int, ...]) -> dict[int, int]:
    """What stands in a row of a life table, by age."""
    return {age: count for age, count in enumerate(row) if count}


def test_a_pass_is_watched_from_the_day_on_which_its_source_began():
    """On February 10 those of January were 40 days old and the one of February 9; a had closed unseen and is left out."""
    one = way(passes(observed_from=date(2026, 2, 10)))
    table = one.counts().table

    assert filled(table.entered) == {0: 1, 9: 1, 40: 1}
    assert (filled(table.moved), filled(table.left), filled(table.open)) == ({70: 1}, {58: 1}, {30: 1})
    assert (one.passes, one.unseen) == (4, 1)


def test_a_pass_that_closes_on_the_day_on_which_it_came_under_watch_was_seen():
    """On its last day a pass is still at risk."""
    assert way(passes(observed_from=date(2026, 1, 11))).unseen == 0
    assert way(passes(observed_from=date(2026, 1, 12))).unseen == 1


def test_a_single_step_counts_the_same_late_entries():
    """Without marks only those that came late are counted by age; the others are the rest."""
    counted = step_counts(passes=passes(observed_from=date(2026, 2, 10)), start=0, end=3, as_of=AS_OF)

    assert filled(counted[ALL].table.entered) == {0: 1, 9: 1, 40: 1}


def test_the_window_holds_what_was_under_watch_in_it():
    """From March 1 on b was 59 days old, c 28, d new; a had been won before."""
    table = way(passes()).window().table

    assert filled(table.entered) == {0: 1, 28: 1, 59: 1}
    assert (filled(table.moved), filled(table.left), filled(table.open)) == ({70: 1}, {58: 1}, {30: 1})
    assert sum(table.amount) == 40


def test_months_of_entry_add_up_to_all():
    """January, February and March each have a life table."""
    found = way(passes()).cohorts()

    assert {month: counted.table.passes for month, counted in found.items()} == {
        date(2026, 1, 1): 2,
        date(2026, 2, 1): 1,
        date(2026, 3, 1): 1,
    }
    assert sum(sum(counted.table.amount) for counted in found.values()) == sum(way(passes()).counts().table.amount)


def test_taking_passes_out_is_counting_the_others():
    """All without those of January are those from February on, in every count."""
    rows = passes()
    (early,) = lives_of(passes=rows, steps=[(0, 3)], marks=MARKS, before=date(2026, 2, 1))
    (late,) = lives_of(passes=rows, steps=[(0, 3)], marks=MARKS, since=date(2026, 2, 1))
    left = way(rows).without(early[ALL])

    assert left.counts() == late[ALL].counts()
    assert left.window() == late[ALL].window()
    assert (left.closings(), left.old_enough(days=30)) == (late[ALL].closings(), late[ALL].old_enough(days=30))
    assert (left.passes, left.unseen, left.waited) == (late[ALL].passes, late[ALL].unseen, late[ALL].waited)


def test_the_first_closing_is_that_of_the_earliest_pass_to_close():
    """A was won on January 11; unseen, the first is b's on March 12."""
    assert way(passes()).first_closing == date(2026, 1, 11)
    assert way(passes(observed_from=date(2026, 2, 10))).first_closing == date(2026, 3, 12)
    assert way(passes("lead a 2026-01-01")).first_closing is None


def test_a_closing_on_the_last_day_is_one():
    """Nothing else has closed."""
    world = "lead a 2026-01-01\ndeal d of a 2026-03-01\ndeal d > Lost 2026-03-31"

    assert way(passes(world)).first_closing == AS_OF


def test_amounts_are_exact():
    """Cents are squared as they are, however many passes there are."""
    counted = way(passes()).counts()

    assert float(sum(counted.table.amount)) == 140.25
    assert float(sum(counted.squares)) == 100.25**2 + 40**2


def test_who_did_not_wait_is_counted():
    """All but a same-day win waited as leads."""
    world = WORLD + "lead e 2026-03-05\ndeal de of e 2026-03-05\ndeal de > Won 2026-03-05\n"
    one = way(passes(world))

    assert (one.passes, one.waited) == (5, 4)
    assert one.counts().table.moved[0] == 1


def test_passes_that_run_backwards_are_named_and_counted_nowhere_else():
    """Of five backwards ones the three first keys."""
    lines = [f"lead z{number} 2026-03-01\nlead z{number} > Won 2026-02-01" for number in range(5)]
    rows = passes(WORLD + "\n".join(lines))
    seen = overview(passes=rows, won=3)

    assert (seen.backwards, len(seen.examples), seen.won, seen.others) == (5, 3, 2, 2)
    assert way(rows).passes == 4
