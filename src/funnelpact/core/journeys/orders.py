"""Orders: what each deal is worth, of which kind its amount is, and on which day it counts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import day_in
from funnelpact.core.journeys.building.deals import said_now
from funnelpact.core.journeys.building.identity import as_one, merged_into
from funnelpact.core.journeys.building.moves import LEFT, placed
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.stages import plain_words


class AmountKind(Enum):
    """What the amount of a deal is: paid once, what it brings in a year, or all of a contract's term."""

    ONE_OFF = "one_off"
    ANNUAL = "annual"
    TOTAL = "total"


_WORDS: dict[AmountKind, frozenset[str]] = {
    AmountKind.ANNUAL: frozenset(
        "annual annually yearly year recurring arr acv yillik senelik jahrlich annuel".split()
    ),
    AmountKind.TOTAL: frozenset("total tcv contract lifetime toplam sozlesme gesamt".split()),
    AmountKind.ONE_OFF: frozenset("oneoff off onetime once single tek seferlik pesin einmalig".split()),
}


def amount_kind_of(*, label: str) -> AmountKind | None:
    """This returns the kind that the words of a source name; None where they name none, or two.

    >>> amount_kind_of(label="one-off"), amount_kind_of(label="Yıllık"), amount_kind_of(label="TCV")
    (<AmountKind.ONE_OFF: 'one_off'>, <AmountKind.ANNUAL: 'annual'>, <AmountKind.TOTAL: 'total'>)
    """
    words = set(plain_words(label=label))
    named = [kind for kind, names in _WORDS.items() if words & names]
    return named[0] if len(named) == 1 else None


def orders_of(*, facts: Mapping[str, ir.Table], mapping: FunnelMapping) -> ir.Table:
    """This returns one row for each deal, as of the day of the facts.

    `deal_nr`; `won_on`, the day of the zone on which it was won (NULL: it is not); `open`, neither won nor left; `booked_on`,
    the day at whose rate it is exchanged: that of the booking, else of the win, else of the opening; `amount`, `margin`,
    `currency` as said last, NULL where the amount is not above zero; `amount_kind` (a value of `AmountKind`, NULL: not
    said), `term_months`, `company`. Merged deals are one.
    """
    known = as_one(facts=facts, into=merged_into(merges=facts["merges"]))
    deals = said_now(deals=known["deals"], also=("amount_kind", "term_months", "booked_on", "company"))
    ends = _ends(known["transitions"], mapping)
    joined = deals.left_join(ends, deals.deal_nr == ends.ended_nr)
    won = joined.won_at.notnull()
    left = joined.left_at.notnull() & (joined.stayed_at.isnull() | (joined.left_at >= joined.stayed_at)) & ~won
    zone = mapping.zone
    won_on = day_in(zone=zone, at=joined.won_at, is_day=joined.won_exactly.isnull())
    opened_on = day_in(zone=zone, at=joined.opened_at, is_day=joined.opened_exactly.isnull())
    # A booking at midnight in UTC is a day.
    booked_on = day_in(zone=zone, at=joined.booked_on, is_day=joined.booked_on == joined.booked_on.truncate("D"))
    paid = joined.amount > 0
    return joined.select(
        "deal_nr",
        "company",
        won_on=won_on,
        open=~won & ~left,
        booked_on=ibis.coalesce(booked_on, won_on, opened_on),
        amount=ibis.ifelse(paid, joined.amount, None),
        margin=ibis.ifelse(paid, joined.margin, None),
        currency=ibis.ifelse(paid, joined.currency.nullif(""), None),
        amount_kind=_kind(joined.amount_kind, facts["deals"]),
        term_months=ibis.ifelse(joined.term_months > 0, joined.term_months, None),
    )


def _ends(transitions: ir.Table, mapping: FunnelMapping) -> ir.Table:
    """When each deal was first won, last left, and last entered any stage."""
    moves = placed(transitions=transitions.filter(transitions.subject_kind == "deal"), mapping=mapping)
    win, left = moves.position == len(mapping.funnel.stages) - 1, moves.position == LEFT
    one = moves.group_by(ended_nr=moves.nr).aggregate(
        won_at=moves["at"].min(where=win),
        exactly=moves["at"].min(where=win & ~moves.is_day),
        left_at=moves["at"].max(where=left),
        stayed_at=moves["at"].max(where=moves.position >= 0),
    )
    return one.mutate(won_exactly=ibis.ifelse(one.exactly == one.won_at, one.exactly, None)).drop("exactly")


def _kind(said: ir.Value, deals: ir.Table) -> ir.Value:
    """The kinds of amount in our names, by the words of the few labels that a source has."""
    labels = [
        label for label in deals.select("amount_kind").distinct().to_pyarrow()["amount_kind"].to_pylist() if label
    ]
    named = {label: kind.value for label in sorted(labels) if (kind := amount_kind_of(label=label))}
    return (
        ibis.cases(*((said == label, name) for label, name in named.items()), else_=ibis.null("string"))
        if named
        else (ibis.null("string"))
    )
