"""Take pictures of pages at three widths, light and dark, and check that none scrolls sideways.

    python tools/screens/shoot.py http://127.0.0.1:8000 /gallery/ /journeys/ --cookie sessionid=… --out pictures --dark

Exit 0: all pages fit. 1: at least one page is wider than its window, holds an element that sticks out, or reports an
error on its console. 2: unusable request. 4: no browser, or a page that does not answer.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

WIDTHS_PX = (360, 768, 1920)
CHROMIUM = os.environ.get("CHROMIUM") or which("chromium-headless-shell") or which("chromium") or "chromium"
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (el) => {
    for (let e = el; e; e = e.parentElement) {
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX)) return true;
    }
    return false;
  };
  const hidden = (el) => { const r = el.getBoundingClientRect(); return r.width < 2 || r.height < 2; };
  return [...document.body.querySelectorAll('*')]
    .filter((el) => !hidden(el) && !scrolls(el))
    .filter((el) => el.getBoundingClientRect().right > width + 1 || el.getBoundingClientRect().left < -1)
    .slice(0, 5).map((el) => `${el.tagName.toLowerCase()}.${el.getAttribute('class') ?? ''}`);
}"""


def main() -> int:
    """Shoot every page; say on one line each what is wrong."""
    asked = arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    try:
        with sync_playwright() as playwright:
            # The browser's own size of text, so that widths in rem follow it, as for a person who set it.
            letters = f"--blink-settings=defaultFontSize={16 * asked.text_percent // 100}"
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", letters])
            for theme in ("light", "dark") if asked.dark else ("light",):
                for width in asked.widths:
                    problems += shoot(browser, asked, theme, width)
            browser.close()
    except BrowserError as problem:
        print(f"No pictures: {problem.message.splitlines()[0]}", file=sys.stderr)
        return 4
    for line in problems:
        print(line)
    print("All pages fit." if not problems else f"{len(problems)} problems.")
    return 1 if problems else 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Take pictures of pages and check that none scrolls sideways.")
    parser.add_argument("base", help="address of the server, such as http://127.0.0.1:8000")
    parser.add_argument("paths", nargs="+", help="paths of pages")
    parser.add_argument(
        "--cookie", action="append", default=[], metavar="NAME=VALUE", help="cookie to send, repeatable"
    )
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="folder for the pictures")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS_PX), help="widths in pixels")
    parser.add_argument("--dark", action="store_true", help="dark pictures as well")
    parser.add_argument("--text-percent", type=int, default=100, help="size of text, 200 as WCAG 1.4.4 asks")
    asked = parser.parse_args()
    if wrong := [cookie for cookie in asked.cookie if "=" not in cookie]:
        parser.error(f"--cookie {wrong[0]}: write NAME=VALUE")
    return asked


def shoot(browser: Browser, asked: argparse.Namespace, theme: str, width: int) -> list[str]:
    """All pages at one width in one theme."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    remember(context, asked)
    problems: list[str] = []
    for path in asked.paths:
        page = context.new_page()
        said: list[str] = []
        page.on("console", partial(keep, said))
        answer = page.goto(asked.base.rstrip("/") + path, wait_until="networkidle")
        where = f"{path} at {width} px, {theme}"
        if answer is None or not answer.ok:
            problems.append(f"{where}: answered {answer.status if answer else 'nothing'}")
        problems += [f"{where}: console: {text}" for text in said] + too_wide(page, where)
        name = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-") or "home"
        page.screenshot(path=asked.out / f"{name}-{theme}-{width}.png", full_page=True)
        page.close()
    context.close()
    return problems


def remember(context: BrowserContext, asked: argparse.Namespace) -> None:
    """Send the cookies with every page."""
    host = urlsplit(asked.base).hostname or "127.0.0.1"
    for cookie in asked.cookie:
        name, _equals, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "domain": host, "path": "/"}])


def keep(said: list[str], message: ConsoleMessage) -> None:
    """Errors count; a refused inline style or script is one of them."""
    if message.type == "error":
        said.append(message.text)


def too_wide(page: Page, where: str) -> list[str]:
    """A page that scrolls sideways, and what sticks out of it."""
    wide, window = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if wide <= window:
        return []
    return [f"{where}: {wide} px wide in a window of {window}; sticking out: {', '.join(page.evaluate(STICKING_OUT))}"]


if __name__ == "__main__":
    raise SystemExit(main())
