"""The page of the demo in a real browser, as people meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from funnelpact.adapters.page.render import write_road
from funnelpact.apps.language import language
from tests.roads import small_page

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(program: Callable[[str], str], address: str) -> Iterator[Browser]:
    """The system's Chromium, with a fresh profile and no traffic of its own.

    The page is made before: while the browser is driven a loop runs, in which the records refuse to be asked.
    """
    assert address
    path = program("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of the small company lies."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_road(path=path, page=small_page(), languages=[language("en"), language("tr")], version="0.0")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, 1280 pixels wide in light colours unless the test asks otherwise."""
    asked = getattr(request, "param", {})
    context = browser.new_context(
        viewport={"width": asked.get("width", 1280), "height": 900}, color_scheme=asked.get("scheme", "light")
    )
    yield context.new_page()
    context.close()


def test_the_page_asks_nothing_of_console_and_network(page: Page, address: str):
    """No error, no warning, no request but the file itself."""
    messages, requests = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)

    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize(
    "page", [{"scheme": "light"}, {"scheme": "dark"}, {"width": 390}], indirect=True, ids=["light", "dark", "phone"]
)
@pytest.mark.parametrize("tongue", ["en", "tr"])
def test_everybody_can_use_the_page(page: Page, address: str, tongue: str):
    """Axe finds nothing to object to, in either colours, on a phone, in both languages."""
    page.goto(f"{address}#{tongue}")
    results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()


def test_a_number_opens_its_arithmetic_at_a_click(page: Page, address: str):
    """The leads of an even chance unfold into the values that they follow from."""
    page.goto(address)
    page.locator("#en .sentences button.why").first.click()
    opened = page.locator("#en-need-even")

    assert opened.is_visible()
    assert "÷" in opened.inner_text()
    assert "Website form" in opened.inner_text()


def test_a_number_opens_and_closes_by_keyboard(page: Page, address: str):
    """Tab, Enter and Escape are enough."""
    page.goto(address)
    button = page.locator("#en .sentences button.why").first
    button.focus()
    page.keyboard.press("Enter")
    shown = page.locator("#en-need-even").is_visible()
    page.keyboard.press("Escape")

    assert shown
    assert not page.locator("#en-need-even").is_visible()


def test_the_other_language_is_a_press_away(page: Page, address: str):
    """English first; TR shows the Turkish page alone."""
    page.goto(address)
    english_first = page.locator("#en h1").is_visible()
    page.locator("#en .segs a[lang=tr]").click()

    assert english_first
    assert page.locator("#tr h1").is_visible()
    assert not page.locator("#en h1").is_visible()


def test_skipping_to_the_content_keeps_the_language(page: Page, address: str):
    """An address inside the Turkish page shows the Turkish page."""
    page.goto(f"{address}#tr-main")

    assert page.locator("#tr h1").is_visible()
    assert not page.locator("#en h1").is_visible()


@pytest.mark.parametrize("page", [{"width": 320}, {"width": 390}], indirect=True, ids=["320", "390"])
@pytest.mark.parametrize("tongue", ["en", "tr"])
def test_a_phone_needs_no_sideways_scrolling(page: Page, address: str, tongue: str):
    """The page is as wide as the screen; wide tables scroll inside themselves."""
    page.goto(f"{address}#{tongue}")

    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


def test_the_page_prints_in_the_language_that_is_shown(page: Page, address: str):
    """Print media show the English page, without buttons for languages."""
    page.goto(address)
    page.emulate_media(media="print")

    assert page.locator("#en h1").is_visible()
    assert not page.locator("#tr h1").is_visible()
    assert not page.locator("#en .segs").is_visible()
