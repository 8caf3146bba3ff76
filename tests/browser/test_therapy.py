"""A whole therapy by Tab, Enter and scans alone, on a phone of 360 px: from the patient's enrolment to the infusion."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser.conftest import Demonstration
from tests.browser.hands import Person

from coign.demo import people

pytestmark = pytest.mark.browser
ACTS_MAX = 140
NAMES = "() => [...document.querySelectorAll('#act [name]:not([type=hidden])')].map((e) => e.name)"
MARIA = {
    "family_name": "Silva",
    "given_name": "Maria",
    "birth_date": "1971-02-14",
    "hospital_number": "NH-447998",
}


#: Acts with a page of their own, on which everything that is signed stands line by line.
PAGES = {"quality.certify": "release", "quality.review_audit_trail": "audit-trail"}


class Ward:
    """Everybody who takes part, each in a browser of their own."""

    def __init__(self, browser: Browser, site: Demonstration, folder: Path) -> None:
        self.browser, self.site, self.folder = browser, site, folder
        self.people: dict[str, Person] = {}

    def person(self, account: str) -> Person:
        """Signed in, at the first page."""
        if account in self.people:
            self.people[account].open("/")
        else:
            self.people[account] = Person(self.browser, self.site.base, account)  # who signs in stands there
        return self.people[account]

    def before(self, account: str, address: str) -> Person:
        """Where a link leads on: at the page that their last act left them at, or else at their own list of work."""
        known = self.people.get(account)
        if known is not None and known.page.locator(f'main a[href="{address}"]').count():
            return known
        return self.person(account)

    def do_next(self, root: str) -> str:
        """Whoever's turn it is does the next act, found on a page of their own; the therapy's address afterwards."""
        self.site.ask("wait", root)
        turn = self.site.ask("next", root)
        assert turn["unmet"] == [], (turn["step"], turn["unmet"])
        act, page = f"/journeys/{root}/do/{turn['step']}/", PAGES.get(turn["action"])
        ways = [act] if page is None else [f"/journeys/{root}/{page}/", act]  # line by line, before it is signed
        person = self.before(turn["account"], ways[0])
        for way in ways:
            person.follow(way)
        self.scan_all(person, turn)
        self.write_all(person, turn)
        person.tab_to("button[name=go]")
        person.press("Enter")
        if turn["signed"]:
            assert "/sign" in person.page.url or person.page.locator(".c-intent").count(), self.said(person)
            person.press("Enter")
        assert "/journeys/" in person.page.url and "/do/" not in person.page.url, self.said(person)
        return person.page.url.partition("/journeys/")[2].partition("/")[0].replace("%3A", ":")

    def scan_all(self, person: Person, turn: dict[str, Any]) -> None:
        """Every waiting thing in front of the person is scanned, whatever its order."""
        symbols = {s: None for texts in turn["symbols"].values() for s in texts}
        for symbol in symbols:
            if person.page.locator(".c-target.is-waiting").count():
                person.scan(symbol)
                # A thing that this act does not ask for is said so and changes nothing.

    def write_all(self, person: Person, turn: dict[str, Any]) -> None:
        """Whatever is still to be typed or chosen."""
        zone = people.zone_of(people.account(turn["account"]).organisation)  # type: ignore[union-attr]
        command = dict(turn["command"])
        for measured in command.get("measurements", ()):
            command[f"m-{measured['id']}"] = measured["quantity"]
        for finding in command.get("findings", ()):
            command[f"m-{finding['id']}"] = finding["value"]
        asked = person.page.evaluate(NAMES)
        for name, value in command.items():
            if name not in asked:
                continue
            if name in turn["files"]:
                person.attach(name, base64.b64decode(turn["files"][name]), self.folder)
            else:
                person.fill(name, value["value"] if isinstance(value, dict) else value, zone)

    @staticmethod
    def said(person: Person) -> str:
        """What the page says, for a failing test."""
        return f"{person.account} at {person.page.url}: " + person.page.locator("main").inner_text()[:1500]


def enrol(ward: Ward, **about: str) -> str:
    """A new patient, by keyboard; gives the patient's subject."""
    before = set(ward.site.ask("roots"))
    person = ward.person("coordinator-1")
    person.follow("/actions/clinical.enrol/")
    for name, value in (about or MARIA).items():
        person.tab_to(f"input[name={name}]")
        person.type(value)
    person.tab_to("main button[type=submit]")
    person.press("Enter")
    (root,) = set(ward.site.ask("roots")) - before
    return str(root)


@pytest.mark.walk
@pytest.mark.requirement("TRC-12", "TRC-13", "CSV-29")
def test_a_therapy_goes_from_order_to_infusion_with_tab_enter_and_scans_on_a_phone(
    unpainted: Browser, demonstration: Demonstration, tmp_path: Path
) -> None:
    ward = Ward(unpainted, demonstration, tmp_path)
    root = enrol(ward)
    done = []
    for _ in range(ACTS_MAX):
        turn = demonstration.ask("next", root)
        if turn.get("step") in (None, "record-reaction"):
            break
        root = ward.do_next(root)
        done.append(turn["step"])
        print(len(done), turn["step"], turn["account"], flush=True)
        if turn["step"] == "finish-infusion":
            break
    assert done[-1:] == ["finish-infusion"], done
    assert done.count("fill-bags") == 1 and done.count("place-product") == 2, done
    # The first bag is given: the next one goes the same way, from the freezer on.
    assert demonstration.ask("next", root)["step"] == "issue"
    assert sum(len(person.seen) for person in ward.people.values()) > len(done) * 2


@pytest.mark.requirement("TRC-12")
def test_somebody_elses_wristband_ends_on_a_full_screen_stop(
    unpainted: Browser, demonstration: Demonstration, tmp_path: Path
) -> None:
    ward = Ward(unpainted, demonstration, tmp_path)
    other = enrol(ward, given_name="Elena", family_name="Thal", birth_date="1958-07-03", hospital_number="NH-402999")
    root = enrol(ward, given_name="Jon", family_name="Kral", birth_date="1984-09-30", hospital_number="NH-402777")
    demonstration.ask("play", root, "slot")
    chain = demonstration.ask("chain", root)
    demonstration.ask("wait", chain)
    turn = demonstration.ask("next", chain)
    person = ward.person(turn["account"])
    person.follow(f"/journeys/{chain}/do/{turn['step']}/")
    person.page.evaluate("window.stays = true")
    # Faster than the page answers: none is lost, the last one counts.
    person.scan(*turn["symbols"]["wristband"], demonstration.ask("wristband", other))
    assert person.page.evaluate("window.stays"), "the page did not stay"
    person.tab_to("button[name=go]")
    person.press("Enter")
    assert person.page.locator(".c-verdict-stop h1").inner_text() == "STOP"
    assert person.page.locator(".c-match .is-different").count() >= 3
    assert person.page.locator("text=NH-402999").count()
    assert "Do not start" in person.page.locator(".c-verdict-stop p").inner_text()
