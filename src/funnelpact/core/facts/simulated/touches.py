"""The touches of a simulated world: greetings, attempts by cadence, qualifications, first meetings, customer talks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelpact.core.facts.simulated.funnel import Deals, Story
from funnelpact.core.facts.simulated.rows import Flags, Table, Texts, either, fact_table, picks, same
from funnelpact.core.facts.world_truth import Ints

# Working days between attempts: three by day 14, five by day 28, seven by day 56, when nobody answers.
_GAPS = (3.0, 4.0, 6.0, 6.0, 8.0, 8.0)
_PLANNED = (0.08, 0.14, 0.18, 0.19, 0.17, 0.14, 0.10)
_ANSWERED = 0.18
_SILENCE = (("no answer", 0.55), ("left a message", 0.3), ("wrong number", 0.03), ("asked to call back", 0.12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Touches:
    """Touches of one sort on leads, by number. `owner` is None where no person did it."""

    lead: Ints
    moment: Ints
    kind: Texts
    level: Texts
    outcome: Texts
    owner: Texts
    human: bool = True


def touch_table(*, story: Story, deals: Deals, customers: Table, rng: np.random.Generator) -> Table:
    """This returns the touches on leads and customers.

    Attempts stop at `SQL`, at the exit, at the cut, when somebody answers, or when the rep gives up; every `SQL` has a
    qualification shortly before it. Attempts and first meetings keep office hours; a qualification does unless the lead
    became an SQL outside of them. `customers` are the columns of the touches on customers.
    """
    sorts = [*_attempts(story, rng), _greetings(story, rng), _qualifications(story, rng), _meetings(story, deals, rng)]
    lead, moment = (np.concatenate([getattr(sort, name) for sort in sorts]) for name in ("lead", "moment"))
    columns: Table = {
        "happened_at": story.clock.utc(seconds=moment),
        "subject": story.key[lead],
        "subject_kind": same(value="lead", count=len(lead)),
        "kind": np.concatenate([sort.kind for sort in sorts]),
        "direction": same(value="outbound", count=len(lead)),
        "level": np.concatenate([sort.level for sort in sorts]),
        "human": np.repeat([sort.human for sort in sorts], [len(sort.lead) for sort in sorts]),
        "owner": np.concatenate([sort.owner for sort in sorts]),
        "outcome": np.concatenate([sort.outcome for sort in sorts]),
    }
    whole = {name: np.concatenate([column, customers[name]]) for name, column in columns.items()}
    return fact_table(name="touches", source=story.spec.source, ids="A", **whole)


def _attempts(story: Story, rng: np.random.Generator) -> list[Touches]:
    """Attempt after attempt, each a fixed number of working days after the one before, give or take."""
    spec, clock = story.spec, story.clock
    stop = np.minimum(np.minimum(story.moments[1], story.left), clock.end)
    # Whoever advances has been spoken to; among the others some are never touched at all.
    stays = (story.moments[1] < clock.end) | (rng.random(len(story.key)) >= spec.never_touched)
    who = np.flatnonzero(stays & (story.handed < stop))
    planned = rng.choice(np.arange(1, len(_PLANNED) + 1), size=len(who), p=_PLANNED)
    median = np.array([kind.response_minutes for kind in spec.types])[story.lives.kind[who]] * 60
    pull = spec.hotness
    score = np.sqrt(1 - pull**2) * rng.standard_normal(len(who)) - pull * story.lives.readiness[who]
    moment = clock.due(seconds=story.handed[who], worked=median * np.exp(1.2 * score))
    rounds = []
    for number in range(len(_PLANNED)):
        here = (moment < stop[who]) & (planned > number)
        who, planned, moment = who[here], planned[here], moment[here]
        answered = rng.random(len(who)) < _ANSWERED
        rounds.append(_round(story, who, moment, answered=answered, rng=rng))
        who, planned, moment = who[~answered], planned[~answered], moment[~answered]
        if number < len(_GAPS):
            day = clock.close - clock.open
            wait = _GAPS[number] * day * np.exp(0.25 * rng.standard_normal(len(who)))
            moment = clock.due(seconds=moment, worked=wait)
    return rounds


def _round(story: Story, who: Ints, moment: Ints, *, answered: Flags, rng: np.random.Generator) -> Touches:
    """The attempts of one round, and what came of them."""
    silence = picks(labels=[name for name, _ in _SILENCE], shares=[s for _, s in _SILENCE], count=len(who), rng=rng)
    return Touches(
        lead=who,
        moment=moment,
        kind=picks(labels=["call", "e-mail", "message"], shares=[0.6, 0.33, 0.07], count=len(who), rng=rng),
        level=either(where=answered, yes="contact", no="attempt"),
        outcome=either(where=answered, yes="spoke", no=silence),
        owner=story.staff.key[_holder(story, who, moment)],
    )


def _holder(story: Story, who: Ints, moment: Ints) -> Ints:
    """Who has the lead at that moment."""
    return np.where(moment >= story.inherited[who], story.heir[who], story.owner[who])


def _greetings(story: Story, rng: np.random.Generator) -> Touches:
    """The automatic mail to nearly everybody who came by themselves; no human touch, whatever it says."""
    inbound = np.array([kind.engagement is not None for kind in story.spec.types])[story.lives.kind]
    who = np.flatnonzero(inbound & (rng.random(len(inbound)) < 0.95))
    moment = story.moments[0][who] + rng.integers(5, 90, len(who))
    return Touches(
        lead=who,
        moment=moment,
        kind=same(value="e-mail", count=len(who)),
        level=same(value="attempt", count=len(who)),
        outcome=same(value="sent", count=len(who)),
        owner=same(value=None, count=len(who)),
        human=False,
    )


def _qualifications(story: Story, rng: np.random.Generator) -> Touches:
    """The talk that makes a lead an SQL: in the last 20 minutes of office time before the label.

    Where the lead was handed over later than that (a Sunday's lead that advances on that Sunday), between the two.
    """
    who = np.flatnonzero(story.moments[1] < story.clock.end)
    label = story.moments[1][who]
    talk = story.clock.due(seconds=label, worked=-rng.uniform(180, 1200, len(who)))
    between = (story.handed[who] + label + 1) // 2
    return Touches(
        lead=who,
        moment=np.where((talk >= story.handed[who]) & (talk < label), talk, between),
        kind=picks(labels=["call", "meeting"], shares=[0.7, 0.3], count=len(who), rng=rng),
        level=same(value="qualification", count=len(who)),
        outcome=same(value="qualified", count=len(who)),
        owner=story.staff.key[_holder(story, who, label)],
    )


def _meetings(story: Story, deals: Deals, rng: np.random.Generator) -> Touches:
    """One meeting early in each deal that has a lead, unless the deal is over before it."""
    moment = story.clock.due(seconds=deals.opened, worked=rng.exponential(3 * 9 * 3600, len(deals.opened)))
    held = np.flatnonzero((deals.lead >= 0) & (moment < np.minimum(deals.closed, story.clock.end)))
    return Touches(
        lead=deals.lead[held],
        moment=moment[held],
        kind=same(value="meeting", count=len(held)),
        level=same(value="contact", count=len(held)),
        outcome=same(value="held", count=len(held)),
        owner=story.staff.key[deals.owner[held]],
    )
