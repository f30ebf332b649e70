"""A simulated company with known truth: the facts that its CRM would hold on its last day, and what really happens.

The funnel of each lead type is that of the research test bed (`world_spec`, `world_truth`); people, orders, touches,
customers and spend are laid around it, so that tests, documentation and the demo share one company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.world_customers import (
    GROWN_WHEN_EXPANDED,
    KEPT_WHEN_CONTRACTED,
    customer_facts,
    spend_rows,
)
from funnelpact.core.facts.world_dirt import soil
from funnelpact.core.facts.world_sales import (
    company_keys,
    deal_keys,
    hand_over,
    people_rows,
    sales_facts,
    staff_of,
)
from funnelpact.core.facts.world_spec import Floats, WorldSpec, rank_shares
from funnelpact.core.facts.world_time import DAY, Facts, Hours, Rows, clock_rows, named, together, until
from funnelpact.core.facts.world_truth import (
    NEVER,
    Dirt,
    Ints,
    Lives,
    Truth,
    calendar_days,
    lag_power_mean,
    lives,
    retention_truth,
    type_truth,
)

REASONS = ("no budget", "no need", "competitor", "no answer", "wrong person")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The facts of a simulated company by table and column (all columns but `batch`), and the truth behind them.

    Instants are `datetime64[us]` in UTC, amounts floats of whole cents, text and labels objects with None for missing.
    """

    facts: Facts
    truth: Truth


@dataclass(frozen=True, slots=True)
class _Leads:
    """What is known of each lead beside its life, one row each."""

    key: NDArray[Any]
    company: Ints
    segment: Ints
    stream: Ints
    campaign: NDArray[Any]
    clock: Floats
    amount: Floats


def world(*, spec: WorldSpec, rng: np.random.Generator) -> World:
    """This returns a company as its CRM knows it at the end of `spec.last_day`; the same dice give the same company.

    Population: `spec.leads` passes; what happens after the last day is in the truth only. The creation of a lead is a
    row of `leads` and a transition to the label MQL; a deal opens with a row of `deals` and a transition to Opportunity.
    Source of the funnel: `research/quantitative.md` section 1, restated in `world_spec`.

    >>> small = world(spec=WorldSpec(leads=200, days=90), rng=np.random.Generator(np.random.PCG64(1)))
    >>> len(small.facts["leads"]["lead"]), sorted(small.truth.types)[:2]
    (200, ['Content', 'Demo request'])
    """
    drawn = lives(spec=spec, rng=rng)
    hours, staff = Hours.of(spec=spec), staff_of(spec=spec)
    leads = _leads(spec, drawn, rng)
    clocks = _clocks(drawn, leads.clock, hours, rng)
    handed = hand_over(spec=spec, drawn=drawn, created=leads.clock, staff=staff, rng=rng)
    deal = _deal_of(drawn)
    won = np.where(drawn.entered[3] < NEVER, clocks["Won"], np.nan)
    facts: Facts = {
        **_lead_facts(spec, drawn, leads),
        **_deal_facts(spec, drawn, leads, deal=deal, clocks=clocks, owners=staff.named(owner=handed.owner), rng=rng),
        **sales_facts(spec=spec, drawn=drawn, lead=leads.key, handed=handed, hours=hours, staff=staff, rng=rng),
        **customer_facts(spec=spec, won_clock=won, deal=deal, amount=leads.amount, staff=staff, rng=rng),
        "people": people_rows(spec=spec, staff=staff),
        "spend": spend_rows(spec=spec, created=drawn.entered[0], kind=drawn.kind, campaign=leads.campaign, rng=rng),
    }  # fmt: skip
    seen = {name: until(rows=rows, spec=spec) for name, rows in facts.items()}
    dirty, dirt = soil(facts=seen, spec=spec, rng=rng)
    return World(facts=dirty, truth=_truth(spec, drawn, leads, dirt))


def _leads(spec: WorldSpec, drawn: Lives, rng: np.random.Generator) -> _Leads:
    count = spec.leads
    company = company_keys(spec=spec, rng=rng)
    companies = int(company.max()) + 1
    segment = rng.choice(len(spec.segments), size=companies, p=[segment.share for segment in spec.segments])[company]
    campaign = np.full(count, None, object)
    for number, kind in enumerate(spec.types):
        mine = np.flatnonzero(drawn.kind == number)
        shares = rank_shares(count=len(kind.campaigns), exponent=spec.zipf)
        campaign[mine] = rng.choice(np.array(kind.campaigns, object), size=len(mine), p=shares)
    return _Leads(
        key=named(prefix="L", count=count),
        company=company,
        segment=segment,
        stream=rng.choice(len(spec.streams), size=count, p=[share for _, share in spec.streams]),
        campaign=campaign,
        clock=drawn.entered[0] * DAY + rng.triangular(0, 13 * 3600, DAY - 1, size=count),
        amount=_amounts(spec, drawn, segment, rng),
    )


def _amounts(spec: WorldSpec, drawn: Lives, segment: Ints, rng: np.random.Generator) -> Floats:
    """What each order is worth in whole cents; larger customers order more, the mean of each type stays as specified."""
    factor = np.array([part.amount_factor for part in spec.segments])
    factor = factor / sum(part.share * part.amount_factor for part in spec.segments)
    mean = np.array([kind.amount_mean for kind in spec.types])[drawn.kind] * factor[segment]
    sigma = np.sqrt(np.log1p(np.array([kind.amount_cv for kind in spec.types]) ** 2))[drawn.kind]
    if spec.amount_lag_power:
        power = np.array([lag_power_mean(steps=kind.steps, power=spec.amount_lag_power) for kind in spec.types])
        mean = mean * np.nan_to_num(drawn.took**spec.amount_lag_power, nan=1.0) / power[drawn.kind]
    return np.asarray(np.round(mean * np.exp(sigma * rng.standard_normal(spec.leads) - sigma**2 / 2), 2))


def _clocks(drawn: Lives, created: Floats, hours: Hours, rng: np.random.Generator) -> dict[str, Floats]:
    """When each later event happens: in office hours of its day, after what came before, never on another day."""
    clocks: dict[str, Floats] = {}
    before = created
    for label, day in (
        ("SQL", drawn.entered[1]),
        ("Opportunity", drawn.entered[2]),
        ("Won", drawn.entered[3]),
        ("Lost", drawn.left),
    ):
        happens = day < NEVER
        start = np.where(happens, day, 0) * DAY
        hour = start + rng.uniform(hours.opens, hours.closes, len(day))
        after = np.minimum(np.maximum(hour, before + 60), start + DAY - 1)
        clocks[label] = np.where(happens, after, np.nan)
        before = np.where(happens, after, before)
    return clocks


def _lead_facts(spec: WorldSpec, drawn: Lives, leads: _Leads) -> Facts:
    types = np.array([kind.label for kind in spec.types], object)[drawn.kind]
    segments = np.array([part.label for part in spec.segments], object)
    streams = np.array([name for name, _ in spec.streams], object)
    company = np.array([f"C{number:05d}" for number in leads.company.tolist()], object)
    places = np.array([name for name, _ in spec.countries], object)
    edges = np.cumsum([share for _, share in spec.countries])
    # A company keeps its country: its number decides, spread evenly by the golden ratio.
    country = places[np.searchsorted(edges, leads.company * 0.6180339887498949 % 1.0).clip(0, len(places) - 1)]
    rows = clock_rows(
        spec=spec,
        table="leads",
        source_id=leads.key,
        clock=leads.clock,
        columns={
            "lead": leads.key,
            "type": types,
            "segment": segments[leads.segment],
            "stream": streams[leads.stream],
            "campaign": leads.campaign,
            "country": country,
            "person": "P" + leads.key,
            "company": company,
            "url": "https://crm.example/leads/" + leads.key,
        },
    )
    engaged = np.array([kind.engagement is not None for kind in spec.types])[drawn.kind]
    engagement = np.array([kind.engagement for kind in spec.types], object)[drawn.kind]
    known, first = np.unique(leads.company, return_index=True)
    sizes = np.array([part.label for part in spec.segments], object)[leads.segment[first]]
    names = np.array([f"C{number:05d}" for number in known.tolist()], object)
    labels = np.empty(len(known), object)
    labels[:] = [[("size class", size), ("country", place)] for size, place in zip(sizes, country[first], strict=True)]
    return {
        "leads": rows,
        "engagements": clock_rows(
            spec=spec,
            table="engagements",
            source_id=leads.key,
            clock=np.where(engaged, leads.clock, np.nan),
            columns={"lead": leads.key, "kind": engagement, "campaign": leads.campaign},
        ),
        "companies": clock_rows(
            spec=spec, table="companies", source_id=names, clock=leads.clock[first], columns={"company": names, "labels": labels}
        ),
    }  # fmt: skip


def _deal_of(drawn: Lives) -> NDArray[Any]:
    """The key of each lead's deal, None where it never has one."""
    has = drawn.entered[2] < NEVER
    deal = np.full(len(has), None, object)
    deal[has] = deal_keys(count=int(has.sum()))
    return deal


def _deal_facts(
    spec: WorldSpec, drawn: Lives, leads: _Leads, *, deal: NDArray[Any], clocks: dict[str, Floats], owners: NDArray[Any], rng: np.random.Generator
) -> Facts:  # fmt: skip
    streams = np.array([name for name, _ in spec.streams], object)[leads.stream]
    reason = np.array(REASONS, object)[rng.integers(len(REASONS), size=len(deal))]
    end = spec.days * DAY
    closed = np.full(len(deal), None, object)
    closed[clocks["Won"] < end] = "Won"
    closed[(clocks["Lost"] < end) & (drawn.entered[2] < NEVER)] = "Lost"
    columns = {
        "deal": deal,
        "lead": leads.key,
        "amount": leads.amount,
        "currency": spec.currency,
        "amount_kind": "one-off",
        "margin": np.round(leads.amount * 0.62, 2),
        "outcome": closed,
        "owner": owners,
        "product": streams,
        "company": np.array([f"C{number:05d}" for number in leads.company.tolist()], object),
    }
    early = (drawn.left < NEVER) & (drawn.entered[2] == NEVER)
    late = (drawn.left < NEVER) & ~early
    moves = [
        _move(spec, ("lead", leads.key), "MQL", leads.clock),
        _move(spec, ("lead", leads.key), "SQL", clocks["SQL"]),
        _move(spec, ("lead", leads.key), "Disqualified", np.where(early, clocks["Lost"], np.nan), reason=reason),
        _move(spec, ("deal", deal), "Opportunity", clocks["Opportunity"]),
        _move(spec, ("deal", deal), "Won", clocks["Won"]),
        _move(spec, ("deal", deal), "Lost", np.where(late, clocks["Lost"], np.nan), reason=reason),
    ]
    return {
        "deals": clock_rows(spec=spec, table="deals", source_id=deal, clock=clocks["Opportunity"], columns=columns),
        "transitions": together(parts=moves),
    }


def _move(
    spec: WorldSpec, of: tuple[str, NDArray[Any]], label: str, clock: Floats, *, reason: NDArray[Any] | None = None
) -> Rows:
    kind, subject = of
    columns = {"subject": subject, "subject_kind": kind, "label": label, "reason": reason, "actor_kind": "person"}
    return clock_rows(spec=spec, table="transitions", source_id=subject, clock=clock, columns=columns)


def _truth(spec: WorldSpec, drawn: Lives, leads: _Leads, dirt: dict[str, Dirt]) -> Truth:
    def days(of: Ints) -> NDArray[Any]:
        return calendar_days(first_day=spec.first_day, days=of)

    return Truth(
        types={kind.label: type_truth(kind=kind, amount_lag_power=spec.amount_lag_power) for kind in spec.types},
        lives={
            "lead": leads.key,
            "type": np.array([kind.label for kind in spec.types], object)[drawn.kind],
            "created_on": days(drawn.entered[0]),
            "sql_on": days(drawn.entered[1]),
            "opportunity_on": days(drawn.entered[2]),
            "won_on": days(drawn.entered[3]),
            "left_on": days(drawn.left),
            "amount": np.where(drawn.entered[2] < NEVER, leads.amount, np.nan),
        },
        retention=retention_truth(
            spec=spec, kept_when_contracted=KEPT_WHEN_CONTRACTED, grown_when_expanded=GROWN_WHEN_EXPANDED
        ),
        csat=float(sum((score + 1) * chance for score, chance in enumerate(spec.csat))),
        dirt=dirt,
    )
