"""Journeys and their counts a second time, in plain Python over single facts, as slowly and plainly as can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from funnelpact.core.journeys.stages import EXIT, stage_of

STAGES = ("mql", "sql", "opportunity", "won")
OPPORTUNITY, WON = 2, 3
OPEN, MOVED, LEFT = 0, 1, 2
REOPEN, SILENT = timedelta(days=30), timedelta(days=180)
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


def position(label: str, kind: str) -> int | str | None:
    """The place of a label in the funnel, or `exit`; a deal label that names no end is an open deal."""
    stage = stage_of(label=label)
    if kind == "deal" and stage not in {"won", EXIT}:
        return OPPORTUNITY
    return STAGES.index(stage) if stage in STAGES else stage


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
        at, seen = start, {start}
        while (following := step.get(at)) and following not in seen:
            at = following
            seen.add(at)
        if at != start:
            ends[start] = at
    return ends


def renamed(facts: Facts) -> Facts:
    """The facts with every merged lead under the name of the one that stays."""
    into = canonical(facts)
    found = []
    for table, row in facts:
        changed = dict(row)
        for column in ("lead", "subject"):
            of_lead = column == "lead" or row.get("subject_kind") == "lead"
            if table not in {"merges", "deletions"} and of_lead and row.get(column) in into:
                changed[column] = into[row[column]]
                changed["merged_key"] = row[column]
        if table != "deletions" or row["subject"] not in into:
            found.append((table, changed))
    return found


def slow_journeys(facts: Facts, as_of: date) -> list[Pass]:
    """All passes that began by the end of `as_of`, by lead type."""
    facts = [(table, row) for table, row in facts if row["happened_at"].date() <= as_of]
    into, facts = canonical(facts), renamed(facts)
    gone = last_said(facts, "deletions")
    moves: dict[tuple[str, str], Moves] = defaultdict(list)
    leads: dict[str, list[dict[str, Any]]] = defaultdict(list)
    deals: dict[str, dict[str, Any]] = {}
    came: dict[str, list[datetime]] = defaultdict(list)
    touched: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for table, row in facts:
        if table == "transitions":
            place = position(row["label"], row["subject_kind"])
            moves[row["subject_kind"], row["subject"]].append((row["happened_at"], place))
        if table == "leads":
            leads[row["lead"]].append(row)
        if table == "deals":
            deals[row["deal"]] = row
        if table == "engagements":
            came[row["lead"]].append(row["happened_at"])
        if table == "touches":
            outbound = row.get("human") is not False and row.get("direction") != "inbound"
            touched[row["subject"]].append((row["happened_at"], outbound))
    of_lead: dict[str | None, list[Deal]] = defaultdict(list)
    for key, row in deals.items():
        lead = row.get("lead") if row.get("lead") in leads else None
        of_lead[lead].append(Deal(key, lead, row["happened_at"], moves["deal", key], row.get("amount")))
    found = []
    for key, rows in leads.items():
        begun = min(row["happened_at"] for row in rows)
        kind = min((row["happened_at"], not row.get("type"), row.get("type") or "") for row in rows)[2] or None
        own = [move for move in moves["lead", key] if move[1] is not None]
        # Where nothing is known of the record that stays, the one that went into it gives its name.
        keys = [row.get("merged_key", key) for row in rows]
        name = key if key in keys else min(keys)
        starts = returns(own, of_lead[key], came[key], [at for at, _ in touched[key]])
        bounds = [ALWAYS, *starts, NEVER]
        for number, (start, end) in enumerate(pairwise(bounds), start=1):
            one = _pass(
                begun=begun if number == 1 else start,
                moves=[move for move in own if start <= move[0] < end],
                deals=[deal for deal in of_lead[key] if start <= deal.opened < end],
                first_place=0,
            )
            attempts = sum(1 for at, outbound in touched[key] if outbound and start <= at < end)
            found.append(
                Pass(
                    key=name, number=number, by=kind, attempts=attempts, excluded=key in gone and key not in into, **one
                )
            )
    for deal in of_lead[None]:
        one = _pass(begun=deal.opened, moves=[], deals=[deal], first_place=OPPORTUNITY)
        found.append(Pass(key=f"deal:{deal.key}", number=1, by=None, attempts=0, excluded=False, **one))
    return found


def returns(moves: Moves, deals: list[Deal], came: list[datetime], touches: list[datetime]) -> list[datetime]:
    """When each further pass of a lead opens."""
    events = [(at, 1 if place == EXIT else 0) for at, place in moves]
    events += [(deal.opened, 2) for deal in deals]
    events += [(deal.won, 3) for deal in deals if deal.won]
    events += [(deal.left, 4) for deal in deals if deal.left]
    events += [(at, 5) for at in came] + [(at, 6) for at in touches]
    starts, answered = [], None
    out_at = in_at = last_at = None
    still_open = 0
    for at, what in sorted(events):
        if what in {0, 2, 5} and still_open <= 0:
            is_out = out_at is not None and (in_at is None or out_at >= in_at)
            came_back = is_out and out_at is not None and at > out_at + REOPEN and answered != out_at
            silent = what == 5 and last_at is not None and at > last_at + SILENT
            if came_back or silent:
                starts.append(at)
            if came_back and not silent:
                answered = out_at
        out_at = at if what in {1, 4} else out_at
        in_at = at if what in {0, 2, 3} else in_at
        still_open += {2: 1, 3: -1, 4: -1}.get(what, 0)
        last_at = at
    return sorted(set(starts))


def _pass(*, begun: datetime, moves: Moves, deals: Iterable[Deal], first_place: int) -> dict[str, Any]:
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
        times[OPPORTUNITY] += [at for at, place in deal.moves if place == OPPORTUNITY]
        times[WON] += [deal.won] if deal.won else []
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
            max(at.date(), begun.date()) if at and place >= first_place else None for place, at in enumerate(implied)
        ],
        "left_on": left.date() if left else None,
        "amount": sum(amounts, Decimal(0)) if amounts else None,
        "backwards": earliest.date() < begun.date() - timedelta(days=1),
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
