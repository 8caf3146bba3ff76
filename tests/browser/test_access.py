"""Main pages can be used by everybody: one heading, every field named, the focus seen, nothing sideways on a phone."""

import pytest
from playwright.sync_api import Browser
from tests.browser.conftest import Demonstration
from tests.browser.hands import Person

pytestmark = pytest.mark.browser
#: Who looks, and where they get to from their first page.
PAGES = (
    ("nurse-1", ("/", ".c-next .btn-primary")),
    ("physician-1", ("/", "/journeys/", "main .c-work a")),
    ("qp-1", ("/journeys/", "main .c-work a")),
    ("courier-1", ("/", "/journeys/", "main .c-work a")),
    ("inspector-1", ("/", "/actions/", "/reference/")),
    ("coordinator-1", ("/actions/clinical.enrol/",)),
)
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]),select,textarea,button,a[href],summary")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()
                   || e.querySelector('[role=img][aria-label]')))
  .map((e) => e.outerHTML.slice(0, 120))"""
DOUBLED = """() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [...new Set(ids.filter((id, n) => ids.indexOf(id) !== n))]; }"""
HEADINGS = "() => [...document.querySelectorAll('h1')].filter((e) => e.checkVisibility()).length"
FOCUS = """() => { const s = getComputedStyle(document.activeElement);
  return document.activeElement === document.body || s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"""
SKIPPED = """() => [...document.querySelectorAll('h1,h2,h3,h4')].filter((e) => e.checkVisibility())
  .map((e) => +e.tagName[1]).filter((n, i, all) => i > 0 && n > all[i - 1] + 1)"""
LANDMARKS = "() => ['main', 'header, [role=alert]'].filter((s) => !document.querySelector(s))"


@pytest.fixture(scope="module")
def told(demonstration: Demonstration) -> Demonstration:
    """Three therapies side by side, each at another stage."""
    demonstration.ask("story", "3")
    return demonstration


@pytest.mark.parametrize(("account", "places"), PAGES, ids=[account for account, _ in PAGES])
def test_every_page_has_one_heading_named_fields_and_a_visible_focus(
    unpainted: Browser, told: Demonstration, account: str, places: tuple[str, ...]
) -> None:
    person = Person(unpainted, told.base, account)
    for place in places:
        if place.startswith("/"):
            person.open(place)
        else:
            person.open(str(person.page.locator(place).first.get_attribute("href")))
        look_at(person)
    person.context.close()


def look_at(person: Person) -> None:
    """Everything that can be seen from outside on one page."""
    page = person.page
    assert page.evaluate(HEADINGS) == 1, page.url
    assert page.evaluate(UNNAMED) == [], page.url
    assert page.evaluate(DOUBLED) == [], page.url
    assert page.evaluate(SKIPPED) == [], page.url
    assert page.evaluate(LANDMARKS) == [], page.url
    assert page.locator("html[lang]").count() == 1
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
