"""A passkey in software, with the browser around it: what a person's device answers, and what a dishonest one could."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.cose import CoseKey

from coign_verify.webauthn import Assertion, PasskeyKey

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def new_key(algorithm: str) -> PrivateKey:
    """A new private key."""
    match algorithm:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Passkey:
    """One passkey at one host. What differs from an honest one is given by `replace`."""

    host: str = "localhost"
    algorithm: str = "ES256"
    key: PrivateKey = field(default_factory=lambda: new_key("ES256"))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    origin: str = ""
    flags: int = PRESENT | VERIFIED
    #: Put over what an honest browser says; None takes a member out.
    said: Mapping[str, Any] = field(default_factory=dict)
    user: bytes = b""

    @classmethod
    def of(cls, algorithm: str, **more: Any) -> "Passkey":
        """A passkey of this algorithm."""
        return cls(algorithm=algorithm, key=new_key(algorithm), **more)

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo in DER."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def enrolled(self) -> str:
        """The key as it is enrolled."""
        return PasskeyKey(self.host, self.algorithm, self.public).text

    # What a browser hands back

    def assertion(self, challenge: bytes) -> Assertion:
        """A signature over a challenge."""
        client_data, known = self._client_data("webauthn.get", challenge), self._authenticator_data(self.flags)
        return Assertion(known, client_data, self._sign(known + sha256(client_data).digest()))

    def sign(self, challenge: bytes) -> bytes:
        """The same as it stands in an entry."""
        return self.assertion(challenge).to_bytes()

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`, as JSON."""
        made = self.assertion(unweb(options["publicKey"]["challenge"]))
        response = {
            "authenticatorData": web(made.authenticator_data),
            "clientDataJSON": web(made.client_data),
            "signature": web(made.signature),
            "userHandle": web(self.user),
        }
        return self._credential(response)

    def create(self, options: Mapping[str, Any]) -> tuple["Passkey", dict[str, Any]]:
        """The passkey as it is after `navigator.credentials.create`, and the answer as JSON."""
        asked = options["publicKey"]
        own = replace(self, user=unweb(asked["user"]["id"]))
        cose = cbor.encode(dict(CoseKey.for_name(self.algorithm).from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        known = self._authenticator_data(self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": web(self._client_data("webauthn.create", unweb(asked["challenge"]))),
            "attestationObject": web(cbor.encode({"fmt": "none", "attStmt": {}, "authData": known})),
            "transports": ["internal"],
        }
        return own, self._credential(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": web(self.id), "rawId": web(self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {},
        }  # fmt: skip

    def _client_data(self, kind: str, challenge: bytes) -> bytes:
        origin = self.origin or ("http://localhost:8000" if self.host == "localhost" else f"https://{self.host}")
        said = {"type": kind, "challenge": web(challenge), "origin": origin, "crossOrigin": False, **self.said}
        return json.dumps({name: value for name, value in said.items() if value is not None}).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + bytes(4)

    def _sign(self, signed: bytes) -> bytes:
        match self.key:
            case ec.EllipticCurvePrivateKey():
                return self.key.sign(signed, ec.ECDSA(SHA256()))
            case ed25519.Ed25519PrivateKey():
                return self.key.sign(signed)
            case rsa.RSAPrivateKey():
                return self.key.sign(signed, padding.PKCS1v15(), SHA256())


def web(data: bytes) -> str:
    """base64url without padding, as browsers write bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unweb(text: str) -> bytes:
    """The bytes again."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
