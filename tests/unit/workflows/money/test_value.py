"""Measures of a data folder: what they tell of a small company, and what must be said beside."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Ratio
from funnelpact.workflows.measuring.money.value import Worth, value
from funnelpact.workflows.measuring.scope import scope_of
from tests.worlds import kept


def company(*, extra: str = "", deal: str = "", count: int = 60) -> str:
    """Leads of January; every second one wins 100 after ten days, of which 40 is left, the others lose."""
    lines = []
    for number in range(count):
        day = date(2026, 1, 1 + number % 28)
        end = "Won" if number % 2 else "Lost"
        lines.append(f"lead l{number} {day} type=web campaign=spring")
        lines.append(f"deal d{number} of l{number} {day} amount=100 margin=40 company=c{number} {deal}")
        lines.append(f"deal d{number} > {end} {day + timedelta(days=10)}")
    return "\n".join([*lines, extra])


def asked(folder: Path, world: str, *kinds: Worth, by: str | None = None, currency: str | None = None) -> Measured:
    """What `value` tells of a world."""
    scope = scope_of(store=kept(world, folder), as_of=date(2026, 3, 31), by=by)
    return value(scope=scope, horizon_days=30, kinds=kinds or tuple(Worth), currency=currency)


def finding(measured: Measured, block: str, name: str, segment: str | None = "") -> Finding:
    """One number of the answer."""
    found = next(each for each in measured.blocks if each.name == block)
    row = next(each for each in found.rows if each.name == segment)
    return next(each for each in row.findings if each.name == name)


def test_orders_margins_and_leads(tmp_path: Path):
    """The kinds of amount have a block each; a lead is worth half an order, and leaves half its margin."""
    extra = "deal x of l0 2026-01-01 amount=900 amount_kind=annual company=c0\ndeal x > Won 2026-01-09"
    measured = asked(tmp_path, company(extra=extra, deal="amount_kind=one-off"), Worth.REVENUE, Worth.MARGIN)

    assert finding(measured, "orders_one_off", "average_order_value").value == Money(Fraction(100))
    assert finding(measured, "orders_annual", "average_order_value").value == Money(Fraction(900))
    assert finding(measured, "margin_one_off", "margin_share").value == Ratio(Fraction(2, 5))
    assert finding(measured, "margin_annual", "margin_share").value is None
    assert finding(measured, "value_per_lead", "value_per_lead").value == Money(Fraction(3900, 60))
    margin = finding(measured, "margin_per_lead", "margin_per_lead")
    assert margin.value is not None
    assert "caution.margins_partly_missing" in {caution.id for caution in margin.cautions}


def test_what_a_customer_orders(tmp_path: Path):
    """One of thirty comes back within the horizon, one after it."""
    extra = "\n".join(
        f"deal {name} of l1 {day} amount=300 company=c1\ndeal {name} > Won {day}"
        for name, day in (("x", "2026-02-05"), ("y", "2026-03-20"))
    )
    measured = asked(tmp_path, company(extra=extra), Worth.CUSTOMER)

    assert finding(measured, "customers", "customer_value").n == 30
    assert finding(measured, "customers", "customer_value").value == Money(Fraction(110))
    assert round(float(finding(measured, "customers", "orders_per_customer").value or 0), 4) == 1.0333  # type: ignore[arg-type]


def test_spend_and_leads_that_do_not_meet(tmp_path: Path):
    """Cost of a lead and of a win, money that brought nobody, leads that nothing was spent on."""
    extra = """
        spend s 2026-01-01 campaign=spring amount=600
        spend t 2026-01-28 campaign=fair amount=50
        lead z 2026-01-10 type=web campaign=word
    """
    measured = asked(tmp_path, company(extra=extra), Worth.SPEND, by="campaign")

    assert finding(measured, "spend", "cost_per_lead", "spring").value == Money(Fraction(10))
    assert finding(measured, "spend", "cost_per_won", "spring").value == Money(Fraction(20))
    assert finding(measured, "spend", "return_on_spend", "spring").value == 5
    assert [one.id for one in finding(measured, "spend", "spend", "fair").cautions] == ["caution.spend_without_leads"]
    assert [one.id for one in finding(measured, "spend", "spend", "word").cautions] == ["caution.leads_without_spend"]
    assert finding(measured, "spend", "cost_per_lead", "word").value is None


def test_without_spend_it_is_said_so(tmp_path: Path):
    """No block of zeros."""
    measured = asked(tmp_path, company(), Worth.SPEND)

    assert not measured.blocks
    assert "note.no_spend" in {note.id for note in measured.notes}


def test_orders_without_a_rate_of_their_day_are_counted_aloud(tmp_path: Path):
    """They count as deals without an amount, and a note says how many."""
    extra = """
        deal x 2026-01-01 amount=5000 currency=TRY
        deal x > Won 2026-01-05
        fx a 2026-01-21 base=EUR quote=TRY rate=50
    """
    measured = asked(tmp_path, company(extra=extra, deal="currency=EUR"), Worth.REVENUE)
    note = next(note for note in measured.notes if note.id == "note.rates_missing")

    assert (note.values["orders"], note.values["into"]) == (1, "EUR")
    assert finding(measured, "orders_unsaid", "average_order_value").n == 30
