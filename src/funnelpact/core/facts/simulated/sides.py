"""The sides of a simulated world: its market, its staff, and what happens beside the funnel."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from funnelpact.core.facts.simulated.rows import (
    DAY,
    Clock,
    Facts,
    Instants,
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
from funnelpact.core.facts.world_spec import Floats, WorldSpec, rank_shares
from funnelpact.core.facts.world_truth import Ints, arrival_shares

SECTORS = (
    "Finance",
    "Banking",
    "Software",
    "Manufacturing",
    "Retail",
    "Logistics",
    "Health",
    "Education",
    "Construction",
)

CONTRACTED, EXPANDED = (0.6, 0.95), (1.05, 1.5)
"""Between these factors of what it was lies a recurring amount after a renewal; uniformly distributed."""

_FIRST = ("Ayşe Emma Işıl James İlker Olivia Çağrı Jack Gülşen Sophie Oğuz Thomas Şebnem Lucy Kıvanç Daniel Özge Hannah "
          "Yiğit George İpek Grace Barış Oliver").split()  # fmt: skip
_LAST = ("Yılmaz Clarke Işık Bennett İnan Hughes Çelik Foster Şahin Turner Öztürk Walsh Doğan Murray Kılıç Parker "
         "Ağaoğlu Reed Yıldırım").split()  # fmt: skip
_STEM = ("Anadolu Harbour Boğaziçi Northgate Kıyı Meridian Işıltı Silverline Çınar Bluefield İzmir Kestrel Güneş Oakmont Toros "
         "Ridgeway Şafak Lumen Ilgaz Fairview Defne Halden Uğur").split()  # fmt: skip
_TRADE = ("Lojistik Foods Teknoloji Systems Tekstil Engineering Sigorta Partners Gıda Retail Yapı Labs Enerji Logistics "
          "Finans Health Yazılım").split()  # fmt: skip
_FORM = {"Türkiye": "A.Ş.", "Germany": "GmbH", "United Kingdom": "Ltd", "Netherlands": "B.V.", "United States": "Inc."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Companies by number: the first ones may bring leads, the last `spec.customers` are customers already."""

    segment: Ints
    country: Texts
    of_lead: Ints
    key: Texts
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """People by number. `starts` and `ends` are days from the first one; groups are numbers of people."""

    key: Texts
    team: Texts
    starts: Ints
    ends: Ints
    developers: Ints
    sellers: Ints
    managers: Ints
    table: Table


def market(*, spec: WorldSpec, rng: np.random.Generator) -> Market:
    """This returns the companies of a world, and to which of them each lead belongs."""
    fresh = max(1, round(spec.leads / spec.leads_per_company))
    count = fresh + spec.customers
    segment = rng.choice(len(spec.segments), size=count, p=[each.share for each in spec.segments])
    country = picks(
        labels=[name for name, _ in spec.countries], shares=[s for _, s in spec.countries], count=count, rng=rng
    )
    low, high = (
        np.array([each.employees[side] for each in spec.segments], dtype=np.float64)[segment] for side in (0, 1)
    )
    employees = np.floor(low * (high / low) ** rng.random(count)).astype(np.int64)
    sector = picks(labels=SECTORS, shares=1.25 ** -np.arange(len(SECTORS)), count=count, rng=rng)
    of_lead = rng.choice(fresh, size=spec.leads, p=rank_shares(count=fresh, exponent=spec.zipf))
    key = keys(prefix="C", numbers=np.arange(1, count + 1))
    labels = [
        [("name", _company_name(number, where)), ("sector", what), ("employees", str(size)), ("country", where)]
        for number, (where, what, size) in enumerate(zip(country, sector, employees.tolist(), strict=True))
    ]
    since = np.datetime64(spec.first_day, "us") - rng.integers(0, 900, count).astype("timedelta64[D]")
    table = fact_table(
        name="companies",
        source=spec.source,
        ids=key,
        happened_at=since,
        precision=same(value="day", count=count),
        company=key,
        labels=texts(values=labels),
    )
    return Market(segment=segment, country=country, of_lead=of_lead, key=key, table=table)


def _company_name(number: int, country: str) -> str:
    """A name that is used once: word pairs run through, then get a number."""
    again, pair = divmod(number, len(_STEM) * len(_TRADE))
    words = f"{_STEM[pair % len(_STEM)]} {_TRADE[pair % len(_TRADE)]}"
    return f"{words}{f' {again + 1}' if again else ''} {_FORM.get(country, '')}".strip()


def staff(*, spec: WorldSpec) -> Staff:
    """This returns the people of a world: enough for the busiest month, one seller who joins late and one who leaves.

    Developers (SDR) work the leads of types without an engagement, sellers all others; every deal is a seller's.
    """
    busiest = spec.leads * float(arrival_shares(spec=spec)[-30:].sum()) * 30 / min(30, spec.days)
    reps = spec.reps or max(6, ceil(busiest / spec.capacity))
    cold = sum(kind.share for kind in spec.types if kind.engagement is None)
    developers = min(reps - 1, ceil(reps * cold))
    sellers, managers, marketers = reps - developers, max(2, ceil(spec.customers / 200)), 3
    teams = ["SDR"] * developers + ["Sales North" if n % 2 else "Sales South" for n in range(sellers)]
    teams += ["Account management"] * managers + ["Marketing"] * marketers
    roles = ["SDR"] * developers + ["sales"] * sellers + ["account management"] * managers + ["marketing"] * marketers
    count = len(teams)
    starts, ends = np.zeros(count, dtype=np.int64), np.full(count, spec.days, dtype=np.int64)
    if sellers >= 4:
        starts[developers + sellers - 1] = int(spec.days * 0.4)
        ends[developers + 1] = int(spec.days * 0.7)
    key = texts(values=[person_name(number=number) for number in range(count)])
    midnight = np.datetime64(spec.first_day, "us")
    leaves = midnight + ends.astype("timedelta64[D]")
    leaves[ends >= spec.days] = np.datetime64("NaT")
    works = np.arange(count) < reps
    table = fact_table(
        name="people",
        source=spec.source,
        ids="U",
        happened_at=midnight + starts.astype("timedelta64[D]"),
        precision=same(value="day", count=count),
        owner=key,
        team=texts(values=teams),
        role=texts(values=roles),
        calendar=same(value="office", count=count),
        capacity=np.where(works, spec.capacity, np.nan),
        leaves_at=leaves,
    )
    groups = np.split(np.arange(count), np.cumsum([developers, sellers, managers]))
    return Staff(
        key=key,
        team=texts(values=teams),
        starts=starts,
        ends=ends,
        developers=groups[0],
        sellers=groups[1],
        managers=groups[2],
        table=table,
    )


def person_name(*, number: int) -> str:
    """This returns the name of a person, Turkish and English in turn.

    >>> person_name(number=0), person_name(number=2)
    ('Ayşe Yılmaz', 'Işıl Işık')
    """
    again, pair = divmod(number, len(_FIRST) * len(_LAST))
    return f"{_FIRST[pair % len(_FIRST)]} {_LAST[pair % len(_LAST)]}{f' {again + 1}' if again else ''}"


def products(*, spec: WorldSpec) -> Table:
    """This returns the products: three sizes of each stream, with list prices in the company's currency."""
    names = [f"{stream} {size}" for stream, _ in spec.streams for size, _ in SIZES]
    return fact_table(
        name="products",
        source=spec.source,
        ids=texts(values=names),
        happened_at=np.full(len(names), np.datetime64(spec.first_day, "us")),
        precision=same(value="day", count=len(names)),
        product=texts(values=names),
        list_price=np.array([price for _ in spec.streams for _, price in SIZES]),
        labels=texts(values=[[("stream", stream)] for stream, _ in spec.streams for _ in SIZES]),
    )


SIZES = (("Starter", 900.0), ("Team", 2200.0), ("Business", 5400.0))
"""The sizes of a product and their list prices; an order is of the size whose price is nearest from above."""


def rates(*, spec: WorldSpec, rng: np.random.Generator) -> dict[str, Floats]:
    """This returns the rate of each foreign currency on each day: units for one of ours, wandering about its mean."""
    steps = {code: rng.standard_normal(spec.days) * 0.004 for code, _, _ in spec.foreign}
    return {code: np.round(mean * np.exp(np.cumsum(steps[code])), 6) for code, _, mean in spec.foreign}


def fx(*, spec: WorldSpec, daily: dict[str, Floats]) -> Table:
    """This returns the rates of exchange, one row per currency and day; empty in a world of one currency."""
    days = np.tile(np.arange(spec.days), len(daily))
    return fact_table(
        name="fx",
        source=spec.source,
        ids="X",
        happened_at=midnights(spec=spec, days=days),
        precision=same(value="day", count=len(days)),
        base=same(value=spec.currency, count=len(days)),
        quote=np.repeat(texts(values=list(daily)), spec.days),
        rate=np.concatenate([np.empty(0), *daily.values()]),
    )


def spend(*, spec: WorldSpec, campaigns: list[list[str]], weights: list[Floats], rng: np.random.Generator) -> Table:
    """This returns what was spent per type, campaign and day: on average `lead_cost` for each lead that is expected."""
    expected = arrival_shares(spec=spec) * spec.leads
    kinds = [number for number, names in enumerate(campaigns) for _ in names]
    share = np.concatenate([spec.types[k].share * spec.types[k].lead_cost * weights[k] for k in range(len(campaigns))])
    amount = np.outer(share, expected) * rng.gamma(25, 1 / 25, (len(share), spec.days))
    days = np.tile(np.arange(spec.days), len(share))
    count = amount.size
    return fact_table(
        name="spend",
        source=spec.source,
        ids="S",
        happened_at=midnights(spec=spec, days=days),
        precision=same(value="day", count=count),
        type=np.repeat(texts(values=[spec.types[kind].label for kind in kinds]), spec.days),
        campaign=np.repeat(texts(values=[name for names in campaigns for name in names]), spec.days),
        amount=cents(amounts=amount.ravel()),
        currency=same(value=spec.currency, count=count),
    )


def midnights(*, spec: WorldSpec, days: Ints) -> Instants:
    """This returns the midnights in UTC of days counted from the first: how a fact known by its day is written."""
    return np.asarray(np.datetime64(spec.first_day, "us") + days.astype("timedelta64[D]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """The orders that made somebody a customer: one row per company. `deal` is None for those from before."""

    company: Ints
    deal: Texts
    since: Ints
    second: Ints
    recurring: Floats


def customer_tables(
    *, spec: WorldSpec, clock: Clock, market: Market, staff: Staff, won: Won, rng: np.random.Generator
) -> tuple[Facts, Table]:
    """This returns customers, renewals, ratings and links, and the columns of touches on customers.

    Recurring amounts are in the company's currency. Renewals fall due on each anniversary (known by the day); whoever
    churns is no longer rated or touched. A customer's key is that of the company with a K before it.
    """
    old = np.arange(len(market.key) - spec.customers, len(market.key))
    before = -rng.integers(1, 900, len(old))
    since = np.concatenate([before, won.since])
    company = np.concatenate([old, won.company])
    key = texts(values=[f"K{name}" for name in market.key[company]])
    recurring = cents(
        amounts=np.concatenate([2200 * np.exp(rng.standard_normal(len(old)) * 0.7 - 0.245), won.recurring])
    )
    manager = rng.choice(staff.managers, size=len(key))
    deal = np.concatenate([same(value=None, count=len(old)), won.deal])
    at = np.concatenate([midnights(spec=spec, days=before), clock.utc(seconds=won.second)])
    day_only = either(where=since < 0, yes="day", no="instant")
    customers = fact_table(
        name="customers",
        source=spec.source,
        ids=key,
        happened_at=at,
        precision=day_only,
        customer=key,
        deal=deal,
        recurring=recurring,
        currency=same(value=spec.currency, count=len(key)),
        owner=staff.key[manager],
    )
    renewals, until = _renewals(spec, key, since, recurring=recurring, rng=rng)
    links = fact_table(
        name="links",
        source=spec.source,
        ids="N",
        happened_at=clock.utc(seconds=won.second),
        from_kind=same(value="deal", count=len(won.deal)),
        from_key=won.deal,
        to_kind=same(value="customer", count=len(won.deal)),
        to_key=key[len(old) :],
        role=same(value="won", count=len(won.deal)),
    )
    visits = _quarterly(spec, since, until, rng)
    who, day = visits
    ratings = _ratings(spec, clock, key[who], day=day, rng=rng)
    touches = _customer_touches(clock, key[who], owner=staff.key[manager[who]], day=day, rng=rng)
    return {"customers": customers, "renewals": renewals, "ratings": ratings, "links": links}, touches


def _renewals(
    spec: WorldSpec, key: Texts, since: Ints, *, recurring: Floats, rng: np.random.Generator
) -> tuple[Table, Ints]:
    """All renewals up to the cut, and the day of each customer's end (the cut if there is none)."""
    until = np.full(len(key), spec.days, dtype=np.int64)
    amount, rows = recurring.copy(), []
    staying = np.arange(len(key))
    due = since + 365
    labels = texts(values=["churned", "contracted", "expanded", "renewed"])
    chances = [spec.churn, spec.contract, spec.expand, max(0.0, 1 - spec.churn - spec.contract - spec.expand)]
    while len(staying := staying[due[staying] < spec.days]):
        outcome = rng.choice(4, size=len(staying), p=chances)
        less, more = rng.uniform(*CONTRACTED, len(staying)), rng.uniform(*EXPANDED, len(staying))
        after = cents(
            amounts=amount[staying] * np.choose(outcome, [np.zeros(len(staying)), less, more, np.ones(len(staying))])
        )
        rows.append((staying, due[staying], outcome, amount[staying], after))
        amount[staying] = after
        until[staying[outcome == 0]] = due[staying[outcome == 0]]
        staying = staying[outcome > 0]
        due = due + 365
    who, when, outcome, first, then = (
        (np.concatenate(column) for column in zip(*rows, strict=True)) if rows else [np.empty(0, dtype=np.int64)] * 5
    )
    table = fact_table(
        name="renewals",
        source=spec.source,
        ids="R",
        happened_at=midnights(spec=spec, days=when),
        precision=same(value="day", count=len(who)),
        customer=key[who],
        outcome=labels[outcome],
        amount_before=np.asarray(first, dtype=np.float64),
        amount_after=np.asarray(then, dtype=np.float64),
        currency=same(value=spec.currency, count=len(who)),
    )
    return table, until


def _quarterly(spec: WorldSpec, since: Ints, until: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Customers and days on which somebody talks with them: each quarter of their time, inside the world."""
    turns = np.arange(1, (spec.days + 900) // 91 + 1)
    days = since[:, None] + turns * 91 + rng.integers(-20, 21, (len(since), len(turns)))
    who, turn = np.nonzero((days >= 0) & (days < until[:, None]))
    return who.astype(np.int64), days[who, turn]


def _ratings(spec: WorldSpec, clock: Clock, customer: Texts, *, day: Ints, rng: np.random.Generator) -> Table:
    """Four of ten answer the question after a talk, on the same day."""
    answers = rng.random(len(day)) < 0.4
    count = int(answers.sum())
    at = clock.office_time(days=day[answers], not_before=day[answers] * DAY + clock.open + 7200, rng=rng)
    return fact_table(
        name="ratings",
        source=spec.source,
        ids="Q",
        happened_at=clock.utc(seconds=at),
        customer=customer[answers],
        score=rng.choice(5, size=count, p=list(spec.csat)) + 1.0,
        scale=np.full(count, 5, dtype=np.int64),
    )


def _customer_touches(clock: Clock, customer: Texts, *, owner: Texts, day: Ints, rng: np.random.Generator) -> Table:
    """A message of the customer and the answer to it, median two working hours later; not in the order of time."""
    asked = clock.office_time(days=day, not_before=day * DAY, rng=rng)
    answered = clock.due(seconds=asked, worked=7200 * np.exp(rng.standard_normal(len(day))))
    seen = answered < clock.end
    seconds = np.concatenate([asked, answered[seen]])
    first = np.arange(len(seconds)) < len(asked)
    customers, owners = np.concatenate([customer, customer[seen]]), np.concatenate([owner, owner[seen]])
    return {
        "happened_at": clock.utc(seconds=seconds),
        "subject": customers,
        "subject_kind": same(value="customer", count=len(seconds)),
        "kind": same(value="message", count=len(seconds)),
        "direction": either(where=first, yes="inbound", no="outbound"),
        "level": same(value="contact", count=len(seconds)),
        "human": np.ones(len(seconds), dtype=bool),
        "owner": either(where=first, yes=None, no=owners),
        "outcome": same(value=None, count=len(seconds)),
    }
