"""The calculator's file in TOML and YAML: read exactly, refused key by key."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from funnelpact.apps.calc_file import read_calculation
from funnelpact.apps.keyed_file import LARGEST_FILE, FileUnreadable
from funnelpact.core.plan.mix import Chain
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, Problems
from funnelpact.core.terms.quantity import Rate, Rounding

TOML = """
quota = "500000 EUR"
rounding = "up-once"
[[streams]]
name = "boxes"
share = "2/3"
[[streams.types]]
name = "web form"
share = 0.5
aov = 2000
rates = { "mql:sql" = "34%", "sql:opportunity" = 0.82, "opportunity:won" = "23%" }
[[streams.types]]
name = "outbound"
share = "50%"
value = 128.248
[[streams]]
name = "tapes"
share = "1/3"
types = [{ name = "fair", share = 1, value = "187 EUR" }]
"""
YAML = """
quota: 500000 EUR
rounding: up-once
streams:
  - name: boxes
    share: 2/3
    types:
      - name: web form
        share: 0.5
        aov: 2000
        rates: {"mql:sql": 34%, "sql:opportunity": 0.82, "opportunity:won": 23%}
      - name: outbound
        share: 50%
        value: 128.248
  - name: tapes
    share: 1/3
    types:
      - {name: fair, share: 1, value: 187 EUR}
"""
TYPE = "types:\n- {name: a, value: 10, share: 1"


@pytest.fixture
def codes(tmp_path: Path):
    """The codes of the problems of a text, in the order in which they are told."""

    def read(text: str, name: str = "asked.yaml") -> list[str]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        try:
            read_calculation(path=path)
        except Problems as problems:
            return [problem.code for problem in problems.problems]
        except Problem as problem:
            return [problem.code]
        return []

    return read


@pytest.mark.parametrize(
    ("name", "text"), [("asked.toml", TOML), ("asked.yaml", YAML), ("asked.yml", YAML), ("asked.TOML", TOML)]
)
def test_both_formats_say_the_same(tmp_path, name, text):
    """Numbers are exact as they were written: no float comes in between."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    asked = read_calculation(path=path)
    boxes, tapes = asked.streams
    web, outbound = boxes.types

    assert (asked.quota, asked.rounding) == (Money(Fraction(500_000), "EUR"), Rounding.UP_ONCE)
    assert (boxes.share, tapes.share) == (Rate(Fraction(2, 3)), Rate(Fraction(1, 3)))
    assert isinstance(web.basis, Chain)
    assert web.basis.rates[Step("sql", "opportunity")] == Rate(Fraction(82, 100))
    assert (outbound.basis, tapes.types[0].basis) == (Money(Fraction("128.248")), Money(Fraction(187), "EUR"))


def test_types_without_a_stream(tmp_path):
    """Where there is one stream, the types may stand at the top, with the leads they bring."""
    path = tmp_path / "asked.yaml"
    path.write_text("\ufeffquota: 500000\ntypes:\n- {name: web, value: 128.248, leads: 1950}\n", encoding="utf-8")
    (stream,) = read_calculation(path=path).streams

    assert (stream.share, stream.types[0].leads) == (Rate(Fraction(1)), 1950)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quota: 500\n" + TYPE + "}", []),
        (TYPE + "}", ["key-missing"]),
        ("quota: 500", ["key-missing"]),
        ("quota: 500\ntypes: []", ["key-missing"]),
        ("quota: 500\nstreams:\n- {name: a, share: 1, types: []}", ["key-missing"]),
        (
            "quota: 500\n" + TYPE + "}\nstreams:\n- {name: b, share: 1, " + "types: [{name: c, value: 1}]}",
            ["levels-mixed"],
        ),
        ("quota: 500\nqouta: 5\n" + TYPE + ", colour: red}", ["key-unknown", "key-unknown"]),
        ("quota: five\n" + TYPE + "}", ["unreadable-number"]),
        ("quota: 0\n" + TYPE + "}", ["amount-out-of-range"]),
        ("quota: 500 EURO\n" + TYPE + "}", ["unknown-currency"]),
        ("quota: [500]\n" + TYPE + "}", ["value-unfit"]),
        ("quota: 500\nrounding: sideways\n" + TYPE + "}", ["rounding-unknown"]),
        ("quota: 500\ntypes: a", ["value-unfit"]),
        ("quota: 500\n" + TYPE + ", leads: many}", ["value-unfit"]),
        ("quota: 500\n" + TYPE + ", leads: -1}", ["value-unfit"]),
        ("quota: 500\n" + TYPE + ", leads: 1.5}", ["value-unfit"]),
        ('quota: 500\ntypes:\n- {name: "", value: 10}', ["value-unfit"]),
        ('quota: 500\ntypes:\n- {name: "a\\nb", value: 10}', ["value-unfit"]),
        ("quota: 500\ntypes:\n- {name: a}", ["type-undefined"]),
        ("quota: 500\n" + TYPE + ", aov: 5}", ["type-undefined"]),
        ("quota: 500\ntypes:\n- {name: a, aov: 5, rates: {}}", ["type-undefined"]),
        ("quota: 500\ntypes:\n- {name: a, aov: 5, rates: {mql: 5%}}", ["step-unreadable"]),
        ("quota: 500\ntypes:\n- {name: a, aov: 5, rates: {a:won: 0, b:won: 120%}}", ["rate-out-of-range"] * 2),
        ("quota: 500\ntypes:\n- {name: a, aov: 5, rates: {a:won: 1/3, A:won: 5%}}", ["step-twice"]),
        (
            "quota: -1\ntypes:\n- {name: a, value: x, share: 120%}",
            ["amount-out-of-range", "rate-out-of-range", "unreadable-number"],
        ),
    ],
)
def test_what_is_told_of_a_file(codes, text, expected):
    """One problem for each slip, all of them together."""
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quota = 1979-05-27\n[[types]]\nname = true\nvalue = nan", ["value-unfit", "value-unfit"]),
        ("quota = 500\n[[types]]\nname = 'a'\nvalue = inf", ["unreadable-number"]),
        ("quota = 500\n[[types]]\nname = 'a'\nvalue = 1e400", ["unreadable-number"]),
        ("quota = 500\n[[types]]\nname = 'a'\nvalue = 10\nleads = true", ["value-unfit"]),
        ("quota = 500\nquota = 600", ["file-unreadable"]),
        ("quota = ", ["file-unreadable"]),
    ],
)
def test_what_is_told_of_toml(codes, text, expected):
    """Kinds of values that only TOML has."""
    assert codes(text, "asked.toml") == expected


def test_a_problem_names_the_lead_type(tmp_path):
    """Two types may lack the same rate, so that each says whose it is."""
    path = tmp_path / "asked.yaml"
    kinds = "".join(f"- {{name: {name}, aov: 5, rates: {{mql:won: 0}}}}\n" for name in ("web", "fair"))
    path.write_text(f"quota: 5\ntypes:\n{kinds}", encoding="utf-8")

    with pytest.raises(Problems) as raised:
        read_calculation(path=path)

    names: list[Any] = [problem.data["name"] for problem in raised.value.problems]

    assert [name.values["type"] for name in names] == ["web", "fair"]


def reason_of(path: Path) -> str:
    """The id of the reason why a file cannot be read."""
    with pytest.raises(FileUnreadable) as raised:
        read_calculation(path=path)
    reason = raised.value.data["reason"]
    return reason.id if isinstance(reason, Message) else str(reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no-keys"),
        (b"[1, 2]", "no-keys"),
        (b"quota", "no-keys"),
        (b"quota: \xff", "not-utf-8"),
        (b"quota: [", "syntax"),
        (b"quota: 5\nquota: 6", "key-twice"),
        (b"quota: 5\ntypes:\n- &a {name: b}\n- *a", "alias"),
        (b"quota: &a [*a]", "alias"),
        (b"quota: " + b"[" * 9_000, "too-deep"),
        (b"#" * (LARGEST_FILE + 1), "too-large"),
    ],
    ids=str,
)
def test_a_file_that_is_no_yaml(tmp_path, content, reason):
    """The reason is a sentence of ours, not the words of a parser."""
    path = tmp_path / "asked.yaml"
    path.write_bytes(content)

    assert reason_of(path) == f"reason.{reason}"


def test_places_that_are_no_file(tmp_path):
    """Nothing there, a folder, a file below a file."""
    (tmp_path / "file").touch()

    assert reason_of(tmp_path / "none.toml") == "reason.not-there"
    assert reason_of(tmp_path / "file" / "none.toml") == "reason.not-there"
    assert reason_of(tmp_path) == "reason.is-folder"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no endless file")
def test_a_file_without_an_end():
    """A device that says it has no bytes and never ends is read up to the limit."""
    assert reason_of(Path("/dev/zero")) == "reason.too-large"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    """Rights are a reason of their own."""
    path = tmp_path / "asked.toml"
    path.touch(mode=0o000)

    assert reason_of(path) == "reason.not-allowed"
