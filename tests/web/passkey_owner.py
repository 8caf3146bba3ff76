"""Somebody with a passkey at a browser of their own, and administrators who enrol it: for the tests of passkeys."""

import json
import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.passkey import Passkey, unweb, web
from tests.web.client import Client
from tests.web.site import MAKER, PASSWORD, Site

LOT = {"material": "medium", "supplier": "supplier:acme", "expires": "2029-01-01T00:00:00Z", "certificate": "ab" * 32}
NAMED = {"HTTP_HOST": "localhost:8000"}


class Owner:
    """A quality assurer of the maker at a browser of their own, under a host with a name."""

    def __init__(self, site: Site, name: str, *, demonstration: bool = False) -> None:
        site.add_person(name, MAKER, "qa", demonstration=demonstration)
        self.site, self.name = site, name
        self.client = sign_in(name)
        self.passkey = Passkey()
        self._proved = False

    def prove_again(self) -> None:
        if not self._proved:
            self.client.post("/account/confirm/", {"password": PASSWORD})
        self._proved = True

    def options(self) -> dict[str, Any]:
        self.prove_again()
        return {"publicKey": options_in(self.client.get("/account/passkeys/new/"))}

    def register(self, passkey: Passkey | None = None) -> Any:
        self.passkey, answer = (passkey or self.passkey).create(self.options())
        return self.client.post("/account/passkeys/new/", {"name": "Phone", "credential": json.dumps(answer)})

    def standing(self) -> str:
        page = unescape(self.client.get("/account/passkeys/").content.decode())
        return str(re.findall(r'class="c-chip is-\w+">.*?<span>([^<]+)</span>', page, re.DOTALL)[0])

    def shown(self, lot: str) -> Any:
        return self.client.post("/actions/supply.reject_lot/", {"lot": lot, "why": "the bag leaked"})

    def sign(self, lot: str, passkey: Passkey | None = None, **given: str) -> Any:
        """Sign what is shown, as the page's script does."""
        page = self.shown(lot)
        asked, hidden = options_in(page), dict(re.findall(r'name="(intent)" value="([^"]*)"', page.content.decode()))
        value = (passkey or self.passkey).sign(unweb(asked["challenge"])).hex()
        credential = asked["names"].get(web(self.passkey.id), "")
        sent = {"intent": unescape(hidden["intent"]), "method": "webauthn", "credential": credential, "value": value}
        return self.client.post("/actions/supply.reject_lot/sign/", sent | given)


def options_in(page: Any) -> dict[str, Any]:
    """What the page's script hands to the browser."""
    assert page.status_code == 200, page.content.decode()[-2000:]
    found = re.search(r'data-options="([^"]*)"', page.content.decode())
    assert found is not None, page.content.decode()[-3000:]
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


def sign_in(name: str, **server: str) -> Client:
    client = Client(**(NAMED | server))
    assert client.post("/sign-in/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def receive(site: Site, name: str) -> str:
    site.supplier("medium")
    site.do("supply.receive_lot", "maker-warehouse", lot=name, **LOT)
    return name


def administrator(site: Site, name: str) -> Client:
    site.add_person(name, MAKER, "admin")
    return sign_in(name)


def rows(client: Client, step: str, name: str) -> dict[str, str]:
    """The hidden fields of one person's row on the administrators' page; empty when it is not there."""
    page = client.get("/people/keys/").content.decode()
    for form in re.findall(r'<form class="c-stack c-key".*?</form>', page, re.DOTALL):
        if f">{name}</span>" in form and re.search(rf'name="step" value="{step}"', form):
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
            return {n: unescape(v) for n, v in fields.items()} | {"step": step}
    return {}


def propose(client: Client, name: str) -> Any:
    paper = SimpleUploadedFile("check.pdf", b"passport seen, face compared")
    return client.post("/people/keys/", rows(client, "propose", name) | {"evidence": paper})


def agree(client: Client, name: str) -> Any:
    return client.post("/people/keys/", rows(client, "agree", name))


def enrol(owner: Owner, first: Client, second: Client) -> None:
    assert owner.register().status_code == 302
    assert propose(first, owner.name).status_code == 302
    assert agree(second, owner.name).status_code == 302
    assert owner.standing() == "Signs for you"


def sign_in_with(owner: Owner, passkey: Passkey | None = None, *, choose: bool = True, **server: str) -> Client:
    """A further browser in which the owner signs in by passkey; it is the one that goes on."""
    client = Client(**(NAMED | server))
    if server:  # another host: the passkey is not known there
        client.post("/sign-in/", {"login": owner.name, "password": PASSWORD})
        codes = re.findall(r"\b\d{8}\b", owner.client.get("/account/factors/recovery/").content.decode())
        client.post("/sign-in/second-factor/", {"code": codes[0]})
    else:
        answer_sign_in(client, passkey or owner.passkey)
    if choose:
        client.post("/session/elsewhere/", {"choice": "here"})
    return client


def answer_sign_in(client: Client, passkey: Passkey) -> Any:
    options = client.get("/sign-in/passkey/", headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"]
    return client.post("/sign-in/passkey/", {"credential": json.dumps(passkey.get(options))})
