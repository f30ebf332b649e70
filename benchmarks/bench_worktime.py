"""Working time of ten million pairs of instants, beside the public libraries that take any zone and holidays.

The libraries work pair by pair, so they are measured on a part of the same pairs and scaled; what is scaled is said. They
are no dependency: uv puts them into an environment of its own for the run. The last row is no library but the recipe of
whole days from NumPy's `busday_count` with clipped ends, which knows neither clock changes nor breaks.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from funnelpact.core.journeys.mapping import Office
from funnelpact.core.journeys.office import calendar_of
from funnelpact.core.measure.worktime import Worktime
from funnelpact.core.terms.calendar import hours

PAIRS, PART, RUNS = 10_000_000, 2_000, 3
PEERS = ("bizdurr==2.0.1", "businesstimedelta==1.0.1", "business-duration==0.68", "holidays==0.109", "tzdata")
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
SCRIPT = """\
import datetime as dt, sys, time, warnings
warnings.simplefilter("ignore")
import bizdurr, businesstimedelta, holidays, pytz
from business_duration import businessDuration
zone = pytz.timezone("Europe/Istanbul")
free = holidays.country_holidays("TR", years=range(2023, 2028))
pairs = [tuple(dt.datetime.fromtimestamp(int(word) / 1e6, pytz.utc) for word in line.split()) for line in sys.stdin]
local = [tuple(end.astimezone(zone).replace(tzinfo=None) for end in pair) for pair in pairs]
nine, six = dt.time(9), dt.time(18)
week = {day: {"start": "09:00", "end": "18:00"} for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
one = bizdurr.BusinessDuration(business_hours=week, business_timezone="Europe/Istanbul", holidays=list(free))
rule = businesstimedelta.WorkDayRule(start_time=nine, end_time=six, working_days=[0, 1, 2, 3, 4], tz=zone)
two = businesstimedelta.Rules([rule, businesstimedelta.HolidayRule(free, tz=zone)])
ways = {
    "bizdurr": (pairs, lambda a, b: one.calculate(start=a, end=b).total_seconds()),
    "businesstimedelta": (pairs[:200], lambda a, b: two.difference(a, b).timedelta.total_seconds()),
    "business-duration": (local[:50], lambda a, b: float(businessDuration(a, b, nine, six, holidaylist=free, unit="sec"))),
}
for name, (some, way) in ways.items():
    start = time.process_time()
    found = [way(a, b) for a, b in some]
    print(name, (time.process_time() - start) / len(some), *found[:50])
"""


def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Pairs of instants of up to two weeks, in microseconds since 1970."""
    dice = np.random.Generator(np.random.PCG64(4))
    first = int(datetime(2024, 1, 2, tzinfo=UTC).timestamp())
    start = (first + dice.integers(0, 1000 * 86_400, PAIRS)) * 1_000_000
    return start, start + dice.integers(0, 14 * 86_400, PAIRS) * 1_000_000


def recipe(start: np.ndarray, end: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Seconds of 09:00-18:00 by whole business days, three hours ahead of UTC for ever."""
    found = []
    for at in (end, start):
        local = at.astype("datetime64[us]") + np.timedelta64(3, "h")
        day = local.astype("datetime64[D]")
        inside = np.clip((local - day).astype(np.int64) // 1_000_000 - 9 * 3600, 0, 9 * 3600)
        days = np.busday_count(np.datetime64(FIRST, "D"), day, holidays=free)
        found.append(days * 9 * 3600 + np.where(np.is_busday(day, holidays=free), inside, 0))
    return np.asarray(found[0] - found[1])


def run() -> list[Row]:
    """Best of three for what takes seconds; processor time, so that a busy machine matters less."""
    start, end = pairs()
    office = calendar_of(office=Office(holidays="TR"), zone="Europe/Istanbul", first=FIRST, last=LAST)
    lunch = (hours("09:00-12:30 13:30-18:00"),) * 5 + ((), ())
    broken = calendar_of(office=Office(week=lunch, holidays="TR"), zone="Europe/Istanbul", first=FIRST, last=LAST)
    ours, worked = _best(lambda: _ours(office, start, end))
    with_breaks, _ = _best(lambda: _ours(broken, start, end))
    free = np.array(sorted(office.holidays), dtype="datetime64[D]")
    other, _ = _best(lambda: recipe(start, end, free))
    rows = [
        Row(
            what=f"worked(a, b) of {PAIRS:,} pairs",
            ours=ours,
            other=each * PAIRS,
            other_name=f"{name}, measured on {count:,} pairs and scaled",
            at_most=0.02,
        )
        for name, each, count in _others(start, end, worked)
    ]
    return [
        *rows,
        Row(
            what="the same with a lunch break", ours=with_breaks, other=other, other_name="numpy.busday_count, no break"
        ),
    ]


def _ours(office, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return Worktime.of(calendar=office, first=FIRST, last=LAST).worked(start=start, end=end)


def _best(run) -> tuple[float, np.ndarray]:
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        found = run()
        taken.append(time.process_time() - begun)
    return min(taken), found


def _others(start: np.ndarray, end: np.ndarray, worked: np.ndarray) -> list[tuple[str, float, int]]:
    """Each library with its seconds a pair; they must count what we count, half holidays aside, which none of them knows."""
    wanted = [word for peer in PEERS for word in ("--with", peer)]
    uv = str(Path(sys.executable).parent / "uv")
    lines = "".join(f"{a} {b}\n" for a, b in zip(start[:PART].tolist(), end[:PART].tolist(), strict=True))
    command = [uv, "run", "--no-project", "--quiet", *wanted, "python", "-c", SCRIPT]
    told = subprocess.run(command, input=lines, capture_output=True, check=True, text=True).stdout
    counts = {"bizdurr": PART, "businesstimedelta": 200, "business-duration": 50}
    found = []
    for line in told.splitlines():
        name, each, *first = line.split()
        same = sum(
            abs(float(theirs) - mine / 1e6) < 1 for theirs, mine in zip(first, worked[:50].tolist(), strict=True)
        )
        if same < 40:
            sys.exit(f"{name} counts something else in {50 - same} of 50 pairs")
        version = next(peer for peer in PEERS if peer.startswith(name)).replace("==", " ")
        found.append((version, float(each), counts[name]))
    return found
