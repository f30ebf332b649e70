"""Rules about stages: their order, their labels, who set them."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import (
    EXAMPLES,
    Evidence,
    Found,
    Rule,
    day_only,
    earlier,
    first_moment,
    named,
    smallest,
    stacked,
    tally,
)
from funnelpact.core.facts.quality.spelling import spellings
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures, Level

MACHINES = ("workflow", "import", "bulk")


def _negative(seen: Evidence) -> Found:
    entered = seen.entered
    late = ibis.literal(False)
    several = ibis.literal(False)
    # The stage before one is the nearest that the record entered at all.
    at, is_day = entered.at0, entered.day0
    for stage in range(1, seen.won + 1):
        here, how = entered[f"at{stage}"], entered[f"day{stage}"]
        late |= earlier(one=here, one_is_day=how, other=at, other_is_day=is_day).fill_null(False)
        several |= here.notnull() & at.notnull()
        at, is_day = ibis.coalesce(here, at), ibis.ifelse(here.notnull(), how, is_day)
    records = entered.select("nr", late=late, several=several)
    records = records.filter(records.several)
    return tally(rows=records, hit=records.late, key=records.nr, names=_subjects(seen))


def _subjects(seen: Evidence) -> ir.Table:
    return named(rows=seen.moves, nr="subject_nr", key="subject")


def _closed_before_created(seen: Evidence) -> Found:
    deals, entered = seen.facts["deals"], seen.entered
    closed = entered.select(
        "nr",
        closed=ibis.least(entered[f"at{seen.won}"], entered.atleft),
        closed_day=entered[f"day{seen.won}"] | entered.dayleft,
    )
    closed = closed.filter(closed.closed.notnull())
    of_deals = deals.filter(deals.lead_nr.notnull()).select("lead_nr", "deal_nr").distinct()
    of_deals = of_deals.inner_join(seen.leads, of_deals.lead_nr == seen.leads.nr)
    # A deal is measured against its own row and against that of its lead.
    created = [seen.leads, first_moment(rows=deals, by="deal_nr"), of_deals.select("at", "is_day", nr="deal_nr")]
    rows = stacked(parts=[part.select("nr", "at", "is_day") for part in created])
    pairs = closed.inner_join(rows, "nr")
    early = earlier(one=pairs.closed, one_is_day=pairs.closed_day, other=pairs["at"], other_is_day=pairs.is_day)
    records = pairs.group_by("nr").aggregate(early=early.any())
    return tally(rows=records, hit=records.early, key=records.nr, names=_subjects(seen))


def _unknown(seen: Evidence) -> Found:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for given in seen.labelled:
        if given.unknown:
            counts[given.kind, given.label] += given.count
    unknown = sorted(counts, key=lambda named: (-counts[named], named))
    return Found(
        rows=sum(given.count for given in seen.labelled),
        count=sum(counts.values()),
        examples=tuple(_label(kind, label, counts[kind, label]) for kind, label in unknown[:EXAMPLES]),
    )


def _label(kind: str, label: str, count: int) -> Message:
    return Message(f"quality.label.{'deal' if kind == 'deal' else 'lead'}", label=label, count=count)


def _skipped(seen: Evidence) -> Found:
    """A pass is a lead with its deals; a stage that the source never records is no hole."""
    stages, entered, deals, leads = range(seen.won + 1), seen.entered, seen.facts["deals"], seen.leads
    placed = deals.left_join(leads, deals.lead_nr == leads.nr)
    rows = placed.group_by(of="deal_nr").aggregate(known=placed.nr.argmax(placed.lead, where=placed.nr.notnull()))
    of_deals = entered.filter(entered.is_deal).outer_join(rows, [("nr", "of")])
    opened = of_deals.of.notnull()
    of_deals = of_deals.select(
        nr=ibis.coalesce(of_deals.known, of_deals.of, of_deals.nr),
        **{
            # A deal without a lead begins at its own stage, whatever it was called before.
            f"s{stage}": (of_deals[f"at{stage}"].notnull() | (opened & (stage == seen.opened)))
            & (of_deals.known.notnull() | (stage >= seen.opened))
            for stage in stages
        },
    )
    of_leads = leads.select(known="nr").left_join(entered, [("known", "nr")])
    of_leads = of_leads.select(
        nr="known", **{f"s{stage}": of_leads[f"at{stage}"].notnull() | (stage == 0) for stage in stages}
    )
    both = stacked(parts=[of_leads, of_deals])
    passes = both.group_by("nr").aggregate(**{f"s{stage}": both[f"s{stage}"].any() for stage in stages}).cache()
    used = passes.aggregate(**{f"used{stage}": passes[f"s{stage}"].any() for stage in stages})
    told = passes.cross_join(used)
    # Its place among the stages that are recorded, counted from 1; 0 where the pass was never there.
    place, places = ibis.literal(0), []
    for stage in stages:
        place += told[f"used{stage}"].cast("int64")
        places.append(ibis.ifelse(told[f"s{stage}"], place, 0))
    there = sum((told[f"s{stage}"].cast("int64") for stage in stages), ibis.literal(0))
    steps = ibis.greatest(*places) - ibis.least(*(place_or.nullif(0) for place_or in places))
    told = told.select("nr", there=there, steps=steps)
    told = told.filter(told.steps > 0)
    called = named(rows=seen.facts["leads"], nr="lead_nr", key="lead")
    called = stacked(parts=[called, named(rows=deals, nr="deal_nr", key="deal"), _subjects(seen)])
    return tally(rows=told, hit=told.steps >= told.there, key=told.nr, names=called)


def _repeated(seen: Evidence) -> Found:
    moves, entered = seen.moves.filter(seen.moves.position >= 0), seen.entered
    said = moves.group_by("subject_nr", "label").aggregate(
        first=moves.happened_at.min(), last=moves.happened_at.max(), is_day=day_only(rows=moves).any()
    )
    said = said.filter(said.first != said.last)
    # Where a label is known once to the day, its days decide: the same entry may have been written down twice.
    said = said.filter(~said.is_day | (said.first.date() != said.last.date())).select(again="subject_nr").distinct()
    placed = ibis.or_(*(entered[f"at{stage}"].notnull() for stage in range(seen.won + 1)))
    records = entered.filter(placed).select("nr").left_join(said, [("nr", "again")])
    return tally(rows=records, hit=records.again.notnull(), key=records.nr, names=_subjects(seen))


def _by_machine(seen: Evidence) -> Found:
    # The first stage is often set with the record itself, by whatever created it.
    told = [given for given in seen.labelled if given.actor is not None and not given.unknown and not given.is_first]
    count = sum(given.count for given in told if given.actor in MACHINES)
    moves = seen.moves.filter(seen.moves.actor_kind.isin(MACHINES) & (seen.moves.position != 0))
    examples = smallest(rows=moves, key=moves.subject) if count else ()
    return Found(rows=sum(given.count for given in told), count=count, examples=examples)


def _day_only(seen: Evidence) -> Found:
    count = sum(given.count for given in seen.labelled if given.is_day)
    moves = seen.moves.filter(day_only(rows=seen.moves))
    examples = smallest(rows=moves, key=moves.subject) if count else ()
    return Found(rows=sum(given.count for given in seen.labelled), count=count, examples=examples)


def _spelt(seen: Evidence) -> Found:
    return spellings(counts=((given.kind, given.label, given.count) for given in seen.labelled))


RULES = (
    Rule(
        code="stage-before-earlier",
        level=Level.DOUBT,
        needs=("transitions.label",),
        find=_negative,
        limit=Fraction(1, 20),
        refuses=(Figures.RATES,),
    ),
    Rule(
        code="closed-before-created",
        level=Level.DOUBT,
        needs=("transitions.label",),
        find=_closed_before_created,
        limit=Fraction(1, 20),
        refuses=(Figures.RATES, Figures.VALUES),
    ),
    Rule(
        code="label-unknown",
        level=Level.DOUBT,
        needs=("transitions.label",),
        find=_unknown,
        limit=Fraction(1, 10),
        refuses=(Figures.RATES,),
    ),
    Rule(code="stage-skipped", level=Level.DOUBT, needs=("transitions.label",), find=_skipped),
    Rule(code="stage-repeated", level=Level.TOLD, needs=("transitions.label",), find=_repeated),
    Rule(
        code="stage-by-machine",
        level=Level.DOUBT,
        needs=("transitions.actor_kind",),
        find=_by_machine,
        limit=Fraction(3, 10),
        refuses=(Figures.RATES,),
    ),
    Rule(code="stage-day-only", level=Level.TOLD, needs=("transitions.label",), find=_day_only),
    Rule(code="stage-spelling", level=Level.TOLD, needs=("transitions.label",), find=_spelt),
)
