"""Working time in the engine: the same days as `core.measure.worktime` has, joined by the day of UTC on which an instant lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr import types as ir

from funnelpact.core.journeys.building.days import instant, naive
from funnelpact.core.measure.worktime import Worktime
from funnelpact.core.terms.period import DAY, Period, instants

_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(*, at: ir.Value) -> ir.Value:
    """This returns an instant as whole microseconds since 1970 in UTC, NULL where there is none."""
    return naive(at=at).delta(naive(at=instant(at=_EPOCH)), unit="microsecond").cast("int64")


def instant_number(*, at: datetime) -> int:
    """This returns the same of an instant outside of the engine."""
    return (at - _EPOCH) // timedelta.resolution


def with_worked(*, rows: ir.Table, worktime: Worktime, names: Sequence[str]) -> ir.Table:
    """This returns the rows with three columns for each named one, which holds instants in microseconds since 1970.

    `<name>_worked` is the working time from the table's first day to the instant, in microseconds; `<name>_at_work` whether
    people were at work right before it, so at a closing instant, too; `<name>_open` whether they are right after it. All are
    NULL where the instant is, or where it lies outside of the days of `worktime`. The differences of the first are exactly
    `core.terms.calendar.worked`.
    """
    found = rows
    for name in names:
        # A view, because joins on what another join computed cannot be chained.
        found = found.mutate(inside=found[name] % _DAY)
        found = found.mutate(utc_day=((found[name] - found.inside) / _DAY).cast("int64")).view()
        days = _days(worktime)
        joined = found.left_join(days, found.utc_day == days.work_day)
        stretches = [(joined[f"opens{k}"], joined[f"closes{k}"]) for k in range(len(worktime.opens))]
        whole = joined.work_before
        for opens, closes in stretches:
            whole += ibis.cases(
                (joined.inside <= opens, ibis.literal(0, "int64")),
                (joined.inside >= closes, closes - opens),
                else_=joined.inside - opens,
            )
        at_work = [(joined.inside > opens) & (joined.inside <= closes) for opens, closes in stretches]
        carried = (joined.inside == 0) & joined.work_carried
        is_open = [(joined.inside >= opens) & (joined.inside < closes) for opens, closes in stretches]
        found = joined.select(
            *(column for column in found.columns if column not in {"inside", "utc_day"}),
            **{
                f"{name}_worked": whole,
                f"{name}_at_work": reduce(or_, at_work, carried),
                f"{name}_open": reduce(or_, is_open),
            },
        )
    return found


def _days(worktime: Worktime) -> ir.Table:
    count = len(worktime.before)
    last_closes = np.maximum.reduce(worktime.closes)
    columns = {
        "work_day": pa.array(np.arange(worktime.first, worktime.first + count)),
        "work_before": pa.array(worktime.before),
        "work_carried": pa.array(np.concatenate(([False], last_closes[:-1] == _DAY))),
    }
    for k, (opens, closes) in enumerate(zip(worktime.opens, worktime.closes, strict=True)):
        columns |= {f"opens{k}": pa.array(opens), f"closes{k}": pa.array(closes)}
    return ibis.memtable(pa.table(columns))


def day_begins(*, zone: str, first: date, last: date) -> ir.Table:
    """This returns the days of a zone from `first` to `last`: `day`, and `begins`, its instant in microseconds since 1970."""
    days = list(Period(first, last + DAY).dates())
    begins = [instant_number(at=instants(period=Period(day, day), zone=zone)[0]) for day in days]
    return ibis.memtable(pa.table({"day": pa.array(days, pa.date32()), "begins": pa.array(begins, pa.int64())}))
