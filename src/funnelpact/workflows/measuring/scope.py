"""What a question about the funnel is asked of: the facts and journeys of one day, as known at one time, by one dimension."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from funnelpact.core.facts.exchange import exchange_in
from funnelpact.core.facts.history import newest_day, newest_fact
from funnelpact.core.journeys.dimensions import BreakdownLeaks, Dimension, available_dimensions, find_dimension
from funnelpact.core.journeys.journeys import happened_by
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.journeys.orders import orders_of
from funnelpact.core.journeys.passes import passes as passes_of
from funnelpact.core.journeys.pricing import Prices, passes_in, priced
from funnelpact.core.measure.counts.taken import Overview, overview
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import UNNAMED
from funnelpact.core.terms.period import Period, instants
from funnelpact.core.terms.problem import CurrenciesMixed, Problem
from funnelpact.core.terms.report import Figures, QualityIssue
from funnelpact.workflows.journeys import journeys_now, knowing
from funnelpact.workflows.mapping import mapping_in_force
from funnelpact.workflows.ports import FactStore, FunnelMappings
from funnelpact.workflows.quality import check_once, check_quality, refuse_if_spoilt

LEAK = Fraction(1, 50)
"""A breakdown that less than this share of the passes not won carry, and most of the won, was written down at the win."""
LATE = Fraction(1, 10)
"""Shares that differ by more than this between won and other passes move every rate by that breakdown."""


class NothingImported(Problem):
    """There are no facts in the data folder, or none were known by then."""

    code = "nothing-imported"


class RatesMissing(CurrenciesMixed):
    """Orders were booked before the first rate of exchange of their currency."""

    code = "rates-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Facts and journeys up to the end of `as_of`, a day of the mapping's zone, as known at `known_at`.

    `passes` are those that count, with `by`, the value of the dimension; `everyone` those too that are excluded, without it;
    `touches` and `accounts` lie beside. `until` is the
    last instant of which anything is known: the end of the day, or the newest fact. `notes` are what must be known before
    any number; `against` are the issues of quality that spoil each group of figures and that nobody has accepted.
    """

    facts: Mapping[str, Any]
    passes: Any
    everyone: Any
    touches: Any
    accounts: Any
    mapping: FunnelMapping
    as_of: date
    known_at: datetime
    until: datetime
    by: str | None
    notes: tuple[Message, ...]
    against: Mapping[Figures, tuple[QualityIssue, ...]]

    def prices(self, *, currency: str | None = None) -> Prices:
        """The orders in one currency: the one asked for, else that of most deals. Raises `CurrenciesMixed`.

        It is refused where some won order is in a currency that has no rate at all. A currency whose rates begin too late
        for some orders is told in `missing`.
        """
        orders = orders_of(facts=self.facts, mapping=self.mapping).cache()
        exchange = exchange_in(fx=self.facts["fx"])
        found = priced(orders=orders, exchange=exchange, into=currency)
        for code in found.missing:
            if not exchange.joined(of=code, into=found.currency):
                raise CurrenciesMixed(first=found.currency, second=code)
        return found

    def in_one_currency(self, *, currency: str | None = None) -> tuple[Any, str, tuple[Message, ...]]:
        """The passes with amounts in one currency, that currency, and what must be said of it.

        Raises `CurrenciesMixed`, and `RatesMissing` where an order was booked before the first rate of its currency.
        """
        deals = self.facts["deals"]
        kinds = deals.filter(deals.amount.notnull()).select("currency", "amount_kind").distinct()
        rows = kinds.to_pyarrow().to_pylist()
        named = sorted({row["currency"] for row in rows if row["currency"]})
        one = len(named) <= 1 and currency in {None, *named}
        if one and len({row["amount_kind"] for row in rows}) <= 1:
            return self.passes, named[0] if named else UNNAMED, ()
        prices = self.prices(currency=currency)
        if prices.missing:
            code, orders = next(iter(prices.missing.items()))
            raise RatesMissing(currency=code, orders=orders, into=prices.currency)
        return (
            passes_in(passes=self.passes, prices=prices),
            prices.currency,
            notes_on_prices(prices=prices, asked=currency),
        )


def notes_on_prices(*, prices: Prices, asked: str | None) -> tuple[Message, ...]:
    """This returns what must be said of amounts that are not as the source told them."""
    notes: list[Message] = []
    if prices.converted:
        codes, orders = tuple(prices.converted), sum(prices.converted.values())
        why = "asked" if asked else "most"
        notes.append(Message(f"note.converted.{why}", currencies=codes, orders=orders, into=prices.currency))
    if prices.missing:
        codes, orders = tuple(prices.missing), sum(prices.missing.values())
        notes.append(Message("note.rates_missing", currencies=codes, orders=orders, into=prices.currency))
    if prices.mixed:
        notes.append(Message("note.first_year"))
    if prices.termless:
        notes.append(Message("note.termless", orders=prices.termless))
    return tuple(notes)


def scope_of(
    *,
    store: FactStore,
    as_of: date | None = None,
    known_at: datetime | None = None,
    by: str | None = None,
    mappings: FunnelMappings | None = None,
    figures: Collection[Figures] = (),
    asked: Collection[Figures] = (),
    accepted: Collection[str] = (),
) -> Scope:
    """This returns what questions are asked of: everything up to the end of `as_of`, by default the newest fact's day.

    `by` breaks it down; None takes the lead type where leads have one. Labels mean what the mapping in force says, and
    days are those of its zone. Of the `figures` none may be spoilt by a rule of quality, unless the rule is `accepted`; what
    spoils those that are only `asked` about is told in `against`. Raises `NothingImported`, `BreakdownUnknown`,
    `BreakdownAmbiguous`, `BreakdownLeaks`, `QualityRefuses`.
    """
    snapshot = store.snapshot(known_at=known_at)
    if snapshot.known_at is None:
        raise NothingImported()
    everything = snapshot.facts
    newest = newest_fact(facts=everything, learnt_at=snapshot.known_at)
    if newest is None:
        raise NothingImported()
    version, mapping = mapping_in_force(mappings=mappings)
    day = as_of or newest_day(facts=everything, newest=newest, zone=mapping.zone)
    facts = happened_by(facts=everything, as_of=day, zone=mapping.zone)
    mapping = knowing(mapping=mapping, facts=facts)
    dimension = _dimension(facts, by)
    # Issues that refuse nothing are of use only to tell what was accepted.
    check = check_quality if accepted else check_once
    report = check(store=store, as_of=day, known_at=known_at, mappings=mappings, spoiling=(*figures, *asked))
    refuse_if_spoilt(report=report, figures=figures, accepted=accepted)
    journeys = journeys_now(snapshot=snapshot, facts=facts, mapping=mapping, as_of=day, version=version)
    passes = passes_of(journeys=journeys["passes"], facts=facts, by=dimension).cache()
    seen = overview(passes=passes, won=len(mapping.funnel.stages) - 1)
    notes = [*_notes_on_passes(seen, mapping), *_notes_on_breakdown(seen, dimension, by)]
    taken = [issue for issue in report.issues if issue.code in accepted]
    notes += [Message("note.accepted", rule=issue.code, said=issue.sentence) for issue in taken]
    return Scope(
        facts=facts,
        passes=passes,
        everyone=journeys["passes"],
        touches=journeys["touches"],
        accounts=journeys["accounts"],
        mapping=mapping,
        as_of=day,
        known_at=snapshot.known_at,
        until=min(newest, instants(period=Period(day, day + timedelta(days=1)), zone=mapping.zone)[1]),
        by=None if dimension is None else by or dimension.name,
        notes=tuple(notes),
        against={
            group: tuple(issue for issue in issues if issue.code not in accepted)
            for group, issues in report.refused.items()
        },
    )


def _dimension(facts: Mapping[str, Any], by: str | None) -> Dimension | None:
    available = available_dimensions(facts=facts)
    if by is not None:
        return find_dimension(asked=by, available=available)
    return next((entry for entry in available if (entry.table, entry.name) == ("leads", "type")), None)


def _notes_on_passes(seen: Overview, mapping: FunnelMapping) -> list[Message]:
    notes = []
    if seen.backwards:
        notes.append(Message("note.backwards", passes=seen.backwards, examples=seen.examples))
    if mapping.unknown_lead_labels:
        notes.append(Message("note.unknown_labels", labels=mapping.unknown_lead_labels))
    return notes


def _notes_on_breakdown(known: Overview, dimension: Dimension | None, by: str | None) -> list[Message]:
    if dimension is None:
        return []
    if not known.won or not known.others:
        return []
    won, others = Fraction(known.won_known, known.won), Fraction(known.others_known, known.others)
    name = by or dimension.name
    if others < LEAK and won > Fraction(1, 2):
        raise BreakdownLeaks(asked=name, known=known.others_known, others=known.others, won=known.won_known)
    if won - others > LATE:
        return [Message("note.breakdown_late", by=name, missing=known.others - known.others_known, others=known.others)]
    return []
