"""The whole funnel on one day, from passes to findings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.measure.census import NothingToMeasure, take_census
from funnelpact.core.measure.funnel import funnel_findings
from funnelpact.core.terms.finding import FunnelFindings, SegmentFindings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from tests.worlds import passes_of, rows_of

AS_OF = date(2026, 6, 30)
KNOWN_AT = datetime(2026, 7, 1, tzinfo=UTC)
BY_TYPE = Dimension("leads", "type", labelled=False)
START = date(2026, 1, 1)


def leads(prefix: str, count: int, *, won: int = 0, lost: int = 0, kind: str = "web", sql: bool = True) -> str:
    """So many leads, one a day; the first `won` of them win 100 after 20 days, the next `lost` lose after 30."""
    lines = []
    for number in range(count):
        key, day = f"{prefix}{number}", START + timedelta(days=number % 90)
        lines.append(f"lead {key} {day} type={kind}")
        if sql and number < won + lost:
            lines.append(f"lead {key} > SQL {day + timedelta(days=5)}")
        if number < won + lost:
            lines.append(f"deal d{key} of {key} {day + timedelta(days=10)} amount=100")
        if number < won:
            lines.append(f"deal d{key} > Won {day + timedelta(days=20)}")
        elif number < won + lost:
            lines.append(f"deal d{key} > Lost {day + timedelta(days=30)}")
    return "\n".join(lines)


def findings(world: str, *, by: Dimension | None = BY_TYPE, horizon: int = 60, as_of: date = AS_OF) -> FunnelFindings:
    """What the world says of its funnel."""
    passes = passes_of(rows_of(world), as_of=as_of, by=by)
    census = take_census(passes=passes, stages=("mql", "sql", "opportunity", "won"), as_of=as_of, horizon_days=horizon)
    return funnel_findings(census=census, known_at=KNOWN_AT, currency="EUR", by="type" if by else None)


def part(found: FunnelFindings, name: str | None) -> SegmentFindings:
    """One segment."""
    return next(segment for segment in found.segments if segment.name == name)


def test_every_step_and_the_whole_way_are_measured():
    """100 leads, 20 wins and 20 losses, all of them old enough: 40 % become SQLs, half of the deals are won."""
    found = part(findings(leads("a", 100, won=20, lost=20)), "")
    rates = [step.matured.value for step in (*found.steps, found.to_won)]

    assert found.reached == (100, 40, 40, 20)
    assert [str(step.step) for step in found.steps] == ["mql:sql", "sql:opportunity", "opportunity:won"]
    assert rates == [Rate(Fraction(share)) for share in ("2/5", "1", "1/2", "1/5")]
    assert found.to_won.median_days.value == 20


def test_a_lead_is_worth_its_rate_times_the_order_value():
    """One in five wins 100; the spread between leads is that of winning or not."""
    found = part(findings(leads("a", 100, won=20, lost=20)), "")

    assert found.order_value.value == Money(Fraction(100), "EUR")
    assert found.value.value == Money(Fraction(20), "EUR")
    assert found.spread is not None
    assert float(found.spread.amount) == pytest.approx(100 * (0.2 * 0.8) ** 0.5)


def test_parts_come_by_size_and_the_unknown_last():
    """After all together."""
    world = leads("a", 40, won=10) + "\n" + leads("b", 60, won=10, kind="chat")
    world += "\n" + "\n".join(f"lead u{number} 2026-01-01" for number in range(200))
    found = findings(world)

    assert [segment.name for segment in found.segments] == ["", "chat", "web", None]
    assert [segment.to_won.matured.population for segment in found.segments] == [
        Message("population.all"),
        Message("population.segment", name="chat"),
        Message("population.segment", name="web"),
        Message("population.unknown"),
    ]


def test_without_a_breakdown_there_is_one_part():
    """All passes together."""
    found = findings(leads("a", 40, won=10), by=None)

    assert [segment.name for segment in found.segments] == [""]


def test_a_stage_that_nobody_waited_in_is_no_stage():
    """Nothing in the source says SQL: it would be reached with the opportunity by definition."""
    found = findings(leads("a", 100, won=20, lost=20, sql=False))

    assert found.funnel.stages == ("mql", "opportunity", "won")


def test_deals_alone_make_a_funnel_that_begins_with_them():
    """No leads: opportunity to won."""
    lines = [f"deal d{number} 2026-01-01 amount=100" for number in range(60)]
    lines += [f"deal d{number} > {'Won' if number < 30 else 'Lost'} 2026-01-20" for number in range(60)]
    found = findings("\n".join(lines), by=None)

    assert found.funnel.stages == ("opportunity", "won")
    assert found.segments[0].to_won.matured.value == Rate(Fraction(1, 2))


def test_where_nothing_is_lost_there_is_no_period_rate():
    """It would always be 100 %; a note says so."""
    found = findings(leads("a", 100, won=40, kind="web"))

    assert found.segments[0].to_won.period.value is None
    assert Message("note.no_exits") in found.notes


def test_a_source_that_began_late_leaves_earlier_passes_out_of_rates():
    """200 deals of January are open for ever, those of March close in ten days: the rate is that of March."""
    lines = [f"deal old{number} 2026-01-{1 + number % 28:02}" for number in range(200)]
    lines += [f"deal new{number} 2026-03-{1 + number % 28:02}" for number in range(100)]
    lines += [
        f"deal new{number} > {'Won' if number % 2 else 'Lost'} {date(2026, 3, 1 + number % 28) + timedelta(days=10)}"
        for number in range(100)
    ]
    lines.append("deal early 2026-01-01\ndeal early > Lost 2026-03-01")
    found = findings("\n".join(lines), by=None)

    assert found.observed_from == date(2026, 3, 1)
    assert Message("note.observed_from", day=date(2026, 3, 1)) in found.notes
    assert found.segments[0].to_won.matured.value == Rate(Fraction(1, 2))
    assert found.segments[0].reached == (301, 50)


def test_the_cohort_rate_is_taken_at_an_age_that_enough_have():
    """Of a horizon of 365 days nobody has seen the end; 90 days have been seen by thirty."""
    found = findings(leads("a", 120, won=30), horizon=365)

    assert found.cohort_days == 90
    assert found.segments[0].to_won.cohort.horizon_days == 90


def test_every_finding_names_its_day_and_when_it_was_known():
    """Of each step and segment."""
    found = findings(leads("a", 60, won=10, lost=10))
    all_findings = [
        finding
        for segment in found.segments
        for step in (*segment.steps, segment.to_won)
        for finding in (step.matured, step.cohort, step.period, step.median_days, step.p90_days)
    ]

    assert {(finding.as_of, finding.known_at) for finding in all_findings} == {(AS_OF, KNOWN_AT)}


def test_nothing_by_that_day_is_said_so():
    """The first lead came later."""
    with pytest.raises(NothingToMeasure):
        findings(leads("a", 10), as_of=date(2025, 12, 31))


def test_passes_that_run_backwards_count_nowhere():
    """Neither as passes nor as wins."""
    world = leads("a", 50, won=20) + "\nlead z 2026-03-01 type=web\nlead z > Won 2026-02-01"
    found = part(findings(world), "web")

    assert (found.reached[0], found.reached[-1], found.to_won.matured.n) == (50, 20, 50)
