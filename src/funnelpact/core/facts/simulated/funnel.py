"""The funnel tables of a simulated world, as a CRM would export them at the end of its last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelpact.core.facts.simulated.rows import (
    DAY,
    Clock,
    Flags,
    Table,
    Texts,
    cents,
    either,
    fact_table,
    keys,
    picks,
    same,
    texts,
)
from funnelpact.core.facts.simulated.sides import SIZES, Market, Staff, midnights
from funnelpact.core.facts.world_spec import Floats, WorldSpec
from funnelpact.core.facts.world_truth import NEVER, Ints, Lives

MQL, SQL, DISQUALIFIED, OPPORTUNITY, WON, LOST = "MQL", "SQL", "Disqualified", "Opportunity", "Won", "Lost"

FOREVER = NEVER * DAY
"""The second of what never happens."""

_DISQUALIFIED_BECAUSE = (
    ("No answer", 0.4),
    ("Not a fit", 0.25),
    ("No budget", 0.2),
    ("Student or competitor", 0.1),
    ("Wrong data", 0.05),
)
_LOST_BECAUSE = (("Price", 0.3), ("Lost to competitor", 0.3), ("No decision", 0.25), ("Missing feature", 0.15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the tables are written from, one entry per lead; moments are local seconds, `FOREVER` if never.

    `owner` has the lead from `handed` on, `heir` from `inherited` on. `amount` is that of the order in the company's
    currency.
    """

    spec: WorldSpec
    clock: Clock
    lives: Lives
    market: Market
    staff: Staff
    key: Texts
    campaign: Texts
    stream: Ints
    moments: Ints
    left: Ints
    handed: Ints
    owner: Ints
    inherited: Ints
    heir: Ints
    amount: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Deals:
    """All deals with their future, in the order in which they were opened. `lead` is -1 for those without one."""

    key: Texts
    lead: Ints
    company: Ints
    stream: Ints
    opened: Ints
    closed: Ints
    won: Flags
    amount: Floats
    owner: Ints


def lead_table(*, story: Story, rng: np.random.Generator) -> Table:
    """This returns the leads. The row is the entry into the first stage; a transition to `MQL` says the same."""
    spec, count = story.spec, len(story.key)
    company = story.market.of_lead
    filled = [
        [("job_title", title), ("phone", phone), ("budget", budget)]
        for title in ("HR manager", "Marketing manager", "Owner", "Buyer", "Finance director", "")
        for phone in ("given", "")
        for budget in ("known", "")
    ]
    # Most leave a phone number, few a budget.
    chance = [(2.2 if phone else 1.0) * (0.6 if budget else 1.0) for _, (_, phone), (_, budget) in filled]
    return fact_table(
        name="leads",
        source=spec.source,
        ids=story.key,
        happened_at=story.clock.utc(seconds=story.moments[0]),
        lead=story.key,
        type=texts(values=[kind.label for kind in spec.types])[story.lives.kind],
        segment=texts(values=[segment.label for segment in spec.segments])[story.market.segment[company]],
        stream=texts(values=[stream for stream, _ in spec.streams])[story.stream],
        campaign=story.campaign,
        country=story.market.country[company],
        person=keys(prefix="P", numbers=np.arange(1, count + 1)),
        company=story.market.key[company],
        url=texts(values=[f"https://crm.example/leads/{key}" for key in story.key]),
        labels=picks(labels=filled, shares=chance, count=count, rng=rng),
    )


def engagement_table(*, story: Story, rng: np.random.Generator) -> Table:
    """This returns what people did: it precedes the lead's record by up to two minutes, on the same day; some do more."""
    kinds = texts(values=[kind.engagement for kind in story.spec.types])[story.lives.kind]
    comes_itself = np.array([kind.engagement is not None for kind in story.spec.types])[story.lives.kind]
    inbound = np.flatnonzero(comes_itself)
    created = story.moments[0][inbound]
    first = np.maximum(created - rng.integers(3, 120, len(inbound)), created // DAY * DAY)
    again = inbound[rng.random(len(inbound)) < 0.25]
    later = story.moments[0][again] + (rng.exponential(6 * DAY, len(again))).astype(np.int64) + 60
    seen = later < story.clock.end
    who = np.concatenate([inbound, again[seen]])
    more = picks(labels=["click", "open", "download"], shares=[0.5, 0.35, 0.15], count=int(seen.sum()), rng=rng)
    return fact_table(
        name="engagements",
        source=story.spec.source,
        ids="E",
        happened_at=story.clock.utc(seconds=np.concatenate([first, later[seen]])),
        lead=story.key[who],
        kind=np.concatenate([kinds[inbound], more]),
        campaign=story.campaign[who],
    )


def handover_table(*, story: Story, deals: Deals, first_orders: Ints, rng: np.random.Generator) -> Table:
    """This returns the hand-overs: of leads to whoever works them, and of new customers to account management."""
    end, staff = story.clock.end, story.staff
    cold = np.array([kind.engagement is None for kind in story.spec.types])[story.lives.kind]
    leads = [
        (np.flatnonzero(story.handed < end), story.handed, story.owner),
        (np.flatnonzero(story.inherited < end), story.inherited, story.heir),
    ]
    changed = np.flatnonzero((deals.lead >= 0) & (deals.opened < end))
    changed = changed[cold[deals.lead[changed]]]
    taken = story.clock.due(seconds=deals.closed[first_orders], worked=rng.exponential(4 * 3600, len(first_orders)))
    fresh = taken < end
    keepers = rng.choice(staff.managers, size=int(fresh.sum()))
    moments = [moment[who] for who, moment, _ in leads] + [deals.opened[changed], taken[fresh]]
    owners = np.concatenate([owner[who] for who, _, owner in leads] + [deals.owner[changed], keepers])
    customers = texts(values=[f"K{key}" for key in story.market.key[deals.company[first_orders[fresh]]]])
    subjects = [story.key[who] for who, _, _ in leads] + [story.key[deals.lead[changed]], customers]
    count = len(owners)
    kinds = same(value="lead", count=count)
    kinds[count - len(customers) :] = "customer"
    return fact_table(
        name="handovers",
        source=story.spec.source,
        ids="H",
        happened_at=story.clock.utc(seconds=np.concatenate(moments)),
        subject=np.concatenate(subjects),
        subject_kind=kinds,
        owner=staff.key[owners],
        team=staff.team[owners],
    )


def deals_of(*, story: Story, rng: np.random.Generator) -> Deals:
    """This returns all deals: one for each lead that becomes an opportunity, and those that sales found themselves.

    The latter arrive like leads and fare like opportunities of outbound leads; their lead is unknown (-1).
    """
    spec = story.spec
    lead = np.flatnonzero(story.moments[2] < FOREVER)
    count = round(spec.sales_sourced * len(lead))
    model = next((kind for kind in spec.types if kind.engagement is None), spec.types[0])
    step = model.steps[2]
    days = rng.choice(story.lives.entered[0], size=count) if count else np.empty(0, dtype=np.int64)
    opened = story.clock.office_time(days=days, not_before=days * DAY, rng=rng)
    chance = rng.random(count)
    sigma = float(np.sqrt(np.log1p(model.amount_cv**2)))
    own_amount = model.amount_mean * np.exp(sigma * rng.standard_normal(count) - sigma**2 / 2)
    lag = np.where(chance < step.advance, step.advance_lag.size, step.lost_lag.size) * np.exp(
        0.7 * rng.standard_normal(count)
    )
    ends = chance < step.advance + step.lost
    own_closed = np.where(ends, opened + (lag * DAY).astype(np.int64) + 60, FOREVER)
    all_opened = np.concatenate([story.moments[2][lead], opened])
    order = np.argsort(all_opened, kind="stable")
    company = rng.integers(0, len(story.market.key) - spec.customers, count)
    all_leads = np.concatenate([lead, np.full(count, -1)])[order]
    owner = _seller(story, all_opened[order] // DAY, rng)
    # Whoever has worked an inbound lead keeps its deal.
    own = all_leads >= 0
    current = np.where(story.inherited <= story.moments[2], story.heir, story.owner)[all_leads]
    owner = np.where(own & np.isin(current, story.staff.sellers), current, owner)
    return Deals(
        key=keys(prefix="D", numbers=np.arange(1, len(order) + 1)),
        lead=all_leads,
        company=np.concatenate([story.market.of_lead[lead], company])[order],
        stream=np.concatenate([story.stream[lead], rng.integers(0, len(spec.streams), count)])[order],
        opened=all_opened[order],
        closed=np.concatenate([np.minimum(story.moments[3], story.left)[lead], own_closed])[order],
        won=np.concatenate([story.moments[3][lead] < FOREVER, chance < step.advance])[order],
        amount=cents(amounts=np.concatenate([story.amount[lead], own_amount])[order]),
        owner=owner,
    )


def _seller(story: Story, days: Ints, rng: np.random.Generator) -> Ints:
    """A seller who works there on each of the days."""
    staff = story.staff
    chosen = rng.choice(staff.sellers, size=len(days))
    always = staff.sellers[(staff.starts[staff.sellers] == 0) & (staff.ends[staff.sellers] >= story.spec.days)]
    there = (days >= staff.starts[chosen]) & (days < staff.ends[chosen])
    return np.where(there, chosen, rng.choice(always, size=len(days)))


def deal_table(
    *, story: Story, deals: Deals, first_orders: Ints, daily: dict[str, Floats], rng: np.random.Generator
) -> Table:
    """This returns the deals opened by the cut, one row each at the opening; outcome and reason as they are at the cut.

    The first order that a company pays for is yearly and makes it a customer (`first_orders`), all others are one-off.
    Amounts are in the currency of the row; margin is the share of them that the stream leaves.
    """
    spec, end = story.spec, story.clock.end
    seen = np.flatnonzero(deals.opened < end)
    day = deals.opened[seen] // DAY
    closed = deals.closed[seen] < end
    won = closed & deals.won[seen]
    rate, currency = np.ones(len(seen)), same(value=spec.currency, count=len(seen))
    chance, floor = rng.random(len(seen)), 0.0
    for code, share, _ in spec.foreign:
        hit = (chance >= floor) & (chance < floor + share)
        currency[hit], rate[hit] = code, daily[code][day[hit]]
        floor += share
    amount = cents(amounts=deals.amount[seen] * rate)
    size = np.searchsorted([price for _, price in SIZES], deals.amount[seen]).clip(max=len(SIZES) - 1)
    names = texts(values=[f"{stream} {name}" for stream, _ in spec.streams for name, _ in SIZES])
    reasons = picks(
        labels=[r for r, _ in _LOST_BECAUSE], shares=[s for _, s in _LOST_BECAUSE], count=len(seen), rng=rng
    )
    booked = midnights(spec=spec, days=np.where(won, deals.closed[seen] // DAY, 0))
    booked[~won] = np.datetime64("NaT")
    share_left = np.where(deals.stream[seen] == 0, 0.74, 0.41) + rng.uniform(-0.06, 0.06, len(seen))
    return fact_table(
        name="deals",
        source=spec.source,
        ids=deals.key[seen],
        happened_at=story.clock.utc(seconds=deals.opened[seen]),
        deal=deals.key[seen],
        lead=either(where=deals.lead[seen] >= 0, yes=story.key[deals.lead[seen]], no=None),
        amount=amount,
        currency=currency,
        amount_kind=either(where=np.isin(seen, first_orders), yes="annual", no="one-off"),
        term_months=rng.choice([12, 12, 12, 24, 36], size=len(seen)).astype(np.int64),
        booked_on=booked,
        margin=cents(amounts=amount * share_left),
        outcome=either(where=won, yes=WON, no=either(where=closed, yes=LOST, no=None)),
        reason=either(where=closed & ~won, yes=reasons, no=None),
        owner=story.staff.key[deals.owner[seen]],
        product=names[deals.stream[seen] * len(SIZES) + size],
        company=story.market.key[deals.company[seen]],
    )


def transition_table(*, story: Story, deals: Deals, deal_rows: Table, rng: np.random.Generator) -> Table:
    """This returns the stage labels: `MQL`, `SQL`, `Disqualified` of leads; `Opportunity`, `Won`, `Lost` of deals.

    `Disqualified` is the exit of a lead that never had a deal; the exit of one that had is the loss of the deal.
    """
    end, moments = story.clock.end, story.moments
    gone = np.flatnonzero((story.left < end) & (moments[2] == FOREVER))
    sql, seen = np.flatnonzero(moments[1] < end), np.flatnonzero(deals.opened < end)
    closed = np.flatnonzero(deals.closed < end)
    shut = [closed[deals.won[closed]], closed[~deals.won[closed]]]
    parts = [
        (MQL, story.key, moments[0]),
        (SQL, story.key[sql], moments[1][sql]),
        (DISQUALIFIED, story.key[gone], story.left[gone]),
        (OPPORTUNITY, deals.key[seen], deals.opened[seen]),
        (WON, deals.key[shut[0]], deals.closed[shut[0]]),
        (LOST, deals.key[shut[1]], deals.closed[shut[1]]),
    ]
    sizes = [len(subject) for _, subject, _ in parts]
    inbound = np.array([kind.engagement is not None for kind in story.spec.types])[story.lives.kind]
    actor = same(value="person", count=sum(sizes))
    actor[: sizes[0]] = either(where=inbound, yes="workflow", no="person")
    why = picks(
        labels=[reason for reason, _ in _DISQUALIFIED_BECAUSE],
        shares=[share for _, share in _DISQUALIFIED_BECAUSE],
        count=sizes[2],
        rng=rng,
    )
    nothing = [same(value=None, count=size) for size in sizes]
    # `seen` is a beginning of the deals, which are in order of opening, so rows of both run in step.
    reasons = [*nothing[:2], why, *nothing[3:5], deal_rows["reason"][shut[1]]]
    return fact_table(
        name="transitions",
        source=story.spec.source,
        ids="T",
        happened_at=story.clock.utc(seconds=np.concatenate([moment for _, _, moment in parts])),
        subject=np.concatenate([subject for _, subject, _ in parts]),
        subject_kind=np.repeat(texts(values=["lead", "deal"]), [sum(sizes[:3]), sum(sizes[3:])]),
        label=np.repeat(texts(values=[label for label, _, _ in parts]), sizes),
        reason=np.concatenate(reasons),
        actor_kind=actor,
    )


def pause_table(*, story: Story, rng: np.random.Generator) -> Table:
    """This returns the pauses: some people ask to be left alone for one to four weeks, a few hours after hand-over."""
    begins = story.handed + rng.integers(3600, 4 * 3600, len(story.key))
    stops = np.minimum(np.minimum(story.moments[1], story.left), story.clock.end)
    who = np.flatnonzero((begins < stops) & (rng.random(len(story.key)) < story.spec.paused))
    begin = story.clock.utc(seconds=begins[who])
    return fact_table(
        name="pauses",
        source=story.spec.source,
        ids="W",
        happened_at=begin,
        subject=story.key[who],
        subject_kind=same(value="lead", count=len(who)),
        ends_at=begin + rng.integers(7, 29, len(who)).astype("timedelta64[D]"),
        reason=picks(
            labels=["Holiday", "Asked to call back", "Budget opens later"], shares=[2, 5, 3], count=len(who), rng=rng
        ),
    )
