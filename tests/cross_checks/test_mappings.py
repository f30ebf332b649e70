"""Journeys under mappings of all kinds, by the engine and by plain Python over single facts."""

from __future__ import annotations

import os
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from funnelpact.core.journeys.dimensions import Dimension
from funnelpact.core.journeys.mapping import Attribution, Exclusion, FunnelMapping, Renamed, StageLabel
from funnelpact.core.journeys.meanings.sound import mapping_problems
from tests.cross_checks.slow_journeys import slow_journeys
from tests.small_worlds import worlds
from tests.worlds import mapping_of, passes_of, rows_of

AS_OF = date(2026, 3, 31)
BY_TYPE = Dimension("leads", "type", labelled=False)
# Each example is a company of its own and takes the engine a second.
RUNS = int(os.environ.get("FUNNELPACT_RUNS", "12"))

DAYS = st.integers(5, 85).map(lambda day: date(2026, 1, 1) + timedelta(days=day))
STAGES = st.sampled_from(["mql", "sql", "opportunity", "won", "exit", None])


@st.composite
def stage_labels(draw: st.DrawFn) -> tuple[StageLabel, ...]:
    """Some labels always mean something, some change on a day, some mean something on some days only."""
    found = []
    for record, label in (("lead", "Nurture"), ("lead", "SQL"), ("deal", "Negotiation"), ("deal", "Lost")):
        first, second = sorted((draw(DAYS), draw(DAYS) + timedelta(days=1)))
        choices: list[list[tuple[date | None, date | None]]]
        choices = [[], [(None, None)], [(None, first), (first, None)], [(first, second)], [(None, first)]]
        spans = [span for span in draw(st.sampled_from(choices)) if span != (first, first)]
        found += [
            StageLabel(record=record, label=label, stage=draw(STAGES), since=since, until=until)
            for since, until in spans
        ]
    return tuple(found)


@st.composite
def mappings(draw: st.DrawFn) -> FunnelMapping:
    """What people may say, within the days of the worlds."""
    renamed_on, excluded_on = draw(DAYS), draw(DAYS)
    types = st.sampled_from(
        [
            (),
            (Renamed(label="web", name="chat", since=renamed_on), Renamed(label="chat", name="talk", until=renamed_on)),
        ]
    )
    excluded = Exclusion(field="type", labels=("chat",), reason="test", since=excluded_on)
    return FunnelMapping(
        labels=draw(stage_labels()),
        types=draw(types),
        exclusions=draw(st.sampled_from([(), (excluded,)])),
        attribution=draw(st.sampled_from(Attribution)),
        reopen_days=draw(st.integers(0, 60)),
        silent_days=draw(st.integers(0, 60)),
        zone=draw(st.sampled_from(["UTC", "Asia/Tokyo", "America/Phoenix"])),
    )


@st.composite
def linked_worlds(draw: st.DrawFn) -> str:
    """A company in which some deals are linked to leads, one or several, from either side."""
    lines = [draw(worlds())]
    for number in range(draw(st.integers(0, 6))):
        lead, deal = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        role = draw(st.sampled_from(["", " role=primary", " role='Primary contact'", " role=user"]))
        person = draw(st.sampled_from(["lead", "contact"]))
        ends = [f"{person} {lead}", f"deal {deal}"][:: draw(st.sampled_from([1, -1]))]
        (one, first), (other, second) = (end.split() for end in ends)
        keys = {"lead": "l", "contact": "l", "deal": "d"}
        lines.append(
            f"link k{number} 2026-01-01 from_kind={one} from_key={keys[one]}{first}"
            f" to_kind={other} to_key={keys[other]}{second}{role}"
        )
    return "\n".join(lines)


@settings(max_examples=RUNS)
@given(linked_worlds(), mappings())
def test_passes_under_any_mapping_are_those_of_the_slow_count(world: str, said: FunnelMapping):
    """Which passes there are and count, their types, days, exits, amounts and touches. Neither has read a fact again."""
    rows = rows_of(world)
    found = passes_of(rows, as_of=AS_OF, by=BY_TYPE, said=said).to_pyarrow().to_pylist()
    slow = [one for one in slow_journeys(rows, AS_OF, said) if not one.excluded]

    assert not mapping_problems(mapping=said)
    assert mapping_of(rows, said).labels[: len(said.labels)] == said.labels
    assert {
        (row["key"], row["pass"]): (
            row["by"],
            [row[f"s{place}"] for place in range(4)],
            row["left_on"],
            row["amount"],
            row["backwards"],
            row["attempts"],
        )
        for row in found
    } == {
        (one.key, one.number): (one.by, one.days, one.left_on, one.amount, one.backwards, one.attempts) for one in slow
    }
