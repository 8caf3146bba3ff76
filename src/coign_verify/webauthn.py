"""Signatures by passkeys (WebAuthn): the key as it is enrolled, the bytes that stand in an entry, and checking them.

A passkey does not sign the hash of the intent itself: it signs what it knows (authenticator data) and the hash of what
the browser knows (client data), and the browser puts the hash of the intent into the latter as the challenge. All of it
is kept, so that anybody can check it years later with the key of the enrolment alone.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.jcs import JsonError, loads_strict

KEY_LABEL = "webauthn/v1"
#: More than any authenticator gives; an entry stays far below its own limit.
ASSERTION_BYTES_MAX = 4096
RSA_BITS_MIN = 2048
#: The number of each algorithm in COSE (RFC 9053), which is how browsers and authenticators name them.
COSE_NUMBERS = {"ES256": -7, "EdDSA": -8, "RS256": -257}

_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_ORIGIN = re.compile(r"(https?)://([^:/?#@]+)(?::[0-9]{1,5})?\Z")
_USER_PRESENT, _USER_VERIFIED = 0x01, 0x04
_AUTHENTICATOR_DATA_BYTES_MIN = 37  # hash of the relying party, flags, counter

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey


class PasskeyError(ValueError):
    """The text of a passkey, or the bytes of a signature by one, are not written as they must be."""


def is_host_name(text: str) -> bool:
    """Whether passkeys can be bound to this host: a name in lower case, no address and no port."""
    return _HOST.match(text) is not None


def fits_host(origin: str, host: str) -> bool:
    """Whether a page of this origin belongs to the host: https (http for localhost only), this very host, any port."""
    found = _ORIGIN.match(origin)
    if found is None or found[2] != host:
        return False
    return found[1] == "https" or host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class PasskeyKey:
    """A passkey's public key with what it is bound to: one host and one algorithm."""

    host: str
    algorithm: str
    public: bytes  # SubjectPublicKeyInfo, DER

    def __post_init__(self) -> None:
        if not is_host_name(self.host):
            raise PasskeyError(f"{self.host[:100]!r} is not the name of a host in lower case")
        if self.algorithm not in COSE_NUMBERS:
            raise PasskeyError(f"{self.algorithm[:20]!r} is none of {', '.join(COSE_NUMBERS)}")
        self.load()

    @property
    def text(self) -> str:
        """How the key stands in the entry of its enrolment: `webauthn/v1 HOST ALGORITHM BASE64`."""
        return f"{KEY_LABEL} {self.host} {self.algorithm} {encode_base64(self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "PasskeyKey":
        """Read the text of a key; PasskeyError for any spelling but the one `text` gives."""
        parts = text.split(" ")
        if len(parts) != 4 or parts[0] != KEY_LABEL:
            raise PasskeyError(f"a passkey is written {KEY_LABEL} HOST ALGORITHM BASE64")
        try:
            public = decode_base64(parts[3])
        except ValueError as error:
            raise PasskeyError(f"the key is {error}") from error
        return cls(parts[1], parts[2], public)

    def load(self) -> PublicKey:
        """The key itself; PasskeyError when it is no key of its algorithm."""
        try:
            key = load_der_public_key(self.public)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise PasskeyError("the key is no SubjectPublicKeyInfo in DER") from error
        match self.algorithm, key:
            case "ES256", EllipticCurvePublicKey(curve=SECP256R1()):
                found: PublicKey = key
            case "EdDSA", Ed25519PublicKey():
                found = key
            case "RS256", RSAPublicKey(key_size=bits) if bits >= RSA_BITS_MIN:
                found = key
            case _:
                raise PasskeyError(f"the key is none for {self.algorithm}")
        if found.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != self.public:
            raise PasskeyError("the key is written in another than its one spelling")
        return found


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a browser hands back after the signer's gesture, unchanged."""

    authenticator_data: bytes
    client_data: bytes  # JSON as the browser wrote it: its very bytes are signed
    signature: bytes

    def to_bytes(self) -> bytes:
        """How it stands in an entry: the three parts in this order, each after its length in two bytes."""
        parts = (self.authenticator_data, self.client_data, self.signature)
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Assertion":
        """Read the three parts; PasskeyError unless they are the whole of it."""
        if len(data) > ASSERTION_BYTES_MAX:
            raise PasskeyError(f"a signature by a passkey has at most {ASSERTION_BYTES_MAX} bytes, not {len(data)}")
        parts, at = [], 0
        for _ in range(3):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            if len(data) < at + 2 or len(data) < end:
                raise PasskeyError("a signature by a passkey ends before its three parts do")
            parts.append(data[at + 2 : end])
            at = end
        if at != len(data):
            raise PasskeyError("a signature by a passkey goes on after its three parts")
        return cls(*parts)


def why_not(key_text: str, intent_hash: bytes, value: bytes) -> str | None:
    """None when the passkey signed this intent hash by its owner's gesture; otherwise what is wrong, in one sentence.

    The counter in the authenticator data is not looked at: passkeys kept by several devices leave it at zero, and a
    record may be checked in any order.
    """
    try:
        key, assertion = PasskeyKey.from_text(key_text), Assertion.from_bytes(value)
    except PasskeyError as error:
        return str(error)
    return (
        _wrong_client_data(assertion.client_data, intent_hash, key.host)
        or _wrong_authenticator_data(assertion.authenticator_data, key.host)
        or _wrong_signature(key, assertion)
    )


def _wrong_client_data(data: bytes, intent_hash: bytes, host: str) -> str | None:
    try:
        said = loads_strict(data, floats=True)
    except JsonError as error:
        return f"the client data is {error}"
    if not isinstance(said, dict):
        return "the client data is no object"
    if said.get("type") != "webauthn.get":
        return "the passkey was asked for something else than a signature"
    if said.get("challenge") != base64.urlsafe_b64encode(intent_hash).rstrip(b"=").decode():
        return "the passkey signed something else than this"
    return _wrong_place(said, host)


def _wrong_place(said: dict[str, Any], host: str) -> str | None:
    origin = said.get("origin")
    if not isinstance(origin, str) or not fits_host(origin, host):
        return f"the page was not one of {host}, which the passkey is enrolled for"
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        return "the page stood inside a page of somebody else"
    return None


def _wrong_authenticator_data(data: bytes, host: str) -> str | None:
    if len(data) < _AUTHENTICATOR_DATA_BYTES_MIN:
        return f"the authenticator data has {len(data)} bytes, fewer than {_AUTHENTICATOR_DATA_BYTES_MIN}"
    if data[:32] != sha256(host.encode()).digest():
        return f"the passkey was used for another host than {host}, which it is enrolled for"
    if not data[32] & _USER_PRESENT:
        return "nobody was present when the passkey signed"
    if not data[32] & _USER_VERIFIED:
        return "the passkey did not verify who used it"
    return None


def _wrong_signature(key: PasskeyKey, assertion: Assertion) -> str | None:
    signed = assertion.authenticator_data + sha256(assertion.client_data).digest()
    try:
        _checker(key.load())(assertion.signature, signed)
    except InvalidSignature:
        return "the signature was not made by the passkey that is enrolled"
    return None


def _checker(key: PublicKey) -> Callable[[bytes, bytes], None]:
    match key:
        case EllipticCurvePublicKey():
            return lambda signature, signed: key.verify(signature, signed, ECDSA(SHA256()))
        case RSAPublicKey():
            return lambda signature, signed: key.verify(signature, signed, PKCS1v15(), SHA256())
        case _:
            return key.verify
