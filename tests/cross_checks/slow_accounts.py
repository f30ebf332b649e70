"""Accounts a second time, in plain Python, customer by customer and month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def slow_accounts(rows: Iterable[tuple[str, Row]], as_of: date, zone: str) -> list[Row]:
    """One row for each customer and month, without the customer's number."""
    there = [(table, row) for table, row in rows if day_of(row, zone) <= as_of]
    into = {row["subject"]: row["into"] for table, row in there if table == "merges"}
    said: dict[str, list[Row]] = {"customers": [], "renewals": [], "ratings": []}
    for table, row in there:
        if table in said:
            said[table].append({**row, "stays": into.get(row["customer"], row["customer"])})
    found: list[Row] = []
    for stays in sorted({row["stays"] for row in said["customers"]}):
        found += _of_customer(
            {table: [row for row in of if row["stays"] == stays] for table, of in said.items()}, as_of, zone
        )
    return found


def day_of(row: Row, zone: str) -> date:
    """The day in the zone; a day without a time keeps its own."""
    at: datetime = row["happened_at"]
    return at.astimezone(UTC if row["precision"] == "day" else ZoneInfo(zone)).date()


def _of_customer(said: dict[str, list[Row]], as_of: date, zone: str) -> Iterator[Row]:
    starts = said["customers"]
    begins = min(day_of(row, zone) for row in starts).replace(day=1)
    standing = _last(starts, "recurring")
    before = None
    for month in _months(begins, as_of):
        renewals = [row for row in said["renewals"] if day_of(row, zone).replace(day=1) == month]
        ratings = [row for row in said["ratings"] if day_of(row, zone).replace(day=1) == month]
        for row in sorted(renewals, key=lambda row: (row["happened_at"], row["batch"], row["source_id"])):
            amount = Decimal(0) if _left(row) else row["amount_after"]
            standing = standing if amount is None else amount
        shares = [row["score"] / row["scale"] for row in ratings if row["score"] is not None and row["scale"]]
        yield {
            "customer": min(row["customer"] for row in starts),
            "month": month,
            "started": month == begins,
            "recurring_before": before,
            "recurring_after": standing,
            "currency": _last(starts, "currency"),
            "owner": _last(starts, "owner"),
            "renewals": len(renewals),
            "expanded": sum(_changed(row, "expan", lambda after, before: after > before) for row in renewals),
            "contracted": sum(_changed(row, "contract", lambda after, before: after < before) for row in renewals),
            "churned": sum(map(_left, renewals)),
            "ratings": len(shares),
            "rated": round(sum(shares, 0.0), 9),
        }
        before = standing


def _months(first: date, as_of: date) -> Iterator[date]:
    while first <= as_of:
        yield first
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _last(rows: list[Row], column: str) -> Any:
    """What was learnt last of a column that says anything."""
    told = [row for row in rows if row[column] is not None]
    return max(told, key=lambda row: (row["batch"], row["happened_at"], row["source_id"]))[column] if told else None


def _left(row: Row) -> bool:
    return "churn" in (row["outcome"] or "").lower()


def _changed(row: Row, word: str, than: Callable[[Decimal, Decimal], bool]) -> bool:
    if _left(row):
        return False
    after, before = row["amount_after"], row["amount_before"]
    if after is None or before is None:
        return word in (row["outcome"] or "").lower()
    return than(after, before)
