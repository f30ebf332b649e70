"""The page of the road as data: its sentences, pictures and numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.view.road import road_page
from tests.roads import small_page, small_road


def page_with(waiting: dict[str | None, int] | None, days: dict[int, int] | None):
    """The page of the small company with other leads waiting."""
    road = small_road()
    return road_page(
        source=Message("demo.source"),
        findings=road.learnt.findings,
        outlook=road.outlook,
        waiting=waiting,
        waiting_days=days,
    )


def test_the_first_sentence_names_the_leads_of_both_chances():
    """An even chance, and four in five, each opening its derivation."""
    outlook, sentence = small_road().outlook, small_page().sentences[0]

    assert sentence.opened["leads"].shown == outlook.even.leads
    assert sentence.opened["more"].shown == outlook.likely.leads
    assert sentence.opened["leads"].derivation is outlook.even.derivation


def test_the_second_sentence_is_about_the_type_with_most_passes():
    """The website form brings most leads in the simulated company."""
    page = small_page()

    assert page.featured.name == "Website form"
    assert page.sentences[1].opened["value"].derivation is page.featured.value.derivation


def test_waiting_leads_are_worth_their_number_times_their_value():
    """Two of one type and three of another, each at what a lead of it is worth."""
    values = {worth.lead_type: worth.value.amount for worth in small_road().outlook.worths}
    page = page_with({"Outbound": 2, "Content": 3}, {1: 4, 9: 1})

    assert page.waits is not None
    assert page.waits.worth == Money(2 * values["Outbound"] + 3 * values["Content"], "EUR")
    assert page.waits.leads == 5


def test_long_waits_share_the_last_bar():
    """Seven days, nine days and a year stand in one bar, the days before in their own."""
    page = page_with({"Outbound": 4}, {1: 1, 7: 1, 9: 1, 365: 1})

    assert page.waits is not None
    assert dict(page.waits.by_days) == {1: 1, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 3}


def test_without_touches_the_third_sentence_says_that_it_cannot_be_told():
    """Refusing is a state: no number, a reason."""
    sentence = page_with(None, None).sentences[2]

    assert sentence.text == Message("page.waits.untold")
    assert not sentence.opened
    assert sentence.caption == Message("page.waits.untold_why")


def test_nobody_waiting_is_good_news_in_words():
    """An empty list is no zero in a picture."""
    assert page_with({}, {}).sentences[2].text == Message("page.waits.none")


def test_the_chance_curve_rises_and_passes_through_its_points():
    """More leads never have less of a chance; the even point stands at one half or just above."""
    chance = small_page().chance
    heights = [point.chance.value for point in chance.curve]

    assert heights == sorted(heights)
    assert Fraction(1, 2) <= chance.even.chance.value < Fraction(52, 100)
    assert chance.likely is not None
    assert chance.likely.chance.value >= Fraction(4, 5)


def test_a_type_that_cannot_be_valued_says_so():
    """Where no value is known, the sentence names the type and no number."""
    road = small_road()
    segments = tuple(replace(part, value=replace(part.value, value=None)) for part in road.learnt.findings.segments)
    page = road_page(
        source=Message("demo.source"),
        findings=replace(road.learnt.findings, segments=segments),
        outlook=road.outlook,
        waiting=None,
        waiting_days=None,
    )

    assert page.sentences[1].text.id == "page.worth.unknown"
    assert not page.sentences[1].opened


def test_the_chance_picture_shows_todays_leads_as_they_are():
    """Far fewer leads than the quota needs stand at their own number, inside the picture."""
    road = small_road()
    outlook = replace(road.outlook, today=7)
    page = road_page(
        source=Message("demo.source"), findings=road.learnt.findings, outlook=outlook, waiting=None, waiting_days=None
    )

    assert page.chance.today.leads == 7
    assert page.chance.curve[0].leads <= 7 <= page.chance.curve[-1].leads
