"""References that lead nowhere."""

from __future__ import annotations

import time

from funnelpact.core.facts.quality.unmatched import SPELT_OUT, unmatched_references
from funnelpact.core.terms.report import Issue


def issues(used: dict[str, int], *known: str) -> tuple[Issue, ...]:
    """The doubts about a column of products."""
    return unmatched_references(column="product", table="products.csv", used=used, known=known)


def test_a_misspelt_key_is_found_with_its_nearest():
    """Another case, blanks, a letter."""
    found = issues({"GTXPro": 3, "gtx basic": 2, "MG Speciall": 1}, "GTX Pro", "GTX Basic", "MG Special")

    assert {(i.sentence.values["value"], i.sentence.values["nearest"], i.count) for i in found} == {
        ("GTXPro", "GTX Pro", 3),
        ("gtx basic", "GTX Basic", 2),
        ("MG Speciall", "MG Special", 1),
    }


def test_a_key_like_no_other_has_no_nearest():
    """It is named all the same."""
    (found,) = issues({"Sofa": 4}, "GTX Pro")

    assert found.sentence.id == "issue.reference-unknown"
    assert found.count == 4


def test_keys_that_are_known_are_no_issue():
    """Nothing to say."""
    assert issues({"GTX Pro": 4}, "GTX Pro") == ()


def test_many_unknown_keys_are_one_issue():
    """Another table was meant: counted, with a few examples."""
    used = {f"key {number:03}": 2 for number in range(SPELT_OUT + 1)}
    (found,) = issues(used, "GTX Pro")

    assert found.count == 2 * (SPELT_OUT + 1)
    assert found.sentence.values["examples"] == ("key 000", "key 001", "key 002")


def test_large_tables_are_compared_in_no_time():
    """A hundred thousand keys on both sides."""
    begun = time.perf_counter()
    issues({f"a{number}": 1 for number in range(100_000)}, *(f"b{number}" for number in range(100_000)))

    assert time.perf_counter() - begun < 5
