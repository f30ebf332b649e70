"""The triangle and the curve, from the same leads by other ways, find the same rate."""

from __future__ import annotations

import numpy as np
import pytest

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.triangle import DAYS, CrossCheck, cross_check, triangle_of
from tests.recovery.simulated_leads import TYPES, WATCHED_DAYS, simulated, watched

COHORTS = WATCHED_DAYS // DAYS
RUNS = 20


def check_of(name: str, dice: np.random.Generator) -> CrossCheck:
    """Both estimates of one world of 20,000 leads of all types together."""
    kind = TYPES[name]
    leads = simulated(generator=dice, lead_type=kind, size=round(20_000 * kind.share))
    day = np.floor(leads.arrival).astype(int)
    cohort = np.minimum(day // DAYS, COHORTS - 1)
    won = leads.won_age <= WATCHED_DAYS - 1 - day
    moved = np.zeros((COHORTS, WATCHED_DAYS))
    np.add.at(moved, (cohort[won], leads.won_age[won].astype(int)), 1)
    last_entry = np.append(np.arange(1, COHORTS) * DAYS - 1, WATCHED_DAYS - 1)
    created = np.bincount(cohort, minlength=COHORTS).astype(float)
    triangle = triangle_of(created=created, moved_by_age=moved, youngest=WATCHED_DAYS - 1 - last_entry)
    return cross_check(triangle=triangle, curve=Curve.from_table(table=watched(leads)))


@pytest.mark.parametrize("name", ["web", "outbound", "demo"])
def test_cape_cod_and_the_curve_find_the_same_rate(name: str) -> None:
    """Over twenty worlds they differ by less than 1 % on average and hardly ever by more than 10 %."""
    dice = np.random.default_rng(3)
    checks = [check_of(name, dice) for _ in range(RUNS)]
    apart = np.array([check.difference for check in checks], dtype=float)

    assert all(check.days is not None and check.days >= 365 for check in checks)
    assert abs(apart.mean()) < 0.01
    assert (np.abs(apart) < 0.1).mean() >= 0.95
