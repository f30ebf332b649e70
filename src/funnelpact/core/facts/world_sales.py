"""The people of a simulated company and what they do: hand-overs, first words, follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.world_spec import Floats, WorldSpec, rank_shares
from funnelpact.core.facts.world_time import DAY, Facts, Hours, Rows, clock_rows, named, together
from funnelpact.core.facts.world_truth import NEVER, Ints, Lives

NAMES = (
    "Ayşe Yılmaz", "Işıl Kaya", "Mehmet Demir", "Selin Öztürk", "İbrahim Şahin", "Nora Lindqvist", "Tom Baker", "Zeynep Çelik",
    "Ömer Arslan", "Hannah Schmidt", "Lucas Meyer", "Elif Aydın", "Burak Yıldız", "Sophie Jansen", "Deniz Koç", "Emre Güneş",
    "Olivia Wright", "Ece Polat", "Jonas Weber", "Gül Erdoğan", "Sinem Ünal", "Daan de Vries", "Canan Işık", "Max Fischer",
)  # fmt: skip
TEAMS = ("Inside sales", "Field sales")
MOST_TOUCHES = 8
WEEKS_BETWEEN = 0.6
"""Working weeks between follow-ups, on average: three by day 14, five by day 28, seven by day 56 is the agreed pace."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The sellers of a company, with the share of leads that each is given."""

    owners: NDArray[Any]
    teams: NDArray[Any]
    share: Floats

    def named(self, *, owner: Ints) -> NDArray[Any]:
        """The names of sellers by number, None for -1."""
        return np.concatenate((self.owners, np.array([None], object)))[owner]

    def team(self, *, owner: Ints) -> NDArray[Any]:
        """The teams of sellers by number, None for -1."""
        return np.concatenate((self.teams, np.array([None], object)))[owner]


def staff_of(*, spec: WorldSpec) -> Staff:
    """This returns enough sellers for the leads of the busiest month, or as many as the spec says.

    >>> len(staff_of(spec=WorldSpec(reps=3)).owners)
    3
    """
    months = spec.days / 30.4
    busiest = spec.leads / months * (1 + spec.growth) ** (months / 2)
    count = spec.reps or max(2, int(np.ceil(busiest / spec.capacity)))
    owners = [
        NAMES[rank % len(NAMES)] + (f" {rank // len(NAMES) + 1}" if rank >= len(NAMES) else "") for rank in range(count)
    ]
    teams = [TEAMS[rank % len(TEAMS)] for rank in range(count)]
    return Staff(np.array(owners, object), np.array(teams, object), rank_shares(count=count, exponent=spec.zipf))


def people_rows(*, spec: WorldSpec, staff: Staff) -> Rows:
    """This returns one row for each seller, from the first day on."""
    columns = {
        "owner": staff.owners,
        "team": staff.teams,
        "role": "sales",
        "capacity": np.full(len(staff.owners), spec.capacity),
    }
    return clock_rows(
        spec=spec, table="people", source_id=staff.owners, clock=np.zeros(len(staff.owners)), columns=columns
    )


@dataclass(frozen=True, slots=True)
class Handed:
    """When each lead was handed over (seconds, NaN: never) and to which seller (-1: nobody)."""

    clock: Floats
    owner: Ints


def hand_over(*, spec: WorldSpec, drawn: Lives, created: Floats, staff: Staff, rng: np.random.Generator) -> Handed:
    """This returns the hand-over of each lead: some seconds or minutes after creation, the system's own delay."""
    count = len(drawn.kind)
    median = np.array([kind.assign_seconds for kind in spec.types])[drawn.kind]
    clock = created + median * np.exp(0.8 * rng.standard_normal(count))
    owner = rng.choice(len(staff.owners), size=count, p=staff.share)
    nobody = rng.random(count) < spec.never_assigned
    return Handed(np.where(nobody, np.nan, clock), np.where(nobody, -1, owner))


def sales_facts(
    *,
    spec: WorldSpec,
    drawn: Lives,
    lead: NDArray[Any],
    handed: Handed,
    hours: Hours,
    staff: Staff,
    rng: np.random.Generator,
) -> Facts:
    """This returns the hand-overs and touches of all leads: an automatic mail, a first word, follow-ups while open.

    A first word comes after a log-normal number of working minutes with the type's median. Follow-ups stop when the
    lead moves to an opportunity or leaves. Contact is made at a touch with a chance of one in four.
    """
    common = {"subject": lead, "subject_kind": "lead", "owner": staff.named(owner=handed.owner)}
    handovers = clock_rows(
        spec=spec,
        table="handovers",
        source_id=lead,
        clock=handed.clock,
        columns={**common, "team": staff.team(owner=handed.owner)},
    )
    count = len(lead)
    median = np.array([kind.response_minutes for kind in spec.types])[drawn.kind]
    score = np.sqrt(1 - spec.hotness**2) * rng.standard_normal(count) - spec.hotness * drawn.readiness
    clock = hours.after(since=np.nan_to_num(handed.clock), worked=60 * median * np.exp(0.9 * score))
    silent = np.isnan(handed.clock) | (rng.random(count) < spec.never_touched)
    ends = np.minimum(drawn.left, drawn.entered[2])
    over = np.where(ends < NEVER, (ends + 1) * DAY, np.inf)
    clock = np.where(silent, np.nan, clock)
    parts = [
        clock_rows(
            spec=spec,
            table="touches",
            source_id=lead + "-mail",
            clock=np.where(np.isnan(handed.clock), np.nan, handed.clock + 30),
            columns={**common, "kind": "e-mail", "direction": "outbound", "level": "attempt", "human": np.zeros(count, bool), "owner": None},
        )
    ]  # fmt: skip
    for number in range(1, MOST_TOUCHES + 1):
        reached = rng.random(count) < 0.25
        columns = {
            **common,
            "kind": np.where(rng.random(count) < 0.6, "call", "e-mail").astype(object),
            "direction": "outbound",
            "level": np.where(reached, "contact", "attempt").astype(object),
            "human": np.ones(count, bool),
            "outcome": np.where(reached, "spoke", "no answer").astype(object),
        }
        parts.append(
            clock_rows(spec=spec, table="touches", source_id=lead + f"-{number}", clock=clock, columns=columns)
        )
        gap = 5 * (hours.closes - hours.opens) * WEEKS_BETWEEN * rng.gamma(2.0, 0.5, size=count)
        clock = hours.after(since=np.nan_to_num(clock), worked=gap * number**0.4)
        silent |= (clock > over) | (rng.random(count) < 0.06)
        clock = np.where(silent, np.nan, clock)
    return {"handovers": handovers, "touches": together(parts=parts)}


def company_keys(*, spec: WorldSpec, rng: np.random.Generator) -> Ints:
    """This returns the company of each lead, as a number: few companies bring many leads where `zipf` says so."""
    companies = max(1, int(spec.leads / spec.leads_per_company))
    if spec.zipf:
        return np.asarray(rng.choice(companies, size=spec.leads, p=rank_shares(count=companies, exponent=spec.zipf)))
    return np.asarray(rng.integers(companies, size=spec.leads))


def deal_keys(*, count: int) -> NDArray[Any]:
    """This returns keys for so many deals."""
    return named(prefix="D", count=count)
