"""Reading and writing a funnel mapping are each other's inverse."""

from __future__ import annotations

import json
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from funnelpact.apps.funnel_file import FunnelFile, mapping_data, mapping_from, mapping_text, read_mapping
from funnelpact.core.journeys.mapping import Attribution, Exclusion, FunnelMapping, Office, Party, Renamed, StageLabel
from funnelpact.core.journeys.meanings.sound import EXCLUDABLE, RECORDS, mapping_problems
from funnelpact.core.terms.funnel import Funnel
from tests.laws.calendars import days

# What YAML could take for something else: other kinds of values, signs, comments, several lines.
HARD = [
    "null",
    "yes",
    "1",
    "2026-01-01",
    "#a",
    "a: b",
    "- a",
    "'",
    '"',
    "{a}",
    "[",
    "&a",
    "*a",
    "é\nü",
    " a ",
    "İı",
    "~",
]
LABELS = st.sampled_from(HARD) | st.text(min_size=1, max_size=150).filter(str.strip)
NAMES = LABELS.filter(str.isprintable)
SPANS = st.tuples(st.none() | st.dates(), st.none() | st.integers(1, 1000)).map(
    lambda drawn: {
        "since": drawn[0],
        "until": min(drawn[0], date(9000, 1, 1)) + timedelta(days=drawn[1])
        if drawn[0] and drawn[1] and drawn[0] < date(9000, 1, 1)
        else None,
    }
)


def renamed() -> st.SearchStrategy[tuple[Renamed, ...]]:
    """Entries of different labels."""
    entry = st.builds(lambda label, name, span: Renamed(label=label, name=name, **span), LABELS, NAMES, SPANS)
    return st.lists(entry, max_size=3, unique_by=lambda made: made.label).map(tuple)


@st.composite
def offices(draw: st.DrawFn) -> Office:
    """Any working hours."""
    special = draw(st.dictionaries(st.dates(date(1990, 1, 1), date(2100, 1, 1)), days, max_size=3))
    return Office(
        week=draw(st.tuples(*[days] * 7).filter(any)),
        holidays=draw(st.sampled_from([None, "TR", "DE-BY"])),
        special_days=tuple(sorted(special.items())),
    )


@st.composite
def mappings(draw: st.DrawFn) -> FunnelMapping:
    """A mapping that is sound."""
    names = NAMES.filter(lambda name: name not in {"exit", "none", "won"})
    stages = (*draw(st.lists(names, min_size=1, max_size=4, unique=True)), "won")
    label = st.builds(
        lambda record, text, stage, span: StageLabel(record=record, label=text, stage=stage, **span),
        st.sampled_from(RECORDS),
        LABELS,
        st.sampled_from([*stages, "exit", None]),
        SPANS,
    )
    exclusion = st.builds(
        lambda field, labels, reason, span: Exclusion(field=field, labels=tuple(labels), reason=reason, **span),
        st.sampled_from(EXCLUDABLE),
        st.lists(LABELS, min_size=1, max_size=3),
        NAMES,
        SPANS,
    )
    return FunnelMapping(
        funnel=Funnel(stages),
        labels=tuple(draw(st.lists(label, max_size=4, unique_by=lambda made: (made.record, made.label)))),
        types=draw(renamed()),
        parties=draw(st.dictionaries(LABELS, st.sampled_from(Party), max_size=3)),
        segments=draw(renamed()),
        streams=draw(renamed()),
        teams=draw(renamed()),
        exclusions=tuple(draw(st.lists(exclusion, max_size=2))),
        attribution=draw(st.sampled_from(Attribution)),
        reopen_days=draw(st.integers(0, 36_500)),
        silent_days=draw(st.integers(0, 36_500)),
        observed_from=draw(st.none() | st.dates()),
        zone=draw(st.sampled_from(["UTC", "Europe/Istanbul", "America/New_York"])),
        fiscal_month=draw(st.integers(1, 12)),
        office=draw(st.none() | offices()),
    )


@given(mappings())
def test_what_is_written_is_read_again(mapping: FunnelMapping):
    """As YAML with remarks, as JSON, and as the data that are kept."""
    assert not mapping_problems(mapping=mapping)
    data = mapping_data(mapping=mapping)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "funnel.yaml"
        path.write_text(mapping_text(mapping=mapping, head=["head"], remark=lambda *_: "# 1: a"), encoding="utf-8")
        written = read_mapping(path=path)
        path = path.with_suffix(".json")
        path.write_text(json.dumps(data), encoding="utf-8")
        as_json = read_mapping(path=path)

    assert written == as_json == mapping_from(data=data) == mapping


@given(mappings())
def test_what_is_read_is_written_again(mapping: FunnelMapping):
    """The other way round: data to mapping to data, with every key that the schema has, but for what nobody has said."""
    data = mapping_data(mapping=mapping)
    schema: dict[str, Any] = FunnelFile.model_json_schema()

    assert mapping_data(mapping=mapping_from(data=data)) == data
    assert set(schema["properties"]) - set(data) <= {"observed_from", "office"}
    assert set(data) <= set(schema["properties"])
