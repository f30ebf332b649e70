"""The road on one page, as data: three sentences with their pictures, the funnel, the demand, every derivation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from funnelpact.core.plan.chance import chance_of_quota
from funnelpact.core.plan.outlook import Outlook
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding, FunnelFindings, SegmentFindings
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.funnel import segment_name
from funnelpact.core.view.table import NONE

CURVE_POINTS = 36
LAST_DAY_BAR = 7
"""Leads that have waited for so many days or more share the last bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A number that opens: its key on the page, what it shows, and what stands behind it."""

    key: str
    shown: Value
    derivation: Derivation
    about: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence. `opened` are its numbers, by the name that the sentence gives them; `caption` is one line below."""

    text: Message
    opened: Mapping[str, Opened]
    caption: Message | None


@dataclass(frozen=True, slots=True)
class Point:
    """A number of leads and the chance that they reach the quota."""

    leads: int
    chance: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ChancePicture:
    """The chance over the leads of a month, and the three points that the sentence names."""

    curve: tuple[Point, ...]
    today: Point
    even: Point
    likely: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One stage of the flow: how many of 100 reach it, how many passes did, and the step that leads on (None at won)."""

    label: Message
    of_hundred: Value
    reached: int
    matured: Finding | None
    period: Finding | None
    median: Finding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Open leads without a first word for over a day: by whole days waited, and what they are worth."""

    by_days: tuple[tuple[int, int], ...]
    leads: int
    worth: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadPage:
    """Everything that the page shows."""

    source: Message
    findings: FunnelFindings
    outlook: Outlook
    sentences: tuple[Sentence, Sentence, Sentence]
    chance: ChancePicture
    featured: SegmentFindings
    flow: tuple[FlowStep, ...]
    waits: Waits | None


def road_page(
    *,
    source: Message,
    findings: FunnelFindings,
    outlook: Outlook,
    waiting: Mapping[str | None, int] | None,
    waiting_days: Mapping[int, int] | None,
) -> RoadPage:
    """This returns the page of one company: `waiting` counts by segment, `waiting_days` by whole days, None untold.

    The second sentence and the flow are about the type with the most passes.
    """
    segments = findings.segments[1:] or findings.segments
    valued = [segment for segment in segments if segment.value.value is not None and segment.name is not None]
    featured = max(valued or segments, key=lambda segment: segment.reached[0])
    waits = None if waiting is None or waiting_days is None else _waits(waiting, waiting_days, outlook)
    return RoadPage(
        source=source,
        findings=findings,
        outlook=outlook,
        sentences=(_need(outlook), _worth(featured), _waiting(waits, waiting or {}, outlook)),
        chance=_chance(outlook),
        featured=featured,
        flow=_flow(findings, featured),
        waits=waits,
    )


def _need(outlook: Outlook) -> Sentence:
    even, likely = outlook.even, outlook.likely
    opened = {"leads": Opened(key="need-even", shown=even.leads or NONE, derivation=even.derivation)}
    text = Message("page.need.even_only", leads=even.leads or NONE, quota=outlook.quota, chance=likely.chance)
    if likely.leads is not None:
        opened["more"] = Opened(key="need-likely", shown=likely.leads, derivation=likely.derivation)
        text = Message(
            "page.need.both", leads=even.leads or NONE, more=likely.leads, quota=outlook.quota, chance=likely.chance
        )
    caption = Message("page.need.today", leads=outlook.today, months=outlook.today_chance.value * 100)
    return Sentence(text=text, opened=opened, caption=caption)


def _worth(featured: SegmentFindings) -> Sentence:
    value, low, high = featured.value.value, featured.value.low, featured.value.high
    name = segment_name(name=featured.name)
    if not (isinstance(value, Money) and isinstance(low, Money) and isinstance(high, Money)):
        return Sentence(
            text=Message("page.worth.unknown", type=name), opened={}, caption=next(iter(featured.value.cautions), None)
        )
    shown = Opened(
        key="worth",
        shown=Message("page.cell.money", money=value),
        derivation=featured.value.derivation,
        about=featured.value.population,
    )
    half = Money((high.amount - low.amount) / 2, value.currency)
    caption = Message(
        "page.worth.why", wins=featured.reached[-1], passes=featured.reached[0], days=featured.value.horizon_days or 0
    )
    return Sentence(
        text=Message("page.worth.known", type=name, value=shown.shown, half=half),
        opened={"value": shown},
        caption=caption,
    )


def _waits(waiting: Mapping[str | None, int], days: Mapping[int, int], outlook: Outlook) -> Waits:
    values = {worth.lead_type: worth.value for worth in outlook.worths}
    worth = sum(
        (values[name] * count for name, count in waiting.items() if name in values),
        start=Money(Fraction(0), outlook.quota.currency),
    )
    bars = dict.fromkeys(range(1, LAST_DAY_BAR + 1), 0)
    for day, count in days.items():
        bars[min(day, LAST_DAY_BAR)] += count
    return Waits(by_days=tuple(bars.items()), leads=sum(waiting.values()), worth=worth)


def _waiting(waits: Waits | None, waiting: Mapping[str | None, int], outlook: Outlook) -> Sentence:
    if waits is None:
        return Sentence(text=Message("page.waits.untold"), opened={}, caption=Message("page.waits.untold_why"))
    if not waits.leads:
        return Sentence(text=Message("page.waits.none"), opened={}, caption=None)
    values = {worth.lead_type: worth.value for worth in outlook.worths}
    parts = tuple(
        Derivation(
            name="worth",
            label=Message("page.waits.of", type=segment_name(name=name)),
            value=values[name] * count,
            rule=Message("rule.worth.one", leads=count, value=Message("page.cell.money", money=values[name])),
        )
        for name, count in sorted(waiting.items(), key=lambda item: -item[1])
        if name in values
    )
    tree = Derivation(
        name="worth",
        label=Message("page.waits.label"),
        value=Message("page.cell.whole", money=waits.worth),
        rule=Message("rule.worth.sum", lines=len(parts)),
        inputs=parts,
    )
    shown = Opened(
        key="waits", shown=Message("page.waits.shown", leads=waits.leads, worth=waits.worth), derivation=tree
    )
    names = tuple(
        Message("page.waits.some", leads=count, type=segment_name(name=name))
        for name, count in sorted(waiting.items(), key=lambda item: -item[1])[:3]
    )
    return Sentence(
        text=Message("page.waits.some_wait", leads=shown.shown),
        opened={"leads": shown},
        caption=Message("page.waits.most", types=names),
    )


def _chance(outlook: Outlook) -> ChancePicture:
    def at(leads: int) -> Point:
        return Point(leads, chance_of_quota(quota=outlook.quota, leads=leads, worths=outlook.worths))

    even, likely = outlook.even.leads or 1, outlook.likely.leads
    first = int(min(even * 0.8, outlook.today * 0.95))
    last = int(max((likely or even) * 1.08, outlook.today * 1.05))
    steps = [first + (last - first) * number // (CURVE_POINTS - 1) for number in range(CURVE_POINTS)]
    return ChancePicture(
        curve=tuple(at(leads) for leads in steps),
        today=at(outlook.today),
        even=at(even),
        likely=None if likely is None else at(likely),
    )


def _flow(findings: FunnelFindings, featured: SegmentFindings) -> tuple[FlowStep, ...]:
    stages = findings.funnel.stages
    share: Fraction | None = Fraction(100)
    flow = []
    for position, stage in enumerate(stages[:-1]):
        step = featured.steps[position]
        flow.append(
            FlowStep(
                label=stage_label(stage=stage),
                of_hundred=NONE if share is None else Message("page.cell.tenth", number=share) if position else 100,
                reached=featured.reached[position],
                matured=step.matured,
                period=step.period,
                median=step.median_days,
            )
        )
        rate = step.matured.value
        share = share * rate.value if share is not None and isinstance(rate, Rate) else None
    won = featured.to_won.matured.value
    direct = Message("page.cell.tenth", number=won.value * 100) if isinstance(won, Rate) else NONE
    last = FlowStep(
        label=stage_label(stage=stages[-1]),
        of_hundred=direct,
        reached=featured.reached[-1],
        matured=None,
        period=None,
        median=None,
    )
    return (*flow, last)
