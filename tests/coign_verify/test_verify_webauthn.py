"""Signatures by passkeys: everything an outsider checks, and every way in which one is not the signer's."""

import base64
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.passkey import PRESENT, VERIFIED, Passkey, web

from coign_verify import webauthn
from coign_verify.webauthn import ASSERTION_BYTES_MAX, Assertion, PasskeyError, PasskeyKey, fits_host, is_host_name

H = sha256(b"an intent").digest()
HOST = "coign.clinic.example"


@pytest.fixture(scope="module")
def passkey() -> Passkey:
    return Passkey(HOST)


def why_not(enrolled: Passkey, used: Passkey, intent_hash: bytes = H) -> str | None:
    return webauthn.why_not(enrolled.enrolled, intent_hash, used.sign(intent_hash))


# What verifies


@pytest.mark.requirement("CSV-14")
@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_a_passkey_signs_an_intent_and_the_enrolled_key_alone_shows_it(algorithm: str) -> None:
    passkey = Passkey.of(algorithm, host=HOST)
    assert why_not(passkey, passkey) is None


@pytest.mark.parametrize("said", [{"crossOrigin": None}, {"other_keys_can_be_added_here": "x", "n": 1.5}])
def test_what_browsers_add_or_leave_out_does_not_matter(passkey: Passkey, said: dict[str, object]) -> None:
    assert why_not(passkey, replace(passkey, said=said)) is None


@pytest.mark.parametrize("origin", [f"https://{HOST}", f"https://{HOST}:8443"])
def test_the_port_does_not_matter_since_browsers_bind_passkeys_to_hosts(passkey: Passkey, origin: str) -> None:
    assert why_not(passkey, replace(passkey, origin=origin)) is None


def test_a_counter_that_stands_still_or_runs_back_does_not_matter(passkey: Passkey) -> None:
    for _ in range(2):
        assert why_not(passkey, passkey) is None


# What does not


@pytest.mark.requirement("CSV-14")
def test_a_signature_over_another_intent_does_not_verify(passkey: Passkey) -> None:
    other = sha256(b"another intent").digest()
    assert webauthn.why_not(passkey.enrolled, other, passkey.sign(H)) == "the passkey signed something else than this"


@pytest.mark.requirement("CSV-14", "CSV-18")
def test_somebody_elses_passkey_does_not_sign(passkey: Passkey) -> None:
    assert why_not(passkey, Passkey(HOST)) == "the signature was not made by the passkey that is enrolled"


@pytest.mark.parametrize("kind", ["webauthn.create", "payment.get", "", None, 7])
def test_only_what_was_asked_for_as_a_signature_is_one(passkey: Passkey, kind: object) -> None:
    assert "something else than a signature" in str(why_not(passkey, replace(passkey, said={"type": kind})))


@pytest.mark.parametrize(
    "challenge",
    [None, 7, "", web(H[:-1]), web(H) + "=", base64.b64encode(H).decode(), H.hex()],
)
def test_the_challenge_is_the_intent_hash_in_its_one_spelling(passkey: Passkey, challenge: object) -> None:
    used = replace(passkey, said={"challenge": challenge})
    assert why_not(passkey, used) == "the passkey signed something else than this"


@pytest.mark.parametrize(
    "origin",
    [
        f"http://{HOST}", "https://clinic.example", f"https://evil.{HOST}", f"https://{HOST}.evil.example",
        "https://evil.example", f"https://{HOST}@evil.example", f"https://{HOST}/", f"https://{HOST.upper()}",
        "http://localhost", "null", "android:apk-key-hash:x", "",
    ],
)  # fmt: skip
def test_only_pages_of_the_host_that_the_passkey_is_enrolled_for_count(passkey: Passkey, origin: str) -> None:
    assert "the page was not one of" in str(why_not(passkey, replace(passkey, said={"origin": origin})))


@pytest.mark.parametrize("origin", [None, 7, ["https://" + HOST]])
def test_without_an_origin_nothing_is_known_of_the_page(passkey: Passkey, origin: object) -> None:
    assert "the page was not one of" in str(why_not(passkey, replace(passkey, said={"origin": origin})))


@pytest.mark.parametrize("said", [{"crossOrigin": True}, {"crossOrigin": "no"}, {"topOrigin": f"https://{HOST}"}])
def test_a_page_inside_somebody_elses_page_does_not_count(passkey: Passkey, said: dict[str, object]) -> None:
    assert "inside a page" in str(why_not(passkey, replace(passkey, said=said)))


def test_a_passkey_used_for_another_host_does_not_sign(passkey: Passkey) -> None:
    elsewhere = replace(passkey, host="clinic.example", said={"origin": f"https://{HOST}"})
    assert "another host" in str(why_not(passkey, elsewhere))


@pytest.mark.parametrize(("flags", "wrong"), [(0, "present"), (VERIFIED, "present"), (PRESENT, "did not verify")])
def test_presence_and_verification_of_the_user_are_both_needed(passkey: Passkey, flags: int, wrong: str) -> None:
    assert wrong in str(why_not(passkey, replace(passkey, flags=flags)))


def test_authenticator_data_that_is_too_short_says_nothing(passkey: Passkey) -> None:
    made = passkey.assertion(H)
    short = replace(made, authenticator_data=made.authenticator_data[:36]).to_bytes()
    assert "36 bytes" in str(webauthn.why_not(passkey.enrolled, H, short))


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
def test_no_bit_of_any_part_can_change(passkey: Passkey, part: str) -> None:
    made = passkey.assertion(H)
    whole = getattr(made, part)
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        value = replace(made, **{part: bytes(changed)}).to_bytes()
        assert webauthn.why_not(passkey.enrolled, H, value) is not None, at


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"7", b'{"type":"webauthn.get","type":"webauthn.get"}', b"\xff"])
def test_client_data_that_can_be_read_in_two_ways_is_not_read(passkey: Passkey, data: bytes) -> None:
    made = replace(passkey.assertion(H), client_data=data)
    assert "client data is" in str(webauthn.why_not(passkey.enrolled, H, made.to_bytes()))


def test_a_signature_of_another_algorithm_than_enrolled_does_not_verify(passkey: Passkey) -> None:
    assert why_not(Passkey.of("RS256", host=HOST), passkey) is not None
    assert why_not(passkey, Passkey.of("EdDSA", host=HOST)) is not None


# How it is written


def test_the_three_parts_are_found_again_and_there_is_no_second_way_to_write_them(passkey: Passkey) -> None:
    made = passkey.assertion(H)
    data = made.to_bytes()
    assert Assertion.from_bytes(data) == made
    for wrong in (data + b"\x00", data[:-1], data[:40], data[:1], b""):
        with pytest.raises(PasskeyError):
            Assertion.from_bytes(wrong)
        assert webauthn.why_not(passkey.enrolled, H, wrong) is not None


def test_a_signature_larger_than_any_real_one_is_not_taken(passkey: Passkey) -> None:
    padded = replace(passkey, said={"x": "x" * ASSERTION_BYTES_MAX})
    assert f"at most {ASSERTION_BYTES_MAX} bytes" in str(why_not(passkey, padded))


def test_a_key_is_written_with_its_host_and_algorithm_and_found_again(passkey: Passkey) -> None:
    label, host, algorithm, encoded = passkey.enrolled.split(" ")
    assert (label, host, algorithm) == ("webauthn/v1", HOST, "ES256")
    assert base64.b64decode(encoded) == passkey.public
    assert PasskeyKey.from_text(passkey.enrolled) == PasskeyKey(HOST, "ES256", passkey.public)


def test_a_key_has_one_spelling(passkey: Passkey) -> None:
    good = passkey.enrolled
    compressed = passkey.key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    info = passkey.public[:26].replace(b"\x30\x59", b"\x30\x39").replace(b"\x03\x42", b"\x03\x22") + compressed
    other = (
        "", "webauthn/v1", good + " ", good.replace(" ", "  ", 1), good.replace("v1", "v2"), good + "=",
        good.replace(HOST, HOST.upper()), good.replace(HOST, "192.0.2.7"), good.replace(HOST, HOST + ":443"),
        good.replace("ES256", "ES384"), good.replace("ES256", "EdDSA"), good.replace("ES256", "RS256"),
        f"webauthn/v1 {HOST} ES256 {base64.b64encode(b'no key').decode()}",
        f"webauthn/v1 {HOST} ES256 {base64.b64encode(info).decode()}", passkey.public.hex(),
    )  # fmt: skip
    for text in other:
        with pytest.raises(PasskeyError):
            PasskeyKey.from_text(text)
        assert webauthn.why_not(text, H, passkey.sign(H)) is not None


@pytest.mark.parametrize(
    ("algorithm", "weak"),
    [("ES256", ec.generate_private_key(ec.SECP384R1())), ("RS256", rsa.generate_private_key(65537, 1024))],
)
def test_keys_that_are_weaker_or_of_another_curve_are_not_taken(
    algorithm: str, weak: ec.EllipticCurvePrivateKey
) -> None:
    public = weak.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(PasskeyError, match="none for"):
        PasskeyKey(HOST, algorithm, public)


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("localhost", True), ("coign.clinic.example", True), ("xn--krankenhaus-9fb.example", True), ("coign", True),
        ("127.0.0.1", False), ("::1", False), ("[::1]", False), ("", False), ("Clinic.example", False),
        ("clinic.example.", False), ("clinic..example", False), ("-clinic.example", False), ("a b", False),
        ("clinic.example:8000", False), ("x" * 64 + ".example", False), ("clinic.example\n", False),
    ],
)  # fmt: skip
def test_passkeys_need_a_host_with_a_name(host: str, named: bool) -> None:
    assert is_host_name(host) is named


@pytest.mark.parametrize(
    ("origin", "host", "fits"),
    [
        ("http://localhost:8000", "localhost", True), ("http://a.localhost", "a.localhost", True),
        ("http://localhost:8000\n", "localhost", False), ("http://localhost:800000", "localhost", False),
        ("http://127.0.0.1:8000", "127.0.0.1", False), ("ftp://localhost", "localhost", False),
        ("http://notlocalhost", "notlocalhost", False),
    ],
)  # fmt: skip
def test_plain_http_is_for_ones_own_machine_only(origin: str, host: str, fits: bool) -> None:
    assert fits_host(origin, host) is fits


def test_an_outsider_needs_nothing_but_the_entry_and_the_enrolment(passkey: Passkey) -> None:
    """By hand, without a line of ours: the parts, the hash, and the key as any library reads it."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    rest, parts = passkey.sign(H), []
    while rest:
        size = int.from_bytes(rest[:2], "big")
        parts.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    key = load_der_public_key(base64.b64decode(passkey.enrolled.split(" ")[3]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(parts[2], parts[0] + sha256(parts[1]).digest(), ec.ECDSA(SHA256()))
    assert json.loads(parts[1])["challenge"] == web(H)
