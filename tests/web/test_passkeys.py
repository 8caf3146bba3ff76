"""Passkeys and signing keys at pages: registered by their owner, enrolled by two administrators, removed."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from tests.support.passkey import PRESENT, Passkey
from tests.web.client import Client
from tests.web.passkey_owner import (
    NAMED,
    Owner,
    agree,
    answer_sign_in,
    enrol,
    propose,
    receive,
    rows,
    sign_in,
    sign_in_with,
)
from tests.web.site import MAKER, PASSWORD, Site


@pytest.fixture
def owner(site: Site, fresh: Callable[[str], str]) -> Owner:
    return Owner(site, fresh("qa").replace(":", "-").lower())


@pytest.fixture(scope="module")
def newcomer(site: Site) -> Owner:
    """Somebody who never gets to register a passkey."""
    return Owner(site, "keys-newcomer")


@pytest.fixture
def lot(site: Site, fresh: Callable[[str], str]) -> str:
    return receive(site, fresh("lot"))


@pytest.fixture(autouse=True)
def _alone(site: Site) -> Iterator[None]:
    """Attempts of one test do not count against the next: they share an address."""
    from django.core.cache import cache

    cache.clear()
    yield


# The whole way


@pytest.mark.requirement("CSV-14", "CSV-16", "CSV-18")
def test_a_passkey_is_registered_enrolled_by_two_and_signs_and_the_record_shows_it(
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str
) -> None:
    from coign.web.reading import reader
    from coign_verify.intent import cut_intent, intent_hash
    from coign_verify.signatures import METHODS

    registered = owner.register()
    assert registered["Location"] == "/account/factors/recovery/", "its recovery codes are shown once it is the first"
    assert owner.standing() == "Waits for two administrators"
    assert propose(first_administrator, owner.name).status_code == 302
    assert owner.standing() == "Waits for the second administrator"
    assert agree(second_administrator, owner.name).status_code == 302
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
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str, algorithm: str
) -> None:
    owner.passkey = Passkey.of(algorithm)
    enrol(owner, first_administrator, second_administrator)
    assert owner.sign(lot).status_code == 302


def test_an_account_of_a_demonstration_may_sign_by_passkey_or_with_its_own_key(
    site: Site, first_administrator: Client, second_administrator: Client, lot: str, fresh: Callable[[str], str]
) -> None:
    owner = Owner(site, fresh("qa").replace(":", "-").lower(), demonstration=True)
    enrol(owner, first_administrator, second_administrator)
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
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str
) -> None:
    enrol(owner, first_administrator, second_administrator)
    elsewhere = sign_in_with(owner, HTTP_HOST="coign.example")
    page = elsewhere.post("/actions/supply.reject_lot/", {"lot": lot, "why": "the bag leaked"})
    assert page.status_code == 200 and 'value="webauthn"' not in page.content.decode()
    assert 'name="password"' in page.content.decode()


# Being enrolled


@pytest.mark.requirement("CSV-16")
def test_without_proof_of_identity_nothing_is_proposed(owner: Owner, first_administrator: Client) -> None:
    owner.register()
    answer = first_administrator.post("/people/keys/", rows(first_administrator, "propose", owner.name))
    assert answer.status_code == 422 and "shows who the person is" in answer.content.decode()
    assert owner.standing() == "Waits for two administrators"


@pytest.mark.requirement("CSV-18")
def test_the_administrator_who_proposed_cannot_agree(
    owner: Owner, first_administrator: Client, second_administrator: Client
) -> None:
    owner.register()
    propose(first_administrator, owner.name)
    sent = rows(second_administrator, "agree", owner.name)
    answer = first_administrator.post("/people/keys/", sent)
    assert answer.status_code == 409 and "you proposed this authenticator yourself" in answer.content.decode()
    assert owner.standing() == "Waits for the second administrator"


def test_what_is_agreed_to_is_what_the_page_showed(
    owner: Owner, first_administrator: Client, second_administrator: Client
) -> None:
    owner.register()
    propose(first_administrator, owner.name)
    shown = rows(second_administrator, "agree", owner.name)
    owner.site.do(
        "people.propose_authenticator", owner.site.administrator(1, MAKER), person=f"person:{owner.name}",
        credential=shown["credential"], method="webauthn", public_key=Passkey().enrolled, evidence="cd" * 32,
    )  # fmt: skip
    assert second_administrator.post("/people/keys/", shown).status_code == 404
    assert owner.standing() != "Signs for you"


def test_the_owner_and_the_administrators_see_the_same_fingerprint(owner: Owner, first_administrator: Client) -> None:
    from coign.web.signing.enrolment import fingerprint

    owner.register()
    words = fingerprint(owner.passkey.enrolled)
    assert words in owner.client.get("/account/passkeys/").content.decode()
    assert words in first_administrator.get("/people/keys/").content.decode()


def test_a_declined_request_is_gone_and_can_be_made_again(owner: Owner, first_administrator: Client) -> None:
    owner.register()
    first_administrator.post("/people/keys/", rows(first_administrator, "propose", owner.name) | {"step": "decline"})
    assert owner.standing() == "Does not sign" and rows(first_administrator, "propose", owner.name) == {}
    page = owner.client.get("/account/passkeys/").content.decode()
    credential = re.search(r'name="credential" value="(passkey-[^"]+)"', page)
    assert credential is not None
    again = {"credential": credential[1]}
    assert owner.client.post("/account/passkeys/sign/", again).status_code == 302
    assert owner.standing() == "Waits for two administrators"
    assert owner.client.post("/account/passkeys/sign/", again).status_code == 409


def test_a_revoked_passkey_does_not_come_back_by_itself(
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str
) -> None:
    enrol(owner, first_administrator, second_administrator)
    from coign.web.signing.webauthn import credential_of

    credential = credential_of(owner.passkey.id)
    admin = owner.site.administrator(1, MAKER)
    owner.site.do("people.revoke_authenticator", admin, person=f"person:{owner.name}", credential=credential)
    owner.client.get("/")  # ends here, as every sign-in of theirs does
    owner.client = sign_in_with(owner)
    assert owner.standing() == "Signs no more" and rows(first_administrator, "propose", owner.name) == {}
    assert 'value="webauthn"' not in owner.shown(lot).content.decode()


def test_nobody_else_sees_the_page_of_administrators(owner: Owner) -> None:
    assert owner.client.get("/people/keys/").status_code == 403
    assert owner.client.post("/people/keys/", {"step": "decline", "request": "1"}).status_code == 403


def test_a_step_that_does_not_exist_is_named(first_administrator: Client) -> None:
    assert "expected one of propose" in first_administrator.post("/people/keys/", {"step": "all"}).content.decode()
    for step in ("propose", "decline", "revoke", "agree"):
        assert first_administrator.post("/people/keys/", {"step": step, "request": "0"}).status_code == 404


def test_administrators_see_when_a_passkey_belongs_to_another_host(owner: Owner, site: Site) -> None:
    owner.register()
    site.add_person("other-host-admin", MAKER, "admin")
    elsewhere = sign_in("other-host-admin", HTTP_HOST="coign.example")
    assert "not the host of this page" in elsewhere.get("/people/keys/").content.decode()


def test_password_and_code_are_asked_for_in_the_same_way_and_nobody_types_a_key(
    owner: Owner, first_administrator: Client, second_administrator: Client
) -> None:
    from allauth.mfa.totp.internal import auth

    from coign.kernel.subjects import Person
    from coign.people.views import AUTHORITY
    from coign.web.reading import reader

    ask = {"credential": "password+otp"}
    assert owner.client.post("/account/passkeys/sign/", ask).status_code == 422
    auth.TOTP.activate(owner.site.account(owner.name).user, auth.generate_totp_secret())
    assert owner.client.post("/account/passkeys/sign/", ask).status_code == 302
    propose(first_administrator, owner.name)
    agree(second_administrator, owner.name)
    enrolled = reader().state(AUTHORITY, Person.of(owner.name)).credentials
    assert [(c.id, c.method) for c in enrolled] == [(f"otp-{owner.name}", "password+otp")]


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
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str
) -> None:
    from coign.kernel.subjects import Person
    from coign.people.views import AUTHORITY
    from coign.web.reading import reader

    enrol(owner, first_administrator, second_administrator)
    pk = own_pk(owner)
    said = owner.client.get(f"/account/passkeys/{pk}/remove/").content.decode()
    assert "until an administrator ends it" in said
    assert owner.client.post(f"/account/passkeys/{pk}/remove/").status_code == 302
    assert answer_sign_in(Client(**NAMED), owner.passkey)["Location"] == "/sign-in/"
    assert 'value="webauthn"' not in owner.shown(lot).content.decode()
    person = Person.of(owner.name)
    assert len(reader().state(AUTHORITY, person).credentials) == 1, "only the record ends it"
    assert first_administrator.post("/people/keys/", rows(first_administrator, "revoke", owner.name)).status_code == 302
    assert reader().state(AUTHORITY, person).credentials == ()
    assert rows(first_administrator, "revoke", owner.name) == {}


def test_removing_a_passkey_withdraws_what_was_asked(owner: Owner, first_administrator: Client) -> None:
    owner.register()
    owner.client.post(f"/account/passkeys/{own_pk(owner)}/remove/")
    assert rows(first_administrator, "propose", owner.name) == {}


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
