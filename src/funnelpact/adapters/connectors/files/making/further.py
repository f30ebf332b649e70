"""Customers, renewals, ratings, rates of exchange, links, merges, deletions and pauses to facts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Column, pa, pc
from funnelpact.adapters.connectors.files.bulk.moments import Flags
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.further import (
    CUSTOMERS,
    DELETIONS,
    FX,
    LINKS,
    MERGES,
    PAUSES,
    RATINGS,
    RENEWALS,
    pair_of,
)
from funnelpact.adapters.connectors.files.making.events import named, subject
from funnelpact.adapters.connectors.files.making.reader import SOURCE, Reader, Said, instants, source_ids
from funnelpact.adapters.connectors.files.making.records import ALWAYS, Facts, currencies
from funnelpact.adapters.connectors.files.values import currency_code
from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.stages import plain_words

_KINDS = ((Role.LEAD_KEY, "lead"), (Role.DEAL_KEY, "deal"), (Role.COMPANY, "company"), (Role.CUSTOMER, "customer"))
_NAMING = {
    RENEWALS: {"customer"}, RATINGS: {"customer"}, FX: {"base", "quote"}, MERGES: {"subject"}, DELETIONS: {"subject", "subject_kind"},
    PAUSES: {"subject", "subject_kind"}, LINKS: {"from_key", "to_key", "role"},
}  # fmt: skip
_CHURNED = ("churn", "lost", "cancel", "iptal", "kaybed", "ayril")


def facts_of_further(*, reader: Reader) -> Facts:
    """The facts of such a file. Reasons: `no-key`, `no-date`, `bad-date`, `bad-amount`, `no-score`, `no-rate`,
    `no-currency`, `no-other-key`.
    """
    make: dict[str, Callable[[Reader], Said]] = {
        RENEWALS: _renewal, RATINGS: _rating, FX: _rate, LINKS: _link, MERGES: _merge, DELETIONS: subject, PAUSES: _pause,
    }  # fmt: skip
    kind = reader.mapping.kind
    if kind == CUSTOMERS:
        return _customers(reader)
    said = make[kind](reader)
    when = _when(reader)
    # What was measured may be corrected later; of whom and when does not change.
    keys = {column: value for column, value in said.items() if column in _NAMING[kind]}
    ids = named(reader=reader, said=keys, when=when, rows=reader.kept)
    return [(kind, reader.table(kind, {**when, **said, **ids}, reader.kept))]


def _when(reader: Reader) -> Said:
    """When it happened; a link or a merge that names no day was always so, as far as the file tells."""
    if Role.HAPPENED in reader.headers:
        return reader.when(Role.HAPPENED)
    return {
        "happened_at": pa.repeat(pa.scalar(ALWAYS, pa.timestamp("us", "UTC")), reader.count),
        "precision": Precision.DAY.value,
    }


def _needed(reader: Reader, role: Role, reason: str) -> Column:
    reader.refuse(~reader.filled(role), reason)
    return reader.text(role)


def _customers(reader: Reader) -> Facts:
    key = _needed(reader, Role.CUSTOMER, "no-key")
    amounts, beside = reader.amounts(Role.RECURRING)
    said = {
        "source": SOURCE,
        "source_id": source_ids(kind=CUSTOMERS, keys=key),
        **reader.when(Role.CREATED),
        "customer": key,
        "deal": reader.text(Role.DEAL_KEY),
        "recurring": amounts,
        "currency": currencies(reader=reader, beside=beside),
        "owner": reader.text(Role.OWNER),
    }
    heard = {Role.CUSTOMER, Role.CREATED, Role.DEAL_KEY, Role.RECURRING, Role.CURRENCY, Role.OWNER}
    return [("customers", reader.table("customers", said, reader.kept, labels=reader.headers_beside(heard)))]


def _renewal(reader: Reader) -> Said:
    key = _needed(reader, Role.CUSTOMER, "no-key")
    before, first = reader.amounts(Role.BEFORE)
    after, second = reader.amounts(Role.AFTER)
    return {
        "customer": key,
        "outcome": pc.coalesce(_outcome(reader), _by_amounts(before, after)),
        "amount_before": before,
        "amount_after": after,
        "currency": currencies(reader=reader, beside=pc.coalesce(first, second)),
    }


def _outcome(reader: Reader) -> Column:
    """What became of a renewal, in the four words that the table knows; other words stay as they are written."""
    codes, words = reader.words(Role.RESULT)
    known = [_outcome_of(word) for word in words]
    return pa.array([*known, None], pa.string()).take(pa.array(np.where(codes < 0, len(words), codes)))


def _outcome_of(word: str) -> str:
    plain = " ".join(plain_words(label=word))
    for outcome, starts in (
        ("churned", _CHURNED),
        ("expanded", ("expan", "upsell", "upgrade", "grow", "buyu", "genisle")),
        ("contracted", ("contract", "downsell", "downgrade", "shrink", "reduc", "kucul", "daral")),
        ("renewed", ("renew", "won", "yenile", "flat")),
    ):
        if plain.startswith(starts):
            return outcome
    return word


def _by_amounts(before: Column, after: Column) -> Column:
    """What the two amounts say where no word does."""
    said = pa.nulls(len(before), pa.string())
    for outcome, holds in (
        ("expanded", pc.greater(after, before)),
        ("contracted", pc.less(after, before)),
        ("renewed", pc.equal(after, before)),
    ):
        said = pc.if_else(holds.fill_null(False), outcome, said)
    return pc.if_else(pc.and_(pc.equal(after, 0), pc.greater(before, 0)).fill_null(False), "churned", said)


def _rating(reader: Reader) -> Said:
    key = _needed(reader, Role.CUSTOMER, "no-key")
    scores, _ = reader.amounts(Role.SCORE)
    reader.refuse(~reader.filled(Role.SCORE), "no-score")
    scales, _ = reader.amounts(Role.SCALE)
    return {"customer": key, "score": scores.cast(pa.float64()), "scale": pc.floor(scales).cast(pa.int64())}


def _rate(reader: Reader) -> Said:
    rates = _decimals(reader)
    if Role.PAIR in reader.headers:
        codes, words = reader.words(Role.PAIR)
        pairs = [*(pair_of(word) or (None, None) for word in words), (None, None)]
        base, quote = (
            pa.array([pair[side] for pair in pairs], pa.string()).take(pa.array(np.where(codes < 0, len(words), codes)))
            for side in (0, 1)
        )
    else:
        base = _code(reader, Role.BASE)
        quote = pc.coalesce(_code(reader, Role.QUOTE), pa.scalar(reader.mapping.currency, pa.string()))
    for code in (base, quote):
        reader.refuse(~np.asarray(pc.is_valid(code), np.bool_), "no-currency")
    return {"base": base, "quote": quote, "rate": rates}


def _decimals(reader: Reader) -> Column:
    """Rates, which have more than the four places of amounts."""
    codes, words = reader.words(Role.RATE)
    mark = reader.mapping.decimal_mark
    rates = [_number(word, mark) for word in words]
    found = pa.array([*rates, None], pa.float64()).take(pa.array(np.where(codes < 0, len(words), codes)))
    reader.refuse(~np.asarray(found.is_valid(), np.bool_), "no-rate")
    return found


def _number(word: str, mark: str) -> float | None:
    try:
        number = float(word.replace(",", ".") if mark == "," else word.replace(",", ""))
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _code(reader: Reader, role: Role) -> Column:
    codes, words = reader.words(role)
    known = pa.array([*(currency_code(word) for word in words), None], pa.string())
    return known.take(pa.array(np.where(codes < 0, len(words), codes)))


def _link(reader: Reader) -> Said:
    ends = [(role, kind) for role, kind in _KINDS if role in reader.headers]
    (first, first_kind), (second, second_kind) = ends[:2] if len(ends) > 1 else (*ends, (Role.INTO, "lead"))
    return {
        "from_kind": first_kind,
        "from_key": _needed(reader, first, "no-key"),
        "to_kind": second_kind,
        "to_key": _needed(reader, second, "no-other-key"),
        "role": reader.text(Role.REASON),
    }


def _merge(reader: Reader) -> Said:
    into = Role.INTO_DEAL if Role.INTO_DEAL in reader.headers else Role.INTO
    key, remaining = _needed(reader, Role.RECORD, "no-key"), _needed(reader, into, "no-other-key")
    reader.refuse(_equal(key, remaining), "no-other-key")
    return {"subject": key, "subject_kind": "deal" if into is Role.INTO_DEAL else "lead", "into": remaining}


def _equal(first: Column, second: Column) -> Flags:
    return np.asarray(pc.equal(first, second).fill_null(False), np.bool_)


def _pause(reader: Reader) -> Said:
    ends = reader.moments_of(Role.ENDS)
    return {**subject(reader), "ends_at": instants(moments=ends), "reason": reader.text(Role.REASON)}
