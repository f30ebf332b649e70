"""From which day a source shows closings at all: an export that begins late hides the quick ones before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.terms.lifetable import LifeTable

SURE = 10.0
"""Closings that would have been expected before the first one: by chance none is seen about once in 20,000 times."""


def observed_from(
    *, entered: Mapping[date, int], first_closing: date | None, table_after: LifeTable | None
) -> date | None:
    """This returns the day from which a source shows closings, None where it shows them from its beginning.

    `entered` counts passes by day of entry, `first_closing` is the earliest day on which any pass moved or left, and
    `table_after` the life table of the passes that entered on that day or later. If passes entered before the first
    closing and, at the pace of the later ones, at least `SURE` closings would have come before it, the source began to
    record then. Passes that entered earlier and closed quickly are missing from it, or look open for ever, and which of
    the two cannot be seen; so passes that entered before that day are left out of rates. (Where they are known to be
    missing, delayed entry would keep the others.)

    >>> from fractions import Fraction
    >>> later = LifeTable(entered=(100, 0, 0), moved=(0, 60, 0), left=(0, 40, 0), open=(0, 0, 0),
    ...                   amount=(Fraction(0),) * 3, amount_known=(0, 0, 0))
    >>> observed_from(entered={date(2026, 1, 1): 40, date(2026, 3, 1): 100}, first_closing=date(2026, 3, 1),
    ...               table_after=later)
    datetime.date(2026, 3, 1)
    """
    if first_closing is None or table_after is None:
        return None
    curve = Curve.from_table(table=table_after)
    day_before = first_closing - timedelta(days=1)
    expected = sum(
        count * (1 - curve.open_at(days=(day_before - day).days))
        for day, count in entered.items()
        if day < first_closing
    )
    return first_closing if expected >= SURE else None
