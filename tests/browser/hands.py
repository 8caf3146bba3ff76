"""A person at a keyboard with a scanner, and nothing else: Tab, Enter, arrows, and symbols that end with Enter.

The browser answers a key only after it has drawn, so keys are sent in bundles, as a scanner or a quick typist does.
Where a person would look before the next key, the page itself ignores what follows once the aim is reached (`AIM`).
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError
from tests.browsing import LAID_OUT

PHONE = {"width": 360, "height": 740}
BUNDLE = 12
TABS_MAX = 10 * BUNDLE
_CODES = {"Tab": 9, "Enter": 13, "ArrowDown": 40}
#: How many presses of Tab a person would count from the focus to a thing; 0 where that cannot be counted.
COUNT = """(wanted) => {
  const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}));
  const from = stops.indexOf(document.activeElement), to = stops.findIndex((e, n) => n > from && e.matches(wanted));
  return Math.max(to - from, 0);
}"""
#: Keys beyond the aim are ignored until it is reached, that is until the focus has what was sought. Gives how many
#: presses it may take: 0 where the aim is reached already.
AIM = f"""([property, wanted, bundle]) => {{
  const focus = () => document.activeElement;
  window.aimed = () => property === 'matches' ? focus()?.matches(wanted) ?? false : focus()?.[property] === wanted;
  window.aiming ??= document.addEventListener('keydown', (event) => {{
    if (window.aimed?.()) {{ event.preventDefault(); event.stopImmediatePropagation(); }}
  }}, {{capture: true}}) ?? true;
  if (!window.aimed()) return property === 'matches' && ({COUNT})(wanted) || bundle;
  window.aimed = null;
  return 0;
}}"""
REACHED = "() => { const reached = window.aimed(); if (reached) window.aimed = null; return reached; }"
#: What a field is for somebody at a keyboard, and whether it must be unfolded first.
FIELD = """(e) => [e.closest('details:not([open])') !== null, e.getAttribute('type') ?? e.tagName.toLowerCase()]"""
#: A form that takes scans without leaving the page says when it is there again.
LISTEN = """([scans, msMax]) => {
  document.activeElement?.blur();
  window.taken = new Promise((tell) => {
    document.addEventListener('htmx:afterSettle', () => { scans -= 1; if (scans === 0) tell(true); });
    setTimeout(tell, msMax, false);
  });
  return document.querySelector('form[data-scan-part]') !== null;
}"""
WIDTHS = f"""() => ({LAID_OUT})()
  .then(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])"""
NAVIGATION_MS_MAX = 20_000
#: What reaches beyond the window, and is not inside something that scrolls by itself.
STICKING_OUT = """() => [...document.body.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(-5).map((e) => `${e.tagName} .${e.getAttribute('class') ?? ''} ${e.textContent.trim().slice(0, 40)}`)"""


class Person:
    """One person with a browser of their own, signed in by keyboard."""

    def __init__(self, browser: Browser, base: str, account: str) -> None:
        self.context: BrowserContext = browser.new_context(viewport=PHONE, reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self._keyboard = self.context.new_cdp_session(self.page)
        self.account = account
        self.seen: list[str] = []
        self.base = base
        self.open("/sign-in/")
        self.tab_to(f'button[name=as][value="{account}"]')
        self.press("Enter")

    def open(self, path: str) -> None:
        """A page by its address."""
        self.page.goto(self.base + path, wait_until="domcontentloaded")
        self.fits()

    # What hands can do

    def press(self, key: str) -> None:
        """A key that leads to another page."""
        try:
            with self.page.expect_navigation(wait_until="domcontentloaded", timeout=NAVIGATION_MS_MAX):
                self.page.keyboard.press(key)
        except TimeoutError as error:
            focused = self.page.evaluate("document.activeElement?.outerHTML.slice(0, 300) ?? ''")
            raise AssertionError(f"{key} on {focused} led nowhere from {self.page.url}") from error
        self.fits()

    def tab_to(self, selector: str) -> None:
        """Tab until the focus is there."""
        if not self._until("matches", selector, "Tab", TABS_MAX):
            raise AssertionError(f"{selector} cannot be reached with Tab on {self.page.url}")

    def _until(self, of_focus: str, wanted: str, key: str, at_most: int) -> bool:
        """Press a key until what has the focus matches, or has this value; at first as often as was counted."""
        presses: int = self.page.evaluate(AIM, [of_focus, wanted, BUNDLE])
        reached = presses == 0
        for _ in range(0, at_most, BUNDLE):
            if reached:
                break
            self._keys([key] * min(presses, at_most))
            reached, presses = bool(self.page.evaluate(REACHED)), BUNDLE
        return reached

    def type(self, text: str) -> None:
        """Characters, one after the other."""
        self._keys(text)

    def _keys(self, keys: Iterable[str]) -> None:
        """Keys or characters in order, without waiting for what one did before the next is pressed."""
        session = self._keyboard._impl_obj  # the interface without `async` waits after each

        async def press() -> None:
            events = (event for key in keys for event in _down_up(key))
            await asyncio.gather(*(session.send("Input.dispatchKeyEvent", e, None) for e in events))

        self._keyboard._sync(press())

    def scan(self, *symbols: str) -> None:
        """The scanner types each and ends with Enter; nothing has the focus that takes text."""
        keys = [key for symbol in symbols for key in (*symbol, "Enter")]
        if self.page.evaluate(LISTEN, [len(symbols), NAVIGATION_MS_MAX]):
            self._keys(keys)
            assert self.page.evaluate("window.taken"), f"nothing came of scanning {symbols} on {self.page.url}"
        else:
            try:
                with self.page.expect_navigation(wait_until="domcontentloaded", timeout=NAVIGATION_MS_MAX):
                    self._keys(keys)
            except TimeoutError as error:
                raise AssertionError(f"scanning {symbols} led nowhere from {self.page.url}") from error
        self.fits()

    def follow(self, address: str) -> None:
        """Tab to a link and press Enter."""
        self.tab_to(f'a[href="{address}"]')
        self.press("Enter")

    def fits(self) -> None:
        """Nothing scrolls sideways on a phone, on any page that is passed."""
        wide, window = self.page.evaluate(WIDTHS)
        self.seen.append(self.page.url)
        assert wide <= window, f"{self.page.url} is {wide} px wide: {self.page.evaluate(STICKING_OUT)}"

    # Fields

    def fill(self, name: str, value: Any, zone: str) -> None:
        """One field of the form, whatever it is, by keyboard."""
        field = self.page.locator(f'#act [name="{name}"]:not([type=hidden])').first
        folded, kind = field.evaluate(FIELD)
        if folded:
            self.tab_to(f'#act details:has([name="{name}"]) > summary')
            self.page.keyboard.press("Space")
        match kind:
            case "radio":
                self._choose(name, str(value))
            case "select":
                self._select(name, str(value))
            case "datetime-local":
                self.tab_to(f'#act [name="{name}"]')
                self._type_time(str(value), zone)
            case _:
                self.tab_to(f'#act [name="{name}"]')
                self.page.keyboard.press("Control+a")
                self.type(str(value))

    def _choose(self, name: str, value: str) -> None:
        self.tab_to(f'#act input[type=radio][name="{name}"]')
        self.page.keyboard.press("Space")
        self._arrow_to(name, value)

    def _select(self, name: str, value: str) -> None:
        self.tab_to(f'#act select[name="{name}"]')
        self._arrow_to(name, value)

    def _arrow_to(self, name: str, value: str) -> None:
        if not self._until("value", value, "ArrowDown", 4 * BUNDLE):
            raise AssertionError(f"{name} offers no {value}")

    def _type_time(self, value: str, zone: str) -> None:
        """Month, day, year, hour, minute, second: as the browser's own field takes them from the keyboard."""
        at = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
        self._keys([*f"{at:%m%d%Y}", "Tab", *f"{at:%I%M%S%p}"])

    def attach(self, name: str, content: bytes, folder: Path) -> None:
        """Tab to the file field; the dialogue that Space opens is the system's own, so the file is put in directly."""
        file = folder / f"{name}.csv"
        file.write_bytes(content)
        self.tab_to(f'input[type=file][name="{name}"]')
        self.page.locator("input[type=file]:focus").set_input_files(file)


def _down_up(key: str) -> list[dict[str, Any]]:
    """The two events of a key; a character's own text goes with it."""
    code = _CODES.get(key)
    if code is None:
        return [{"type": "keyDown", "key": key, "text": key}, {"type": "keyUp", "key": key}]
    about = {"key": key, "code": key, "windowsVirtualKeyCode": code}
    text = {"type": "keyDown", "text": "\r"} if key == "Enter" else {"type": "rawKeyDown"}
    return [about | text, about | {"type": "keyUp"}]
