"""Check whether the facts carry the figures that people want to print from them, and refuse those that they spoil."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.facts.history import newest_day, newest_fact
from funnelpact.core.facts.quality.rule import evidence
from funnelpact.core.facts.quality.rules import RULES, quality
from funnelpact.core.journeys.building.moves import positioned, that_may_mean
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, raise_all
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.terms.report import Figures, QualityIssue, QualityReport
from funnelpact.workflows.mapping import mapping_in_force
from funnelpact.workflows.ports import FactStore, FunnelMappings

SHAPE = 1
"""Grows when rules or the meanings of words change, so that the same facts may be judged otherwise."""


class QualityRefuses(Problem):
    """So many facts are bad that a figure made of them would be wrong."""

    code = "quality-refuses"


def check_quality(
    *,
    store: FactStore,
    as_of: date | None = None,
    known_at: datetime | None = None,
    mappings: FunnelMappings | None = None,
    spoiling: Collection[Figures] | None = None,
) -> QualityReport:
    """This returns what the rules of quality say of the facts up to the end of `as_of`, by default the newest fact's day.

    `known_at` leaves out what was learnt later. The mapping in force places the stage labels, completed by what the words
    of others suggest; those that people have said to mean nothing are left out. Days are those of its zone.
    `spoiling` asks only the rules that may refuse one of these groups of figures. Without any fact all rules are silent, and
    `newest` is None.
    """
    rules = RULES if spoiling is None else tuple(rule for rule in RULES if set(rule.refuses) & set(spoiling))
    batches = store.batches(known_at=known_at)
    facts = store.facts(known_at=known_at)
    if len(batches) > 1:
        # Which batch speaks last of a row is costly to find out, and some thirty questions would ask it anew.
        facts = {name: table.cache() for name, table in facts.items()}
    newest = newest_fact(facts=facts, learnt_at=batches[-1].known_at) if batches else None
    if newest is None:
        silent = tuple(rule.code for rule in rules)
        return QualityReport(as_of=as_of, known_at=known_at, newest=None, issues=(), ran=(), silent=silent)
    moves = facts["transitions"]
    _, mapping = mapping_in_force(mappings=mappings)
    rows = moves.select("subject_kind", "label").distinct().to_pyarrow().to_pylist()
    of_deals = {row["label"] for row in rows if row["subject_kind"] == "deal"}
    of_leads = {row["label"] for row in rows if row["subject_kind"] in {"lead", "contact"}}
    mapping = mapping.knowing(lead_labels=of_leads, deal_labels=of_deals, types=())
    seen = evidence(
        facts=facts,
        moves=that_may_mean(moves=positioned(transitions=moves, mapping=mapping), mapping=mapping),
        opened=mapping.deal_position,
        won=len(mapping.funnel.stages) - 1,
        as_of=as_of or newest_day(facts=facts, newest=newest, zone=mapping.zone),
        learnt_at=batches[-1].known_at,
        zone=mapping.zone,
    )
    return quality(seen=seen, newest=newest, rules=rules)


def check_once(
    *,
    store: FactStore,
    as_of: date,
    spoiling: Collection[Figures],
    known_at: datetime | None = None,
    mappings: FunnelMappings | None = None,
) -> QualityReport:
    """This returns what `check_quality` does, or a report without issues where it is known that none refuses anything.

    That is remembered as long as facts, mapping, day and figures are the same; what is refused is found out each time.
    """
    version, _ = mapping_in_force(mappings=mappings)
    asked = sorted(group.value for group in spoiling)
    mark = None if known_at else store.mark(what=f"sound {SHAPE} {version} {as_of} {asked}")
    if mark is not None and store.is_marked(mark):
        return QualityReport(as_of=as_of, known_at=None, newest=None, issues=(), ran=(), silent=())
    report = check_quality(store=store, as_of=as_of, known_at=known_at, mappings=mappings, spoiling=spoiling)
    if mark is not None and not report.refused:
        store.set_mark(mark)
    return report


def refused_figures(*, report: QualityReport) -> Mapping[Figures, tuple[QualityIssue, ...]]:
    """This returns the groups of figures that are not printed, each with the issues that refuse it, the worst first."""
    return report.refused


def refuse_if_spoilt(*, report: QualityReport, figures: Collection[Figures], accepted: Collection[str] = ()) -> None:
    """This returns nothing where all of the `figures` may be printed, or whoever asks has `accepted` the rules against it.

    Otherwise it raises `QualityRefuses`, or several of them, one for each issue: which figures, what was found in how
    many of how many rows, what is allowed, why that spoils the figures, and what to do.
    """
    problems: list[Problem] = [
        QualityRefuses(
            figures=tuple(Message(f"quality.figures.{group.value}") for group in spoilt),
            rule=issue.code,
            count=issue.count,
            rows=issue.rows,
            share=Rate(issue.share),
            limit=Rate(issue.limit or Fraction(0)),
            said=issue.sentence,
            spoils=Message(f"quality.why.{issue.code}"),
            remedy=Message(f"quality.next.{issue.code}"),
        )
        for issue in report.issues
        if issue.code not in accepted and (spoilt := tuple(group for group in issue.refuses if group in figures))
    ]
    raise_all(problems)
