"""Signing over REST and at pages: by device, by a demonstration's key, by password and code."""

import base64
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from tests.web.client import Client
from tests.web.site import MAKER, PASSWORD, Site, open_site

from coign.database import Database
from coign.kernel.subjects import Organisation, Person
from coign_verify.intent import cut_intent, intent_hash

LOT = {"material": "medium", "supplier": "supplier:acme", "expires": "2029-01-01T00:00:00Z", "certificate": "ab" * 32}
WHY = "the bag leaked"


@pytest.fixture
def lot(site: Site, fresh: Callable[[str], str]) -> str:
    """A lot that the maker's warehouse received."""
    return receive(site, fresh("lot"))


def receive(site: Site, name: str) -> str:
    site.supplier("medium")
    site.do("supply.receive_lot", "maker-warehouse", lot=name, **LOT)
    return name


def enrol(site: Site, name: str, credential: str, method: str, public_key: str) -> None:
    """Two administrators enrol a key for somebody."""
    person = f"person:{name}"
    site.do(
        "people.propose_authenticator", site.administrator(1, MAKER),
        person=person, credential=credential, method=method, public_key=public_key, evidence="cd" * 32,
    )  # fmt: skip
    site.do("people.confirm_authenticator", site.administrator(2, MAKER), person=person, credential=credential)


def enrol_server_key(site: Site, name: str, method: str) -> str:
    """Enrol the key that the server holds for this person and method; gives the public key."""
    from coign.web.signing import keys

    person = Person.of(name)
    public = keys.public_key_for(person, method)
    enrol(site, name, keys.credential_of(person, method), method, public)
    return public


@pytest.fixture
def qa(site: Site, fresh: Callable[[str], str]) -> str:
    """A quality assurer of the maker in the demonstration, with the key that the server holds for them."""
    name = fresh("qa").replace(":", "-").lower()
    site.add_person(name, MAKER, "qa")
    enrol_server_key(site, name, "demonstration")
    return name


def prepare(api: Any, lot: str, **headers: str) -> dict[str, Any]:
    response = api.post("/api/actions/supply.reject_lot/prepare", {"command": {"lot": lot, "why": WHY}}, **headers)
    assert response.status_code == 200, response.content
    prepared: dict[str, Any] = response.json()
    return prepared


def sign(api: Any, prepared: dict[str, Any], **signature: str) -> Any:
    body = {"intent_hash": prepared["intent_hash"], "signature": signature}
    return api.post("/api/actions/supply.reject_lot", body)


def entry_of(site: Site, response: Any, reader: str) -> bytes:
    position = response.json()["entries"][0]["position"]
    return base64.b64decode(site.api(reader).get(f"/api/entries/{position}").json()["body"])


def test_what_is_prepared_is_what_will_be_signed(site: Site, qa: str, lot: str) -> None:
    prepared = prepare(site.api(qa), lot)
    assert intent_hash(prepared["intent"].encode()).hex() == prepared["intent_hash"]
    assert prepared["needs"]["meaning"] == "rejected" and "demonstration" in prepared["needs"]["method"]
    assert prepared["shown"]["command"]["lot"] == lot and prepared["expires_at"] == prepared["shown"]["expires"]
    assert WHY not in prepared["intent"]


@pytest.mark.requirement("CSV-14")
def test_an_account_of_a_demonstration_signs_with_its_own_key_and_the_record_says_so(
    site: Site, qa: str, lot: str
) -> None:
    from coign.web.signing import keys

    api = site.api(qa)
    response = sign(api, prepare(api, lot), method="demonstration")
    assert response.status_code == 201, response.content
    entry = entry_of(site, response, qa)
    import json

    signature = json.loads(entry)["signature"]
    assert signature["method"] == "demonstration"
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys.public_key_for(Person.of(qa), "demonstration")))
    public.verify(bytes.fromhex(signature["value"]), intent_hash(cut_intent(entry)))


def test_a_retry_of_a_signed_action_is_answered_not_repeated(site: Site, qa: str, lot: str) -> None:
    api = site.api(qa)
    prepared = prepare(api, lot)
    first, second = (sign(api, prepared, method="demonstration") for _ in range(2))
    assert first.content == second.content and second["Idempotent-Replayed"] == "true"


def test_a_device_signs_for_itself(site: Site, qa: str, lot: str) -> None:
    key, api = Ed25519PrivateKey.generate(), site.api(qa)
    enrol(site, qa, "device-1", "ed25519", key.public_key().public_bytes_raw().hex())
    prepared = prepare(api, lot)
    digest = bytes.fromhex(prepared["intent_hash"])
    forged = sign(
        api, prepared, method="ed25519", credential="device-1", value=Ed25519PrivateKey.generate().sign(digest).hex()
    )
    assert forged.status_code == 403
    signed = sign(api, prepared, method="ed25519", credential="device-1", value=key.sign(digest).hex())
    assert signed.status_code == 201, signed.content


@pytest.mark.requirement("CSV-14")
def test_a_signature_moved_to_another_intent_does_not_verify(
    site: Site, qa: str, lot: str, fresh: Callable[[str], str]
) -> None:
    key, api = Ed25519PrivateKey.generate(), site.api(qa)
    enrol(site, qa, "device-1", "ed25519", key.public_key().public_bytes_raw().hex())
    one, other = prepare(api, lot), prepare(api, receive(site, fresh("lot")))
    grafted = key.sign(bytes.fromhex(one["intent_hash"])).hex()
    assert sign(api, other, method="ed25519", credential="device-1", value=grafted).status_code == 403


def test_without_a_signature_a_signed_action_is_not_performed(site: Site, qa: str, lot: str) -> None:
    response = site.api(qa).act("supply.reject_lot", lot=lot, why=WHY)
    assert response.status_code == 422 and response.json()["errors"][0]["field"] == "signature"


def test_somebody_elses_intent_cannot_be_signed(site: Site, qa: str, lot: str, fresh: Callable[[str], str]) -> None:
    other = fresh("qa").replace(":", "-").lower()
    site.add_person(other, MAKER, "qa")
    enrol_server_key(site, other, "demonstration")
    assert sign(site.api(other), prepare(site.api(qa), lot), method="demonstration").status_code == 404


@pytest.mark.requirement("CSV-16")
def test_a_key_that_was_never_enrolled_signs_nothing(site: Site, lot: str, fresh: Callable[[str], str]) -> None:
    name = fresh("qa").replace(":", "-").lower()
    site.add_person(name, MAKER, "qa")
    api = site.api(name)
    assert sign(api, prepare(api, lot), method="demonstration").status_code == 403


def test_a_token_without_that_scope_does_not_sign(site: Site, qa: str, lot: str) -> None:
    api = site.api(qa, "read", "act")
    assert sign(api, prepare(api, lot), method="demonstration").status_code == 403


@pytest.mark.requirement("CSV-08")
def test_a_role_taken_away_between_looking_and_signing_counts(site: Site, qa: str, lot: str) -> None:
    api = site.api(qa)
    prepared = prepare(api, lot)
    site.do("people.revoke_role", site.administrator(1, MAKER), person=f"person:{qa}", role="qa", organisation=MAKER)
    assert sign(api, prepared, method="demonstration").status_code == 403


@pytest.fixture
def real(site: Site, database: Database, home: Path) -> Iterator[Site]:
    """A record that is no demonstration, in the same installation."""
    with open_site(database, home, demonstration=False) as opened:
        yield opened


def test_a_record_that_is_no_demonstration_takes_no_demonstration_key(real: Site) -> None:
    real.add_person("real-qa", MAKER, "qa")
    enrol_server_key(real, "real-qa", "demonstration")
    api, lot = real.api("real-qa"), receive(real, "lot:REAL1")
    prepared = prepare(api, lot)
    assert "demonstration" not in prepared["needs"]["method"]
    assert sign(api, prepared, method="demonstration").status_code == 403
    assert Client().get("/health").json()["demonstration"] is False


# Password and code, at a page


class Signer:
    """Somebody with password and authenticator, at their own browser."""

    def __init__(self, site: Site, name: str) -> None:
        from allauth.mfa.totp.internal import auth

        site.add_person(name, MAKER, "qa", demonstration=False)
        self.public = enrol_server_key(site, name, "password+otp")
        self.name, self._auth = name, auth
        self._secret = auth.generate_totp_secret()
        self.client = site.browser(name)  # before there is a second factor, so that one code is left for signing
        auth.TOTP.activate(site.account(name).user, self._secret)

    def code(self) -> str:
        return str(
            self._auth.format_hotp_value(
                self._auth.hotp_value(self._secret, list(self._auth.yield_hotp_counters_from_time())[1])
            )
        )

    def shown(self, lot: str) -> dict[str, str]:
        """The page that shows what is signed: its hidden fields."""
        page = self.client.post("/actions/supply.reject_lot/", {"lot": lot, "why": WHY})
        assert page.status_code == 200 and "You sign exactly this" in page.content.decode()
        return hidden(page)

    def sign(self, shown: dict[str, str], **proof: str) -> Any:
        return self.client.post("/actions/supply.reject_lot/sign/", shown | proof)


def hidden(page: Any) -> dict[str, str]:
    found = re.findall(r'name="(intent|method|shown)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in found}


@pytest.fixture
def signer(site: Site, fresh: Callable[[str], str]) -> Signer:
    return Signer(site, fresh("qa").replace(":", "-").lower())


@pytest.mark.requirement("CSV-17", "CSV-13")
def test_the_first_signing_takes_password_and_code_a_later_one_takes_one_of_them(
    site: Site, signer: Signer, lot: str, fresh: Callable[[str], str]
) -> None:
    shown = signer.shown(lot)
    assert shown["method"] == "password+otp"
    alone = signer.sign(shown, password=PASSWORD)
    assert alone.status_code == 422 and "your password and a code" in alone.content.decode()
    assert signer.sign(hidden(alone), password=PASSWORD, code="000000").status_code == 403
    done = signer.sign(shown, password=PASSWORD, code=signer.code())
    assert done.status_code == 302, done.content.decode()[-3000:]
    receipt = unescape(signer.client.get(done["Location"]).content.decode())
    assert "rejected (password+otp)" in receipt
    later = signer.sign(signer.shown(receive(site, fresh("lot"))), password=PASSWORD)
    assert later.status_code == 302


def test_a_code_signs_once(site: Site, signer: Signer, lot: str, fresh: Callable[[str], str]) -> None:
    code = signer.code()
    assert signer.sign(signer.shown(lot), password=PASSWORD, code=code).status_code == 302
    assert signer.sign(signer.shown(receive(site, fresh("lot"))), code=code).status_code == 403


@pytest.mark.requirement("CSV-21")
def test_wrong_proofs_count_and_lock_the_account(site: Site, signer: Signer, lot: str) -> None:
    shown = signer.shown(lot)
    for _ in range(3):
        signer.sign(shown, password="not this one at all", code="000000")
    assert site.account(signer.name).failures == 3


def test_an_intent_changed_in_the_browser_is_not_known(signer: Signer, lot: str) -> None:
    shown = signer.shown(lot)
    changed = shown | {"intent": shown["intent"].replace('"rejected"', '"approved"')}
    assert signer.sign(changed, password=PASSWORD, code=signer.code()).status_code == 404


@pytest.mark.requirement("CSV-23")
def test_signing_stops_at_both_stations_and_the_account_is_locked(site: Site, signer: Signer, lot: str) -> None:
    shown = signer.shown(lot)
    from coign.web.accounts import stations
    from coign.web.accounts.models import Presence

    account = site.account(signer.name)
    second = Client()  # password first, then the code: signed in elsewhere, not yet chosen
    second.post("/sign-in/", {"login": signer.name, "password": PASSWORD})
    second.post("/sign-in/second-factor/", {"code": signer.code()})
    assert Presence.objects.filter(account=account).count() == 2 and stations.is_contested(account)
    assert signer.sign(shown, password=PASSWORD).status_code == 403
    assert site.account(signer.name).blocked
    assert any(e["person"] == f"person:{signer.name}" for e in site.security_events("signing.contested"))
    assert signer.client.get("/").status_code == second.get("/").status_code == 302


def test_password_and_code_are_never_taken_with_a_token(site: Site, signer: Signer, lot: str) -> None:
    api = site.api(signer.name)
    response = sign(api, prepare(api, lot), method="password+otp", password=PASSWORD, code=signer.code())
    assert response.status_code == 403


@pytest.mark.requirement("CSV-18")
def test_an_administrator_who_resets_a_password_still_cannot_sign_as_that_person(
    site: Site, signer: Signer, lot: str
) -> None:
    user = site.account(signer.name).user
    user.set_password("another quite long phrase")
    user.save()
    thief = Client()
    answer = thief.post("/sign-in/", {"login": signer.name, "password": "another quite long phrase"})
    assert answer["Location"].startswith("/sign-in/second-factor/"), "the factor is the owner's"
    assert thief.get("/").status_code == 302


def test_organisations_are_told_apart_in_what_is_signed(site: Site, qa: str, lot: str) -> None:
    shown = prepare(site.api(qa), lot)["shown"]
    assert Organisation(shown["actor"]["organisation"]) == MAKER and shown["actor"]["station"].startswith("token-")
