"""How signatures over an intent are verified, by method."""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: (public key in hexadecimal, intent hash, signature) → whether it verifies. Never raises for bad input.
SignatureMethod = Callable[[str, bytes, bytes], bool]


def ed25519(public_key: str, digest: bytes, signature: bytes) -> bool:
    """Ed25519 over the intent hash: devices and partners; also the keys of a demonstration's accounts."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, digest)
    except (InvalidSignature, ValueError):
        return False
    return True
