"""All rules of quality, and what they say of facts together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality import dimensions, identity, money, owners, references, stages, times, volume
from funnelpact.core.facts.quality.rule import Evidence, Found, Rule, stacked
from funnelpact.core.terms.report import Level, QualityIssue, QualityReport

RULES: tuple[Rule, ...] = (
    *stages.RULES,
    *times.RULES,
    *owners.RULES,
    *identity.RULES,
    *references.RULES,
    *money.RULES,
    *dimensions.RULES,
    *volume.RULES,
)

_WORST_FIRST = (Level.STOP, Level.DOUBT, Level.TOLD)


def quality(*, seen: Evidence, newest: datetime | None, rules: tuple[Rule, ...] = RULES) -> QualityReport:
    """This returns what the rules say of the facts: issues, the worst first, and which rules had nothing to look at.

    A rule is silent where the source does not tell what it needs, or has no row of the kind that it looks at. `newest` is
    the instant of the newest fact.
    """
    told = _told(seen.facts, rules)
    found: dict[str, Found] = {rule.code: rule.find(seen) for rule in rules if told.issuperset(rule.needs)}
    looked = {code: each for code, each in found.items() if each.rows}
    issues: list[QualityIssue] = [rule.issue(looked[rule.code]) for rule in rules if _fires(looked.get(rule.code))]
    return QualityReport(
        as_of=seen.as_of,
        known_at=seen.learnt_at,
        newest=newest,
        issues=tuple(sorted(issues, key=lambda issue: (_WORST_FIRST.index(issue.level), -issue.share, issue.code))),
        ran=tuple(rule.code for rule in rules if rule.code in looked),
        silent=tuple(rule.code for rule in rules if rule.code not in looked),
    )


def _fires(found: Found | None) -> bool:
    return found is not None and found.count > 0


def _told(facts: Mapping[str, ir.Table], rules: tuple[Rule, ...]) -> set[str]:
    """Which of the columns that the rules need say anything. One query."""
    needs = sorted({need for rule in rules for need in rule.needs})
    if not needs:
        return set()
    said = []
    for need in needs:
        table, column = need.split(".")
        # One row tells as much as all of them.
        some = facts[table].filter(facts[table][column].notnull()).limit(1)
        said.append(some.select(name=ibis.literal(need)))
    return set(stacked(parts=said).to_pyarrow()["name"].to_pylist())
