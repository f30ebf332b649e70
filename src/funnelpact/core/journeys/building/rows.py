"""The parts of a pass to its row: stages reached and implied, the exit, deals and amounts, response, exclusions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.leads import in_our_names, our_names
from funnelpact.core.journeys.building.tables import Part, alone_and_several, beside, stacked
from funnelpact.core.journeys.mapping import Exclusion, FunnelMapping, Party

ALIKE = "decimal(38, 4)"
SAID = ("type", "party", "segment", "stream", "campaign", "country", "company")


def journey_rows(
    *,
    leads: ir.Table,
    later: ir.Table,
    deals: ir.Table,
    entered: ir.Table,
    ends: ir.Table,
    handed: ir.Table,
    engaged: ir.Table,
    touched: ir.Table,
    deleted: ir.Table,
    people: ir.Table,
    mapping: FunnelMapping,
) -> ir.Table:
    """This returns one row for each pass, of leads and of deals without a lead.

    `record` (a number), `kind` (lead or deal), `pass`, `key` as the source writes it; `type`, `party`, `segment`, `stream`,
    `campaign`, `country`, `company`, `owner`, `team`; `excluded` (the reason, NULL: counts); `created_on`, `created_at`;
    `observed_from`; `engaged_at`, `engagements`; `handed_on`, `handed_at`, `handovers`; counts and first instants of touches;
    `s0` … the day of each position and `t0` … its instant (NULL where only the day is known), `imputed` (bit by bit: a
    position only implied by a later one), `returns`, `reopened`; `left_on`, `left_at`, `left_label`, `left_reason`; `deals`
    (their numbers), `won_deals`, `amount`, `margin`, `currency` of the won ones (NULL where several currencies meet);
    `backwards`, true where a stage or exit lies more than a day before the creation.
    """
    positions = range(len(mapping.funnel.stages))
    passes = beside(
        rows=_of_leads(leads, later, mapping),
        record="nr",
        parts=[
            Part("moved", entered, "nr"),
            Part("ended", ends, "nr"),
            Part("sold", _deals_of_pass(deals, positions), "lead_nr"),
        ],
    )
    both = beside(
        rows=stacked(tables=[_in_one_shape(passes, positions), _of_deals(deals, mapping)]),
        record="record",
        parts=[
            Part("handed", handed, "record"),
            Part("engaged", engaged, "record"),
            Part("touched", touched, "record"),
            Part("deleted", deleted, "record", number=None),
        ],
    )
    both = _with_team(_with_owner(both), people, mapping)
    return _finished(_with_stream(both, mapping), positions, mapping)


def _of_leads(leads: ir.Table, later: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """The passes of leads: the first begins with the lead, the others where they open."""
    first = leads.mutate(**{"pass": ibis.literal(1, "int64")})
    again = later.inner_join(leads, later.lead_nr == leads.nr)
    again = again.mutate(created_at=again.from_at, created_exactly=again.from_at)
    again = again.mutate(created_on=day_in(zone=mapping.zone, at=again.from_at, is_day=ibis.literal(False)))
    return in_our_names(rows=stacked(tables=[first, again]), mapping=mapping)


def _of_deals(deals: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """The deals without a lead, each a pass of its own that sales brought."""
    own = deals.filter(deals.lead_nr.isnull())
    silent = dict.fromkeys(("type", "segment", "campaign", "country", "company"), ibis.null("string"))
    exact = own.opened_exactly == own.opened_at
    own = own.mutate(
        created_on=day_in(zone=mapping.zone, at=own.opened_at, is_day=~exact.fill_null(False)),
        party=ibis.literal(Party.SALES.value),
        stream=ibis.null("string"),
        **silent,
    )
    positions = range(len(mapping.funnel.stages))
    deal_numbers = ibis.array([own.deal_nr])
    return own.select(
        *SAID,
        "created_on",
        "left_at",
        "left_exactly",
        "left_label",
        "left_reason",
        "returns",
        "amount",
        "margin",
        "currency",
        "product",
        record=own.deal_nr,
        kind=ibis.literal("deal"),
        **{"pass": ibis.literal(1, "int64")},
        key=ibis.literal("deal:") + own.deal,
        created_at=own.opened_at,
        created_exactly=own.opened_exactly,
        begins=ibis.literal(mapping.deal_position, "int64"),
        reopened=_reopened(own.exits, own.left_at.notnull()),
        deals=deal_numbers,
        open_deals=_is_open(own, positions).cast("int64"),
        won_deals=_is_won(own, positions).cast("int64"),
        deal_owner=own.owner,
        **{f"t{place}": own[f"t{place}"] for place in positions},
        **{f"x{place}": own[f"x{place}"] for place in positions},
    )


def _deals_of_pass(deals: ir.Table, positions: range) -> ir.Table:
    alone, ours = alone_and_several(rows=deals.filter(deals.lead_nr.notnull()), by="lead_nr")
    order = ibis.struct({"at": ours.opened_at, "nr": ours.deal_nr})
    last_out = ibis.struct({"at": ours.left_at, "label": ours.left_label.fill_null(""), "nr": ours.deal_nr})
    one_currency = ours.currency.min() == ours.currency.max()
    priced = ours.amount.count() > 0
    several = ours.group_by("lead_nr", "pass").aggregate(
        deals=ours.deal_nr.collect(order_by=ours.deal_nr),
        open_deals=ours.count(where=_is_open(ours, positions)),
        won_deals=ours.count(where=_is_won(ours, positions)),
        deal_left_at=ours.left_at.max(),
        deal_left_exactly=ours.left_exactly.max(),
        deal_left_label=ours.left_label.argmax(last_out),
        deal_left_reason=ours.left_reason.argmax(last_out),
        deal_returns=ours.returns.sum(),
        deal_exits=ours.exits.sum(),
        lost_deals=ours.left_at.count(),
        # Amounts without a currency are those of one source; several named ones do not add up.
        deal_amount=ibis.ifelse(one_currency.fill_null(priced), ours.amount.sum(), None).cast(ALIKE),
        deal_margin=ibis.ifelse(one_currency.fill_null(priced), ours.margin.sum(), None).cast(ALIKE),
        deal_currency=ibis.ifelse(one_currency, ours.currency.min(), None),
        deal_owner=ours.owner.argmin(order),
        product=ours["product"].argmin(order),
        **{f"d{place}": ours[f"t{place}"].min() for place in positions},
        **{f"y{place}": ours[f"x{place}"].min() for place in positions},
    )
    return stacked(tables=[several, _only_deals(alone, positions)])


def _only_deals(alone: ir.Table, positions: range) -> ir.Table:
    same = ("left_at", "left_exactly", "left_label", "left_reason", "returns", "exits", "currency", "owner")
    return alone.select(
        "lead_nr",
        "pass",
        "product",
        deals=ibis.array([alone.deal_nr]),
        open_deals=_is_open(alone, positions).cast("int64"),
        won_deals=_is_won(alone, positions).cast("int64"),
        lost_deals=alone.left_at.notnull().cast("int64"),
        # Of a deal without an amount the margin is not told either, unless it has a currency.
        deal_amount=alone.amount,
        deal_margin=ibis.ifelse(alone.currency.notnull() | alone.amount.notnull(), alone.margin, None),
        **{f"deal_{name}": alone[name] for name in same},
        **{f"d{place}": alone[f"t{place}"] for place in positions},
        **{f"y{place}": alone[f"x{place}"] for place in positions},
    )


def _is_won(deals: ir.Table, positions: range) -> ir.Value:
    return deals[f"t{positions[-1]}"].notnull()


def _is_open(deals: ir.Table, positions: range) -> ir.Value:
    return deals.left_at.isnull() & ~_is_won(deals, positions)


def _in_one_shape(rows: ir.Table, positions: range) -> ir.Table:
    """The passes of leads in the shape of those of deals. A lead with deals has left when all have and none is won."""
    has_deals = rows.sold_deals.notnull()
    left = rows.moved_left_at.notnull() & (rows.moved_stayed_at.isnull() | (rows.moved_left_at >= rows.moved_stayed_at))
    lost = has_deals & (rows.sold_open_deals == 0) & (rows.sold_won_deals == 0)
    own = {f"t{place}": rows[f"moved_t{place}"] for place in positions} | {"t0": rows.created_at}
    own_exactly = {f"x{place}": rows[f"moved_x{place}"] for place in positions} | {"x0": rows.created_exactly}

    def ended(name: str) -> ir.Value:
        own_end = rows[f"moved_{name}"] if name in {"left_at", "left_exactly"} else rows[f"ended_{name}"]
        return ibis.cases((lost, rows[f"sold_deal_{name}"]), (~has_deals & left, own_end))

    return rows.select(
        *SAID,
        "created_on",
        left_at=ended("left_at"),
        left_exactly=ended("left_exactly"),
        left_label=ended("left_label"),
        left_reason=ended("left_reason"),
        returns=rows.moved_returns.fill_null(0) + rows.sold_deal_returns.fill_null(0),
        amount=rows.sold_deal_amount,
        margin=rows.sold_deal_margin,
        currency=rows.sold_deal_currency,
        product=rows.sold_product,
        record=rows.nr,
        kind=ibis.literal("lead"),
        **{"pass": rows["pass"]},
        key=rows.key,
        created_at=rows.created_at,
        created_exactly=rows.created_exactly,
        begins=ibis.literal(0, "int64"),
        reopened=_reopened(rows.moved_exits.fill_null(0), (~has_deals & left).fill_null(False))
        + _reopened(rows.sold_deal_exits.fill_null(0), rows.sold_lost_deals > 0),
        deals=rows.sold_deals,
        open_deals=rows.sold_open_deals.fill_null(0),
        won_deals=rows.sold_won_deals.fill_null(0),
        deal_owner=rows.sold_deal_owner,
        **{name: ibis.least(value, rows[f"sold_d{name[1:]}"]) for name, value in own.items()},
        **{name: ibis.least(value, rows[f"sold_y{name[1:]}"]) for name, value in own_exactly.items()},
    )


def _reopened(exits: ir.Value, left: ir.Value) -> ir.Value:
    """How many exits were taken back: all but the one that stands."""
    return exits - ibis.ifelse(left & (exits > 0), 1, 0)


def _with_owner(rows: ir.Table) -> ir.Table:
    owner = ibis.coalesce(rows.handed_handed_to, rows.deal_owner)
    return rows.mutate(owner=owner, at=ibis.coalesce(rows.handed_handed_day, rows.created_at))


def _with_team(rows: ir.Table, people: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """The team: what the mapping says of the owner, else the hand-over, else what the source says of the person now."""
    order = ibis.struct({"batch": people.batch, "at": people.happened_at, "team": people.team.fill_null("")})
    known = people.group_by(of_owner=people.owner).aggregate(people_team=people.team.argmax(order))
    # A view, because joins on what another join computed cannot be chained.
    rows = rows.view()
    joined = rows.left_join(known, rows.owner == known.of_owner)
    if not mapping.teams:
        return joined.mutate(team=ibis.coalesce(joined.handed_handed_team, joined.people_team))
    placed = our_names(rows=joined, column="owner", day="created_on", names=mapping.teams, into="our_team")
    return placed.mutate(team=ibis.coalesce(placed.our_team, placed.handed_handed_team, placed.people_team))


def _with_stream(rows: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """The stream: the lead's, else what the mapping says of the product of its deal."""
    if not mapping.streams:
        return rows
    named = our_names(rows=rows, column="product", day="created_on", names=mapping.streams, into="our_stream")
    return named.mutate(stream=ibis.coalesce(named.stream, named.our_stream))


def _finished(raw: ir.Table, positions: range, mapping: FunnelMapping) -> ir.Table:
    raw = _implied(raw, positions, mapping)
    won = raw[f"s{positions[-1]}"].notnull()
    left_at = ibis.ifelse(won, None, raw.left_at)
    left_exactly = ibis.ifelse(won, None, raw.left_exactly)
    left_on = day_in(zone=mapping.zone, at=left_at, is_day=left_exactly.isnull() | (left_exactly != left_at))
    observed = raw.created_on
    if mapping.observed_from:
        observed = ibis.greatest(observed, ibis.literal(mapping.observed_from))
    handed_on = day_in(zone=mapping.zone, at=raw.handed_handed_day, is_day=raw.handed_handed_at.isnull())
    counted = ("attempts", "contacts", "qualifications", "inbound", "automatic", "day_touches")
    return raw.select(
        "record",
        "kind",
        "pass",
        "key",
        "type",
        "party",
        "segment",
        "stream",
        "campaign",
        "country",
        "company",
        "owner",
        "team",
        "created_on",
        "imputed",
        "backwards",
        "deals",
        "currency",
        excluded=_excluded(raw, mapping.exclusions),
        created_at=raw.created_exactly,
        observed_from=observed,
        engaged_at=raw.engaged_engaged_at,
        engagements=raw.engaged_engagements.fill_null(0),
        handed_on=handed_on,
        handed_at=raw.handed_handed_at,
        handovers=raw.handed_handovers.fill_null(0),
        first_touch_at=raw.touched_first_touch_at,
        first_contact_at=raw.touched_first_contact_at,
        first_qualified_at=raw.touched_first_qualified_at,
        **{name: raw[f"touched_{name}"].fill_null(0) for name in counted},
        **{f"s{place}": raw[f"s{place}"] for place in positions},
        **{f"t{place}": raw[f"i{place}"] for place in positions},
        returns=raw.returns.cast("int32"),
        reopened=raw.reopened.cast("int32"),
        left_on=left_on,
        left_at=left_exactly,
        left_label=ibis.ifelse(won, None, raw.left_label),
        left_reason=ibis.ifelse(won, None, raw.left_reason),
        open_deals=raw.open_deals.cast("int32"),
        won_deals=raw.won_deals.cast("int32"),
        amount=raw.amount.cast(ALIKE),
        margin=raw.margin.cast(ALIKE),
    )


def _implied(raw: ir.Table, positions: range, mapping: FunnelMapping) -> ir.Table:
    """The day and instant of each position: its own, or that of a later one that came first and so implies it."""
    last = positions[-1]
    # Engines pass over NULL in `least` and `greatest`.
    at = {place: ibis.least(*(raw[f"t{later}"] for later in positions[place:])) for place in positions}
    exactly: dict[int, ir.Value] = {last + 1: ibis.null(raw["t0"].type())}
    imputed = ibis.literal(0, "int32")
    for place in reversed(positions):
        own = raw[f"t{place}"]
        exact = ibis.ifelse(raw[f"x{place}"] == own, own, None)
        exactly[place] = ibis.ifelse(own == at[place], exact, exactly[place + 1])
        if place < last:
            implied = own.isnull() & at[place + 1].notnull() | (own > at[place + 1])
            imputed = imputed + ibis.ifelse(implied & (raw.begins <= place), 1 << place, 0)
    end = ibis.ifelse(at[last].isnull(), raw.left_at, None)
    first = ibis.least(at[0], end)
    first_on = day_in(zone=mapping.zone, at=first, is_day=ibis.literal(False))
    days = {place: day_in(zone=mapping.zone, at=at[place], is_day=exactly[place].isnull()) for place in positions}
    here = {place: at[place].notnull() & (raw.begins <= place) for place in positions}
    return raw.mutate(
        imputed=imputed.cast("int32"),
        backwards=(first_on < raw.created_on - ibis.interval(days=1)).fill_null(False),
        # A position that was not reached has no day.
        **{
            f"s{place}": ibis.ifelse(here[place], ibis.greatest(days[place], raw.created_on), None)
            for place in positions
        },
        **{f"i{place}": ibis.ifelse(here[place], exactly[place], None) for place in positions},
    )


def _excluded(raw: ir.Table, rules: Sequence[Exclusion]) -> ir.Value:
    branches = [(raw.deleted_gone.fill_null(False), ibis.literal("deleted"))]
    for rule in rules:
        holds = raw[rule.field].isin(rule.labels)
        if rule.since:
            holds &= raw.created_on >= ibis.literal(rule.since)
        if rule.until:
            holds &= raw.created_on < ibis.literal(rule.until)
        branches.append((holds, ibis.literal(rule.reason)))
    return ibis.cases(*branches, else_=ibis.null("string"))
