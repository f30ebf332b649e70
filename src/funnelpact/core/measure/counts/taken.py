"""Cells taken from the engine: one statement for a whole page, one for what must be known before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.measure.counts.cells import Marks, cells
from funnelpact.core.measure.counts.lives import AMOUNTS, ENDS, ENTRIES, PLACES, Lives, StepCounts
from funnelpact.core.measure.counts.rows import ALL, Segment, rows_of

By: TypeAlias = Mapping[Segment, Lives]

_COUNTS = ("month", "ripe", "recent", "age", "cause", "n", "known", "ago", "late", "seen", "inside")
EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is to be known before any rate: passes that run backwards with some of their keys, and how many passes, won
    ones and others, the source places in the breakdown.
    """

    backwards: int
    examples: tuple[str, ...]
    won: int
    won_known: int
    others: int
    others_known: int


def overview(*, passes: ir.Table, won: int) -> Overview:
    """This returns the overview of passes, of which `won` is the last position.

    Backwards: a later stage lies more than a day before the creation. Such passes are in no other count.
    """
    straight, is_won, known = ~passes.backwards, passes[f"s{won}"].notnull(), passes.by.notnull()
    row = rows_of(
        table=passes.aggregate(
            backwards=passes.count(where=passes.backwards),
            won=passes.count(where=straight & is_won),
            won_known=passes.count(where=straight & is_won & known),
            others=passes.count(where=straight & ~is_won),
            others_known=passes.count(where=straight & ~is_won & known),
        )
    )[0]
    examples: tuple[str, ...] = ()
    if row["backwards"]:
        keys = passes.filter(passes.backwards).select("key").order_by("key").limit(EXAMPLES)
        examples = tuple(str(found["key"]) for found in rows_of(table=keys))
    return Overview(examples=examples, **{name: count or 0 for name, count in row.items()})


def lives_of(
    *,
    passes: ir.Table,
    steps: Sequence[tuple[int, int]],
    marks: Marks,
    since: date | None = None,
    before: date | None = None,
) -> tuple[By, ...]:
    """This returns for each step the cells of each segment that any pass entered, and of `ALL` where one did.

    Population and arguments as in `cells`; it is one statement.
    """
    table = cells(passes=passes, steps=steps, marks=marks, since=since, before=before).to_pyarrow()
    return lives_in(table=table, steps=len(steps), marks=marks)


def lives_in(*, table: pa.Table, steps: int, marks: Marks) -> tuple[By, ...]:
    """This returns the rows of cells, in any order, by step and by segment."""
    kind = np.where(_given(table, "ago"), ENTRIES, np.where(_given(table, "known"), AMOUNTS, ENDS)).astype(np.int64)
    numbers = {name: _numbers(table, name) for name in _COUNTS}
    # One more, so that a closing on the last day is not mistaken for none.
    numbers["first"] = np.where(_given(table, "first"), _numbers(table, "first") + 1, 0)
    amount, squares = _exact(table, "amount", PLACES), _exact(table, "squares", 1)
    step, segments = _numbers(table, "step"), table["segment"].to_pylist()
    names = {name: place for place, name in enumerate(dict.fromkeys(segments))}
    places = np.array([names[name] for name in segments], dtype=np.int64)
    found: list[By] = []
    for number in range(steps):
        here = step == number
        chosen = {name: here & (places == place) for name, place in names.items()} | {ALL: here}
        found.append(
            {
                name: Lives(
                    marks=marks,
                    kind=kind[rows],
                    numbers={column: row[rows] for column, row in numbers.items()},
                    amount=amount[rows],
                    squares=squares[rows],
                )
                for name, rows in chosen.items()
                if rows.any()
            }
        )
    return tuple(found)


def step_counts(
    *, passes: ir.Table, start: int, end: int, as_of: date, observed_from: date | None = None
) -> dict[Segment, StepCounts]:
    """This returns the life table of one step for each segment, and for `ALL`.

    Population: the passes that entered position `start` by the end of `as_of`, and not before `observed_from`, do not run
    backwards and did not close before they came under watch. Moved: those that reached position `end`; left: those that
    left before; open: the rest. Age counts calendar days from the entry; a pass is watched from its own `observed_from` on.
    Amounts, on steps to the last position, are those of the deals that a pass won, in the source's currency.
    """
    (found,) = lives_of(passes=passes, steps=[(start, end)], marks=Marks(as_of=as_of), since=observed_from)
    return tables_of(lives=found)


def tables_of(*, lives: By) -> dict[Segment, StepCounts]:
    """This returns the life table of each segment in which a pass is under watch."""
    tables = {name: one.counts() for name, one in lives.items()}
    return {name: counted for name, counted in tables.items() if counted.table.passes}


def _given(table: pa.Table, name: str) -> npt.NDArray[np.bool_]:
    return np.asarray(table[name].is_valid(), dtype=np.bool_)


def _numbers(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    values = np.asarray(table[name].to_numpy(zero_copy_only=False))
    return np.where(_given(table, name), values, 0).astype(np.int64)


def _exact(table: pa.Table, name: str, parts: int) -> npt.NDArray[np.object_]:
    """Decimals as Python's whole numbers of so many parts, which no sum can overflow."""
    values = np.zeros(len(table), dtype=np.object_)
    given = _given(table, "known")
    # A list, because NumPy would make whole numbers that small 64 bits wide.
    whole = [int(Decimal(str(value)) * parts) for value in table[name].filter(pa.array(given)).to_pylist()]
    for place, value in zip(np.flatnonzero(given).tolist(), whole, strict=True):
        values[place] = value
    return values
