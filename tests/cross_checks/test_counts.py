"""Every count by two or three roads: the engine's expressions, plain Python over single facts, SQL written by hand."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.measure.counts.cells import LEFT, MOVED, OPEN, Marks
from funnelpact.core.measure.counts.lives import Closings, OldEnough, Orders, StepCounts
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.measure.counts.taken import lives_of, overview, step_counts
from tests.cross_checks.slow_journeys import Pass, life, slow_journeys
from tests.lifetables import Pass as Watched
from tests.lifetables import table_of
from tests.small_worlds import worlds
from tests.worlds import arrow_facts, passes_of, rows_of

AS_OF = date(2026, 3, 31)
BY_TYPE = Dimension("leads", "type", labelled=False)
# Each example is a company of its own and takes the engine a second.
FEWER = settings(max_examples=max(10, settings().max_examples // 5))


def counted(rows: list[tuple[str, dict[str, Any]]]) -> list[Pass]:
    """The passes that count, by the slow road."""
    return [one for one in slow_journeys(rows, AS_OF) if not one.excluded]


def parts(passes: list[Pass]) -> dict[str | None, list[Pass]]:
    """The passes of each segment, and all together."""
    found: dict[str | None, list[Pass]] = {ALL: passes}
    for one in passes:
        found.setdefault(one.by, []).append(one)
    return found


def cells(counted: StepCounts) -> Counter[tuple[int, int]]:
    """A life table as age and end to count."""
    table = counted.table
    rows = {OPEN: table.open, MOVED: table.moved, LEFT: table.left}
    return Counter({(age, end): n for end, row in rows.items() for age, n in enumerate(row) if n})


@FEWER
@given(worlds())
def test_passes_are_those_of_the_slow_count(world: str):
    """Days of the stages, exit, amount, segment and whether it runs backwards, pass by pass."""
    rows = rows_of(world)
    found = passes_of(rows, as_of=AS_OF, by=BY_TYPE).to_pyarrow().to_pylist()

    assert {
        (row["key"], row["pass"]): (
            row["by"],
            [row[f"s{place}"] for place in range(4)],
            row["left_on"],
            row["amount"],
            row["backwards"],
            row["attempts"],
        )
        for row in found
    } == {
        (one.key, one.number): (one.by, one.days, one.left_on, one.amount, one.backwards, one.attempts)
        for one in counted(rows)
    }


@FEWER
@given(worlds(), st.sampled_from([(0, 1), (0, 3), (1, 2), (2, 3)]), st.sampled_from([None, date(2026, 1, 20)]))
def test_life_tables_are_those_of_the_slow_count(world: str, step: tuple[int, int], since: date | None):
    """Each segment's passes by age and end, and what the moved ones brought."""
    start, end = step
    rows = rows_of(world)
    passes = passes_of(rows, as_of=AS_OF, by=BY_TYPE)
    found = step_counts(passes=passes, start=start, end=end, as_of=AS_OF, observed_from=since)
    slow = {
        name: (part, table)
        for name, part in parts(counted(rows)).items()
        if (table := life(part, start=start, end=end, as_of=AS_OF, since=since))
    }

    assert {name: cells(counted) for name, counted in found.items()} == {
        name: table for name, (_, table) in slow.items()
    }
    for name, (part, table) in slow.items():
        moved = [
            one for one in part if life([one], start=start, end=end, as_of=AS_OF, since=since).total() and one.days[end]
        ]
        amounts = [one.amount for one in moved if one.amount is not None and end == 3]
        assert found[name].table.passes == table.total()
        assert sum(found[name].table.amount) == sum(map(Fraction, amounts))
        assert sum(found[name].table.amount_known) == len(amounts)
        assert sum(found[name].squares) == sum(Fraction(amount) ** 2 for amount in amounts)


@FEWER
@given(worlds(), st.sampled_from([(0, 3), (2, 3)]), st.integers(0, 100), st.integers(0, 60))
def test_late_entries_and_the_window_are_those_of_the_slow_count(
    world: str, step: tuple[int, int], began: int, days: int
):
    """A pass is watched from the day on which its source began, in the window from its first day on, if it is open then."""
    start, end = step
    rows = rows_of(world)
    watched_from, window_from = date(2026, 1, 1) + timedelta(days=began), AS_OF - timedelta(days=days)
    said = FunnelMapping(observed_from=watched_from)
    marks = Marks(as_of=AS_OF, period_days=1, window_days=days + 1)
    passes = passes_of(rows, as_of=AS_OF, by=BY_TYPE, said=said)
    (found,) = lives_of(passes=passes, steps=[step], marks=marks)
    alone = step_counts(passes=passes, start=start, end=end, as_of=AS_OF)

    for name, part in parts([one for one in slow_journeys(rows, AS_OF, said) if not one.excluded]).items():
        lives = [life_of(one, start=start, end=end) for one in part if one.days[start] and not one.backwards]
        seen = [(day, last, what) for day, last, what in lives if last >= watched_from]
        recent = [entry for entry in seen if entry[1] >= window_from]
        assert len(lives) == (found[name].passes if name in found else 0)
        assert len(lives) - len(seen) == (found[name].unseen if name in found else 0)
        if name in found:
            assert four_rows(found[name].counts()) == four_rows_of(seen, watched_from)
            assert four_rows(found[name].window()) == four_rows_of(recent, max(watched_from, window_from))
            assert (name in alone) == bool(seen)
            assert not seen or alone[name] == found[name].counts()


def life_of(one: Pass, *, start: int, end: int) -> tuple[date, date, int]:
    """The days of entry and of the end of a pass, and what the end was."""
    entered = one.days[start]
    assert entered is not None
    if moved := one.days[end]:
        return entered, moved, MOVED
    return (entered, max(entered, one.left_on), LEFT) if one.left_on else (entered, AS_OF, OPEN)


def four_rows(counted: StepCounts) -> tuple[tuple[int, ...], ...]:
    """Entered, moved, left and open by age."""
    table = counted.table
    return table.entered, table.moved, table.left, table.open


def four_rows_of(lives: list[tuple[date, date, int]], watched_from: date) -> tuple[tuple[int, ...], ...]:
    """The same, pass by pass."""
    if not lives:
        return ((0,),) * 4
    watched = [Watched((last - day).days, what, max(0, (watched_from - day).days)) for day, last, what in lives]
    return four_rows(StepCounts(table=table_of(watched), squares=()))


@FEWER
@given(worlds(), st.integers(0, 60), st.integers(0, 60))
def test_closings_and_old_enough_are_those_of_the_slow_count(world: str, ago: int, horizon: int):
    """Both ends of the period included; an age equal to the horizon is old enough and in time."""
    rows = rows_of(world)
    passes = passes_of(rows, as_of=AS_OF, by=BY_TYPE)
    first_on = AS_OF - timedelta(days=ago)
    marks = Marks(as_of=AS_OF, period_days=ago + 1, window_days=ago + 31, ripe_days=(horizon,))
    step, way = lives_of(passes=passes, steps=[(2, 3), (0, 3)], marks=marks)
    closings = {name: one.closings() for name, one in step.items()}
    old = {name: one.old_enough(days=horizon) for name, one in way.items()}

    for name, part in parts([one for one in counted(rows) if not one.backwards]).items():
        deals = [one for one in part if one.days[2]]
        ends = [
            (bool(one.days[3]), one.days[3] or (one.left_on and max(one.left_on, one.days[2] or one.left_on)))
            for one in deals
        ]
        within = [moved for moved, day in ends if day and first_on <= day <= AS_OF]
        assert closings.get(name, Closings(moved=0, left=0)) == Closings(
            moved=sum(within), left=len(within) - sum(within)
        )
        ripe = [one for one in part if one.days[0] and (AS_OF - one.days[0]).days >= horizon]
        moved = [one for one in ripe if one.days[0] and one.days[3] and (one.days[3] - one.days[0]).days <= horizon]
        assert old.get(name, OldEnough(entered=0, moved=0)) == OldEnough(entered=len(ripe), moved=len(moved))


@FEWER
@given(worlds())
def test_orders_stages_and_arrivals_are_those_of_the_slow_count(world: str):
    """Won passes with their amounts, passes by stage, and those of the newest quarter."""
    rows = rows_of(world)
    passes = passes_of(rows, as_of=AS_OF, by=BY_TYPE)
    marks = Marks(as_of=AS_OF, period_days=1, window_days=1)
    *stages, way, won = lives_of(passes=passes, steps=[(0, 1), (1, 2), (2, 3), (0, 3), (3, 3)], marks=marks)
    orders = {name: one.orders() for name, one in won.items()}
    fresh_from = way[ALL].newest() if ALL in way else None
    straight = [one for one in counted(rows) if not one.backwards]
    newest = max((one.days[0] for one in straight if one.days[0]), default=None)

    for name, part in parts(straight).items():
        sold = [one for one in part if one.days[3]]
        amounts = [one.amount for one in sold if one.amount is not None]
        found = orders.get(name, Orders(won=0, count=0, total=Fraction(0), squares=Fraction(0)))
        assert (found.won, found.count, found.total) == (len(sold), len(amounts), sum(map(Fraction, amounts)))
        assert [stage[name].passes if name in stage else 0 for stage in (*stages, won)] == [
            sum(one.days[place] is not None for one in part) for place in range(4)
        ]
        assert found.squares == sum(Fraction(amount) ** 2 for amount in amounts)
        fresh = [one for one in part if newest and one.days[0] and (newest - one.days[0]).days < 30]
        if name in way and fresh_from is not None:
            assert way[name].arrivals(newest=fresh_from, days=30) == len(fresh)
        else:
            assert not fresh
    assert overview(passes=passes, won=3).backwards == sum(one.backwards for one in counted(rows))


SQL = """
with moves as (
    select subject, subject_kind, happened_at,
        case when label in ('Closed Won') then 3
             when label in ('Lost', 'Kaybedildi', 'Disqualified') then -1
             when subject_kind = 'deal' then 2
             when label = 'SQL' then 1 when label = 'MQL' then 0 end as place
    from '{folder}/transitions.parquet' where happened_at < '{end}'
),
ends as (
    select subject, subject_kind,
        min(happened_at) filter (place = 1) as sql_at, min(happened_at) filter (place = 2) as opportunity_at,
        min(happened_at) filter (place = 3) as won_at,
        max(happened_at) filter (place = -1) as exit_at, max(happened_at) filter (place >= 0) as stayed_at
    from moves where place is not null group by all
),
deals as (
    select d.deal, d.lead, least(d.happened_at, e.opportunity_at) as opportunity_at, e.won_at,
        case when e.won_at is null and (e.stayed_at is null or e.exit_at >= e.stayed_at) then e.exit_at end as left_at,
        case when e.won_at is not null and d.amount > 0 then d.amount end as amount
    from '{folder}/deals.parquet' d left join ends e on e.subject = d.deal and e.subject_kind = 'deal'
    where d.happened_at < '{end}'
),
leads as (
    select lead, min(happened_at) as created_at from '{folder}/leads.parquet' where happened_at < '{end}' group by lead
),
of_leads as (
    select l.lead, l.created_at, least(min(e.sql_at), min(d.opportunity_at), min(d.won_at)) as sql_at,
        least(min(d.opportunity_at), min(d.won_at)) as opportunity_at, min(d.won_at) as won_at, sum(d.amount) as amount,
        case when count(d.deal) = 0
             then max(case when e.stayed_at is null or e.exit_at >= e.stayed_at then e.exit_at end)
             when bool_and(d.left_at is not null) then max(d.left_at) end as left_at
    from leads l
    left join ends e on e.subject = l.lead and e.subject_kind = 'lead'
    left join deals d on d.lead = l.lead
    group by l.lead, l.created_at
),
straight as (
    select *, greatest(won_at::date, created_at::date) as won_on from of_leads
    where least(sql_at, opportunity_at, won_at, created_at, case when won_at is null then left_at end)::date
        >= created_at::date - 1
)
select case when won_at is not null then 1 when left_at is not null then 2 else 0 end as cause,
    case when won_at is not null then greatest(won_at::date, created_at::date) - created_at::date
         when left_at is not null then greatest(left_at::date - created_at::date, 0)
         else date '{as_of}' - created_at::date end as age,
    count(*) as n, coalesce(sum(amount) filter (won_at is not null), 0) as amount
from straight group by all
"""


@FEWER
@given(worlds(days=29, plain=True))
def test_the_way_to_won_is_that_of_sql_written_by_hand(world: str):
    """The life table of leads from creation to win, over the same Parquet files, by a query that shares no line with ours.

    Of leads with one pass each, unmerged: what the query would need beyond that plain Python tells above.
    """
    rows = rows_of(world)
    ours = step_counts(passes=passes_of(rows, as_of=AS_OF), start=0, end=3, as_of=AS_OF)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        for name, table in arrow_facts(rows).items():
            pq.write_table(table, Path(folder) / f"{name}.parquet")
        engine.execute("set timezone = 'UTC'")
        query = SQL.format(folder=folder, end=f"{AS_OF + timedelta(days=1)}T00:00:00+00", as_of=AS_OF)
        theirs = engine.execute(query).fetchall()

    assert (cells(ours[ALL]) if ours else Counter()) == Counter({(age, cause): n for cause, age, n, _ in theirs})
    assert sum(ours[ALL].table.amount if ours else [Fraction(0)]) == sum(Fraction(row[3]) for row in theirs)
