"""`funnelpact response` and `cadence` as people see them, in both languages."""

from __future__ import annotations

import json

import pytest

from tests.calculation import funnelpact
from tests.worlds import kept

LEADS = "\n".join(
    f"lead l{number} 2026-11-16T10:00 type=web\nhandover l{number} 2026-11-16T10:00 owner=ayse\n"
    f"touch l{number} 2026-11-16T{'10:20' if number < 24 else '12:00'}"
    for number in range(40)
)
PROMISE = """\
The promise to answer within 1 h of working time after the hand-over
  segment   n    kept  95 % range  in time  late  due, unanswered  not due yet  closed before due
  all      40  60.0 %   44.6–73.7       24    16                0            0                  0
  web      40  60.0 %   44.6–73.7       24    16                0            0                  0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Forty leads of one Monday: twenty-four answered after twenty minutes, the others after two hours."""
    place = tmp_path_factory.mktemp("leads")
    kept(LEADS, place)
    return f"--data={place}"


def test_response_in_words(folder: str):
    """The promise word for word, a tree that ends in counts, and that the office hours were assumed."""
    said = funnelpact("response", folder, "--all", "--why").stdout.replace("\u202f", " ")

    assert PROMISE in said
    assert "answered within 1 h" in said
    assert "24 answered within 1 h + 0.0 expected, ÷ 40 leads" in said
    assert "! Working time is taken as Monday to Friday from 09:00 to 18:00 in UTC" in said


def test_what_few_ask_for_is_shown_with_all(folder: str):
    """A line says how many tables more there are, and they are there."""
    short = funnelpact("response", folder).stdout.split("\n\n")
    long = funnelpact("response", folder, "--all").stdout.split("\n\n")
    more = len(long) - len(short)

    assert more > 0
    assert f"! --all shows {more} more tables" in short[-1]
    assert any("by hour of the week" in table for table in long)
    assert not any("by hour of the week" in table for table in short)


def test_cadence_as_data_in_turkish(folder: str):
    """Durations in seconds, rows that name what they are about, sentences in the language that was asked for."""
    data = json.loads(funnelpact("cadence", folder, "--json", "--lang=tr", "--steps=0:1").stdout)
    blocks = {block["name"]: block for block in data["blocks"]}
    longest = blocks["gaps"]["rows"][0]["findings"]["longest_gap"]

    assert data["measure"] == "cadence"
    assert blocks["by_day_0"]["title"] == "0. güne dek en az 1 deneme; o gün hâlâ açık lead’lerde"
    assert blocks["by_day_0"]["rows"][1]["name"] == "web"
    assert blocks["by_day_0"]["rows"][1]["findings"]["compliant_share"]["value"] == 1
    assert (longest["value"], longest["unit"]) == (0, "seconds")
    assert data["notes"][-1].endswith("Yeniden denemenin etkisi değildir.")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("response", "--within=soon"), "duration-unreadable"),
        (("cadence", "--steps=fortnight"), "cadence-unreadable"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(folder: str, words: tuple[str, str], code: str):
    """With the code as data, exit code 2, nothing on standard output."""
    run = funnelpact(*words, folder, "--json")

    assert (run.returncode, run.stdout) == (2, "")
    assert [problem["code"] for problem in json.loads(run.stderr)["problems"]] == [code]
