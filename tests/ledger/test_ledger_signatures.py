"""Signatures in the record are checked with the keys that the record itself had enrolled by then."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.support.installation import MAKER, TestInstallation
from tests.support.passkey import Passkey

from coign.kernel.errors import Forbidden
from coign.kernel.subjects import Person
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform import Signature
from coign.perform.assemble import folding
from coign_verify.growing import Frontier
from coign_verify.intent import intent_hash
from coign_verify.signers import SignatureWalk
from coign_verify.signing import SignerKey
from coign_verify.tree import leaf_hash

SIGNER = "hospital-celllab"


def _enrol(installation: TestInstallation, key: Ed25519PrivateKey | Passkey, method: str) -> None:
    admins, person = installation.people, installation.people[SIGNER].person
    public = key.enrolled if isinstance(key, Passkey) else key.public_key().public_bytes_raw().hex()
    installation.do(
        "people.propose_authenticator", admins["admin-1"],
        person=person, credential="k1", method=method, public_key=public, evidence="00" * 32,
    )  # fmt: skip
    installation.do("people.confirm_authenticator", admins["admin-2"], person=person, credential="k1")


def _offer_signed(installation: TestInstallation, key: Ed25519PrivateKey | Passkey, method: str) -> int:
    """Offer unit B1; here the offer is an action that is signed."""
    door, actor = installation.door, installation.people[SIGNER]
    door.actions = {**door.actions, "custody.offer": replace(door.actions["custody.offer"], meaning="handed over")}
    prepared = door.prepare(
        installation.request("custody.offer", actor, command={"unit": "unit:B1", "to": MAKER, "seal": "S1"})
    )
    signature = Signature(method, "k1", key.sign(prepared.intent_hash))
    return installation.do("custody.offer", actor, intent_hash=prepared.intent_hash, signature=signature).position


@pytest.fixture
def signed(installation: TestInstallation) -> tuple[TestInstallation, int]:
    """An installation, and the position of an entry signed with a key of the person's own."""
    secret = Ed25519PrivateKey.generate()
    _enrol(installation, secret, "ed25519")
    installation.take_in("B1")
    return installation, _offer_signed(installation, secret, "ed25519")


def _verify(installation: TestInstallation, key: SignerKey) -> Verification:
    with installation.connection() as connection:
        return verify_database(connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding())


def _rewrite(installation: TestInstallation, position: int, change: Callable[[bytes], bytes]) -> None:
    """Rewrite the last entry with all hashes above it, as somebody who owns the database can."""
    ledger = installation.ledger_id
    assert position == installation.size() - 1
    with installation.tampering("entry") as owner:
        row = owner.execute(
            "select body from entry where ledger_id = %s and position = %s", (ledger, position)
        ).fetchone()
        assert row is not None
        body = change(row[0])
        assert body != row[0]
        owner.execute(
            "update entry set body = %s, leaf = %s where ledger_id = %s and position = %s",
            (body, leaf_hash(body), ledger, position),
        )
        leaves = owner.execute("select leaf from entry where ledger_id = %s order by position", (ledger,)).fetchall()
        frontier = Frontier()
        frontier.extend(leaf[0] for leaf in leaves)
        owner.execute("update head set frontier = %s where ledger_id = %s", (frontier.to_bytes(), ledger))


@pytest.mark.requirement("CSV-14")
def test_a_signature_verifies_with_the_key_enrolled_in_the_record(signed, key):
    found = _verify(signed[0], key)
    assert found.problems == []
    assert "1 signatures (ed25519) verify with keys enrolled in this record" in found.proved


@pytest.mark.requirement("CSV-14", "CSV-01")
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b'"prepared":"2', b'"prepared":"3'),
        lambda body: body.replace(b'"meaning":"handed over"', b'"meaning":"handed back"'),
        lambda body: body.replace(b'"credential":"k1"', b'"credential":"k2"'),
        lambda body: body.replace(b'"method":"ed25519"', b'"method":"webauthn"'),
    ],
)
def test_what_was_not_signed_so_is_located_even_when_every_hash_was_recomputed(signed, key, change):
    installation, position = signed
    _rewrite(installation, position, change)
    assert [(p.position, p.kind) for p in _verify(installation, key).problems] == [(position, "signature")]


@pytest.mark.requirement("CSV-14", "CSV-S6")
def test_a_signature_does_not_fit_another_entry(signed, key):
    installation, position = signed
    with installation.connection() as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (installation.ledger_id, position)
        ).fetchone()
    assert row is not None
    value = orjson.loads(row[0])["signature"]
    other = installation.take_in("B2").position

    def graft(body: bytes) -> bytes:
        return orjson.dumps(orjson.loads(body) | {"signature": value}, option=orjson.OPT_SORT_KEYS)

    _rewrite(installation, other, graft)
    assert [(p.position, p.kind) for p in _verify(installation, key).problems] == [(other, "signature")]


@pytest.mark.requirement("CSV-20")
def test_what_was_signed_before_its_key_was_revoked_still_verifies(signed, key):
    installation, _ = signed
    person = installation.people[SIGNER].person
    installation.do("people.revoke_authenticator", installation.people["admin-1"], person=person, credential="k1")
    assert _verify(installation, key).problems == []


@pytest.mark.requirement("CSV-14", "CSV-18")
def test_a_passkey_signs_the_intent_and_the_record_alone_shows_it(installation, key):
    passkey = Passkey()
    _enrol(installation, passkey, "webauthn")
    installation.take_in("B1")
    position = _offer_signed(installation, passkey, "webauthn")
    found = _verify(installation, key)
    assert found.problems == []
    assert "1 signatures (webauthn) verify with keys enrolled in this record" in found.proved
    assert not any("webauthn" in said for said in found.not_proved)

    def flip(body: bytes) -> bytes:
        """The last bit of the signature, with every hash above it made anew."""
        value = orjson.loads(body)["signature"]["value"]
        return body.replace(value.encode(), f"{value[:-1]}{int(value[-1], 16) ^ 1:x}".encode())

    _rewrite(installation, position, flip)
    assert [(p.position, p.kind) for p in _verify(installation, key).problems] == [(position, "signature")]


@pytest.mark.requirement("CSV-18")
@pytest.mark.parametrize(
    "used",
    [
        lambda passkey: Passkey(),
        lambda passkey: replace(passkey, host="evil.localhost"),
        lambda passkey: replace(passkey, origin="http://evil.localhost:8000"),
        lambda passkey: replace(passkey, flags=0x01),
        lambda passkey: replace(passkey, said={"type": "webauthn.create"}),
        lambda passkey: replace(passkey, said={"challenge": "AAAA"}),
    ],
)
def test_the_door_takes_no_passkey_but_the_enrolled_one_used_by_its_owner_here(installation, used):
    passkey = Passkey()
    _enrol(installation, passkey, "webauthn")
    installation.take_in("B1")
    size = installation.size()
    with pytest.raises(Forbidden):
        _offer_signed(installation, used(passkey), "webauthn")
    assert installation.size() == size


def test_a_passkey_does_not_sign_by_another_methods_name(installation):
    passkey = Passkey()
    _enrol(installation, passkey, "webauthn")
    installation.take_in("B1")
    with pytest.raises(Forbidden):
        _offer_signed(installation, passkey, "ed25519")


def test_demonstration_keys_are_named_as_what_they_are(installation, key):
    secret = Ed25519PrivateKey.generate()
    _enrol(installation, secret, "demonstration")
    installation.take_in("B1")
    _offer_signed(installation, secret, "demonstration")
    found = _verify(installation, key)
    assert found.problems == []
    assert any("demonstration" in said for said in found.proved)
    assert any("demonstration key" in said for said in found.not_proved)


def _plain(facts: list[dict[str, object]], signature: dict[str, str] | None = None) -> dict[str, object]:
    return {
        "signature": signature, "outcome": "done",
        "intent": {"actor": {"person": Person("person:p")}, "facts": facts},
    }  # fmt: skip


def _intent() -> bytes:
    return b"{}"


def test_a_demonstration_key_signs_nothing_in_any_other_record():
    walk = SignatureWalk()
    enrolled = {"person": "person:p", "credential": "k1", "method": "demonstration", "public_key": "00" * 32}
    opened = {"type": "ledger.opened.v1", "body": {"demonstration": False}}
    assert walk.check(0, _plain([opened]), _intent) is None
    assert walk.check(1, _plain([{"type": "people.authenticator_enrolled.v1", "body": enrolled}]), _intent) is None
    signature = {"method": "demonstration", "credential": "k1", "value": "00"}
    wrong = walk.check(2, _plain([], signature), _intent)
    assert wrong is not None and "no demonstration" in wrong.detail


@pytest.mark.requirement("CSV-18")
@pytest.mark.parametrize("kind", ["people.person_left.v1", "people.credentials_reset.v1"])
def test_keys_of_who_has_left_or_was_reset_sign_nothing_later_in_the_record(kind):
    walk, passkey = SignatureWalk(), Passkey()
    enrolled = {"person": "person:p", "credential": "k1", "method": "webauthn", "public_key": passkey.enrolled}
    signature = {"method": "webauthn", "credential": "k1", "value": passkey.sign(intent_hash(b"{}")).hex()}
    assert walk.check(0, _plain([{"type": "people.authenticator_enrolled.v1", "body": enrolled}]), _intent) is None
    assert walk.check(1, _plain([], signature), _intent) is None
    assert walk.check(2, _plain([{"type": kind, "body": {"person": "person:p"}}]), _intent) is None
    wrong = walk.check(3, _plain([], signature), _intent)
    assert wrong is not None and "no such key enrolled" in wrong.detail


def test_signatures_of_who_has_left_and_of_unknown_kinds_are_not_counted_as_verified():
    walk = SignatureWalk()
    enrolled = {"person": "person:p", "credential": "k1", "method": "lattice", "public_key": "00"}
    signature = {"method": "lattice", "credential": "k1", "value": "00"}
    assert walk.check(0, _plain([{"type": "people.authenticator_enrolled.v1", "body": enrolled}]), _intent) is None
    assert walk.check(1, _plain([], signature), _intent) is None
    assert walk.proved() == []
    assert walk.not_proved() == ["1 signatures by lattice: not checked here"]
    assert walk.check(2, _plain([{"type": "people.person_left.v1", "body": {"person": "person:p"}}]), _intent) is None
    assert walk.check(3, _plain([], signature), _intent) is not None
