"""Several lead types and streams: shares, given leads, worth."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from funnelpact.core.plan.demand import LARGEST, DemandTooLarge
from funnelpact.core.plan.mix import Chain, LeadsMissing, LeadType, SharesOff, Stream, mixed_demand
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import AmountOutOfRange, CurrenciesMixed, Problems
from funnelpact.core.terms.quantity import Rate, Rounding
from tests.calculation import AOV, QUOTA, WHOLE, money, rates, two_streams

WEB = Chain(aov=AOV, rates=rates("0.34", "0.82", "0.23"))


def mix_of(*types: LeadType, quota: Money = QUOTA, rounding: Rounding = Rounding.UP_PER_STAGE):
    """A mix of one stream."""
    return mixed_demand(quota=quota, streams=[Stream(name="all", share=WHOLE, types=types)], rounding=rounding)


def test_a_mix_is_worth_its_leads_times_their_values():
    """1,950 web leads at 128.248 and 1,337 outbound leads at 187 are worth 500,102.6."""
    mix = mix_of(LeadType(name="web", basis=WEB, leads=1950), LeadType(name="outbound", basis=money("187"), leads=1337))

    assert [line.worth for line in mix.lines] == [money("250083.6"), money("250019")]
    assert (mix.leads, mix.worth) == (3287, money("500102.6"))


def test_the_whole_quota_by_an_agreed_value():
    """500,000 from leads of 187 each needs 2,674 of them, rounded once."""
    assert mix_of(LeadType(name="outbound", basis=money("187"), share=WHOLE)).leads == 2674


def test_the_quota_is_split_by_stream_and_type():
    """Each line's quota is share × share; together they are the quota again."""
    quotas = [line.quota for line in two_streams().lines]

    assert quotas == [money("175000"), money("175000"), money("150000")]


def test_each_line_is_the_chain_of_its_quota():
    """Half of seven tenths of the quota by the article's chain: 88 deals and 1,377 leads."""
    line = two_streams().lines[0]

    assert line.demand is not None
    assert (line.demand.deals, line.leads) == (88, 1377)
    assert line.worth == money("128.248") * 1377


def test_each_rule_moves_the_leads():
    """The rounding rule of the mix is that of each of its chains."""
    leads = {rounding: two_streams(rounding).lines[0].leads for rounding in Rounding}

    assert leads == {Rounding.UP_PER_STAGE: 1377, Rounding.UP_ONCE: 1365, Rounding.NEAREST: 1374}


def test_a_type_without_a_share_of_the_quota_needs_no_leads():
    """A share of zero is an answer, by chain and by agreed value alike."""
    none = Rate(Fraction(0))
    mix = mix_of(
        LeadType(name="web", basis=WEB, share=none),
        LeadType(name="event", basis=money("90"), share=none),
        LeadType(name="outbound", basis=money("187"), share=WHOLE),
    )

    assert [line.leads for line in mix.lines] == [0, 0, 2674]
    assert mix.lines[0].value_per_lead == money("128.248")


def test_the_derivation_adds_up():
    """The worth of all is the sum of the lines, and each line leads × value."""
    tree = two_streams().derivation
    lines: list[Any] = list(tree.inputs)

    assert tree.value == sum((line.value for line in lines), start=money("0"))
    for line in lines:
        leads, value = line.inputs
        assert line.value == value.value * leads.value


def test_shares_below_the_whole():
    """99 % of the types are refused with their parts, so that the slip can be seen."""
    types = [
        LeadType(name=name, basis=money("187"), share=Rate(Fraction(share, 100)))
        for name, share in (("a", 50), ("b", 49))
    ]

    with pytest.raises(SharesOff) as raised:
        mix_of(*types)

    assert raised.value.data["total"] == Fraction(99, 100)
    assert raised.value.data["parts"] == (Rate(Fraction(1, 2)), Rate(Fraction(49, 100)))


def test_shares_of_streams_below_the_whole():
    """The streams split one whole as well."""
    only = (LeadType(name="a", basis=money("187"), share=WHOLE),)

    with pytest.raises(SharesOff):
        mixed_demand(quota=QUOTA, streams=[Stream(name="boxes", share=Rate(Fraction(1, 2)), types=only)])


def test_leads_given_for_some_types_only():
    """The type without them is named."""
    with pytest.raises(LeadsMissing) as raised:
        mix_of(LeadType(name="web", basis=WEB, leads=5), LeadType(name="outbound", basis=money("187")))

    assert raised.value.data["name"] == "outbound"


def test_more_leads_than_there_can_be():
    """A given number of leads has the same limit as one that is worked out."""
    with pytest.raises(DemandTooLarge):
        mix_of(LeadType(name="web", basis=WEB, leads=LARGEST + 1))


def test_a_value_of_zero():
    """A lead that is worth nothing cannot meet a quota."""
    with pytest.raises(AmountOutOfRange):
        mix_of(LeadType(name="web", basis=money("0"), share=WHOLE))


def test_two_currencies():
    """Values of two currencies are never added."""
    with pytest.raises(CurrenciesMixed):
        mix_of(
            LeadType(name="a", basis=money("5", "EUR"), leads=1), LeadType(name="b", basis=money("5", "USD"), leads=1)
        )


def test_problems_of_several_types_stand_side_by_side():
    """Each problem is one of the list, none is a list inside it."""
    broken = Chain(aov=money("-5"), rates=rates("0", "0.82", "0.23"))
    half = Rate(Fraction(1, 2))

    with pytest.raises(Problems) as raised:
        mix_of(LeadType(name="a", basis=broken, share=half), LeadType(name="b", basis=broken, share=half))

    assert [problem.code for problem in raised.value.problems] == ["amount-out-of-range", "rate-out-of-range"] * 2
