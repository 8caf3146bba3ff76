"""Passkeys at pages: registering, being enrolled by two administrators, signing, signing in, removing."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.passkey import PRESENT, Passkey, unweb, web
from tests.web.site import HOSPITAL, MAKER, PASSWORD, Site

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


@pytest.fixture
def owner(site: Site, fresh: Callable[[str], str]) -> Owner:
    return Owner(site, fresh("qa").replace(":", "-").lower())


@pytest.fixture(scope="module")
def newcomer(site: Site) -> Owner:
    """Somebody who never gets to register a passkey."""
    return Owner(site, "keys-newcomer")


@pytest.fixture(scope="module")
def signer(site: Site, first: Client, second: Client) -> Owner:
    """Somebody whose passkey is enrolled, for tests that change nothing about it."""
    owner = Owner(site, "keys-signer")
    enrol(owner, first, second)
    return owner


@pytest.fixture
def lot(site: Site, fresh: Callable[[str], str]) -> str:
    return receive(site, fresh("lot"))


def receive(site: Site, name: str) -> str:
    site.supplier("medium")
    site.do("supply.receive_lot", "maker-warehouse", lot=name, **LOT)
    return name


@pytest.fixture(scope="module")
def first(site: Site) -> Client:
    return administrator(site, "keys-admin-1")


@pytest.fixture(scope="module")
def second(site: Site) -> Client:
    return administrator(site, "keys-admin-2")


def administrator(site: Site, name: str) -> Client:
    site.add_person(name, HOSPITAL, "admin")
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


# The whole way


@pytest.mark.requirement("CSV-14", "CSV-16", "CSV-18")
def test_a_passkey_is_registered_enrolled_by_two_and_signs_and_the_record_shows_it(
    owner: Owner, first: Client, second: Client, lot: str
) -> None:
    from coign.web.reading import reader
    from coign_verify.intent import cut_intent, intent_hash
    from coign_verify.signatures import METHODS

    registered = owner.register()
    assert registered["Location"] == "/account/factors/recovery/", "its recovery codes are shown once it is the first"
    assert owner.standing() == "Waits for two administrators"
    assert propose(first, owner.name).status_code == 302
    assert owner.standing() == "Waits for the second administrator"
    assert agree(second, owner.name).status_code == 302
    assert owner.standing() == "Signs for you"
    done = owner.sign(lot)
    assert done.status_code == 302, done.content.decode()[-2000:]
    assert "rejected (webauthn)" in unescape(owner.client.get(done["Location"]).content.decode())

    entry = reader().entry(int(done["Location"].split("/")[-2]))
    signature = entry.plain["signature"]
    assert signature["method"] == "webauthn" and signature["credential"].startswith("passkey-")
    digest = intent_hash(cut_intent(entry.body))
    assert METHODS["webauthn"](owner.passkey.enrolled, digest, bytes.fromhex(signature["value"])) is None


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
def test_other_kinds_of_passkeys_sign_as_well(
    owner: Owner, first: Client, second: Client, lot: str, algorithm: str
) -> None:
    owner.passkey = Passkey.of(algorithm)
    enrol(owner, first, second)
    assert owner.sign(lot).status_code == 302


def test_it_signs_over_rest_and_prepare_names_the_method(signer: Owner, lot: str) -> None:
    api = signer.site.api(signer.name)
    command = {"command": {"lot": lot, "why": "the bag leaked"}}
    prepared = api.post("/api/actions/supply.reject_lot/prepare", command).json()
    assert "webauthn" in prepared["needs"]["method"]
    from coign.web.signing.webauthn import credential_of

    signature = {
        "method": "webauthn", "credential": credential_of(signer.passkey.id),
        "value": signer.passkey.sign(bytes.fromhex(prepared["intent_hash"])).hex(),
    }  # fmt: skip
    body = {"intent_hash": prepared["intent_hash"], "signature": signature}
    assert api.post("/api/actions/supply.reject_lot", body).status_code == 201


def test_an_account_of_a_demonstration_may_sign_by_passkey_or_with_its_own_key(
    site: Site, first: Client, second: Client, lot: str, fresh: Callable[[str], str]
) -> None:
    owner = Owner(site, fresh("qa").replace(":", "-").lower(), demonstration=True)
    enrol(owner, first, second)
    page = owner.shown(lot).content.decode()
    assert 'value="webauthn"' in page and 'value="demonstration"' in page


# Registering


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p: replace(p, said={"challenge": "AAAA"}), "no answer to what was asked"),
        (lambda p: replace(p, said={"type": "webauthn.get"}), "no answer to what was asked"),
        (lambda p: replace(p, said={"origin": "https://evil.example"}), "no answer to what was asked"),
        (lambda p: replace(p, host="evil.localhost"), "no answer to what was asked"),
        (lambda p: replace(p, flags=PRESENT), "no answer to what was asked"),
        (lambda p: replace(p, origin="http://a.localhost:8000"), "was made at a.localhost"),
    ],
)
def test_what_does_not_answer_the_question_of_this_page_is_not_registered(
    newcomer: Owner, wrong: Callable[[Passkey], Passkey], words: str
) -> None:
    answer = newcomer.register(wrong(Passkey()))
    assert answer.status_code == 422 and words in unescape(answer.content.decode())
    assert "You have none yet" in newcomer.client.get("/account/passkeys/").content.decode()


@pytest.mark.parametrize("credential", ["", "{", "[]", "7", "{}", '{"id":"AA","rawId":"AA","response":{}}'])
def test_a_broken_answer_registers_nothing(newcomer: Owner, credential: str) -> None:
    newcomer.options()
    answer = newcomer.client.post("/account/passkeys/new/", {"name": "x", "credential": credential})
    assert answer.status_code == 422


def test_an_answer_registers_once(owner: Owner) -> None:
    owner.passkey, answer = owner.passkey.create(owner.options())
    sent = {"name": "Phone", "credential": json.dumps(answer)}
    assert owner.client.post("/account/passkeys/new/", sent).status_code == 302
    assert owner.client.post("/account/passkeys/new/", sent).status_code == 422


def test_only_kinds_of_keys_that_the_record_can_check_are_asked_for(newcomer: Owner) -> None:
    asked = newcomer.options()["publicKey"]
    assert [p["alg"] for p in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["rp"] == {"id": "localhost", "name": "Coign"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"


def test_changing_passkeys_takes_showing_once_more_who_one_is(owner: Owner) -> None:
    assert owner.client.get("/account/passkeys/new/")["Location"].startswith("/account/confirm/")
    owner.register()
    later = sign_in_with(owner)
    pk = re.search(r"/account/passkeys/(\d+)/remove/", later.get("/account/passkeys/").content.decode())
    assert pk is not None
    for address in (f"/account/passkeys/{pk[1]}/remove/", f"/account/passkeys/{pk[1]}/name/"):
        assert later.post(address, {"name": "x"})["Location"].startswith("/account/confirm/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_under_an_address_the_pages_say_that_passkeys_need_a_name(owner: Owner, host: str) -> None:
    client = sign_in(owner.name, HTTP_HOST=f"{host}:8000")
    client.post("/session/elsewhere/", {"choice": "here"})
    client.post("/account/confirm/", {"password": PASSWORD})
    for address in ("/account/passkeys/", "/account/passkeys/new/"):
        page = unescape(client.get(address).content.decode())
        assert f"http://localhost:8000{address}" in page and "data-passkey" not in page
    entrance = Client(HTTP_HOST=f"{host}:8000").get("/sign-in/").content.decode()
    assert "http://localhost:8000/sign-in/" in entrance and "data-passkey" not in entrance


def test_a_page_under_another_host_offers_no_passkey_of_this_one(
    owner: Owner, first: Client, second: Client, lot: str
) -> None:
    enrol(owner, first, second)
    elsewhere = sign_in_with(owner, HTTP_HOST="coign.example")
    page = elsewhere.post("/actions/supply.reject_lot/", {"lot": lot, "why": "the bag leaked"})
    assert page.status_code == 200 and 'value="webauthn"' not in page.content.decode()
    assert 'name="password"' in page.content.decode()


# Being enrolled


@pytest.mark.requirement("CSV-16")
def test_without_proof_of_identity_nothing_is_proposed(owner: Owner, first: Client) -> None:
    owner.register()
    answer = first.post("/people/keys/", rows(first, "propose", owner.name))
    assert answer.status_code == 422 and "shows who the person is" in answer.content.decode()
    assert owner.standing() == "Waits for two administrators"


@pytest.mark.requirement("CSV-18")
def test_the_administrator_who_proposed_cannot_agree(owner: Owner, first: Client, second: Client) -> None:
    owner.register()
    propose(first, owner.name)
    sent = rows(second, "agree", owner.name)
    answer = first.post("/people/keys/", sent)
    assert answer.status_code == 409 and "you proposed this authenticator yourself" in answer.content.decode()
    assert owner.standing() == "Waits for the second administrator"


def test_what_is_agreed_to_is_what_the_page_showed(owner: Owner, first: Client, second: Client) -> None:
    owner.register()
    propose(first, owner.name)
    shown = rows(second, "agree", owner.name)
    owner.site.do(
        "people.propose_authenticator", "hospital-admin", person=f"person:{owner.name}",
        credential=shown["credential"], method="webauthn", public_key=Passkey().enrolled, evidence="cd" * 32,
    )  # fmt: skip
    assert second.post("/people/keys/", shown).status_code == 404
    assert owner.standing() != "Signs for you"


def test_the_owner_and_the_administrators_see_the_same_fingerprint(owner: Owner, first: Client) -> None:
    from coign.web.signing.enrolment import fingerprint

    owner.register()
    words = fingerprint(owner.passkey.enrolled)
    assert words in owner.client.get("/account/passkeys/").content.decode()
    assert words in first.get("/people/keys/").content.decode()


def test_a_declined_request_is_gone_and_can_be_made_again(owner: Owner, first: Client) -> None:
    owner.register()
    first.post("/people/keys/", rows(first, "propose", owner.name) | {"step": "decline"})
    assert owner.standing() == "Does not sign" and rows(first, "propose", owner.name) == {}
    page = owner.client.get("/account/passkeys/").content.decode()
    credential = re.search(r'name="credential" value="(passkey-[^"]+)"', page)
    assert credential is not None
    again = {"credential": credential[1]}
    assert owner.client.post("/account/passkeys/sign/", again).status_code == 302
    assert owner.standing() == "Waits for two administrators"
    assert owner.client.post("/account/passkeys/sign/", again).status_code == 409


def test_a_revoked_passkey_does_not_come_back_by_itself(owner: Owner, first: Client, second: Client, lot: str) -> None:
    enrol(owner, first, second)
    from coign.web.signing.webauthn import credential_of

    credential = credential_of(owner.passkey.id)
    owner.site.do("people.revoke_authenticator", "hospital-admin", person=f"person:{owner.name}", credential=credential)
    owner.client.get("/")  # ends here, as every sign-in of theirs does
    owner.client = sign_in_with(owner)
    assert owner.standing() == "Signs no more" and rows(first, "propose", owner.name) == {}
    assert 'value="webauthn"' not in owner.shown(lot).content.decode()


def test_nobody_else_sees_the_page_of_administrators(owner: Owner) -> None:
    assert owner.client.get("/people/keys/").status_code == 403
    assert owner.client.post("/people/keys/", {"step": "decline", "request": "1"}).status_code == 403


def test_a_step_that_does_not_exist_is_named(first: Client) -> None:
    assert "expected one of propose" in first.post("/people/keys/", {"step": "all"}).content.decode()
    for step in ("propose", "decline", "revoke", "agree"):
        assert first.post("/people/keys/", {"step": step, "request": "0"}).status_code == 404


def test_administrators_see_when_a_passkey_belongs_to_another_host(owner: Owner, site: Site) -> None:
    owner.register()
    site.add_person("keys-admin-3", HOSPITAL, "admin")
    elsewhere = sign_in("keys-admin-3", HTTP_HOST="coign.example")
    assert "not the host of this page" in elsewhere.get("/people/keys/").content.decode()


def test_password_and_code_are_asked_for_in_the_same_way_and_nobody_types_a_key(
    owner: Owner, first: Client, second: Client
) -> None:
    from allauth.mfa.totp.internal import auth

    from coign.kernel.subjects import Person
    from coign.people.views import AUTHORITY
    from coign.web.reading import reader

    ask = {"credential": "password+otp"}
    assert owner.client.post("/account/passkeys/sign/", ask).status_code == 422
    auth.TOTP.activate(owner.site.account(owner.name).user, auth.generate_totp_secret())
    assert owner.client.post("/account/passkeys/sign/", ask).status_code == 302
    propose(first, owner.name)
    agree(second, owner.name)
    enrolled = reader().state(AUTHORITY, Person.of(owner.name)).credentials
    assert [(c.id, c.method) for c in enrolled] == [(f"otp-{owner.name}", "password+otp")]


# Signing


@pytest.mark.requirement("CSV-18")
@pytest.mark.parametrize(
    "used",
    [
        lambda p: Passkey(),
        lambda p: replace(p, flags=PRESENT),
        lambda p: replace(p, host="evil.localhost"),
        lambda p: replace(p, said={"origin": "http://evil.example"}),
    ],
)
def test_what_is_not_the_owners_gesture_at_this_page_signs_nothing(
    signer: Owner, lot: str, used: Callable[[Passkey], Passkey]
) -> None:
    from coign.web.reading import reader

    size = reader().head().size
    assert signer.sign(lot, used(signer.passkey)).status_code == 403
    assert reader().head().size == size


def test_a_passkey_that_is_only_registered_signs_nothing(owner: Owner, lot: str) -> None:
    owner.register()
    page = owner.shown(lot)
    assert 'value="webauthn"' not in page.content.decode()
    from coign.web.signing.webauthn import credential_of

    intent = unescape(re.findall(r'name="intent" value="([^"]*)"', page.content.decode())[0])
    from coign_verify.intent import intent_hash

    value = owner.passkey.sign(intent_hash(intent.encode())).hex()
    sent = {"intent": intent, "method": "webauthn", "credential": credential_of(owner.passkey.id), "value": value}
    assert owner.client.post("/actions/supply.reject_lot/sign/", sent).status_code == 403


def test_a_value_that_is_no_hexadecimal_is_named(signer: Owner, lot: str) -> None:
    answer = signer.sign(lot, value="xyz")
    assert answer.status_code == 422 and "hexadecimal" in answer.content.decode()


def test_the_page_still_offers_the_other_way(signer: Owner, lot: str) -> None:
    page = signer.shown(lot).content.decode()
    assert 'value="password+otp"' in page and page.index('value="webauthn"') < page.index('value="password+otp"')


@pytest.mark.requirement("CSV-23")
def test_signed_in_at_two_stations_no_passkey_signs(owner: Owner, first: Client, second: Client, lot: str) -> None:
    enrol(owner, first, second)
    shown = owner.shown(lot)
    sign_in_with(owner, choose=False)
    asked = options_in(shown)
    intent = unescape(re.findall(r'name="intent" value="([^"]*)"', shown.content.decode())[0])
    sent = {
        "intent": intent, "method": "webauthn", "credential": asked["names"][web(owner.passkey.id)],
        "value": owner.passkey.sign(unweb(asked["challenge"])).hex(),
    }  # fmt: skip
    assert owner.client.post("/actions/supply.reject_lot/sign/", sent).status_code == 403


# Signing in


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


def test_a_passkey_signs_in_without_password_and_code(owner: Owner) -> None:
    owner.register()
    client = Client(**NAMED)
    assert answer_sign_in(client, owner.passkey)["Location"] == "/"
    client.post("/session/elsewhere/", {"choice": "here"})
    assert owner.name in client.get("/").content.decode()


@pytest.mark.parametrize(
    "used",
    [
        lambda p: replace(p, key=Passkey().key),
        lambda p: replace(p, id=b"another"),
        lambda p: replace(p, user=b"zzzz"),
        lambda p: replace(p, flags=PRESENT),
        lambda p: replace(p, host="evil.localhost"),
        lambda p: replace(p, said={"origin": "https://evil.example"}),
        lambda p: replace(p, said={"challenge": "AAAA"}),
    ],
)
def test_what_is_not_the_owners_gesture_signs_nobody_in(signer: Owner, used: Callable[[Passkey], Passkey]) -> None:
    signer.register()
    client = Client(**NAMED)
    assert answer_sign_in(client, used(signer.passkey))["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302
    assert not signer.site.account(signer.name).blocked and signer.site.account(signer.name).failures == 0
    from coign.web.accounts import tally

    tally.write_all()
    assert signer.site.security_events("sign_in.failed")[0]["what"] == "passkey"


def test_an_answer_signs_in_once(owner: Owner) -> None:
    owner.register()
    client, thief = Client(**NAMED), Client(**NAMED)
    options = client.get("/sign-in/passkey/", headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"]
    answer = {"credential": json.dumps(owner.passkey.get(options))}
    assert thief.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/"
    assert client.post("/sign-in/passkey/", answer)["Location"] == "/"
    client.post("/sign-out/")
    assert client.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/"


@pytest.mark.requirement("CSV-21")
def test_a_locked_account_opens_for_no_passkey(owner: Owner) -> None:
    from coign.web.accounts import lockout

    owner.register()
    lockout.block(owner.site.account(owner.name), "test")
    client = Client(**NAMED)
    assert answer_sign_in(client, owner.passkey)["Location"] == "/sign-in/"
    assert "locked" in client.get("/sign-in/").content.decode()
    assert client.get("/").status_code == 302


def test_beside_a_password_a_passkey_is_the_second_factor(owner: Owner) -> None:
    owner.register()
    client = Client(**NAMED)
    asked = client.post("/sign-in/", {"login": owner.name, "password": PASSWORD})
    assert asked["Location"].startswith("/sign-in/second-factor/")
    options = {"publicKey": options_in(client.get("/sign-in/second-factor/"))}
    answer = json.dumps(owner.passkey.get(options))
    assert client.post("/sign-in/second-factor/", {"credential": answer})["Location"] == "/"


def test_a_passkey_shows_once_more_who_one_is(owner: Owner) -> None:
    owner.register()
    client = sign_in_with(owner)
    options = {"publicKey": options_in(client.get("/account/confirm/passkey/"))}
    answer = json.dumps(owner.passkey.get(options))
    sent = {"credential": answer, "next": "/account/passkeys/new/"}
    assert client.post("/account/confirm/passkey/", sent)["Location"] == "/account/passkeys/new/"
    assert client.get("/account/passkeys/new/").status_code == 200


def test_showing_once_more_who_one_is_signs_nobody_out_however_the_password_was_hashed(
    site: Site, fresh: Callable[[str], str]
) -> None:
    from django.contrib.auth.hashers import ScryptPasswordHasher

    name = fresh("qa").replace(":", "-").lower()
    user = site.add_person(name, MAKER, "qa").user
    hasher = ScryptPasswordHasher()
    user.password = hasher.encode(PASSWORD, hasher.salt(), n=2**10)  # quicker than today's: hashed anew when used
    user.save()
    client = Client(**NAMED)
    client.post("/demonstration/continue/", {"as": name})
    client.post("/account/confirm/", {"password": PASSWORD})
    assert client.get("/account/passkeys/new/").status_code == 200


# Renaming and removing


def own_pk(owner: Owner) -> str:
    page = owner.client.get("/account/passkeys/").content.decode()
    return re.findall(r"/account/passkeys/(\d+)/remove/", page)[0]


def test_a_passkey_can_be_called_something_else(owner: Owner) -> None:
    owner.register()
    address = f"/account/passkeys/{own_pk(owner)}/name/"
    assert owner.client.post(address, {"name": "Key of the ward"}).status_code == 302
    assert "Key of the ward" in owner.client.get("/account/passkeys/").content.decode()
    assert owner.client.post(address, {"name": " "}).status_code == 422


@pytest.mark.requirement("CSV-20")
def test_a_removed_passkey_signs_nobody_in_and_administrators_end_it_in_the_record(
    owner: Owner, first: Client, second: Client, lot: str
) -> None:
    from coign.kernel.subjects import Person
    from coign.people.views import AUTHORITY
    from coign.web.reading import reader

    enrol(owner, first, second)
    pk = own_pk(owner)
    said = owner.client.get(f"/account/passkeys/{pk}/remove/").content.decode()
    assert "until an administrator ends it" in said
    assert owner.client.post(f"/account/passkeys/{pk}/remove/").status_code == 302
    assert answer_sign_in(Client(**NAMED), owner.passkey)["Location"] == "/sign-in/"
    assert 'value="webauthn"' not in owner.shown(lot).content.decode()
    person = Person.of(owner.name)
    assert len(reader().state(AUTHORITY, person).credentials) == 1, "only the record ends it"
    assert first.post("/people/keys/", rows(first, "revoke", owner.name)).status_code == 302
    assert reader().state(AUTHORITY, person).credentials == ()
    assert rows(first, "revoke", owner.name) == {}


def test_removing_a_passkey_withdraws_what_was_asked(owner: Owner, first: Client) -> None:
    owner.register()
    owner.client.post(f"/account/passkeys/{own_pk(owner)}/remove/")
    assert rows(first, "propose", owner.name) == {}


def test_nobody_touches_a_passkey_of_somebody_else(owner: Owner, site: Site, fresh: Callable[[str], str]) -> None:
    owner.register()
    other = Owner(site, fresh("qa").replace(":", "-").lower())
    other.prove_again()
    pk = own_pk(owner)
    assert other.client.post(f"/account/passkeys/{pk}/remove/").status_code == 404
    assert other.client.post(f"/account/passkeys/{pk}/name/", {"name": "mine"}).status_code == 404
    from coign.web.signing.webauthn import credential_of

    stolen = {"credential": credential_of(owner.passkey.id)}
    assert other.client.post("/account/passkeys/sign/", stolen).status_code == 404


@pytest.fixture(autouse=True)
def _alone(site: Site) -> Iterator[None]:
    """Attempts of one test do not count against the next: they share an address."""
    from django.core.cache import cache

    cache.clear()
    yield
