"""What labels mean, in English and in Turkish."""

from __future__ import annotations

import pytest

from funnelpact.core.journeys.mapping import propose_mapping
from funnelpact.core.journeys.stages import plain_words, stage_of


@pytest.mark.parametrize(
    "label",
    [
        "Won",
        "Closed Won",
        "closed-won",
        "ClosedWon",
        "CLOSED WON",
        "Opportunity Won",
        "Kazanıldı",
        "KAZANILDI",
        "Kapalı – Kazanıldı",
        "kazanilan firsat",
    ],
)
def test_labels_of_a_win(label: str):
    """However it is written, and whatever stage it names beside."""
    assert stage_of(label=label) == "won"


@pytest.mark.parametrize(
    "label",
    [
        "Lost",
        "Closed Lost",
        "Closed Lost - No Decision",
        "Lost (no budget)",
        "Disqualified",
        "SQL rejected",
        "KAYBEDİLDİ",
        "Kaybedildi - bütçe yok",
        "İPTAL",
        "Elendi",
    ],
)
def test_labels_of_an_exit(label: str):
    """A reason with a "no" in it does not take the loss back."""
    assert stage_of(label=label) == "exit"


@pytest.mark.parametrize(
    ("label", "stage"),
    [
        ("MQL", "mql"),
        ("Marketing Qualified Lead", "mql"),
        ("Pazarlama Nitelikli", "mql"),
        ("Sales-Qualified Lead", "sql"),
        ("Became a Sales Qualified Lead on", "sql"),
        ("Satış Nitelikli Lead", "sql"),
        ("Fırsat", "opportunity"),
        ("FIRSAT", "opportunity"),
    ],
)
def test_labels_of_the_stages_between(label: str, stage: str):
    """The words may stand anywhere in the label."""
    assert stage_of(label=label) == stage


@pytest.mark.parametrize("label", ["not won", "Kazanıldı değil", "Not qualified", "Won/Lost", "Engaging", "", "–", "?"])
def test_labels_that_say_nothing_certain(label: str):
    """Denied, contradictory, unknown or empty: people place them."""
    assert stage_of(label=label) is None


def test_turkish_letters_are_letters():
    """Each of ı, İ, ş, ğ, ü, ö, ç becomes one plain letter."""
    assert plain_words(label="IĞDIR Şubesi, İKİNCİ çözüm ÜRÜNÜ") == ("igdir", "subesi", "ikinci", "cozum", "urunu")


def test_an_unknown_label_of_a_deal_is_an_open_deal():
    """Whatever a source calls its deal stages, they lie between SQL and won."""
    mapping = propose_mapping(lead_labels=[], deal_labels=["Negotiation", "SQL", "Closed Won", "Kaybedildi"])

    assert {entry.label: entry.stage for entry in mapping.labels} == {
        "Closed Won": "won",
        "Kaybedildi": "exit",
        "Negotiation": "opportunity",
        "SQL": "opportunity",
    }


def test_an_unknown_label_of_a_lead_is_named():
    """It moves nothing, and people are told."""
    mapping = propose_mapping(lead_labels=["Nurture", "SQL"], deal_labels=[])

    assert mapping.unknown_lead_labels == ("Nurture",)
    assert [entry.stage for entry in mapping.labels if entry.label == "SQL"] == ["sql"]
