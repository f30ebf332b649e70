"""Rules about stages: their order, their labels, who set them."""

from __future__ import annotations

from fractions import Fraction

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.quality.rule import EXAMPLES, LEFT, Evidence, Found, Rule, earlier, first_moment, tally
from funnelpact.core.facts.quality.spelling import spellings
from funnelpact.core.facts.tables import Precision
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures, Level

MACHINES = ("workflow", "import", "bulk")


def _negative(seen: Evidence) -> Found:
    moves = seen.moves.filter(seen.moves.position >= 0)
    positions = range(seen.won + 1)
    entered = moves.group_by("subject_kind", "subject").aggregate(
        **{f"at{stage}": moves.happened_at.min(where=moves.position == stage) for stage in positions},
        **{f"precision{stage}": moves.precision.min(where=moves.position == stage) for stage in positions},
    )
    late = ibis.literal(False)
    several = ibis.literal(False)
    # The stage before one is the nearest that the record entered at all.
    at, precision = entered.at0, entered.precision0
    for stage in positions[1:]:
        here, how = entered[f"at{stage}"], entered[f"precision{stage}"]
        late |= earlier(one=here, precision=how, other=at, other_precision=precision).fill_null(False)
        several |= here.notnull() & at.notnull()
        at, precision = ibis.coalesce(here, at), ibis.coalesce(how, precision)
    records = entered.select("subject", late=late, several=several)
    records = records.filter(records.several)
    return tally(rows=records, hit=records.late, key=records.subject)


def _closed_before_created(seen: Evidence) -> Found:
    leads, deals = seen.facts["leads"], seen.facts["deals"]
    ends = seen.moves.filter((seen.moves.position == LEFT) | (seen.moves.position == seen.won))
    closed = first_moment(rows=ends, by=("subject_kind", "subject"))
    made = first_moment(rows=leads, by=("lead",)).rename(key="lead", made="at", made_precision="precision")
    opened = first_moment(rows=deals, by=("deal",)).rename(key="deal", made="at", made_precision="precision")
    of_deals = deals.filter(deals.lead.notnull()).select("lead", "deal").distinct()
    of_deals = of_deals.inner_join(made, of_deals.lead == made.key)
    # A deal is measured against its own row and against that of its lead.
    columns = ("key", "made", "made_precision", "kind")
    created = made.mutate(kind=ibis.literal("lead")).select(columns)
    for of_deal in (opened, of_deals.select("made", "made_precision", key="deal")):
        created = created.union(of_deal.mutate(kind=ibis.literal("deal")).select(columns))
    pairs = closed.inner_join(created, [closed.subject_kind == created.kind, closed.subject == created.key])
    early = earlier(one=pairs.at, precision=pairs.precision, other=pairs.made, other_precision=pairs.made_precision)
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
    moves, leads, deals = seen.moves.filter(seen.moves.position >= 0), seen.facts["leads"], seen.facts["deals"]
    known = leads.select(known="lead").distinct()
    placed = deals.left_join(known, deals.lead == known.known)
    owner = placed.group_by("deal").aggregate(known=placed.known.max())
    of_deals = moves.filter(moves.subject_kind == "deal").select("subject", "position")
    of_deals = of_deals.union(owner.select(subject=owner.deal, position=_number(seen.opened)), distinct=True)
    joined = of_deals.left_join(owner, of_deals.subject == owner.deal)
    entered = joined.select(
        key=ibis.coalesce(joined.known, ibis.literal("deal:") + joined.subject),
        start=ibis.ifelse(joined.known.isnull(), _number(seen.opened), _number(0)),
        position=joined.position,
    )
    of_leads = moves.filter(moves.subject_kind == "lead").inner_join(known, [("subject", "known")])
    entered = entered.union(of_leads.select(key="subject", start=_number(0), position="position"))
    entered = entered.union(known.select(key="known", start=_number(0), position=_number(0)))
    entered = entered.filter(entered.position >= entered.start).select("key", "position").distinct()
    used = entered.select("position").distinct()
    used = used.mutate(place=ibis.row_number().over(order_by="position"))
    there = entered.inner_join(used, "position")
    passes = there.group_by("key").aggregate(stages=there.count(), steps=there.place.max() - there.place.min())
    passes = passes.filter(passes.steps > 0)
    return tally(rows=passes, hit=passes.steps >= passes.stages, key=passes.key)


def _number(value: int) -> ir.Value:
    return ibis.literal(value, type="int64")


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
