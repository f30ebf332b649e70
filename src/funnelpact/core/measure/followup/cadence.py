"""How sales follows leads up: attempts by age, gaps, what attempts bring, and what is accepted or given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from funnelpact.core.measure.counts.followup.cadence import DAY, Cell, Outcomes, Rejected, Step, Touched
from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.waits import WaitCurve, Waits
from funnelpact.core.measure.followup.attempts import attempts_block
from funnelpact.core.measure.followup.waited import HALF, MOST, share_within, wait_of
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.measure.share import leaf
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Finding, Measured, Row
from funnelpact.core.terms.message import Message

STEPS = (Step(14, 3), Step(28, 5), Step(56, 7))
"""The usual cadence: three attempts by day 14, five by day 28, seven by day 56."""
ACCEPT_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceCounts:
    """All counts of `cadence`, as `core.measure.counts.cadence` makes them, and the accept window they were made for."""

    steps: Mapping[Step, Mapping[Segment, Mapping[int, int]]]
    gaps: Mapping[Segment, Waits]
    touched: Mapping[Segment, Touched]
    outcomes: Mapping[int, Mapping[Cell, Outcomes]]
    decisions: Mapping[Segment, Waits]
    rejections: Mapping[str | None, Rejected]
    accept_days: int


def cadence_findings(*, counts: CadenceCounts, about: Question, notes: Sequence[Message] = ()) -> Measured:
    """How leads were followed up by the end of `about.as_of`; all times are whole days.

    Population: passes of leads; of a step those open at its age, of a gap attempts on open passes, of acceptance passes that
    were handed over. `notes` of the caller come first. Each finding has its n, shares and times their intervals, and its
    derivation ends in counts.
    """
    names = about.segments(sizes=((name, part.leads) for name, part in counts.touched.items()))
    blocks = [_step(step, counts.steps[step], names, about) for step in counts.steps]
    blocks += [_spread(step, counts.steps[step].get(ALL, {}), about) for step in counts.steps]
    blocks += [_gaps(counts.gaps, names, about), _never(counts.touched, names, about)]
    blocks.append(attempts_block(outcomes=counts.outcomes, about=about))
    blocks += [_decisions(counts, names, about), _reasons(counts, about)]
    return Measured(
        name="cadence",
        as_of=about.as_of,
        known_at=about.known_at,
        by=about.by,
        blocks=tuple(block for block in blocks if block.rows),
        notes=(*notes, Message("note.attempts_not_effect")),
    )


def _step(step: Step, of_step: Mapping[Segment, Mapping[int, int]], names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in (name for name in names if of_step.get(name)):
        spread, population = of_step[name], population_of(segment=name)
        enough = sum(count for attempts, count in spread.items() if attempts >= step.attempts)
        compliant = about.share(
            name="compliant_share",
            count=leaf(name="compliant", value=enough, days=step.days, attempts=step.attempts),
            of=leaf(name="open_at_age", value=sum(spread.values()), days=step.days),
            population=population,
        )
        rows.append(Row(name=name, findings=(compliant, _mean(spread, step, population, about))))
    title = Message("cadence.title.step", days=step.days, attempts=step.attempts)
    return Block(name=f"by_day_{step.days}", title=title, rows=tuple(rows))


def _mean(spread: Mapping[int, int], step: Step, population: Message, about: Question) -> Finding:
    made, leads = sum(attempts * count for attempts, count in spread.items()), sum(spread.values())
    value = Fraction(made, leads)
    tree = Derivation(
        name="mean_attempts",
        label=Message("finding.mean_attempts"),
        value=value,
        rule=Message("rule.share_of_leads", part=made, whole=leads),
        inputs=(
            leaf(name="attempts_made", value=made, days=step.days),
            leaf(name="open_at_age", value=leads, days=step.days),
        ),
    )
    return about.finding(name="mean_attempts", value=value, n=leads, population=population, derivation=tree)


def _spread(step: Step, spread: Mapping[int, int], about: Question) -> Block:
    """How the passes divide by the number of attempts; all beyond twice the step's number are one row."""
    most, leads = min(2 * step.attempts, max(spread, default=0)), sum(spread.values())
    rows = []
    for number in range(most + 1):
        count = sum(found for attempts, found in spread.items() if min(attempts, most) == number)
        label = Message("cadence.attempts_or_more" if number == 2 * step.attempts else "cadence.attempts", count=number)
        share = about.share(
            name="share_of_open",
            count=leaf(name="with_attempts", value=count, days=step.days),
            of=leaf(name="open_at_age", value=leads, days=step.days),
            population=label,
        )
        counted = about.count(name="leads_with_attempts", count=count, n=leads, population=label)
        rows.append(Row(name=str(number), label=label, findings=(share, counted)))
    title = Message("cadence.title.spread", days=step.days)
    return Block(name=f"attempts_by_day_{step.days}", title=title, rows=tuple(rows) if leads else ())


def _gaps(gaps: Mapping[Segment, Waits], names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in (name for name in names if name in gaps):
        waits, population = gaps[name], population_of(segment=name)
        curve = WaitCurve.of(waits=waits)
        times = [
            wait_of(name=f"{which}_gap", curve=curve, share=share, about=about, population=population, of="gaps")
            for which, share in (("median", HALF), ("p90", MOST))
        ]
        longest = max({**waits.answered, **waits.open}, default=0)
        running = sum(waits.open.values())
        tree = Derivation(
            name="longest_gap",
            label=Message("finding.longest_gap"),
            value=timedelta(seconds=longest),
            rule=Message("rule.longest_gap"),
            inputs=(leaf(name="gaps", value=waits.leads), leaf(name="running_gaps", value=running)),
        )
        largest = about.finding(
            name="longest_gap",
            value=timedelta(seconds=longest),
            n=waits.leads,
            population=population,
            derivation=tree,
        )
        still = about.count(name="running_gaps", count=running, n=waits.leads, population=population)
        rows.append(Row(name=name, findings=(*times, largest, still)))
    return Block(name="gaps", title=Message("cadence.title.gaps"), rows=tuple(rows))


def _never(touched: Mapping[Segment, Touched], names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in names:
        part, population = touched[name], population_of(segment=name)
        share = about.share(
            name="never_touched_share",
            count=leaf(name="never_touched", value=part.never),
            of=leaf(name="all_leads", value=part.leads),
            population=population,
        )
        counts = [
            about.count(name=key, count=count, n=part.leads, population=population)
            for key, count in (("never_touched", part.never), ("never_touched_open", part.never_open))
        ]
        rows.append(Row(name=name, findings=(share, *counts)))
    return Block(name="never_touched", title=Message("cadence.title.never"), rows=tuple(rows))


def _decisions(counts: CadenceCounts, names: Sequence[Segment], about: Question) -> Block:
    rows = []
    for name in (name for name in names if name in counts.decisions):
        waits, population = counts.decisions[name], population_of(segment=name)
        given_back = Waits(answered=waits.closed, closed=waits.answered, open=waits.open)
        shares = [
            share_within(
                name=key,
                curve=WaitCurve.of(waits=part, competing=True),
                seconds=counts.accept_days * DAY,
                about=about,
                population=population,
            )
            for key, part in (("accepted_share", waits), ("rejected_share", given_back))
        ]
        late = sum(count for wait, count in waits.open.items() if wait > counts.accept_days * DAY)
        undecided = about.count(name="undecided", count=late, n=waits.leads, population=population)
        rows.append(Row(name=name, findings=(*shares, undecided)))
    title = Message("cadence.title.decisions", days=counts.accept_days)
    return Block(name="acceptance", title=title, rows=tuple(rows))


def _reasons(counts: CadenceCounts, about: Question) -> Block:
    """Rejections by reason, all of them first, each with those that were worth it in the end."""
    every = Rejected(
        count=sum(part.count for part in counts.rejections.values()),
        later=sum(part.later for part in counts.rejections.values()),
    )
    ordered = sorted(counts.rejections.items(), key=lambda pair: (-pair[1].count, pair[0] or ""))
    rows = []
    for reason, part in [(ALL, every), *ordered]:
        population = population_of(segment=reason)
        given_back = leaf(name="rejected", value=part.count, days=counts.accept_days)
        share = about.share(
            name="share_of_rejections",
            count=given_back,
            of=leaf(name="rejected", value=every.count, days=counts.accept_days),
            population=population,
        )
        later = about.share(
            name="later_converted_share",
            count=leaf(name="later_converted", value=part.later),
            of=given_back,
            population=population,
        )
        rows.append(Row(name=reason, findings=(share, later)))
    title = Message("cadence.title.reasons", days=counts.accept_days)
    return Block(name="rejections", title=title, rows=tuple(rows) if every.count else ())
