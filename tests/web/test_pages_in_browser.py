"""The pages in a real browser, under the strictest policy: scanner, timers, lock, drafts, and no sideways scroll."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.web import gallery_site

VENDOR = gallery_site.WEB / "static" / "vendor" / "stamp.txt"
SHOOT = Path(__file__).parents[2] / "tools" / "screens" / "shoot.py"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not VENDOR.is_file():
        pytest.skip("the front end is not built: run python tools/setup/frontend.py")
    with subprocess.Popen([sys.executable, gallery_site.__file__], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}"
        server.terminate()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address + "/gallery/")
    return page


HEARD = """() => { window.heard = []; document.addEventListener('coign:scan', (event) => {
  event.preventDefault(); window.heard.push([event.detail.symbol, event.detail.source]); }); }"""


def scan(page: Page, symbol: str) -> None:
    page.keyboard.type(symbol)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("text_percent", ["100", "200"])
def test_no_page_scrolls_sideways_and_the_strict_policy_refuses_nothing(
    text_percent: str, address: str, chromium: Browser, tmp_path: Path
) -> None:
    extra = ["--dark"] if text_percent == "100" else ["--text-percent", text_percent, "--widths", "768", "1920"]
    run = subprocess.run(
        [sys.executable, str(SHOOT), address, "/gallery/", "--out", str(tmp_path), *extra],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "All pages fit.\n")


def test_a_scan_is_heard_when_nobody_types(page: Page) -> None:
    page.evaluate(HEARD)
    scan(page, "=X9999 26 004618")
    assert page.evaluate("heard") == [["=X9999 26 004618", "scanner"]]


def test_a_scan_never_presses_the_button_that_has_the_focus(page: Page) -> None:
    page.evaluate(HEARD)
    page.evaluate("""() => {
        window.pressed = 0;
        const button = document.querySelector('#good button[type=submit]');
        button.addEventListener('click', (event) => { event.preventDefault(); window.pressed += 1; });
        button.focus();
    }""")
    scan(page, "NH 402")
    assert page.evaluate("[pressed, heard.length]") == [0, 1]
    page.keyboard.press("Enter")
    assert page.evaluate("[pressed, heard.length]") == [1, 1]


def test_the_group_separator_of_a_gs1_symbol_is_kept(page: Page) -> None:
    page.evaluate(HEARD)
    page.keyboard.type("10AB")
    page.keyboard.press("Control+]")
    scan(page, "21C")
    assert page.evaluate("heard[0][0]") == "10AB\x1d21C"


def test_typing_in_a_field_is_no_scan_and_the_box_says_that_it_does_not_listen(page: Page) -> None:
    page.evaluate(HEARD)
    assert page.text_content("[data-scan-state]") == "Listening"
    page.focus("#good_lot")
    page.keyboard.type("WB-118")
    assert page.evaluate("heard") == []
    assert page.text_content("[data-scan-state]") == "Not listening: you are typing"


def test_a_click_on_a_thing_in_the_tray_is_the_same_event_as_a_scan(page: Page) -> None:
    page.evaluate(HEARD)
    page.click("[data-symbol='SH-0231']")
    page.focus("[data-symbol='NH-447109']")
    page.keyboard.press("Space")
    assert page.evaluate("heard") == [["SH-0231", "tray"], ["NH-447109", "tray"]]


def test_a_scan_goes_to_the_form_that_finds_out_what_it_is(page: Page) -> None:
    with page.expect_navigation():
        scan(page, "SH-0231")
    assert json.loads(page.text_content("body") or "")["scan"] == "SH-0231"


def test_a_scan_goes_to_the_form_of_the_page_where_there_is_one(page: Page, address: str) -> None:
    page.evaluate("""() => document.querySelector('main').insertAdjacentHTML('afterbegin',
        '<form method="post" action="/scan/" data-scan-target><input type="hidden" name="step" value="4">'
        + '<input type="hidden" name="scan"></form>')""")
    with page.expect_navigation():
        scan(page, "V1")
    answer = json.loads(page.text_content("body") or "")
    assert (answer["scan"], "step" in answer["fields"]) == ("V1", True)


def test_without_scripts_the_tray_still_scans(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + "/gallery/")
    page.click("a[href='#tray']")
    page.click("[data-symbol='SH-0231']")
    assert json.loads(page.text_content("body") or "")["scan"] == "SH-0231"
    context.close()


def test_clock_and_hold_run_by_server_time_and_stop_is_said(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.clock.install(time="2030-01-01T00:00:00Z")  # the station is years off: nobody may notice
    page.clock.pause_at("2030-01-01T00:00:10Z")
    page.goto(address + "/gallery/")
    assert page.text_content("[data-clock-local]") == "09:42 CET"
    hold = "[data-hold][aria-label='Bag P1 was thawed']"
    page.clock.run_for("07:00")
    assert page.text_content("[data-clock-local]") == "09:49 CET"
    assert page.text_content(f"{hold} [data-hold-time]") == "15:00"
    assert page.text_content(f"{hold} .c-hold-status").strip() == "Look: half the time is gone"  # type: ignore[union-attr]
    page.clock.run_for("16:00")
    assert page.text_content(f"{hold} .c-hold-status").strip() == "Stop: the time is over"  # type: ignore[union-attr]
    assert page.text_content(f"{hold} [data-hold-said]") == "Bag P1 was thawed: Stop: the time is over"
    assert page.text_content(f"{hold} [data-hold-time]") == "01:00"


def test_the_lock_keeps_the_form_and_opens_only_for_the_right_password(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(address + "/gallery/?idle=60")
    page.fill("#good_lot", "WB-118")
    page.clock.run_for("01:05")
    assert page.is_visible("dialog[data-lock]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.is_visible("dialog[data-lock]")
    page.fill("#lock-password", "a wrong one")
    page.click("[data-lock-form] button")
    page.wait_for_selector("[data-lock-error]:not([hidden])")
    assert page.is_visible("dialog[data-lock]")
    page.fill("#lock-password", "the right one")
    page.click("[data-lock-form] button")
    page.wait_for_selector("dialog[data-lock]", state="hidden")
    assert page.input_value("#good_lot") == "WB-118"
    assert page.input_value("#lock-password") == ""


def test_a_reload_does_not_open_the_lock_and_a_new_sign_in_does(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(address + "/gallery/?idle=60")
    page.clock.run_for("01:05")
    page.reload()
    assert page.is_visible("dialog[data-lock]")
    page.goto(address + "/signed-out/")
    page.goto(address + "/gallery/?idle=60")
    assert not page.is_visible("dialog[data-lock]")


def test_nothing_is_scanned_while_the_page_is_locked(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(address + "/gallery/?idle=60")
    page.evaluate(HEARD)
    page.clock.run_for("01:05")
    page.evaluate("document.activeElement.blur()")
    scan(page, "SH-0231")
    assert page.evaluate("heard") == []


def test_a_draft_survives_a_sign_out_without_the_identities_in_it(page: Page, address: str) -> None:
    page.fill("#good_lot", "WB-118")
    page.fill("#good_patient", "NH-447 109")
    page.check("#good_clear_0")
    page.goto(address + "/signed-out/")
    assert "NH-447" not in page.evaluate("JSON.stringify({...sessionStorage})")
    page.goto(address + "/gallery/")
    assert page.input_value("#good_lot") == "WB-118"
    assert page.input_value("#good_patient") == ""
    assert page.is_checked("#good_clear_0")
    page.click(".c-draft-note button")
    assert page.input_value("#good_lot") == ""
    page.reload()
    assert page.input_value("#good_lot") == ""


def test_a_draft_is_not_shown_to_another_person(page: Page, address: str) -> None:
    page.fill("#good_lot", "WB-118")
    page.goto(address + "/gallery/?person=somebody-else")
    assert page.input_value("#good_lot") == ""
    page.goto(address + "/gallery/")
    assert page.input_value("#good_lot") == ""


def test_a_form_that_was_sent_leaves_no_draft_behind(page: Page, address: str) -> None:
    page.fill("#good_lot", "WB-118")
    page.evaluate(
        "document.querySelector('#good').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))"
    )
    page.goto(address + "/gallery/")
    assert page.input_value("#good_lot") == ""


def test_a_form_that_was_sent_into_a_sign_out_is_kept(page: Page, address: str) -> None:
    page.fill("#good_lot", "WB-118")
    page.evaluate(
        "document.querySelector('#good').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))"
    )
    page.goto(address + "/signed-out/")
    page.goto(address + "/gallery/")
    assert page.input_value("#good_lot") == "WB-118"


def test_the_theme_that_was_chosen_stays(page: Page) -> None:
    page.click(".c-menu summary")
    page.click("[data-theme=dark]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.get_attribute("[data-theme=dark]", "aria-pressed") == "true"


def test_every_control_is_big_enough_and_shows_the_focus(page: Page) -> None:
    small = page.evaluate("""() => {
        const controls = '.btn, .c-nav a, .c-thing, .c-choice, .c-field select, .c-field textarea, '
            + '.c-field input:not([type=checkbox], [type=radio])';
        return [...document.querySelectorAll(controls)]
            .filter((el) => el.offsetParent)
            .map((el) => [el.getBoundingClientRect().height, el.getBoundingClientRect().width, el.className])
            .filter(([height, width]) => height < 48 || width < 48);
    }""")
    assert small == []
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    ring = page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; }"
    )
    assert ring == ["solid", "3px"]
