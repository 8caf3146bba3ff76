"""Passkeys in a real browser with an authenticator of its own: registered, enrolled by two, signed with."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page
from tests.browser.conftest import Demonstration
from tests.browser.hands import PHONE

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


#: The one key on the administrators' page that signs at a host: others may wait beside it.
PASSKEY = "main form:has(dd:text-is('localhost'))"


class Station:
    """One person at a browser with a built-in authenticator, under a host with a name."""

    def __init__(self, browser: Browser, site: Demonstration, account: str) -> None:
        self.base, self.account = site.base.replace("127.0.0.1", "localhost"), account
        self.password = str(site.ask("sign-in", account)["password"])
        self.page: Page = browser.new_context(viewport=PHONE, reduced_motion="reduce").new_page()
        self.devices: CDPSession = self.page.context.new_cdp_session(self.page)
        self.devices.send("WebAuthn.enable")
        added: dict[str, Any] = self.devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.device = str(added["authenticatorId"])
        self.refused: list[str] = []
        self.page.on("console", lambda said: self.refused.append(said.text) if "Policy" in said.text else None)
        self.open("/sign-in/")
        self.press(f'button[name=as][value="{account}"]')

    def open(self, address: str) -> None:
        self.page.goto(self.base + address)
        self.fits()

    def press(self, selector: str) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)
        self.fits()

    def fits(self) -> None:
        """Nothing scrolls sideways on a phone."""
        wide = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], self.page.url

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        found: dict[str, Any] = self.devices.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        return list(found["credentials"])

    def register(self) -> None:
        self.open("/account/passkeys/new/")
        self.page.fill("#id_password", self.password)  # shows once more who one is
        self.press("main button[type=submit]")
        self.page.fill("#passkey-name", "Phone of the ward")
        self.press("[data-passkey-go]")


@pytest.fixture(scope="module")
def qa(chromium: Browser, demonstration: Demonstration) -> Iterator[Station]:
    """A quality assurer whose passkey two administrators have enrolled."""
    station = Station(chromium, demonstration, "qa-1")
    station.register()
    for account, button in (("admin-1", "Propose"), ("admin-2", "Agree")):
        administrator = Station(chromium, demonstration, account)
        administrator.open("/people/keys/")
        if button == "Propose":
            paper = {"name": "check.pdf", "mimeType": "application/pdf", "buffer": b"passport seen, face compared"}
            administrator.page.set_input_files(f"{PASSKEY} input[type=file]", paper)
        administrator.press(f"{PASSKEY} button:has-text('{button}')")
        assert administrator.refused == []
        administrator.page.context.close()
    yield station
    assert station.refused == [], "the strict policy allows everything that these pages do"
    station.page.context.close()


def show(station: Station, lot: str) -> None:
    """What is to be signed: that this lot, one of those in quarantine, may be used."""
    station.open("/actions/supply.approve_lot/")
    station.page.fill("[name=lot]", lot)
    station.press("main form button[type=submit]")


@pytest.mark.requirement("CSV-14", "CSV-18")
def test_a_passkey_is_registered_enrolled_and_signs_by_one_press(qa: Station) -> None:
    qa.open("/account/passkeys/")
    assert "Signs for you" in qa.page.inner_text("main")
    show(qa, "MEDIUM-4102")
    before = qa.credentials()[0]["signCount"]
    with qa.page.expect_navigation(wait_until="load"):
        qa.page.keyboard.press("Enter")  # the button has the focus
    assert "/entries/" in qa.page.url, qa.page.inner_text("main")
    assert "approved (webauthn)" in qa.page.inner_text("main")
    assert qa.credentials()[0]["signCount"] == before + 1


def test_whoever_the_device_does_not_know_signs_nothing_and_is_told(qa: Station) -> None:
    show(qa, "VECTOR-4102")
    verified = {"authenticatorId": qa.device, "isUserVerified": False}
    qa.devices.send("WebAuthn.setUserVerified", verified)
    qa.page.click("[data-passkey-go]")
    qa.page.wait_for_selector("[data-passkey-error]:not([hidden])")
    assert "Nothing was signed" in qa.page.inner_text("[data-passkey-error]")
    qa.devices.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
    qa.press("[data-passkey-go]")
    assert "approved (webauthn)" in qa.page.inner_text("main")


def test_without_the_passkey_the_other_way_still_signs(qa: Station) -> None:
    show(qa, "BEADS-4102")
    qa.page.click("details.c-behind:has(form) summary")
    qa.press("details.c-behind button[type=submit]")
    assert "approved (demonstration)" in qa.page.inner_text("main")


def test_the_passkey_signs_in_by_one_press_and_the_same_device_is_not_registered_twice(qa: Station) -> None:
    qa.page.context.clear_cookies(name="coign_session")
    qa.open("/sign-in/")
    qa.press("[data-passkey-go]")
    if "elsewhere" in qa.page.url:
        qa.press("button[value=here]")
    assert qa.page.locator(f"body[data-person='person:{qa.account}']").count() == 1
    qa.open("/account/passkeys/new/")
    qa.page.fill("#id_password", qa.password)
    qa.press("main button[type=submit]")
    qa.page.click("[data-passkey-go]")
    qa.page.wait_for_selector("[data-passkey-error]:not([hidden])")
    assert "holds a passkey of yours already" in qa.page.inner_text("[data-passkey-error]")


def test_under_an_address_the_page_leads_to_the_same_page_under_a_name(
    chromium: Browser, demonstration: Demonstration
) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(demonstration.base + "/sign-in/")
    assert page.locator("[data-passkey]").count() == 0
    page.click("a:has-text('localhost')")
    assert page.url.startswith("http://localhost:")
    page.wait_for_selector("[data-passkey-go]", state="visible")
    context.close()


def test_without_scripts_no_button_promises_what_it_cannot_do(chromium: Browser, demonstration: Demonstration) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(demonstration.base.replace("127.0.0.1", "localhost") + "/sign-in/")
    assert page.is_hidden("[data-passkey-go]")
    assert "Passkeys need scripts" in page.inner_text("main")
    assert page.is_visible("#id_password")
    context.close()
