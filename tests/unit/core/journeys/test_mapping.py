"""What a mapping says of labels that people have placed, and of those that nobody has."""

from __future__ import annotations

from datetime import date

from funnelpact.core.journeys.mapping import FunnelMapping, Party, Renamed, Span, StageLabel, days_without

JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def test_days_without_are_what_spans_leave():
    """Before, between and after; nothing where a span without ends covers all."""
    spans = [Span(since=MARCH, until=MAY), Span(until=JANUARY), Span(since=JANUARY, until=MARCH)]

    assert days_without(spans=[]) == (Span(),)
    assert days_without(spans=spans) == (Span(since=MAY),)
    assert days_without(spans=spans[:2]) == (Span(since=JANUARY, until=MARCH), Span(since=MAY))
    assert days_without(spans=[Span(since=MARCH)]) == (Span(until=MARCH),)
    assert days_without(spans=[Span(), Span(since=MARCH)]) == ()


def test_words_speak_where_people_have_not():
    """On the days on which nothing was said of a label, it means what its words name."""
    said = StageLabel(record="lead", label="SQL", stage="mql", until=MARCH)
    known = FunnelMapping(labels=(said,)).knowing(lead_labels=["SQL", "MQL"], deal_labels=["SQL"], types=[])

    assert known.labels == (
        said,
        StageLabel(record="lead", label="MQL", stage="mql"),
        StageLabel(record="lead", label="SQL", stage="sql", since=MARCH),
        StageLabel(record="deal", label="SQL", stage="opportunity"),
    )
    assert [entry.proposed for entry in known.labels] == [False, True, True, True]


def test_only_labels_that_nobody_has_placed_are_unknown():
    """Somebody who says that a label means nothing is not asked again."""
    said = StageLabel(record="lead", label="Parked", stage=None)
    known = FunnelMapping(labels=(said,)).knowing(lead_labels=["Parked", "Nurture"], deal_labels=[], types=[])

    assert known.unknown_lead_labels == ("Nurture",)


def test_a_dated_label_without_a_telling_word_is_left_alone():
    """Before its day it moved nothing, and its owner knows that."""
    said = StageLabel(record="lead", label="Nurture", stage="mql", since=MARCH)
    known = FunnelMapping(labels=(said,)).knowing(lead_labels=["Nurture"], deal_labels=[], types=[])

    assert known.labels == (said,)


def test_parties_are_those_of_our_names():
    """A new name keeps the party of its labels, unless its own words or people say otherwise."""
    mapping = FunnelMapping(
        types=(
            Renamed(label="Outbound calls", name="Phone"),
            Renamed(label="Reseller", name="SDR desk", since=MARCH),
            Renamed(label="Cold mail", name="Mixed"),
            Renamed(label="Web", name="Mixed"),
        ),
        parties={"Chat": Party.SALES},
    )
    labels = ["Outbound calls", "Reseller", "Cold mail", "Web", "Chat"]

    assert mapping.knowing(lead_labels=[], deal_labels=[], types=labels).parties == {
        "Phone": Party.SDR,
        "Reseller": Party.PARTNER,
        "SDR desk": Party.SDR,
        "Mixed": Party.MARKETING,
        "Chat": Party.SALES,
    }
