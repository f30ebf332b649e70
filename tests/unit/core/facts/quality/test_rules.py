"""All rules together: what they say of a clean company and of a dirty one, in which order, and when they keep silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from funnelpact.core.facts.quality.rule import Found, Rule
from funnelpact.core.facts.quality.rules import RULES, quality
from funnelpact.core.facts.simulated.dirt import KINDS
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.terms.report import Figures, Level, QualityReport
from tests.quality_worlds import BY_CODE, report_on, seen_of
from tests.worlds import FIRST_IMPORT


@pytest.fixture(scope="module")
def clean() -> QualityReport:
    """What the rules say of a company of a year and a half that keeps its records well."""
    simulated = world(spec=WorldSpec(leads=8_000, sales_sourced=0.1), rng=np.random.default_rng(5))
    return quality(seen=seen_of(simulated), newest=None)


@pytest.fixture(scope="module")
def dirty() -> World:
    """A company with two rows in a hundred spoilt in each way."""
    return world(spec=WorldSpec(leads=8_000, dirt=0.02), rng=np.random.default_rng(5))


@pytest.fixture(scope="module")
def said(dirty: World) -> dict[str, int]:
    """How many rows each rule finds in the dirty company."""
    report = quality(seen=seen_of(dirty), newest=None)
    return {issue.code: issue.count for issue in report.issues}


def test_a_clean_company_has_nothing_doubtful(clean: QualityReport):
    """The one lead in a hundred that is never assigned is told, and all that can be looked at is."""
    assert {(issue.code, issue.level) for issue in clean.issues} == {("open-lead-without-owner", Level.TOLD)}
    assert set(clean.silent) == {"company-twice", "lead-merged", "lead-deleted", "merge-astray"}
    assert not clean.refused


def hit(dirty: World, *kinds: str) -> int:
    """How many records these kinds of dirt hit."""
    return sum(dirty.truth.dirt[kind].count for kind in kinds)


def with_deal(dirty: World) -> set[str]:
    """The leads that have a deal."""
    return set(dirty.facts["deals"]["lead"]) - {None}


FOUND_BY: dict[str, tuple[str, Callable[[World], int]]] = {
    "won-before-lead": ("closed-before-created", lambda of: hit(of, "won-before-lead", "won-a-day-early")),
    "won-a-day-early": ("stage-before-earlier", lambda of: hit(of, "won-before-lead", "won-a-day-early")),
    "reopened": ("stage-repeated", lambda of: hit(of, "reopened", "recycled")),
    "recycled": ("stage-repeated", lambda of: hit(of, "reopened", "recycled")),
    # Where no deal follows, a lead without its SQL looks like one that never moved.
    "skipped-stage": (
        "stage-skipped",
        lambda of: len(with_deal(of) & {*of.truth.dirt["skipped-stage"].keys, *of.truth.dirt["unknown-label"].keys}),
    ),
    "unknown-label": ("label-unknown", lambda of: hit(of, "unknown-label")),
    "missing-currency": ("amount-without-currency", lambda of: hit(of, "missing-currency")),
    "missing-owner": ("handover-without-owner", lambda of: hit(of, "missing-owner")),
    "missing-type": ("type-missing", lambda of: hit(of, "missing-type")),
    "type-style": ("type-spelling", lambda of: hit(of, "type-style")),
    "label-style": ("stage-spelling", lambda of: hit(of, "label-style")),
    "day-only": ("days-not-hours", lambda of: hit(of, "day-only")),
    "day-only-stage": ("stage-day-only", lambda of: hit(of, "day-only-stage")),
    "touch-before-lead": ("touch-before-lead", lambda of: hit(of, "touch-before-lead")),
    "merged": ("lead-merged", lambda of: hit(of, "merged")),
    "entered-twice": ("person-twice", lambda of: hit(of, "entered-twice")),
    "deleted": ("lead-deleted", lambda of: hit(of, "deleted")),
    "duplicate": ("record-twice", lambda of: hit(of, "duplicate")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_dirt_is_found_to_the_row(kind: str, dirty: World, said: dict[str, int]):
    """By the rule that ought to find it, and no row more than was spoilt."""
    code, spoilt = FOUND_BY[kind]

    assert dirty.truth.dirt[kind].count > 0
    assert said[code] == spoilt(dirty)


def test_nothing_else_is_found(said: dict[str, int]):
    """But the leads that are never assigned."""
    assert set(said) == {code for code, _ in FOUND_BY.values()} | {"open-lead-without-owner"}


def test_every_rule_has_a_code_of_its_own_and_needs_columns_that_exist():
    """A limit and the figures that it guards come together."""
    assert len(BY_CODE) == len(RULES)
    for rule in RULES:
        assert (rule.limit is None) == (not rule.refuses)
        assert rule.level is not Level.STOP
        for need in rule.needs:
            table, column = need.split(".")
            assert TABLES[table].column(column).name == column


RULE = Rule(
    code="touch-before-lead",
    level=Level.TOLD,
    needs=(),
    find=lambda _: Found(rows=20, count=1),
    limit=Fraction(1, 20),
    refuses=(Figures.RESPONSE, Figures.PEOPLE),
)


def test_a_rule_refuses_above_its_limit_and_not_at_it():
    """One in twenty is still told, two stop both groups of figures."""
    at, above = RULE.issue(Found(rows=20, count=1)), RULE.issue(Found(rows=20, count=2))

    assert (at.level, at.refuses) == (Level.TOLD, ())
    assert (above.level, above.refuses) == (Level.STOP, (Figures.RESPONSE, Figures.PEOPLE))
    assert replace(RULE, limit=None, refuses=()).issue(Found(rows=1, count=1)).level is Level.TOLD


def test_the_worst_comes_first():
    """By level, then by share, then by code; figures name what refuses them in that order."""

    def rule(code: str, count: int, level: Level = Level.DOUBT, limit: Fraction | None = None) -> Rule:
        refuses = (Figures.RATES,) if limit is not None else ()
        return Rule(
            code=code, level=level, needs=(), find=lambda _: Found(rows=100, count=count), limit=limit, refuses=refuses
        )

    rules = (
        rule("a-told", 90, Level.TOLD),
        rule("b-doubt", 2),
        rule("a-doubt", 2),
        rule("c-doubt", 3),
        rule("stops", 1, limit=Fraction(0)),
        rule("stops-more", 2, limit=Fraction(0)),
        rule("calm", 0),
    )
    report = report_on("lead a 2026-01-01", rules=rules)

    assert [issue.code for issue in report.issues] == ["stops-more", "stops", "c-doubt", "a-doubt", "b-doubt", "a-told"]
    assert {figures: [issue.code for issue in issues] for figures, issues in report.refused.items()} == {
        Figures.RATES: ["stops-more", "stops"]
    }
    assert "calm" in report.ran


def test_an_empty_source_is_no_defect():
    """All rules are silent."""
    report = report_on("")

    assert not report.issues
    assert not report.ran
    assert set(report.silent) == set(BY_CODE)


def test_leads_alone_are_judged_as_leads_alone():
    """Nothing is said to be missing that this source does not have."""
    report = report_on("lead a 2026-01-01\nlead b 2026-01-02")

    assert report.issues == ()
    assert set(report.ran) == {"record-twice", "in-the-future", "bulk-day", "silent-days"}
    assert report.newest == FIRST_IMPORT
