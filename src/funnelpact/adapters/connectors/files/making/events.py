"""Events to facts: touches, engagements, stage labels entered, hand-overs, spend."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Column, pa, pc
from funnelpact.adapters.connectors.files.bulk.moments import Flags
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.event_words import MAIL_WORDS, PAPER_WORDS, PERSON_WORDS, SALES_WORDS
from funnelpact.adapters.connectors.files.kinds.events import ACTIVITIES, FORMS, HANDOVERS, MOVES, is_stage_property
from funnelpact.adapters.connectors.files.making.reader import SOURCE, Reader, Said, source_ids
from funnelpact.adapters.connectors.files.making.records import Facts, currencies
from funnelpact.adapters.connectors.files.reading.cells import marks_of
from funnelpact.core.journeys.stages import plain_words

_INBOUND = frozenset("inbound incoming received in gelen".split())
_OUTBOUND = frozenset("outbound outgoing sent out giden".split())
_MACHINE = frozenset("automated automatic auto automation workflow sequence bulk marketing otomatik".split())
TALKS = frozenset({"call", "meeting"})
Words: TypeAlias = frozenset[str]


def facts_of_events(*, reader: Reader) -> Facts:
    """The facts of a file of events. A row with a key of its own is that row again in the next export; others are known
    by what they say.

    Reasons: `no-key`, `no-date`, `bad-date`, `no-stage`, `other-property`, `no-word`, `no-owner`, `no-amount`, `bad-amount`.
    """
    match reader.mapping.kind:
        case kind if kind == ACTIVITIES:
            found = _activities(reader)
        case kind if kind == FORMS:
            found = [_form(reader)]
        case kind if kind == MOVES:
            found = [_move(reader)]
        case kind if kind == HANDOVERS:
            found = [_handover(reader)]
        case _:
            found = [_spend(reader)]
    when = reader.when(Role.HAPPENED)
    return [
        (
            table,
            reader.table(
                table, {**when, **said, **named(reader=reader, said=said, when=when, rows=rows)}, rows & reader.kept
            ),
        )
        for table, said, rows in found
    ]


Found: TypeAlias = tuple[str, Said, Flags]
"""A table, its columns, and the rows that give facts of it."""


def named(*, reader: Reader, said: Said, when: Said, rows: Flags) -> Said:
    """The source and the key of each row: its own, else what it says; twins in one file are two."""
    rows = rows & reader.kept
    record = reader.text(Role.RECORD)
    unkeyed = rows & ~reader.filled(Role.RECORD)
    if unkeyed.any():
        times = when["happened_at"].cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.timestamp("s")).cast(pa.string())
        parts = [value for value in said.values() if not isinstance(value, (str, bool)) and value is not None]
        texts = [value.cast(pa.string()) for value in parts]
        spoken = pc.binary_join_element_wise(times, *texts, "/", null_handling="skip")
        record = pc.coalesce(record, _unlike(spoken, unkeyed))
    return {"source": SOURCE, "source_id": source_ids(kind=reader.mapping.kind, keys=record)}


def _unlike(keys: Column, rows: Flags) -> Column:
    """The keys, the second and further ones of equal rows with their number behind them."""
    whole = pa.chunked_array([keys]) if isinstance(keys, pa.Array) else keys
    marks = marks_of(texts=whole)
    order = np.argsort(marks[rows], kind="stable")
    sorted_marks = marks[rows][order]
    begins = np.concatenate([[True], sorted_marks[1:] != sorted_marks[:-1]])
    if begins.all():
        return whole
    starts = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    number = np.ones(len(marks), np.int64)
    number[np.flatnonzero(rows)[order]] = np.arange(len(order)) - starts + 1
    again = pa.array(number, mask=number == 1).cast(pa.string())
    return pc.coalesce(pc.binary_join_element_wise(whole, again, "#"), whole)


def subject(reader: Reader) -> dict[str, Any]:
    """Whose event it is: the lead where the row names one, else the deal, else the customer. Reason: `no-key`."""
    kinds = ((Role.LEAD_KEY, "lead"), (Role.DEAL_KEY, "deal"), (Role.CUSTOMER, "customer"))
    filled = [reader.filled(role) for role, _ in kinds]
    reader.refuse(~np.logical_or.reduce(filled), "no-key")
    which = np.select(filled, range(len(kinds)), 0).astype(np.int8)
    return {
        "subject": pc.coalesce(*(reader.text(role) for role, _ in kinds)),
        "subject_kind": pa.DictionaryArray.from_arrays(pa.array(which), [kind for _, kind in kinds]),
    }


def told(reader: Reader, role: Role, tells: Callable[[Words], bool]) -> Flags:
    """Where the words of a column tell something; each different cell is asked once."""
    codes, words = reader.words(role)
    return np.array([*(tells(frozenset(plain_words(label=word))) for word in words), False], np.bool_)[codes]


def _share_words(some: Words, others: Words) -> bool:
    return bool(some & others)


def _activities(reader: Reader) -> list[Found]:
    """A touch where sales did something, an engagement where the person did."""
    whose = subject(reader)

    def says(tells: Callable[[Words], bool], role: Role = Role.ACTIVITY) -> Flags:
        return told(reader, role, tells)

    reader.refuse(says(lambda words: bool(words & PAPER_WORDS) and not words & SALES_WORDS), "no-word")
    by_person = says(lambda words: bool(words & PERSON_WORDS) and not words & TALKS) & reader.filled(Role.LEAD_KEY)
    inbound, outbound = (
        says(partial(_share_words, way)) | says(partial(_share_words, way), Role.DIRECTION)
        for way in (_INBOUND, _OUTBOUND)
    )
    machine = says(lambda words: bool(words & _MACHINE) or (bool(words & MAIL_WORDS) and not words & SALES_WORDS))
    ways = np.where(inbound, 0, np.where(outbound, 1, 2)).astype(np.int8)
    kind = reader.text(Role.ACTIVITY)
    touch = {
        **whose,
        "kind": kind,
        "direction": pa.array(["inbound", "outbound", None], pa.string()).take(pa.array(ways)),
        "human": pc.if_else(pa.array(machine), False, None),
        "owner": reader.text(Role.OWNER),
        "outcome": reader.text(Role.RESULT),
    }
    engagement = {"lead": reader.text(Role.LEAD_KEY), "kind": kind, "campaign": reader.text(Role.CAMPAIGN)}
    return [("touches", touch, ~by_person), ("engagements", engagement, by_person)]


def _form(reader: Reader) -> Found:
    """A form that the person sent; under its name where the file has one. Reason: `no-key`."""
    every = np.ones(reader.count, np.bool_)
    reader.refuse(~reader.filled(Role.LEAD_KEY), "no-key")
    said = {
        "lead": reader.text(Role.LEAD_KEY),
        "kind": pc.coalesce(reader.text(Role.ACTIVITY), "form"),
        "campaign": reader.text(Role.CAMPAIGN),
    }
    return "engagements", said, every


def _move(reader: Reader) -> Found:
    """A stage label that was entered; changes of other fields are none. Reasons: `other-property`, `no-stage`, `no-key`."""
    if Role.PROPERTY in reader.headers:
        codes, words = reader.words(Role.PROPERTY)
        of_stage = np.array([*(is_stage_property(name=word) for word in words), False], np.bool_)[codes]
        reader.refuse(~of_stage, "other-property")
    reader.refuse(~reader.filled(Role.STAGE), "no-stage")
    return "transitions", {**subject(reader), "label": reader.text(Role.STAGE)}, np.ones(reader.count, np.bool_)


def _handover(reader: Reader) -> Found:
    """A new owner. Reasons: `no-owner`, `no-key`."""
    reader.refuse(~reader.filled(Role.OWNER), "no-owner")
    said = {**subject(reader), "owner": reader.text(Role.OWNER), "team": reader.text(Role.TEAM)}
    return "handovers", said, np.ones(reader.count, np.bool_)


def _spend(reader: Reader) -> Found:
    """Money spent on a campaign or a kind of lead. Reasons: `no-amount`, `bad-amount`."""
    amounts, beside = reader.amounts(Role.SPEND)
    reader.refuse(~reader.filled(Role.SPEND), "no-amount")
    said = {
        "type": reader.text(Role.TYPE),
        "campaign": reader.text(Role.CAMPAIGN),
        "amount": amounts,
        "currency": currencies(reader=reader, beside=beside),
    }
    return "spend", said, np.ones(reader.count, np.bool_)
