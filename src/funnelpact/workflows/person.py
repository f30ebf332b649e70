"""Hand out what is kept about a person, or take the person out of it for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from funnelpact.core.facts.forgetting import (
    ASKED,
    CUSTOMER,
    LEAD,
    PERSON,
    Name,
    Traces,
    Veil,
    address_of,
    followed,
    message_tells,
    with_words,
)
from funnelpact.core.facts.kept import Arrived, Inbox, Receipt, Rewritten
from funnelpact.core.terms.problem import Problem
from funnelpact.workflows.mapping import follow_facts
from funnelpact.workflows.ports import FactStore, FunnelMappings, People, Receipts

Found = Mapping[int, Mapping[str, Traces]]


class PersonUnknown(Problem):
    """Nothing is kept of the person who was asked for."""

    code = "person-unknown"


class PersonAmbiguous(Problem):
    """Several sources have a record of that key, which may be of several people."""

    code = "person-ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in what is kept: the names under which they are found, the rows received, the messages that wait."""

    asked: Name
    names: AbstractSet[Name]
    rows: Found = field(repr=False)
    messages: Sequence[Arrived] = field(repr=False)

    @property
    def records(self) -> AbstractSet[Name]:
        """The keys of their records."""
        return frozenset(name for name in self.names if name.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that is kept about a person, and what was derived of it."""

    person: Person
    facts: Mapping[str, Sequence[Mapping[str, Any]]]
    passes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What came of an erasure: a receipt for each person; those of earlier ones where they had been erased before."""

    receipts: Sequence[Receipt]
    again: bool = False


def find_person(*, identifier: str, people: People, inbox: Inbox, source: str | None = None) -> Person:
    """This returns the person whom an e-mail address, a phone number or the key of a record names, and what was received of them.

    From there their records are followed: what was merged with them, contacts linked to them, and addresses that no other
    record has. `source` chooses among records of several sources. Raises `PersonUnknown`, `PersonAmbiguous`.
    """
    asked, start = _start(identifier, people, source)
    veil, rows, more = followed(veil=people.nobody().knowing(start), look=people.look, names=_names)
    names = frozenset(start | more)
    own = _own_addresses(people, veil, rows, names)
    if own:
        veil, rows, more = followed(veil=veil.knowing(own), look=people.look, names=_names)
        names = names | own | more
    messages = [message for message in inbox.everything() if message_tells(veil=veil, body=message.body)]
    if not rows and not messages:
        raise PersonUnknown()
    return Person(asked=asked, names=names, rows=rows, messages=messages)


def export_person(*, identifier: str, people: People, inbox: Inbox, source: str | None = None) -> Export:
    """This returns everything that is kept about a person. Raises what `find_person` raises."""
    person = find_person(identifier=identifier, people=people, inbox=inbox, source=source)
    return Export(person=person, facts=people.facts(person.records), passes=people.passes(person.records))


def erase_people(
    *,
    identifiers: Sequence[str],
    people: People,
    inbox: Inbox,
    store: FactStore,
    receipts: Receipts,
    now: datetime,
    by: str = "",
    source: str | None = None,
    mappings: FunnelMappings | None = None,
) -> Erased:
    """This returns the receipts of an erasure, one for each person; all of it has happened then, or nothing.

    What an interrupted erasure left is taken away, too. Raises what `find_person` raises, where nobody of that name was erased.
    """
    with people.erasing() as work:
        listed = work.veil()
        found: list[Person] = []
        done: list[Receipt] = []
        for identifier in dict.fromkeys(identifiers):
            try:
                found.append(find_person(identifier=identifier, people=people, inbox=inbox, source=source))
            except PersonUnknown:
                earlier = receipts.receipts(what=listed.digest(_asked(identifier)))
                if not earlier:
                    raise
                done += earlier
        if found:
            names = with_words(names={name for person in found for name in person.names})
            drafts = [
                Receipt(
                    what=listed.digest(person.asked),
                    at=now,
                    by=by,
                    facts=work.counts(person.records),
                    messages=len(person.messages),
                    passes=len(people.passes(person.records)),
                )
                for person in found
            ]
            done += work.commit(
                veil=listed.knowing(names),
                names=names,
                messages=sorted({message.number for person in found for message in person.messages}),
                receipts=lambda files: _with_files(drafts, found, files),
            )
    follow_facts(store=store, mappings=mappings)
    people.finish()
    return Erased(receipts=done, again=not found)


def _start(identifier: str, people: People, source: str | None) -> tuple[Name, AbstractSet[Name]]:
    """What was asked, and the names under which it may be found."""
    address = address_of(typed=identifier)
    if address is not None:
        return _asked(identifier), frozenset({address})
    key = identifier.strip()
    kinds = {(kind, of) for kind, of in people.kinds_of(key) if kind in {LEAD, CUSTOMER} and source in {None, of}}
    sources = sorted({of for _, of in kinds})
    if len(sources) > 1:
        raise PersonAmbiguous(sources=tuple(sources))
    records = {Name(kind, key, of) for kind, of in kinds}
    return _asked(identifier), with_words(names=records) or frozenset({Name(PERSON, key)})


def _asked(identifier: str) -> Name:
    address = address_of(typed=identifier)
    return Name(ASKED, address.text if address else identifier.strip())


def _names(rows: Found) -> AbstractSet[Name]:
    return frozenset(name for batch in rows.values() for traces in batch.values() for name in traces.names)


def _own_addresses(people: People, veil: Veil, rows: Found, names: AbstractSet[Name]) -> AbstractSet[Name]:
    """The addresses in the person's own rows that no other record has: one that several share names none of them."""
    candidates = frozenset(address for address, record in _addresses(rows) if record in names and address not in names)
    if not candidates:
        return frozenset()
    everywhere = people.look(veil.knowing(candidates))
    return candidates - {address for address, record in _addresses(everywhere) if record not in names}


def _addresses(rows: Found) -> AbstractSet[tuple[Name, Name]]:
    return frozenset(pair for batch in rows.values() for traces in batch.values() for pair in traces.addresses)


def _with_files(drafts: Sequence[Receipt], found: Sequence[Person], files: Sequence[Rewritten]) -> Sequence[Receipt]:
    """The receipts, each with those of the rewritten files that held rows of its person."""
    done = []
    for draft, person in zip(drafts, found, strict=True):
        mine = []
        for file in files:
            held = person.rows.get(file.batch, {})
            rows = sum(
                len(traces.rows)
                for name, traces in held.items()
                if name == file.name or name.startswith(file.name + "#")
            )
            if rows:
                mine.append(replace(file, rows=rows))
        done.append(replace(draft, files=tuple(mine)))
    return done
