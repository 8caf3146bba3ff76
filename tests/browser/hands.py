"""A person at a keyboard with a scanner, and nothing else: Tab, Enter, arrows, and symbols that end with Enter."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError

PHONE = {"width": 360, "height": 740}
TABS_MAX = 120
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
        self.account = account
        self.seen: list[str] = []
        self.page.goto(base + "/sign-in/")
        self.fits()
        self.tab_to(f'button[name=as][value="{account}"]')
        self.press("Enter")

    # What hands can do

    def press(self, key: str) -> None:
        """A key that leads to another page."""
        focused = self.page.evaluate("document.activeElement?.outerHTML.slice(0, 300) ?? ''")
        try:
            with self.page.expect_navigation(wait_until="load", timeout=NAVIGATION_MS_MAX):
                self.page.keyboard.press(key)
        except TimeoutError as error:
            raise AssertionError(f"{key} on {focused} led nowhere from {self.page.url}") from error
        self.fits()

    def tab_to(self, selector: str) -> None:
        """Tab until the focus is there."""
        for _ in range(TABS_MAX):
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with Tab on {self.page.url}")

    def scan(self, symbol: str) -> None:
        """The scanner types and ends with Enter; nothing has the focus that takes text."""
        self.page.evaluate("document.activeElement?.blur()")
        try:
            with self.page.expect_navigation(wait_until="load", timeout=NAVIGATION_MS_MAX):
                self.page.keyboard.type(symbol)
                self.page.keyboard.press("Enter")
        except TimeoutError as error:
            raise AssertionError(f"scanning {symbol} led nowhere from {self.page.url}") from error
        self.fits()

    def follow(self, address: str) -> None:
        """Tab to a link and press Enter."""
        self.tab_to(f'a[href="{address}"]')
        self.press("Enter")

    def fits(self) -> None:
        """Nothing scrolls sideways on a phone, on any page that is passed."""
        wide, window = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.seen.append(self.page.url)
        assert wide <= window, f"{self.page.url} is {wide} px wide: {self.page.evaluate(STICKING_OUT)}"

    # Fields

    def fill(self, name: str, value: Any, zone: str) -> None:
        """One field of the form, whatever it is, by keyboard."""
        field = self.page.locator(f'#act [name="{name}"]:not([type=hidden])').first
        kind = field.get_attribute("type") or field.evaluate("e => e.tagName.toLowerCase()")
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
                self.page.keyboard.type(str(value))

    def _choose(self, name: str, value: str) -> None:
        self.tab_to(f'#act input[type=radio][name="{name}"]')
        self.page.keyboard.press("Space")
        for _ in range(12):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} offers no {value}")

    def _select(self, name: str, value: str) -> None:
        self.tab_to(f'#act select[name="{name}"]')
        for _ in range(40):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} offers no {value}")

    def _type_time(self, value: str, zone: str) -> None:
        """Month, day, year, hour, minute, second: as the browser's own field takes them from the keyboard."""
        at = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
        for part in (f"{at:%m}", f"{at:%d}", f"{at:%Y}"):
            self.page.keyboard.type(part)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(f"{at:%I}{at:%M}{at:%S}{at:%p}")

    def attach(self, name: str, content: bytes, folder: Path) -> None:
        """Tab to the file field; the dialogue that Space opens is the system's own, so the file is put in directly."""
        file = folder / f"{name}.csv"
        file.write_bytes(content)
        self.tab_to(f'input[type=file][name="{name}"]')
        self.page.locator("input[type=file]:focus").set_input_files(file)
