"""How fast leads are answered: system delay, human response and speed to lead, and what became of the promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from funnelpact.core.measure.counts.followup.fates import Fate
from funnelpact.core.measure.counts.followup.response import MODES, ByDay, Owned, Promise
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.waits import WaitCurve, Waits
from funnelpact.core.measure.followup.fates import adjusted_block, described_block
from funnelpact.core.measure.followup.waited import HALF, MOST, share_within, wait_of
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.measure.share import leaf, total
from funnelpact.core.terms.finding import Block, Finding, Measured, Row
from funnelpact.core.terms.message import Message

CLOCKS = ("human", "system", "total")
BANDS = {"within_5_min": 300, "within_15_min": 900, "within_1_h": 3_600, "within_24_h": 86_400}
"""Waits whose shares are always told, in seconds."""
LEVELS = {"attempt": "attempted", "contact": "contacted", "qualification": "qualified"}
LEVEL_DAYS = 14
MONTHS = 12
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOBODY = Waits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCounts:
    """All counts of `response`, as `core.measure.counts.response` makes them, and the promise that they were made for."""

    within: timedelta
    waits: Mapping[tuple[str, str], Mapping[Segment, Waits]]
    levels: Mapping[tuple[str, str], Mapping[Segment, Waits]]
    promises: Mapping[Segment, Promise]
    by_hour: Mapping[tuple[int, int], Promise]
    out_of_hours: Promise
    by_month: Mapping[date, Promise]
    owned: Mapping[Segment, Owned]
    by_day: ByDay
    bands: Mapping[int, tuple[int, int]]
    fates: Sequence[Fate]


def response_findings(*, counts: ResponseCounts, about: Question, notes: Sequence[Message] = ()) -> Measured:
    """How fast leads were answered up to `about.as_of`, each clock in wall clock and in working time.

    Population: passes of leads, by their arrival; those that nobody has answered wait on. A clock that would begin or end on
    a day without an instant does not run. `notes` of the caller come first. Each finding has its n, shares and times their
    intervals, and its derivation ends in counts.
    """
    names = about.segments(sizes=((name, part.leads) for name, part in counts.owned.items()))
    blocks = [block for clock in CLOCKS for block in _clock(counts, clock, names, about)]
    blocks += [_promise(counts, names, about), _levels(counts, names, about)]
    blocks += [*_hours(counts, about), _months(counts, about), _owners(counts, names, about)]
    blocks.append(described_block(bands=counts.bands, about=about))
    blocks.append(adjusted_block(fates=counts.fates, within=counts.within, about=about))
    return Measured(
        name="response",
        as_of=about.as_of,
        known_at=about.known_at,
        by=about.by,
        blocks=tuple(block for block in blocks if block.rows),
        notes=(*notes, *_notes(counts.by_day)),
    )


def _clock(counts: ResponseCounts, clock: str, names: Sequence[Segment], about: Question) -> list[Block]:
    """The times of one clock in both modes, then the shares in each."""
    of_clock = counts.waits.get((clock, "wall"), {})
    names = [name for name in names if name in of_clock]
    curves = {(mode, name): WaitCurve.of(waits=counts.waits[clock, mode][name]) for mode, name in product(MODES, names)}
    times = []
    for name in names:
        findings = [
            wait_of(
                name=f"{which}_wait_{mode}",
                curve=curves[mode, name],
                share=share,
                about=about,
                population=population_of(segment=name),
            )
            for mode, (which, share) in product(MODES, (("median", HALF), ("p90", MOST)))
        ]
        times.append(Row(name=name, findings=tuple(findings)))
    title = Message(f"response.clock.{clock}")
    blocks = [Block(name=f"{clock}_times", title=Message("response.title.times", clock=title), rows=tuple(times))]
    for mode in MODES:
        rows = tuple(Row(name=name, findings=_shares(counts, curves[mode, name], name, about)) for name in names)
        shares = Message(f"response.title.shares.{mode}", clock=title, promise=counts.within)
        blocks.append(Block(name=f"{clock}_{mode}_shares", title=shares, rows=rows))
    return blocks


def _shares(counts: ResponseCounts, curve: WaitCurve, segment: Segment, about: Question) -> tuple[Finding, ...]:
    bands = {**BANDS, "within_promise": counts.within // timedelta(seconds=1)}
    return tuple(
        share_within(name=name, curve=curve, seconds=seconds, about=about, population=population_of(segment=segment))
        for name, seconds in bands.items()
    )


def _promise(counts: ResponseCounts, names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in (name for name in names if name in counts.promises):
        promise, population = counts.promises[name], population_of(segment=name)
        parts = {
            part: about.count(
                name=f"promise_{part}", count=getattr(promise, part), n=promise.all, population=population
            )
            for part in ("kept", "late", "due", "waiting", "closed")
        }
        rows.append(Row(name=name, findings=(_kept(promise, population, about), *parts.values())))
    title = Message("response.title.promise", promise=counts.within)
    return Block(name="promise", title=title, rows=tuple(rows) if counts.promises[ALL].all else ())


def _kept(promise: Promise, population: Message, about: Question) -> Finding:
    """The share of decided promises that were kept: answered in time ÷ (answered, or due and not answered)."""
    kept = leaf(name="promise_kept", value=promise.kept)
    missed = total(
        name="promise_missed",
        parts=(leaf(name="promise_late", value=promise.late), leaf(name="promise_due", value=promise.due)),
    )
    return about.share(
        name="kept_share", count=kept, of=total(name="promise_decided", parts=(kept, missed)), population=population
    )


def _levels(counts: ResponseCounts, names: Sequence[Segment], about: Question) -> Block:
    """Attempt, contact and qualification apart: passes that close without it will never have it."""
    rows = []
    for name in (name for name in names if name in counts.levels.get(("attempt", "wall"), {})):
        findings = []
        for level, done in LEVELS.items():
            waits = counts.levels.get((level, "wall"), {}).get(name, NOBODY)
            curve = WaitCurve.of(waits=waits, competing=True)
            population = population_of(segment=name)
            findings += [
                wait_of(
                    name=f"median_to_{level}",
                    curve=curve,
                    share=HALF,
                    about=about,
                    population=population,
                ),
                share_within(
                    name=f"{done}_share",
                    curve=curve,
                    seconds=LEVEL_DAYS * 86_400,
                    about=about,
                    population=population,
                ),
            ]
        rows.append(Row(name=name, findings=tuple(findings)))
    title = Message("response.title.levels", days=LEVEL_DAYS)
    return Block(name="levels", title=title, rows=tuple(rows))


def _hours(counts: ResponseCounts, about: Question) -> list[Block]:
    """The promise by weekday, by hour of the day and by hour of the week; arrivals outside of hours on a line of their own."""
    of_days, of_hours = (_sums((at[which], promise) for at, promise in counts.by_hour.items()) for which in (0, 1))
    days = [(WEEKDAYS[day], _weekday(day), promise) for day, promise in of_days.items()]
    hours = [
        (f"{hour:02d}:00", Message("response.hour", hour=f"{hour:02d}:00"), promise)
        for hour, promise in of_hours.items()
    ]
    cells = [
        (
            f"{WEEKDAYS[day]} {hour:02d}:00",
            Message("response.hour_of_week", day=_weekday(day), hour=f"{hour:02d}:00"),
            promise,
        )
        for (day, hour), promise in counts.by_hour.items()
    ]
    outside = ("out of hours", Message("response.out_of_hours"), counts.out_of_hours)
    blocks = []
    for name, parts in (("by_weekday", days), ("by_hour", hours), ("by_hour_of_week", cells)):
        rows = tuple(
            Row(name=key, label=label, findings=_parts(promise, label, about))
            for key, label, promise in [*parts, outside]
            if promise.all
        )
        blocks.append(Block(name=name, title=Message(f"response.title.{name}", promise=counts.within), rows=rows))
    return blocks


def _parts(promise: Promise, population: Message, about: Question) -> tuple[Finding, ...]:
    return (
        _kept(promise, population, about),
        about.count(name="promise_due", count=promise.due, n=promise.all, population=population),
    )


def _months(counts: ResponseCounts, about: Question) -> Block:
    last = list(counts.by_month.items())[-MONTHS:]
    rows = tuple(
        Row(name=f"{month:%Y-%m}", label=Message("response.month", month=f"{month:%Y-%m}"), findings=findings)
        for month, promise in last
        if (findings := _parts(promise, Message("response.month", month=f"{month:%Y-%m}"), about))
    )
    return Block(name="by_month", title=Message("response.title.by_month", promise=counts.within), rows=rows)


def _owners(counts: ResponseCounts, names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in names:
        part = counts.owned[name]
        findings = tuple(
            about.count(name=key, count=count, n=part.leads, population=population_of(segment=name))
            for key, count in (("unowned_open", part.unowned), ("owner_gone", part.owner_gone))
        )
        rows.append(Row(name=name, findings=findings))
    return Block(name="owners", title=Message("response.title.owners"), rows=tuple(rows))


def _sums(parts: Iterable[tuple[int, Promise]]) -> dict[int, Promise]:
    sums: dict[int, Promise] = {}
    for key, promise in parts:
        sums[key] = sums.get(key, Promise()) + promise
    return dict(sorted(sums.items()))


def _weekday(day: int) -> Message:
    return Message(f"weekday.{WEEKDAYS[day]}")


def _notes(found: ByDay) -> Iterable[Message]:
    if found.engaged or found.handed or found.touched:
        yield Message("note.days_not_hours", engaged=found.engaged, handed=found.handed, touched=found.touched)
    if any(found.reversed.values()):
        yield Message("note.answered_before", **found.reversed)
