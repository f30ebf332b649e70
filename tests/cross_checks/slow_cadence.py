"""Following up a second time, in plain Python over single facts, as slowly and plainly as can be."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class Lead:
    """One lead with one pass: its days in the zone, its attempts, the first contact, and when it moved on."""

    key: str
    type: str | None
    created: date
    handed: date | None = None
    left: date | None = None
    reached: date | None = None
    reached_at: datetime | None = None
    contact_at: datetime | None = None
    attempts: list[tuple[datetime, date]] = field(default_factory=list)

    @property
    def done(self) -> date | None:
        """From when on nobody need try."""
        return min((day for day in (self.left, self.reached) if day), default=None)

    def open_on(self, day: date) -> bool:
        """Whether it was still open after that day."""
        return self.done is None or self.done > day


def some_world(seed: int, *, leads: int = 40) -> str:
    """Leads of four months with up to six touches each, at any hour or on a day, some of them contacts, some by machines."""
    dice = random.Random(seed)
    lines = []
    for number in range(leads):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(110 * 1440))

        def later(most: int, start: datetime = start) -> str:
            at = start + timedelta(minutes=dice.randrange(most * 1440))
            return f"{at:%Y-%m-%d}" if dice.random() < 0.2 else f"{at:%Y-%m-%dT%H:%M}"

        lines.append(f"lead l{number} {start:%Y-%m-%dT%H:%M} {dice.choice(['type=web', 'type=chat', ''])}")
        lines += [f"handover l{number} {later(3)} owner=ayse"] * (dice.random() < 0.8)
        for _ in range(dice.randrange(7)):
            kind = dice.choice(
                ["", "", "level=contact", "human=no", "direction=inbound level=contact", "direction=inbound"]
            )
            lines.append(f"touch l{number} {later(50)} {kind}")
        if dice.random() < 0.5:
            lines.append(f"lead l{number} > {dice.choice(['SQL', 'Disqualified'])} {later(60)}")
    return "\n".join(lines)


def leads_of(rows: list[tuple[str, dict[str, Any]]], *, as_of: date, zone: str) -> list[Lead]:
    """The leads as known from what happened by the end of a day."""
    local = ZoneInfo(zone)

    def day_of(row: dict[str, Any]) -> date:
        at: datetime = row["happened_at"]
        return at.astimezone(local).date() if row["precision"] == "instant" else at.date()

    known = [(table, row) for table, row in rows if day_of(row) <= as_of]
    leads = {
        row["lead"]: Lead(key=row["lead"], type=row.get("type"), created=day_of(row))
        for table, row in known
        if table == "leads"
    }
    for table, row in sorted(known, key=lambda pair: pair[1]["happened_at"]):
        lead = leads.get(row.get("subject", ""))
        if lead is None:
            continue
        day = max(day_of(row), lead.created)
        human, inbound = row.get("human", True), row.get("direction") == "inbound"
        if table == "handovers":
            lead.handed = lead.handed or day_of(row)
        elif table == "transitions" and row["label"] == "SQL":
            lead.reached = day
            exact = row["precision"] == "instant"
            lead.reached_at = (
                row["happened_at"] if exact else datetime.combine(day, datetime.min.time(), UTC) + timedelta(1)
            )
        elif table == "transitions":
            lead.left = day
        elif table == "touches" and human:
            lead.attempts += [] if inbound else [(row["happened_at"], day_of(row))]
            if row.get("level") == "contact" and lead.contact_at is None:
                lead.contact_at = row["happened_at"]
    return list(leads.values())


def attempts_by(leads: list[Lead], *, days: int, as_of: date) -> dict[int, int]:
    """How many leads that were open after that many days had how many attempts by then."""
    spread: Counter[int] = Counter()
    for lead in leads:
        last = lead.created + timedelta(days=days)
        if last <= as_of and lead.open_on(last):
            spread[sum(day <= last for _, day in lead.attempts)] += 1
    return dict(spread)


def gaps(leads: list[Lead], *, as_of: date) -> dict[str, Counter[int]]:
    """The days from each attempt to the next, to the end of the pass, or to today."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for lead in leads:
        days = [day for _, day in lead.attempts]
        for number, day in enumerate(days):
            if lead.done is not None and day >= lead.done:
                continue
            following = days[number + 1] if number + 1 < len(days) else None
            if following is not None and (lead.done is None or following <= lead.done):
                found["answered"][(following - day).days] += 1
            elif lead.done is None:
                found["open"][(as_of - day).days] += 1
            else:
                found["closed"][(lead.done - day).days] += 1
    return found


def outcomes(leads: list[Lead], *, as_of: date, settled: int) -> dict[tuple[int, str], int]:
    """What came of each attempt until something was reached: reached, followed by another, or the last."""
    found: Counter[tuple[int, str]] = Counter()
    for lead in leads:
        reached = min((at for at in (lead.contact_at, lead.reached_at) if at), default=None)
        for number, (at, day) in enumerate(lead.attempts):
            following = lead.attempts[number + 1][0] if number + 1 < len(lead.attempts) else None
            if reached is not None and reached < at:
                break
            if reached is not None and (following is None or reached < following):
                found[number + 1, "reached"] += 1
                break
            if following is not None:
                found[number + 1, "followed"] += 1
            elif lead.done is not None or (as_of - day).days >= settled:
                found[number + 1, "last"] += 1
    return dict(found)


def decisions(leads: list[Lead], *, as_of: date) -> dict[str, Counter[int]]:
    """The days from the hand-over until the lead moved on, left, or today."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for lead in (each for each in leads if each.handed):
        assert lead.handed is not None
        state, end = (
            ("answered", lead.reached) if lead.reached else ("closed", lead.left) if lead.left else ("open", as_of)
        )
        assert end is not None
        found[state][max(0, (end - lead.handed).days)] += 1
    return found
