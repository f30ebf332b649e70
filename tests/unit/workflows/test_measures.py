"""From a data folder to what was measured: response times, the promise, and what must be said beside them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.core.terms.quantity import Rate
from funnelpact.workflows.measuring.measures import CadenceBroken, PromiseUnfit, cadence, response
from funnelpact.workflows.measuring.scope import Scope, scope_of
from tests.worlds import kept

LEADS = """
    person ali leaves_at=2026-11-16T00:00
    lead a1 2026-11-14T15:00 type=monday
    handover a1 2026-11-14T15:00 owner=ayse
    touch a1 2026-11-16T10:00
    lead a2 2026-11-14T15:00 type=monday
    handover a2 2026-11-14T15:00 owner=ayse
    touch a2 2026-11-16T10:01
    lead a3 2026-11-14T15:00 type=monday
    handover a3 2026-11-14T15:00 owner=ayse
    touch a3 2026-11-15T03:00
    lead a4 2026-11-14T15:00 type=monday
    handover a4 2026-11-14T15:00 owner=ayse
    lead a5 2026-11-19T17:30 type=monday
    handover a5 2026-11-19T17:30 owner=ayse

    lead b1 2026-11-13T17:00 type=evening
    handover b1 2026-11-13T17:00 owner=ayse
    touch b1 2026-11-14T09:00
    lead b2 2026-11-13T17:00 type=evening
    handover b2 2026-11-13T17:00 owner=ayse
    touch b2 2026-11-13T18:00

    lead c1 2026-11-16T09:00 type=machine
    handover c1 2026-11-16T09:00 owner=ayse
    touch c1 2026-11-16T09:01 human=no
    touch c1 2026-11-16T09:02 direction=inbound
    lead c2 2026-11-16T09:00 type=machine
    handover c2 2026-11-16T09:00 owner=ayse
    touch c2 2026-11-16

    lead d1 2026-11-16T09:00 type=closed
    handover d1 2026-11-16T09:00 owner=ayse
    lead d1 > Disqualified 2026-11-16T09:30
    lead d2 2026-11-16T09:00 type=closed
    handover d2 2026-11-16T09:00 owner=ayse
    lead d2 > Disqualified 2026-11-16T10:30

    lead e1 2026-11-14T15:00 type=owner
    lead e2 2026-11-14T15:00 type=owner
    handover e2 2026-11-14T15:00 owner=ali
    touch e2 2026-11-14T15:01
    lead e3 2026-11-14T15:00 type=owner
    lead e3 > Disqualified 2026-11-15T15:00

    lead f1 2026-11-17T10:00 type=future
    handover f1 2026-11-17T10:00 owner=ayse
    touch f1 2026-11-20T10:00
    lead z 2026-11-19T12:00 type=last
"""
CROWD = "\n".join(
    f"lead m{number} 2026-11-16T10:00 type=crowd\nhandover m{number} 2026-11-16T10:00 owner=ayse\n"
    + f"touch m{number} 2026-11-16T{'10:10' if number < 30 else '12:00'}" * (number < 40)
    for number in range(50)
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    """What a question about these leads is asked of, on the day before the last touch."""
    store = kept(LEADS + CROWD, tmp_path_factory.mktemp("leads"))
    return scope_of(store=store, as_of=date(2026, 11, 19))


@pytest.fixture(scope="module")
def answered(asked: Scope) -> Measured:
    """Response times with a promise of one hour."""
    return response(scope=asked)


def findings(measured: Measured, block: str, row: str | None = "") -> dict[str, Finding]:
    """The findings of one row of a block, by name."""
    rows = next(each.rows for each in measured.blocks if each.name == block)
    return {finding.name: finding for each in rows if each.name == row for finding in each.findings}


def promise(measured: Measured, row: str) -> dict[str, Any]:
    """What became of the promise to the leads of a type; what is nought is left out."""
    found = findings(measured, "promise", row)
    return {
        name.removeprefix("promise_"): one.value for name, one in found.items() if name != "kept_share" and one.value
    }


def test_a_lead_of_saturday_is_due_on_monday_at_ten(answered: Measured):
    """One working hour from nine to six: kept by ten, late a minute later, missed without any answer; Thursday's still waits."""
    assert promise(answered, "monday") == {"kept": 2, "late": 1, "due": 1, "waiting": 1}


def test_an_answer_after_hours_comes_after_an_hour_that_ended_with_the_day(answered: Measured):
    """Handed over on Friday at five, due at six: the mail of Saturday is late although no more time was worked."""
    assert promise(answered, "evening") == {"kept": 1, "late": 1}


def test_machines_and_inbound_messages_stop_no_clock(answered: Measured):
    """Nor does a touch known to the day only, which is on no clock of hours and counted apart."""
    notes = {note.id: note.values for note in answered.notes}

    assert promise(answered, "machine") == {"due": 1}
    assert notes["note.days_not_hours"] == {"engaged": 0, "handed": 0, "touched": 1}


def test_a_pass_that_closed_before_its_due_instant_is_neither_kept_nor_missed(answered: Measured):
    """After it, the promise was broken while the pass was open."""
    assert promise(answered, "closed") == {"closed": 1, "due": 1}


def test_facts_of_the_future_change_nothing(answered: Measured):
    """A touch after the day asked for answers nobody on it."""
    assert promise(answered, "future") == {"due": 1}


def test_shares_and_times_have_ranges_and_end_in_counts(answered: Measured):
    """Thirty leads answered after ten minutes, ten after two hours, ten not at all, though watched for days."""
    shares, times = findings(answered, "human_working_shares", "crowd"), findings(answered, "human_times", "crowd")

    assert [shares[name].value for name in ("within_5_min", "within_promise", "within_24_h")] == [
        Rate(Fraction(0)),
        Rate(Fraction(3, 5)),
        Rate(Fraction(4, 5)),
    ]
    low, high = shares["within_promise"].low, shares["within_promise"].high
    assert isinstance(low, Rate)
    assert isinstance(high, Rate)
    assert (round(float(low.value), 4), round(float(high.value), 4)) == (0.4618, 0.7239)
    assert times["median_wait_wall"].value == timedelta(minutes=10)
    assert times["p90_wait_wall"].value is None
    leaves = {part.name: part.value for part in shares["within_promise"].derivation.steps() if not part.inputs}
    assert leaves == {"answered_within": 30, "watched_less": 0, "leads": 50}
    kept_tree = findings(answered, "promise", "crowd")["kept_share"].derivation
    assert {part.name: part.value for part in kept_tree.steps() if not part.inputs} == {
        "promise_kept": 30,
        "promise_late": 10,
        "promise_due": 10,
    }


def test_whose_leads_nobody_has_or_an_owner_who_left(answered: Measured):
    """Open, without a hand-over and an owner; and open with an owner who was gone by then."""
    found = findings(answered, "owners", "owner")

    assert {name: one.value for name, one in found.items()} == {"unowned_open": 1, "owner_gone": 1}


def test_arrivals_out_of_hours_stand_on_their_own_line(answered: Measured):
    """Six of Saturday, none of them in any hour of the week."""
    block = next(each for each in answered.blocks if each.name == "by_hour_of_week")
    rows = {row.name: row.findings[1].n for row in block.rows}

    assert rows["out of hours"] == 5
    assert rows["monday 10:00"] == 50
    assert not any(name and name.startswith(("saturday", "sunday")) for name in rows)


def test_the_office_hours_are_said(answered: Measured):
    """That they were assumed, where nobody has said them."""
    assert "note.office_assumed" in {note.id for note in answered.notes}


@pytest.mark.parametrize("within", [timedelta(), timedelta(days=31), timedelta(hours=1, seconds=1)])
def test_a_promise_that_cannot_be_counted_is_refused(asked: Scope, within: timedelta):
    """No time at all, more than a month, seconds beyond an hour."""
    with pytest.raises(PromiseUnfit):
        response(scope=asked, within=within)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    """Forty leads handed over on one day: ten accepted, twelve given back for two reasons, eighteen undecided."""
    lines = []
    for number in range(40):
        lines += [f"lead l{number} 2026-01-05T09:00 type=web", f"handover l{number} 2026-01-05T10:00 owner=ayse"]
        lines += [f"touch l{number} 2026-01-{day:02}T10:00" for day in (6, 8, 12)[: number % 4]]
        if number < 10:
            lines.append(f"lead l{number} > SQL 2026-01-15")
        elif number < 22:
            lines.append(f"lead l{number} > {'Disqualified' if number < 14 else 'Unqualified'} 2026-01-19")
    lines += ["lead l10 > SQL 2026-03-20", "lead z 2026-04-01T09:00 type=chat"]
    return scope_of(store=kept("\n".join(lines), tmp_path_factory.mktemp("followed")))


def test_attempts_are_asked_of_the_leads_that_are_open_at_that_age(followed: Scope):
    """On day 14 the twelve given back on it and the ten accepted are out; on day 5 all are in."""
    found = cadence(scope=followed, steps=[(5, 2), (14, 3)])

    early, late = (findings(found, f"by_day_{day}", "web")["compliant_share"] for day in (5, 14))
    assert (early.value, early.n) == (Rate(Fraction(1, 2)), 40)
    assert (late.value, late.n) == (None, 18)
    assert [caution.id for caution in late.cautions] == ["caution.too_few_counted"]


def test_acceptance_and_rejection_by_reason_with_what_moved_on_later(followed: Scope):
    """Within fourteen days of the hand-over: ten of forty accepted, twelve given back, of which one moved on in a later pass."""
    found = cadence(scope=followed)
    shares = findings(found, "acceptance", "web")
    reasons = {row.name: row.findings for row in next(b.rows for b in found.blocks if b.name == "rejections")}

    assert [shares[name].value for name in ("accepted_share", "rejected_share", "undecided")] == [
        Rate(Fraction(1, 4)),
        Rate(Fraction(3, 10)),
        18,
    ]
    counts = {name: [part.value for part in both[1].derivation.inputs] for name, both in reasons.items()}
    assert counts == {"": [1, 12], "Unqualified": [0, 8], "Disqualified": [1, 4]}


@pytest.mark.parametrize("steps", [[], [(14, 0)], [(14, 3), (28, 2)], [(14, 3), (14, 4)]])
def test_a_cadence_that_asks_for_less_later_is_refused(followed: Scope, steps: list[tuple[int, int]]):
    """Or for nothing."""
    with pytest.raises(CadenceBroken):
        cadence(scope=followed, steps=steps)
