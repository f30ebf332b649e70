"""From a data folder to findings: which day, which breakdown, what must be said beside the numbers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from funnelpact.core.journeys.dimensions import BreakdownLeaks
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import CurrenciesMixed
from funnelpact.workflows.measuring.learn import Learnt, learn_funnel
from funnelpact.workflows.measuring.scope import NothingImported, RatesMissing
from funnelpact.workflows.quality import QualityRefuses
from tests.worlds import FIRST_IMPORT, kept


def world(count: int = 60, *, won: int = 20, extra: str = "", deal: str = "") -> str:
    """So many web leads of January; the first of them win 100 after ten days, the next five lose."""
    lines = []
    for number in range(count):
        day = date(2026, 1, 1 + number % 28)
        lines.append(f"lead l{number} {day} type=web")
        if number < won + 5:
            lines.append(f"deal d{number} of l{number} {day} amount=100 {deal}")
            lines.append(f"deal d{number} > {'Won' if number < won else 'Lost'} {day + timedelta(days=10)}")
    return "\n".join([*lines, extra])


def learnt(folder: Path, text: str, **asked: object) -> Learnt:
    """What is learnt of a world."""
    return learn_funnel(store=kept(text, folder), horizon_days=30, **asked)  # type: ignore[arg-type]


def ids(found: Learnt) -> set[str]:
    """The notes that stand beside the numbers."""
    return {note.id for note in found.findings.notes}


def test_the_day_is_that_of_the_newest_fact(tmp_path: Path):
    """Unless another is asked for."""
    text = world(extra="lead z 2026-03-05T17:00 type=web")

    assert learnt(tmp_path / "a", text).findings.as_of == date(2026, 3, 5)
    assert learnt(tmp_path / "b", text, as_of=date(2026, 2, 1)).findings.as_of == date(2026, 2, 1)


def test_facts_of_the_future_change_nothing(tmp_path: Path):
    """Neither a number nor a note nor the breakdown, not even another currency."""
    later = """
        lead z 2026-06-01 type=chat
        lead z > Nurture 2026-06-02
        deal zd of z 2026-06-03 amount=5 currency=TRY
        deal zd > Won 2026-06-04
    """
    cut = date(2026, 5, 31)
    short = learnt(tmp_path / "a", world(deal="currency=EUR"), as_of=cut)
    long = learnt(tmp_path / "b", world(deal="currency=EUR", extra=later), as_of=cut)

    assert long == short


def test_what_was_known_then_is_what_is_learnt(tmp_path: Path):
    """A second import is not seen by a question of the day before it, and carries its own instant."""
    store = kept(
        world() + "\nbatch\n" + "\n".join(f"lead n{number} 2026-01-01 type=chat" for number in range(40)), tmp_path
    )
    before = learn_funnel(store=store, known_at=FIRST_IMPORT, horizon_days=30).findings
    after = learn_funnel(store=store, horizon_days=30).findings

    assert (before.segments[0].reached[0], after.segments[0].reached[0]) == (60, 100)
    assert before.known_at == FIRST_IMPORT
    assert after.known_at == FIRST_IMPORT + timedelta(days=1)


def test_nothing_imported_is_said_so(tmp_path: Path):
    """An empty folder, and a question of before the first import."""
    with pytest.raises(NothingImported):
        learnt(tmp_path / "a", "")
    with pytest.raises(NothingImported):
        learnt(tmp_path / "b", world(), known_at=FIRST_IMPORT - timedelta(days=1))


def test_the_lead_type_is_the_breakdown_unless_another_is_asked_for(tmp_path: Path):
    """And none where leads have none."""
    assert learnt(tmp_path / "a", world()).findings.by == "type"
    assert learnt(tmp_path / "b", world(deal="product=X"), by="product").findings.by == "product"
    assert learnt(tmp_path / "c", world().replace("type=web", "")).findings.by is None


def test_what_is_written_down_at_the_win_is_refused(tmp_path: Path):
    """A label that only won deals carry."""
    lines = [
        f"{line} onboarding=yes" if line.startswith("deal ") and ">" not in line else line
        for line in world().splitlines()
    ]
    won_only = [
        line.replace(" onboarding=yes", "") if line.startswith(tuple(f"deal d{n} " for n in range(20, 25))) else line
        for line in lines
    ]
    with pytest.raises(BreakdownLeaks) as caught:
        learnt(tmp_path, "\n".join(won_only), by="onboarding")

    assert caught.value.data == {"asked": "onboarding", "known": 0, "others": 40, "won": 20}


def test_what_is_written_down_late_is_said_so(tmp_path: Path):
    """All won leads have a size, half of the others have: rates by it are too high."""
    lines = world().splitlines()
    sized = [
        f"{line} size=big" if line.startswith("lead ") and int(line.split()[1][1:]) < 40 else line
        for line in lines
        if line
    ]
    found = learnt(tmp_path, "\n".join(sized), by="size")

    assert "note.breakdown_late" in ids(found)


def test_two_currencies_are_not_added(tmp_path: Path):
    """Euros and liras in one funnel, without a rate: refused, and nobody can accept a sum of both."""
    extra = "deal x 2026-01-01 amount=5 currency=TRY\ndeal x > Won 2026-01-02"
    with pytest.raises(QualityRefuses):
        learnt(tmp_path / "a", world(deal="currency=EUR", extra=extra))
    with pytest.raises(CurrenciesMixed):
        learnt(tmp_path / "b", world(deal="currency=EUR", extra=extra), accepted=["currency-without-rate"])


def test_amounts_in_several_currencies_are_exchanged(tmp_path: Path):
    """At the rate of the day of the booking or the last before it, into the currency of most deals or the one asked for."""
    lira = "deal x 2026-01-01 amount=5000 currency=TRY\ndeal x > Won 2026-01-20"
    rates = "fx a 2026-01-02 base=EUR quote=TRY rate=50\nfx b 2026-01-21 base=EUR quote=TRY rate=1"
    text = world(deal="currency=EUR", extra=f"{lira}\n{rates}")
    found = learnt(tmp_path / "a", text)
    order = found.findings.segments[0].order_value

    assert found.findings.currency == "EUR"
    assert (order.n, order.value) == (21, Money(Fraction(100), "EUR"))
    assert "note.converted.most" in ids(found)
    asked = learnt(tmp_path / "b", text, currency="TRY")
    assert asked.findings.currency == "TRY"
    assert "note.converted.asked" in ids(asked)


def test_an_order_from_before_the_first_rate_is_refused(tmp_path: Path):
    """A later rate says nothing of its day."""
    lira = "deal x 2026-01-01 amount=5000 currency=TRY\ndeal x > Won 2026-01-20"
    text = world(deal="currency=EUR", extra=f"{lira}\nfx a 2026-01-21 base=EUR quote=TRY rate=50")
    with pytest.raises(RatesMissing) as caught:
        learnt(tmp_path, text)

    assert caught.value.data == {"currency": "TRY", "orders": 1, "into": "EUR"}


def test_a_year_and_a_whole_contract_are_not_added(tmp_path: Path):
    """Where both kinds meet, a contract of two years counts with its first one, and a note says so."""
    kinds = world(deal="amount_kind=annual", extra="deal x 2026-01-01 amount=200 amount_kind=total term_months=24")
    found = learnt(tmp_path, f"{kinds}\ndeal x > Won 2026-01-20")
    order = found.findings.segments[0].order_value

    assert (order.n, order.value) == (21, Money(Fraction(100)))
    assert "note.first_year" in ids(found)


def test_unknown_labels_and_backward_passes_are_noted(tmp_path: Path):
    """With their names."""
    extra = "lead b 2026-02-01\nlead b > Won 2026-01-01\nlead c 2026-02-01\nlead c > Nurture 2026-02-02"
    notes = {note.id: note.values for note in learnt(tmp_path, world(extra=extra)).findings.notes}

    assert notes["note.backwards"]["examples"] == ("b",)
    assert notes["note.unknown_labels"]["labels"] == ("Nurture",)


def test_who_waits_for_more_than_a_day(tmp_path: Path):
    """By type and by whole days; None where a source has no touches to tell."""
    extra = """
        lead p 2026-03-01T08:00 type=chat
        lead q 2026-03-03T08:00 type=web
        lead r 2026-03-01T08:00 type=web
        handover p 2026-03-01T09:00
        handover q 2026-03-03T09:00
        handover r 2026-03-01T09:00
        touch r 2026-03-03T20:00 human=yes
    """
    found = learnt(tmp_path / "a", world(extra=extra), accepted=["days-not-hours"]).waiting

    assert found is not None
    assert found.by_segment == {"chat": 1}
    assert found.by_days == {2: 1}
    assert found.leads == 1
    assert learnt(tmp_path / "b", world()).waiting is None


def test_figures_that_bad_facts_spoil_are_refused_and_accepted_knowingly(tmp_path: Path):
    """One deal in four closes before it was created: no rate and no value is printed, unless the rule is named."""
    extra = "\n".join(
        f"deal x{number} 2026-02-{10 + number}\ndeal x{number} > Lost 2026-01-{10 + number}" for number in range(3)
    )
    with pytest.raises(QualityRefuses) as caught:
        learnt(tmp_path / "a", world(extra=extra))
    accepted = learnt(tmp_path / "b", world(extra=extra), accepted=["closed-before-created"])

    assert caught.value.data["rule"] == "closed-before-created"
    assert "note.accepted" in {note.id for note in accepted.findings.notes}


def test_who_waits_is_not_said_where_touches_cannot_be_trusted(tmp_path: Path):
    """A touch before its lead spoils response times, and nothing else."""
    extra = "lead r 2026-03-03T08:00\nhandover r 2026-03-03T09:00\ntouch r 2026-03-01T09:00 human=yes"
    found = learnt(tmp_path, world(extra=extra))

    assert found.waiting is None
    assert "note.waiting_refused" in {note.id for note in found.findings.notes}
