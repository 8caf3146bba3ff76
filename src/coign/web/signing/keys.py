"""Keys that the server holds: those of a demonstration's accounts, and its own for attesting password and code.

They are derived from the installation's secret, so that every process has them and no backup of the database does. What a key is good for is
decided by the record alone: a public key signs for a person from its enrolment on.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from coign.kernel.subjects import Person
from coign.web import running

DEMONSTRATION, ATTESTED = "demonstration", "password+otp"


def demonstration_key(person: Person) -> Ed25519PrivateKey:
    """The key of one account of a demonstration."""
    return _key(f"demonstration/{running.service().origin}/{person}")


def attestation_key() -> Ed25519PrivateKey:
    """The server's own key: says that password and second factor were right just now."""
    return _key(f"attestation/{running.service().origin}")


def credential_of(person: Person, method: str) -> str:
    """The name under which a server-held key is enrolled for a person."""
    return f"{'demo' if method == DEMONSTRATION else 'otp'}-{person.identifier}"


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public key as it is enrolled: 64 hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_key_for(person: Person, method: str) -> str:
    """What is to be enrolled so that this person can sign by this method."""
    return public_hex(demonstration_key(person) if method == DEMONSTRATION else attestation_key())


def _key(label: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(running.derived_key(f"signing/{label}"))
