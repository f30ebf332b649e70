"""An event log to facts: a lead for each case, its stages, what was done to it, and who had it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from funnelpact.adapters.connectors.files.arrow import Column
from funnelpact.adapters.connectors.files.bulk.moments import Flags
from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.event_words import MAIL_WORDS, PAPER_WORDS, PERSON_WORDS, SALES_WORDS
from funnelpact.adapters.connectors.files.kinds.log import LOG
from funnelpact.adapters.connectors.files.making.events import TALKS, named, told
from funnelpact.adapters.connectors.files.making.reader import SOURCE, Reader, Said, source_ids
from funnelpact.adapters.connectors.files.making.records import Facts
from funnelpact.core.journeys.stages import plain_words, stage_of

_OPEN = frozenset(
    "start started schedule scheduled assign assigned reassign suspend suspended resume resumed enqueue withdraw withdrawn skip "
    "autoskip manualskip abort aborted ate pi unknown cancel canceled cancelled basla basladi planlandi atandi".split()
)
"""Words of a lifecycle that say that nothing is completed."""
_MACHINES = frozenset(
    "system systems bot robot auto automatic automation workflow batch api import sistem otomatik".split()
)
_CASE_ROLES = (Role.TYPE, Role.SEGMENT, Role.CAMPAIGN, Role.COUNTRY, Role.COMPANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """The rows of a log by case and time, and where each case begins in that order."""

    rows: NDArray[np.int64]
    begins: Flags


def facts_of_log(*, reader: Reader) -> Facts:
    """The facts of a log. Reasons: `no-key`, `no-activity`, `no-date`, `bad-date`, `no-word`, `not-complete`."""
    case, subject_kind = _case(reader)
    reader.refuse(~reader.filled(case), "no-key")
    when = reader.when(Role.HAPPENED)
    reader.refuse(~reader.filled(Role.ACTIVITY), "no-activity")
    key = reader.text(case)
    order = _by_case_and_time(reader, case)
    first = _first_of_cases(order, reader.count) if case is Role.CASE else np.zeros(reader.count, np.bool_)
    handed = _new_owners(reader, order)
    stage, touch, engagement, paper = _tellings(reader)
    done = ~told(reader, Role.LIFECYCLE, lambda words: bool(words & _OPEN))
    reader.refuse(paper & ~(first | handed), "no-word")
    reader.refuse(~(first | handed | (done & (stage | touch | engagement))), "not-complete")
    whose = {"subject": key, "subject_kind": subject_kind}
    activity, owner = reader.text(Role.ACTIVITY), reader.text(Role.OWNER)
    ids = named(reader=reader, said={"case": key, "activity": activity}, when=when, rows=reader.kept)
    common = {**when, **ids}
    facts: list[tuple[str, Said, Flags]] = [
        ("transitions", {**whose, "label": activity}, stage & done),
        ("touches", {**whose, "kind": activity, "owner": owner}, touch & done),
        ("engagements", {"lead": key, "kind": activity}, engagement & done),
        ("handovers", {**whose, "owner": owner}, handed),
    ]
    made = [(name, reader.table(name, {**common, **said}, rows & reader.kept)) for name, said, rows in facts]
    return [*_leads(reader, key, when, first), *made]


def _case(reader: Reader) -> tuple[Role, str]:
    """Whose log it is: cases that are leads themselves, leads of another file, or deals."""
    for role, kind in ((Role.CASE, "lead"), (Role.LEAD_KEY, "lead"), (Role.DEAL_KEY, "deal")):
        if role in reader.headers:
            return role, kind
    return Role.CASE, "lead"


def _leads(reader: Reader, key: Column, when: Said, first: Flags) -> Facts:
    spoken = {Role.CASE, Role.ACTIVITY, Role.HAPPENED, Role.OWNER, Role.LIFECYCLE, Role.RECORD, *_CASE_ROLES}
    said = {
        "source": SOURCE,
        "source_id": source_ids(kind=LOG, keys=key),
        **when,
        "lead": key,
        **{role.value.removeprefix("lead "): reader.text(role) for role in _CASE_ROLES},
    }
    return [("leads", reader.table("leads", said, first & reader.kept, labels=reader.headers_beside(spoken)))]


def _by_case_and_time(reader: Reader, case: Role) -> _Order:
    codes, _ = reader.words(case)
    at = reader.moments_of(Role.HAPPENED).at
    rows = np.flatnonzero(reader.kept)
    rows = rows[np.lexsort((rows, at[rows], codes[rows]))]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = codes[rows][1:] != codes[rows][:-1]
    return _Order(rows=rows, begins=begins)


def _first_of_cases(order: _Order, count: int) -> Flags:
    first = np.zeros(count, np.bool_)
    first[order.rows[order.begins]] = True
    return first


def _new_owners(reader: Reader, order: _Order) -> Flags:
    """The rows in which another person than before has the case; machines have nothing."""
    codes, words = reader.words(Role.OWNER)
    human = np.array([*(not frozenset(plain_words(label=word)) & _MACHINES for word in words), False], np.bool_)
    cases = np.cumsum(order.begins)
    owned = human[codes[order.rows]]
    rows, cases = order.rows[owned], cases[owned]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (codes[rows][1:] != codes[rows][:-1]) | (cases[1:] != cases[:-1])
    handed = np.zeros(reader.count, np.bool_)
    handed[rows[new]] = True
    return handed


def _tellings(reader: Reader) -> tuple[Flags, Flags, Flags, Flags]:
    """Which activities are stages, deeds of sales, deeds of the person, and mere paper; whatever is no deed is a stage."""
    codes, words = reader.words(Role.ACTIVITY)
    kinds = np.array([*map(_telling, words), -1], np.int8)[codes]
    stage, touch, engagement, paper = (np.asarray(kinds == kind, np.bool_) for kind in range(4))
    return stage, touch, engagement, paper


def _telling(label: str) -> int:
    words = frozenset(plain_words(label=label))
    if stage_of(label=label) is not None:
        return 0
    if words & PERSON_WORDS and not words & TALKS:
        return 2
    if words & SALES_WORDS:
        return 1
    return 3 if words & PAPER_WORDS and not words & MAIL_WORDS else 0
