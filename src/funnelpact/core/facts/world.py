"""A simulated company whose truth is known: every fact table, the curves behind them, and the future that is cut off.

The clean world follows the test bed of the project's research to the day; the time of day, the people and all that
lies beside the funnel are added without moving a single date. Same specification and same dice, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from funnelpact.core.facts.simulated import sides
from funnelpact.core.facts.simulated.dirt import soil
from funnelpact.core.facts.simulated.funnel import (
    FOREVER,
    Deals,
    Story,
    deal_table,
    deals_of,
    engagement_table,
    handover_table,
    lead_table,
    pause_table,
    transition_table,
)
from funnelpact.core.facts.simulated.rows import DAY, LATEST, Clock, Facts, Texts, cents, keys, no_rows, texts
from funnelpact.core.facts.simulated.sides import CONTRACTED, EXPANDED, Market, Staff, Won
from funnelpact.core.facts.simulated.touches import touch_table
from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world_spec import Floats, WorldSpec, rank_shares
from funnelpact.core.facts.world_truth import (
    NEVER,
    SHORTEST_DAYS,
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

_PARTS = ("lives", "market", "moments", "owners", "amounts", "deals", "leads", "engagements", "handovers")
_MORE_PARTS = ("deal_rows", "transitions", "customers", "touches", "spend", "fx", "pauses", "dirt")
_MOST_CAMPAIGNS = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The facts of a simulated company and its truth.

    `facts`: table name to column name to array, every table of `tables.TABLES` with all its columns but `batch`, rows
    in the order of time. Text and labels are object arrays (None: missing; labels are lists of pairs of text, shared
    between rows), instants `datetime64[us]` in UTC (NaT: missing), flags `bool`, counts `int64`, amounts and numbers
    `float64` (NaN: missing). Amounts are rounded to cents: the nearest float to a whole number of cents, so rounding
    to two places gives the exact decimal.
    """

    spec: WorldSpec
    facts: Facts
    truth: Truth


def world(*, spec: WorldSpec, rng: np.random.Generator) -> World:
    """This returns a simulated company: its fact tables up to the end of `spec.last_day`, and the truth behind them.

    Population: `spec.leads` passes, one per lead, and the people, companies and customers around them. The `leads`
    row is the entry into the first stage; a transition to `MQL` at the same instant says it once more, as a CRM
    would. `SQL` and `Disqualified` are labels of leads, `Opportunity`, `Won` and `Lost` of deals. Calendar dates are
    those of `spec.zone`. Source: `research/quantitative.md` section 1. Each part has dice of its own, spawned from
    `rng`, so the clean part of a dirty world is the clean world.

    >>> small = world(spec=WorldSpec(leads=50, days=90), rng=np.random.Generator(np.random.PCG64(7)))
    >>> len(small.facts["leads"]["lead"]), round(small.truth.types["Outbound"].win_rate, 4)
    (50, 0.0672)
    """
    names = (*_PARTS, *_MORE_PARTS)
    dice = dict(zip(names, rng.spawn(len(names)), strict=True))
    story = _story(spec, dice)
    deals = deals_of(story=story, rng=dice["deals"])
    daily = sides.rates(spec=spec, rng=dice["fx"])
    orders = _first_orders(deals, story.clock)
    beside, talks = sides.customer_tables(
        spec=spec,
        clock=story.clock,
        market=story.market,
        staff=story.staff,
        won=_won(deals, orders),
        rng=dice["customers"],
    )
    deal_rows = deal_table(story=story, deals=deals, first_orders=orders, daily=daily, rng=dice["deal_rows"])
    campaigns, weights = _campaigns(spec)
    facts = {
        "leads": lead_table(story=story, rng=dice["leads"]),
        "engagements": engagement_table(story=story, rng=dice["engagements"]),
        "handovers": handover_table(story=story, deals=deals, first_orders=orders, rng=dice["handovers"]),
        "transitions": transition_table(story=story, deals=deals, deal_rows=deal_rows, rng=dice["transitions"]),
        "touches": touch_table(story=story, deals=deals, customers=talks, rng=dice["touches"]),
        "deals": deal_rows,
        "pauses": pause_table(story=story, rng=dice["pauses"]),
        "companies": story.market.table,
        "products": sides.products(spec=spec),
        "people": story.staff.table,
        "spend": sides.spend(spec=spec, campaigns=campaigns, weights=weights, rng=dice["spend"]),
        "fx": sides.fx(spec=spec, daily=daily),
        **beside,
    }
    facts = {name: facts.get(name) or no_rows(name=name, source=spec.source) for name in TABLES}
    end = story.clock.utc(seconds=np.array([story.clock.end - 1]))[0]
    facts, dirt = soil(facts=facts, spec=spec, end=end, rng=dice["dirt"])
    return World(spec=spec, facts=facts, truth=_truth(spec, story, dirt))


def _story(spec: WorldSpec, dice: dict[str, np.random.Generator]) -> Story:
    """Everything that the funnel tables are written from."""
    clock = Clock(spec=spec)
    drawn, created = _arrivals(spec, clock, lives(spec=spec, rng=dice["lives"]), dice["moments"])
    market, staff = sides.market(spec=spec, rng=dice["market"]), sides.staff(spec=spec)
    moments, left = _moments(clock, drawn, created, dice["moments"])
    handed = _handed(spec, drawn, moments, left=left, rng=dice["moments"])
    owner, inherited, heir = _owners(
        spec, staff, drawn, handed=handed, closed=np.minimum(left, moments[3]), rng=dice["owners"]
    )
    return Story(
        spec=spec,
        clock=clock,
        lives=drawn,
        market=market,
        staff=staff,
        key=keys(prefix="L", numbers=np.arange(1, spec.leads + 1)),
        campaign=_campaign_of_lead(spec, drawn, dice["leads"]),
        stream=dice["leads"].choice(len(spec.streams), size=spec.leads, p=[share for _, share in spec.streams]),
        moments=moments,
        left=left,
        handed=handed,
        owner=owner,
        inherited=inherited,
        heir=heir,
        amount=_amounts(spec, market, drawn, dice["amounts"]),
    )


def _arrivals(spec: WorldSpec, clock: Clock, drawn: Lives, rng: np.random.Generator) -> tuple[Lives, Ints]:
    """A second on the day of each arrival, and the passes in that order: people click at any hour, staff in theirs."""
    days = drawn.entered[0]
    inbound = np.array([kind.engagement is not None for kind in spec.types])[drawn.kind]
    by_day, any_hour = 13 * 3600 + 10_000 * rng.standard_normal(spec.leads), DAY * rng.random(spec.leads)
    clicked = np.where(rng.random(spec.leads) < 0.85, by_day, any_hour)
    # The last half hour of the day is left to what may follow on the same day.
    clicked = np.clip(clicked, 60, LATEST - 1800).astype(np.int64)
    by_staff = clock.office_time(days=days, not_before=days * DAY, rng=rng)
    created = np.where(inbound, days * DAY + clicked, by_staff)
    order = np.argsort(created, kind="stable")
    sorted_lives = Lives(
        kind=drawn.kind[order],
        entered=drawn.entered[:, order],
        left=drawn.left[order],
        took=drawn.took[order],
        readiness=drawn.readiness[order],
    )
    return sorted_lives, created[order]


def _moments(clock: Clock, drawn: Lives, created: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A second on the day of each event, later than the event before it, in office hours where that leaves room."""
    moments = np.full(drawn.entered.shape, FOREVER, dtype=np.int64)
    moments[0] = created
    latest = created.copy()
    for stage in (1, 2, 3):
        here = np.flatnonzero(drawn.entered[stage] < NEVER)
        moments[stage, here] = clock.office_time(days=drawn.entered[stage, here], not_before=latest[here], rng=rng)
        latest[here] = moments[stage, here]
    left = np.full(len(created), FOREVER, dtype=np.int64)
    gone = np.flatnonzero(drawn.left < NEVER)
    left[gone] = clock.office_time(days=drawn.left[gone], not_before=latest[gone], rng=rng)
    return moments, left


def _handed(spec: WorldSpec, drawn: Lives, moments: Ints, *, left: Ints, rng: np.random.Generator) -> Ints:
    """When somebody got the lead: the system's delay after creation, but before anything that people did with it."""
    median = np.array([kind.assign_seconds for kind in spec.types])[drawn.kind]
    delay = (median * np.exp(1.1 * rng.standard_normal(spec.leads))).astype(np.int64) + 1
    following = np.minimum(moments[1], left)
    handed = np.minimum(moments[0] + delay, moments[0] + (following - moments[0]) // 2)
    # Only leads that never move can have been forgotten; the share is of all leads as far as there are enough.
    still = following == FOREVER
    forgotten = still & (rng.random(spec.leads) * max(still.mean(), 1e-12) < spec.never_assigned)
    return np.where(forgotten, FOREVER, handed)


def _owners(
    spec: WorldSpec, staff: Staff, drawn: Lives, *, handed: Ints, closed: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Who gets each lead; and when and by whom it is inherited, if it is still open when its owner leaves."""
    cold = np.array([kind.engagement is None for kind in spec.types])[drawn.kind]
    owner = np.empty(spec.leads, dtype=np.int64)
    heir = np.empty(spec.leads, dtype=np.int64)
    day = handed // DAY
    for here, people in ((cold, staff.developers), (~cold, staff.sellers)):
        where = np.flatnonzero(here)
        if not len(where):
            continue
        always = people[(staff.starts[people] == 0) & (staff.ends[people] >= spec.days)]
        chosen = rng.choice(people, size=len(where), p=rank_shares(count=len(people), exponent=spec.zipf))
        heir[where] = rng.choice(always, size=len(where))
        there = (day[where] >= staff.starts[chosen]) & (day[where] < staff.ends[chosen])
        owner[where] = np.where(there, chosen, heir[where])
    # What the leaver still had open is given away at nine on the next morning.
    leaving = staff.ends[owner] * DAY
    inherited = np.where((leaving < spec.days * DAY) & (closed > leaving + 9 * 3600), leaving + 9 * 3600, FOREVER)
    return owner, inherited, heir


def _campaigns(spec: WorldSpec) -> tuple[list[list[str]], list[Floats]]:
    """The campaigns of each type and their shares of its leads; many, with Zipf's sizes, where the world is like that."""
    names = [list(kind.campaigns) for kind in spec.types]
    if spec.zipf:
        # Spend has a row per campaign and day, so many types have fewer campaigns each.
        count = min(40, max(4, _MOST_CAMPAIGNS // len(names)))
        names = [[f"{base[rank % len(base)]} {rank + 1}" for rank in range(count)] for base in names]
    exponent = spec.zipf or 0.7
    return names, [rank_shares(count=len(each), exponent=exponent) for each in names]


def _campaign_of_lead(spec: WorldSpec, drawn: Lives, rng: np.random.Generator) -> Texts:
    """The campaign by which each lead came."""
    names, weights = _campaigns(spec)
    chance = rng.random(spec.leads)
    campaign = np.empty(spec.leads, dtype=object)
    for kind, labels in enumerate(names):
        here = np.flatnonzero(drawn.kind == kind)
        rank = np.searchsorted(np.cumsum(weights[kind]), chance[here]).clip(max=len(labels) - 1)
        campaign[here] = texts(values=labels)[rank]
    return campaign


def _amounts(spec: WorldSpec, market: Market, drawn: Lives, rng: np.random.Generator) -> Floats:
    """The order behind each lead. Size classes differ, yet mean and variation of each type are those specified."""
    factor = np.array([segment.amount_factor for segment in spec.segments])[market.segment[market.of_lead]]
    factor = factor / factor.mean()
    variation = np.array([kind.amount_cv for kind in spec.types])[drawn.kind]
    rest = np.maximum(np.log1p(variation**2) - np.log(np.mean(factor**2)), 0.0)
    mean = np.array([kind.amount_mean for kind in spec.types])[drawn.kind]
    amount = mean * factor * np.exp(np.sqrt(rest) * rng.standard_normal(spec.leads) - rest / 2)
    if spec.amount_lag_power:
        middle = [lag_power_mean(steps=kind.steps, power=spec.amount_lag_power) for kind in spec.types]
        by_lag = np.maximum(drawn.took, SHORTEST_DAYS) ** spec.amount_lag_power / np.array(middle)[drawn.kind]
        amount = amount * np.where(np.isnan(by_lag), 1.0, by_lag)
    return cents(amounts=np.where(drawn.entered[2] < NEVER, amount, np.nan))


def _first_orders(deals: Deals, clock: Clock) -> Ints:
    """The deals that made a company a customer: its first won one by the cut."""
    won = np.flatnonzero(deals.won & (deals.closed < clock.end))
    won = won[np.argsort(deals.closed[won], kind="stable")]
    first = np.unique(deals.company[won], return_index=True)[1]
    return won[np.sort(first)]


def _won(deals: Deals, orders: Ints) -> Won:
    """The first orders as the beginning of a customer."""
    return Won(
        company=deals.company[orders],
        deal=deals.key[orders],
        since=deals.closed[orders] // DAY,
        second=deals.closed[orders],
        recurring=deals.amount[orders],
    )


def _truth(spec: WorldSpec, story: Story, dirt: Mapping[str, Dirt]) -> Truth:
    """The curves of each type, and each pass with its future."""
    drawn = story.lives
    days = {"created_on": drawn.entered[0], "sql_on": drawn.entered[1], "opportunity_on": drawn.entered[2]}
    days |= {"won_on": drawn.entered[3], "left_on": drawn.left}
    kinds = [type_truth(kind=kind, amount_lag_power=spec.amount_lag_power) for kind in spec.types]
    return Truth(
        types={kind.label: kind for kind in kinds},
        lives={
            "lead": story.key,
            "type": texts(values=[kind.label for kind in spec.types])[drawn.kind],
            **{name: calendar_days(first_day=spec.first_day, days=column) for name, column in days.items()},
            "amount": story.amount,
        },
        retention=retention_truth(
            spec=spec,
            kept_when_contracted=sum(CONTRACTED) / 2,
            grown_when_expanded=sum(EXPANDED) / 2,
        ),
        csat=sum(score * chance for score, chance in enumerate(spec.csat, start=1)),
        dirt=dirt,
    )
