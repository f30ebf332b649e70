"""Records to facts: leads, deals, people, companies, products."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Column, Table, pa, pc
from funnelpact.adapters.connectors.files.bulk.moments import Flags, Moments
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.records import COMPANIES, DEALS, KEYS, LEADS, PEOPLE, PRODUCTS
from funnelpact.adapters.connectors.files.making.reader import SOURCE, Reader, Said, at, chosen, instants, source_ids
from funnelpact.adapters.connectors.files.values import currency_code
from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""What a file says of people, companies and products without a date was always so, as far as it tells."""
TRUE = frozenset({"true", "yes", "1", "evet", "doğru"})
Facts: TypeAlias = list[tuple[str, Table]]
Move: TypeAlias = tuple[str | Column, Moments]
"""A label, and when it was given."""

# Which role fills which column of the fact table; what is not named here goes to `labels` under its own header.
_COLUMNS: dict[str, dict[Role, str]] = {
    LEADS: {
        Role.LEAD_KEY: "lead", Role.TYPE: "type", Role.SEGMENT: "segment", Role.CAMPAIGN: "campaign",
        Role.COUNTRY: "country", Role.COMPANY: "company",
    },
    DEALS: {
        Role.DEAL_KEY: "deal", Role.LEAD_KEY: "lead", Role.OWNER: "owner", Role.PRODUCT: "product", Role.COMPANY: "company",
        Role.CURRENCY: "currency",
    },
    PEOPLE: {Role.OWNER: "owner", Role.TEAM: "team", Role.POST: "role"},
    COMPANIES: {Role.COMPANY: "company"},
    PRODUCTS: {Role.PRODUCT: "product"},
}  # fmt: skip
# Roles that speak through another column than one of their own; all else that a row says becomes a label.
_SPOKEN: dict[str, frozenset[Role]] = {
    LEADS: frozenset({Role.CREATED, Role.REACHED, Role.DELETED, Role.BECAME}),
    DEALS: frozenset(
        {
            Role.CREATED,
            Role.CLOSED,
            Role.WON,
            Role.LOST,
            Role.STAGE,
            Role.AMOUNT,
            Role.REACHED,
            Role.DELETED,
            Role.FIRST_STAGE,
        }
    ),
    PEOPLE: frozenset({Role.STARTS, Role.LEAVES}),
    PRODUCTS: frozenset({Role.PRICE}),
}


def facts_of_records(*, reader: Reader) -> Facts:
    """The facts of a file of records. Reasons: `no-key`, `no-date`, `no-end-date`, `bad-date`, `bad-amount`."""
    kind = reader.mapping.kind
    key = reader.text(KEYS[kind])
    if kind == DEALS:
        # A file of deals that names only the lead: one deal a lead, under the lead's key.
        key = pc.coalesce(key, reader.text(Role.LEAD_KEY))
    reader.refuse(~np.asarray(key.is_valid(), np.bool_), "no-key")
    named = {column: reader.text(role) for role, column in _COLUMNS[kind].items()}
    said = {"source": SOURCE, "source_id": source_ids(kind=kind, keys=key), **named}
    if kind == LEADS:
        reached = _reached(reader)
        said |= reader.when(Role.CREATED)
        moved = _transitions(reader, "lead", key, reached)
        return [
            ("leads", _record(reader, said)),
            *moved,
            *_became(reader, key, said),
            *_deleted(reader, "lead", key, said),
        ]
    if kind == DEALS:
        deal, moves = _deals(reader, key, said)
        moved = _transitions(reader, "deal", key, moves)
        return [("deals", _record(reader, deal)), *moved, *_deleted(reader, "deal", key, deal)]
    if kind == PEOPLE and {Role.STARTS, Role.LEAVES} & reader.headers.keys():
        return [("people", _record(reader, {**said, **_time_of_owners(reader, key)}))]
    if kind == PRODUCTS:
        said |= {"list_price": reader.amounts(Role.PRICE)[0]}
    return [(kind, _record(reader, {**said, "happened_at": ALWAYS, "precision": Precision.DAY.value}))]


def _record(reader: Reader, said: Said) -> Table:
    kind = reader.mapping.kind
    heard = {*_COLUMNS[kind], *_SPOKEN.get(kind, ())}
    return reader.table(kind, said, reader.kept, labels=reader.headers_beside(heard))


def _became(reader: Reader, key: Column, said: Said) -> Facts:
    """The deal that a lead was converted to, where its row names one."""
    named = {
        "from_kind": "lead",
        "from_key": key,
        "to_kind": "deal",
        "to_key": reader.text(Role.BECAME),
        "role": "converted",
    }
    common = {column: said[column] for column in ("source", "source_id", "happened_at", "precision")}
    return [("links", reader.table("links", {**common, **named}, reader.kept & reader.filled(Role.BECAME)))]


def _deleted(reader: Reader, kind: str, key: Column, said: Said) -> Facts:
    """That a record is deleted, as of its own time: it never counts."""
    codes, words = reader.words(Role.DELETED)
    deleted = np.array([*(word.lower() in TRUE for word in words), False], np.bool_)[codes]
    common = {column: said[column] for column in ("source", "source_id", "happened_at", "precision")}
    table = reader.table("deletions", {**common, "subject": key, "subject_kind": kind}, reader.kept & deleted)
    return [("deletions", table)]


def _time_of_owners(reader: Reader, key: Column) -> Said:
    """From when on an owner has a team and a role, and until when; a row for each such time."""
    starts, leaves = reader.moments_of(Role.STARTS), reader.moments_of(Role.LEAVES)
    always = pa.scalar(ALWAYS, pa.timestamp("us", "UTC"))
    begun = pc.if_else(pa.array(starts.good), instants(moments=starts), always)
    day = begun.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("s")).cast(pa.string())
    since = pc.if_else(pa.array(starts.good), day, None)
    keys = pc.binary_join_element_wise(key, since, "/", null_handling="skip")
    return {
        "source_id": source_ids(kind=PEOPLE, keys=keys),
        "happened_at": begun,
        "precision": at(moments=starts)["precision"],
        "leaves_at": instants(moments=leaves),
    }


def _reached(reader: Reader) -> list[Move]:
    """The stages whose days have columns of their own."""
    return [
        (header, reader.moments(header))
        for header, role in reader.mapping.columns.items()
        if role is Role.REACHED and header in reader.file.headers
    ]


def _deals(reader: Reader, key: Column, said: Said) -> tuple[Said, list[Move]]:
    opened, closed, won = (reader.moments_of(role) for role in (Role.CREATED, Role.CLOSED, Role.WON))
    lost = reader.moments_of(Role.LOST)
    stage, is_won, is_lost = _stages(reader, lost.good & ~won.good)
    ended = is_won | is_lost
    closed = chosen(where=is_lost & lost.good, first=lost, other=closed)
    reader.refuse(ended & opened.good & ~(closed.good | won.good), "no-end-date")
    # The closing date of a deal that has not ended is a hope, and no event.
    first = chosen(where=opened.good, first=opened, other=chosen(where=won.good, first=won, other=closed))
    reader.refuse(~(opened.good | won.good | (closed.good & ended)), "no-date")
    amounts, beside = reader.amounts(Role.AMOUNT)
    # What a lost deal was worth is nothing, and 0 there says no more than an empty cell.
    worth = pc.or_(pc.not_equal(amounts, 0), pa.array(is_won))
    deal = {
        **said,
        **at(moments=first),
        "deal": key,
        "amount": pc.if_else(worth, amounts, None),
        "currency": currencies(reader=reader, beside=beside),
        "outcome": stage,
    }
    label = pc.if_else(pa.array(won.good), WON, stage)
    end = chosen(where=won.good, first=won, other=chosen(where=ended, first=closed, other=opened))
    begun = (reader.text(Role.FIRST_STAGE), opened)
    return deal, [begun, (label, end), *_reached(reader)]


def _stages(reader: Reader, only_lost: Flags) -> tuple[Column, Flags, Flags]:
    """The stage label of each deal, and which are won and which lost; a day of losing alone is a label, too."""
    codes, words = reader.words(Role.STAGE)
    ends = [stage_of(label=word) for word in words]
    is_won = np.array([*(end == WON for end in ends), False], np.bool_)[codes]
    is_lost = np.array([*(end == EXIT for end in ends), False], np.bool_)[codes]
    # A day of losing ends a deal whose stage is still the one in which it was lost.
    unsaid = only_lost & ~is_won & ~is_lost
    label = pc.if_else(pa.array(unsaid), "lost", reader.text(Role.STAGE))
    return label, is_won, is_lost | unsaid


def currencies(*, reader: Reader, beside: Column) -> Column:
    """The currency of each amount: what the row names, else what stands beside the amount, else what a person said."""
    codes, words = reader.words(Role.CURRENCY)
    named = pa.array([*(currency_code(word) for word in words), None], pa.string())
    given = named.take(pa.array(np.where(codes < 0, len(words), codes)))
    return pc.coalesce(given, beside, pa.scalar(reader.mapping.currency, pa.string()))


def _transitions(reader: Reader, kind: str, key: Column, moves: Iterable[Move]) -> Facts:
    facts = []
    for label, moments in moves:
        labelled = moments.good if isinstance(label, str) else moments.good & np.asarray(label.is_valid(), np.bool_)
        said = {
            "source": SOURCE,
            "source_id": source_ids(kind=reader.mapping.kind, keys=key),
            "subject": key,
            "subject_kind": kind,
            "label": label,
            **at(moments=moments),
        }
        facts.append(("transitions", reader.table("transitions", said, reader.kept & labelled)))
    return facts
