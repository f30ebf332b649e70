"""Every rule of quality has a page, every page a rule, and both say the same."""

from __future__ import annotations

import re

import pytest

from funnelpact.core.facts.quality import dimensions, money, volume
from funnelpact.core.facts.quality.rule import EARLIEST_ZONE, Rule
from funnelpact.core.facts.quality.rules import RULES
from scripts.rule_pages import FOLDER, HEADINGS, rule_pages


def test_every_rule_has_a_page_and_every_page_a_rule():
    """Beside the list of all rules."""
    assert {page.stem for page in FOLDER.glob("*.md")} == {rule.code for rule in RULES} | {"README"}


def test_the_pages_say_what_the_objects_say():
    """Level, limit, figures and needs; `make docs` writes them."""
    for page, text in rule_pages().items():
        assert page.read_text("utf-8") == text, page.name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_has_one_form(rule: Rule):
    """The same five headings in the same order, none of them empty, and no word of refusal where there is no limit."""
    parts = re.split(r"^## (.+)\n", (FOLDER / f"{rule.code}.md").read_text("utf-8"), flags=re.MULTILINE)

    assert parts[0].startswith(f"# {rule.code}\n")
    assert tuple(parts[1::2]) == HEADINGS
    assert all(text.strip() for text in parts[2::2])
    assert parts[8].strip().startswith("Never") == (rule.limit is None)


def test_links_between_pages_lead_somewhere():
    """No page names one that is not there."""
    for page in FOLDER.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("amount-outlier", f"above {money.TIMES_MEDIAN} times the median"),
        ("bulk-day", f"at least {volume.FLOOR} of them"),
        ("bulk-day", f"more than {volume.TIMES_USUAL} times the median"),
        ("bulk-day", f"at least {volume.LIKE_DAYS} such weekdays"),
        ("silent-days", f"{volume.SILENT_DAYS} such days in a row"),
        ("silent-days", f"there are {volume.AROUND} of them before and after"),
        ("in-the-future", f"{EARLIEST_ZONE.seconds // 3600} hours ahead of UTC"),
        ("only-winners-have-it", f"at least {dimensions.FEWEST_WON} records were won"),
        ("only-winners-have-it", f"fewer than {dimensions.LEAK.numerator} in {dimensions.LEAK.denominator}"),
    ],
)
def test_numbers_in_the_prose_are_those_of_the_code(code: str, words: str):
    """Who changes one changes the other."""
    assert words in (FOLDER / f"{code}.md").read_text("utf-8")
