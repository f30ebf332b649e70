"""The customers of a simulated company: who they are, what they renew, how they rate it; and what leads cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.world_sales import Staff
from funnelpact.core.facts.world_spec import Floats, WorldSpec
from funnelpact.core.facts.world_time import DAY, Facts, Rows, clock_rows, named, together
from funnelpact.core.facts.world_truth import Ints

KEPT_WHEN_CONTRACTED, GROWN_WHEN_EXPANDED = 0.75, 1.3
YEAR = 365
RATING_EVERY_DAYS = 91


def customer_facts(
    *, spec: WorldSpec, won_clock: Floats, deal: NDArray[Any], amount: Floats, staff: Staff, rng: np.random.Generator
) -> Facts:
    """This returns customers (those of before the first day, and one for each won deal), yearly renewals and ratings.

    A renewal churns, contracts to three quarters, expands by three tenths or stays, with the chances of the spec. A
    third of the customers rates each quarter.
    """
    won = ~np.isnan(won_clock)
    old = named(prefix="K", count=spec.customers)
    began = np.concatenate((-DAY * rng.integers(1, 3 * YEAR, size=spec.customers), won_clock[won]))
    key = np.concatenate((old, "K-" + deal[won])) if won.any() else old
    recurring = np.concatenate((np.round(rng.lognormal(np.log(1500), 0.7, spec.customers), 2), amount[won]))
    deals = np.concatenate((np.full(spec.customers, None, object), deal[won]))
    owner = staff.owners[rng.integers(len(staff.owners), size=len(key))]
    customers = clock_rows(
        spec=spec,
        table="customers",
        source_id=key,
        clock=began,
        columns={"customer": key, "deal": deals, "recurring": recurring, "currency": spec.currency, "owner": owner},
    )
    return {
        "customers": customers,
        "renewals": _renewals(spec, key, began, recurring=recurring, rng=rng),
        "ratings": _ratings(spec, key, began, rng),
    }


def _renewals(
    spec: WorldSpec, key: NDArray[Any], began: Floats, *, recurring: Floats, rng: np.random.Generator
) -> Rows:
    parts, before, stays = [], recurring.copy(), np.ones(len(key), bool)
    for year in range(1, 6):
        due = began + year * YEAR * DAY
        fate = rng.random(len(key))
        churned = fate < spec.churn
        contracted = ~churned & (fate < spec.churn + spec.contract)
        expanded = fate >= 1 - spec.expand
        after = np.round(
            before * np.select([churned, contracted, expanded], [0.0, KEPT_WHEN_CONTRACTED, GROWN_WHEN_EXPANDED], 1.0),
            2,
        )
        outcome = np.select([churned, contracted, expanded], ["churned", "contracted", "expanded"], "renewed").astype(
            object
        )
        # What fell due before the first day is not in the facts, and has not happened to those who are still there.
        seen = stays & (due >= 0)
        columns = {
            "customer": key,
            "outcome": outcome,
            "amount_before": before,
            "amount_after": after,
            "currency": spec.currency,
        }
        parts.append(
            clock_rows(
                spec=spec,
                table="renewals",
                source_id=key + f"-{year}",
                clock=np.where(seen, due, np.nan),
                columns=columns,
            )
        )
        before = np.where(seen, after, before)
        stays &= ~(churned & seen)
    return together(parts=parts)


def _ratings(spec: WorldSpec, key: NDArray[Any], began: Floats, rng: np.random.Generator) -> Rows:
    parts = []
    for number in range(spec.days // RATING_EVERY_DAYS + 1):
        clock = number * RATING_EVERY_DAYS * DAY + rng.uniform(9, 18, len(key)) * 3600
        asked = (rng.random(len(key)) < 1 / 3) & (clock > began)
        score = rng.choice(5, size=len(key), p=spec.csat) + 1.0
        columns = {"customer": key, "score": score, "scale": np.full(len(key), 5)}
        parts.append(
            clock_rows(
                spec=spec,
                table="ratings",
                source_id=key + f"-r{number}",
                clock=np.where(asked, clock, np.nan),
                columns=columns,
            )
        )
    return together(parts=parts)


def spend_rows(*, spec: WorldSpec, created: Ints, kind: Ints, campaign: NDArray[Any], rng: np.random.Generator) -> Rows:
    """This returns what each type's leads cost on each day, by campaign: leads of the day × cost of a lead, ± a tenth."""
    labels = np.array([lead_type.label for lead_type in spec.types], object)
    cost = np.array([lead_type.lead_cost for lead_type in spec.types])
    names, place = np.unique(campaign.astype(str), return_inverse=True)
    cell = (created * len(labels) + kind) * len(names) + place
    cells, leads = np.unique(cell, return_counts=True)
    day, of_kind, of_name = cells // (len(names) * len(labels)), cells // len(names) % len(labels), cells % len(names)
    amount = np.round(leads * cost[of_kind] * rng.normal(1, 0.1, len(cells)).clip(0.5), 2)
    columns = {
        "type": labels[of_kind],
        "campaign": names[of_name].astype(object),
        "amount": amount,
        "currency": spec.currency,
    }
    source_id = np.array([f"S{number}" for number in cells.tolist()], object)
    return clock_rows(spec=spec, table="spend", source_id=source_id, clock=day * DAY + 0.0, columns=columns)
