"""What stands in an entry in place of a name or a free text; whoever has the text and its salt can open it."""

from hashlib import sha256

COMMITMENT_LABEL = b"coign/commit/v1\x00"
SALT_BYTES = 32


def commitment(salt: bytes, canonical_opening: bytes) -> bytes:
    """What stands in an entry for a value kept elsewhere; the salt makes it impossible to guess.

    `canonical_opening` is the canonical JSON of the object with `field` and `value`.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"the salt of a commitment has 32 bytes, not {len(salt)}")
    return sha256(COMMITMENT_LABEL + salt + canonical_opening).digest()
