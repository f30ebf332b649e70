"""Who was under watch on which day at which age, and who moved: the engine's counts beside plain Python, day by day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.measure.change.moves import moves_against
from funnelpact.core.measure.counts.cells import LEFT, MOVED, OPEN
from funnelpact.core.measure.counts.exposures import exposures
from funnelpact.core.measure.counts.rows import ALL
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.period import Period
from tests.cross_checks.slow_journeys import Pass, slow_journeys
from tests.small_worlds import worlds
from tests.worlds import passes_of, rows_of

AS_OF = date(2026, 3, 31)
NEW_YEAR = date(2026, 1, 1)
DAY = timedelta(days=1)
BY_TYPE = Dimension("leads", "type", labelled=False)
# Each example is a company of its own and takes the engine a second.
FEWER = settings(max_examples=max(8, settings().max_examples // 8))
KNOWN_AGES = 60
# So many moved at each age that its share is a number of its own; from age 60 on too few were watched.
_MOVED = (*(age % 7 + 1 for age in range(KNOWN_AGES)), 0)
_WATCHED = sum(_MOVED) + 30
BASELINE = LifeTable(
    entered=(_WATCHED, *[0] * KNOWN_AGES),
    moved=_MOVED,
    left=(*[0] * (KNOWN_AGES - 1), 20, 0),
    open=(*[0] * KNOWN_AGES, 10),
    amount=(Fraction(0),) * (KNOWN_AGES + 1),
    amount_known=(0,) * (KNOWN_AGES + 1),
)


def slow_lives(
    passes: list[Pass], *, start: int, end: int, watched_from: date, first: date
) -> list[tuple[date, date, date, int]]:
    """Entry, first day under watch, last day and end of each pass that counts and had not ended before `first`."""
    found = []
    for one in passes:
        entered, moved = one.days[start], one.days[end]
        if entered is None or one.backwards:
            continue
        left = max(entered, one.left_on) if one.left_on else None
        last, what = (moved, MOVED) if moved else (left, LEFT) if left else (AS_OF, OPEN)
        seen_from = max(entered, watched_from)
        if seen_from <= last and last >= first:
            found.append((entered, seen_from, last, what))
    return found


@FEWER
@given(
    worlds(),
    st.sampled_from([(0, 1), (0, 3), (2, 3)]),
    st.integers(0, 40),
    st.tuples(st.integers(0, 89), st.integers(0, 89)).map(sorted),
)
def test_moves_and_passes_at_risk_are_those_of_the_slow_count(
    world: str, step: tuple[int, int], began: int, edges: list[int]
):
    """Each day and each age of a period: at risk × the baseline's share, moves, the life table, arrivals, by segment."""
    (start, end), watched_from = step, NEW_YEAR + began * DAY
    period = Period(NEW_YEAR + edges[0] * DAY, NEW_YEAR + (edges[1] + 1) * DAY)
    said = FunnelMapping(observed_from=watched_from)
    rows = rows_of(world)
    passes = passes_of(rows, as_of=AS_OF, by=BY_TYPE, said=said)
    (found,) = exposures(passes=passes, steps=[step], as_of=AS_OF, first=period.start)
    slow = [one for one in slow_journeys(rows, AS_OF, said) if not one.excluded]
    parts = {ALL: slow} | {name: [one for one in slow if one.by == name] for name in {one.by for one in slow}}

    shares = [moved / n for moved, n in zip(BASELINE.moved, BASELINE.at_risk, strict=True)]
    for name, part in parts.items():
        lives = slow_lives(part, start=start, end=end, watched_from=watched_from, first=period.start)
        assert (name in found) == bool(lives)
        if not lives:
            continue
        at_risk: Counter[tuple[date, int]] = Counter()
        moves: Counter[tuple[date, int]] = Counter()
        for entered, seen_from, last, what in lives:
            for day in period.dates():
                at_risk[day, (day - entered).days] += seen_from <= day <= last
                moves[day, (day - entered).days] += what == MOVED and day == last
        got = moves_against(passes=found[name], baseline=BASELINE, period=period)
        days = list(period.dates())
        heard = {cell: n for cell, n in moves.items() if 0 <= cell[1] < KNOWN_AGES}
        assert got.by_day.tolist() == [sum(n for (on, _), n in heard.items() if on == day) for day in days]
        assert got.expected_by_day.tolist() == pytest.approx(
            [sum(n * shares[age] for (on, age), n in at_risk.items() if on == day and 0 <= age < KNOWN_AGES) for day in days]
        )  # fmt: skip
        assert got.expected_by_age.tolist() == pytest.approx(
            [sum(n * shares[age] for (_, old), n in at_risk.items() if old == age) for age in range(KNOWN_AGES)] + [0]
        )
        assert got.by_age.tolist() == [sum(n for (_, old), n in heard.items() if old == age) for age in range(61)]
        assert got.outside == sum(moves.values()) - sum(heard.values())
        # A pass has an age on one day only, so the table's numbers at risk are sums over the days.
        table = found[name].table(period=period)
        ages = range(len(table.moved))
        assert list(table.at_risk) == [sum(n for (_, old), n in at_risk.items() if old == age) for age in ages]
        assert list(table.moved) == [sum(n for (_, old), n in moves.items() if old == age) for age in ages]
        assert sum(table.left) == sum(what == LEFT and last in period for *_, last, what in lives)
        assert found[name].arrivals(period=period) == sum(entered in period for entered, *_ in lives)
