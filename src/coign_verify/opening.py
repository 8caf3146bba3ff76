"""What stands in an entry in place of a name or a free text; whoever has the text and its salt can open it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from coign_verify.jcs import canonical

COMMITMENT_LABEL = b"coign/commit/v1\x00"
SALT_BYTES = 32


def commitment(salt: bytes, canonical_opening: bytes) -> bytes:
    """What stands in an entry for a value kept elsewhere; the salt makes it impossible to guess.

    `canonical_opening` is the canonical JSON of the object with `field` and `value`.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"the salt of a commitment has {SALT_BYTES} bytes, not {len(salt)}")
    return sha256(COMMITMENT_LABEL + salt + canonical_opening).digest()


def committed_in(intent: Any) -> set[str]:
    """Every commitment in the intent of an entry, in hexadecimal digits; the reason is one."""
    reason = {intent["reason"]} - {""}
    return reason.union(*map(_committed, (intent["command"], intent["facts"])))


def _committed(value: Any) -> set[str]:
    match value:
        case {"commitment": str(found)}:
            return {found}
        case dict():
            return set().union(*map(_committed, value.values()))
        case list():
            return set().union(*map(_committed, value))
    return set()


def fits(opening: Any) -> str:
    """The one commitment that an opening of a pack fits: its `field`, its `value`, its `salt` (64 digits)."""
    told = canonical({"field": opening["field"], "value": opening["value"]})
    return commitment(bytes.fromhex(opening["salt"]), told).hex()


def openings_bytes(openings: Iterable[Mapping[str, str]]) -> bytes:
    """The one spelling of the openings in a pack: each once, in the order of the commitments that they fit."""
    told = {
        fits(each): {"field": each["field"], "salt": bytes.fromhex(each["salt"]).hex(), "value": each["value"]}
        for each in openings
    }
    return canonical([each for _, each in sorted(told.items())])
