"""Response times a second time, in plain Python over single facts, as slowly and plainly as can be."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from funnelpact.core.terms.calendar import Calendar, due, open_at, worked

ZERO = timedelta()


@dataclass
class Lead:
    """What the facts say of one lead; `None` where nothing is said, a `date` where only the day is known."""

    key: str
    type: str | None
    created: date
    engaged: datetime | date | None
    handed: datetime | date | None
    touched: datetime | date | None
    closed: datetime | None
    open: bool
    owner: str | None = None
    reached: datetime | date | None = None


def some_world(seed: int, *, leads: int = 60) -> str:
    """Leads of two weeks in March, with every kind of gap: no hand-over, no touch, days only, answers before and after hours."""
    dice = random.Random(seed)
    lines = []

    def when(least: int) -> tuple[int, str]:
        minute = least + int(dice.expovariate(1 / dice.choice([10, 200, 3000])))
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)
        return minute, f"{at:%Y-%m-%d}" if dice.random() < 0.1 else f"{at:%Y-%m-%dT%H:%M}"

    for number in range(leads):
        minute = dice.randrange(14 * 1440) // 30 * 30
        created = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)
        lines.append(f"lead l{number} {created:%Y-%m-%dT%H:%M} {dice.choice(['type=web', 'type=chat', ''])}")
        lines += [f"engagement l{number} {when(minute)[1]}"] * (dice.random() < 0.8)
        if dice.random() < 0.85:
            minute, at = when(minute)
            lines.append(f"handover l{number} {at} owner={dice.choice(['ayse', 'ali'])}")
        for _ in range(dice.choice([0, 0, 1, 2])):
            kind = dice.choice(["human=yes", "human=yes", "human=no", "human=yes direction=inbound"])
            lines.append(f"touch l{number} {when(max(0, minute - dice.choice([0, 0, 300])))[1]} {kind}")
        if dice.random() < 0.4:
            label = dice.choice(["Disqualified", "SQL"])
            lines.append(f"lead l{number} > {label} {when(minute + dice.choice([5, 300, 4000]))[1]}")
    return "\n".join(lines)


def leads_of(rows: list[tuple[str, dict[str, Any]]], *, as_of: date, zone: str) -> list[Lead]:
    """The leads of a world of which each lead has one pass, by their single facts."""
    begins: dict[date, datetime] = {}
    found = []
    local = ZoneInfo(zone)

    def day_begins(day: date) -> datetime:
        return begins.setdefault(day, datetime.combine(day, datetime.min.time(), local).astimezone(UTC))

    def said(row: dict[str, Any]) -> datetime | date:
        at: datetime = row["happened_at"]
        return at if row["precision"] == "instant" else at.date()

    def known(moment: datetime | date) -> bool:
        day = moment.astimezone(local).date() if isinstance(moment, datetime) else moment
        return day <= as_of

    def first(moments: list[datetime | date], *, careful: bool = False) -> datetime | date | None:
        exact = [moment for moment in moments if isinstance(moment, datetime)]
        days = [moment for moment in moments if not isinstance(moment, datetime)]
        if careful and days and not (exact and min(exact) < day_begins(min(days))):
            return min(days)
        return min(exact) if exact else min(days, default=None)

    for _, row in (each for each in rows if each[0] == "leads" and known(said(each[1]))):
        key = row["lead"]
        moments: dict[str, list[datetime | date]] = {
            "engagements": [],
            "handovers": [],
            "touches": [],
            "transitions": [],
        }
        for table, other in rows:
            if table in moments and key == other.get("lead", other.get("subject")) and known(said(other)):
                ours = other.get("human", True) and other.get("direction") != "inbound"
                moments[table] += [said(other)] * (table != "touches" or ours)
        moves = [
            (other["label"], said(other)) for table, other in rows if other.get("subject") == key and "label" in other
        ]
        moves = [(label, moment) for label, moment in moves if known(moment)]
        left = next((moment for label, moment in moves if label == "Disqualified"), None)
        owners = [other["owner"] for table, other in rows if table == "handovers" and other["subject"] == key]
        found.append(
            Lead(
                key=key,
                type=row.get("type"),
                created=row["happened_at"].astimezone(local).date(),
                engaged=first(moments["engagements"]),
                handed=first(moments["handovers"]),
                touched=first(moments["touches"], careful=True),
                closed=None if left is None else left if isinstance(left, datetime) else day_begins(left),
                open=left is None,
                owner=owners[0] if owners and moments["handovers"] else None,
                reached=next((moment for label, moment in moves if label == "SQL"), None),
            )
        )
    return found


def clock(lead: Lead, begin: str, end: str) -> tuple[datetime, datetime | None] | None:
    """When the clock begins and, if it has, ends; None where it does not run."""
    start, answer = getattr(lead, begin), getattr(lead, end)
    if not isinstance(start, datetime) or (answer is not None and not isinstance(answer, datetime)):
        return None
    return start, answer


def became(lead: Lead, *, calendar: Calendar, within: timedelta, until: datetime) -> str | None:
    """What became of the promise to answer a lead: by the due instant, and by nothing else."""
    running = clock(lead, "handed", "touched")
    if running is None:
        return None
    start, answer = running
    last = due(calendar=calendar, start=start, duration=within)
    if answer is not None:
        return "kept" if answer <= last else "late"
    watched = min(until, lead.closed or until)
    if watched > last:
        return "due"
    return "waiting" if lead.open else "closed"


def hour_of_week(lead: Lead, *, calendar: Calendar) -> tuple[int, int] | None:
    """The weekday and hour of the hand-over on local clocks; None outside of working hours."""
    assert isinstance(lead.handed, datetime)
    shown = lead.handed.astimezone(ZoneInfo(calendar.zone))
    return (shown.weekday(), shown.hour) if open_at(calendar=calendar, instant=lead.handed) else None


def waited(
    lead: Lead, begin: str, end: str, *, calendar: Calendar | None, until: datetime
) -> tuple[str, timedelta] | None:
    """How a wait ended and how long it was, by the wall clock or in working time."""
    running = clock(lead, begin, end)
    if running is None:
        return None
    start, answer = running
    state = "answered" if answer else "open" if lead.open else "closed"
    ended = answer or min(until, lead.closed or until)
    if calendar is None:
        return state, max(ZERO, ended - start)
    time = worked(calendar=calendar, start=start, end=ended)
    if time > ZERO and ended > due(calendar=calendar, start=start, duration=time):
        time += timedelta.resolution
    return state, max(ZERO, time)


def shares(waits: list[tuple[str, timedelta]], at: timedelta) -> float:
    """The product-limit share answered by a time, wait by wait."""
    left = 1.0
    for time in sorted({wait for state, wait in waits if state == "answered" and wait <= at}):
        watched = sum(wait >= time for _, wait in waits)
        left *= 1 - sum(state == "answered" and wait == time for state, wait in waits) / watched
    return 1 - left


def counted(values: list[Any]) -> dict[Any, int]:
    """How often each value occurs, None aside."""
    return dict(Counter(value for value in values if value is not None))


def queue(lead: Lead, leads: list[Lead]) -> int:
    """How many earlier leads of the same owner waited for a first touch when this one was handed over."""
    if lead.owner is None:
        return 0
    waiting = 0
    for number, other in enumerate(leads):
        if other.owner != lead.owner or other is lead or not isinstance(other.handed, datetime):
            continue
        end = other.touched if isinstance(other.touched, datetime) else other.closed
        assert isinstance(lead.handed, datetime)
        earlier = (other.handed, number) < (lead.handed, leads.index(lead))
        waiting += earlier and (end is None or (max(end, other.handed), number) > (lead.handed, leads.index(lead)))
    return waiting


def fate(
    lead: Lead, leads: list[Lead], *, calendar: Calendar, within: timedelta, until: datetime, as_of: date, days: int
) -> tuple[bool, str | None, int, bool] | None:
    """Whether the promise to a lead was kept, its type and queue, and whether it moved on in time; None where it is not asked
    for: too young, or it had moved on or closed before the answer was due.
    """
    running = clock(lead, "handed", "touched")
    if running is None:
        return None
    start, answer = running
    local = ZoneInfo(calendar.zone)
    handed_on = start.astimezone(local).date()
    if (as_of - handed_on).days < days:
        return None
    spent = [
        worked(calendar=calendar, start=start, end=min(until, end)) <= within
        for end in (lead.closed, lead.reached)
        if isinstance(end, datetime)
    ]
    if any(spent) or (
        isinstance(lead.reached, date) and not isinstance(lead.reached, datetime) and lead.reached == handed_on
    ):
        return None
    kept = answer is not None and answer <= due(calendar=calendar, start=start, duration=within)
    day = lead.reached.astimezone(local).date() if isinstance(lead.reached, datetime) else lead.reached
    return kept, lead.type, queue(lead, leads), day is not None and (max(day, lead.created) - handed_on).days <= days
