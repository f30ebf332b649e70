"""What keeps a funnel mapping from being applied."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from funnelpact.core.journeys.mapping import Exclusion, FunnelMapping, Renamed, StageLabel
from funnelpact.core.journeys.meanings.sound import mapping_problems
from funnelpact.core.terms.funnel import Funnel

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def label(text: str, **said: Any) -> StageLabel:
    """A stage label of leads that means SQL where nothing else is said."""
    return StageLabel(**{"record": "lead", "label": text, "stage": "sql", **said})


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({}, []),
        ({"labels": (label("A"), label("A", record="deal"), label("B", stage=None), label("C", stage="exit"))}, []),
        ({"labels": (label("A", until=MARCH), label("A", since=MARCH, until=MAY), label("A", since=MAY))}, []),
        ({"labels": (label("A", until=MAY), label("A", since=MARCH))}, ["meanings-overlap"]),
        ({"labels": (label("A"), label("A", stage="mql"))}, ["meanings-overlap"]),
        ({"labels": (label("A", since=MAY, until=MARCH),)}, ["span-empty"]),
        ({"labels": (label("A", since=MAY, until=MAY), label("A"))}, ["span-empty"]),
        ({"labels": (label("A", stage="demo"),)}, ["stage-unknown"]),
        ({"labels": (label("A", record="customer"),)}, ["record-unknown"]),
        ({"labels": (label(" "),)}, ["words-missing"]),
        ({"funnel": Funnel(("none", "won"))}, ["stage-name-taken"]),
        ({"funnel": Funnel(("exit", "won"))}, ["stage-name-taken"]),
        ({"types": (Renamed(label="a", name=""),)}, ["words-missing"]),
        ({"teams": (Renamed(label="a", name="b"), Renamed(label="a", name="c", since=MAY))}, ["meanings-overlap"]),
        ({"exclusions": (Exclusion(field="mood", labels=("a",), reason="test"),)}, ["field-not-excludable"]),
        ({"exclusions": (Exclusion(field="type", labels=(), reason="test"),)}, ["words-missing"]),
        (
            {"exclusions": (Exclusion(field="type", labels=("a",), reason="test", since=MAY, until=MARCH),)},
            ["span-empty"],
        ),
        ({"reopen_days": -1, "silent_days": 40_000}, ["days-out-of-range"] * 2),
        ({"zone": "Europe/Atlantis", "fiscal_month": 13}, ["unknown-zone", "month-unknown"]),
    ],
    ids=str,
)
def test_each_slip_is_a_problem_of_its_own(said: dict[str, Any], codes: list[str]):
    """All of them together, in the order of the file."""
    assert [problem.code for problem in mapping_problems(mapping=FunnelMapping(**said))] == codes
