"""The funnel mapping as a file: read, refused key by key, written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from funnelpact.apps.funnel_file import mapping_data, mapping_from, mapping_text, read_mapping
from funnelpact.core.journeys.mapping import (
    Attribution,
    Exclusion,
    FunnelMapping,
    Party,
    Renamed,
    StageLabel,
    propose_mapping,
)
from funnelpact.core.terms.funnel import Funnel
from funnelpact.core.terms.problem import Problem, Problems

FILE = """
version: 1
stages: [lead, demo, won]
labels:
  - {record: lead, label: Demo held, stage: demo, from: 2026-03-01}
  - {record: lead, label: Parked, stage: none}
  - {record: deal, label: Gone, stage: exit, until: 2026-03-01}
types: [{label: Web form, name: web}]
parties: {web: marketing, fair: partner}
teams: [{owner: ayse, team: West, from: 2026-01-01, until: 2026-07-01}]
exclusions: [{field: type, labels: [test, 2026], reason: no customers}]
attribution: last
silent_days: 90
observed_from: 2025-06-01
zone: Europe/Istanbul
fiscal_year_begins: 4
"""
MAPPING = FunnelMapping(
    funnel=Funnel(("lead", "demo", "won")),
    labels=(
        StageLabel(record="lead", label="Demo held", stage="demo", since=date(2026, 3, 1)),
        StageLabel(record="lead", label="Parked", stage=None),
        StageLabel(record="deal", label="Gone", stage="exit", until=date(2026, 3, 1)),
    ),
    types=(Renamed(label="Web form", name="web"),),
    parties={"web": Party.MARKETING, "fair": Party.PARTNER},
    teams=(Renamed(label="ayse", name="West", since=date(2026, 1, 1), until=date(2026, 7, 1)),),
    exclusions=(Exclusion(field="type", labels=("test", "2026"), reason="no customers"),),
    attribution=Attribution.LAST,
    silent_days=90,
    observed_from=date(2025, 6, 1),
    zone="Europe/Istanbul",
    fiscal_month=4,
)


def codes(folder: Path, text: str, name: str = "funnel.yaml") -> list[str]:
    """The codes of the problems of a file, in the order in which they are told."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    try:
        read_mapping(path=path)
    except Problems as problems:
        return [problem.code for problem in problems.problems]
    except Problem as problem:
        return [problem.code]
    return []


def test_both_formats_say_the_same(tmp_path: Path):
    """What is not written has the value that it has where there is no file."""
    (tmp_path / "funnel.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "funnel.json").write_text(json.dumps(mapping_data(mapping=MAPPING)), encoding="utf-8")

    assert read_mapping(path=tmp_path / "funnel.yaml") == MAPPING
    assert read_mapping(path=tmp_path / "funnel.json") == MAPPING
    assert mapping_from(data={"version": 1}) == FunnelMapping()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["file-unreadable"]),
        ("version: 1\nzone: UTC\nzone: UTC", ["file-unreadable"]),
        ("zone: UTC", ["key-missing"]),
        ("version: 2", ["choice-unknown"]),
        ("version: 1\ncolour: red\nlabels: [{record: lead, label: a, stage: sql, since: 1}]", ["key-unknown"] * 2),
        ("version: 1\nlabels: [{record: lead, label: a}]", ["key-missing"]),
        ("version: 1\nlabels: [{record: customer, label: a, stage: sql}]", ["choice-unknown"]),
        ("version: 1\nlabels: [{record: lead, label: a, stage: demo}]", ["stage-unknown"]),
        ("version: 1\nlabels: [{record: lead, label: a, stage: sql, from: 1 May}]", ["value-unfit"]),
        ("version: 1\nlabels: [{record: lead, label: a, stage: sql, from: 2026-02-30}]", ["value-unfit"]),
        ("version: 1\nlabels: [{record: lead, label: a, stage: sql, from: 1700000000}]", ["value-unfit"]),
        (
            "version: 1\ntypes:\n- {label: a, name: b, until: 2026-03-02}\n- {label: a, name: c, from: 2026-03-01}",
            ["meanings-overlap"],
        ),
        ("version: 1\ntypes: [{label: a, name: b, from: 2026-03-01, until: 2026-02-01}]", ["span-empty"]),
        ("version: 1\nparties: {web: me}\nattribution: best", ["choice-unknown"] * 2),
        ("version: 1\nexclusions: [{field: mood, labels: [a], reason: b}]", ["choice-unknown"]),
        ("version: 1\nexclusions: [{field: type, labels: [], reason: b}]", ["key-missing"]),
        ("version: 1\nstages: [mql, sql]\nzone: Mars\nlabels: [{record: lead, label: a, stage: demo}]", None),
        ("version: 1\nreopen_days: -1\nsilent_days: 99999\nfiscal_year_begins: 13", None),
        ("version: 1\nreopen_days: many", ["value-unfit"]),
        ('version: 1\nteams: [{owner: a, team: "b\\nc"}]', ["value-unfit"]),
    ],
)
def test_what_is_told_of_a_file(tmp_path: Path, text: str, expected: list[str] | None):
    """One problem for each slip; where stages are no funnel, labels are not judged by them."""
    several = {
        "stages": ["stages-broken", "unknown-zone"],
        "reopen_days": ["days-out-of-range", "days-out-of-range", "month-unknown"],
    }
    wanted = expected if expected is not None else several[text.split()[2].rstrip(":")]

    assert codes(tmp_path, text) == wanted


def test_json_is_refused_as_yaml_is(tmp_path: Path):
    """True is no number, and a key that stands twice is not the last of its values."""
    assert codes(tmp_path, '{"version": 1, "reopen_days": true}', "funnel.json") == ["value-unfit"]
    assert codes(tmp_path, '{"version": 1, "zone": "UTC", "zone": "UTC"}', "funnel.json") == ["file-unreadable"]
    assert codes(tmp_path, '{"version": 1,\n\t"reopen_days": 5}', "funnel.json") == []


def test_what_means_nothing_yet_is_a_line_to_complete(tmp_path: Path):
    """It stands first, as a comment, so that saving the file unread says nothing of it."""
    proposed = propose_mapping(lead_labels=["MQL", "Nurture: later"], deal_labels=[], types=["web"])
    text = mapping_text(mapping=proposed, head=["A head"], remark=lambda name, _: f"remark on {name}")
    (tmp_path / "funnel.yaml").write_text(text, encoding="utf-8")

    assert text.splitlines()[:6] == [
        "# A head",
        "version: 1",
        "stages: [mql, sql, opportunity, won]",
        "labels:",
        "  # - {record: lead, label: 'Nurture: later', stage: none}  # remark on labels",
        "  - {record: lead, label: MQL, stage: mql}  # remark on labels",
    ]
    assert "  web: marketing  # remark on parties" in text.splitlines()
    assert [entry.label for entry in read_mapping(path=tmp_path / "funnel.yaml").labels] == ["MQL"]


def test_a_list_of_nothing_but_comments_is_empty(tmp_path: Path):
    """As `show --yaml` writes it where no label has a word that tells."""
    text = mapping_text(mapping=propose_mapping(lead_labels=["Nurture"], deal_labels=[]))
    (tmp_path / "funnel.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "edited.yaml").write_text(text.replace("# ", "").replace("none", "sql"), encoding="utf-8")
    label = StageLabel(record="lead", label="Nurture", stage="sql")

    assert read_mapping(path=tmp_path / "funnel.yaml") == FunnelMapping()
    assert read_mapping(path=tmp_path / "edited.yaml") == FunnelMapping(labels=(label,))


def test_working_hours_are_read_and_their_mistakes_are_named(tmp_path: Path):
    """Breaks, holidays and single days; hours that nobody can read, overlap or end before they begin."""
    week = "office: {week: {monday: '09:00-12:00 13:00-18:00', sunday: '10:00-11:00'}, "
    path = tmp_path / "funnel.yaml"
    path.write_text(f"version: 1\n{week} holidays: TR, special_days: {{2026-12-31: '09:00-12:00', 2027-01-02: ''}}}}")
    office = read_mapping(path=path).office

    assert office is not None
    assert [len(day) for day in office.week] == [2, 0, 0, 0, 0, 0, 1]
    assert [(day, len(own)) for day, own in office.special_days] == [(date(2026, 12, 31), 1), (date(2027, 1, 2), 0)]
    assert codes(tmp_path, "version: 1\noffice: {week: {monday: nine to five}}") == ["unreadable-hours"]
    assert codes(tmp_path, "version: 1\noffice: {week: {monday: '18:00-09:00'}}") == ["interval-reversed"]
    assert codes(tmp_path, "version: 1\noffice: {week: {monday: '09:00-12:00 11:00-13:00'}}") == ["intervals-overlap"]
    assert codes(tmp_path, "version: 1\noffice: {week: {monday: ''}}") == ["no-working-time"]
    assert codes(tmp_path, "version: 1\noffice: {week: {funday: '09:00-12:00'}}") == ["choice-unknown"]
