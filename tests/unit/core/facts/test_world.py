"""The simulated company: what it holds, and that its records fit together."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from funnelpact.core.facts.tables import TABLES
from funnelpact.core.facts.world import World, world
from funnelpact.core.facts.world_spec import WorldSpec, zipf_types


def company(seed: int = 1, **spec: Any) -> World:
    """A small company of a hundred days."""
    return world(spec=WorldSpec(**{"leads": 3_000, "days": 100, **spec}), rng=np.random.default_rng(seed))


def test_each_table_has_exactly_the_columns_of_its_contract():
    """All columns of the fact table in their order, but the batch, which the import gives."""
    facts = company(dirt=0.05).facts

    assert list(facts) == list(TABLES)
    for name, rows in facts.items():
        assert list(rows) == [column.name for column in TABLES[name].columns if column.name != "batch"], name


def same_table(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two tables are equal to the last cell; what is missing in both is equal, too."""
    return all(
        np.array_equal(column, second[name], equal_nan=True)
        if column.dtype.kind in "fM"
        else column.tolist() == second[name].tolist()
        for name, column in first.items()
    )


def test_the_same_dice_give_the_same_company():
    """Two worlds of one seed are equal to the last cell, dirt and all; those of another seed are not."""
    first, second, other = (company(seed=seed, dirt=0.02).facts for seed in (1, 1, 2))

    assert [name for name in first if not same_table(first[name], second[name])] == []
    assert [name for name in first if same_table(first[name], other[name])] == ["products", "people", "fx"]


def test_dirt_changes_nothing_else():
    """The truth of a dirty world is that of the clean one, and tables that no kind of dirt touches are equal."""
    clean, dirty = company(), company(dirt=0.03)

    assert clean.truth.lives["won_on"].tolist() == dirty.truth.lives["won_on"].tolist()
    for table in ("engagements", "customers", "renewals", "spend", "people", "companies"):
        assert same_table(clean.facts[table], dirty.facts[table]), table


@pytest.mark.parametrize("zone", ["UTC", "Europe/Istanbul", "Europe/Berlin"])
def test_nothing_is_known_of_after_the_last_day(zone: str):
    """No fact happens at the local midnight that ends the last day, or later; dirt does not reach beyond it either."""
    spec = WorldSpec(leads=3_000, days=100, zone=zone, dirt=0.03)
    facts = world(spec=spec, rng=np.random.default_rng(1)).facts

    midnight = datetime.combine(spec.last_day + timedelta(days=1), time(), ZoneInfo(zone))
    end = np.datetime64(midnight.astimezone(UTC).replace(tzinfo=None))
    late = [name for name, rows in facts.items() if (rows["happened_at"] >= end).any()]
    assert late == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Istanbul", "Europe/Berlin", "America/New_York"])
def test_the_dates_in_the_facts_are_those_of_the_truth(zone: str):
    """Read in the world's own zone, each lead was created, and became an SQL, on the day that the truth names."""
    simulated = company(zone=zone, days=400, leads=1_000)
    lives, moves = simulated.truth.lives, simulated.facts["transitions"]
    said = {
        (subject, label): at.astype("datetime64[s]").item().replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        for subject, label, at in zip(*(moves[c] for c in ("subject", "label", "happened_at")), strict=True)
    }
    last = simulated.spec.last_day

    for lead, created_on, sql_on in zip(lives["lead"], lives["created_on"], lives["sql_on"], strict=True):
        assert said[lead, "MQL"] == created_on.item()
        assert said.get((lead, "SQL")) == (sql_on.item() if sql_on <= np.datetime64(last) else None)


def test_rows_stand_in_the_order_of_time_under_keys_of_their_own():
    """Every table of a clean world is sorted by instant, and no key of a table is used twice."""
    for name, rows in company().facts.items():
        keys = rows["source_id"].tolist()
        assert (np.diff(rows["happened_at"]) >= np.timedelta64(0)).all(), name
        assert len(set(keys)) == len(keys), name


def test_required_columns_are_never_empty():
    """A company that keeps clean records has no hole where a fact needs a value."""
    for name, rows in company().facts.items():
        for column in TABLES[name].columns[:-1]:
            if column.required and column.name != "batch":
                assert not any(value is None for value in rows[column.name].tolist()), (name, column.name)


def test_every_key_is_the_key_of_a_record_that_exists():
    """Leads, deals, customers, companies, products and owners that a fact names have a row of their own."""
    facts = company(sales_sourced=0.1).facts

    known = {
        "lead": set(facts["leads"]["lead"]),
        "deal": set(facts["deals"]["deal"]),
        "customer": set(facts["customers"]["customer"]),
    }
    assert set(facts["deals"]["lead"]) - {None} <= known["lead"]
    assert set(facts["engagements"]["lead"]) <= known["lead"]
    assert set(facts["customers"]["deal"]) - {None} <= known["deal"]
    assert set(facts["renewals"]["customer"]) | set(facts["ratings"]["customer"]) <= known["customer"]
    assert set(facts["links"]["from_key"]) <= known["deal"]
    assert set(facts["links"]["to_key"]) <= known["customer"]
    for name in ("transitions", "touches", "handovers", "pauses"):
        for kind, subject in zip(facts[name]["subject_kind"], facts[name]["subject"], strict=True):
            assert subject in known[kind], (name, kind)
    for column, table in (("company", "companies"), ("product", "products"), ("owner", "people")):
        used = [set(rows[column]) - {None} for name, rows in facts.items() if column in rows and name != table]
        assert set().union(*used) <= set(facts[table][column]), column


def test_people_work_in_working_hours():
    """Attempts and meetings lie between nine and six on weekdays; hardly any qualification lies outside."""
    touches = company().facts["touches"]
    mine = touches["human"] & (touches["subject_kind"] == "lead")
    at, level = touches["happened_at"][mine], touches["level"][mine]
    hour = (at - at.astype("datetime64[D]")) / np.timedelta64(1, "h")
    weekday = (at.astype("datetime64[D]").astype(int) + 3) % 7
    outside = (hour < 9) | (hour > 18) | (weekday > 4)

    assert not outside[level != "qualification"].any()
    assert outside[level == "qualification"].mean() < 0.06


def test_nobody_works_a_lead_before_it_is_handed_over_or_after_it_has_left():
    """Human touches follow the hand-over, and stop at the exit and at the end of the deal; every SQL has one before."""
    facts = company(days=300).facts
    hands, touches, moves, deals = (facts[name] for name in ("handovers", "touches", "transitions", "deals"))
    handed = dict(reversed(list(zip(hands["subject"], hands["happened_at"], strict=True))))
    lead_of = dict(zip(deals["deal"], deals["lead"], strict=True))
    ended: dict[str, Any] = {}
    qualified: dict[str, Any] = {}
    first: dict[str, Any] = {}
    for subject, label, at in zip(*(moves[c] for c in ("subject", "label", "happened_at")), strict=True):
        if label in {"Disqualified", "Won", "Lost"}:
            ended[lead_of.get(subject, subject)] = at
        if label == "SQL":
            qualified[subject] = at
    for subject, kind, human, at in zip(
        *(touches[c] for c in ("subject", "subject_kind", "human", "happened_at")), strict=True
    ):
        if human and kind == "lead":
            first.setdefault(subject, at)
            assert at >= handed[subject], subject
            assert at <= ended.get(subject, at), subject

    assert all(first[lead] <= at for lead, at in qualified.items())


def test_who_has_a_lead_works_there():
    """No lead is handed to somebody before they join or after they leave; what a leaver had open is handed on."""
    facts = company(leads=8_000, days=300).facts
    people, hands = facts["people"], facts["handovers"]
    joins = dict(zip(people["owner"], people["happened_at"], strict=True))
    leaves = dict(zip(people["owner"], people["leaves_at"], strict=True))
    gone = [owner for owner, at in leaves.items() if not np.isnat(at)]

    assert len(gone) == 1
    assert len(set(joins.values())) == 2
    for owner, at in zip(hands["owner"], hands["happened_at"], strict=True):
        assert joins[owner] <= at
        assert np.isnat(leaves[owner]) or at < leaves[owner]
    inherited = hands["happened_at"] == leaves[gone[0]] + np.timedelta64(9, "h")
    assert inherited.sum() > 20
    assert set(hands["subject"][inherited]) <= set(hands["subject"][hands["owner"] == gone[0]])


def test_events_of_one_pass_come_in_their_order():
    """Created, then SQL, then the deal, then its end: not even an hour goes backwards."""
    facts = company().facts
    moves = facts["transitions"]
    created = dict(zip(facts["leads"]["lead"], facts["leads"]["happened_at"], strict=True))
    lead_of = dict(zip(facts["deals"]["deal"], facts["deals"]["lead"], strict=True))
    opened = dict(zip(facts["deals"]["deal"], facts["deals"]["happened_at"], strict=True))

    for subject, kind, label, at in zip(
        *(moves[c] for c in ("subject", "subject_kind", "label", "happened_at")), strict=True
    ):
        start = created[subject if kind == "lead" else lead_of[subject]]
        assert at >= start, (subject, label)
        if label in {"Won", "Lost"}:
            assert at >= opened[subject], subject


def test_fewer_leads_arrive_at_weekends():
    """A Saturday brings the weekend factor of a weekday's leads."""
    leads = company(leads=40_000, growth=0.0, season=0.0).facts["leads"]
    weekday = (leads["happened_at"].astype("datetime64[D]").astype(int) + 3) % 7
    counts = np.bincount(weekday, minlength=7)
    days = np.bincount((np.arange(100) + date(2025, 5, 2).weekday()) % 7, minlength=7)
    per_day = counts / days

    assert per_day[5:].mean() / per_day[:5].mean() == pytest.approx(0.35, abs=0.03)


def test_zipf_makes_few_companies_bring_many_leads():
    """With an exponent of one, the largest company brings far more leads than one among equals."""

    def largest(exponent: float) -> int:
        company_of = company(zipf=exponent).facts["leads"]["company"].astype(str)
        return int(np.unique(company_of, return_counts=True)[1].max())

    assert largest(1.0) > 5 * largest(0.0)


def test_lead_types_on_request_fall_off_by_rank():
    """Twenty types under Zipf's law: the first brings twice as many as the second."""
    leads = company(types=zipf_types(count=20), leads=20_000).facts["leads"]["type"]
    labels, counts = np.unique(leads.astype(str), return_counts=True)
    by_label = dict(zip(labels.tolist(), counts.tolist(), strict=True))

    assert len(by_label) == 20
    assert by_label["Website form 1"] / by_label["Outbound 2"] == pytest.approx(2, abs=0.2)


def test_zipf_makes_few_campaigns_and_owners_bring_most():
    """With an exponent of one, the largest of forty campaigns and the busiest seller stand far above the middle one."""
    facts = company(zipf=1.0, reps=12, leads=20_000).facts
    website = facts["leads"]["type"] == "Website form"
    for names in (facts["leads"]["campaign"][website], facts["handovers"]["owner"]):
        counts = np.sort(np.unique(names.astype(str), return_counts=True)[1])

        assert counts[-1] > 3 * np.median(counts)


def test_deals_without_a_lead_are_there_on_request():
    """A tenth of the deals more, found by sales: they have no lead, and are won and lost like all others."""
    plain, more = company(days=300).facts["deals"], company(days=300, sales_sourced=0.1).facts["deals"]
    alone = np.array([lead is None for lead in more["lead"]])

    assert all(lead is not None for lead in plain["lead"])
    assert alone.sum() / (~alone).sum() == pytest.approx(0.1, abs=0.03)
    assert {"Won", "Lost"} <= set(more["outcome"][alone])


def test_foreign_deals_are_worth_the_same_at_the_rate_of_their_day():
    """A fifth of the deals in lira at about 50 to the euro: turned back by the day's rate, the euro amounts return."""
    euro, mixed = company().facts, company(foreign=(("TRY", 0.2, 50.0),)).facts
    rate = dict(zip(mixed["fx"]["happened_at"].astype("datetime64[D]"), mixed["fx"]["rate"], strict=True))
    lira = mixed["deals"]["currency"] == "TRY"
    day = mixed["deals"]["happened_at"][lira].astype("datetime64[D]")

    assert lira.mean() == pytest.approx(0.2, abs=0.05)
    assert len(mixed["fx"]["rate"]) == 100
    back = mixed["deals"]["amount"][lira] / np.array([rate[each] for each in day])
    assert back == pytest.approx(euro["deals"]["amount"][lira], abs=0.01)
    assert mixed["deals"]["amount"][~lira].tolist() == euro["deals"]["amount"][~lira].tolist()


def test_amounts_are_whole_cents():
    """Rounding an amount to two places gives the decimal that was meant, and changes nothing."""
    facts = company(foreign=(("TRY", 0.2, 50.0),)).facts
    for table, column in (("deals", "amount"), ("deals", "margin"), ("customers", "recurring"), ("spend", "amount")):
        amounts = facts[table][column]

        assert (amounts > 0).all(), (table, column)
        assert np.abs(amounts * 100 - np.round(amounts * 100)).max() < 1e-6, (table, column)


def test_a_renewal_starts_where_the_last_one_ended():
    """Amounts go on from year to year, nobody renews after churning, and each falls due on the anniversary."""
    facts = company(days=700, leads=2_000).facts
    amount = dict(zip(facts["customers"]["customer"], facts["customers"]["recurring"], strict=True))
    since = dict(zip(facts["customers"]["customer"], facts["customers"]["happened_at"], strict=True))
    rows = facts["renewals"]
    columns = ("customer", "happened_at", "outcome", "amount_before", "amount_after")
    for customer, at, outcome, before, after in zip(*(rows[c] for c in columns), strict=True):
        expected = {"churned": after == 0, "contracted": 0 < after < before, "expanded": after > before}
        assert before == amount[customer], customer
        assert expected.get(outcome, after == before), outcome
        assert (at.astype("datetime64[D]") - since[customer].astype("datetime64[D]")).astype(int) % 365 == 0
        amount[customer] = after if after else None

    assert len(set(rows["outcome"])) == 4


@pytest.mark.parametrize(
    "wrong", [{"leads": 0}, {"dirt": 1.5}, {"churn": 0.9}, {"streams": (("Platform", 0.7),)}, {"hotness": -0.1}]
)
def test_a_world_that_cannot_be_is_refused(wrong: dict[str, Any]):
    """Shares that do not sum, no leads, chances beyond 1."""
    with pytest.raises(ValueError, match=r"share|least|between|at most"):
        WorldSpec(**wrong)
