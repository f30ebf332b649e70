"""`funnelpact reconcile` as people see it: lines that add up, records behind them, words for what is not there."""

from __future__ import annotations

import json

import pytest

from tests.calculation import funnelpact
from tests.worlds import kept

WORLD = """
    lead a 2026-02-01
    lead twin 2026-02-03
    merge twin 2026-02-04 into=a
    deal first of a 2026-02-05 amount=100
    deal first > "Closed Won" 2026-02-10
    deal second of a 2026-02-06 amount=100
    deal second > "Closed Won" 2026-02-20
    lead b 2026-02-07
    lead b > Disqualified 2026-02-12
    lead late 2026-03-02
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A month with a twin, a second deal and a lead that was given back."""
    place = tmp_path_factory.mktemp("month")
    kept(WORLD, place)
    return f"--data={place}"


def test_every_line_leads_from_the_crm_to_us(folder: str):
    """In the last month that is over; counts and both shares."""
    data = json.loads(funnelpact("reconcile", folder, "--json").stdout)
    figures = {part["name"]: part for part in data["figures"]}

    assert data["month"] == "2026-02"
    assert figures["created"]["shown"] == 3
    assert [(one["name"], one["records"], one["after"]) for one in figures["created"]["differences"]] == [
        ("merged", -1, 2)
    ]
    assert figures["won"]["shown"] == 2
    assert figures["won"]["differences"][0]["examples"] == ["deal:second"]
    assert [one["after"] for one in figures["won_created"]["differences"]][:2] == [pytest.approx(1 / 3), 0.5]


def test_in_turkish_words(folder: str):
    """The month by name, the difference as a sentence, the sign before the records."""
    said = funnelpact("reconcile", folder, "--lang", "tr").stdout
    assert said.startswith("Şubat 2026: CRM'in sayılarından bizimkilere")
    assert "zaten kazanılmış bir geçişin bir başka fırsatı" in said
    assert "\u22121" in said


def test_the_records_behind_a_line(folder: str):
    """One key on each line, as the source writes it."""
    assert funnelpact("reconcile", folder, "--records", "won:again").stdout.split() == ["deal:second"]


def test_a_difference_that_is_not_there_is_told_with_those_that_are(folder: str):
    """Not an empty answer."""
    run = funnelpact("reconcile", folder, "--records", "won:agian")
    assert run.returncode == 2
    assert "“won:agian”" in run.stderr
    assert "won:again" in run.stderr
