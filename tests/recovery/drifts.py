"""Funnels that change, or do not, after a year of baseline: how often a chart raises an alarm, and after how many days.

python -m tests.recovery.drifts 400        # `make drifts`: writes docs/why/figures/drift.json
"""

from __future__ import annotations

import json
import resource
import sys
from typing import NamedTuple

import numpy as np

from funnelpact.core.measure.against.drift import CHART_DAYS, Chart, chart_of
from funnelpact.core.measure.curves.curve import ENOUGH_AT_RISK
from funnelpact.core.measure.curves.incidence import Floats
from scripts.setup import ROOT
from tests.recovery.simulated_leads import TYPES, WATCHED_DAYS, simulated

BASELINE_DAYS = WATCHED_DAYS - CHART_DAYS
LEADS = 20_200
"""So many leads of all types win about 2.4 times a day in the half year watched."""


class Scenario(NamedTuple):
    """The ratio of the hazard of a win from the first day of the chart on, whether for leads created then only, leads."""

    ratio: float = 1.0
    new_only: bool = False
    leads: int = LEADS


SCENARIOS = {
    "nothing changes": Scenario(),
    "25 % fewer of all deals": Scenario(0.75),
    "25 % fewer of new leads": Scenario(0.75, new_only=True),
    "a third more of all deals": Scenario(4 / 3),
    "10 % fewer of all deals, 10 wins a day": Scenario(0.9, leads=93_000),
}


class Watched(NamedTuple):
    """One half year: wins and expected wins by day, and the wins that the baseline rests on."""

    observed: Floats
    expected: Floats
    baseline_moves: float


def watched(*, scenario: str, dice: np.random.Generator) -> Watched:
    """A baseline year, then half a year of a scenario, over all lead types, each against its own baseline."""
    ratio, new_only, leads = SCENARIOS[scenario]
    observed, expected, base = np.zeros(CHART_DAYS), np.zeros(CHART_DAYS), 0.0
    for kind in TYPES.values():
        drawn = simulated(generator=dice, lead_type=kind, size=round(leads * kind.share))
        day = np.floor(drawn.arrival).astype(int)
        won, lost = day + drawn.won_age, np.floor(drawn.arrival + drawn.lost)
        changed = np.isfinite(won) & (won >= BASELINE_DAYS) & ((not new_only) | (day >= BASELINE_DAYS))
        won, lost = _changed(won, lost, changed, ratio=ratio, dice=dice)
        ends = np.minimum(np.minimum(won, lost), WATCHED_DAYS).astype(int)
        # Passes at risk by day of entry and age: entered, less those that ended at an age before.
        ended = np.zeros((WATCHED_DAYS, WATCHED_DAYS + 1))
        np.add.at(ended, (day, ends - day), 1)
        at_risk = np.bincount(day, minlength=WATCHED_DAYS)[:, None] - np.cumsum(ended, axis=1) + ended
        wins = np.zeros_like(ended)
        here = won < WATCHED_DAYS
        np.add.at(wins, (day[here], (won[here] - day[here]).astype(int)), 1)
        calendar = np.arange(WATCHED_DAYS)[:, None] + np.arange(WATCHED_DAYS + 1)
        before = calendar < BASELINE_DAYS
        risk, moves = (np.where(before, rows, 0).sum(axis=0) for rows in (at_risk, wins))
        known = risk >= ENOUGH_AT_RISK
        hazard = np.where(known, moves / np.maximum(risk, 1), 0.0)
        base += float(moves[known].sum())
        seen = (calendar >= BASELINE_DAYS) & (calendar < WATCHED_DAYS)
        days = calendar[seen] - BASELINE_DAYS
        observed += np.bincount(days, (wins * known)[seen], CHART_DAYS)
        expected += np.bincount(days, (at_risk * hazard)[seen], CHART_DAYS)
    return Watched(observed, expected, base)


def _changed(
    won: Floats, lost: Floats, mask: np.ndarray, *, ratio: float, dice: np.random.Generator
) -> tuple[Floats, Floats]:
    """With a ratio below 1 so many of the wins become losses of that day; above 1, so many more losses become wins."""
    won, lost = won.copy(), lost.copy()
    if ratio < 1:
        dropped = mask & (dice.random(len(won)) > ratio)
        lost[dropped], won[dropped] = won[dropped], np.inf
    elif ratio > 1:
        wins = np.flatnonzero(mask & (won < WATCHED_DAYS))
        losses = np.flatnonzero((lost >= BASELINE_DAYS) & (lost < WATCHED_DAYS))
        more = dice.choice(losses, round((ratio - 1) * len(wins)), replace=False)
        won[more], lost[more] = lost[more], np.inf
    return won, lost


def charts(*, scenario: str, runs: int, seed: int) -> tuple[list[Chart], list[Watched]]:
    """So many half years of a scenario."""
    dice = np.random.default_rng([seed, list(SCENARIOS).index(scenario)])
    seen = [watched(scenario=scenario, dice=dice) for _ in range(runs)]
    made = [
        chart_of(observed=one.observed, expected=one.expected, baseline_moves=one.baseline_moves, rng=dice)
        for one in seen
    ]
    return made, seen


def figures_of(*, scenario: str, runs: int, seed: int) -> dict[str, float]:
    """How often an alarm was raised, and the median day over all runs; a run without an alarm counts as later than all."""
    made, seen = charts(scenario=scenario, runs=runs, seed=seed)
    days = np.array([CHART_DAYS + 1 if chart.alarm is None else chart.alarm + 1 for chart in made])
    ratios = np.array([one.observed.sum() / one.expected.sum() for one in seen])
    held = [chart.ratio.low is not None and chart.ratio.low <= 1 <= (chart.ratio.high or 0) for chart in made]
    return {
        "runs": runs,
        "wins_a_day": round(float(np.mean([one.observed.mean() for one in seen])), 2),
        "baseline_wins": round(float(np.mean([one.baseline_moves for one in seen])), 1),
        "alarms": round(float(np.mean(days <= CHART_DAYS)), 4),
        "median_day": float(np.median(days)),
        "mean_ratio": round(float(ratios.mean()), 4),
        "interval_holds_1": round(float(np.mean(held)), 4),
    }


def main() -> None:
    """Run all scenarios, print the figures and write them down."""
    runs = int(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else 183
    found: dict[str, object] = {name: figures_of(scenario=name, runs=runs, seed=seed) for name in SCENARIOS}
    seconds = round(resource.getrusage(resource.RUSAGE_SELF).ru_utime, 1)
    found = {"repeat": f"python -m tests.recovery.drifts {runs} {seed}", "cpu_seconds": seconds, **found}
    print(json.dumps(found, indent=1))
    place = ROOT / "docs" / "why" / "figures" / "drift.json"
    place.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
