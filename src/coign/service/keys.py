"""Keys that the server holds: those of a demonstration's accounts, and its own for attesting password and code.

They are derived from the installation's secret, so that every process has them and no backup of the database does. What
a key is good for is decided by the record alone: a public key signs for a person from its enrolment on.
"""

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from coign.kernel.subjects import Person

if TYPE_CHECKING:
    from coign.service import Service

DEMONSTRATION, ATTESTED = "demonstration", "password+otp"


def derived(service: "Service", label: str) -> bytes:
    """32 bytes for one purpose: the same in every process, in no backup."""
    secret: bytes = service.vault.digest_key
    return HKDF(SHA256(), 32, None, b"coign/web/v1/" + label.encode()).derive(secret)


def demonstration_key(service: "Service", person: Person) -> Ed25519PrivateKey:
    """The key of one account of a demonstration; a ledger that is none takes no signature by it."""
    return _key(service, f"demonstration/{service.origin}/{person}")


def attestation_key(service: "Service") -> Ed25519PrivateKey:
    """The server's own key: says that password and second factor were right just now."""
    return _key(service, f"attestation/{service.origin}")


def public_key_for(service: "Service", person: Person, method: str) -> str:
    """What is to be enrolled so that this person can sign by this method."""
    key = demonstration_key(service, person) if method == DEMONSTRATION else attestation_key(service)
    return public_hex(key)


def credential_of(person: Person, method: str) -> str:
    """The name under which a server-held key is enrolled for a person."""
    return f"{'demo' if method == DEMONSTRATION else 'otp'}-{person.identifier}"


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public key as it is enrolled: 64 hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _key(service: "Service", label: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived(service, f"signing/{label}"))
