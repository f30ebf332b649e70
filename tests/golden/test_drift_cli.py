"""`funnelpact drift` as people see it: a year of steady wins, then half a year with hardly any."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.calculation import funnelpact
from tests.worlds import kept

FIRST = date(2025, 1, 1)
DAYS, QUIET_FROM = 546, 364


def lead(number: int) -> str:
    """A lead of each day: each second one is won after a week, while quiet each fourteenth; the others are disqualified."""
    born, closed = FIRST + timedelta(days=number), FIRST + timedelta(days=number + 7)
    made = f"lead l{number} {born} type=web\n"
    if closed >= FIRST + timedelta(days=DAYS):
        return made
    if number % (14 if number + 7 >= QUIET_FROM else 2):
        return made + f"lead l{number} > Disqualified {closed}"
    return made + f"deal d{number} of l{number} {born}\ndeal d{number} > Won {closed}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A lead a day for eighteen months."""
    place = tmp_path_factory.mktemp("leads")
    kept("\n".join(lead(number) for number in range(DAYS)), place)
    return f"--data={place}"


def test_fewer_wins_in_words_and_as_data(folder: str):
    """The baseline is what came before; of about 91 wins expected 13 came, the day of the alarm is told, in both languages."""
    said = funnelpact("drift", folder, "--why").stdout.replace("\u202f", " ")
    data = json.loads(funnelpact("drift", folder, "--json", "--lang=tr").stdout)
    findings = data["blocks"][-1]["rows"][0]["findings"]
    alarm = date.fromisoformat(findings["alarm_on"]["value"])

    assert said.startswith("What has changed up to 30 June 2026")
    assert "! Baseline: 1 January 2025 to 30 December 2025." in said
    assert "the first day on which the sum of evidence" in said
    assert findings["observed_moves"]["value"] == 13
    assert findings["expected_moves"]["value"] == pytest.approx(91, abs=3)
    assert findings["drift_verdict"]["value"] == "daha az"
    assert date(2025, 12, 31) < alarm < date(2026, 2, 28)


def test_a_named_baseline_is_the_whole_of_its_months(folder: str):
    """From its first day to its last; days after it are watched, at most half a year."""
    notes = json.loads(funnelpact("drift", folder, "--json", "--baseline=2025-02..2026-03").stdout)["notes"]

    assert "Baseline: 1 February 2025 to 31 March 2026." in notes
    assert "Watched: 1 April 2026 to 30 June 2026." in notes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--baseline=spring", "baseline-unreadable"),
        ("--baseline=2025-13", "baseline-unreadable"),
        ("--baseline=2025-03..2025-01", "period-reversed"),
        ("--baseline=2024-01..2024-06", "baseline-unfit"),
        ("--baseline=2026-01..2026-06", "baseline-unfit"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(folder: str, words: str, code: str):
    """With the code as data, exit code 2, nothing on standard output."""
    run = funnelpact("drift", folder, words, "--json")

    assert (run.returncode, run.stdout) == (2, "")
    assert [problem["code"] for problem in json.loads(run.stderr)["problems"]] == [code]
