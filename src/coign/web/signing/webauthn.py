"""Signing with a passkey at a page: which of the signer's keys this host can use, and what the browser is told.

The record says which keys sign; the account's tables only hold what a browser needs to find a passkey again.
"""

import base64
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpRequest
from fido2.cose import CoseKey
from fido2.webauthn import RegistrationResponse

from coign.kernel.frozen import dataclass
from coign.people.views import AUTHORITY
from coign.web.accounts.models import Account
from coign.web.reading import reader
from coign.web.signing.hosts import host_of
from coign_verify.webauthn import COSE_NUMBERS, PasskeyError, PasskeyKey, PublicKey, fits_host

WEBAUTHN = "webauthn"
ALGORITHMS = {number: name for name, number in COSE_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey as the browser knows it."""

    row: Authenticator
    id: bytes
    transports: tuple[str, ...]

    @property
    def credential(self) -> str:
        """The name under which its key is enrolled."""
        return credential_of(self.id)

    @property
    def label(self) -> str:
        """What its owner calls it."""
        return str(self.row.data["name"])

    @property
    def key(self) -> PasskeyKey:
        """Its public key, bound to the host it was registered at."""
        return key_in(self.row.data["credential"])


def credential_of(id: bytes) -> str:
    """The name of a passkey in the record: short, and the same wherever it is worked out."""
    return f"passkey-{sha256(id).hexdigest()[:32]}"


def registered(account: Account) -> list[Registered]:
    """Every passkey of an account, the oldest first."""
    rows = Authenticator.objects.filter(user_id=account.user_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [_registered(row) for row in rows]


def _registered(row: Authenticator) -> Registered:
    answer = row.data["credential"]
    id = base64.urlsafe_b64decode(answer["id"] + "=" * (-len(answer["id"]) % 4))
    return Registered(row, id, tuple(answer["response"].get("transports") or ()))


def key_in(answer: Any) -> PasskeyKey:
    """The public key in what a browser answered to a registration; PasskeyError when it could not sign here."""
    response = RegistrationResponse.from_dict(answer).response
    made, origin = response.attestation_object.auth_data.credential_data, response.client_data.origin
    host = urlsplit(origin).hostname or ""
    if made is None or not fits_host(origin, host):
        raise PasskeyError(f"it was made at {origin[:100]}, which is no page that passkeys can be bound to")
    return _from_cose(host, made.public_key)


def _from_cose(host: str, cose: CoseKey) -> PasskeyKey:
    """A key as authenticators write it (RFC 9052, RFC 9053), in the form in which it is enrolled."""
    algorithm = ALGORITHMS.get(cose.get(3, 0), "")
    match algorithm:
        case "ES256":
            x, y = (int.from_bytes(cose[part], "big") for part in (-2, -3))
            key: PublicKey = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        case "EdDSA":
            key = Ed25519PublicKey.from_public_bytes(cose[-2])
        case "RS256":
            modulus, exponent = (int.from_bytes(cose[part], "big") for part in (-1, -2))
            key = RSAPublicNumbers(exponent, modulus).public_key()
        case _:
            raise PasskeyError(f"its key is none for {', '.join(COSE_NUMBERS)}")
    return PasskeyKey(host, algorithm, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def options_for(request: HttpRequest, account: Account, intent_hash: bytes) -> dict[str, Any] | None:
    """What the browser is asked for; None when no passkey of this signer is enrolled for this host."""
    host = host_of(request)
    enrolled = {c.id: c.public_key for c in reader().state(AUTHORITY, account.subject).credentials}
    usable = [r for r in registered(account) if host and host_in(enrolled.get(r.credential, "")) == host]
    if not usable:
        return None
    return {
        "challenge": _web(intent_hash),
        "rpId": host,
        "allowCredentials": [
            {"type": "public-key", "id": _web(r.id), "transports": list(r.transports)} for r in usable
        ],
        "userVerification": "required",
        "names": {_web(r.id): r.credential for r in usable},
    }


def host_in(public_key: str) -> str:
    """The host that an enrolled key is bound to; empty when it is no passkey."""
    try:
        return PasskeyKey.from_text(public_key).host
    except PasskeyError:
        return ""


def _web(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
