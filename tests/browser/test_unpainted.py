"""Looking at pages finds what is wrong with them, and as much of it where nothing is painted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.browser.hands import PHONE
from tests.browser.looking import FAULTS, faults, holds_something_new, kept_out
from tests.browsing import LAID_OUT, UNPAINTED, launch

pytestmark = pytest.mark.browser
EVERYTHING_WRONG = """<!doctype html><html lang="en"><head><title>Bad</title><style>
    body { background: #fff } a { position: absolute; top: 200px } :focus-visible { outline: 3px solid }
    h2 { width: 40px; overflow: hidden; white-space: nowrap } p { color: #ccc } div { width: 500px }
  </style></head><body><main><a href="#1">First link here</a><a href="#2">Second link here</a><input>
  <h1>One</h1><h1>Two</h1><h2>Cutcutcutcut</h2><h4 id="same">Skips</h4><p id="same">Faint</p><div>Wide</div>
</main></body></html>"""
FOCUS = "() => [document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]"


@pytest.fixture(scope="module")
def both() -> Iterator[list[Browser]]:
    """A browser that paints, and one that does not."""
    with sync_playwright() as playwright:
        browsers = [launch(playwright), launch(playwright, *UNPAINTED)]
        yield browsers
        for browser in browsers:
            browser.close()


def test_whatever_is_wrong_is_found_and_the_same_unpainted(both: list[Browser]) -> None:
    found = []
    for browser in both:
        page = browser.new_page(viewport=PHONE)
        page.set_content(EVERYTHING_WRONG, wait_until="domcontentloaded")
        page.evaluate(LAID_OUT)
        page.keyboard.press("Tab")
        found.append((page.evaluate(FOCUS), faults(page), kept_out(page)))
        page.close()
    painted, unpainted = found
    assert painted == unpainted
    focus, wrong, keeps_out = unpainted
    assert focus == ["First link here", "solid"]
    assert {fault.partition(":")[0] for fault in wrong} == set(FAULTS)
    assert {"color-contrast", "label"} <= {fault.partition(":")[0] for fault in keeps_out}


FIELD = '<main><div class="field"><label for="name">Name</label><input id="name"></div></main>'


@pytest.mark.parametrize(
    ("part", "changed"),
    [('for="name"', 'for="other"'), (">Name<", "><"), ('"field"', '"faint"'), ("<input", "<input role=link")],
)
def test_what_differs_from_all_that_axe_has_been_shown_is_shown_to_it(
    both: list[Browser], part: str, changed: str
) -> None:
    page, known = both[-1].new_page(viewport=PHONE), set[str]()
    news = []
    for content in (FIELD, FIELD.replace("Name", "Surname"), FIELD.replace(part, changed)):
        page.set_content(content, wait_until="domcontentloaded")
        news.append(holds_something_new(page, "main", known))
    page.close()
    assert news == [True, False, True]
