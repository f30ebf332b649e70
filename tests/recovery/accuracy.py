"""The accuracy suite: thousands of worlds with known truth, and how often and how far the figures miss it.

python -m tests.recovery.accuracy 2000        # `make accuracy`: writes docs/why/figures/accuracy.json
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from funnelpact.core.measure.curves.incidence import Floats
from funnelpact.core.measure.curves.interval import Method
from funnelpact.core.measure.curves.limits import FEWEST
from funnelpact.core.measure.curves.many import Counts, Curves
from funnelpact.core.measure.lag import FEWEST_MOVES
from scripts.setup import ROOT
from tests.recovery.others import kaplan_meier, log_log, ratio, wald
from tests.recovery.simulated_leads import TYPES, WATCHED_DAYS, Days, LeadType, simulated, true_curve

SIZES = (500, 2_000, 10_000, 40_000)
"""Leads of all types together; a type has its share of them."""

HORIZONS = (60, 180, 365)
SHARES = (0.5, 0.9)
ENOUGH_WINS = 100
"""From so many wins on the estimate may lean by one in a hundred."""

AT_ONCE = 400_000
"""Leads that are simulated in one go."""

QUARTER = 91
UNEVEN = 1.5
"""The coefficient of variation of amounts of which a few large ones make up much."""


@dataclass(frozen=True)
class Cell:
    """One figure of one lead type and number of leads, over many runs.

    `asked` is the horizon, or the share of a time; `runs` those in which the figure had a range; `wins` the mean number
    by then, `none` the share of runs without a win; `covered` the share of the ranges that held the truth; `lean` the
    mean of estimate ÷ truth - 1, `lean_error` its standard error; `others` what other intervals covered.
    """

    figure: str
    lead_type: str
    leads: int
    asked: float
    runs: int
    wins: float
    none: float
    covered: float
    lean: float
    lean_error: float
    others: Mapping[str, float]


class Drawn(NamedTuple):
    """Runs of one lead type, one segment each, and what people divide by what of each run.

    Amounts vary with a coefficient of 0.7 in `counts`; in `uneven` they are log-normal with one of `UNEVEN`.
    """

    counts: Counts
    uneven: Counts
    naive: Mapping[str, Floats]


@cache
def truth(name: str) -> Days:
    """The true share won by each age."""
    return true_curve(lead_type=TYPES[name])


def mean_amount(days: Days) -> Days:
    """Orders grow with the time to the win: 1,000 more for each 100 days."""
    return np.asarray(1000 * (1 + days / 100))


def true_value(name: str, days: int) -> float:
    """The true revenue of a lead by that age."""
    steps = np.diff(truth(name), prepend=0.0)[: days + 1]
    return float((steps * mean_amount(np.arange(days + 1.0))).sum())


def drawn(*, kind: LeadType, size: int, runs: int, dice: np.random.Generator) -> Drawn:
    """So many runs of so many leads, as known at the end of the last day."""
    leads = simulated(generator=dice, lead_type=kind, size=size * runs)
    run = np.repeat(np.arange(runs), size)
    day = np.floor(leads.arrival)
    cut = WATCHED_DAYS - 1 - day
    won_age, lost_age = leads.won_age, np.floor(leads.arrival + leads.lost) - day
    won, lost = won_age <= cut, lost_age <= cut
    paid = mean_amount(np.where(won, won_age, 0)) * dice.gamma(2, 0.5, len(run))
    width = np.log(1 + UNEVEN**2)
    rough = mean_amount(np.where(won, won_age, 0))
    rough[won] *= np.exp(width**0.5 * dice.standard_normal(int(won.sum())) - width / 2)

    def table(mask: np.ndarray, ages: Days, weight: Days | None = None) -> Floats:
        cells = run[mask] * WATCHED_DAYS + ages[mask].astype(int)
        sums = np.bincount(cells, None if weight is None else weight[mask], runs * WATCHED_DAYS)
        return sums.reshape(runs, WATCHED_DAYS).astype(float)

    def number(mask: np.ndarray) -> Floats:
        return np.bincount(run[mask], minlength=runs).astype(float)

    moved = table(won, won_age)
    entered = np.zeros((runs, WATCHED_DAYS))
    entered[:, 0] = size
    lately = won & (day + won_age >= WATCHED_DAYS - QUARTER)
    gone_lately = lost & (day + lost_age >= WATCHED_DAYS - QUARTER)
    old = cut >= 365
    counts = Counts(
        entered=entered,
        ends=np.stack((moved, table(lost, lost_age)), axis=-1),
        open_at_cut=table(~won & ~lost, cut),
        amount=table(won, won_age, paid),
        amount_known=moved,
        squares=table(won, won_age, paid**2),
    )
    uneven = replace(counts, amount=table(won, won_age, rough), squares=table(won, won_age, rough**2))
    naive = {
        "won / created": ratio(number(won), size),
        "won / created of the last quarter": ratio(number(lately), number(cut < QUARTER)),
        "won / (won + lost) of the last quarter": ratio(number(lately), number(lately) + number(gone_lately)),
        "cohorts older than 365 days": ratio(number(won & old), number(old)),
    }
    return Drawn(counts, uneven, naive)


def batches(*, name: str, leads: int, runs: int, seed: int) -> Iterator[Drawn]:
    """The runs of one lead type and number of leads, some at a time."""
    kind = TYPES[name]
    size, dice = round(leads * kind.share), np.random.default_rng([seed, leads, list(TYPES).index(name)])
    each = max(1, AT_ONCE // size)
    for start in range(0, runs, each):
        yield drawn(kind=kind, size=size, runs=min(each, runs - start), dice=dice)


def cells_of(*, name: str, leads: int, runs: int, seed: int) -> tuple[list[Cell], dict[str, float]]:
    """All figures of one lead type and number of leads, and how far the other estimators lean."""
    seen: dict[tuple[str, float], list[np.ndarray]] = {}
    naive: dict[str, list[np.ndarray]] = {}
    ever = truth(name)[-1]
    for batch in batches(name=name, leads=leads, runs=runs, seed=seed):
        curves = Curves.from_counts(counts=batch.counts)
        moved = batch.counts.ends[..., 0]
        rough = Curves.from_counts(counts=batch.uneven)
        for key, row in (*_measured(name, curves, moved), *_values(name, rough, moved, figure="value, very uneven")):
            seen.setdefault(key, []).append(row)
        for other, found in (
            *batch.naive.items(),
            ("Kaplan-Meier, lost = unfinished", kaplan_meier(curves.found)[:, -1]),
        ):
            naive.setdefault(other, []).append(found / ever - 1)
    cells = [_cell(name, leads, key, np.concatenate(rows)) for key, rows in seen.items() if sum(map(len, rows))]
    return cells, {other: round(float(np.nanmean(np.concatenate(rows))), 4) for other, rows in naive.items()}


ROWS = (
    "estimate",
    "truth",
    "low",
    "high",
    "wins",
    "wald low",
    "wald high",
    "log low",
    "log high",
    "exact low",
    "exact high",
)
"""What is kept of each run and figure."""


def _kept(
    printed: np.ndarray,
    *,
    estimate: np.ndarray,
    known: np.ndarray | float,
    wins: np.ndarray,
    **ends: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """One row for each run in which the figure is printed; `ends` are intervals by name, the product's being `ours`."""
    columns = dict.fromkeys(ROWS, np.full(len(printed), np.nan))
    columns |= {"estimate": estimate.astype(float), "truth": np.broadcast_to(known, printed.shape), "wins": wins}
    for name, (low, high) in ends.items():
        start = "" if name == "ours" else f"{name} "
        columns |= {f"{start}low": low.astype(float), f"{start}high": high.astype(float)}
    return np.asarray(np.stack([columns[row] for row in ROWS], axis=1)[printed])


def _measured(name: str, curves: Curves, moved: Floats) -> Iterator[tuple[tuple[str, float], np.ndarray]]:
    longest = curves.identified_until()
    for days in HORIZONS:
        share, wins = curves.at(days=days), moved[:, : days + 1].sum(axis=1)
        error, enough = np.sqrt(curves.variance[:, days]), longest >= days
        yield (
            ("rate", days),
            _kept(
                enough,
                estimate=share,
                known=truth(name)[days],
                wins=wins,
                ours=curves.interval(days=days),
                wald=wald(share=share, error=error),
                log=log_log(share=share, error=error),
                exact=curves.interval(days=days, method=Method.CLOPPER_PEARSON),
            ),
        )
    yield from _values(name, curves, moved, figure="value")
    last, days = np.maximum(longest, 0), HORIZONS[-1]
    yield (
        ("rate at the longest age", 0),
        _kept(
            longest >= 0,
            estimate=np.take_along_axis(curves.moved, last[:, None], axis=1)[:, 0],
            known=truth(name)[last],
            wins=moved.sum(axis=1),
        ),
    )
    wins = moved[:, : days + 1].sum(axis=1)
    for part in SHARES:
        yield (
            ("time", part),
            _kept(
                (longest >= days) & (wins >= FEWEST_MOVES),
                estimate=curves.quantile(share=part, until=days),
                known=float(np.argmax(truth(name) >= part * truth(name)[days])),
                wins=wins,
                ours=curves.quantile_interval(share=part, days=days),
            ),
        )


def _values(name: str, curves: Curves, moved: Floats, *, figure: str) -> Iterator[tuple[tuple[str, float], np.ndarray]]:
    longest = curves.identified_until()
    for days in HORIZONS:
        wins = moved[:, : days + 1].sum(axis=1)
        found = _kept(
            (longest >= days) & (curves.effective_passes(days=days) >= FEWEST) & (wins > 0),
            estimate=curves.value_at(days=days),
            known=true_value(name, days),
            wins=wins,
            ours=curves.value_interval(days=days),
        )
        yield ((figure, days), found)


def _cell(name: str, leads: int, key: tuple[str, float], rows: np.ndarray) -> Cell:
    columns = dict(zip(ROWS, rows.T, strict=True))
    found = columns["estimate"] / columns["truth"] - 1

    def held(low: str, high: str) -> float:
        hits = (columns[low] <= columns["truth"]) & (columns["truth"] <= columns[high])
        return round(float(hits.mean()), 4)

    others = {"wald": "wald", "log-log": "log", "clopper-pearson": "exact"} if key[0] == "rate" else {}
    return Cell(
        figure=key[0],
        lead_type=name,
        leads=leads,
        asked=key[1],
        runs=len(rows),
        wins=round(float(columns["wins"].mean()), 1),
        none=round(float((columns["wins"] == 0).mean()), 4),
        covered=held("low", "high"),
        lean=round(float(found.mean()), 5),
        lean_error=round(float(found.std() / len(rows) ** 0.5), 5),
        others={other: held(f"{short} low", f"{short} high") for other, short in others.items()},
    )


def suite(*, runs: int, seed: int, sizes: tuple[int, ...] = SIZES) -> tuple[list[Cell], dict[str, dict[str, float]]]:
    """All cells, and by lead type how far the other estimators lean at the largest size."""
    cells: list[Cell] = []
    naive: dict[str, dict[str, float]] = {}
    for leads in sizes:
        for name in TYPES:
            found, naive[name] = cells_of(name=name, leads=leads, runs=runs, seed=seed)
            cells += found
    return cells, naive


def summary_of(cells: list[Cell], *, runs: int) -> dict[str, dict[str, float | int | str]]:
    """How often each figure was covered on average and where least, over the cells in which most runs print it."""
    summary: dict[str, dict[str, float | int | str]] = {}
    for figure in ("rate", "value", "value, very uneven", "time"):
        some = [cell for cell in cells if cell.figure == figure and cell.runs >= runs / 2]
        worst = min(some, key=lambda cell: cell.covered)
        summary[figure] = {
            "cells": len(some),
            "covered_on_average": round(float(np.mean([cell.covered for cell in some])), 4),
            "covered_least": worst.covered,
            "least_in": f"{worst.lead_type}, {worst.leads} leads, {worst.asked}, {worst.wins} wins",
        }
    leaning = [abs(cell.lean) for cell in cells if cell.figure.startswith("rate") and cell.wins >= ENOUGH_WINS]
    summary["rate"]["leans_most_from_100_wins"] = max(leaning, default=0.0)
    for other in ("wald", "log-log", "clopper-pearson"):
        found = [cell.others[other] for cell in cells if cell.figure == "rate" and cell.runs >= runs / 2]
        summary[f"rate, {other}"] = {"covered_on_average": round(float(np.mean(found)), 4), "covered_least": min(found)}
    return summary


def main() -> None:
    """Run the suite, print what misses the goal, and write the figures down."""
    runs = int(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else 548
    cells, naive = suite(runs=runs, seed=seed)
    summary = summary_of(cells, runs=runs)
    seconds = round(resource.getrusage(resource.RUSAGE_SELF).ru_utime, 1)
    print(json.dumps(summary, indent=1))
    print(json.dumps(naive, indent=1))
    figures = ROOT / "docs" / "why" / "figures" / "accuracy.json"
    figures.write_text(
        json.dumps(
            {
                "repeat": f"python -m tests.recovery.accuracy {runs} {seed}",
                "runs": runs, "seed": seed, "cpu_seconds": seconds, "summary": summary,
                "others_lean": naive, "cells": [asdict(cell) for cell in cells],
            },
            indent=None,
        ).replace('{"figure"', '\n{"figure"')
        + "\n",
        encoding="utf-8",
    )  # fmt: skip


if __name__ == "__main__":
    main()
