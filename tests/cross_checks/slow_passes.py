"""Passes and their counts a second time, in plain Python over single facts, as slowly and plainly as can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from funnelpact.core.journeys.stages import EXIT, stage_of

STAGES = ("mql", "sql", "opportunity", "won")
OPPORTUNITY, WON = 2, 3
OPEN, MOVED, LEFT = 0, 1, 2


@dataclass
class Pass:
    """One pass: the day of each stage it reached, when it left, what its won deals brought."""

    key: str
    by: str | None
    days: list[date | None]
    left_on: date | None
    amount: Decimal | None
    backwards: bool


def position(label: str, kind: str) -> int | str | None:
    """The place of a label in the funnel, or `exit`; a deal label that names no end is an open deal."""
    stage = stage_of(label=label)
    if kind == "deal" and stage not in {"won", EXIT}:
        return OPPORTUNITY
    return STAGES.index(stage) if stage in STAGES else stage


def moves_of(facts: Iterable[tuple[str, dict[str, Any]]], key: str, kind: str) -> list[tuple[datetime, Any]]:
    """When a record was given which place."""
    rows = [
        row for table, row in facts if table == "transitions" and (row["subject"], row["subject_kind"]) == (key, kind)
    ]
    return [(row["happened_at"], position(row["label"], kind)) for row in rows]


def left_at(moves: list[tuple[datetime, Any]]) -> datetime | None:
    """When the record left, if that is the last that was said of it."""
    exits = [at for at, place in moves if place == EXIT]
    others = [at for at, place in moves if isinstance(place, int)]
    return max(exits) if exits and (not others or max(exits) >= max(others)) else None


def first(moves: list[tuple[datetime, Any]], place: int) -> datetime | None:
    """When the record first had that place."""
    return min((at for at, there in moves if there == place), default=None)


def slow_passes(facts: list[tuple[str, dict[str, Any]]], as_of: date) -> list[Pass]:
    """All passes that began by the end of `as_of`, by lead type."""
    facts = [(table, row) for table, row in facts if row["happened_at"].date() <= as_of]
    leads: dict[str, list[dict[str, Any]]] = defaultdict(list)
    deals: dict[str, dict[str, Any]] = {}
    for table, row in facts:
        if table == "leads":
            leads[row["lead"]].append(row)
        if table == "deals":
            deals[row["deal"]] = row
    found = []
    for key, rows in leads.items():
        begun = min(row["happened_at"] for row in rows)
        own = [deal for deal in deals.values() if deal.get("lead") == key]
        kind = min((row["happened_at"], row.get("type") is None, row.get("type") or "") for row in rows)[2] or None
        moves = moves_of(facts, key, "lead")
        found.append(_pass(key=key, by=kind, begun=begun, moves=moves, deals=own, facts=facts, first_place=0))
    for key, deal in deals.items():
        if deal.get("lead") not in leads:
            begun, name = deal["happened_at"], f"deal:{key}"
            found.append(
                _pass(key=name, by=None, begun=begun, moves=[], deals=[deal], facts=facts, first_place=OPPORTUNITY)
            )
    return found


def _pass(*, key: str, by: Any, begun: datetime, moves: Any, deals: Any, facts: Any, first_place: int) -> Pass:
    times: list[list[datetime]] = [[] for _ in STAGES]
    if first_place == 0:
        times[0].append(begun)
    for place in range(1, len(STAGES)):
        times[place] += filter(None, [first(moves, place)])
    exits, won_amounts = [], []
    for deal in deals:
        of_deal = moves_of(facts, deal["deal"], "deal")
        times[OPPORTUNITY].append(deal["happened_at"])
        times[OPPORTUNITY] += filter(None, [first(of_deal, OPPORTUNITY)])
        won = first(of_deal, WON)
        times[WON] += filter(None, [won])
        exits.append(None if won else left_at(of_deal))
        if won and deal.get("amount"):
            won_amounts.append(deal["amount"])
    is_won = bool(times[WON])
    ended = [at for at in exits if at]
    left = (max(ended) if len(ended) == len(exits) else None) if deals else left_at(moves)
    left = None if is_won else left
    # A later stage implies the earlier ones: each took place when it or any later one first did.
    implied = [min((at for later in times[place:] for at in later), default=None) for place in range(len(STAGES))]
    earliest = min(at for at in (*filter(None, implied), *filter(None, [left])))
    return Pass(
        key=key,
        by=by,
        days=[
            max(at.date(), begun.date()) if at and place >= first_place else None for place, at in enumerate(implied)
        ],
        left_on=left.date() if left else None,
        amount=sum(won_amounts, Decimal(0)) if won_amounts else None,
        backwards=earliest.date() < begun.date() - timedelta(days=1),
    )


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
