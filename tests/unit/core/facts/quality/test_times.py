"""Rules about moments, each where it fires and where it must not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.quality_worlds import counted, found


def test_touches_before_their_lead():
    """Two of four outbound touches; what the person sent before is why the lead was created; strangers are not judged."""
    world = """
        lead a 2026-01-10T09:00
        touch a 2026-01-10T08:59 direction=outbound
        touch a 2026-01-02T10:00
        touch a 2026-01-10T08:58 direction=inbound
        touch a 2026-01-10T09:00
        touch a 2026-01-10
        touch nobody 2026-01-01
    """
    said = found("touch-before-lead", world)

    assert said is not None
    assert (said.count, said.rows) == (2, 4)


def test_without_touches_there_is_nothing_to_look_at():
    """An absent table is no defect."""
    world = "lead a 2026-01-10\nlead a > SQL 2026-01-11"

    assert counted("touch-before-lead", world) is None
    assert counted("days-not-hours", world) is None


def test_days_where_hours_are_asked_for():
    """Arrival, hand-over and touch run a clock; stages do not."""
    world = """
        lead a 2026-01-10
        lead b 2026-01-10T08:00
        handover a 2026-01-11
        touch a 2026-01-11T09:00
        lead a > SQL 2026-01-12
    """

    assert counted("days-not-hours", world) == (2, 4)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-06-01T12:00", 0),
        ("2026-06-01T12:01", 1),
        ("2026-06-02", 0),
        ("2026-06-03", 1),
    ],
)
def test_events_after_the_import(moment: str, count: int):
    """Learnt at noon: a later minute is the future, and so is a day that has begun nowhere yet."""
    learnt = datetime(2026, 6, 1, 12, tzinfo=UTC)

    assert counted("in-the-future", f"lead a 2026-01-01\nlead a > SQL {moment}", learnt_at=learnt) == (count, 2)


def test_what_may_lie_ahead_is_not_in_the_future():
    """Somebody who begins next month, a merge, a rate."""
    learnt = datetime(2026, 6, 1, 12, tzinfo=UTC)
    world = "lead a 2026-01-01\nperson ayse 2026-07-01\nfx USD EUR"

    assert counted("in-the-future", world, learnt_at=learnt) == (0, 1)
