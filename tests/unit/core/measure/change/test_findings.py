"""Simulated funnels that change, or do not, when their half year of watching begins: what the findings say of them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

from funnelpact.core.measure.change.baseline import Baseline, Counted, baseline_of
from funnelpact.core.measure.change.findings import drift_findings
from funnelpact.core.measure.counts.cells import LEFT, MOVED, OPEN
from funnelpact.core.measure.counts.exposures import Exposure
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.population import Question
from funnelpact.core.terms.finding import Finding, Measured
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.period import Period

AS_OF = date(2026, 12, 31)
DAYS, WATCHED_DAYS = 730, 182
FIRST, WATCHED_FROM = AS_OF - timedelta(days=DAYS - 1), AS_OF - timedelta(days=WATCHED_DAYS - 1)
BASELINE, WATCHED = Period(FIRST, WATCHED_FROM), Period(WATCHED_FROM, AS_OF + timedelta(days=1))
STEP = Step("mql", "won")
BY_TYPE = Question(as_of=AS_OF, known_at=None, by="type")


class Kind(NamedTuple):
    """Leads of a type: so many a day before and while watched, the share won, half of the wins by that age."""

    before: float
    now: float
    share: float
    half: float = 20.0


WEB, CHAT = Kind(12, 12, 0.1), Kind(8, 8, 0.3)


def passes_of(kind: Kind, *, kept: float = 1.0, pace: float = 1.0, seed: int) -> Exposure:
    """Leads of two years; while watched only the part `kept` of the wins comes, the rest are losses of their day, and a
    lead's wins come `pace` times as late if it entered then.
    """
    dice = np.random.default_rng(seed)
    first = DAYS - WATCHED_DAYS
    day = np.repeat(np.arange(DAYS), dice.poisson(np.where(np.arange(DAYS) < first, kind.before, kind.now)))
    wins = dice.random(len(day)) < kind.share
    age = np.floor(dice.exponential(np.where(wins, kind.half / np.log(2), 60.0)))
    age = np.where(wins & (day >= first), np.floor(age * pace), age).astype(np.int64)
    wins &= ~((day + age >= first) & (dice.random(len(day)) > kept))
    cut = day + age >= DAYS
    return Exposure(
        as_of=AS_OF,
        ago=DAYS - 1 - day,
        late=np.zeros(len(day), dtype=np.int64),
        age=np.where(cut, DAYS - 1 - day, age),
        cause=np.where(cut, OPEN, np.where(wins, MOVED, LEFT)),
        n=np.ones(len(day), dtype=np.int64),
    )


def found(*, web: Exposure, chat: Exposure, baseline: Baseline | None = None) -> Measured:
    """The findings of two types of leads."""
    passes = {ALL: Exposure.joined(parts=[web, chat]), "web": web, "chat": chat}
    counted = Counted(steps=((STEP, passes),), way=(STEP, passes))
    return drift_findings(
        counted=counted,
        baseline=baseline or baseline_of(counted=counted, period=BASELINE),
        watched=WATCHED,
        about=BY_TYPE,
        rng=np.random.default_rng(7),
    )


def row(measured: Measured, block: str, segment: Segment) -> dict[str, Finding]:
    """The findings of one segment by name."""
    rows = next(one.rows for one in measured.blocks if one.name == block)
    return {finding.name: finding for one in rows if one.name == segment for finding in one.findings}


def verdict(measured: Measured, segment: Segment) -> str:
    """The last word of the verdict's id."""
    said = row(measured, "mql_won", segment)["drift_verdict"].value
    assert isinstance(said, Message)
    return said.id.rpartition(".")[2]


def test_an_unchanged_funnel_raises_no_alarm():
    """Both types and all together: no change seen, no day, one within the interval; observed is near expected."""
    measured = found(web=passes_of(WEB, seed=1), chat=passes_of(CHAT, seed=2))

    for segment in (ALL, "web", "chat"):
        told = row(measured, "mql_won", segment)
        ratio = told["observed_over_expected"]
        assert verdict(measured, segment) == "unchanged"
        assert told["alarm_on"].value is None
        assert isinstance(ratio.low, Fraction)
        assert isinstance(ratio.high, Fraction)
        assert ratio.low < 1 < ratio.high
    assert {note.id: note.values for note in measured.notes}["note.drift_charts"] == {
        "charts": 3,
        "alarms": 0,
        "kept": 0,
    }


def test_fewer_wins_of_one_type_are_found_there():
    """Forty per cent fewer wins of chat: fewer, with an alarm within three months, and nothing of web."""
    measured = found(web=passes_of(WEB, seed=1), chat=passes_of(CHAT, kept=0.6, seed=2))
    told = row(measured, "mql_won", "chat")

    assert (verdict(measured, "chat"), verdict(measured, "web")) == ("fewer", "unchanged")
    assert isinstance(told["alarm_on"].value, date)
    assert WATCHED_FROM < told["alarm_on"].value < WATCHED_FROM + timedelta(days=90)
    assert told["observed_over_expected"].value == pytest.approx(0.6, abs=0.1)
    assert not told["drift_verdict"].cautions


def test_the_same_wins_sooner_are_faster_and_not_more():
    """New leads that win in half the time: above one before the age by which half is expected, below it from then on."""
    measured = found(web=passes_of(WEB, seed=1), chat=passes_of(CHAT, pace=0.4, seed=2))
    told = row(measured, "mql_won", "chat")

    assert verdict(measured, "chat") == "faster"
    assert told["early_over_expected"].value > 1 > told["late_over_expected"].value  # type: ignore[operator]


def test_another_mix_is_no_drift_and_is_told_as_mix():
    """Twice as many leads of the better type: no change in any chart, a higher pooled rate, all of it mix."""
    more = CHAT._replace(now=CHAT.before * 2)
    measured = found(web=passes_of(WEB, seed=1), chat=passes_of(more, seed=2))
    whole = row(measured, "mix_against_rate", ALL)

    assert [verdict(measured, segment) for segment in (ALL, "web", "chat")] == ["unchanged"] * 3
    assert whole["mix_points"].value == pytest.approx(3.4, abs=0.8)
    assert whole["rate_points"].low < 0 < whole["rate_points"].high  # type: ignore[operator]
    parts = [row(measured, "mix_against_rate", name)["change_points"].value for name in ("web", "chat")]
    assert sum(parts) == pytest.approx(float(whole["change_points"].value), abs=1e-5)  # type: ignore[arg-type]
    pooled = [whole[name].value.value for name in ("rate_before", "rate_now")]  # type: ignore[union-attr]
    assert (pooled[1] - pooled[0]) * 100 == pytest.approx(float(whole["change_points"].value), abs=1e-5)  # type: ignore[arg-type]


def test_a_baseline_that_was_kept_counts_as_the_one_of_now():
    """Handed in, it gives what its period gives; with its type unknown nothing of that type is compared."""
    web, chat = passes_of(WEB, seed=1), passes_of(CHAT, seed=2)
    passes = {ALL: Exposure.joined(parts=[web, chat]), "web": web, "chat": chat}
    kept = baseline_of(counted=Counted(steps=((STEP, passes),), way=(STEP, passes)), period=BASELINE)
    tables: dict[Step, dict[Segment, LifeTable]] = {STEP: {"web": kept.tables[STEP]["web"]}}
    without = Baseline(period=kept.period, tables=tables, arrivals={ALL: 10, "web": 10})
    measured = found(web=web, chat=chat, baseline=without)
    told = row(measured, "mql_won", "chat")

    assert found(web=web, chat=chat, baseline=kept) == found(web=web, chat=chat)
    assert (told["observed_moves"].value, told["expected_moves"].value) == (0, 0)
    assert told["drift_verdict"].value is None
    assert told["observed_moves"].cautions[0].id == "caution.drift_outside"
    assert told["drift_verdict"].cautions[0].id == "caution.drift_few"
    alone, beside = (row(one, "mql_won", "web") for one in (measured, found(web=web, chat=chat)))
    assert alone["observed_over_expected"] == beside["observed_over_expected"]
    assert row(measured, "mql_won", ALL)["observed_moves"].value == alone["observed_moves"].value
