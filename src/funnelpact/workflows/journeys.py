"""Keep the journeys up to date with the facts: made once, and after each import only where it changed something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from funnelpact.core.facts.history import newest_fact
from funnelpact.core.facts.kept import Generation
from funnelpact.core.journeys.affected import EVERYBODY, WHOSE, affected_records, as_records, facts_of_records
from funnelpact.core.journeys.journeys import journeys_of
from funnelpact.core.journeys.mapping import FunnelMapping
from funnelpact.core.terms.period import Period, day_at, instants
from funnelpact.workflows.ports import FactStore, Snapshot

SHAPE = 3
"""Grows when the same facts and mapping give other journeys; those of another shape are made anew."""
STANDARD = FunnelMapping()
"""What holds where nobody has said what labels mean: their words."""
MOST_AFFECTED, FEW = 0.2, 1_000
"""Where a change reaches more than so large a share of the leads, and more than a few, all are made anew: it is quicker."""


def update_journeys(*, store: FactStore, mapping: FunnelMapping = STANDARD, version: int = 0) -> Generation | None:
    """This returns the generation that holds all facts known now under a version of the mapping; None without facts.

    Its cost follows the change: only passes that a later batch reaches are made again. It always equals what a full build
    gives.
    """
    snapshot = store.snapshot()
    if snapshot.known_at is None:
        return None
    until = day_at(instant=snapshot.known_at, zone=mapping.zone)
    before = snapshot.generation
    if before is not None and _same_kind(before, mapping, version):
        if before.batch == snapshot.batch:
            return before
        made = _changed_part(store, snapshot, before, mapping=mapping, version=version, until=until)
        if made is not None:
            return made
    return build_journeys(store=store, mapping=mapping, version=version)


def build_journeys(*, store: FactStore, mapping: FunnelMapping = STANDARD, version: int = 0) -> Generation | None:
    """This returns the generation that a build of all facts gives, whatever was there before; None without facts."""
    snapshot = store.snapshot()
    if snapshot.known_at is None:
        return None
    facts, until = snapshot.facts, day_at(instant=snapshot.known_at, zone=mapping.zone)
    whole = journeys_of(facts=facts, mapping=knowing(mapping=mapping, facts=facts), as_of=until)
    newest = newest_fact(facts=facts, learnt_at=snapshot.known_at)
    return store.keep_base(snapshot=snapshot, tables=whole.tables(), said=_said(mapping, version, until, newest))


def knowing(*, mapping: FunnelMapping, facts: Mapping[str, Any]) -> FunnelMapping:
    """This returns the mapping completed by the labels and types of the facts that it does not name yet."""
    rows = facts["transitions"].select("subject_kind", "label").distinct().to_pyarrow().to_pylist()
    types = facts["leads"].select("type").distinct().to_pyarrow()["type"].to_pylist()
    of_deals = {row["label"] for row in rows if row["subject_kind"] == "deal"}
    of_leads = {row["label"] for row in rows if row["subject_kind"] in {"lead", "contact"}}
    return mapping.knowing(lead_labels=of_leads, deal_labels=of_deals, types=[name for name in types if name])


def journeys_now(
    *, snapshot: Snapshot, facts: Mapping[str, Any], mapping: FunnelMapping, as_of: date, version: int = 0
) -> Mapping[str, Any]:
    """This returns passes, touches and accounts of what happened by the end of `as_of`: those that are kept, where they hold.

    Others – of an earlier day, of what was known earlier, under another mapping – are made for this one question.
    """
    end = _end_for_all(as_of, mapping.zone)
    kept = snapshot.generation
    if (
        kept is not None
        and kept.batch == snapshot.batch
        and _same_kind(kept, mapping, version)
        and kept.newest_at is not None
        and kept.newest_at < end
    ):
        return snapshot.journeys()
    made = journeys_of(facts=facts, mapping=mapping, as_of=as_of).tables()
    return {**made, "passes": made["passes"].cache()}


def _same_kind(generation: Generation, mapping: FunnelMapping, version: int) -> bool:
    return (
        generation.mapping == version
        and generation.detail["shape"] == SHAPE
        and generation.detail["zone"] == mapping.zone
    )


def _end_for_all(day: date, zone: str) -> datetime:
    """Up to when everything counts on that day. West of UTC, what is known to the next day only begins before the day ends."""
    _, end = instants(period=Period(day, day + timedelta(days=1)), zone=zone)
    return min(end, datetime.combine(day + timedelta(days=1), time(), UTC))


def _said(mapping: FunnelMapping, version: int, until: date, newest: datetime | None) -> dict[str, Any]:
    detail = {"shape": SHAPE, "zone": mapping.zone, "until": until.isoformat()}
    return {"mapping": version, "newest_at": newest, "detail": detail}


def _changed_part(
    store: FactStore, snapshot: Snapshot, before: Generation, *, mapping: FunnelMapping, version: int, until: date
) -> Generation | None:
    """The generation in which only the affected records are made again; None where all have to be."""
    _, end = instants(period=Period(until, until + timedelta(days=1)), zone=mapping.zone)
    begin = _end_for_all(date.fromisoformat(before.detail["until"]), mapping.zone)
    changed = snapshot.changed(since=before.batch, happened=(begin, end))
    if any(changed[name].count().to_pyarrow().as_py() for name in EVERYBODY):
        return None
    facts = snapshot.facts
    numbers = affected_records(changed=changed, facts=facts)
    if len(numbers) > FEW and len(numbers) > MOST_AFFECTED * facts["leads"].count().to_pyarrow().as_py():
        return None
    records = as_records(numbers=numbers, like=facts["leads"])
    part = facts_of_records(facts=facts, records=records)
    made = journeys_of(facts=part, mapping=knowing(mapping=mapping, facts=part), as_of=until)
    told = {name: part[name] for name in WHOSE}
    newest = newest_fact(facts=told, learnt_at=snapshot.known_at or end)
    newest = max((at for at in (newest, before.newest_at) if at), default=None)
    said = _said(mapping, version, until, newest)
    return store.keep_delta(snapshot=snapshot, tables=made.tables(), records=records, said=said)
