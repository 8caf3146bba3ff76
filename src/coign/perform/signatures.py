"""How signatures over an intent are verified, by method: exactly as an outsider does it."""

from collections.abc import Callable

from coign_verify import signatures

#: (public key as enrolled, intent hash, signature) → whether it verifies. Never raises for bad input.
SignatureMethod = Callable[[str, bytes, bytes], bool]


def ed25519(public_key: str, digest: bytes, signature: bytes) -> bool:
    """Ed25519 over the intent hash: devices and partners; also the keys of a demonstration's accounts."""
    return signatures.ed25519(public_key, digest, signature) is None


def webauthn(public_key: str, digest: bytes, signature: bytes) -> bool:
    """A passkey whose challenge was the intent hash, used by its verified owner at the host it is enrolled for."""
    return signatures.METHODS["webauthn"](public_key, digest, signature) is None
