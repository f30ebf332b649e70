"""From which day a source shows closings at all: an export that begins late hides the quick ones before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.terms.lifetable import LifeTable

SURE = 10.0
"""Closings that would have been expected before the first one: by chance none is seen about once in 20,000 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """How many passes entered on one day, and the age in days from which they were under watch."""

    day: date
    count: int
    late: int = 0


def may_begin_late(*, entries: Sequence[Entries], first_closing: date | None, table: LifeTable) -> bool:
    """Whether `observed_from` could name a day, told from the life table of all passes, early ones included.

    False is certain: the later passes end at no age faster than if all ends were theirs and none of the early ones had been
    under watch. So the counts of the later passes need not be taken where a source is complete.
    """
    if first_closing is None:
        return False
    early = [entry for entry in entries if entry.day < first_closing]
    count = sum(entry.count for entry in early)
    watched = np.maximum(np.array(table.at_risk, dtype=np.float64) - count, 1.0)
    ends = np.array(table.moved, dtype=np.float64) + np.array(table.left, dtype=np.float64)
    still = np.cumprod(np.maximum(1 - ends / watched, 0.0))
    ages = [min((first_closing - entry.day).days - 1, len(still) - 1) for entry in early]
    return sum(entry.count * (1 - float(still[age])) for entry, age in zip(early, ages, strict=True)) >= SURE


def observed_from(
    *, entries: Sequence[Entries], first_closing: date | None, table_after: LifeTable | None
) -> date | None:
    """This returns the day from which a source shows closings, None where it shows them from its beginning.

    `first_closing` is the earliest day on which any pass under watch moved or left, and `table_after` the life table of the
    passes that entered on that day or later. If passes entered before the first closing and, at the pace of the later ones,
    at least `SURE` closings would have come before it while they were under watch, the source began to record then. Passes
    that entered earlier and closed quickly are missing from it, or look open for ever, and which of the two cannot be seen;
    so passes that entered before that day are left out of rates. (Where they are known to be missing, each pass has a day
    from which it is under watch, and the others stay in from that age on.)

    >>> from fractions import Fraction
    >>> later = LifeTable(entered=(100, 0, 0), moved=(0, 60, 0), left=(0, 40, 0), open=(0, 0, 0),
    ...                   amount=(Fraction(0),) * 3, amount_known=(0, 0, 0))
    >>> early = Entries(day=date(2026, 1, 1), count=40)
    >>> observed_from(entries=[early], first_closing=date(2026, 3, 1), table_after=later)
    datetime.date(2026, 3, 1)
    """
    if first_closing is None or table_after is None:
        return None
    curve = Curve.from_table(table=table_after)
    day_before = first_closing - timedelta(days=1)
    expected = 0.0
    for entry in entries:
        age, still = (day_before - entry.day).days, curve.open_at(days=entry.late - 1)
        if age >= entry.late and still > 0:
            expected += entry.count * (1 - curve.open_at(days=age) / still)
    return first_closing if expected >= SURE else None
