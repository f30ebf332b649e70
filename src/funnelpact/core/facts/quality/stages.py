"""Rules about stages: their order, their labels, who set them."""

from __future__ import annotations

from fractions import Fraction

import ibis

from funnelpact.core.facts.quality.rule import EXAMPLES, Evidence, Found, Rule, earlier, first_moment, stacked, tally
from funnelpact.core.facts.quality.spelling import spellings
from funnelpact.core.facts.tables import Precision
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures, Level

MACHINES = ("workflow", "import", "bulk")


def _negative(seen: Evidence) -> Found:
    entered = seen.entered
    late = ibis.literal(False)
    several = ibis.literal(False)
    # The stage before one is the nearest that the record entered at all.
    at, precision = entered.at0, entered.precision0
    for stage in range(1, seen.won + 1):
        here, how = entered[f"at{stage}"], entered[f"precision{stage}"]
        late |= earlier(one=here, precision=how, other=at, other_precision=precision).fill_null(False)
        several |= here.notnull() & at.notnull()
        at, precision = ibis.coalesce(here, at), ibis.coalesce(how, precision)
    records = entered.select("subject", late=late, several=several)
    records = records.filter(records.several)
    return tally(rows=records, hit=records.late, key=records.subject)


def _closed_before_created(seen: Evidence) -> Found:
    deals, entered = seen.facts["deals"], seen.entered
    closed = entered.select(
        "subject_kind",
        "subject",
        at=ibis.least(entered[f"at{seen.won}"], entered.left_at),
        precision=ibis.least(entered[f"precision{seen.won}"], entered.left_precision),
    )
    closed = closed.filter(closed["at"].notnull())
    made = seen.leads.select(key="lead", made="at", made_precision="precision")
    opened = first_moment(rows=deals, by=("deal",)).rename(key="deal", made="at", made_precision="precision")
    of_deals = deals.filter(deals.lead.notnull()).select("lead", "deal").distinct()
    of_deals = of_deals.inner_join(made, of_deals.lead == made.key)
    # A deal is measured against its own row and against that of its lead.
    created = [made.mutate(kind=ibis.literal("lead"))]
    for of_deal in (opened, of_deals.select("made", "made_precision", key="deal")):
        created.append(of_deal.mutate(kind=ibis.literal("deal")))
    rows = stacked(parts=[part.select("key", "made", "made_precision", "kind") for part in created])
    pairs = closed.inner_join(rows, [closed.subject == rows.key, closed.subject_kind == rows.kind])
    early = earlier(one=pairs["at"], precision=pairs.precision, other=pairs.made, other_precision=pairs.made_precision)
    records = pairs.group_by("subject_kind", "subject").aggregate(early=early.cast("int64").max())
    return tally(rows=records, hit=records.early, key=records.subject)


def _unknown(seen: Evidence) -> Found:
    moves = seen.moves
    grouped = moves.group_by("subject_kind", "label", unknown=moves.position.isnull()).aggregate(n=moves.count())
    rows = grouped.to_pyarrow().to_pylist()
    unknown = sorted(
        (row for row in rows if row["unknown"]), key=lambda row: (-row["n"], row["subject_kind"], row["label"])
    )
    return Found(
        rows=sum(row["n"] for row in rows),
        count=sum(row["n"] for row in unknown),
        examples=tuple(_label(row["subject_kind"], row["label"], row["n"]) for row in unknown[:EXAMPLES]),
    )


def _label(kind: str, label: str, count: int) -> Message:
    return Message(f"quality.label.{'deal' if kind == 'deal' else 'lead'}", label=label, count=count)


def _skipped(seen: Evidence) -> Found:
    """A pass is a lead with its deals; a stage that the source never records is no hole."""
    stages, entered, deals = range(seen.won + 1), seen.entered, seen.facts["deals"]
    known = seen.leads.select(known="lead")
    placed = deals.left_join(known, deals.lead == known.known)
    rows = placed.group_by(of="deal").aggregate(known=placed.known.max())
    of_deals = entered.filter(entered.subject_kind == "deal").outer_join(rows, entered.subject == rows.of)
    opened = of_deals.of.notnull()
    of_deals = of_deals.select(
        key=ibis.coalesce(of_deals.known, ibis.literal("deal:") + ibis.coalesce(of_deals.of, of_deals.subject)),
        **{
            # A deal without a lead begins at its own stage, whatever it was called before.
            f"s{stage}": (of_deals[f"at{stage}"].notnull() | (opened & (stage == seen.opened)))
            & (of_deals.known.notnull() | (stage >= seen.opened))
            for stage in stages
        },
    )
    of_leads = entered.filter(entered.subject_kind == "lead")
    of_leads = known.left_join(of_leads, known.known == of_leads.subject)
    of_leads = of_leads.select(
        key="known", **{f"s{stage}": of_leads[f"at{stage}"].notnull() | (stage == 0) for stage in stages}
    )
    both = stacked(parts=[of_leads, of_deals])
    passes = both.group_by("key").aggregate(**{f"s{stage}": both[f"s{stage}"].any() for stage in stages})
    used = passes.aggregate(**{f"used{stage}": passes[f"s{stage}"].any() for stage in stages})
    told = passes.cross_join(used)
    # Its place among the stages that are recorded, counted from 1; 0 where the pass was never there.
    place, places = ibis.literal(0), []
    for stage in stages:
        place += told[f"used{stage}"].cast("int64")
        places.append(ibis.ifelse(told[f"s{stage}"], place, 0))
    there = sum((told[f"s{stage}"].cast("int64") for stage in stages), ibis.literal(0))
    steps = ibis.greatest(*places) - ibis.least(*(place_or.nullif(0) for place_or in places))
    told = told.select("key", there=there, steps=steps)
    told = told.filter(told.steps > 0)
    return tally(rows=told, hit=told.steps >= told.there, key=told.key)


def _repeated(seen: Evidence) -> Found:
    moves = seen.moves.filter(seen.moves.position >= 0)
    # Where a label is known once to the day, its days decide: the same entry may have been written down twice.
    said = moves.group_by("subject_kind", "subject", "label").aggregate(
        first=moves.happened_at.min(), last=moves.happened_at.max(), precision=moves.precision.min()
    )
    by_day = said.first.date() != said.last.date()
    again = ibis.ifelse(said.precision == Precision.DAY.value, by_day, said.first != said.last)
    said = said.mutate(again=again.cast("int64"))
    records = said.group_by("subject_kind", "subject").aggregate(again=said.again.max())
    return tally(rows=records, hit=records.again, key=records.subject)


def _by_machine(seen: Evidence) -> Found:
    # The first stage is often set with the record itself, by whatever created it.
    moves = seen.moves.filter(seen.moves.actor_kind.notnull() & (seen.moves.position != 0))
    return tally(rows=moves, hit=moves.actor_kind.isin(MACHINES), key=moves.subject)


def _day_only(seen: Evidence) -> Found:
    moves = seen.moves
    return tally(rows=moves, hit=moves.precision == Precision.DAY.value, key=moves.subject)


def _spelt(seen: Evidence) -> Found:
    moves = seen.moves
    rows = moves.group_by(column="subject_kind", label="label").aggregate(n=moves.count())
    return spellings(rows=rows)


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
