"""Deals: what each brought and how it ended, and the lead that it is credited to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.moves import ends, entered
from funnelpact.core.journeys.building.tables import alone_and_several, stacked
from funnelpact.core.journeys.mapping import Attribution, FunnelMapping

_TEXTS = ("currency", "reason", "owner", "product")
_PRIMARY, _NAMED, _OTHER = 0, 1, 2


def deals_of(
    *, facts: Mapping[str, ir.Table], moves: ir.Table, leads: ir.Table, mapping: FunnelMapping, with_days: bool = True
) -> ir.Table:
    """This returns one row for each deal: `deal_nr`, the `lead_nr` it is credited to (NULL: no known lead), what it brought.

    `leads` has `nr` and `created_at` of every lead that counts, `moves` are `core.journeys.building.moves.placed`. Columns beside:
    `deal`, `opened_at`, `opened_exactly`, `t…`, `x…` per position, `left_at` (NULL for won and open deals), `left_exactly`,
    `left_label`, `left_reason`, `returns`, `exits`, `amount`, `margin` and `currency` of a won deal, `owner`, `product`.
    An exit counts while it is the last that was said. Where a deal has several rows, the newest batch says what it is now.
    """
    one = said_now(deals=facts["deals"])
    of_deals = moves.filter(moves.record == "deal")
    positions = range(len(mapping.funnel.stages))
    went = entered(moves=of_deals, by=["nr"], positions=positions, with_days=with_days)
    last = ends(moves=of_deals, by=["nr"])
    credited = _credited(facts=facts, deals=one, leads=leads, attribution=mapping.attribution)
    joined = (
        one.left_join(went.rename(went_nr="nr"), [("deal_nr", "went_nr")])
        .left_join(last.rename(last_nr="nr"), [("deal_nr", "last_nr")])
        .left_join(credited.rename(credited_nr="deal_nr"), [("deal_nr", "credited_nr")])
    )
    won = joined[f"t{positions[-1]}"].notnull()
    # An exit at the instant of an entry stands: the source wrote both, and the end is what it showed after.
    left = joined.left_at.notnull() & (joined.stayed_at.isnull() | (joined.left_at >= joined.stayed_at)) & ~won
    paid = won & (joined.amount > 0)
    at = mapping.deal_position
    times = {f"t{place}": joined[f"t{place}"] for place in positions}
    exact = {f"x{place}": joined[f"x{place}"] for place in positions}
    times[f"t{at}"] = ibis.least(joined.opened_at, joined[f"t{at}"])
    exact[f"x{at}"] = ibis.least(joined.opened_exactly, joined[f"x{at}"])
    return joined.select(
        "deal_nr",
        "deal",
        "opened_at",
        "opened_exactly",
        "owner",
        "product",
        lead_nr=joined.credited_to,
        left_at=ibis.ifelse(left, joined.left_at, None),
        left_exactly=ibis.ifelse(left, joined.left_exactly, None),
        left_label=ibis.ifelse(left, joined.left_label, None),
        left_reason=ibis.ifelse(left, ibis.coalesce(joined.left_reason, joined.reason), None),
        returns=joined.returns.fill_null(0),
        exits=joined.exits.fill_null(0),
        amount=ibis.ifelse(paid, joined.amount, None),
        margin=ibis.ifelse(paid, joined.margin, None),
        currency=ibis.ifelse(paid, joined.currency, None),
        **times,
        **exact,
    )


def said_now(*, deals: ir.Table, also: Sequence[str] = ()) -> ir.Table:
    """This returns one row for each deal with what its newest batch says of it: `deal_nr`, `deal`, `opened_at`, `opened_exactly`
    (NULL: only the day is known), `named_nr` (the lead it names), `amount`, `margin`, `currency`, `reason`, `owner`, `product`,
    and the columns in `also`. A batch that is silent of something leaves what was said before.
    """
    alone, several = alone_and_several(rows=deals, by="deal_nr")

    def said(value: ir.Value) -> ir.Value:
        return value.argmax(ibis.struct({"batch": several.batch, "said": value.notnull(), "value": value}))

    names = {"named_nr": "lead_nr", **{name: name for name in ("amount", "margin", *_TEXTS, *also)}}
    last = several.group_by("deal_nr").aggregate(
        deal=several.deal.min(),
        opened_at=several.happened_at.min(),
        opened_exactly=several.happened_at.min(where=several.precision == Precision.INSTANT.value),
        **{name: said(several[column]) for name, column in names.items()},
    )
    only = alone.select(
        "deal_nr",
        "deal",
        opened_at="happened_at",
        opened_exactly=ibis.ifelse(alone.precision == Precision.INSTANT.value, alone.happened_at, None),
        **names,
    )
    both = stacked(tables=[only, last])
    return both.mutate(amount=both.amount.cast("decimal(38, 4)"), margin=both.margin.cast("decimal(38, 4)"))


def _credited(*, facts: Mapping[str, ir.Table], deals: ir.Table, leads: ir.Table, attribution: Attribution) -> ir.Table:
    """The lead of each deal: of those that the deal names or that are linked to it, the one that the attribution takes."""
    named = deals.select("deal_nr", "opened_at", lead_nr=deals.named_nr, rank=ibis.literal(_NAMED, "int64"))
    links = facts["links"]
    person, sale = ["lead", "contact"], "deal"
    rank = ibis.ifelse(links.role.lower().contains("primary").fill_null(False), _PRIMARY, _OTHER).cast("int64")
    there = links.filter(links.from_kind.isin(person) & (links.to_kind == sale))
    back = links.filter((links.from_kind == sale) & links.to_kind.isin(person))
    linked = stacked(
        tables=[
            there.select(deal_nr="to_nr", lead_nr="from_nr", rank=rank),
            back.select(deal_nr="from_nr", lead_nr="to_nr", rank=rank),
        ],
    )
    opened = deals.select(opened_nr=deals.deal_nr, opened_at=deals.opened_at)
    placed = linked.inner_join(opened, linked.deal_nr == opened.opened_nr)
    candidates = stacked(tables=[named, placed])
    known = candidates.inner_join(leads.select(known_nr="nr", created_at="created_at"), [("lead_nr", "known_nr")])
    later = known.created_at > known.opened_at
    age = known.opened_at.delta(known.created_at, unit="second")
    orders: dict[Attribution, dict[str, ir.Value]] = {
        Attribution.PRIMARY: {"rank": known["rank"], "created_at": known.created_at},
        Attribution.FIRST: {"created_at": known.created_at},
        Attribution.LAST: {"later": later, "age": ibis.ifelse(later, -age, age)},
    }
    order = ibis.struct({**orders[attribution], "nr": known.lead_nr})
    return known.group_by("deal_nr").aggregate(credited_to=known.lead_nr.argmin(order))
