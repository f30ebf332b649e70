"""Names of people: how they are compared, hashed and replaced."""

from __future__ import annotations

import pytest

from funnelpact.core.facts.forgetting import (
    LEAD,
    MAIL,
    PHONE,
    WORD,
    Name,
    Veil,
    address_of,
    followed,
    is_telling,
    mails_in,
    message_tells,
    names_person,
    names_staff,
)

NOBODY = Veil(key=b"k" * 32, digests=frozenset())
AYSE = NOBODY.knowing(
    [Name(MAIL, "ayse@x.example"), Name(PHONE, "905321234567"), Name(WORD, "L-1007"), Name(WORD, "17")]
)


@pytest.mark.parametrize("text", ["ayse@x.example", " AYSE@X.Example ", "Ayşe <ayse@x.example>", "mailto:ayse@x.example.",
                                  "https://x/?email=ayse@x.example&a=1", "b@y.example; ayse@x.example"])  # fmt: skip
def test_an_address_is_found_however_it_is_written(text: str):
    """Alone, between others, in a link."""
    assert AYSE.tells(header="Notes", cell=text)
    assert "ayse@x" not in AYSE.without_mails(text).casefold()


@pytest.mark.parametrize("text", ["ayse@x.example.org", "mayse@x.example", "ayse@x", "", "532"])
def test_another_address_is_not(text: str):
    """One that only begins or ends like it."""
    assert not AYSE.tells(header="Notes", cell=text)
    assert AYSE.without_mails(text) == text


def test_a_short_number_is_a_key_only_where_the_header_says_so():
    """Seventeen may be an amount; L-1007 is a key wherever it stands."""
    assert AYSE.tells(header="Contact ID", cell="17")
    assert not AYSE.tells(header="Employees", cell="17")
    assert AYSE.tells(header="Notes", cell="L-1007")
    assert (is_telling(word="5001"), is_telling(word="00Q5g00000ABC"), is_telling(word="two words 1")) == (
        False,
        True,
        False,
    )


def test_hashes_depend_on_the_key_the_scope_and_the_source():
    """So that one list says nothing of another, and a lead is no deal."""
    name = Name(LEAD, "1", "files")
    others = [Name(LEAD, "1", "crm"), Name("deal", "1", "files"), Name(LEAD, "2", "files")]

    assert len({NOBODY.digest(each) for each in (name, *others)}) == 4
    assert NOBODY.digest(name) != Veil(key=b"l" * 32, digests=frozenset()).digest(name)
    assert NOBODY.pseudonym("1") == NOBODY.pseudonym("1") != NOBODY.pseudonym("2")


@pytest.mark.parametrize(("header", "person", "staff"), [("Contact ID", True, False), ("ParentLead", True, False), ("Aday No", True, False),
                                                          ("Contact owner", True, True), ("Created By", False, True), ("Satış Temsilcisi", False, True),
                                                          ("Email", False, False), ("İlgili Kişi", True, False)])  # fmt: skip
def test_headers_say_whose_cells_are(header: str, person: bool, staff: bool):
    """In both languages."""
    assert (names_person(header=header), names_staff(header=header)) == (person, staff)


@pytest.mark.parametrize(
    "body",
    [
        b'{"contact": {"emails": ["Ayse@x.example"]}}',
        b"broken { ayse@x.example",
        b'{"leadId": 17}',
        b'{"ref": "L-1007"}',
    ],
)
def test_a_message_names_somebody_anywhere_in_it(body: bytes):
    """Also one that is no JSON."""
    assert message_tells(veil=AYSE, body=body)
    assert not message_tells(veil=NOBODY, body=body)


def test_what_was_typed_is_an_address_a_number_or_a_key():
    """Digits alone are the key of a record."""
    assert address_of(typed="5321234567") is None
    assert address_of(typed="+90 (532) 123 45 67") == Name(PHONE, "905321234567")
    assert mails_in(text="no address @ all") == []


def test_names_are_followed_until_nothing_is_new():
    """From an address to a key, from the key to another."""
    leads = {Name(MAIL, "a@x.example"): Name(LEAD, "1", "s"), Name(LEAD, "1", "s"): Name(LEAD, "2", "s")}
    veil, _, new = followed(
        veil=NOBODY.knowing([Name(MAIL, "a@x.example")]),
        look=lambda each: frozenset(to for name, to in leads.items() if each.knows(name)),
        names=lambda seen: seen,
    )

    assert {name.text for name in new} == {"1", "2"}
    assert veil.knows(Name(WORD, "2"))
