"""The page as a file: complete in itself, in two languages, with every number open."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from funnelpact.adapters.page.render import lines_of, write_road
from funnelpact.apps.language import language
from funnelpact.core.view.language import ENGLISH
from tests.roads import small_page


def written(folder: Path, **changes: Any) -> str:
    """The HTML of the small company's page."""
    path = folder / "page.html"
    write_road(
        path=path,
        page=replace(small_page(), **changes),
        languages=[language("en"), language("tr")],
        version="0.0",
    )
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page, once for all tests of this file."""
    return written(tmp_path_factory.mktemp("page"))


def test_the_page_loads_nothing(html: str):
    """No address, no script, no import: one file is all there is."""
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", html)
    assert "<script" not in html
    assert "@import" not in html
    assert "url(" not in html


def test_every_button_has_the_arithmetic_that_it_opens(html: str):
    """Each number with a dotted line targets a popover that is there once."""
    targets = re.findall(r'popovertarget="([^"]+)"', html)
    popovers = re.findall(r'id="([^"]+)" popover', html)

    assert targets
    assert set(targets) == set(popovers)
    assert len(popovers) == len(set(popovers))


def test_both_languages_stand_in_the_file_with_their_own_numbers(html: str):
    """English with points and commas, Turkish the other way round, no sentence id left over."""
    english, turkish = html.split('id="tr" lang="tr"')

    assert "How many leads does the quota need?" in english
    assert "Kota için kaç lead gerekir?" in turkish
    # 9,000 leads, of which some come back and are a pass again.
    (passes,) = set(re.findall(r"9,0\d\d", english))
    assert passes.replace(",", ".") in turkish
    assert passes not in turkish
    assert not re.search(r"\bpage\.\w+\.\w+", html)


def test_a_hostile_name_of_a_lead_type_stays_text(tmp_path: Path):
    """A CRM label with markup in it is written, not obeyed."""
    page = small_page()
    evil = "<script>alert(1)</script>"
    segments = (page.findings.segments[0], replace(page.findings.segments[1], name=evil), *page.findings.segments[2:])
    html = written(tmp_path, findings=replace(page.findings, segments=segments))

    assert evil not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_derivation_is_shown_in_the_order_of_arithmetic():
    """Inputs stand above what follows from them; the last line is the number itself."""
    tree = small_page().outlook.even.derivation
    lines = lines_of(tree, language("en"))

    assert lines[-1].depth == 0
    assert lines[-1].is_result
    assert lines[-1].value == ENGLISH.write(tree.value)
    assert all(line.depth > 0 for line in lines[:-1])
