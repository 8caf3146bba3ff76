"""The keys that the server holds (see `coign.service.keys`), for the running service."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coign.kernel.subjects import Person
from coign.service import keys
from coign.service.keys import ATTESTED, DEMONSTRATION, credential_of, public_hex
from coign.web import running

__all__ = [
    "ATTESTED",
    "DEMONSTRATION",
    "attestation_key",
    "credential_of",
    "demonstration_key",
    "public_hex",
    "public_key_for",
]


def demonstration_key(person: Person) -> Ed25519PrivateKey:
    """The key of one account of a demonstration."""
    return keys.demonstration_key(running.service(), person)


def attestation_key() -> Ed25519PrivateKey:
    """The server's own key: says that password and second factor were right just now."""
    return keys.attestation_key(running.service())


def public_key_for(person: Person, method: str) -> str:
    """What is to be enrolled so that this person can sign by this method."""
    return keys.public_key_for(running.service(), person, method)
