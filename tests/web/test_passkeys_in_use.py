"""Passkeys in use: they sign what was shown, sign in, and show once more who somebody is."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from tests.support.passkey import PRESENT, Passkey, unweb, web
from tests.web.client import Client
from tests.web.passkey_owner import (
    NAMED,
    Owner,
    answer_sign_in,
    enrol,
    options_in,
    receive,
    sign_in_with,
)
from tests.web.site import MAKER, PASSWORD, Site


@pytest.fixture
def owner(site: Site, fresh: Callable[[str], str]) -> Owner:
    return Owner(site, fresh("qa").replace(":", "-").lower())


@pytest.fixture(scope="module")
def signer(site: Site, first_administrator: Client, second_administrator: Client) -> Owner:
    """Somebody whose passkey is enrolled, for tests that change nothing about it."""
    owner = Owner(site, "keys-signer")
    enrol(owner, first_administrator, second_administrator)
    return owner


@pytest.fixture
def lot(site: Site, fresh: Callable[[str], str]) -> str:
    return receive(site, fresh("lot"))


@pytest.fixture(autouse=True)
def _alone(site: Site) -> Iterator[None]:
    """Attempts of one test do not count against the next: they share an address."""
    from django.core.cache import cache

    cache.clear()
    yield


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
def test_signed_in_at_two_stations_no_passkey_signs(
    owner: Owner, first_administrator: Client, second_administrator: Client, lot: str
) -> None:
    enrol(owner, first_administrator, second_administrator)
    shown = owner.shown(lot)
    sign_in_with(owner, choose=False)
    asked = options_in(shown)
    intent = unescape(re.findall(r'name="intent" value="([^"]*)"', shown.content.decode())[0])
    sent = {
        "intent": intent, "method": "webauthn", "credential": asked["names"][web(owner.passkey.id)],
        "value": owner.passkey.sign(unweb(asked["challenge"])).hex(),
    }  # fmt: skip
    assert owner.client.post("/actions/supply.reject_lot/sign/", sent).status_code == 403


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


# Signing in


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
        lambda p: replace(p, said={"origin": "http://below.localhost:8000"}),
        lambda p: replace(p, said={"challenge": "AAAA"}),
    ],
)
def test_what_is_not_the_owners_gesture_signs_nobody_in(signer: Owner, used: Callable[[Passkey], Passkey]) -> None:
    from coign.web.accounts import tally

    signer.register()
    tally.write_all()
    client, before = Client(**NAMED), len(signer.site.security_events("sign_in.failed", what="passkey"))
    assert answer_sign_in(client, used(signer.passkey))["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302
    assert not signer.site.account(signer.name).blocked and signer.site.account(signer.name).failures == 0
    tally.write_all()
    assert len(signer.site.security_events("sign_in.failed", what="passkey")) == before + 1


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
    below = replace(owner.passkey, said={"origin": "http://below.localhost:8000"})
    options = {"publicKey": options_in(client.get("/sign-in/second-factor/"))}
    for wrong in (json.dumps(below.get(options)), "{}", "7"):
        assert client.post("/sign-in/second-factor/", {"credential": wrong}).status_code == 200
        assert client.get("/").status_code == 302
    options = {"publicKey": options_in(client.get("/sign-in/second-factor/"))}
    answer = json.dumps(owner.passkey.get(options))
    assert client.post("/sign-in/second-factor/", {"credential": answer})["Location"] == "/"


def test_a_passkey_shows_once_more_who_one_is(owner: Owner) -> None:
    owner.register()
    client = sign_in_with(owner)
    below = replace(owner.passkey, said={"origin": "http://below.localhost:8000"})
    options = {"publicKey": options_in(client.get("/account/confirm/passkey/"))}
    client.post("/account/confirm/passkey/", {"credential": json.dumps(below.get(options))})
    assert client.get("/account/passkeys/new/")["Location"].startswith("/account/confirm/")
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
