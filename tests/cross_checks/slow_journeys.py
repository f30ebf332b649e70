"""Journeys and their counts a second time, in plain Python over single facts, as slowly and plainly as can be."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from funnelpact.core.journeys.mapping import Attribution, FunnelMapping, Span
from funnelpact.core.journeys.stages import EXIT, stage_of

STAGES = ("mql", "sql", "opportunity", "won")
OPPORTUNITY, WON = 2, 3
OPEN, MOVED, LEFT = 0, 1, 2
NOTHING_SAID = FunnelMapping()
NEVER = datetime(2200, 1, 1, tzinfo=UTC)
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)

Facts = list[tuple[str, dict[str, Any]]]
Moves = list[tuple[datetime, Any]]


@dataclass
class Pass:
    """One pass: the day of each stage it reached, when it left, what its won deals brought, how often it was touched."""

    key: str
    number: int
    by: str | None
    days: list[date | None]
    left_on: date | None
    amount: Decimal | None
    backwards: bool
    attempts: int
    excluded: bool


@dataclass
class Deal:
    """One deal as it is said to be now."""

    key: str
    lead: str | None
    opened: datetime
    moves: Moves
    amount: Decimal | None

    @property
    def won(self) -> datetime | None:
        """When it was won first."""
        return min((at for at, place in self.moves if place == WON), default=None)

    @property
    def left(self) -> datetime | None:
        """When it was lost, if that was said last and it was never won."""
        return None if self.won else left_at(self.moves)


def day_of(at: datetime, said: FunnelMapping) -> date:
    """The day in the reporting zone."""
    return at.astimezone(ZoneInfo(said.zone)).date()


def holds(span: Span, day: date) -> bool:
    """Whether an entry holds on a day."""
    return (span.since is None or span.since <= day) and (span.until is None or day < span.until)


def position(row: dict[str, Any], said: FunnelMapping) -> int | str | None:
    """The place of a label in the funnel, or `exit`: what people say of that day, else its words.

    A deal label that names no end is an open deal.
    """
    label, kind = row["label"], row["subject_kind"]
    for entry in said.labels:
        if (entry.record, entry.label) == (kind, label) and holds(entry, day_of(row["happened_at"], said)):
            return STAGES.index(entry.stage) if entry.stage in STAGES else entry.stage
    stage = stage_of(label=label)
    if kind == "deal" and stage not in {"won", EXIT}:
        return OPPORTUNITY
    return STAGES.index(stage) if stage in STAGES else stage


def lead_of(
    deal: dict[str, Any], links: list[dict[str, Any]], created: dict[str, datetime], said: FunnelMapping
) -> str | None:
    """The lead that a deal belongs to: of those that it names or is linked to, the one that the attribution takes."""
    ranks: dict[str, int] = {}
    if deal.get("lead") in created:
        ranks[deal["lead"]] = 1
    for link in links:
        ends = {link["from_kind"]: link["from_key"], link["to_kind"]: link["to_key"]}
        lead = ends.get("lead", ends.get("contact"))
        if ends.get("deal") == deal["deal"] and lead in created:
            rank = 0 if "primary" in (link.get("role") or "").lower() else 2
            ranks[lead] = min(rank, ranks.get(lead, rank))
    opened = deal["happened_at"]

    def order(lead: str) -> tuple[Any, ...]:
        # Of leads of one instant the smaller number has it; the worlds number records so.
        number = zlib.crc32(f"lead {lead}".encode())
        if said.attribution is Attribution.PRIMARY:
            return ranks[lead], created[lead], number
        if said.attribution is Attribution.FIRST:
            return created[lead], number
        return created[lead] > opened, abs(created[lead] - opened), number

    return min(ranks, key=order, default=None)


def left_at(moves: Moves) -> datetime | None:
    """When the record left, if that is the last that was said of it."""
    exits = [at for at, place in moves if place == EXIT]
    others = [at for at, place in moves if isinstance(place, int)]
    return max(exits) if exits and (not others or max(exits) >= max(others)) else None


def last_said(facts: Facts, table: str) -> set[str]:
    """The records of which a deletion or merge, said last, was not taken back."""
    said: dict[str, bool] = {}
    rows = [row for name, row in facts if name == table]
    for row in sorted(rows, key=lambda row: (row["happened_at"], not row.get("undone"))):
        said[row["subject"]] = not row.get("undone")
    return {subject for subject, stands in said.items() if stands}


def canonical(facts: Facts) -> dict[str, str]:
    """Each merged lead with the one that stays."""
    rows = [row for name, row in facts if name == "merges"]
    step: dict[str, str | None] = {}
    for row in sorted(rows, key=lambda row: (row["happened_at"], bool(row.get("undone")), row["into"])):
        step[row["subject"]] = None if row.get("undone") else row["into"]
    ends = {}
    for start in step:
        at, seen = start, [start]
        while following := step.get(at):
            if following in seen:
                ring = seen[seen.index(following) :]
                at = min(ring, key=lambda lead: zlib.crc32(f"lead {lead}".encode()))
                break
            at = following
            seen.append(at)
        if at != start:
            ends[start] = at
    return ends


def renamed(facts: Facts) -> Facts:
    """The facts with every merged lead under the name of the one that stays."""
    into = canonical(facts)
    found = []
    for table, row in facts:
        changed = dict(row)
        for column, kind in (
            ("lead", None),
            ("subject", "subject_kind"),
            ("from_key", "from_kind"),
            ("to_key", "to_kind"),
        ):
            of_lead = kind is None or row.get(kind) in {"lead", "contact"}
            if table not in {"merges", "deletions"} and of_lead and row.get(column) in into:
                changed[column] = into[row[column]]
                changed["merged_key"] = row[column]
        if table != "deletions" or row["subject"] not in into:
            found.append((table, changed))
    return found


def slow_journeys(facts: Facts, as_of: date, said: FunnelMapping = NOTHING_SAID) -> list[Pass]:
    """All passes that began by the end of `as_of`, by lead type, under what people say."""
    facts = [(table, row) for table, row in facts if day_of(row["happened_at"], said) <= as_of]
    into, facts = canonical(facts), renamed(facts)
    gone = last_said(facts, "deletions")
    moves: dict[tuple[str, str], Moves] = defaultdict(list)
    leads: dict[str, list[dict[str, Any]]] = defaultdict(list)
    deals: dict[str, dict[str, Any]] = {}
    came: dict[str, list[datetime]] = defaultdict(list)
    touched: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for table, row in facts:
        if table == "transitions":
            moves[row["subject_kind"], row["subject"]].append((row["happened_at"], position(row, said)))
        if table == "leads":
            leads[row["lead"]].append(row)
        if table == "deals":
            deals[row["deal"]] = row
        if table == "engagements":
            came[row["lead"]].append(row["happened_at"])
        if table == "touches":
            outbound = row.get("human") is not False and row.get("direction") != "inbound"
            touched[row["subject"]].append((row["happened_at"], outbound))
    created = {key: min(row["happened_at"] for row in rows) for key, rows in leads.items()}
    links = [row for table, row in facts if table == "links"]
    of_lead: dict[str | None, list[Deal]] = defaultdict(list)
    for key, row in deals.items():
        lead = lead_of(row, links, created, said)
        if lead and key in gone:
            continue
        of_lead[lead].append(Deal(key, lead, row["happened_at"], moves["deal", key], row.get("amount")))
    found = []
    for key, rows in leads.items():
        kind = min((row["happened_at"], not row.get("type"), row.get("type") or "") for row in rows)[2] or None
        own = [move for move in moves["lead", key] if move[1] is not None]
        # Where nothing is known of the record that stays, the one that went into it gives its name.
        keys = [row.get("merged_key", key) for row in rows]
        name = key if key in keys else min(keys)
        starts = returns(
            moves=own,
            deals=of_lead[key],
            came=came[key],
            touches=[at for at, _ in touched[key]],
            created=created[key],
            said=said,
        )
        bounds = [ALWAYS, *starts, NEVER]
        for number, (start, end) in enumerate(pairwise(bounds), start=1):
            begun = created[key] if number == 1 else start
            one = _pass(
                begun=begun,
                moves=[move for move in own if start <= move[0] < end],
                deals=[deal for deal in of_lead[key] if start <= deal.opened < end],
                first_place=0,
                said=said,
            )
            attempts = sum(1 for at, outbound in touched[key] if outbound and start <= at < end)
            day = day_of(begun, said)
            of_type = next((entry.name for entry in said.types if entry.label == kind and holds(entry, day)), kind)
            out = any(rule.field == "type" and of_type in rule.labels and holds(rule, day) for rule in said.exclusions)
            is_gone = key in gone and key not in into
            found.append(Pass(key=name, number=number, by=of_type, attempts=attempts, excluded=out or is_gone, **one))
    for deal in of_lead[None]:
        one = _pass(begun=deal.opened, moves=[], deals=[deal], first_place=OPPORTUNITY, said=said)
        found.append(Pass(key=f"deal:{deal.key}", number=1, by=None, attempts=0, excluded=deal.key in gone, **one))
    return found


def returns(
    *,
    moves: Moves,
    deals: list[Deal],
    came: list[datetime],
    touches: list[datetime],
    created: datetime,
    said: FunnelMapping,
) -> list[datetime]:
    """When each further pass of a lead opens."""
    reopen, silence = timedelta(days=said.reopen_days), timedelta(days=said.silent_days)
    events = [(at, 1 if place == EXIT else 0) for at, place in moves]
    events += [(deal.opened, 2) for deal in deals]
    events += [(deal.won, 3) for deal in deals if deal.won]
    events += [(deal.left, 4) for deal in deals if deal.left]
    events += [(at, 5) for at in came] + [(at, 6) for at in touches] + [(created, 7)]
    starts, answered = [], None
    out_at = in_at = last_at = None
    still_open = 0
    for at, what in sorted(events):
        if what in {0, 2, 5} and still_open <= 0 and at > created:
            is_out = out_at is not None and (in_at is None or out_at >= in_at)
            came_back = is_out and out_at is not None and at > out_at + reopen and answered != out_at
            silent = what == 5 and last_at is not None and at > last_at + silence
            if came_back or silent:
                starts.append(at)
            if came_back and not silent:
                answered = out_at
        out_at = at if what in {1, 4} else out_at
        in_at = at if what in {0, 2, 3} else in_at
        still_open += {2: 1, 3: -1, 4: -1}.get(what, 0)
        last_at = at
    return sorted(set(starts))


def _pass(
    *, begun: datetime, moves: Moves, deals: Iterable[Deal], first_place: int, said: FunnelMapping
) -> dict[str, Any]:
    deals = list(deals)
    times: list[list[datetime]] = [[] for _ in STAGES]
    if first_place == 0:
        times[0].append(begun)
    for at, place in moves:
        if isinstance(place, int) and place > 0:
            times[place].append(at)
    amounts = []
    for deal in deals:
        times[OPPORTUNITY].append(deal.opened)
        for at, place in deal.moves:
            if isinstance(place, int):
                times[place].append(at)
        if deal.won and deal.amount:
            amounts.append(deal.amount)
    is_won = bool(times[WON])
    ended = [deal.left for deal in deals if deal.left]
    left = (max(ended) if len(ended) == len(deals) else None) if deals else left_at(moves)
    left = None if is_won else left
    # A later stage implies the earlier ones: each took place when it or any later one first did.
    implied = [min((at for later in times[place:] for at in later), default=None) for place in range(len(STAGES))]
    earliest = min(at for at in (*filter(None, implied), *filter(None, [left])))
    return {
        "days": [
            max(day_of(at, said), day_of(begun, said)) if at and place >= first_place else None
            for place, at in enumerate(implied)
        ],
        "left_on": day_of(left, said) if left else None,
        "amount": sum(amounts, Decimal(0)) if amounts else None,
        "backwards": day_of(earliest, said) < day_of(begun, said) - timedelta(days=1),
    }


def life(passes: list[Pass], *, start: int, end: int, as_of: date, since: date | None) -> Counter[tuple[int, int]]:
    """How many passes ended at which age in which way."""
    counts: Counter[tuple[int, int]] = Counter()
    for one in passes:
        entered, moved, left = one.days[start], one.days[end], one.left_on
        if one.backwards or entered is None or (since and entered < since):
            continue
        if moved:
            counts[(moved - entered).days, MOVED] += 1
        elif left:
            counts[max(0, (left - entered).days), LEFT] += 1
        else:
            counts[(as_of - entered).days, OPEN] += 1
    return counts
