"""What a rule of quality is, what it looks at, and how rows are tallied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, reduce
from typing import TypeAlias

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.period import Period, instants
from funnelpact.core.terms.report import Figures, Level, QualityIssue

EXAMPLES = 3


LEFT = -1
"""The position that stands for every exit."""
EVENTS = ("leads", "engagements", "handovers", "transitions", "touches", "deals")
"""What has happened when a source says it; renewals, spend and the like may lie ahead."""

EARLIEST_ZONE = timedelta(hours=14)
"""So far ahead of UTC does a day begin where it begins first."""

KINDS = {"lead": "leads", "deal": "deals", "customer": "customers", "company": "companies"}
"""Records that others refer to by kind and key, and where they are; a contact has no table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDay:
    """How many facts of a table happened on one day in UTC: `all` of them, those `by_then`, those that lie `ahead`.

    By then means by the end of `as_of`, ahead after the newest batch was learnt. `is_day` says whether they are known to the
    day only, `of_lead` whether they are about leads.
    """

    table: str
    day: date
    is_day: bool
    of_lead: bool
    all: int
    by_then: int
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """So many transitions, `count`, gave a label to a kind of record. `unknown`: it means nothing yet."""

    kind: str
    label: str
    unknown: bool
    is_first: bool
    is_day: bool
    actor: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the rules look at.

    `facts` are those that happened by the end of `as_of`, `everything` those of later days, too; both with the numbers of
    their records (`core.facts.keys`), by which all that belongs together is found. `moves` are the transitions by then with a
    column `position`: 0 to `won` for a stage, `LEFT` for an exit, NULL for a label that means nothing yet. `opened` is the
    position at which a deal begins. `learnt_at` is when the newest batch was learnt, days are those of `zone`.
    """

    facts: Mapping[str, ir.Table]
    everything: Mapping[str, ir.Table]
    moves: ir.Table
    opened: int
    won: int
    as_of: date
    learnt_at: datetime
    zone: str

    @cached_property
    def leads(self) -> ir.Table:
        """The leads, one row each: `nr`, its first moment `at`, and `is_day` where any of its rows knows only the day."""
        return first_moment(rows=self.facts["leads"], by="lead_nr").cache()

    @cached_property
    def entered(self) -> ir.Table:
        """The records with placed moves, one row each: `nr`, `is_deal`, and moments.

        `at0`, `day0` … say when it first entered each stage and whether any of these entries is known to the day only,
        `atleft`, `dayleft` the same of exits; `ended` is its last exit or win, `stayed` its last entry into any other stage.
        """
        moves = self.moves.filter(self.moves.position.notnull())
        places = {LEFT: "left", **{stage: str(stage) for stage in range(self.won + 1)}}
        bits = {place: 1 << number for number, place in enumerate(places)}
        bit = moves.position.cases(*bits.items(), else_=0)
        ends = (moves.position == LEFT) | (moves.position == self.won)
        records = moves.group_by(nr="subject_nr").aggregate(
            is_deal=(moves.subject_kind == "deal").any(),
            ended=moves.happened_at.max(where=ends),
            stayed=moves.happened_at.max(where=~ends),
            # One set of bits costs the engine less than a flag for each position.
            days=ibis.ifelse(day_only(rows=moves), bit, 0).cast("int64").bit_or(),
            **{f"at{name}": moves.happened_at.min(where=moves.position == place) for place, name in places.items()},
        )
        is_day = {f"day{name}": (records.days & bits[place]) > 0 for place, name in places.items()}
        return records.mutate(**is_day).drop("days").cache()

    @cached_property
    def won_deals(self) -> ir.Table:
        """Won deals that are there, one row each: `nr`, `amount`, `currency` (the largest where one has several rows)."""
        deals = self.facts["deals"]
        won = self.entered.filter(self.entered.is_deal & self.entered[f"at{self.won}"].notnull())
        one = deals.group_by(nr="deal_nr").aggregate(amount=deals.amount.max(), currency=deals.currency.max())
        return one.semi_join(won, "nr").cache()

    @cached_property
    def numbers(self) -> ir.Table:
        """The numbers of all leads, deals and customers that are there, once each: `known`.

        Those that came after `as_of` are there as well: an event may name what is written down only later.
        """
        numbered = {"leads": "lead_nr", "deals": "deal_nr", "customers": "customer_nr"}
        parts = [self.everything[table].select(known=number) for table, number in numbered.items()]
        return stacked(parts=parts).distinct().cache()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of records of which the source has any; asked once for all rules."""
        rows = stacked(
            parts=[self.everything[table].limit(1).select(kind=ibis.literal(kind)) for kind, table in KINDS.items()]
        )
        return frozenset(rows.to_pyarrow()["kind"].to_pylist())

    @cached_property
    def labelled(self) -> Sequence[Labelled]:
        """How often each label was given, in which way; asked once for all rules."""
        moves = self.moves
        rows = moves.group_by(
            kind="subject_kind",
            label="label",
            unknown=moves.position.isnull(),
            is_first=(moves.position == 0).fill_null(False),
            is_day=day_only(rows=moves),
            actor="actor_kind",
        ).aggregate(count=moves.count())
        return [Labelled(**row) for row in rows.to_pyarrow().to_pylist()]

    @cached_property
    def days(self) -> Sequence[OfDay]:
        """How many events each day has; asked once for all rules."""
        parts = []
        for name in EVENTS:
            rows = self.everything[name]
            # To make a day of an instant costs ten times as much in the engine as to count by it: a bucket is none yet.
            groups = rows.group_by(
                day=rows.happened_at.bucket(hours=24),
                is_day=day_only(rows=rows),
                of_lead=rows["subject_kind"] == "lead"
                if "subject_kind" in rows.columns
                else ibis.literal(name == "leads"),
            )
            counts = groups.aggregate(
                all=rows.count(),
                by_then=_happened(rows, self.as_of, self.zone).sum(),
                ahead=self.ahead(rows).sum(),
            )
            parts.append(counts.mutate(table=ibis.literal(name)))
        found = stacked(parts=parts).to_pyarrow().to_pylist()
        return [OfDay(**{**row, "day": row["day"].date()}) for row in found]

    def ahead(self, rows: ir.Table) -> ir.BooleanValue:
        """Which of the rows happened after the newest batch was learnt; a day is ahead only if it has begun nowhere yet."""
        now, first = ibis.timestamp(self.learnt_at.isoformat()), self.learnt_at + EARLIEST_ZONE
        return rows.happened_at > ibis.ifelse(day_only(rows=rows), ibis.timestamp(first.isoformat()), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found: `count` of `rows` looked at, up to three examples, further values of its sentence."""

    rows: int
    count: int
    examples: tuple[Value, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


Find: TypeAlias = "Callable[[Evidence], Found]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of quality.

    `level` is how much a finding matters up to the `limit`, the share of the rows looked at above which the figures in
    `refuses` are not printed; without a limit it never refuses any. `needs` names columns as `table.column`: where one of
    them says nothing, the source does not tell, and the rule is silent.
    """

    code: str
    level: Level
    needs: tuple[str, ...]
    find: Find
    limit: Fraction | None = None
    refuses: tuple[Figures, ...] = ()

    def issue(self, found: Found) -> QualityIssue:
        """The issue that the finding is: it stops the figures where its share is above the limit."""
        above = self.limit is not None and found.count > self.limit * found.rows
        return QualityIssue(
            code=self.code,
            level=Level.STOP if above else self.level,
            count=found.count,
            rows=found.rows,
            examples=found.examples,
            limit=self.limit,
            refuses=self.refuses if above else (),
            sentence=Message(f"quality.said.{self.code}", count=found.count, rows=found.rows, **found.values),
        )


def evidence(
    *,
    facts: Mapping[str, ir.Table],
    moves: ir.Table,
    opened: int,
    won: int,
    as_of: date,
    learnt_at: datetime,
    zone: str = "UTC",
) -> Evidence:
    """This returns what the rules look at: the facts and moves up to the end of `as_of`, a day of the zone."""
    everything = {name: _nullable(table) for name, table in facts.items()}
    placed = _nullable(moves)
    return Evidence(
        facts={name: table.filter(_happened(table, as_of, zone)) for name, table in everything.items()},
        everything=everything,
        moves=placed.filter(_happened(placed, as_of, zone)).mutate(position=placed.position.cast("int64")),
        opened=opened,
        won=won,
        as_of=as_of,
        learnt_at=learnt_at,
        zone=zone,
    )


def _happened(table: ir.Table, as_of: date, zone: str) -> ir.BooleanValue:
    """By the end of the day; what is known to the day only keeps its day."""
    _, end = instants(period=Period(as_of, as_of + timedelta(days=1)), zone=zone)
    last_day = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    by_then = table.happened_at < ibis.timestamp(end.isoformat())
    if end - last_day == timedelta(days=1):
        return by_then
    return ibis.ifelse(day_only(rows=table), table.happened_at <= ibis.timestamp(last_day.isoformat()), by_then)


def _nullable(table: ir.Table) -> ir.Table:
    """The same rows. Ibis unites no table whose columns refuse NULL with one whose columns do not."""
    return table.cast({name: kind.copy(nullable=True) for name, kind in table.schema().items()})


def tally(
    *, rows: ir.Table, hit: ir.Value, key: ir.Value, of: ir.Value | None = None, names: ir.Table | None = None
) -> Found:
    """This returns how many of the rows are hit, with the smallest keys of those as examples.

    `hit` is a flag, or how many facts a row stands for that are hit; then `of` is how many it stands for in all. Where `key`
    is a number, `names` has the key for each `nr`.
    """
    hits = hit.cast("int64").fill_null(0)
    total = rows.count() if of is None else of.cast("int64").sum()
    ((counted, count),) = (row.values() for row in rows.aggregate(rows=total, hits=hits.sum()).to_pyarrow().to_pylist())
    return Found(
        rows=counted or 0,
        count=count or 0,
        examples=smallest(rows=rows.filter(hits > 0), key=key, names=names) if count else (),
    )


def smallest(*, rows: ir.Table, key: ir.Value, names: ir.Table | None = None) -> tuple[str, ...]:
    """This returns the smallest keys of rows, at most as many as there are examples. `names` is as in `tally`."""
    found = rows.select(example=key).distinct()
    if names is not None:
        found = names.semi_join(found, names.nr == found.example).select(example="name").distinct()
    return tuple(found.order_by("example").limit(EXAMPLES).to_pyarrow()["example"].to_pylist())


def named(*, rows: ir.Table, nr: str, key: str) -> ir.Table:
    """This returns what the records of a fact table are called, `nr` and `name`, for `tally`."""
    return rows.select(nr=nr, name=key)


def stacked(*, parts: Sequence[ir.Table]) -> ir.Table:
    """This returns the rows of all parts below each other; they have the same columns in the same order."""
    return reduce(lambda above, below: above.union(below), map(_nullable, parts))


def blank(*, text: ir.Value) -> ir.Value:
    """This returns where a text says nothing: missing, empty or blanks."""
    # Only what begins with a blank or a control sign need be stripped, which costs more than all else in many rules.
    return ibis.ifelse(text >= "!", False, text.fill_null("").strip() == "")


def earlier(*, one: ir.Value, one_is_day: ir.Value, other: ir.Value, other_is_day: ir.Value) -> ir.BooleanValue:
    """This returns where one moment lies before another for certain.

    Two instants, and two days, are compared as they stand. A day against an instant counts only from two days apart: the
    day is that of the source's zone, the instant is in UTC.
    """
    apart = (one.date() + ibis.interval(days=1)) < other.date()
    return ibis.ifelse(one_is_day == other_is_day, one < other, apart)


def first_moment(*, rows: ir.Table, by: str) -> ir.Table:
    """This returns one row for each number in the column `by`: `nr`, `at` its first moment, `is_day` where any is a day."""
    return rows.group_by(nr=by).aggregate(at=rows.happened_at.min(), is_day=day_only(rows=rows).any())


def day_only(*, rows: ir.Table) -> ir.BooleanValue:
    """This returns where a row is known to the day only."""
    return rows.precision == Precision.DAY.value
