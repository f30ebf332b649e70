"""Results as plain data: keys, numbers, problems."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from funnelpact.apps.language import language
from funnelpact.core.plan.mix import LeadType, Stream, mixed_demand
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problems, RateOutOfRange, UnknownCurrency
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.data import demand_data, derivation_data, mix_data, plain, problem_data
from tests.calculation import QUOTA, WHOLE, article, money, two_streams

ENGLISH, TURKISH = language("en"), language("tr")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (money("128.248", "EUR"), 128.248),
        (money("500000"), 500_000),
        (Rate(Fraction(1, 4)), 0.25),
        (Fraction(1, 3), 1 / 3),
        (Decimal("1.50"), 1.5),
        (date(2026, 11, 13), "2026-11-13"),
        (datetime(2026, 2, 1, 9, 5, tzinfo=UTC), "2026-02-01T09:05:00+00:00"),
        (Message("number.aov"), "order value"),
        (("mql", Rate(Fraction(1, 2))), ["mql", 0.5]),
        (7, 7),
        ("mql", "mql"),
        (None, None),
    ],
)
def test_plain_values(value, data):
    """Numbers as numbers, days as ISO, sentences as text."""
    assert plain(value=value, language=ENGLISH) == data


def test_whole_numbers_stay_whole():
    """JSON tells 500000 from 500000.0."""
    assert json.dumps(plain(value=money("500000"), language=ENGLISH)) == "500000"


def test_a_demand():
    """The keys that programs read; names and rules are in the language that was asked for."""
    data = demand_data(demand=article(), language=TURKISH)

    assert {key: data[key] for key in data if key != "derivation"} == {
        "quota": 500_000,
        "currency": None,
        "rounding": "up-per-stage",
        "deals": 250,
        "stages": {"opportunity": 1087, "sql": 1326, "mql": 3900},
        "leads": 3900,
        "value_per_lead": 128.248,
        "quota_per_lead": 500_000 / 3_900,
    }
    assert (data["derivation"]["name"], data["derivation"]["label"]) == ("demand", "lead ihtiyacı")


def test_a_derivation_keeps_its_shape():
    """Each node has its name, label, value, rule and inputs, down to what was typed."""
    tree = derivation_data(tree=article().derivation, language=ENGLISH)
    value = tree["inputs"][1]

    assert set(tree) == {"name", "label", "value", "rule", "inputs"}
    assert [part["value"] for part in value["inputs"]] == [0.34, 0.82, 0.23, 2000]
    assert value["inputs"][0]["inputs"] == []


def test_a_mix():
    """One entry for each type; its chain where it has one."""
    data = mix_data(mix=two_streams(), language=ENGLISH)

    assert [(entry["stream"], entry["type"]) for entry in data["types"]] == [
        ("boxes", "web"),
        ("boxes", "outbound"),
        ("tapes", "web"),
    ]
    assert data["types"][0]["deals"] == 88
    assert "deals" not in data["types"][1]
    assert sum(entry["leads"] for entry in data["types"]) == data["leads"]


def test_a_mix_of_given_leads():
    """Leads that were given have no quota of their own."""
    types = (LeadType(name="web", basis=money("128.248"), leads=1950),)
    mix = mixed_demand(quota=QUOTA, streams=[Stream(name="all", share=WHOLE, types=types)])
    (entry,) = mix_data(mix=mix, language=ENGLISH)["types"]

    assert (entry["quota"], entry["worth"]) == (None, 250_083.6)


def test_problems():
    """One entry for each, with its code and the three parts of its sentence."""
    several = Problems((RateOutOfRange(rate=Fraction(6, 5)), UnknownCurrency(text="EURO")))
    first, second = problem_data(problem=several, language=ENGLISH)

    assert (first["code"], first["found"], first["retry"]) == ("rate-out-of-range", "the value is 120\u202f%", "never")
    assert set(second) == {"code", "found", "why", "next", "retry"}


def test_a_single_problem_is_a_list_of_one():
    """Programs need not tell one from several."""
    assert [entry["code"] for entry in problem_data(problem=UnknownCurrency(text="EURO"), language=TURKISH)] == [
        "unknown-currency"
    ]
