"""The calculator's answer as lines of words, with arithmetic that can be done again."""

from __future__ import annotations

from fractions import Fraction

import pytest

from funnelpact.apps.language import language
from funnelpact.core.plan.demand import lead_demand
from funnelpact.core.plan.mix import LeadType, Stream, mixed_demand
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.quantity import Rate, Rounding
from funnelpact.core.view.calculation import chain_lines, demand_sentences, mix_rows, mix_sentences
from tests.calculation import AOV, QUOTA, WHOLE, article, money, rates, two_streams

ENGLISH, TURKISH = language("en"), language("tr")


def test_the_chain_runs_from_deals_to_leads():
    """Deals first, then each stage back to the leads."""
    lines = chain_lines(demand=article())

    assert [line.value for line in lines] == [250, 1087, 1326, 3900]
    assert [ENGLISH.say(line.label) for line in lines] == ["deals", "opportunities", "SQLs", "MQLs"]


def test_a_stage_that_is_called_deals():
    """A stage may bear the name of another figure; the chain is as long as the funnel all the same."""
    steps = {Step("quota", "deals"): Rate(Fraction(1, 2)), Step("deals", "won"): Rate(Fraction(1, 2))}
    lines = chain_lines(demand=lead_demand(quota=QUOTA, aov=AOV, rates=steps))

    assert [line.value for line in lines] == [250, 500, 1000]


@pytest.mark.parametrize(
    ("demand", "rules"),
    [
        (article(), ["500,000 ÷ 2,000 = 250", "250 ÷ 23\u202f% = 1,086.96", "1,087 ÷ 82\u202f% = 1,325.61"]),
        (
            article(Rounding.UP_ONCE),
            ["500,000 ÷ 2,000 = 250", "250 ÷ 23\u202f% = 1,086.96", "1,086.96 ÷ 82\u202f% = 1,325.56"],
        ),
        (
            lead_demand(quota=money("500002"), aov=AOV, rates=rates("1/3", "0.12345", "0.00004")),
            [
                "500,002 ÷ 2,000 = 250.001",
                "251 ÷ 0.004\u202f% = 6,275,000",
                "6,275,000 ÷ 12.345\u202f% = 50,830,295.67",
            ],
        ),
    ],
)
def test_the_arithmetic_shows_what_it_used(demand, rules):
    """A rate is written in full, and a need that is not whole never looks whole."""
    said = [ENGLISH.say(line.rule) for line in chain_lines(demand=demand)]

    assert [text.rpartition(", ")[0] for text in said[:3]] == rules


def test_a_third_stays_a_third():
    """33.33 % would give other leads than 1/3 does."""
    demand = lead_demand(quota=QUOTA, aov=AOV, rates=rates("1/3", "0.82", "0.23"))

    assert ENGLISH.say(chain_lines(demand=demand)[-1].rule) == "1,326 ÷ 1/3 = 3,978, rounded up"
    assert "1/3 × 82" in ENGLISH.say(demand_sentences(demand=demand)[0])


@pytest.mark.parametrize(
    ("spoken", "sentences"),
    [
        (
            ENGLISH,
            [
                "A lead (MQLs) is worth 128.25: 34\u202f% × 82\u202f% × 23\u202f% × 2,000 = 128.248, not rounded on the way.",
                "Check: 500,000 ÷ 3,900 leads = 128.21.",
                "Rounding: up-per-stage, each stage up before the next.",
            ],
        ),
        (
            TURKISH,
            [
                "Bir lead (MQL) değeri 128,25: %34 × %82 × %23 × 2.000 = 128,248, arada yuvarlanmadan.",
                "Sağlama: 500.000 ÷ 3.900 lead = 128,21.",
                "Yuvarlama: up-per-stage, her aşama bir sonrakinden önce yukarı.",
            ],
        ),
    ],
    ids=["en", "tr"],
)
def test_what_a_lead_is_worth(spoken, sentences):
    """The value, its check line and the rule by name."""
    assert [spoken.say(message) for message in demand_sentences(demand=article())] == sentences


def test_the_rows_of_a_mix():
    """A head and one row for each type, all equally long."""
    head, *rows = mix_rows(mix=two_streams())

    assert [ENGLISH.write(cell) for cell in head] == [
        "stream",
        "lead type",
        "quota",
        "leads",
        "value per lead",
        "worth",
    ]
    assert [ENGLISH.write(cell) for cell in rows[1]] == ["boxes", "outbound", "175,000", "936", "187", "175,032"]
    assert {len(row) for row in rows} == {len(head)}


def test_the_worth_of_a_mix():
    """All leads and their worth beside the quota; leads that were given have no quota of their own."""
    web = LeadType(name="web", basis=money("128.248"), leads=1950)
    outbound = LeadType(name="outbound", basis=money("187"), leads=1337)
    mix = mixed_demand(quota=QUOTA, streams=[Stream(name="–", share=WHOLE, types=(web, outbound))])

    assert ENGLISH.say(mix_sentences(mix=mix)[0]) == "3,287 leads are worth 500,102.60; the quota is 500,000."
    assert mix_rows(mix=mix)[1][2] == "–"
    assert ENGLISH.say(mix.lines[0].derivation.rule) == "1,950 × 128.248"


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (("0.5", "0.49"), "add up to 99\u202f% (50\u202f% + 49\u202f%)"),
        (("0.33333",) * 3, "add up to 99.999\u202f% (33.333\u202f% + 33.333\u202f% + 33.333\u202f%)"),
        (("1/3", "1/3", "0.33"), "add up to 99.67\u202f% (1/3 + 1/3 + 33\u202f%)"),
        (("1/3", "1/3", "0.33333333"), "add up to 99.9999997\u202f% (1/3 + 1/3 + 33.333333\u202f%)"),
    ],
)
def test_shares_that_miss_the_whole_by_little(parts, found):
    """A sum that is not 100 % is never written as 100 %."""
    types = tuple(
        LeadType(name=str(number), basis=money("1"), share=Rate(Fraction(part))) for number, part in enumerate(parts)
    )

    with pytest.raises(Exception, match="shares-off") as raised:
        mixed_demand(quota=QUOTA, streams=[Stream(name="all", share=WHOLE, types=types)])

    assert ENGLISH.say(raised.value.found).endswith(found)  # type: ignore[attr-defined]
