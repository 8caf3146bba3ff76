"""Walk through a running demonstration and take the pictures of `docs/screens`: every page people use, three widths.

    python tools/screens/tour.py http://127.0.0.1:8000 --out docs/screens

Wants a demonstration as `make run` tells it. What a page needs to have happened first is done on the way, by the same
buttons that people press. Exit codes as for `shoot.py`: a page that scrolls sideways or reports an error counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

sys.path.insert(0, str(Path(__file__).parent))
from shoot import CHROMIUM, WIDTHS_PX, keep, too_wide

COLOURS = 96
BYTES_MAX = 250_000
HEIGHT_PX_MAX = 4000


@dataclass
class Tour:
    """One browser window, whoever sits at it."""

    page: Page
    base: str
    out: Path
    widths: list[int]
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def be(self, account: str) -> None:
        """Sign in from the list of the sign-in page."""
        self.page.context.clear_cookies()
        self.page.goto(self.base + "/sign-in/")
        self.page.locator(f'button[name=as][value="{account}"]').click()
        self.page.wait_for_load_state()

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.base + path, wait_until="networkidle")

    def shoot(self, name: str) -> None:
        """The page as it is now, at every width."""
        for width in self.widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_timeout(100)
            height = self.page.evaluate("document.documentElement.scrollHeight")
            # A window as high as its page: what keeps to the bottom of the window is then at the bottom of the page.
            self.page.set_viewport_size({"width": width, "height": min(height, HEIGHT_PX_MAX)})
            self.page.wait_for_timeout(100)
            where = f"{name} at {width} px"
            self.problems += [f"{where}: console: {text}" for text in self.said] + too_wide(self.page, where)
            self.said.clear()
            file = self.out / f"{name}-{width}.png"
            self.page.screenshot(path=file, full_page=True)
            shrink(file)
            if file.stat().st_size > BYTES_MAX:
                self.problems.append(f"{file.name}: {file.stat().st_size} bytes, at most {BYTES_MAX}")

    def scan(self, words: str) -> bool:
        """Click a thing of the tray that says these words; whether there was one."""
        thing = self.page.locator("[data-symbol]", has_text=words).first
        if thing.count() == 0:
            return False
        self.click(thing)
        return True

    def click(self, thing: Locator) -> None:
        """Scan this thing of the tray, and wait for the page, or the part of it, that comes of it."""
        if self.page.locator("form[data-scan-part]").count() == 0:
            with self.page.expect_navigation():
                thing.dispatch_event("click")
            return
        self.page.locator("#main").evaluate("main => { main.dataset.before = ''; }")
        thing.dispatch_event("click")
        self.page.locator("#main[data-before]").wait_for(state="detached")

    def press(self) -> None:
        """The one filled button."""
        with self.page.expect_navigation():
            self.page.locator("main .btn-primary").first.click()

    def therapies(self) -> list[str]:
        """The therapies this person sees, newest first."""
        self.go("/journeys/")
        links = self.page.locator('main .c-work a[href^="/journeys/"]')
        return [str(links.nth(n).get_attribute("href")) for n in range(links.count())]


def shrink(file: Path) -> None:
    """Fewer colours: what a page has of them is enough."""
    with Image.open(file) as picture:
        cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, HEIGHT_PX_MAX)))
        cut.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


#: First pages, and pages of the first level, that need nothing to have happened.
HOMES = ("nurse", "physician", "coordinator", "qa", "trainer", "inspector")
PLACES = (
    ("safety-1", "/safety/", "safety"),
    ("nurse-1", "/training/", "training"),
    ("warehouse-1", "/store/", "store"),
    ("admin-1", "/people/", "people"),
    ("authority-1", "/", "home-authority"),
    ("regulatory-1", "/oversight/", "oversight"),
    ("qcreviewer-1", "/rooms/", "rooms"),
    ("qa-1", "/equipment/", "equipment"),
    ("qa-1", "/trends/", "trends"),
    ("qa-1", "/not-now/", "not-now"),
    ("celllab-1", "/tanks/", "tanks"),
    ("operator-1", "/training/mine/", "own-training"),
    ("operator-1", "/store/packs/", "packs"),
    ("inspector-1", "/done-by/", "done-by"),
    ("admin-1", "/people/keys/", "signing-keys"),
    ("admin-1", "/security/", "security"),
    ("admin-1", "/upkeep/", "upkeep"),
    ("nurse-1", "/account/factors/", "own-account"),
    ("nurse-1", "/account/sessions/", "sessions"),
    ("nurse-1", "/actions/", "actions"),
    ("nurse-1", "/actions/incident.report_act/", "form"),
    ("nurse-1", "/reference/", "reference"),
)

#: One thing each: who opens it from which list, the beginning of its address, and what is added to that.
SINGLES = (
    ("qa-1", "/equipment/", "/equipment/", "", "device"),
    ("qcreviewer-1", "/rooms/", "/rooms/", "", "room"),
    ("celllab-1", "/tanks/", "/tanks/", "", "tank"),
    ("safety-1", "/safety/", "/cases/", "", "case"),
    ("trainer-1", "/training/courses/", "/training/courses/ice", "", "course"),
    ("qa-1", "/subjects/lot:VECTOR-4101/trace/", "/subjects/batch:", "trace/", "trace"),
)


def singles(tour: Tour) -> None:
    """Pages of one thing, and a page on which somebody signs."""
    for account, places, begins, more, name in SINGLES:
        tour.be(account)
        tour.go(places)
        found = tour.page.locator(f'main a[href^="{begins}"]').first.get_attribute("href")
        tour.go(f"{found}{more}")
        tour.shoot(name)
    tour.be("authority-1")
    tour.go(str(tour.page.locator('main a[href*="judge_fulfilment"]').first.get_attribute("href")))
    tour.shoot("form-numbered")
    tour.page.locator("main input[type=radio]").first.check()
    tour.press()
    tour.shoot("signing")


def set_up(tour: Tour, link: str) -> None:
    """The one page of an installation that nobody has set up yet."""
    tour.page.context.clear_cookies()
    tour.page.goto(link, wait_until="networkidle")
    tour.shoot("set-up")


def walk(tour: Tour) -> None:
    """Every picture, in an order in which each page has what it needs."""
    tour.go("/sign-in/")
    tour.shoot("sign-in")
    for role in HOMES:
        tour.be(f"{role}-1")
        tour.shoot(f"home-{role}")
    for account, path, name in PLACES:
        tour.be(account)
        tour.go(path)
        tour.shoot(name)
    singles(tour)
    tour.be("physician-1")
    therapies = tour.therapies()
    tour.shoot("therapies")
    stages = {address: stage(tour, address) for address in therapies}
    ready = next(a for a, s in stages.items() if "Conditioning" in s)
    testing = next(a for a, s in stages.items() if "Certified" in s)
    chair = next(a for a, s in stages.items() if "Collection" in s)
    tour.go(ready)
    tour.shoot("journey-physician")
    tour.page.locator('.c-acts a[href^="/entries/"]').first.click()
    tour.shoot("receipt")
    tour.be("qp-1")
    tour.go(ready)
    tour.shoot("journey-qp")
    acts(tour, testing, chair)
    bedside(tour, ready, testing)
    transport(tour, chair)
    production(tour, chair)


def stage(tour: Tour, address: str) -> str:
    """At which stage a therapy stands."""
    tour.go(address)
    current = tour.page.locator("[aria-current=step]").first
    return current.inner_text() if current.count() else ""


def acts(tour: Tour, testing: str, chair: str) -> None:
    """Forms: scans at the chair, results in the laboratory, release, label."""
    tour.be("nurse-1")
    tour.press()
    tour.shoot("act-scan")
    tour.scan("Your badge")
    tour.shoot("act-wrong-scan")
    tour.be("analyst-1")
    tour.go(testing + "do/record-results/")
    tour.shoot("act-result")
    tour.be("qp-1")
    tour.go(testing + "release/")
    tour.shoot("release")
    tour.go(testing)
    tour.page.locator('a[href^="/labels/"]').first.click()
    tour.shoot("label")
    tour.go("/journeys/chain:NOBODY/")
    tour.said.clear()
    tour.shoot("not-found")
    tour.be("analyst-1")
    tour.go(chair + "do/finish-collection/")
    tour.said.clear()
    tour.shoot("forbidden")


def transport(tour: Tour, chair: str) -> None:
    """The courier who holds a parcel: what they see first, and the parcel itself."""
    play(chair, "collect-collection")
    for account in ("courier-1", "courier-2"):
        tour.be(account)
        tour.shoot("home-courier")
        tour.go(chair)
        if tour.page.locator("main .c-next .btn-primary").count():
            break
    tour.shoot("journey-courier")


def production(tour: Tour, chair: str) -> None:
    """A step at the bench: one lot is scanned, one value lies outside its limits."""
    play(chair, "start-batch")
    tour.be("operator-1")
    tour.shoot("home-operator")
    tour.go(chair + "do/complete-steps/")
    tour.scan("MEDIUM-4101") or tour.scan("MEDIUM-4102")
    for value, place in zip(("84.6", "212"), tour.page.locator("[data-measure] input").all(), strict=False):
        place.fill(value)
    tour.shoot("act-step")


def bedside(tour: Tour, ready: str, other: str) -> None:
    """A refusal, a bag at the bed it was made for, and one at the wrong bed."""
    tour.be("celllab-1")
    tour.go(ready + "do/thaw/")
    tour.scan(bag_of(ready))
    tour.page.locator("button[name=go]").click()
    tour.page.wait_for_load_state("networkidle")
    tour.said.clear()  # a refusal is answered with 409
    tour.shoot("refused")
    play(ready, "check-bedside")
    for account in ("nurse-1", "nurse-2", "infusion-1", "infusion-2"):
        tour.be(account)
        tour.go(ready + "do/confirm-bedside/")
        tour.shoot("bedside-second")
        if check(tour, ready, "right"):
            break
        tour.said.clear()  # the first person may not be the second one, too
    tour.shoot("bedside-go")
    play(other, "thaw")
    tour.be("nurse-1")
    tour.go(other + "do/check-bedside/")
    check(tour, other, "wrong")
    tour.shoot("bedside-stop")


def bag_of(therapy: str) -> str:
    """What the tray says on the product bag of a therapy."""
    return "Product bag, therapy " + therapy.partition("chain:")[2][:4]


def check(tour: Tour, therapy: str, wristband: str) -> bool:
    """Scan bag and wristband and send it; whether there is a verdict."""
    tour.scan(bag_of(therapy))
    scan_wristband(tour, therapy, wristband)
    with tour.page.expect_navigation():
        tour.page.locator("button[name=go]").click()
    return "/verdict/" in tour.page.url


def scan_wristband(tour: Tour, therapy: str, which: str) -> None:
    """The wristband of this therapy, or somebody else's."""
    mark = therapy.partition("chain:")[2][:4]
    bands = tour.page.locator("[data-symbol].c-thing-wristband")
    for n in range(bands.count()):
        right = mark in bands.nth(n).inner_text()
        if right == (which == "right"):
            tour.click(bands.nth(n))
            return


def play(therapy: str, to: str) -> None:
    """Acts in between, by the demonstration's own player."""
    chain = therapy.strip("/").rpartition("/")[2]
    subprocess.run(  # noqa: S603 - our own command
        [str(Path(sys.executable).with_name("coign")), "demo", "play", chain, "--to", to],
        check=True,
        capture_output=True,
    )


def main() -> int:
    """Take the pictures; say on one line each what is wrong."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screens from a running demonstration.")
    parser.add_argument("base", help="address of the server, such as http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("docs/screens"), help="folder for the pictures")
    parser.add_argument("--set-up", metavar="LINK", help="take that page alone: the link of an empty installation")
    parser.add_argument("--singles", action="store_true", help="take the pages of one thing alone")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS_PX), help="widths in pixels")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
            tour = Tour(page, asked.base.rstrip("/"), asked.out, asked.widths)
            page.on("console", partial(keep, tour.said))
            if asked.set_up:
                set_up(tour, asked.set_up)
            elif asked.singles:
                singles(tour)
            else:
                walk(tour)
            browser.close()
    except BrowserError as problem:
        print(f"No pictures: {problem.message.splitlines()[0]}", file=sys.stderr)
        return 4
    for line in tour.problems:
        print(line)
    print("All pages fit." if not tour.problems else f"{len(tour.problems)} problems.")
    return 1 if tour.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
