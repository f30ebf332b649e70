"""Rules about volumes, each where it fires and where it must not."""

from __future__ import annotations

from datetime import date, timedelta

from tests.quality_worlds import counted, found

MONDAY = date(2026, 1, 5)


def leads(*counts: int, first: date = MONDAY, step: int = 1) -> str:
    """So many leads on each day."""
    return "\n".join(
        f"lead l{day}x{number} {first + timedelta(days=day * step)}"
        for day, count in enumerate(counts)
        for number in range(count)
    )


def test_a_day_of_more_than_twenty_times_the_usual():
    """Five Mondays of five leads and one of 101; 100 would be possible."""
    said = found("bulk-day", leads(5, 5, 5, 5, 5, 101, step=7))

    assert said is not None
    assert (said.count, said.rows, said.examples) == (101, 126, (MONDAY + timedelta(weeks=5),))
    assert counted("bulk-day", leads(5, 5, 5, 5, 5, 100, step=7)) == (0, 125)


def test_a_busy_day_is_measured_by_its_own_weekday():
    """Quiet Sundays do not make a Monday impossible, and fewer than a hundred are never a bulk."""
    week = [30, 30, 30, 30, 30, 1, 1]

    assert counted("bulk-day", leads(*week * 5)) == (0, 760)
    assert counted("bulk-day", leads(1, 1, 1, 1, 1, 99, step=7)) == (0, 104)


def test_three_mondays_tell_nothing_of_a_monday():
    """Not even a thousand leads on the last."""
    assert counted("bulk-day", leads(1, 1, 1000, step=7)) == (0, 1002)


def test_hand_overs_may_come_in_bulk():
    """Somebody left."""
    world = leads(1, 1, 1, 1, 1, step=7) + "\n" + "\n".join(f"handover l0x0 {MONDAY}" for _ in range(500))

    assert counted("bulk-day", world) == (0, 5)


def test_a_week_without_a_word_between_busy_ones():
    """Five working days of the fifth week; the source rests on weekends."""
    week, nothing = [1, 1, 1, 1, 1, 0, 0], [0] * 7
    said = found("silent-days", leads(*week * 4, *nothing, *week * 4))

    assert said is not None
    assert (said.count, said.rows, said.examples) == (5, 45, (MONDAY + timedelta(weeks=4),))


def test_four_days_are_holidays_and_silence_at_an_edge_is_none():
    """Neither a bridge of four days nor a single forerunner long before the rest."""
    week, bridge = [1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 0, 0]

    assert counted("silent-days", leads(*week * 4, *bridge, *week * 4)) == (0, 45)
    early = leads(1, first=MONDAY - timedelta(weeks=2)).replace("l0x0", "early")
    assert counted("silent-days", f"{early}\n{leads(*week * 10)}") == (0, 60)


def test_a_source_that_is_never_busy_has_no_holes():
    """A lead on every other Monday."""
    assert counted("silent-days", leads(1, 0, 1, 0, 0, 0, 1, 0, 1, step=7)) is None
