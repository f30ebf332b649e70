"""What a rule of quality is, what it looks at, and how rows are tallied."""

from __future__ import annotations

from collections import defaultdict
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

KINDS = {"lead": "leads", "deal": "deals", "customer": "customers", "company": "companies"}
"""Records that others refer to by kind and key, and where they are; a contact has no table."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the rules look at.

    `facts` are those that happened by the end of `as_of`, `everything` those of later days, too. `moves` are the
    transitions by then with a column `position`: 0 to `won` for a stage, `LEFT` for an exit, NULL for a label that means
    nothing yet. `opened` is the position at which a deal begins. `learnt_at` is when the newest batch was learnt.
    """

    facts: Mapping[str, ir.Table]
    everything: Mapping[str, ir.Table]
    moves: ir.Table
    opened: int
    won: int
    as_of: date
    learnt_at: datetime

    @cached_property
    def leads(self) -> ir.Table:
        """The leads, one row each: `lead`, its first moment as `at` and `precision`, `person` and `company` if named."""
        rows = self.facts["leads"]
        person, company = (ibis.ifelse(blank(text=rows[name]), None, rows[name]) for name in ("person", "company"))
        return (
            rows.group_by("lead")
            .aggregate(
                at=rows.happened_at.min(), precision=rows.precision.min(), person=person.max(), company=company.max()
            )
            .cache()
        )

    @cached_property
    def entered(self) -> ir.Table:
        """The records with placed moves, one row each: `subject_kind`, `subject`, and moments.

        `at0`, `precision0` … say when it first entered each stage, `left_at`, `left_precision` when it first left; `ended`
        is its last exit or win, `stayed` its last entry into any other stage.
        """
        moves = self.moves.filter(self.moves.position.notnull())
        ends = (moves.position == LEFT) | (moves.position == self.won)
        moments: dict[str, ir.Value] = {}
        for stage in range(self.won + 1):
            moments[f"at{stage}"] = moves.happened_at.min(where=moves.position == stage)
            moments[f"precision{stage}"] = moves.precision.min(where=moves.position == stage)
        return (
            moves.group_by("subject_kind", "subject")
            .aggregate(
                **moments,
                left_at=moves.happened_at.min(where=moves.position == LEFT),
                left_precision=moves.precision.min(where=moves.position == LEFT),
                ended=moves.happened_at.max(where=ends),
                stayed=moves.happened_at.max(where=~ends),
            )
            .cache()
        )

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of records of which the source has any; asked once for all rules."""
        counts = [self.everything[table].count().name("n").as_table() for table in KINDS.values()]
        parts = [part.mutate(kind=ibis.literal(kind)) for kind, part in zip(KINDS, counts, strict=True)]
        return frozenset(row["kind"] for row in stacked(parts=parts).to_pyarrow().to_pylist() if row["n"])

    @cached_property
    def by_day(self) -> Mapping[str, Mapping[date, int]]:
        """How many events each day (UTC) has, by table; asked once for all rules."""
        days = {
            name: self.facts[name].group_by(day=self.facts[name].happened_at.date()).aggregate(n=ibis._.count())
            for name in EVENTS
        }
        rows = stacked(parts=[part.mutate(table=ibis.literal(name)) for name, part in days.items()])
        found: dict[str, dict[date, int]] = defaultdict(dict)
        for row in rows.to_pyarrow().to_pylist():
            found[row["table"]][row["day"]] = row["n"]
        return found


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
    )


def _happened(table: ir.Table, as_of: date, zone: str) -> ir.Value:
    """By the end of the day; what is known to the day only keeps its day."""
    _, end = instants(period=Period(as_of, as_of + timedelta(days=1)), zone=zone)
    last_day = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    by_then = table.happened_at < ibis.timestamp(end.isoformat())
    if end - last_day == timedelta(days=1):
        return by_then
    known_to_day = table.precision == Precision.DAY.value
    return ibis.ifelse(known_to_day, table.happened_at <= ibis.timestamp(last_day.isoformat()), by_then)


def _nullable(table: ir.Table) -> ir.Table:
    """The same rows. Ibis unites no table whose columns refuse NULL with one whose columns do not."""
    return table.cast({name: kind.copy(nullable=True) for name, kind in table.schema().items()})


def tally(*, rows: ir.Table, hit: ir.Value, key: ir.Value, of: ir.Value | None = None) -> Found:
    """This returns how many of the rows are hit, with the smallest keys of those as examples. One query.

    `hit` is a flag, or how many facts a row stands for that are hit; then `of` is how many it stands for in all.
    """
    hits = hit.cast("int64").fill_null(0)
    marked = rows.select(key=key, hit=hits, of=ibis.literal(1, type="int64") if of is None else of.cast("int64"))
    counted = marked.aggregate(rows=marked.of.sum(), hits=marked.hit.sum()).mutate(example=ibis.null(str))
    few = marked.filter(marked.hit > 0).select(example=marked.key).distinct().order_by("example").limit(EXAMPLES)
    nothing = ibis.null("int64")
    found = counted.union(few.select(rows=nothing, hits=nothing, example=few.example)).to_pyarrow().to_pylist()
    return Found(
        rows=sum(row["rows"] or 0 for row in found),
        count=sum(row["hits"] or 0 for row in found),
        examples=tuple(sorted(row["example"] for row in found if row["example"] is not None)),
    )


def stacked(*, parts: Sequence[ir.Table]) -> ir.Table:
    """This returns the rows of all parts below each other; they have the same columns in the same order."""
    return reduce(lambda above, below: above.union(below), map(_nullable, parts))


def blank(*, text: ir.Value) -> ir.Value:
    """This returns where a text says nothing: missing, empty or blanks."""
    # Only what begins with a blank or a control sign need be stripped, which costs more than all else in many rules.
    return ibis.ifelse(text >= "!", False, text.fill_null("").strip() == "")


def earlier(*, one: ir.Value, precision: ir.Value, other: ir.Value, other_precision: ir.Value) -> ir.Value:
    """This returns where one moment lies before another for certain.

    Two instants, and two days, are compared as they stand. A day against an instant counts only from two days apart: the
    day is that of the source's zone, the instant is in UTC.
    """
    apart = (one.date() + ibis.interval(days=1)) < other.date()
    return ibis.ifelse(precision == other_precision, one < other, apart)


def first_moment(*, rows: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """This returns one row for each group: `at`, its first moment, and `precision`, `day` where any of it is a day."""
    # "day" sorts before "instant": the least precise speaks for all.
    return rows.group_by(*by).aggregate(at=rows.happened_at.min(), precision=rows.precision.min())


def day_only(*, rows: ir.Table) -> ir.Value:
    """This returns where a row is known to the day only."""
    return rows.precision == Precision.DAY.value
