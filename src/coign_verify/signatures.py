"""Signatures over intents by their method: the one function that the door, the scrubber and outsiders check with."""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from coign_verify import webauthn

#: (public key as enrolled, hash of the intent, bytes of the signature) → None, or what is wrong in one sentence.
WhyNot = Callable[[str, bytes, bytes], str | None]


def ed25519(public_key: str, intent_hash: bytes, value: bytes) -> str | None:
    """Ed25519 over the hash of the intent; the public key is 64 hexadecimal digits."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(value, intent_hash)
    except (InvalidSignature, ValueError):
        return "the signature was not made by the key that is enrolled"
    return None


#: Devices and partners hold their own key; with the second and third method the server holds it, and says so.
METHODS: Mapping[str, WhyNot] = {
    "ed25519": ed25519,
    "password+otp": ed25519,
    "demonstration": ed25519,
    "webauthn": webauthn.why_not,
}
