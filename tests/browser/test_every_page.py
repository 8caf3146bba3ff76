"""Every page as every role: it fits a phone, mirrors for right-to-left scripts, grows with its text, keeps nobody out.

People walk from their first page along the links. Each kind of page is looked at for two people at least, the pages of
a therapy for everybody. What axe calls serious or critical is a fault, and so is what sticks out, is cut or covered;
axe is asked wherever a page holds something that it has not been shown yet.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.conftest import Demonstration
from tests.browser.looking import SIDEWAYS, Walk, faults, holds_something_new, kept_out, kind_of, opened
from tests.browsing import LAID_OUT, NOT_OPTIMISED, UNPAINTED, launch

from coign.demo import people

pytestmark = pytest.mark.browser
PHONE, TABLET = {"width": 360, "height": 740}, {"width": 768, "height": 1024}
#: One of each role, in the order of the story.
ACCOUNTS = [a.account for a in people.ACCOUNTS if a.person_signs_in and a.account.endswith("-1")]
#: Faults that depend on how wide things are.
OF_THE_LAYOUT = ("sideways", "cut", "covered")
#: Pages of which axe is shown the frame as well, which is the same on all.
WITH_FRAME = ("/", "/journeys/*/")
THERAPY = "main a[href^='/journeys/']"


@pytest.fixture(scope="module")
def told(demonstration: Demonstration) -> Demonstration:
    """Three therapies side by side, each at another stage."""
    demonstration.ask("story", "3")
    return demonstration


@pytest.fixture(scope="module")
def thawed(told: Demonstration) -> str:
    """The therapy of which a bag is thawed."""
    root = str(told.ask("told")[-1])
    told.ask("play", root, "thaw")
    return root


@pytest.fixture(scope="module")
def browsers() -> Iterator[Callable[[int], Browser]]:
    """A browser whose own size of text is so many percent: lengths in rem follow it, as for a person who set it."""
    with sync_playwright() as playwright:
        running: dict[int, Browser] = {}

        def browser(text_percent: int) -> Browser:
            if text_percent not in running:
                letters = f"--blink-settings=defaultFontSize={16 * text_percent // 100}"
                running[text_percent] = launch(playwright, letters, NOT_OPTIMISED, *UNPAINTED)
            return running[text_percent]

        yield browser
        for each in running.values():
            each.close()


def sign_in(context: BrowserContext, base: str, account: str) -> Page:
    """Whoever was signed in before has left; the browser keeps what it has fetched."""
    context.clear_cookies(name="coign_session")
    page = context.pages[0] if context.pages else context.new_page()
    opened(page, base + "/sign-in/")
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.locator(f'button[name=as][value="{account}"]').press("Enter")
    page.evaluate(LAID_OUT)
    return page


@pytest.mark.walk
@pytest.mark.requirement("CSV-29")
@pytest.mark.usefixtures("thawed")
def test_every_page_of_every_role_fits_a_phone_mirrors_and_keeps_nobody_out(
    browsers: Callable[[int], Browser], told: Demonstration
) -> None:
    walk, shown, looked_at, wrong, visited = Walk(told.base), set[str](), set[str](), list[str](), 0
    context = browsers(100).new_context(viewport=PHONE, reduced_motion="reduce")
    for account in ACCOUNTS:
        page = sign_in(context, told.base, account)
        for path in walk.pages(page):
            visited += 1
            kind = kind_of(path.partition("?")[0])
            looked_at.add(kind)
            found = faults(page)
            page.evaluate("document.documentElement.dir = 'rtl'")
            found += [f"right to left, {f}" for f in faults(page, *OF_THE_LAYOUT)]
            page.evaluate("document.documentElement.dir = 'ltr'")
            part = "html" if kind in WITH_FRAME else "main"
            if holds_something_new(page, part, shown):
                found += kept_out(page, part)
            wrong += [f"{account} at {path}: {f}" for f in found]
    context.close()
    assert wrong == [], "\n".join(wrong)
    assert visited > 3 * len(ACCOUNTS)
    assert {"/", "/journeys/", "/journeys/*/", "/actions/*/", "/subjects/*/", "/entries/*/"} <= looked_at


MIRRORED = """() => { const middle = innerWidth / 2; const at = (s) => { const r = document.querySelector(s)
  .getBoundingClientRect(); return (r.left + r.right) / 2; };
  document.documentElement.dir = 'rtl';
  return at('.c-logo') > middle && at('.c-bar-end') < middle && at('.c-aside') < middle; }"""


@pytest.mark.parametrize("account", ["nurse-1", "qp-1", "courier-1"])
def test_a_right_to_left_page_is_the_mirror_of_the_other(
    browsers: Callable[[int], Browser], told: Demonstration, account: str
) -> None:
    context = browsers(100).new_context(viewport={"width": 1440, "height": 900})
    page = sign_in(context, told.base, account)
    assert page.evaluate(MIRRORED)
    context.close()


@pytest.mark.parametrize("account", ["nurse-1", "physician-1", "operator-1", "qp-1", "courier-1", "trainer-1"])
def test_pages_hold_text_at_twice_its_size(
    browsers: Callable[[int], Browser], told: Demonstration, account: str
) -> None:
    context = browsers(200).new_context(viewport=TABLET)
    page = sign_in(context, told.base, account)
    wrong = [f"{path}: {f}" for path in main_pages(page, told.base) for f in faults(page, *OF_THE_LAYOUT)]
    context.close()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("account", ["nurse-1", "qp-1"])
def test_dark_pages_keep_nobody_out(browsers: Callable[[int], Browser], told: Demonstration, account: str) -> None:
    context = browsers(100).new_context(viewport=TABLET, color_scheme="dark")
    page = sign_in(context, told.base, account)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 21, 23)"
    wrong = [f"{path}: {f}" for path in main_pages(page, told.base) for f in kept_out(page)]
    context.close()
    assert wrong == [], "\n".join(wrong)


def main_pages(page: Page, base: str) -> Iterator[str]:
    """The first page, the list of therapies, one of them, its pages for quality, and the next act."""
    for path in ("/", "/journeys/"):
        opened(page, base + path)
        yield path
    therapies = page.locator(THERAPY)
    if therapies.count():
        opened(page, base + str(therapies.first.get_attribute("href")))
        therapy = page.url
        yield therapy
        for own in ("release/", "audit-trail/"):
            answer = opened(page, therapy + own)
            if answer is not None and answer.ok:
                yield therapy + own
    opened(page, base + "/")
    act = page.locator(".c-next .btn-primary")
    if act.count():
        opened(page, base + str(act.get_attribute("href")))
        yield page.url


PRINTED = "s => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).map((e) => e.className)"
PRINTED_LESS = ".c-bar, .c-tray, .c-scan, .btn:not(.btn-shut), .c-menu"


@pytest.mark.parametrize(
    ("account", "way"),
    [("qp-1", "release/"), ("nurse-1", ""), ("nurse-1", "label"), ("nurse-1", "receipt")],
)
def test_on_paper_stands_the_record_and_nothing_that_can_only_be_pressed(
    browsers: Callable[[int], Browser], told: Demonstration, thawed: str, account: str, way: str
) -> None:
    context = browsers(100).new_context(viewport={"width": 794, "height": 1123})
    page = sign_in(context, told.base, account)
    opened(page, f"{told.base}/journeys/{thawed}/" + (way if way.endswith("/") else ""))
    if way in ("label", "receipt"):
        start = "/labels/" if way == "label" else "/entries/"
        opened(page, told.base + str(page.locator(f"main a[href^='{start}']").first.get_attribute("href")))
    page.emulate_media(media="print")
    shown = page.evaluate(
        "s => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).map((e) => e.className)",
        PRINTED_LESS,
    )
    assert shown == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(SIDEWAYS) == []
    assert page.locator("h1").first.is_visible()
    context.close()


def test_nothing_moves_for_those_who_asked_for_rest(browsers: Callable[[int], Browser], told: Demonstration) -> None:
    context = browsers(100).new_context(viewport=PHONE, reduced_motion="reduce")
    page = sign_in(context, told.base, "nurse-1")
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].map((e) => getComputedStyle(e))
      .filter((s) => s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0).length""")
    assert moving == 0
    context.close()
